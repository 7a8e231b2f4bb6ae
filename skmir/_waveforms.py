"""Waveforms as they come from other libraries: their scale, their memory, and what to pass instead.

The rule of scale goes by the type of the numbers alone. int8, int16, int32, uint8 and uint16 are how samples
are stored, and become floating point in [-1, 1] by the type's range. Other integers say nothing of a full
scale: in a table (as scikit-learn passes int64) they are taken as they are, in a list of waveforms refused.
"""

import collections.abc
import numbers
import warnings

import numpy as np
import pandas as pd

BEYOND = 1e4  # above any peak of floating-point samples, even of many that were added up
_WHOLE = 100.0  # and above any peak of such that are whole numbers throughout
_QUIET = 2**16  # below any peak of int32 samples that use their range
_LONG = 1000  # a clip has more samples, and fewer channels
_STORED = {  # full scale, and the value that is silence
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
        float64, as all that is neither float32 nor float64 becomes.
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
    """Return an array that torch can share the memory of, copied where that takes another order of memory."""
    fits = all(stride >= 0 and stride % x.itemsize == 0 for stride in x.strides) and x.flags.aligned
    return x if fits else np.ascontiguousarray(x)


def warn_of_scale(given, clips):
    """Warn where samples are so large, or so small for their type, that their scale must be another.

    Parameters
    ----------
    given : ndarray, DataFrame or other
        X as it was given, or its first waveform.
    clips : ndarray of shape (n_clips, n_samples) or list of ndarray of shape (n_samples_i,)
        In floating point.
    """
    peaks = np.array([max(clip.max(), -clip.min()) for clip in clips])
    if _code(_dtype(given)) == "i4":
        peak = peaks.max() * 2**31
        if 0 < peak < _QUIET:
            warnings.warn(
                f"The largest sample of X is {peak:.0f}, and X is int32, whose range is 2**31: this is near "
                "silence. If these are samples of 16 bits, pass X.astype(numpy.int16).",
                stacklevel=4,
            )
        return
    loud = [i for i, peak in enumerate(peaks) if _is_beyond_sense(clips[i], peak)]
    if loud:
        warnings.warn(
            f"{len(loud)} of {len(peaks)} clips have samples beyond any sense: clip {loud[0]} of X reaches "
            f"{peaks[loud[0]]:.6g}, where samples lie in [-1, 1]. If these were integers, divide them by "
            "their full scale: 32768 for 16 bits.",
            stacklevel=4,
        )


def refusal(item, name):
    """Return the sentence that refuses what is no path and no waveform, or None for all else.

    Parameters
    ----------
    item : object
        One clip, or X itself.
    name : str
        What to call it.

    Returns
    -------
    sentence : str or None
    """
    kind = type(item).__name__
    if isinstance(item, bytes | bytearray | memoryview):
        return (
            f"{name} is {kind}, of {len(item)} bytes. Pass the path of a file as str, or a file's content as "
            "io.BytesIO(content)."
        )
    if hasattr(item, "read"):
        return (
            f"{name} is a file object ({kind}). Pass its path, or its waveform at the sr of this step: "
            "skmir.audio.load(file, sr=sr)[0]."
        )
    if isinstance(item, collections.abc.Mapping) and not hasattr(item, "shape"):
        keys = ", ".join(repr(str(key)[:20]) for key in list(item)[:5])
        return (
            f"{name} is {kind} with the keys {keys}. Pass the samples alone, X = [c['array'] for c in X], "
            "brought to the sr of this step (soxr.resample) where their sampling_rate is another."
        )
    if _is_pair(item):
        return (
            f"{name} is a pair of a waveform and a rate. Pass the waveform alone, X = [y for y, sr in X], "
            "brought to the sr of this step (soxr.resample) where its rate is another."
        )
    if item is None or isinstance(item, collections.abc.Iterator | collections.abc.Set):
        return f"{name} is {kind}. Pass a list of paths, or waveforms as a 2-D array or a list of 1-D arrays."
    return None


def refusal_of_waveform(dtype, name):
    """Return the sentence that refuses a waveform of integers of unknown scale, or None for all else."""
    if dtype.kind not in "iu" or is_stored(dtype):
        return None
    return (
        f"{name} is a waveform of {dtype}, whose full scale is not known. Divide it by that, so that samples "
        "lie in [-1, 1] (by 32768 for 16 bits), or pass it in the type in which it was stored (numpy.int16)."
    )


def refusal_of_channels(shape, name):
    """Return the sentence that refuses channels, or None where a shape is not that of channels.

    Parameters
    ----------
    shape : tuple of int
        Of one clip.
    name : str
    """
    if len(shape) != 2 or min(shape) > 2 or max(shape) < _LONG:
        return None
    axis = int(shape[1] < shape[0])
    return (
        f"{name} has the shape {shape}: {min(shape)} channels of {max(shape)} samples, where one is needed. "
        f"Pass their mean, X = [clip.mean(axis={axis}) for clip in X], or one of them."
    )


def _is_beyond_sense(clip, peak):
    """Return whether samples are too large, or look like integers that were never scaled."""
    return BEYOND < peak < np.inf or (_WHOLE < peak < np.inf and bool((clip == np.rint(clip)).all()))


def _dtype(X):
    """Return the type of an array's numbers, or the one that all columns of a DataFrame have, or None."""
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
