"""Waveforms as they come from other libraries: their scale, their memory layout, and how to pass them.

The rule for the scale depends on the type of the numbers alone. int8, int16, int32, uint8 and uint16 are the
types in which samples are stored; they become floating point in [-1, 1] by the type's range. Other integers
do not tell their full scale: in a table (as scikit-learn passes int64) they are taken as they are, and in a
list of waveforms they are refused.
"""

import collections.abc
import numbers
import warnings

import numpy as np
import pandas as pd
from sklearn.utils import assert_all_finite

BEYOND = 1e4  # above any peak of floating-point samples, even of many that were added up
_WHOLE = 100.0  # above any peak of samples that are whole numbers throughout
_QUIET = 2**16  # below any peak of int32 samples that use their range
_LONG = 1000  # a clip has more samples than this, and fewer channels
_STORED = {  # full scale, and the value that means silence
    "i1": (2**7, 0),
    "i2": (2**15, 0),
    "i4": (2**31, 0),
    "u1": (2**7, 2**7),
    "u2": (2**15, 2**15),
}


def to_numpy(x):
    """Return a torch tensor as an array that shares its memory, anything else as it is."""
    if not (hasattr(x, "detach") and hasattr(x, "cpu")):
        return x
    x = x.detach().cpu()
    return (x if x.dtype.itemsize > 2 or not x.is_floating_point() else x.float()).numpy()


def scaled_samples(X):
    """Return samples of an integer type as floating point in [-1, 1], anything else as it is.

    Parameters
    ----------
    X : ndarray or DataFrame

    Returns
    -------
    X : ndarray or DataFrame
        float32 and float64 are kept; every other type becomes float64.
    """
    dtype = _dtype(X)
    if not is_stored(dtype):
        return X
    full, silence = _STORED[_code(dtype)]
    samples = X.astype(np.float64)
    samples -= silence
    samples /= full
    return samples


def is_stored(dtype):
    """Return whether integers of a type are scaled."""
    return dtype is not None and _code(dtype) in _STORED


def laid_out(x):
    """Return an array whose memory torch can share; copied if that needs another memory layout."""
    fits = all(stride >= 0 and stride % x.itemsize == 0 for stride in x.strides) and x.flags.aligned
    return x if fits else np.ascontiguousarray(x)


def peak_of(clip):
    """Return the largest magnitude of a clip's samples."""
    return max(clip.max(), -clip.min())


def warn_if_quiet(given, clips):
    """Warn if samples are so small for their type that they cannot have been stored in it.

    Parameters
    ----------
    given : ndarray, DataFrame or other
        X as it was given, or its first waveform.
    clips : ndarray of shape (n_clips, n_samples) or list of ndarray of shape (n_samples_i,)
        In floating point.
    """
    if _code(_dtype(given)) != "i4":
        return
    peak = max(map(peak_of, clips)) * 2**31
    if 0 < peak < _QUIET:
        warnings.warn(
            f"The largest sample of X is {peak:.0f}, and X is int32, whose range is 2**31: this is near "
            "silence. If these are 16-bit samples, pass X.astype(numpy.int16).",
            stacklevel=4,
        )


def warn_if_loud(clips, peaks, *, stacklevel=4):
    """Warn if samples are so large that their scale must be wrong.

    Parameters
    ----------
    clips : ndarray of shape (n_clips, n_samples) or list of ndarray of shape (n_samples_i,)
        In floating point.
    peaks : sequence of float of length n_clips
        Of each clip; see :func:`peak_of`.
    stacklevel : int, default=4
        Of the warning, as in :func:`warnings.warn`.
    """
    loud = [i for i, peak in enumerate(peaks) if _is_beyond_sense(clips[i], peak)]
    if loud:
        warnings.warn(
            f"Samples must lie in [-1, 1], but {len(loud)} of {len(peaks)} clips go far beyond: "
            f"clip {loud[0]} of X reaches {peaks[loud[0]]:.6g}. If these were integers, divide them by their "
            "full scale: 32768 for 16 bits.",
            stacklevel=stacklevel,
        )


