"""What may be an annotation, in which form it is returned, and how all else is refused."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
)

from skmir._annotations import (
    CHECKS,
    as_object_array,
    check_bars,
    check_events,
    check_notes,
    check_segments,
    kind_of_annotations,
)
from skmir._validation import check_clips
from skmir.augmentation import AddNoise, Codec, PitchShift, TimeStretch
from skmir.compose import AugmentedEstimator
from skmir.datasets import load_annotations, make_onsets

A = np.array
EVENTS, BARS = A([0.5, 0.1, 0.3]), A([[1.0, 2], [0.5, 1]])
SEGMENTS = (A([[1.0, 2.0], [0.0, 1.0]]), ["G:maj", "C:maj"])
NOTES = (A([[1.0, 2.0], [0.0, 1.0], [0.0, 0.5]]), A([220.0, 440.0, 330.0]))
EMPTY = {
    "events": A([]),
    "bars": np.zeros((0, 2)),
    "segments": (np.zeros((0, 2)), []),
    "notes": (np.zeros((0, 2)), A([])),
}
ONE = {"events": EVENTS, "bars": BARS, "segments": SEGMENTS, "notes": NOTES}


def same(first, second):
    if isinstance(first, tuple):
        return np.array_equal(first[0], second[0]) and list(first[1]) == list(second[1])
    return np.array_equal(first, second)


def pairs_as_numpy_makes_them(pair):
    """A 2-D object array, as ``np.array`` makes of pairs whose parts cannot be stacked."""
    return np.array([as_object_array(pair), as_object_array(pair)], dtype=object)


@pytest.mark.parametrize("kind", ONE)
@pytest.mark.parametrize("container", [list, tuple, pd.Series, as_object_array], ids=lambda c: c.__name__)
def test_every_list_like_of_annotations_is_sorted_and_recognised(kind, container):
    y = container([ONE[kind], EMPTY[kind], ONE[kind]])
    before = [A(part, dtype=object) for part in (ONE[kind] if isinstance(ONE[kind], tuple) else [ONE[kind]])]
    checked = CHECKS[kind](y, 3)
    expected = {
        "events": A([0.1, 0.3, 0.5]),
        "bars": A([[0.5, 1], [1.0, 2]]),
        "segments": (A([[0.0, 1.0], [1.0, 2.0]]), ["C:maj", "G:maj"]),
        "notes": (A([[0.0, 0.5], [0.0, 1.0], [1.0, 2.0]]), A([330.0, 440.0, 220.0])),
    }[kind]
    assert all(same(*both) for both in zip(checked, [expected, EMPTY[kind], expected], strict=True))
    assert kind_of_annotations(y) == kind
    after = [A(part, dtype=object) for part in (ONE[kind] if isinstance(ONE[kind], tuple) else [ONE[kind]])]
    assert all(np.array_equal(x, z) for x, z in zip(before, after, strict=True))


def test_other_forms_of_the_same():
    assert [x.tolist() for x in check_events([[0.5, 0.1], [0.3]])] == [[0.1, 0.5], [0.3]]
    assert [x.tolist() for x in check_events(A([[0.2, 0.1], [0.3, 0.4]]))] == [[0.1, 0.2], [0.3, 0.4]]
    assert [x.tolist() for x in check_events(A([2.0, -1.0, 0.0]), 3)] == [[2.0], [], [0.0]]  # one per clip
    assert [x.tolist() for x in check_events((A([]), A([])))] == [[], []]
    assert check_notes([[[[0, 1]], [440]]])[0][1].tolist() == [440.0]
    assert check_segments([([[0, 1]], np.array(["C:maj"]))])[0][1] == ["C:maj"]
    assert check_bars([[]])[0].shape == (0, 2)
    for kind, check in (("segments", check_segments), ("notes", check_notes)):
        y = pairs_as_numpy_makes_them(ONE[kind])
        assert y.shape == (2, 2)
        assert kind_of_annotations(y) == kind
        assert same(check(y)[1], check([ONE[kind]])[0])


NO_ANNOTATIONS = [
    None,
    3,
    "onsets.csv",
    [],
    ["rock", "jazz"],
    pd.Series(["rock", "jazz"]),
    pd.DataFrame({"a": [0.5, 1.0], "b": [0.1, 0.2]}),
    A([1, 2, 3]),
    [1.5, 2.5],
    A([[0, 1], [1, 0]]),
    A([[0.5, 1.0], [1.0, 2.0]]),
    np.zeros((3, 4, 2)),
    [[0, 1], [1, 0]],
    [A([0, 1]), A([1, 0])],
    [A([0.0, 1.0]), A([1.0, 0.0])],
    [(0.5, 1.0), (0.2, 0.3)],
    [("rock", "guitar"), ("jazz", "piano")],
    [("rock",), ("jazz", "piano")],
    [{"rock"}, {"jazz"}],
    [("a", ["b", "c"])],
    [A([0, 1, 1]), A([1, 0])],  # classes of frames
    [A(["N", "C"]), A(["G"])],
    [np.zeros((3, 7)), np.zeros((3, 5))],  # tags of frames
    as_object_array(["rock", None]),
    SEGMENTS,  # of one clip, and no list
    NOTES,
]


@pytest.mark.parametrize("y", NO_ANNOTATIONS, ids=lambda y: re.sub(r"\s+", " ", repr(y))[:40])
def test_labels_tags_and_numbers_are_no_annotations(y):
    assert kind_of_annotations(y) is None


def test_two_events_per_clip_are_no_tags():
    assert kind_of_annotations([A([1.0, 2.0]), A([2.0, 3.0])]) == "events"
    assert kind_of_annotations([[0.5, 1.0], [0.3]]) == "events"


ONES = np.empty((2, 2), dtype=object)
ONES[:] = 1.0


@pytest.mark.parametrize(
    ("kind", "y", "match"),
    [
        ("events", None, r"y must be a list with .*requires y to be passed, but the target y is None"),
        ("events", "song.csv", r"got the text 'song\.csv'. If it names .*load_annotations"),
        ("events", 3, r"got 3, of type int"),
        ("events", {0: EVENTS}, r"of type dict"),
        ("events", [EVENTS, "song.csv"], r"annotation 1 of y .*got the text 'song\.csv'"),
        ("events", [EVENTS, 0.5], r"annotation 1 of y .*got 0\.5\. A clip with one event has \[0\.5\]"),
        ("events", [EVENTS, None], r"annotation 1 of y .*got None"),
        ("events", [EVENTS, ["a"]], r"annotation 1 of y .*got \['a'\]"),
        ("events", [EVENTS, A([True, False])], r"annotation 1 of y .*got \[True, False\]"),
        ("events", [EVENTS, [[0.1], [0.2, 0.3]]], r"annotation 1 of y .*got \[\[0\.1\]"),
        ("events", [EVENTS, BARS], r"annotation 1 .*got the shape \(2, 2\)\. For the times of bars alone"),
        ("events", [A([0.5, np.nan])], r"annotation 0 of y: event 1 must be at a finite .*, got nan s"),
        ("events", [A([]), A([np.inf])], r"annotation 1 of y: event 0 .*, got inf s"),
        ("events", [A([0.5, -0.1])], r"annotation 0 of y: event 1 .*not before 0, .* got -0\.1 s"),
        ("events", A([0.5, np.nan]), r"Input y contains NaN"),
        (
            "events",
            A([0.5, np.inf]),
            r"Input y contains infinity or a value too large for dtype\('float64'\)",
        ),
        ("events", ONES, r"object array of the shape \(2, 2\): numpy makes one .*list\(y\)"),
        ("events", SEGMENTS, r"a single pair, the annotation of one clip\. Pass a list: \[y\]"),
        ("bars", [EVENTS], r"got the shape \(3,\)\. Times alone are events"),
        (
            "bars",
            [A([[0.5, 0]])],
            r"beat 0 must have a whole number from 1 as its position in the bar.*got 0\.0",
        ),
        ("bars", [A([[0.5, 1], [0.7, np.nan]])], r"beat 1 must have a whole number from 1"),
        ("segments", SEGMENTS, r"a single pair, the annotation of one clip"),
        ("segments", [SEGMENTS, A([[0.0, 1.0]])], r"annotation 1 of y .*got the shape \(1, 2\)"),
        ("segments", [(A([[0.0, 1.0]]), "C")], r"annotation 0 of y must be a pair"),
        ("segments", [(A([[0.0, 1.0]]), ["C", "G"])], r"got 2 labels and 1 intervals"),
        ("segments", [(A([[0.0, 1.0]]), [7])], r"segment 0 must have text as its label, got 7"),
        ("segments", [(A([0.0, 1.0]), ["C", "G"])], r"intervals must be of shape \(n, 2\) in s, got \(2,\)"),
        ("segments", [(A([[0, 1], [2.0, 2.0]]), ["C", "G"])], r"segment 1 must end after its start \(swap"),
        (
            "segments",
            [(A([[2.0, 1.0]]), ["C"])],
            r"segment 0 must end after its start .*got \[2\.0, 1\.0\] s",
        ),
        ("segments", [(A([[-1.0, 1.0]]), ["C"])], r"segment 0 must be at a finite time in s, not before 0"),
        ("notes", [(A([[0.0, 1.0]]), [0.0])], r"note 0 must have a finite pitch above 0 Hz .*got 0\.0 Hz"),
        ("notes", [(A([[0.0, 1.0]]), [440.0, 220.0])], r"got 2 pitches and 1 intervals"),
        ("notes", [(A([[0.0, 1.0]]), ["A4"])], r"annotation 0 of y must be .*got \['A4'\]"),
        (
            "notes",
            [(A([[0.0, 1.0]]), 440.0)],
            r"annotation 0 of y must be .*got 440\.0 as the second part",
        ),
    ],
)
def test_refusals_name_the_annotation_and_the_event(kind, y, match):
    with pytest.raises(ValueError, match=match):
        CHECKS[kind](y)


def test_one_annotation_per_clip():
    for kind, check in CHECKS.items():
        with pytest.raises(
            ValueError, match=r"inconsistent numbers of samples: \[3, 1\].* truth must have one"
        ):
            check([ONE[kind]], 3, name="truth")
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[3, 2\]"):
        check_events(A([0.5, 1.0]), 3)


def test_an_object_array_has_one_dimension_whatever_is_in_it():
    for items in ([EVENTS, EVENTS], [BARS, BARS], [SEGMENTS, SEGMENTS], [], [EVENTS, A([])]):
        array = as_object_array(items)
        assert array.shape == (len(items),) and array.dtype == object
        assert all(one is other for one, other in zip(array, items, strict=True))


# ------------------------------------------------------------------------ as y in scikit-learn


class LoudPlaces(BaseEstimator):
    """Events wherever the samples pass a threshold; the score is how many events it finds."""

    def __init__(self, threshold=0.5):
        self.threshold = threshold

    def fit(self, X, y, groups=None):
        self.seen_ = check_events(y, len(check_clips(self, X, reset=True)))
        return self

    def predict(self, X):
        return [np.flatnonzero(np.abs(clip) > self.threshold) / 8000 for clip in X]

    def score(self, X, y):
        found = zip(self.predict(X), check_events(y, len(X)), strict=True)
        return float(np.mean([min(1, len(times) / max(1, len(truth))) for times, truth in found]))


@pytest.fixture(scope="module")
def small():
    clips, onsets = make_onsets(6, sounds="percussive", duration=0.5, sr=8000, random_state=0)
    lengths = {len(times) for times in onsets}
    assert len(lengths) > 1  # what np.asarray would refuse
    return clips, onsets, np.repeat(["a", "b", "c"], 2)


@pytest.mark.parametrize("form", [list, as_object_array], ids=["list", "object array"])
def test_annotations_as_y_in_scikit_learn(small, form):
    X, y, groups = small
    y, model = form(y), LoudPlaces()
    folds = list(GroupKFold(3).split(X, y, groups))
    by_hand = [
        LoudPlaces().fit(X[train], [y[i] for i in train]).score(X[test], [y[i] for i in test])
        for train, test in folds
    ]
    scores = cross_val_score(model, X, y, groups=groups, cv=GroupKFold(3), error_score="raise")
    np.testing.assert_allclose(scores, by_hand)
    done = cross_validate(model, X, y, groups=groups, cv=GroupKFold(3), return_estimator=True)
    for fitted, (train, _) in zip(done["estimator"], folds, strict=True):
        assert all(same(seen, y[i]) for seen, i in zip(fitted.seen_, train, strict=True))
    grid = {"threshold": [0.01, 2.0]}
    search = GridSearchCV(model, grid, cv=GroupKFold(3), error_score="raise").fit(X, y, groups=groups)
    assert search.best_params_ == {"threshold": 0.01} and len(search.best_estimator_.seen_) == 6
    sizes, _, tested = learning_curve(
        model, X, y, groups=groups, cv=GroupKFold(3), train_sizes=[2, 4], error_score="raise"
    )
    assert sizes.tolist() == [2, 4] and np.isfinite(tested).all()


def test_what_scikit_learn_refuses(small):
    X, y, _ = small
    for form in (list, as_object_array):  # the words depend on the version
        with pytest.raises(ValueError, match=r"inhomogeneous|ambiguous|Supported target types"):
            cross_val_score(LoudPlaces(), X, form(y), cv=StratifiedKFold(2))
    with pytest.raises(ValueError, match="inhomogeneous"):  # the predictions
        cross_val_predict(LoudPlaces(), X, y, cv=2)


# ----------------------------------------------------------------- moved along with the sound


class Spy(LoudPlaces):
    """Keeps what it is trained on."""

    def fit(self, X, y, groups=None):
        self.X_, self.y_ = X, y
        return self


@pytest.mark.parametrize(
    ("folder", "kind", "target"),
    [
        ("drum_loops", "onsets", "times"),
        ("chord_songs", "bars", "bars"),
        ("chord_songs", "chords", "chords"),
        ("piano_performances", "notes", "notes"),
    ],
)
def test_real_annotations_move_with_the_sound(real_data, folder, kind, target):
    found = load_annotations(real_data / folder, kind)
    y = found.target[:2]
    X = [np.sin(np.arange(4000 + 100 * i)) for i in range(2)]
    chain = [TimeStretch(0.5), Codec("mp3"), AddNoise((30, 40))]
    if target in ("chords", "notes"):
        chain.append(PitchShift((12, 12)))
    model = AugmentedEstimator(Spy(), chain, target=target, sr=8000, random_state=0).fit(
        X, as_object_array(y)
    )
    assert model.estimator_.y_.shape == (4,)
    assert [len(clip) for clip in model.estimator_.X_] == [4000, 4100, 8000, 8200]
    assert [same(one, other) for one, other in zip(model.estimator_.y_[:2], y, strict=True)] == [True, True]
    for moved, was in zip(model.estimator_.y_[2:], y, strict=True):
        if target == "times":
            np.testing.assert_allclose(moved, 2 * was)
        elif target == "bars":
            np.testing.assert_allclose(moved, was * [2, 1])
        else:
            np.testing.assert_allclose(moved[0], 2 * was[0])
        if target == "chords":
            assert [label.partition(":")[2] for label in moved[1]] == [s.partition(":")[2] for s in was[1]]
        if target == "notes":
            np.testing.assert_allclose(moved[1], 2 * was[1])
    assert same(found.target[0], load_annotations(real_data / folder, kind).target[0])  # nothing was changed


def test_annotations_that_would_be_left_behind_are_refused():
    X = np.ones((2, 4000))
    for y, match in (
        ([EVENTS, EVENTS], r"TimeStretch\(\) changes when .*Pass target='times' to say"),
        ([BARS, BARS], r"target='bars'"),
        ([SEGMENTS, SEGMENTS], r"target='chords' or target='segments'"),
        ([NOTES, NOTES], r"target='notes'"),
    ):
        with pytest.raises(ValueError, match=match):
            AugmentedEstimator(Spy(), [AddNoise(), TimeStretch()]).fit(X, y)
        model = AugmentedEstimator(Spy(), AddNoise(), random_state=0).fit(X, y)  # noise moves nothing
        assert len(model.estimator_.y_) == 4 and model.estimator_.y_[2] is y[0]
    with pytest.raises(ValueError, match=r"got the shape \(2, 2\)\. If .* pass target='bars'"):
        AugmentedEstimator(Spy(), TimeStretch(), target="times").fit(X, [BARS, BARS])
    whole = AugmentedEstimator(Spy(), [PitchShift(), TimeStretch(2.0)], target="segments", random_state=0)
    assert whole.fit(X, [SEGMENTS, SEGMENTS]).estimator_.y_[2][1] == SEGMENTS[1]  # verse stays verse
