"""Weighted recall of chords."""

import numpy as np

from .._annotations import check_segments
from .._extras import require
from .._parameter_checks import check_choice, shown
from ._events import AVERAGES

COMPARISONS = ("root", "thirds", "triads", "tetrads", "majmin", "sevenths", "mirex")
_NO_CHORD, _UNKNOWN = "N", "X"  # "X" is compared by none


def chord_weighted_recall(y_true, y_pred, *, comparison="majmin", average="micro"):
    """Return the share of the time in which the predicted chord is the annotated one.

    Labels are compared by ``mir_eval.chord`` [1]_. Time in which the annotated chord is not one that a
    comparison knows does not count: "majmin" knows major and minor triads and "N", "sevenths" also maj7, 7
    and min7.

    Parameters
    ----------
    y_true, y_pred : list of (intervals, labels)
        Annotated and predicted chords per clip: intervals in s, of shape (n_segments_i, 2), and labels in
        mir_eval's syntax, such as "C:maj", "F#:min7" or "N", no chord. They must not overlap. Time without an
        annotation does not count; time without a prediction is "N".
    comparison : {"root", "thirds", "triads", "tetrads", "majmin", "sevenths", "mirex"}, default="majmin"
        What must be the same. "mirex" asks for three common notes.
    average : {"micro", "samples"}, default="micro"
        "micro" is the time in all clips together, the weighted chord symbol recall (WCSR) of the literature;
        "samples" is the mean over the clips.

    Returns
    -------
    recall : float in [0, 1]
        NaN if no annotated chord can be compared; "samples" leaves out clips without one.

    Raises
    ------
    ImportError
        If mir_eval is not installed.
    ValueError
        If a label is not a chord, segments overlap, the numbers of clips differ, or a parameter is not valid.

    References
    ----------
    .. [1] C. Raffel, B. McFee, E. J. Humphrey, J. Salamon, O. Nieto, D. Liang and D. P. W. Ellis, "mir_eval:
           A transparent implementation of common MIR metrics", ISMIR, 2014.

    Examples
    --------
    >>> from skmir.metrics import chord_weighted_recall
    >>> y_true = [([[0, 2], [2, 4]], ["C:maj", "A:min7"])]
    >>> y_pred = [([[0, 1], [1, 4]], ["C:maj", "A:min"])]
    >>> chord_weighted_recall(y_true, y_pred)
    0.75
    >>> chord_weighted_recall(y_true, y_pred, comparison="sevenths")
    0.25
    """
    require("chord_weighted_recall", "eval", module="mir_eval")
    check_choice("comparison", comparison, COMPARISONS)
    check_choice("average", average, AVERAGES)
    truth = check_segments(y_true, name="y_true")
    guesses = check_segments(y_pred, len(truth), name="y_pred")
    right, known = np.transpose(
        [
            _right_and_known(*clip, comparison, f"annotation {i} of")
            for i, clip in enumerate(zip(truth, guesses, strict=True))
        ]
    )
    if average == "micro":
        right, known = right.sum(keepdims=True), known.sum(keepdims=True)
    there = known > 0
    return float(np.mean(right[there] / known[there])) if there.any() else np.nan


def _right_and_known(truth, guesses, comparison, where):
    """Return for how long a clip's chords are the annotated ones, and for how long they can be compared."""
    from mir_eval import chord

    _check_chords(truth, f"{where} y_true")
    _check_chords(guesses, f"{where} y_pred")
    if not len(truth[1]):
        return 0.0, 0.0
    bounds = np.unique(np.concatenate([truth[0], guesses[0]]))
    annotated = _labels_at(bounds[:-1], *truth, _UNKNOWN)
    predicted = _labels_at(bounds[:-1], *guesses, _NO_CHORD)
    scores, seconds = getattr(chord, comparison)(annotated, predicted), np.diff(bounds)
    known = scores >= 0
    return float(scores[known] @ seconds[known]), float(seconds[known].sum())


def _check_chords(segments, where):
    from mir_eval import chord

    intervals, labels = segments
    for i, label in enumerate(labels):
        try:
            chord.encode(label)
        except chord.InvalidChordException as error:
            raise ValueError(
                f"{where}: segment {i} must have a chord in mir_eval's syntax, such as 'C:maj', 'F#:min7' or "
                f"'N', got {shown(label)}. 'X' is an unknown chord, which does not count."
            ) from error
    overlaps = np.flatnonzero(intervals[1:, 0] < intervals[:-1, 1] - 1e-6)
    if len(overlaps):
        i = int(overlaps[0])
        raise ValueError(
            f"{where}: segment {i + 1} must not begin before segment {i} ends, got {intervals[i + 1, 0]:g} s "
            f"and {intervals[i, 1]:g} s. Cut the earlier one short."
        )


def _labels_at(times, intervals, labels, otherwise):
    """Return the label of the segment at each time, or another one if there is none."""
    if not len(labels):
        return [otherwise] * len(times)
    places = np.searchsorted(intervals[:, 0], times + 1e-9, side="right") - 1
    there = (places >= 0) & (times < intervals[places, 1] - 1e-9)
    return [labels[place] if found else otherwise for place, found in zip(places, there, strict=True)]
