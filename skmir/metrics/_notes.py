"""Scores of transcribed notes: note by note, and frame by frame."""

import numpy as np

from .._annotations import check_notes
from .._extras import require
from .._parameter_checks import check_choice, check_number
from ._events import AVERAGES, averaged

_FPS = 100.0


def note_f_measure(
    y_true,
    y_pred,
    *,
    onset_tolerance=0.05,
    pitch_tolerance=50.0,
    offset_ratio=None,
    offset_min_tolerance=0.05,
    average="micro",
):
    """Return the F-measure of notes, each matched at most once.

    Notes are matched by ``mir_eval.transcription`` [1]_. The scorer "note_f" is this function; the scorer
    "note_offset_f" asks for offsets too, with ``offset_ratio=0.2``.

    Parameters
    ----------
    y_true, y_pred : list of (intervals, pitches)
        Annotated and predicted notes per clip: intervals in s, of shape (n_notes_i, 2), and pitches in Hz.
    onset_tolerance : float, default=0.05
        Greatest distance of the onsets of two notes that match, in s.
    pitch_tolerance : float, default=50.0
        Greatest distance of their pitches, in cents.
    offset_ratio : float or None, default=None
        Greatest distance of their offsets, as a share of the annotated note's duration; None does not look at
        offsets.
    offset_min_tolerance : float, default=0.05
        The least that this distance may be, in s.
    average : {"micro", "samples"}, default="micro"
        "micro" counts the notes of all clips together; "samples" is the mean over the clips.

    Returns
    -------
    f_measure : float in [0, 1]
        1 if there is nothing to find and nothing is predicted (mir_eval says 0).

    Raises
    ------
    ImportError
        If mir_eval is not installed.
    ValueError
        If the numbers of clips differ, a note does not end after its onset, a pitch is not above 0 Hz, or a
        parameter is out of its range.

    References
    ----------
    .. [1] C. Raffel, B. McFee, E. J. Humphrey, J. Salamon, O. Nieto, D. Liang and D. P. W. Ellis, "mir_eval:
           A transparent implementation of common MIR metrics", ISMIR, 2014.

    Examples
    --------
    >>> from skmir.metrics import note_f_measure
    >>> y_true = [([[0.0, 1.0], [1.0, 2.0]], [440.0, 220.0])]
    >>> y_pred = [([[0.02, 0.5], [1.2, 2.0]], [440.0, 220.0])]
    >>> note_f_measure(y_true, y_pred)
    0.5
    >>> note_f_measure(y_true, y_pred, offset_ratio=0.2)
    0.0
    """
    require("note_f_measure", "eval", module="mir_eval")
    check_number("onset_tolerance", onset_tolerance, above=0)
    check_number("pitch_tolerance", pitch_tolerance, above=0)
    check_number("offset_ratio", offset_ratio, above=0, none=True)
    check_number("offset_min_tolerance", offset_min_tolerance, low=0)
    check_choice("average", average, AVERAGES)
    tolerances = {
        "onset_tolerance": onset_tolerance,
        "pitch_tolerance": pitch_tolerance,
        "offset_ratio": offset_ratio,
        "offset_min_tolerance": offset_min_tolerance,
    }
    truth, guesses = _notes_of_both(y_true, y_pred)
    counts = [
        (_n_matches(*both, tolerances), len(both[1][1]), len(both[0][1]))
        for both in zip(truth, guesses, strict=True)
    ]
    return averaged(counts, average)[2]


