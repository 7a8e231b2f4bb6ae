"""Any classifier on windows, with a prediction a clip."""

import pickle

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skmir._frame_rows import window_rows
from skmir.compose import AugmentedEstimator, FrameClassifier
from skmir.neural_network import RBM, DBNClassifier, MLPClassifier
from skmir.preprocessing import FrameScaler


@pytest.fixture
def clips(rng):
    """Eighteen clips of 4 to 21 frames in three classes, each louder in bins of its own."""
    y = np.tile(["bass", "drum", "horn"], 6)
    X = [rng.randn(6, 4 + i) for i in range(18)]
    for x, label in zip(X, y, strict=True):
        first = 2 * ["bass", "drum", "horn"].index(label)
        x[first : first + 2] += 1
    return X, y


class Spy(ClassifierMixin, BaseEstimator):
    """Keeps what fit was given; predicts the first class."""

    def fit(self, X, y, sample_weight=None, groups=None):
        self.seen_ = {"X": X, "y": y, "sample_weight": sample_weight, "groups": groups}
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class Nearest(ClassifierMixin, BaseEstimator):
    """A classifier with fit(X, y) and predict, and nothing else."""

    def fit(self, X, y):
        self.inner_ = KNeighborsClassifier(1).fit(X, y)
        self.classes_ = self.inner_.classes_
        return self

    def predict(self, X):
        return self.inner_.predict(X)


def small_net(kind=MLPClassifier, **params):
    return kind((6,), **{"max_iter": 2, "device": "cpu", "random_state": 0, **params})


def windows_of(X, width, hop):
    """Return the windows of each clip as rows, written down as plainly as can be."""
    windows = []
    for x in X:
        last = max(x.shape[1] - width, 0)
        starts = [*range(0, last, hop), last]
        windows.append(np.array([np.tile(x, width)[:, s : s + width].ravel() for s in starts]))
    return windows


@pytest.mark.parametrize(("width", "hop"), [(1, None), (3, None), (3, 1), (5, 2), (30, None)])
def test_the_inner_classifier_sees_the_windows_of_all_clips(clips, width, hop):
    X, y = clips
    seen = FrameClassifier(Spy(), width=width, hop=hop).fit(X, y).estimator_.seen_
    windows = windows_of(X, width, hop or width)
    np.testing.assert_array_equal(seen["X"], np.concatenate(windows))
    n_rows = [len(w) for w in windows]
    np.testing.assert_array_equal(seen["y"], np.repeat(y, n_rows))
    np.testing.assert_array_equal(seen["groups"], np.repeat(np.arange(18), n_rows))
    assert seen["sample_weight"] is None


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("inner", [LogisticRegression(), SVC(), LinearSVC()], ids=str)
def test_aggregates_by_hand(clips, inner, width):
    X, y = clips
    for aggregate in ("mean", "vote", "max"):
        model = FrameClassifier(inner, width=width, aggregate=aggregate).fit(X, y)
        method = "predict_proba" if hasattr(inner, "predict_proba") else "decision_function"
        windows = windows_of(X, width, width)
        scores = [getattr(model.estimator_, method)(w) for w in windows]
        votes = [np.bincount(s.argmax(axis=1), minlength=3) for s in scores]
        expected = {
            "mean": [s.mean(axis=0).argmax() for s in scores],
            "max": [s.max(axis=0).argmax() for s in scores],
            "vote": [
                max(range(3), key=lambda c, s=s, v=v: (v[c], s.mean(axis=0)[c]))
                for s, v in zip(scores, votes, strict=True)
            ],
        }[aggregate]
        np.testing.assert_array_equal(model.predict(X), model.classes_[expected])


def test_votes_that_are_equal_are_decided_by_the_mean():
    """Two windows, one vote each; the second is much surer of its class."""
    X, y = np.array([[[-2.0, -1.0]], [[1.0, 2.0]]]), ["a", "b"]
    for inner in (LogisticRegression(), SVC(kernel="linear")):
        model = FrameClassifier(inner, aggregate="vote").fit(X, y)
        for clip, label in (([-1.0, 3.0], "b"), ([-3.0, 1.0], "a")):
            assert model.predict(np.array([[clip]])).tolist() == [label]


