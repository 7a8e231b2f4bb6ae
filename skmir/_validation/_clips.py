"""Clips, checked: paths, or waveforms."""

import os

import numpy as np

from .._stored_frames import StoredFrames
from .._waveforms import (
    peak_of,
    refusal,
    refusal_of_channels,
    refusal_of_waveform,
    scaled_samples,
    to_numpy,
    warn_if_loud,
    warn_if_quiet,
)
from ._arrays import check_table, check_values, forget_n_features, no_single_path, not_empty
from ._forms import column_of_paths, is_encoded, is_numeric_array, is_path, items_of, ndims_of


def check_clips(estimator, X, *, reset, finite=True, loud=True, read=None):
    """Return clips as a list of paths, a list of 1-D float arrays, or a 2-D float array.

    Parameters
    ----------
    estimator : estimator
        A 2-D array sets its ``n_features_in_`` (``reset=True``) or is compared with it. Paths and lists
        of arrays never set it, even if their lengths happen to be equal.
    X : clips
        See the module's docstring. A pandas Series of paths, or a DataFrame of one column of paths,
        is accepted as well.
    reset : bool
        True in ``fit``. Otherwise a warning is given about samples whose scale cannot be right.
    finite : bool, default=True
        Whether waveforms are searched for NaN and infinity; if not, that is left to
        ``_reading.waveform``.
    loud : bool, default=True
        Whether waveforms are searched for samples far beyond [-1, 1], unless ``reset``; if not, that is left
        to the caller (``_waveforms.warn_if_loud``).
    read : callable, default=None
        Takes an encoded clip (see :func:`is_encoded`) and returns its waveform; None refuses such clips.

    Returns
    -------
    clips : list of str, list of ndarray of shape (n_samples_i,), or ndarray of shape (n_clips, n_samples)

    Raises
    ------
    ValueError
        If X has none of the three forms; the message says what it looks like and how to pass it.
    """
    if isinstance(X, StoredFrames):
        raise ValueError(_one_too_many(f"clips of 2 dimensions, {(X.n_bins, int(X.lengths[0]))}"))
    X = column_of_paths(not_empty(no_single_path(to_numpy(X))))
    items = items_of(X)
    if items is not None and any(is_path(item) for item in items):
        forget_n_features(estimator, reset)
        return _check_paths(items)
    if items is not None and read is not None and any(map(is_encoded, items)):
        items = [_read(read, item, i) for i, item in enumerate(items)]
    _no_other_things(X, items)
    if items is not None and ndims_of(items) == {1}:
        forget_n_features(estimator, reset)
        clips = [_check_waveform(x, f"clip {i} of X", finite=finite) for i, x in enumerate(items)]
        X = items[0]
    else:
        _no_frames(X, items)
        clips = check_table(
            estimator,
            scaled_samples(X),
            reset=reset,
            finite=finite,
            cure="If the clips' lengths differ, pass a list of 1-D arrays.",
        )
    if not reset:
        warn_if_quiet(X, clips)
        if loud:
            warn_if_loud(clips, list(map(peak_of, clips)))
    return clips


def unread(file):
    """Return silence: the stand-in for an encoded clip in ``fit``, which looks at the form of clips only."""
    return np.zeros(1)


def _no_other_things(X, items):
    """Raise if clips are neither paths nor waveforms nor rows of numbers, and say what to pass."""
    sentence = refusal(X, "X")
    if sentence is None and items is not None:
        sentences = (refusal(item, f"clip {i} of X") for i, item in enumerate(items))
        sentence = next(filter(None, sentences), None)
    if sentence is not None:
        raise ValueError(sentence)


def _no_frames(X, items):
    """Raise if X is one waveform, has channels, or holds frames."""
    if is_numeric_array(X) and X.ndim == 1 and X.size:
        raise ValueError(
            f"X must hold several clips, but is one waveform of {X.size} samples. Reshape your data "
            "with X.reshape(1, -1), or pass [X]."
        )
    if not ((is_numeric_array(X) and X.ndim == 3) or (items is not None and ndims_of(items) == {2})):
        return
    sentence = refusal_of_channels(X.shape[1:] if items is None else items[0].shape, "clip 0 of X")
    if sentence is not None:
        raise ValueError(sentence)
    shape = f"3 dimensions, {X.shape}" if items is None else f"clips of 2 dimensions, {items[0].shape}"
    raise ValueError(_one_too_many(shape))


def _one_too_many(shape):
    """Return the text about frames in the place of clips."""
    return (
        f"X has {shape}: these are frames, but this step takes clips (paths, or "
        "waveforms as a 2-D array or a list of 1-D arrays). Is there one front end too many?"
    )


def _read(read, item, i):
    """Return the waveform of an encoded clip; return any other clip unchanged."""
    if not is_encoded(item):
        return item
    try:
        return read(item)
    except (OSError, ValueError, TypeError) as error:
        raise type(error)(f"clip {i} of X cannot be used: {error}") from error


def _check_paths(items):
    wrong = [i for i, item in enumerate(items) if not is_path(item)]
    if wrong:
        raise ValueError(
            f"X mixes paths and other clips: clip {wrong[0]} is of type {type(items[wrong[0]]).__name__}. "
            "Pass all clips as paths, or all as waveforms or file objects, such as open(path, 'rb')."
        )
    return [str(os.fsdecode(item)) for item in items]


def _check_waveform(x, name, *, finite):
    x = np.asarray(x)
    sentence = refusal_of_waveform(x.dtype, name)
    if sentence is not None:
        raise ValueError(sentence)
    return check_values(scaled_samples(x), name, ndim=1, finite=finite)
