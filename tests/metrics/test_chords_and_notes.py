"""Scores of chords and notes: equal to mir_eval's where it has them, and right where it fails."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from skmir.metrics import (
    chord_weighted_recall,
    frame_accuracy,
    frame_f_measure,
    get_scorer,
    note_f_measure,
)

mir_eval = pytest.importorskip("mir_eval")

QUALITIES = ("maj", "min", "7", "min7", "maj7", "sus4", "dim", "maj6")
NOTHING = (np.zeros((0, 2)), np.zeros(0))
NO_CHORDS = (np.zeros((0, 2)), [])


def chords(rng, seconds=20.0):
    bounds = np.unique(np.r_[0, rng.uniform(0, seconds, 12).round(2), seconds])
    labels = [f"{rng.choice(list('CDEFGAB'))}:{rng.choice(QUALITIES)}" for _ in bounds[1:]]
    return np.stack([bounds[:-1], bounds[1:]], axis=1), [
        label if rng.rand() > 0.1 else "N" for label in labels
    ]


def notes(rng, n=30):
    onsets = rng.uniform(0, 10, n).round(3)
    intervals = np.stack([onsets, onsets + rng.uniform(0.1, 1, n).round(3)], axis=1)
    return intervals, 440 * 2 ** (rng.randint(-12, 12, n) / 12)


def moved(rng, annotation):
    """Return notes of which some are late, some are gone, and some are others."""
    intervals, pitches = annotation
    late = rng.choice([0, 0.03, 0.08], len(pitches))[:, np.newaxis]
    kept = rng.rand(len(pitches)) < 0.8
    return (intervals + late)[kept], (pitches * rng.choice([1, 2 ** (1 / 12)], len(pitches), p=[0.8, 0.2]))[
        kept
    ]


class Answers(BaseEstimator):
    """An estimator with predictions that are there already."""

    def __init__(self, y=None):
        self.y = y

    def predict(self, X):
        return self.y


@pytest.mark.parametrize("comparison", ["root", "thirds", "triads", "tetrads", "majmin", "sevenths", "mirex"])
def test_chords_as_in_mir_eval(rng, comparison):
    truth, guesses = ([chords(rng) for _ in range(3)] for _ in range(2))
    expected = [
        mir_eval.chord.evaluate(*one, *other)[comparison] for one, other in zip(truth, guesses, strict=True)
    ]
    found = chord_weighted_recall(truth, guesses, comparison=comparison, average="samples")
    assert found == pytest.approx(np.mean(expected))
    singly = [
        chord_weighted_recall([one], [other], comparison=comparison)
        for one, other in zip(truth, guesses, strict=True)
    ]
    np.testing.assert_allclose(singly, expected)


def test_long_clips_weigh_more_in_the_pooled_recall():
    truth = [([[0, 3]], ["C:maj"]), ([[0, 1]], ["C:maj"])]
    guesses = [([[0, 3]], ["C:maj"]), ([[0, 1]], ["D:maj"])]
    assert chord_weighted_recall(truth, guesses) == 0.75
    assert chord_weighted_recall(truth, guesses, average="samples") == 0.5


def test_gaps_in_annotations_do_not_count_and_those_in_predictions_are_no_chord():
    truth = [([[0, 1], [3, 4]], ["C:maj", "N"])]
    whole = [([[0, 4]], ["C:maj"])]
    assert chord_weighted_recall(truth, whole) == 0.5  # mir_eval fills the gap with C:maj, and says 0.75
    assert chord_weighted_recall(truth, [([[0, 1]], ["C:maj"])]) == 1
    assert chord_weighted_recall(truth, [NO_CHORDS]) == 0.5
    assert chord_weighted_recall([([[0, 1], [1, 2]], ["C:maj", "X"])], whole) == 1
    assert chord_weighted_recall([([[0, 1], [1, 2]], ["C:maj", "C:sus4"])], whole) == 1
    late = [([[0.5, 4]], ["C:maj"])]
    assert chord_weighted_recall(truth, late) == 0.25


def test_nothing_to_compare_is_no_score():
    unknown = [([[0, 1]], ["X"])]
    assert np.isnan(chord_weighted_recall(unknown, [([[0, 1]], ["C:maj"])]))
    assert np.isnan(chord_weighted_recall([NO_CHORDS], [([[0, 1]], ["C:maj"])]))
    known = [([[0, 1]], ["C:maj"])]
    assert chord_weighted_recall(unknown + known, known * 2, average="samples") == 1


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([([[0, 1]], ["H:maj"])], [NO_CHORDS], "annotation 0 of y_true: segment 0 must have a chord"),
        ([([[0, 1]], ["C"])], [([[0, 1]], ["Cmaj"])], "annotation 0 of y_pred: segment 0.*got 'Cmaj'"),
        ([([[0, 2], [1, 3]], ["C", "D"])], [NO_CHORDS], "segment 1 must not begin before segment 0 ends"),
        ([([[0, 1]], ["C"])], [NO_CHORDS] * 2, "inconsistent numbers of samples"),
    ],
)
def test_errors_about_chords_name_clip_and_segment(y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        chord_weighted_recall(y_true, y_pred)


@pytest.mark.parametrize("offset_ratio", [None, 0.2])
def test_notes_as_in_mir_eval(rng, offset_ratio):
    truth = [notes(rng) for _ in range(3)]
    guesses = [moved(rng, one) for one in truth]
    expected = [
        mir_eval.transcription.precision_recall_f1_overlap(*one, *other, offset_ratio=offset_ratio)[2]
        for one, other in zip(truth, guesses, strict=True)
    ]
    assert 0.1 < np.mean(expected) < 0.9
    found = note_f_measure(truth, guesses, offset_ratio=offset_ratio, average="samples")
    assert found == pytest.approx(np.mean(expected))


def test_frames_of_notes_as_in_mir_eval(rng):
    """mir_eval.multipitch has the accuracy, of the pitches in each frame."""
    truth = notes(rng)
    guesses = moved(rng, truth)
    times = (np.arange(1200) + 0.5) / 100

    def sounding(intervals, pitches):
        intervals = intervals - 1e-9
        here = [(intervals[:, 0] <= t) & (t < intervals[:, 1]) for t in times]
        return [np.unique(pitches[found].round(6)) for found in here]

    expected = mir_eval.multipitch.evaluate(times, sounding(*truth), times, sounding(*guesses))
    assert frame_accuracy([truth], [guesses]) == pytest.approx(expected["Accuracy"])
    precision, recall = expected["Precision"], expected["Recall"]
    f_measure = 2 * precision * recall / (precision + recall)
    assert frame_f_measure([truth], [guesses]) == pytest.approx(f_measure)
    assert frame_accuracy([truth], [guesses]) == pytest.approx(f_measure / (2 - f_measure))


@pytest.mark.parametrize("metric", [note_f_measure, frame_f_measure, frame_accuracy])
@pytest.mark.parametrize("average", ["micro", "samples"])
def test_silence_that_is_recognised_is_right(rng, metric, average):
    some = notes(rng)
    assert metric([NOTHING], [NOTHING], average=average) == 1
    assert metric([some], [NOTHING], average=average) == 0
    assert metric([NOTHING], [some], average=average) == 0
    expected = {"micro": 1.0, "samples": 1.0}[average]
    assert metric([some, NOTHING], [some, NOTHING], average=average) == expected


def test_notes_of_one_pitch_that_overlap_are_one_sound():
    twice = [([[0.0, 1.0], [0.5, 1.5]], [440.0, 441.0])]
    assert frame_f_measure([([[0.0, 1.5]], [440.0])], twice) == 1


def test_scorers_by_name(rng):
    truth = [chords(rng) for _ in range(2)]
    assert get_scorer("chord_majmin")(Answers(truth), None, truth) == 1
    guesses = [chords(rng) for _ in range(2)]
    for name, options in {
        "chord_root": {"comparison": "root"},
        "chord_sevenths_samples": {"comparison": "sevenths", "average": "samples"},
    }.items():
        assert get_scorer(name)(Answers(guesses), None, truth) == chord_weighted_recall(
            truth, guesses, **options
        )
    played = [notes(rng) for _ in range(2)]
    heard = [moved(rng, one) for one in played]
    for name, expected in {
        "note_f": note_f_measure(played, heard),
        "note_offset_f_samples": note_f_measure(played, heard, offset_ratio=0.2, average="samples"),
        "frame_f_micro": frame_f_measure(played, heard),
        "frame_accuracy": frame_accuracy(played, heard),
    }.items():
        assert get_scorer(name)(Answers(heard), None, played) == expected
