"""F-measure and continuity of beats."""

import numpy as np

from .._annotations import check_bars
from .._extras import require
from .._parameter_checks import check_choice, check_number
from ._events import scores_of, times_of_both

MEASURES = ("cmlc", "cmlt", "amlc", "amlt")  # in the order in which mir_eval returns them


def beat_f_measure(y_true, y_pred, *, window=0.07, trim=0.0, average="samples"):
    """Return the F-measure of beats.

    The scorer "beat_f" is this function.

    Parameters
    ----------
    y_true, y_pred : list of array-like of shape (n_beats_i,) or (n_beats_i, 2)
        Annotated and predicted beats in s, per clip, in any order; a second column, the places in the bar, is
        not looked at.
    window : float, default=0.07
        Greatest distance of two beats that match, in s.
    trim : float, default=0.0
        Beats before this time in s are left out, on both sides. ``mir_eval.beat.evaluate`` leaves out 5 s;
        short clips then have few beats left, or none.
    average : {"micro", "samples"}, default="samples"
        "samples" is the mean over the clips, as the literature has it; "micro" counts the beats of all clips
        together.

    Returns
    -------
    f_measure : float in [0, 1]
        1 if there is nothing to find and nothing is predicted.

    Raises
    ------
    ImportError
        If mir_eval is not installed.
    ValueError
        If ``trim`` leaves no beat of a clip that has some; otherwise as
        :func:`precision_recall_f_measure`.

    Examples
    --------
    >>> from skmir.metrics import beat_f_measure
    >>> beat_f_measure([[0.5, 1.0, 1.5, 2.0]], [[0.55, 1.05, 1.6, 2.0]])
    0.75
    """
    truth, guesses = _trimmed(*times_of_both(y_true, y_pred), trim)
    return scores_of(truth, guesses, window, average, "beat_f_measure")[2]


def downbeat_f_measure(y_true, y_pred, *, window=0.07, trim=0.0, average="samples"):
    """Return the F-measure of downbeats, the beats with position 1.

    The scorer "downbeat_f" is this function.

    Parameters
    ----------
    y_true, y_pred : list of array-like of shape (n_beats_i, 2)
        Annotated and predicted beats, per clip: time in s, and position in the bar (1 is the downbeat).
    window : float, default=0.07
        Greatest distance of two downbeats that match, in s.
    trim : float, default=0.0
        See :func:`beat_f_measure`.
    average : {"micro", "samples"}, default="samples"
        See :func:`beat_f_measure`.

    Returns
    -------
    f_measure : float in [0, 1]
        1 if there is nothing to find and nothing is predicted.

    Raises
    ------
    ImportError
        If mir_eval is not installed.
    ValueError
        As :func:`beat_f_measure`; or if beats have no positions.

    Examples
    --------
    >>> from skmir.metrics import downbeat_f_measure
    >>> bars = [[(0.5, 1), (1.0, 2), (1.5, 3), (2.0, 1), (2.5, 2), (3.0, 3)]]
    >>> a_beat_late = [[(0.5, 3), (1.0, 1), (1.5, 2), (2.0, 3), (2.5, 1), (3.0, 2)]]
    >>> downbeat_f_measure(bars, bars), downbeat_f_measure(bars, a_beat_late)
    (1.0, 0.0)
    """
    truth = check_bars(y_true, name="y_true")
    guesses = check_bars(y_pred, len(truth), name="y_pred")
    truth, guesses = ([beats[beats[:, 1] == 1, 0] for beats in side] for side in (truth, guesses))
    return scores_of(*_trimmed(truth, guesses, trim), window, average, "downbeat_f_measure")[2]


def beat_continuity(
    y_true, y_pred, *, measure="cmlt", trim=0.0, phase_threshold=0.175, period_threshold=0.175
):
    """Return how continuously beats are tracked: CMLc, CMLt, AMLc or AMLt, as the mean over the clips.

    A beat is right if it and its interval differ little from the annotated ones, in shares of the annotated
    interval. The scorers "cmlc", "cmlt", "amlc" and "amlt" are this function.

    Parameters
    ----------
    y_true, y_pred : list of array-like of shape (n_beats_i,) or (n_beats_i, 2)
        Annotated and predicted beats in s, per clip; see :func:`beat_f_measure`.
    measure : {"cmlc", "cmlt", "amlc", "amlt"}, default="cmlt"
        "cml" asks for the correct metrical level; "aml" also allows twice and half the tempo, and the
        off-beat. "c" is the longest continuous run of right beats, "t" the total of all runs.
    trim : float, default=0.0
        See :func:`beat_f_measure`.
    phase_threshold, period_threshold : float, default=0.175
        Greatest difference of a right beat, and of its interval, in shares of the annotated interval.

    Returns
    -------
    continuity : float in [0, 1]
        A clip in which there is nothing to find and nothing is predicted counts as 1. Otherwise a clip with
        fewer than two beats on either side counts as 0: it has no interval.

    Raises
    ------
    ImportError
        If mir_eval is not installed.
    ValueError
        As :func:`beat_f_measure`, or if ``measure`` is not one of the four.

    References
    ----------
    .. [1] S. W. Hainsworth, "Techniques for the automated analysis of musical audio", PhD thesis, University
           of Cambridge, 2004.
    .. [2] M. E. P. Davies, N. Degara and M. D. Plumbley, "Evaluation methods for musical audio beat tracking
           algorithms", Technical report C4DM-TR-09-06, Queen Mary University of London, 2009.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.metrics import beat_continuity
    >>> beats = [np.arange(0.5, 10, 0.5)]
    >>> twice_as_fast = [np.arange(0.5, 10, 0.25)]
    >>> beat_continuity(beats, twice_as_fast), round(beat_continuity(beats, twice_as_fast, measure="amlt"), 2)
    (0.0, 0.97)
    """
    check_choice("measure", measure, MEASURES)
    check_number("phase_threshold", phase_threshold, above=0)
    check_number("period_threshold", period_threshold, above=0)
    truth, guesses = _trimmed(*times_of_both(y_true, y_pred), trim)
    require("beat_continuity", "eval", module="mir_eval")
    thresholds = phase_threshold, period_threshold
    scores = [_continuity(*both, thresholds, measure) for both in zip(truth, guesses, strict=True)]
    return float(np.mean(scores))


def _continuity(truth, guesses, thresholds, measure):
    """Return one measure of one clip; a beat that is annotated twice is one beat."""
    if not len(truth) and not len(guesses):
        return 1.0
    truth = np.unique(truth)
    if min(len(truth), len(guesses)) < 2:
        return 0.0
    from mir_eval.beat import continuity

    return continuity(truth, guesses, *thresholds)[MEASURES.index(measure)]


def _trimmed(truth, guesses, trim):
    """Return the beats of both sides from a time on."""
    check_number("trim", trim, low=0)
    for clip, times in enumerate(truth):
        if len(times) and times[-1] < trim:
            raise ValueError(
                f"trim={trim} s leaves none of the {len(times)} beats of clip {clip}, the last of which is "
                f"at {times[-1]:g} s. Pass a smaller trim, or leave out such clips."
            )
    return [times[times >= trim] for times in truth], [times[times >= trim] for times in guesses]
