"""Frames, checked: arrays in memory, or frames that stay on disk."""

import warnings

import numpy as np

from .._stored_frames import StoredFrames, as_dtype, check_finite
from .._waveforms import to_numpy
from ._arrays import FLOAT, check_table, check_values, forget_n_features, no_single_path, not_empty
from ._forms import column_of_paths, is_numeric_array, is_path, items_of, ndims_of, stack_if_equal

WIDE = 2000  # columns past which a table given to a network was probably meant as waveforms


def check_frames(estimator, X, *, reset, dtype=FLOAT, stored=False):
    """Return frames as a 3-D array, or as a list of 2-D arrays if their lengths differ.

    Iterating over either gives the clips one by one, each of shape (n_bins, n_frames_i). So does iterating
    over frames that stay on disk, which are only returned if the caller can take them.

    Parameters
    ----------
    estimator : estimator
        Its ``n_bins_`` (and ``n_features_in_``, from a 2-D array only) is set if ``reset`` is True, and must
        agree with X otherwise.
    X : frames
        A 3-D array (n_clips, n_bins, n_frames), a list of arrays of shape (n_bins, n_frames_i), or a 2-D
        array (n_clips, n_bins), which becomes (n_clips, n_bins, 1).
    reset : bool
        True in ``fit``, False elsewhere.
    dtype : dtype or tuple of dtypes, default=(numpy.float64, numpy.float32)
        What scikit-learn's ``check_array`` takes: the caller's dtype is kept if it is listed.
    stored : bool, default=False
        Whether the caller can work with a :class:`skmir.feature_extraction.StoredFrames`, clip by clip.

    Returns
    -------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        Or the StoredFrames, if X is one.

    Raises
    ------
    ValueError
        If X is something else, or its number of bins is not the one seen in ``fit``.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator
    >>> from skmir.base import check_frames
    >>> step = BaseEstimator()
    >>> check_frames(step, [np.ones((40, 10)), np.ones((40, 12))], reset=True)[1].shape
    (40, 12)
    >>> step.n_bins_
    40
    >>> check_frames(step, np.ones((2, 30, 10)), reset=False)
    Traceback (most recent call last):
    ...
    ValueError: clip 0 of X has 30 bins per frame, but BaseEstimator was fitted on 40. ...
    """
    if isinstance(X, StoredFrames):
        return _check_stored(estimator, X, reset=reset, dtype=dtype, allowed=stored)
    X = column_of_paths(not_empty(no_single_path(to_numpy(X))))
    items = items_of(X)
    if items is not None and (any(map(is_path, items)) or ndims_of(items) == {1}):
        raise ValueError(
            f"{type(estimator).__name__} takes frames, and X holds "
            f"{'paths' if any(map(is_path, items)) else 'waveforms'}. Put a front end before it: "
            f"make_pipeline(MelSpectrogram(), {type(estimator).__name__}())."
        )
    if items is not None and ndims_of(items) == {2}:
        forget_n_features(estimator, reset)
        frames = [check_values(x, f"clip {i} of X", ndim=2, dtype=dtype) for i, x in enumerate(items)]
        frames = stack_if_equal(frames)
    elif is_numeric_array(X) and X.ndim == 3:
        forget_n_features(estimator, reset)
        frames = check_values(X, "X", ndim=3, dtype=dtype)
    else:
        table = check_table(
            estimator,
            X,
            reset=reset,
            dtype=dtype,
            cure="Pass frames as a 3-D array, or as a list of (n_bins, n_frames) arrays if lengths differ.",
        )
        frames = table[:, :, np.newaxis]
    _check_n_bins(estimator, frames, reset=reset)
    return frames


def warn_if_wide(estimator, frames):
    """Warn if a table is so wide that waveforms were probably given to a network."""
    n_bins = frames[0].shape[0]
    if frames[0].shape[1] == 1 and n_bins > WIDE:
        warnings.warn(
            f"{type(estimator).__name__} got a table of {n_bins} columns. If these are waveforms, put a "
            f"front end before it: make_pipeline(MelSpectrogram(), {type(estimator).__name__}()).",
            stacklevel=3,
        )


def _check_stored(estimator, X, *, reset, dtype, allowed):
    """Return frames on disk in a dtype that is allowed, without reading them."""
    if not allowed:
        raise ValueError(
            f"{type(estimator).__name__} takes frames in memory, but those of X stay on disk (stored=True). "
            "Set stored=False in the front end, or pass X.load()."
        )
    if not len(X):
        raise ValueError("X holds no clips. Pass at least one.")
    forget_n_features(estimator, reset)
    check_finite(X)
    dtypes = dtype if isinstance(dtype, tuple) else (dtype,)
    X = X if X.dtype in map(np.dtype, dtypes) else as_dtype(X, dtypes[0])
    expected = X.n_bins if reset else estimator.n_bins_
    if X.n_bins != expected:
        raise ValueError(_wrong_n_bins(estimator, 0, X.n_bins, expected, reset=reset))
    if reset:
        estimator.n_bins_ = expected
    return X


def _check_n_bins(estimator, frames, *, reset):
    n_bins = [x.shape[0] for x in frames]
    expected = n_bins[0] if reset else estimator.n_bins_
    wrong = [i for i, n in enumerate(n_bins) if n != expected]
    if wrong:
        raise ValueError(_wrong_n_bins(estimator, wrong[0], n_bins[wrong[0]], expected, reset=reset))
    if reset:
        estimator.n_bins_ = expected


def _wrong_n_bins(estimator, clip, n_bins, expected, *, reset):
    """Return the text about a clip that has another number of bins."""
    return (
        f"clip {clip} of X has {n_bins} bins per frame, but "
        f"{'clip 0 has' if reset else f'{type(estimator).__name__} was fitted on'} {expected}. "
        "Use the same front end, with the same parameters, for all clips."
    )