def check_all_finite(y, name):
    """Raise if an array of floating-point numbers holds NaN or infinity; ``name`` is for the error."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = y.sum()
    if not np.isfinite(total):  # a finite total means that no value is NaN or infinite, and saves the search
        assert_all_finite(y, input_name=name)


def refusal(item, name):
    """Return the error text for a clip that is neither a path nor a waveform, or None if it is one of them.

    Parameters
    ----------
    item : object
        One clip, or X itself.
    name : str
        The name of the clip in the error.

    Returns
    -------
    sentence : str or None
    """
    kind = type(item).__name__
    if isinstance(item, bytes | bytearray | memoryview):
        return (
            f"{name} is of type {kind}, with {len(item)} bytes. Pass the path of a file as str, or a file's "
            "content as io.BytesIO(content)."
        )
    if hasattr(item, "read"):
        return (
            f"{name} is a file object ({kind}). Pass its path, or its waveform at the sr of this step: "
            "skmir.audio.load(file, sr=sr)[0]."
        )
    if isinstance(item, collections.abc.Mapping) and not hasattr(item, "shape"):
        keys = ", ".join(repr(str(key)[:20]) for key in list(item)[:5])
        return (
            f"{name} is a {kind} with the keys {keys}. Pass the samples alone, X = [c['array'] for c in X], "
            "resampled to the sr of this step (soxr.resample) if their sampling_rate differs."
        )
    if _is_pair(item):
        return (
            f"{name} is a pair of a waveform and a rate. Pass the waveform alone, X = [y for y, sr in X], "
            "resampled to the sr of this step (soxr.resample) if its rate differs."
        )
    if item is None or isinstance(item, collections.abc.Iterator | collections.abc.Set):
        return (
            f"{name} is of type {kind}. Pass a list of paths, or waveforms as a 2-D array or a list of 1-D "
            "arrays."
        )
    return None


def refusal_of_waveform(dtype, name):
    """Return the error text for a waveform of integers of unknown scale, or None for any other type."""
    if dtype.kind not in "iu" or is_stored(dtype):
        return None
    return (
        f"{name} is a waveform of {dtype}, whose full scale is not known. Divide it by its full scale, so "
        "that samples lie in [-1, 1] (by 32768 for 16 bits), or pass it in the type in which it was stored "
        "(numpy.int16)."
    )


def refusal_of_channels(shape, name):
    """Return the error text for a clip with several channels, or None if the shape is not that of channels.

    Parameters
    ----------
    shape : tuple of int
        Shape of one clip.
    name : str
    """
    if len(shape) != 2 or min(shape) > 2 or max(shape) < _LONG:
        return None
    axis = int(shape[1] < shape[0])
    return (
        f"{name} must have one channel, got shape {shape}: {min(shape)} channels of {max(shape)} samples. "
        f"Pass their mean, X = [clip.mean(axis={axis}) for clip in X], or one of them."
    )


def _is_beyond_sense(clip, peak):
    """Return whether samples are too large to be sound, or look like integers that were never scaled."""
    return BEYOND < peak < np.inf or (_WHOLE < peak < np.inf and bool((clip == np.rint(clip)).all()))


def _dtype(X):
    """Return the type of an array's numbers, or the common type of a DataFrame's columns, or None."""
    if isinstance(X, pd.DataFrame):
        types = set(X.dtypes)
        return next(iter(types)) if len(types) == 1 else None
    return getattr(X, "dtype", None)


def _code(dtype):
    return f"{dtype.kind}{dtype.itemsize}" if isinstance(dtype, np.dtype) else None


def _is_pair(item):
    if not isinstance(item, tuple | list) or len(item) != 2:
        return False
    n_axes = sorted(
        0 if isinstance(part, numbers.Real) else np.ndim(part) if hasattr(part, "ndim") else -1
        for part in item
    )
    return n_axes in ([0, 1], [0, 2])
