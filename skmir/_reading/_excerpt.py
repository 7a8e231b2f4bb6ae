"""Excerpts: which part of each clip is used."""

import numbers

import numpy as np

from .._cache import array_digest, file_digest
from .._parameter_checks import check_choice, check_number, plain
from .._validation import is_path
from ._recording import Recording

_PLACES = ("center", "random")


def check_excerpt(offset, duration, random_state):
    """Raise unless the parameters of an excerpt are valid."""
    check_number("duration", duration, above=0, none=True)
    check_number("random_state", random_state, kind=numbers.Integral, low=0)
    if not isinstance(offset, str):
        check_number("offset", offset, low=0)
        return
    check_choice("offset", offset, _PLACES, also="a number of s >= 0")
    if duration is None:
        raise ValueError(f"offset={plain(offset)!r} needs a duration, in s: how much of each clip is used.")


def excerpt(clip, name, *, sr, offset, duration, random_state):
    """Return where in a clip its excerpt starts.

    Parameters
    ----------
    clip : str or ndarray of shape (n_samples,)
    name : str
        Name of the clip in errors.
    sr : float
        Sampling rate of an array, in Hz.
    offset : float, "center" or "random"
        A start in s, the middle of the clip, or a place that follows from the clip's content and
        ``random_state``, so that a clip gives the same excerpt in every fold and process.
    duration : float or None
        Length in s; None takes all the rest.
    random_state : int

    Returns
    -------
    start : float
        In s. 0 for "center" or "random" if the clip is shorter than ``duration``.

    Raises
    ------
    ValueError
        If ``offset`` lies beyond the end of an array. (For a file, the loader raises.)
    """
    if isinstance(offset, str):
        spare = max(0.0, _length(clip, sr) - duration)
        return spare and spare * (0.5 if offset == "center" else _share(clip, random_state))
    if not is_path(clip) and round(offset * sr) >= len(clip) > 0:
        raise ValueError(
            f"{name} is {len(clip) / sr:.3f} s long at sr={sr:g}, and offset={offset} s lies beyond its end. "
            "Use a smaller offset."
        )
    return offset


def _length(clip, sr):
    """Return a clip's length in s; 0 for a file that the loader will refuse with a better message."""
    if not is_path(clip):
        return len(clip) / sr
    try:
        with Recording(clip) as recording:
            return recording.n_samples / recording.rate
    except OSError:
        return 0.0


def _share(clip, random_state):
    """Return a number in [0, 1) that follows from the clip's content and ``random_state``."""
    digest = file_digest(clip) if is_path(clip) else array_digest(clip)
    return np.random.default_rng([random_state, int(digest, 16)]).random()
