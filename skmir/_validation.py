"""The data contract: which clips, frames and labels are valid, and the error texts about those that are not.

The forms in which they come are those of ``_forms``. Waveforms are floating point in [-1, 1], or integers as
they are stored, which are scaled: see ``_waveforms``.
"""

import os
import warnings

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from ._forms import column_of_paths, is_encoded, is_numeric_array, is_path, items_of, ndims_of, stack_if_equal
from ._parameter_checks import shown
from ._stored_frames import StoredFrames, as_dtype, check_finite
from ._waveforms import (
    check_all_finite,
    laid_out,
    peak_of,
    refusal,
    refusal_of_channels,
    refusal_of_waveform,
    scaled_samples,
    to_numpy,
    warn_if_loud,
    warn_if_quiet,
)

FLOAT = (np.float64, np.float32)
_WORDS = 400  # characters at most of another library's error
WIDE = 2000  # columns past which a table given to a network was probably meant as waveforms


def check_clips(estimator, X, *, reset, finite=True, loud=True, read=None):
    """Return clips as a list of paths, a list of 1-D float arrays, or a 2-D float array.

    Parameters
    ----------
    estimator : estimator
        A 2-D array sets its ``n_features_in_`` (``reset=True``) or is compared with it. Paths and lists
        of arrays never set it, even if their lengths happen to be equal.
    X : clips
        See ``_forms``. A pandas Series of paths, or a DataFrame of one column of paths,
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
    X = column_of_paths(_not_empty(_no_single_path(to_numpy(X))))
    items = items_of(X)
    if items is not None and any(is_path(item) for item in items):
        _forget_n_features(estimator, reset)
        return _check_paths(items)
    if items is not None and read is not None and any(map(is_encoded, items)):
        items = [_read(read, item, i) for i, item in enumerate(items)]
    _no_other_things(X, items)
    if items is not None and ndims_of(items) == {1}:
        _forget_n_features(estimator, reset)
        clips = [_check_waveform(x, f"clip {i} of X", finite=finite) for i, x in enumerate(items)]
        X = items[0]
    else:
        _no_frames(X, items)
        clips = _check_table(
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
    X = column_of_paths(_not_empty(_no_single_path(to_numpy(X))))
    items = items_of(X)
    if items is not None and (any(map(is_path, items)) or ndims_of(items) == {1}):
        raise ValueError(
            f"{type(estimator).__name__} takes frames, and X holds "
            f"{'paths' if any(map(is_path, items)) else 'waveforms'}. Put a front end before it: "
            f"make_pipeline(MelSpectrogram(), {type(estimator).__name__}())."
        )
    if items is not None and ndims_of(items) == {2}:
        _forget_n_features(estimator, reset)
        frames = [_check_array(x, f"clip {i} of X", ndim=2, dtype=dtype) for i, x in enumerate(items)]
        frames = stack_if_equal(frames)
    elif is_numeric_array(X) and X.ndim == 3:
        _forget_n_features(estimator, reset)
        frames = _check_array(X, "X", ndim=3, dtype=dtype)
    else:
        table = _check_table(
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


def check_tags(y):
    """Raise unless an indicator of tags holds zeros and ones, or booleans, and nothing else.

    scikit-learn accepts any two values in an indicator, such as -1 and 1; an estimator would learn them as
    numbers, or count a -1 as a tag.

    Parameters
    ----------
    y : array-like or sparse matrix of shape (n_clips, n_tags)

    Raises
    ------
    ValueError
        If a value is neither 0 nor 1; the message says which, and where.
    """
    tags = y.toarray() if issparse(y) else np.asarray(y)
    wrong = np.argwhere((tags != 0) & (tags != 1))
    if len(wrong):
        (row, column), values = wrong[0].tolist(), np.unique(tags).tolist()
        raise ValueError(
            f"Tags must be 0, or 1 if a clip has the tag, but y holds {tags[row, column]} in row {row}, "
            f"column {column}. Its values are {values}; if the highest means that a clip has the tag, "
            f"pass (y == {values[-1]}).astype(int)."
        )


def _no_single_path(X):
    if is_path(X):
        name = shown(os.fspath(X), width=120)
        raise ValueError(f"X must hold several clips, but is the single path {name}. Pass a list: [{name}].")
    if hasattr(X, "read"):
        raise ValueError(f"X must hold several clips, but is one file object ({type(X).__name__}). Pass [X].")
    return X


def _not_empty(X):
    if isinstance(X, list | tuple) and not X:
        raise ValueError("X holds no clips. Pass at least one path or array.")
    return X


def _forget_n_features(estimator, reset):
    """Forget the width and column names of an earlier table in a refit on clips of no fixed length."""
    for name in ("n_features_in_", "feature_names_in_"):
        if reset and hasattr(estimator, name):
            delattr(estimator, name)


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
    return _check_array(scaled_samples(x), name, ndim=1, finite=finite)


def _check_array(x, name, *, ndim, dtype=FLOAT, finite=True):
    if x.ndim != ndim or 0 in x.shape:
        raise ValueError(f"{name} must be {ndim}-dimensional and not empty, got the shape {x.shape}.")
    if type(x) is np.ndarray and dtype is FLOAT and x.dtype in FLOAT:
        if finite:  # what is left of check_array, which takes longer than a pooled clip
            check_all_finite(x, name)
        return laid_out(x)
    try:
        checked = check_array(
            x,
            dtype=dtype,
            allow_nd=True,
            ensure_2d=False,
            ensure_min_samples=0,
            ensure_all_finite=finite,
            input_name=name,
        )
    except ValueError as error:
        raise ValueError(_short(error)) from error
    return laid_out(checked)


def _check_stored(estimator, X, *, reset, dtype, allowed):
    """Return frames on disk in a dtype that is allowed, without reading them."""
    if not allowed:
        raise ValueError(
            f"{type(estimator).__name__} takes frames in memory, but those of X stay on disk (stored=True). "
            "Set stored=False in the front end, or pass X.load()."
        )
    if not len(X):
        raise ValueError("X holds no clips. Pass at least one.")
    _forget_n_features(estimator, reset)
    check_finite(X)
    dtypes = dtype if isinstance(dtype, tuple) else (dtype,)
    X = X if X.dtype in map(np.dtype, dtypes) else as_dtype(X, dtypes[0])
    expected = X.n_bins if reset else estimator.n_bins_
    if X.n_bins != expected:
        raise ValueError(_wrong_n_bins(estimator, 0, X.n_bins, expected, reset=reset))
    if reset:
        estimator.n_bins_ = expected
    return X


def _check_table(estimator, X, *, reset, cure, dtype=FLOAT, finite=True):
    try:
        return laid_out(validate_data(estimator, X, reset=reset, dtype=dtype, ensure_all_finite=finite))
    except ValueError as error:
        raise ValueError(f"{_short(error)}\n{cure}") from error


def _short(error):
    """Return an error's text, without its middle if it quotes a long input."""
    return shown(error, str, width=_WORDS)


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