def test_probabilities_by_hand(clips):
    X, y = clips
    inner = LogisticRegression().fit(np.concatenate([x.T for x in X]), np.repeat(y, [x.shape[1] for x in X]))
    scores = [inner.predict_proba(x.T) for x in X]
    highest = np.array([s.max(axis=0) for s in scores])
    expected = {
        "mean": [s.mean(axis=0) for s in scores],
        "max": highest / highest.sum(axis=1, keepdims=True),
        "vote": [np.bincount(s.argmax(axis=1), minlength=3) / len(s) for s in scores],
    }
    for aggregate, by_hand in expected.items():
        found = FrameClassifier(aggregate=aggregate).fit(X, y).predict_proba(X)
        np.testing.assert_allclose(found, by_hand, atol=1e-9)
        np.testing.assert_allclose(found.sum(axis=1), 1)


def test_decisions_are_means(clips):
    X, y = clips
    model = FrameClassifier(SVC()).fit(X, y)
    expected = [model.estimator_.decision_function(x.T).mean(axis=0) for x in X]
    np.testing.assert_allclose(model.decision_function(X), expected)
    binary = FrameClassifier(SVC()).fit(X, y == "drum")
    expected = [binary.estimator_.decision_function(x.T).mean() for x in X]
    np.testing.assert_allclose(binary.decision_function(X), expected)
    np.testing.assert_array_equal(binary.predict(X), binary.decision_function(X) > 0)


@pytest.mark.parametrize(
    "inner", [LinearSVC(random_state=0), RidgeClassifier(), Nearest(), SVC(), KNeighborsClassifier()], ids=str
)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_classifiers_of_all_kinds_learn(clips, inner, n_classes):
    X, y = clips
    y = y if n_classes == 3 else y == "drum"
    assert FrameClassifier(inner, width=2, aggregate="vote").fit(X, y).score(X, y) > 0.9


def test_methods_are_there_where_the_inner_classifier_has_them(clips):
    X, y = clips
    for inner, proba, decision in (
        (LogisticRegression(), True, True),
        (LinearSVC(), False, True),
        (KNeighborsClassifier(), True, False),
        (Nearest(), False, False),
        (SVC(), False, True),
    ):
        model = FrameClassifier(inner)
        for fitted in (model, model.fit(X, y)):
            assert hasattr(fitted, "predict_proba") == proba
            assert hasattr(fitted, "decision_function") == decision


@pytest.mark.parametrize("aggregate", ["mean", "max"])
def test_predictions_alone_can_only_be_voted_on(clips, aggregate):
    X, y = clips
    model = FrameClassifier(Nearest(), aggregate=aggregate).fit(X, y)
    with pytest.raises(ValueError, match=f"Nearest has neither .* by '{aggregate}'. Use aggregate='vote'"):
        model.predict(X)


def test_roc_auc_without_probabilities(clips):
    X, y = clips
    assert cross_val_score(FrameClassifier(LinearSVC()), X, y == "drum", cv=3, scoring="roc_auc").mean() > 0.8


@pytest.mark.parametrize("aggregate", ["mean", "vote", "max"])
def test_a_list_is_its_clips_one_by_one(clips, aggregate):
    X, y = clips
    model = FrameClassifier(width=3, hop=2, aggregate=aggregate).fit(X, y)
    alone = np.concatenate([model.predict_proba([x]) for x in X])
    np.testing.assert_allclose(model.predict_proba(X), alone, atol=1e-9)
    np.testing.assert_array_equal(model.predict(X), [model.predict([x])[0] for x in X])


def test_more_clips_than_are_predicted_at_once(clips):
    X, y = clips
    model = FrameClassifier().fit(X, y)
    many = X * 5  # 90 clips: 32 at once
    np.testing.assert_allclose(model.predict_proba(many), np.tile(model.predict_proba(X), (5, 1)), atol=1e-9)


def test_an_array_and_a_list_of_equal_clips_are_one(rng):
    X, y = rng.randn(8, 3, 10), np.tile([0, 1], 4)
    one, other = FrameClassifier(width=2).fit(X, y), FrameClassifier(width=2).fit(list(X), y)
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(list(X)))


def test_a_table_is_one_frame_a_clip(rng):
    X, y = rng.randn(20, 3), np.tile([0, 1], 10)
    model = FrameClassifier().fit(X, y)
    assert model.n_features_in_ == 3
    np.testing.assert_allclose(model.predict_proba(X), LogisticRegression().fit(X, y).predict_proba(X))


@pytest.mark.parametrize("y", [[5, 7], [True, False], ["b", "a"]], ids=str)
def test_labels_of_any_type_come_back(rng, y):
    X = rng.randn(10, 3, 6)
    X[::2] += 3
    labels = np.array(y * 5)
    model = FrameClassifier().fit(X, labels)
    np.testing.assert_array_equal(model.classes_, sorted(y))
    np.testing.assert_array_equal(model.predict(X), labels)


