"""Metrics of music in time: mir_eval's values, without its traps."""

import sys

import mir_eval
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate

from skmir.metrics import (
    beat_continuity,
    beat_f_measure,
    downbeat_f_measure,
    get_scorer,
    get_scorer_names,
    onset_f_measure,
    precision_recall_f_measure,
    tempo_accuracy,
)

NONE = np.zeros(0)
CONTINUITY = ("cmlc", "cmlt", "amlc", "amlt")


@pytest.fixture(scope="module")
def beats():
    """Annotated and predicted beats: tracked, at twice and half the tempo, off-beat, shifted, noise."""
    rng = np.random.RandomState(0)
    grid = np.arange(0.3, 12, 0.5)
    guesses = [
        grid + rng.normal(0, 0.02, len(grid)),
        np.arange(0.3, 12, 0.25),
        grid[::2],
        grid + 0.25,
        np.r_[grid[:12], grid[12:] + 0.2],
        np.sort(rng.uniform(0, 12, 20)),
    ]
    return [grid] * len(guesses), [np.sort(np.abs(times)) for times in guesses]


def test_values_are_those_of_mir_eval(beats):
    truth, guesses = beats
    pairs = list(zip(truth, guesses, strict=True))
    for window in (0.025, 0.05):
        alone = [mir_eval.onset.f_measure(*pair, window=window) for pair in pairs]
        assert len({round(one[0], 3) for one in alone}) > 3
        f, precision, recall = np.mean(alone, axis=0)
        found = precision_recall_f_measure(truth, guesses, window=window, average="samples")
        np.testing.assert_allclose(found, [precision, recall, f])
        assert onset_f_measure(truth, guesses, window=window, average="samples") == pytest.approx(f)
    assert beat_f_measure(truth, guesses) == pytest.approx(
        np.mean([mir_eval.beat.f_measure(*pair) for pair in pairs])
    )
    for position, measure in enumerate(CONTINUITY):
        for trim in (0, 5):
            expected = [
                mir_eval.beat.continuity(*(mir_eval.beat.trim_beats(t, trim) for t in pair))[position]
                for pair in pairs
            ]
            assert beat_continuity(truth, guesses, measure=measure, trim=trim) == pytest.approx(
                np.mean(expected)
            )


def test_pooled_and_per_clip_by_hand():
    truth = [[1.0, 2.0, 3.0], [1.0]]
    guesses = [[1.02, 2.04, 3.2, 4.0], [1.0]]
    assert precision_recall_f_measure(truth, guesses, window=0.03) == (2 / 5, 2 / 4, 4 / 9)
    assert onset_f_measure(truth, guesses, window=0.03) == 4 / 9
    assert onset_f_measure(truth, guesses, window=0.03, average="samples") == (2 / 7 + 1) / 2
    # Two predictions for one onset: one of them is wrong.
    assert precision_recall_f_measure([[1.0]], [[0.99, 1.01]]) == (1 / 2, 1.0, 2 / 3)
    # The notes of a chord are one onset, at their mean.
    assert onset_f_measure([[1.0, 1.02, 2.0]], [[1.01, 2.0]], window=0.015, combine=0.03) == 1
    assert onset_f_measure([[1.0, 1.02, 2.0]], [[1.01, 2.0]], window=0.015) == 4 / 5


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "name", [name for name in get_scorer_names("annotations") if not name.startswith("chord")]
)
def test_nothing_against_nothing_is_right_and_anything_else_against_nothing_wrong(name):
    metric, options = get_scorer(name)._score_func, get_scorer(name)._kwargs
    some, none = np.array([0.5, 1.0, 1.5]), NONE
    if name.startswith("downbeat"):
        some = np.array([[0.5, 1], [1.0, 2], [1.5, 3]])
    elif name.startswith(("note", "frame")):
        some, none = (np.array([[0.5, 1.0]]), np.array([440.0])), (np.zeros((0, 2)), NONE)
    assert metric([none], [none], **options) == 1
    assert metric([some], [some], **options) == 1
    assert metric([some], [none], **options) == metric([none], [some], **options) == 0
    whole = metric([none, some], [none, some], **options), metric([some, none], [none, some], **options)
    assert whole == (1, 0)


def test_every_form_of_annotations_is_taken_and_none_is_changed(beats):
    truth, guesses = beats
    expected = beat_f_measure(truth, guesses), onset_f_measure(truth, guesses)
    rng = np.random.RandomState(0)
    shuffled = [rng.permutation(times) for times in guesses]
    kept = [times.copy() for times in shuffled]
    objects = np.empty(len(truth), dtype=object)
    objects[:] = truth
    bars = [np.column_stack([times, 1 + np.arange(len(times)) % 4]) for times in truth]
    notes = [(np.column_stack([times, times + 0.1]), np.full(len(times), 440.0)) for times in truth]
    for form in (objects, np.array(truth), bars, notes, [times.tolist() for times in truth]):
        assert (beat_f_measure(form, shuffled), onset_f_measure(form, shuffled)) == expected
    assert all(map(np.array_equal, shuffled, kept))