def frame_f_measure(y_true, y_pred, *, fps=_FPS, average="micro"):
    """Return the F-measure of notes that sound, counted in each frame for each semitone.

    The scorer "frame_f" is this function.

    Parameters
    ----------
    y_true, y_pred : list of (intervals, pitches)
        Annotated and predicted notes per clip, as for :func:`note_f_measure`. A pitch counts as the nearest
        semitone; notes of one pitch that sound together count once.
    fps : float, default=100.0
        Frames per second. A note sounds in a frame if it does so in its middle.
    average : {"micro", "samples"}, default="micro"
        "micro" counts the frames of all clips together; "samples" is the mean over the clips.

    Returns
    -------
    f_measure : float in [0, 1]
        1 if no note sounds and none is predicted.

    Raises
    ------
    ValueError
        As :func:`note_f_measure`.

    See Also
    --------
    frame_accuracy : Another score of the same frames.

    Examples
    --------
    >>> from skmir.metrics import frame_accuracy, frame_f_measure
    >>> y_true, y_pred = [([[0.0, 1.0]], [440.0])], [([[0.5, 1.0]], [440.0])]
    >>> round(frame_f_measure(y_true, y_pred), 3), frame_accuracy(y_true, y_pred)
    (0.667, 0.5)
    """
    return averaged(_frame_counts(y_true, y_pred, fps, average), average)[2]


def frame_accuracy(y_true, y_pred, *, fps=_FPS, average="micro"):
    """Return Dixon's accuracy of the notes that sound in each frame [1]_.

    It is the number of notes found over the number of notes that are there or predicted: always lower than
    the F-measure of the same frames, F / (2 - F) of it. The scorer "frame_accuracy" is this function.

    Parameters
    ----------
    y_true, y_pred : list of (intervals, pitches)
        Annotated and predicted notes per clip, as for :func:`frame_f_measure`.
    fps : float, default=100.0
        Frames per second.
    average : {"micro", "samples"}, default="micro"
        "micro" counts the frames of all clips together; "samples" is the mean over the clips.

    Returns
    -------
    accuracy : float in [0, 1]
        1 if no note sounds and none is predicted.

    Raises
    ------
    ValueError
        As :func:`note_f_measure`.

    References
    ----------
    .. [1] S. Dixon, "On the computer recognition of solo piano music", Australasian Computer Music
           Conference, 2000.

    Examples
    --------
    >>> from skmir.metrics import frame_accuracy
    >>> frame_accuracy([([[0.0, 1.0]], [440.0])], [([[0.0, 2.0]], [440.0])])
    0.5
    """
    counts = np.array(_frame_counts(y_true, y_pred, fps, average), dtype=float)
    if average == "micro":
        counts = counts.sum(axis=0, keepdims=True)
    found, either = counts[:, 0], counts[:, 1] + counts[:, 2] - counts[:, 0]
    return float(np.where(either > 0, found / np.maximum(either, 1), 1.0).mean())


def _notes_of_both(y_true, y_pred):
    truth = check_notes(y_true, name="y_true")
    return truth, check_notes(y_pred, len(truth), name="y_pred")


def _n_matches(truth, guesses, tolerances):
    if not len(truth[1]) or not len(guesses[1]):
        return 0
    from mir_eval.transcription import match_notes

    return len(match_notes(*truth, *guesses, **tolerances))


def _frame_counts(y_true, y_pred, fps, average):
    """Return for each clip in how many frames notes are found, predicted and annotated."""
    check_number("fps", fps, above=0)
    check_choice("average", average, AVERAGES)
    truth, guesses = (
        [_cells(*notes, fps) for notes in of_clips] for of_clips in _notes_of_both(y_true, y_pred)
    )
    return [(len(np.intersect1d(a, b)), len(b), len(a)) for a, b in zip(truth, guesses, strict=True)]


def _cells(intervals, pitches, fps):
    """Return a number for each frame and semitone in which a note sounds."""
    semitones = np.round(69 + 12 * np.log2(pitches / 440)).astype(np.int64) + 2**10
    # Frames whose middles are inside; rounded, so that a note that begins in a middle is not left to chance.
    bounds = np.ceil((intervals * fps - 0.5).round(6)).astype(np.int64).clip(min=0)
    parts = [
        np.arange(first, end) * 2**12 + semitone
        for (first, end), semitone in zip(bounds, semitones, strict=True)
    ]
    return np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))
