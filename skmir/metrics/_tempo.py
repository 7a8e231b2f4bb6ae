"""Accuracy of tempi."""

import numpy as np

from .._parameter_checks import check_number, shown


def tempo_accuracy(y_true, y_pred, *, tolerance=0.04, factors=(1,)):
    """Return the share of clips whose tempo is right.

    The scorer "tempo_acc1" is this function, "tempo_acc2" the same with factors (1, 2, 3, 1/2, 1/3) [1]_.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_clips,), or list of array-like of shape (n_beats_i,)
        Annotated and predicted tempi in beats per minute; NaN or 0 says that there is none. Beats in s
        (a second column, the places in the bar, is not looked at) stand for the tempo of their median
        interval; fewer than two of them have none.
    tolerance : float, default=0.04
        Greatest difference, as a share of the annotated tempo.
    factors : tuple of float, default=(1,)
        Multiples of the annotated tempo that are right, too.

    Returns
    -------
    accuracy : float in [0, 1]
        A clip that has no tempo and gets none counts as right.

    Raises
    ------
    ValueError
        If the numbers of clips differ or are 0, a tempo is negative or infinite, or a parameter is out of its
        range.

    References
    ----------
    .. [1] F. Gouyon, A. Klapuri, S. Dixon, M. Alonso, G. Tzanetakis, C. Uhle and P. Cano, "An experimental
           comparison of audio tempo induction algorithms", IEEE Transactions on Audio, Speech, and Language
           Processing 14(5), 2006.

    Examples
    --------
    >>> from skmir.metrics import tempo_accuracy
    >>> tempo_accuracy([120, 90, 100], [123, 180, 110])
    0.3333333333333333
    >>> tempo_accuracy([120, 90, 100], [123, 180, 110], factors=(1, 2, 3, 1 / 2, 1 / 3))
    0.6666666666666666
    """
    check_number("tolerance", tolerance, low=0)
    for factor in factors:
        check_number("factors", factor, above=0)
    truth, guesses = tempi_of(y_true, "y_true"), tempi_of(y_pred, "y_pred")
    if len(truth) != len(guesses) or not len(truth):
        raise ValueError(
            f"y_true and y_pred must have one tempo per clip, got {len(truth)} and {len(guesses)} of them."
        )
    right = np.multiply.outer(factors, truth)  # (n_factors, n_clips)
    hits = (np.abs(guesses - right) <= tolerance * right).any(axis=0)
    return float(np.mean(hits | (np.isnan(truth) & np.isnan(guesses))))


def tempi_of(y, name):
    """Return the tempo per clip in beats per minute, NaN for none, of tempi or of beats."""
    tempi = np.array([_tempo(one) for one in y], dtype=float)
    wrong = np.flatnonzero((tempi < 0) | np.isinf(tempi))
    if len(wrong):
        raise ValueError(
            f"{name}[{wrong[0]}]={shown(y[wrong[0]])} must be a tempo > 0 in beats per minute, or NaN or 0 "
            "for none."
        )
    return np.where(tempi == 0, np.nan, tempi)


def _tempo(one):
    one = np.asarray(one, dtype=float)
    if not one.ndim:
        return float(one)
    times = np.unique(one[:, 0] if one.ndim == 2 else one)
    return 60 / np.median(np.diff(times)) if len(times) > 1 else np.nan