def test_nothing_is_left_out_unless_asked():
    clip = [np.arange(0.5, 4, 0.5)]
    with pytest.warns(UserWarning, match="empty"):
        assert mir_eval.beat.evaluate(clip[0], clip[0])["F-measure"] == 0  # the trap: its first 5 s are gone
    assert beat_f_measure(clip, clip) == beat_continuity(clip, clip) == 1
    with pytest.raises(
        ValueError, match=r"^trim=5 s leaves none of the 7 beats of clip 0, the last of which"
    ):
        beat_f_measure(clip, clip, trim=5)


def test_continuity_of_a_beat_that_is_annotated_twice():
    clip = np.arange(0.5, 8, 0.5)
    with np.errstate(all="raise"):
        assert beat_continuity([np.sort(np.r_[clip, clip[5]])], [clip]) == 1
    assert beat_continuity([[1.0]], [[1.0]]) == 0  # a single beat has no interval


def test_downbeats_are_the_beats_at_position_one():
    bars = np.column_stack([np.arange(8) / 2, 1 + np.arange(8) % 4])
    late = bars.copy()
    late[4:, 1] = 1 + np.arange(1, 5) % 4
    assert downbeat_f_measure([bars], [late]) == 1 / 2
    assert beat_f_measure([bars], [late]) == 1


def test_tempi():
    truth = [100, 100, 100, 100, np.nan, 60, 0]
    guess = [104, 104.1, 51, 300, np.nan, np.nan, 90]
    assert tempo_accuracy(truth, guess) == 2 / 7
    twos = (1, 2, 3, 1 / 2, 1 / 3)
    assert tempo_accuracy(truth, guess, factors=twos) == 4 / 7
    assert tempo_accuracy(truth, guess, factors=twos, tolerance=0.05) == 5 / 7
    # Beats stand for the tempo of their median interval: a gap does not move it.
    beats = [[0.5, 1.0, 1.5, 2.0, 5.0], np.array([[0.0, 1], [1.0, 2]])]
    assert tempo_accuracy([120, 60], beats) == tempo_accuracy(beats, [120, 60]) == 1
    with pytest.raises(ValueError, match=r"^y_pred\[1\]=-3 must be a tempo > 0"):
        tempo_accuracy([100, 90], [100, -3])
    with pytest.raises(ValueError, match=r"one tempo per clip, got 2 and 1 of them"):
        tempo_accuracy([100, 90], [100])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: onset_f_measure([[1.0]], [[1.0]], windw=0.1), TypeError, "windw"),
        (
            lambda: onset_f_measure([[1.0]], [[1.0], [2.0]]),
            ValueError,
            r"y_pred must have one annotation per",
        ),
        (lambda: onset_f_measure([[1.0, np.nan]], [[1.0]]), ValueError, "annotation 0 of y_true: event 1"),
        (
            lambda: onset_f_measure([[1.0]], [[1.0]], average="macro"),
            ValueError,
            "average='macro' is not one",
        ),
        (lambda: onset_f_measure([], []), ValueError, "y_true must have at least one annotation"),
        (lambda: beat_f_measure([[1.0]], [[1.0]], window=0), ValueError, "window=0 must be a number > 0"),
        (lambda: beat_continuity([[1.0]], [[1.0]], measure="aml"), ValueError, "measure='aml' is not one"),
        (lambda: downbeat_f_measure([[1.0, 2.0]], [[1.0]]), ValueError, "y_true must be an array of shape"),
        (lambda: get_scorer("onset_f30"), ValueError, r"'onset_f30' is not a valid .*'onset_f25'"),
    ],
)
def test_errors_name_what_is_wrong(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_the_error_without_mir_eval_names_the_function(monkeypatch):
    monkeypatch.setitem(sys.modules, "mir_eval", None)
    with pytest.raises(ImportError, match=r"^onset_f_measure needs mir_eval .*pip install mir_eval"):
        onset_f_measure([[1.0]], [[1.0]])
    assert tempo_accuracy([100], [100]) == 1


class Shifted(BaseEstimator):
    """Predicts what X says, later."""

    def __init__(self, shift=0.0):
        self.shift = shift

    def fit(self, X, y):
        self.is_fitted_ = True
        return self

    def predict(self, X):
        return [np.asarray(times) + self.shift for times in X]


def test_scorers_work_in_scikit_learn(beats):
    y = [times[i:] for i, times in enumerate(beats[0])]  # of unequal length
    scorers = {name: get_scorer(name) for name in ("onset_f25", "beat_f", "amlt", "tempo_acc1")}
    found = cross_validate(Shifted(0.03), y, y, cv=GroupKFold(3), groups=[0, 0, 1, 1, 2, 2], scoring=scorers)
    assert [found[f"test_{name}"].tolist() for name in scorers] == [[0] * 3, [1] * 3, [1] * 3, [1] * 3]
    search = GridSearchCV(Shifted(), {"shift": [0.04, 0.02, 0.1]}, scoring=scorers["onset_f25"], cv=2)
    assert search.fit(y, y).best_params_ == {"shift": 0.02}
    assert get_scorer("accuracy") is not None
    combined = make_scorer(onset_f_measure, combine=0.03)
    assert get_scorer(combined) is combined
    with pytest.raises(TypeError, match="sample_weight"):
        scorers["onset_f25"](Shifted().fit(y, y), y, y, sample_weight=np.ones(len(y)))
