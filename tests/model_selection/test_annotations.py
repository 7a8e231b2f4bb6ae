"""Comparisons of what happens when: events, beats, segments and notes in place of labels."""

import json
import pickle
import warnings

import numpy as np
import pytest
from detectors import EnergyDetector, Log, clips_with_events
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmir._annotations import as_object_array
from skmir.datasets import load_annotations
from skmir.inspection import ComparisonDisplay, write_report
from skmir.metrics import get_scorer, onset_f_measure
from skmir.model_selection import compare, learning_curves
from skmir.sequence import OnsetDetector, PeakPicker

GROUPS = np.arange(12) // 2


@pytest.fixture(scope="module")
def music():
    return clips_with_events()


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", category=UserWarning
        )  # small data; the tests of doubts look at them
        yield


def detector(threshold=0.7, log=None):
    return EnergyDetector(PeakPicker(threshold), log)


class Copies(BaseEstimator):
    """Predicts what X holds."""

    def fit(self, X, y):
        return self

    def predict(self, X):
        return [clip[1] for clip in X]

    def __sklearn_is_fitted__(self):
        return True


def numbered(y):
    """Clips that hold their annotation, for Copies."""
    return [(np.array([i]), annotation) for i, annotation in enumerate(y)]


def test_scores_folds_and_predictions_are_those_of_scikit_learn(music):
    X, y = music
    models = {"good": detector(), "bad": detector(0.4)}
    result = compare(models, X, y, groups=GROUPS, cv=3, scoring=["onset_f25", "beat_f"], random_state=0)
    for name, model in models.items():
        for scorer in ("onset_f25", "beat_f"):
            expected = cross_val_score(
                model, X, y, cv=GroupKFold(3), groups=GROUPS, scoring=get_scorer(scorer)
            )
            assert_array_equal(result.all_scores_[scorer][name], expected)
    for train, test in result.splits_:
        fitted = detector().fit([X[i] for i in train], [y[i] for i in train])
        for clip, times in zip(test, fitted.predict([X[i] for i in test]), strict=True):
            assert_array_equal(result.predictions_["good"][clip], times)
    assert result.kind_ == "annotations" and result.n_classes_ is None
    assert list(result.table_.index) == ["good", "bad", "nothing", "constant tempo"]
    assert result.table_.loc["good", "p_holm"] is not None and result.table_["n_failed"].sum() == 0
    assert all(map(np.array_equal, result.y_, y))


@pytest.mark.parametrize("form", ["tuple", "objects", "equal counts"])
def test_every_form_of_y_gives_the_same(form, music):
    X, y = music
    if form == "equal counts":  # a list that numpy would make a table of
        X, y = X[1:5], [times[:3] for times in y[1:5]]
    others = {"tuple": tuple, "objects": as_object_array, "equal counts": as_object_array}
    options = {"groups": GROUPS[: len(X)], "cv": 2, "random_state": 0, "baselines": False}
    one = compare({"a": detector()}, X, y, **options)
    other = compare({"a": detector()}, X, others[form](y), **options)
    assert_array_equal(one.scores_, other.scores_)
    assert one.scores_.notna().all(axis=None)
    assert all(map(np.array_equal, one.predictions_["a"], other.predictions_["a"]))


def test_kept_folds_are_found_again(music, tmp_path):
    X, y = music
    log = Log()
    models = {
        "a": detector(log=log),
        "search": GridSearchCV(detector(log=log), {"decoder__smooth": [0.0, 0.05]}, cv=2),
    }
    options = {"groups": GROUPS, "cv": 3, "memory": tmp_path, "random_state": 0}
    first = compare(models, X, y, **options)
    n_fits = log.count("fit")
    assert n_fits == 3 * (1 + 2 * 2 + 1)
    again = compare(models, X, y, **options)
    more = compare(models, X, y, scoring=["onset_f25", "onset_f50_samples"], **options)
    assert log.count("fit") == n_fits  # another scorer scores the predictions that were kept
    for other in (again, more):
        assert_array_equal(first.scores_, other.scores_)
        assert all(map(np.array_equal, first.predictions_["a"], other.predictions_["a"]))
    moved = [times + 0.001 for times in y]
    compare({"a": models["a"]}, X, moved, **options)
    assert log.count("fit") == n_fits + 3


SEGMENTS = [
    (np.array([[0.0, 1.0 + i / 2], [1.0 + i / 2, 5.0]]), ["C:maj", "N" if i % 2 else "G:maj"])
    for i in range(6)
]
NOTES = [(np.array([[0.5, 1.0], [1.0, 2.0 + i]]), np.array([440.0, 220.0 * (1 + i)])) for i in range(6)]
BARS = [np.column_stack([0.2 + np.arange(5 + i) / 2, 1 + np.arange(5 + i) % 3]) for i in range(6)]