def test_groups_reach_a_network(clips, monkeypatch):
    X, y = clips
    seen = []
    fit = MLPClassifier.fit

    def spy(self, X, y, sample_weight=None, *, groups=None):
        seen.append(groups)
        return fit(self, X, y, sample_weight, groups=groups)

    monkeypatch.setattr(MLPClassifier, "fit", spy)
    model = FrameClassifier(small_net(), width=4)
    n_rows = [-(-x.shape[1] // 4) for x in X]
    model.fit(X, y)
    np.testing.assert_array_equal(seen[0], np.repeat(np.arange(18), n_rows))
    groups = np.repeat(["a", "b", "c"], 6)
    model.fit(X, y, groups=groups)
    np.testing.assert_array_equal(seen[1], np.repeat(groups, n_rows))
    model.fit(X, y, groups=groups.tolist())
    np.testing.assert_array_equal(seen[2], np.repeat(groups, n_rows))


def test_no_clip_stands_on_both_sides_of_early_stopping(clips, monkeypatch):
    from skmir.neural_network import _base

    X, y = clips
    sides = []
    split = _base.validation_split

    def spy(targets, groups, *args):
        train, valid = split(targets, groups, *args)
        sides.append((set(groups[train]), set(groups[valid])))
        return train, valid

    monkeypatch.setattr(_base, "validation_split", spy)
    net = small_net(early_stopping=True, validation_fraction=0.3)
    FrameClassifier(net, width=2).fit(X, y)
    pipeline = make_pipeline(StandardScaler(), net)
    FrameClassifier(pipeline, width=2).fit(X, y)
    FrameClassifier(make_pipeline(StandardScaler(), pipeline), width=2).fit(X, y)
    with sklearn.config_context(enable_metadata_routing=True):
        FrameClassifier(net, width=2).fit(X, y)
        FrameClassifier(pipeline, width=2).fit(X, y)
    assert len(sides) == 5
    for train, valid in sides:
        assert valid and not train & valid


def test_groups_change_nothing_for_who_takes_none(clips):
    X, y = clips
    for inner in (LogisticRegression(), make_pipeline(StandardScaler(), LogisticRegression())):
        with_groups = FrameClassifier(inner).fit(X, y, groups=np.repeat([0, 1, 2], 6))
        np.testing.assert_array_equal(
            with_groups.predict_proba(X), FrameClassifier(inner).fit(X, y).predict_proba(X)
        )


def test_weights_are_repeated(clips):
    X, y = clips
    weights = np.linspace(0, 1, 18)
    seen = FrameClassifier(Spy(), width=4).fit(X, y, sample_weight=weights).estimator_.seen_
    np.testing.assert_array_equal(seen["sample_weight"], np.repeat(weights, [-(-x.shape[1] // 4) for x in X]))


INSIDE = {
    "named step": Pipeline([("scale", StandardScaler()), ("clf", LogisticRegression())]),
    "pipeline in a pipeline": make_pipeline(StandardScaler(), make_pipeline(PCA(2), LogisticRegression())),
    "search": GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2),
    "search over a pipeline": GridSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [1.0]}, cv=2
    ),
    "search in a pipeline": make_pipeline(PCA(2), GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2)),
    "meta-estimator": CalibratedClassifierCV(LogisticRegression(), cv=KFold(2)),
}


@pytest.mark.parametrize("inner", INSIDE.values(), ids=INSIDE)
@pytest.mark.parametrize("outer", [FrameClassifier, AugmentedEstimator])
def test_weights_reach_whoever_takes_them(inner, outer, rng):
    """Clips of weight zero may as well have any label: what is learned is the same."""
    X, y = rng.randn(30, 4), np.tile(["a", "b"], 15)
    X[y == "b"] += 1
    weights = np.repeat([1.0, 0.0], [20, 10])
    lied = np.where(weights > 0, y, "a")
    one, other = (outer(inner).fit(X, labels, sample_weight=weights).predict_proba(X) for labels in (y, lied))
    plain = outer(inner).fit(X, lied).predict_proba(X)
    assert np.abs(one - other).max() < 0.1 * np.abs(plain - other).max()


@pytest.mark.parametrize(
    "inner",
    [
        KNeighborsClassifier(),
        make_pipeline(StandardScaler(), KNeighborsClassifier()),
        GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1]}, cv=2),
    ],
    ids=["alone", "pipeline", "search"],
)
@pytest.mark.parametrize("outer", [FrameClassifier, AugmentedEstimator])
def test_weights_that_nobody_takes_are_refused(inner, outer, rng):
    with pytest.raises(ValueError, match=r"(?s)KNeighborsClassifier\(.* takes no sample_weight. Leave"):
        outer(inner).fit(rng.randn(8, 3), [0, 1] * 4, sample_weight=np.ones(8))


