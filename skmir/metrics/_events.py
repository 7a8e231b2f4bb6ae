"""Precision, recall and F-measure of events in time."""

import numpy as np

from .._annotations import check_bars, check_events, check_notes, kind_of_annotations
from .._extras import require
from .._parameter_checks import check_choice, check_number

AVERAGES = ("micro", "samples")


def precision_recall_f_measure(y_true, y_pred, *, window=0.05, average="micro"):
    """Return precision, recall and F-measure of events, each matched at most once within a window.

    Annotated and predicted events are matched so that as many pairs as possible are found [1]_, by
    ``mir_eval.util.match_events``.

    Parameters
    ----------
    y_true, y_pred : list of array-like of shape (n_events_i,)
        Annotated and predicted times in s, per clip; in any order. Of beats with their places in the bar,
        (n_beats_i, 2), the times count, of notes (intervals, pitches) the beginnings.
    window : float, default=0.05
        Greatest distance of two events that match, in s.
    average : {"micro", "samples"}, default="micro"
        "micro" counts the events of all clips together, so that clips with more events weigh more; "samples"
        is the mean over the clips.

    Returns
    -------
    precision : float in [0, 1]
        Share of the predicted events that match; 0 if nothing is predicted although there are events.
    recall : float in [0, 1]
        Share of the annotated events that match; 0 if something is predicted although there are no events.
    f_measure : float in [0, 1]
        Their harmonic mean. If there is nothing to find and nothing is predicted, all three are 1 (mir_eval
        says 0): for "micro" in all clips together, for "samples" clip by clip.

    Raises
    ------
    ImportError
        If mir_eval is not installed.
    ValueError
        If the numbers of clips differ, an event is not a finite number, or a parameter is out of its range.

    References
    ----------
    .. [1] C. Raffel, B. McFee, E. J. Humphrey, J. Salamon, O. Nieto, D. Liang and D. P. W. Ellis, "mir_eval:
           A transparent implementation of common MIR metrics", ISMIR, 2014.

    Examples
    --------
    >>> from skmir.metrics import precision_recall_f_measure
    >>> precision_recall_f_measure([[0.5, 1.0, 1.5, 2.0]], [[0.51, 1.2]])
    (0.5, 0.25, 0.3333333333333333)
    """
    truth, guesses = times_of_both(y_true, y_pred)
    return scores_of(truth, guesses, window, average, "precision_recall_f_measure")


def onset_f_measure(y_true, y_pred, *, window=0.05, combine=0.0, average="micro"):
    """Return the F-measure of onsets.

    The scorers "onset_f50" and "onset_f25" stand for windows of 50 ms, as in MIREX, and of 25 ms, as in [1]_.

    Parameters
    ----------
    y_true, y_pred : list of array-like of shape (n_events_i,)
        Annotated and predicted onsets in s, per clip; see :func:`precision_recall_f_measure`.
    window : float, default=0.05
        Greatest distance of two onsets that match, in s.
    combine : float, default=0.0
        Annotated onsets up to so many s after the first of a group are one onset, at their mean. [1]_
        combines within 0.03 s, because the notes of a chord cannot be told apart; mir_eval does not.
    average : {"micro", "samples"}, default="micro"
        "micro" counts the onsets of all clips together, as the literature has it; "samples" is the mean over
        the clips.

    Returns
    -------
    f_measure : float in [0, 1]
        1 if there is nothing to find and nothing is predicted.

    Raises
    ------
    ImportError
        If mir_eval is not installed.
    ValueError
        As :func:`precision_recall_f_measure`.

    References
    ----------
    .. [1] S. Böck, F. Krebs and M. Schedl, "Evaluating the online capabilities of onset detection methods",
           ISMIR, 2012.

    Examples
    --------
    >>> from skmir.metrics import onset_f_measure
    >>> y_true, y_pred = [[0.5, 1.0], []], [[0.54, 1.0], []]
    >>> onset_f_measure(y_true, y_pred), onset_f_measure(y_true, y_pred, window=0.025)
    (1.0, 0.5)
    >>> onset_f_measure(y_true, y_pred, window=0.025, average="samples")  # silence was recognised
    0.75
    """
    check_number("combine", combine, low=0)
    truth, guesses = times_of_both(y_true, y_pred)
    truth = [_combined(times, combine) for times in truth] if combine else truth
    return scores_of(truth, guesses, window, average, "onset_f_measure")[2]


def times_of_both(y_true, y_pred):
    """Return annotated and predicted times, sorted, per clip."""
    truth = times_of(y_true, "y_true")
    if not truth:
        raise ValueError("y_true must have at least one annotation, got none.")
    return truth, times_of(y_pred, "y_pred", len(truth))


def times_of(y, name, n_clips=None):
    """Return the times of annotations: of events, of beats with their places in the bar, of notes.

    Parameters
    ----------
    y : list of annotations
    name : str
        How errors call them.
    n_clips : int or None, default=None
        How many there must be.

    Returns
    -------
    times : list of ndarray of shape (n_events_i,)
        Sorted.
    """
    kind = kind_of_annotations(y)
    if kind == "bars":
        return [beats[:, 0] for beats in check_bars(y, n_clips, name=name)]
    if kind == "notes":
        return [np.sort(intervals[:, 0]) for intervals, _ in check_notes(y, n_clips, name=name)]
    return check_events(y, n_clips, name=name)


def scores_of(truth, guesses, window, average, caller):
    """Return precision, recall and F-measure of sorted events; ``caller`` is named if mir_eval is missing."""
    check_number("window", window, above=0)
    check_choice("average", average, AVERAGES)
    require(caller, "eval", module="mir_eval")
    counts = np.array(
        [
            (_n_matches(*both, window), len(both[1]), len(both[0]))
            for both in zip(truth, guesses, strict=True)
        ],
    )  # (n_clips, 3): matches, predicted, annotated
    return averaged(counts, average)


def averaged(counts, average):
    """Return precision, recall and F-measure of counts per clip: matches, predictions, annotations.

    Parameters
    ----------
    counts : array-like of int of shape (n_clips, 3)
    average : {"micro", "samples"}

    Returns
    -------
    scores : tuple of float
    """
    counts = np.asarray(counts, dtype=float)
    if average == "micro":
        counts = counts.sum(axis=0, keepdims=True)
    return tuple(float(score) for score in np.mean([_ratios(*row) for row in counts], axis=0))


def _n_matches(truth, guesses, window):
    from mir_eval.util import match_events

    return len(match_events(truth, guesses, window))


def _ratios(n_matches, n_predicted, n_annotated):
    """Return precision, recall and F-measure of counts."""
    if n_predicted == n_annotated == 0:
        return 1.0, 1.0, 1.0
    return (
        n_matches / max(n_predicted, 1),
        n_matches / max(n_annotated, 1),
        2 * n_matches / (n_predicted + n_annotated),
    )


def _combined(times, distance):
    """Return sorted times in which each group, up to a distance after its first, is one at the mean."""
    groups = []
    for time in times:
        if groups and time - groups[-1][0] <= distance:
            groups[-1].append(time)
        else:
            groups.append([time])
    return np.array([np.mean(group) for group in groups])