def overlap(y_true, y_pred):
    """The share of the labelled time at whose start the prediction has the same label."""
    right = total = 0
    for (intervals, labels), (found, names) in zip(y_true, y_pred, strict=True):
        for (start, end), label in zip(intervals, labels, strict=True):
            at = [name for (a, b), name in zip(found, names, strict=True) if a <= start < b]
            right, total = right + (at == [label]) * (end - start), total + end - start
    return right / total


@pytest.mark.parametrize(
    ("y", "scoring", "scores"),
    [
        (BARS, "downbeat_f", {"copies": 1, "nothing": 0, "constant tempo": 0.92}),
        (SEGMENTS, make_scorer(overlap), {"copies": 1, "nothing": 0, "commonest label": 0.45}),
        (NOTES, "onset_f50", {"copies": 1, "nothing": 0}),
    ],
    ids=["bars", "segments", "notes"],
)
def test_every_kind_has_its_baselines_and_is_kept(y, scoring, scores, tmp_path):
    for _ in range(2):
        result = compare(
            {"copies": Copies()}, numbered(y), y, groups=range(6), cv=3, scoring=scoring, memory=tmp_path
        )
        assert list(result.table_.index) == list(scores)
        np.testing.assert_allclose(result.table_["mean"], list(scores.values()), atol=0.07)
        for one, other in zip(result.predictions_["copies"], y, strict=True):
            assert type(one) is type(other)
            for a, b in zip(one, other, strict=True):
                assert type(a) is type(b)
                assert_array_equal(a, b)


def test_constant_tempo_is_median_interval_and_mean_phase(music):
    X, y = music
    y = [0.02 + np.arange(1, 20) / 2, 0.98 + np.arange(30) / 2, np.zeros(0), 0.0 + np.arange(1, 22) / 2] * 3
    result = compare({"a": detector()}, X, y, groups=GROUPS, cv=3, scoring="beat_f")
    for beats in result.predictions_["constant tempo"]:
        np.testing.assert_allclose(
            beats % 0.5 % 0.49, 0, atol=0.01
        )  # phases beside 0 and beside the interval
        assert 9.5 <= beats[-1] <= 10.6
    # Three of four clips; the empty one scores 0.
    assert 0.6 < result.table_.loc["constant tempo", "mean"] < 0.75


class BeatF(EnergyDetector):
    default_scoring = "beat_f"


class Unnamed(EnergyDetector):
    default_scoring = None


def test_default_scorers_come_from_the_models(music):
    X, y = music
    models = {
        "pipeline": make_pipeline(FunctionTransformer(), detector()),
        "search": GridSearchCV(detector(), {"decoder__smooth": [0.0]}, cv=2),
        "unnamed": Unnamed(PeakPicker(0.7)),  # it names none, and does not object
    }
    result = compare(models, X, y, groups=GROUPS, cv=2)
    assert result.scoring_ == "onset_f25" and result.scores_.notna().all(axis=None)
    with pytest.raises(
        ValueError, match=r"no model has a default_scoring\. .*get_scorer_names\('annotations'\), \['amlc'"
    ):
        compare({"a": Unnamed()}, X, y)
    with pytest.raises(ValueError, match=r"models name different ones: \{'a': 'onset_f25', 'b': 'beat_f'\}"):
        compare({"a": detector(), "b": BeatF()}, X, y)


def test_a_failing_fold_leaves_the_others(music):
    X, y = music

    class Fails(EnergyDetector):
        def fit(self, X, y, groups=None):
            if len(y[0]) == 0:
                raise RuntimeError("no events in the first clip")
            return super().fit(X, y, groups)

    result = compare({"a": detector(), "b": Fails(PeakPicker(0.7))}, X, y, groups=GROUPS, cv=GroupKFold(3))
    failed = result.table_.loc["b", "n_failed"]
    assert 0 < failed < 3
    missing = {clip for clip, times in enumerate(result.predictions_["b"]) if times is None}
    lost = [fold for fold, (train, _) in enumerate(result.splits_) if len(y[train[0]]) == 0]
    assert missing == {int(clip) for fold in lost for clip in result.splits_[fold][1]}
    assert {key[:2] for key in result.errors_} == {("b", fold) for fold in lost}
    assert "no score" in repr(result)


def test_record_report_picture_and_pickle(music, tmp_path):
    X, y = music
    result = compare({"a": detector(), "b": detector(0.4)}, X, y, groups=GROUPS, cv=3, random_state=0)
    record = json.loads(json.dumps(result.to_dict()))
    assert record["n_clips"] == 12 and record["n_classes"] is None
    text = write_report(result, tmp_path / "report.html").read_text(encoding="utf-8")
    n_events = sum(map(len, y))
    assert f"12 clips, {n_events} annotated events" in text and "judged by onset f25" in text
    assert "Confusions" not in text and "Per-class" not in text
    ComparisonDisplay.from_comparison(result)
    again = pickle.loads(pickle.dumps(result))
    assert again.table_.equals(result.table_)
    for method in (result.class_table, lambda: result.confusion_matrix("a")):
        with pytest.raises(ValueError, match="y must hold classes, got annotations"):
            method()