@pytest.mark.parametrize("hop", [None, 1, 2, 3, 7])
@pytest.mark.parametrize("width", [1, 2, 4, 6])
def test_the_last_frame_of_every_clip_is_seen(width, hop):
    """In training, and in prediction: what only the last frame tells is learned, and found."""
    X = [np.zeros((2, n)) for n in range(1, 17)]
    y = np.arange(16) % 2
    for x, label in zip(X, y, strict=True):
        x[label, -1] = 10.0
    model = FrameClassifier(LogisticRegression(C=100), width=width, hop=hop, aggregate="max").fit(X, y)
    np.testing.assert_array_equal(model.predict(X), y)


@pytest.mark.parametrize("width", [1, 3, 20])
def test_windows_follow_what_was_fitted(clips, width):
    X, y = clips
    model = FrameClassifier(width=width, hop=2).fit(X, y)
    expected = model.predict_proba(X)
    model.set_params(width=2, hop=5, max_windows=1)
    np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_clips_of_weight_zero_teach_nothing(clips):
    X, y = clips
    told = np.where(np.arange(18) < 9, np.roll(y, 1), y)
    model = FrameClassifier().fit(X, told, sample_weight=(np.arange(18) >= 9).astype(float))
    expected = FrameClassifier().fit(X[9:], y[9:])
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X), atol=1e-3)


def test_the_windows_drawn_depend_on_the_seed_alone(clips):
    X, y = clips
    drawn = [
        FrameClassifier(Spy(), max_windows=3, random_state=seed).fit(X, y).estimator_.seen_["X"]
        for seed in (0, 0, 1)
    ]
    assert len(drawn[0]) == 18 * 3
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])
    everything = FrameClassifier(Spy(), max_windows=1000).fit(X, y).estimator_.seen_["X"]
    np.testing.assert_array_equal(everything, np.concatenate([x.T for x in X]))


def test_prediction_sees_every_window(clips):
    X, y = clips
    model = FrameClassifier(max_windows=1, random_state=0).fit(X, y)
    expected = [model.estimator_.predict_proba(x.T).mean(axis=0) for x in X]
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-9)


def test_nested_parameters_are_searched(clips):
    X, y = clips
    pipeline = make_pipeline(FrameScaler(log=False), FrameClassifier(LinearSVC(random_state=0)))
    grid = {
        "frameclassifier__estimator__C": [0.01, 1],
        "frameclassifier__width": [1, 2],
        "frameclassifier__aggregate": ["mean", "vote"],
    }
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(X, y)
    assert len(search.cv_results_["params"]) == 8
    assert search.best_score_ > 0.8
    swap = {"frameclassifier__estimator": [None, small_net(DBNClassifier), SVC()]}
    assert np.isfinite(GridSearchCV(pipeline, swap, cv=3).fit(X, y).cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("inner", [LogisticRegression(), small_net()], ids=["logistic", "network"])
def test_groups_are_routed(clips, inner):
    X, y = clips
    groups = np.repeat(np.arange(6), 3)
    with sklearn.config_context(enable_metadata_routing=True):
        model = make_pipeline(FrameScaler(log=False), FrameClassifier(inner))
        scores = cross_validate(model, X, y, cv=GroupKFold(3), params={"groups": groups}, error_score="raise")
    assert scores["test_score"].shape == (3,)


def test_parameters_of_a_network_are_counted(clips):
    X, y = clips
    assert FrameClassifier(small_net(), width=2).fit(X, y).n_parameters_ == 12 * 6 + 6 + 6 * 3 + 3
    assert not hasattr(FrameClassifier().fit(X, y), "n_parameters_")


def test_the_callers_classifier_and_arrays_are_left_alone(clips):
    X, y = clips
    inner = LogisticRegression()
    before = [x.copy() for x in X]
    for x in X:
        x.setflags(write=False)
    model = FrameClassifier(inner, width=2).fit(X, y)
    model.predict(X)
    assert not hasattr(inner, "coef_") and model.estimator_ is not inner
    for x, unchanged in zip(X, before, strict=True):
        np.testing.assert_array_equal(x, unchanged)


def test_rows_are_in_the_callers_dtype(clips):
    X, y = clips
    for dtype in (np.float32, np.float64):
        model = FrameClassifier(Spy(), width=2).fit([x.astype(dtype) for x in X], y)
        assert model.estimator_.seen_["X"].dtype == dtype


def test_a_pickle(clips):
    X, y = clips
    for inner in (LogisticRegression(), small_net()):
        model = FrameClassifier(inner, width=2).fit(X, y)
        np.testing.assert_array_equal(
            pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X)
        )


