"""Synthetic listeners, who play the clips that suit their taste."""

import numbers

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.utils import Bunch, check_array, check_random_state, column_or_1d

from ..._parameter_checks import check_number, plain

SHARPNESS = 3.0  # standard deviation of the log-odds that taste gives to a clip, before the clips saturate
SPREAD_OF_CLIPS, SPREAD_OF_LISTENERS = 1.0, 0.5  # of the log-odds: hits and flops, eager and idle listeners
LIMIT = 50.0  # log-odds that are as good as never or always
AGAIN = 0.7  # probability that somebody who has played a clip plays it once more


def make_listeners(styles, *, n_listeners=200, n_tastes=8, audible=0.5, share_played=0.15, random_state=None):
    """Draw listeners with tastes, and count how often each of them has played each clip.

    Recordings with known styles thereby become material for recommendation. A clip is a point in a space of
    tastes: a part of its place follows from its styles, which can be heard; the rest is its own, as the fame
    of an artist is. A listener is a direction in that space. The further a clip lies in that direction, and
    the more popular it is with everybody, the likelier the listener has played it.

    Parameters
    ----------
    styles : array-like of shape (n_clips,) or (n_clips, n_styles)
        A style per clip, of any type; or an indicator of tags, or numbers such as descriptors, one row per
        clip.
    n_listeners : int, default=200
        Number of listeners.
    n_tastes : int, default=8
        Number of dimensions in which clips and listeners differ.
    audible : float, default=0.5
        Share of the variance of the clips' places that follows from their styles, from 0 to 1.
    share_played : float, default=0.15
        Expected share of the pairs of a listener and a clip in which the listener has played the clip, in
        (0, 1).
    random_state : int, RandomState instance or None, default=None
        An int gives the same listeners every time.

    Returns
    -------
    data : Bunch
        With the attributes

        data : ndarray of shape (n_listeners, n_clips)
            Number of plays, int64; 0 if the listener has never played the clip.
        probabilities : ndarray of shape (n_listeners, n_clips)
            Probability that the listener has played the clip: no recommendation can know more.
        listeners : ndarray of shape (n_listeners, n_tastes)
            Tastes.
        clips : ndarray of shape (n_clips, n_tastes)
            Places of the clips, in (-1, 1).
        popularity : ndarray of shape (n_clips,)
            What is added to the log-odds of a clip for all listeners.
        DESCR : str
            Description in one line.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or is out of its range, if styles have NaN, or if all clips have the
        same styles although ``audible`` is not 0.

    See Also
    --------
    load_folder : Recordings with a label each, which may serve as styles.

    Notes
    -----
    Whether a clip has been played is drawn once per pair; if it has, the number of plays is geometric, with
    a mean of 3.3.

    References
    ----------
    .. [1] A. van den Oord, S. Dieleman and B. Schrauwen, "Deep content-based music recommendation",
       NIPS 2013.

    Examples
    --------
    >>> from skmir.datasets import make_listeners
    >>> listeners = make_listeners(["jazz", "jazz", "folk", "opera"], n_listeners=3, random_state=0)
    >>> listeners.data.shape
    (3, 4)
    """
    for name, value in (("n_listeners", n_listeners), ("n_tastes", n_tastes)):
        check_number(name, value, kind=numbers.Integral, low=1)
    check_number("audible", audible, low=0, high=1)
    check_number("share_played", share_played, above=0, below=1)
    styles = _indicator(styles)
    rng = check_random_state(random_state)
    heard = _of_styles(styles, n_tastes, audible, rng)
    own = rng.standard_normal(heard.shape)
    clips = np.tanh(np.sqrt(audible) * heard + np.sqrt(1 - audible) * own)
    listeners = rng.standard_normal((n_listeners, n_tastes))
    popularity = SPREAD_OF_CLIPS * rng.standard_normal(len(clips))
    eagerness = SPREAD_OF_LISTENERS * rng.standard_normal((n_listeners, 1))
    odds = SHARPNESS / np.sqrt(n_tastes) * listeners @ clips.T + popularity + eagerness
    reach = LIMIT + np.abs(odds).max()
    shift = brentq(lambda shift: expit(odds + shift).mean() - share_played, -reach, reach)
    probabilities = expit(odds + shift)
    played = rng.random_sample(odds.shape) < probabilities
    return Bunch(
        data=played * rng.geometric(1 - AGAIN, odds.shape),
        probabilities=probabilities,
        listeners=listeners,
        clips=clips,
        popularity=popularity,
        DESCR=f"Plays of {len(clips)} clips by {n_listeners} synthetic listeners.",
    )


def _indicator(styles):
    """Return a row of numbers per clip: an indicator of classes, or what was given."""
    if isinstance(styles, str) or not hasattr(styles, "__len__") or len(styles) == 0:
        raise ValueError(f"styles must be a sequence with a label or a row per clip, got {plain(styles)!r}.")
    if any(isinstance(style, (set, frozenset)) for style in styles) or len({*map(np.size, styles)}) > 1:
        raise ValueError(
            "styles must have one label per clip, or a row of numbers of the same length per clip. For lists "
            "of tags, use MultiLabelBinarizer().fit_transform(tags)."
        )
    if np.ndim(styles) == 2:
        return check_array(styles, dtype=np.float64, input_name="styles")
    codes, kinds = pd.factorize(column_or_1d(styles), sort=True)
    if (codes < 0).any():
        raise ValueError(
            f"styles must have a label for each clip, but that of clip {np.argmin(codes)} is missing."
        )
    return np.eye(len(kinds))[codes]


def _of_styles(styles, n_tastes, audible, rng):
    """Return the places that follow from styles, with mean 0 and variance 1 in each dimension."""
    places = styles @ rng.standard_normal((styles.shape[1], n_tastes))
    places -= places.mean(axis=0)
    scale = places.std(axis=0)
    if audible and (np.ptp(styles, axis=0) == 0).all():
        raise ValueError(
            "styles must differ between clips, but all clips have the same. Use audible=0 for listeners "
            "who do not care about what can be heard."
        )
    return places / np.where(scale > 0, scale, 1)