def test_learning_curves(music):
    X, y = music
    curves = learning_curves(
        {"a": detector("auto")}, X, tuple(y), train_sizes=[0.25, 1.0], groups=GROUPS, cv=3, random_state=0
    )
    assert curves.table_.loc["a", "n_train"].tolist() == [2, 8]
    assert curves.table_["mean"].notna().all() and not curves.errors_


def test_doubts_still_count(music):
    X, y = music
    warnings.simplefilter("always")
    with pytest.warns(UserWarning) as noted:
        compare(
            {"a": detector()}, [*X[:11], X[3]], [*y[:11], y[3]], cv=KFold(2, shuffle=True, random_state=0)
        )
    texts = " ".join(str(one.message) for one in noted)
    for words in ("There are no groups", "only 2 folds", "clips 3 and 11 of X are equal"):
        assert words in texts


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (
            lambda y: y,
            {"cv": StratifiedKFold(3)},
            r"cv=StratifiedKFold.* cannot split clips with annotations",
        ),
        (
            lambda y: y,
            {"scoring": "accuracy"},
            r"'accuracy' cannot score y, which holds annotations \(events\)",
        ),
        (lambda y: y, {"scoring": "onset_f30"}, "'onset_f30' is not a valid scoring value.*'onset_f25'"),
        (lambda y: [*y[:-1], np.array([0.5, np.nan])], {}, "annotation 11 of y: event 1"),
        (lambda y: [*y[:-1], np.array([-0.5])], {}, "annotation 11 of y: event 0"),
        (lambda y: y[:-1], {}, "inconsistent numbers of samples"),
        (lambda y: [times.astype(int) for times in y], {}, r"y must hold one label, or one annotation, per"),
    ],
)
def test_errors_come_before_the_first_fit(change, options, words, music):
    X, y = music
    log = Log()
    with pytest.raises(ValueError, match=words):
        compare({"a": detector(log=log)}, X, change(y), **options)
    assert log.items == []


@pytest.mark.parametrize("model", [DummyClassifier(), Ridge()])
def test_models_of_labels_are_refused_by_name(model, music):
    X, y = music
    with pytest.raises(
        ValueError, match=rf"y holds annotations \(events\), from which {type(model).__name__}"
    ):
        compare({"a": model}, X, y)


def test_rows_of_numbers_are_still_numbers():
    rng = np.random.RandomState(0)
    X = rng.randn(20, 3)
    y = list(X @ rng.randn(3, 2))  # arrays of float of equal length, for a regressor
    result = compare({"a": Ridge()}, X, y, cv=4, random_state=0)
    assert result.kind_ == "numbers" and result.scoring_ == "r2"
    result = compare(
        {"a": DummyClassifier()}, X, [(np.array(row) > 0) * 1.0 for row in y], cv=4, random_state=0
    )
    assert result.kind_ == "tags"


class TempoOfClip(BaseEstimator):
    default_scoring = "tempo_acc1"

    def fit(self, X, y):
        self.is_fitted_ = True
        return self

    def predict(self, X):
        return np.array([x[0] for x in X])


def test_tempi_are_numbers_or_beats():
    tempi = np.array([60, 75, 100, 120, 150, 200])
    X = np.column_stack([tempi * [1, 1, 2, 1, 1, 1], tempi])
    beats = [np.arange(0.1, 10, 60 / tempo) for tempo in tempi]
    for y in (tempi, beats):
        result = compare({"a": TempoOfClip()}, X, y, groups=range(6), cv=3, baselines=False)
        assert result.scoring_ == "tempo_acc1"
        assert result.table_.loc["a", "mean"] == pytest.approx(5 / 6)
        assert_array_equal(np.array(result.predictions_["a"], float), X[:, 0])


def test_scores_of_a_plain_function(music):
    """It looks at the model, and gets the annotations as a list."""
    X, y = music

    def scorer(model, X, y):
        assert isinstance(y, list)
        return onset_f_measure(y, model.predict(X), window=0.025)

    result = compare(
        {"a": detector()}, X, y, groups=GROUPS, cv=3, scoring={"own": scorer, "named": "onset_f25"}
    )
    assert_array_equal(result.all_scores_["own"], result.all_scores_["named"])


def test_recordings_of_drums(real_data, tmp_path):
    loops = load_annotations(real_data / "drum_loops", kind="onsets")
    X, y = loops.data[::4], loops.target[::4]
    models = {"flux": OnsetDetector(network="flux"), "superflux": OnsetDetector(network="superflux")}
    options = {
        "groups": loops.groups[::4],
        "cv": 2,
        "scoring": ["onset_f25", "onset_f50"],
        "memory": tmp_path,
    }
    first, again = (compare(models, X, y, **options) for _ in range(2))
    assert (first.table_.loc[["flux", "superflux"], "mean"] > 0.9).all()
    assert first.table_.loc["constant tempo", "mean"] < 0.5
    assert again.all_scores_.equals(first.all_scores_)