@pytest.mark.parametrize("n_classes", [3, 4])
def test_one_against_one_decisions_are_not_mistaken_for_classes(rng, n_classes):
    """Of three classes there are three pairs, of four there are six."""
    X, y = rng.randn(20, 4, 5), np.arange(20) % n_classes
    model = FrameClassifier(SVC(decision_function_shape="ovo")).fit(X, y)
    with pytest.raises(
        ValueError, match=r"one value per pair of classes.* Use decision_function_shape='ovr'"
    ):
        model.predict(X)
    binary = FrameClassifier(SVC(decision_function_shape="ovo")).fit(X, y == 0)
    np.testing.assert_array_equal(binary.predict(X), binary.decision_function(X) > 0)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"width": 0}, ValueError, "width=0 must be an integer >= 1"),
        ({"width": 1.5}, TypeError, "width=1.5"),
        ({"hop": 0}, ValueError, "hop=0 must be an integer >= 1 or None"),
        ({"max_windows": 0}, ValueError, "max_windows=0"),
        ({"aggregate": "median"}, ValueError, r"aggregate='median' is not one of \['max', 'mean', 'vote'\]"),
    ],
)
def test_parameters_out_of_range_are_refused(clips, params, error, message):
    with pytest.raises(error, match=message):
        FrameClassifier(**params).fit(*clips)


def test_what_is_refused(clips):
    X, y = clips
    with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
        FrameClassifier().fit(X, None)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        FrameClassifier().fit(X, y[:-1])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        FrameClassifier().fit(X, y, groups=np.zeros(17))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        FrameClassifier().fit(X, y, sample_weight=np.ones(17))
    with pytest.raises(ValueError, match=r"y has the shape \(18, 2\) and is 'multiclass-multi.*Multi"):
        FrameClassifier().fit(X, np.arange(36).reshape(18, 2))
    with pytest.raises(ValueError, match="Tags must be 0, or 1 if a clip has the tag, but y holds -1"):
        FrameClassifier().fit(X, np.tile([[-1, 1], [1, 1]], (9, 1)))
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        FrameClassifier().fit(X, np.linspace(0, 1, 18))
    with pytest.raises(ValueError, match="FrameClassifier takes frames, and X holds paths"):
        FrameClassifier().fit(["a.wav"] * 18, y)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        FrameClassifier().predict(X)
    model = FrameClassifier().fit(X, y)
    with pytest.raises(ValueError, match="clip 0 of X has 5 bins per frame, but FrameClassifier was"):
        model.predict([x[:5] for x in X])


class TestUnlabelledClips:
    def network(self):
        return DBNClassifier((6,), pretraining=RBM(n_iter=2), max_iter=1, device="cpu", random_state=0)

    def test_their_windows_are_pretrained_on(self, rng):
        X, y = rng.randn(8, 5, 12), np.tile(["one", "two"], 4)
        more = [rng.randn(5, n) for n in (4, 20, 3)]
        model = FrameClassifier(self.network(), width=3, hop=2).fit(X, y, X_unlabelled=more)
        rows, n_rows = window_rows(list(X), 3, 2)
        unlabelled, _ = window_rows(more, 3, 2)
        groups = np.repeat(np.arange(8), n_rows)
        direct = self.network().fit(rows, np.repeat(y, n_rows), groups=groups, X_unlabelled=unlabelled)
        np.testing.assert_array_equal(
            model.estimator_.module_.final_layer.weight.detach(), direct.module_.final_layer.weight.detach()
        )
        alone = FrameClassifier(self.network(), width=3, hop=2).fit(X, y)
        assert not np.array_equal(alone.predict_proba(X), model.predict_proba(X))

    def test_a_classifier_that_takes_none_is_named(self, rng):
        X, y = rng.randn(8, 5, 12), np.tile(["one", "two"], 4)
        for inner in (LogisticRegression(), make_pipeline(StandardScaler(), self.network())):
            with pytest.raises(ValueError, match="takes no X_unlabelled"):
                FrameClassifier(inner).fit(X, y, X_unlabelled=X)
