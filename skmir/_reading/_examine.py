"""Examine whether recordings can be used: each is decoded once, and no samples are kept."""

import functools
from dataclasses import dataclass

import numpy as np

from ._load import load
from ._stream import stream

LOUD = 2.0  # full scale is 1; lossy formats exceed it slightly; samples far beyond it were not scaled
SENSELESS = 2.0**31  # not even unscaled 32-bit integers reach it
SILENT = 1e-4  # half the range of the samples: -80 dB of full scale
CANCELLED = 0.1  # RMS of the channels' mean relative to their own; 0.7 for two independent channels


@dataclass(frozen=True)
class Examination:
    """The result of examining one recording.

    Parameters
    ----------
    file : str
        Its path.
    error : str or None
        Why it cannot be used. If it was not decoded, the other values are those of an empty recording.
    n_samples : int
        Length in samples, at the sampling rate that was asked for.
    n_channels : int
        Number of channels; 0 if it was not decoded.
    peak : float
        The largest absolute sample; 1 is full scale.
    loud : bool
        Whether the peak is far beyond full scale.
    silent : bool
        Whether the channels hold silence, or a constant.
    cancels : bool
        Whether there is sound in the channels, but hardly any in their mean, which is all that models get.
    """

    file: str
    error: str | None = None
    n_samples: int = 0
    n_channels: int = 0
    peak: float = 0.0
    loud: bool = False
    silent: bool = False
    cancels: bool = False


def examine(paths, *, sr, shortest=2, n_jobs=None, verbose=0):
    """Decode recordings once, in threads, and report on each.

    Parameters
    ----------
    paths : list of str
        Files.
    sr : float
        Sampling rate in Hz to which the models resample recordings.
    shortest : int, default=2
        Smallest number of samples at ``sr`` that the models need.
    n_jobs : int or None, default=None
        Threads, as in joblib.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Yields
    ------
    examination : Examination
        In the order of the files. ``pandas.DataFrame`` makes a table of them, with one row per recording.
    """
    one = functools.partial(_examine, sr=sr, shortest=shortest)
    yield from stream(one, paths, n_jobs=n_jobs, verbose=verbose)


def _examine(path, sr, shortest):
    try:
        y, native = load(path, sr=None, mono=False)
    except (OSError, ValueError) as error:
        return Examination(path, str(error))
    return examination(path, y, native, sr=sr, shortest=shortest)


def examination(path, y, native, *, sr, shortest=2):
    """Report on a recording that is decoded already.

    Parameters
    ----------
    path : str
        Its file.
    y : ndarray of shape (n_channels, n_samples)
        Its samples.
    native : float
        Their sampling rate in Hz.
    sr, shortest : see :func:`examine`

    Returns
    -------
    examination : Examination
    """
    n_samples = int(y.shape[-1] * sr / native + 0.5)  # as long as soxr makes it
    low, high = float(y.min()), float(y.max())
    peak = max(-low, high)
    return Examination(
        path,
        _error(path, n_samples, peak, sr, shortest),
        n_samples,
        len(y),
        peak,
        loud=peak > LOUD,
        silent=bool(np.ptp(y, axis=1).max() < 2 * SILENT),
        cancels=len(y) > 1 and _cancels(y),
    )


def _error(path, n_samples, peak, sr, shortest):
    if n_samples < shortest:
        return (
            f"{path!r} is too short: it has {n_samples} samples ({n_samples / sr:.3f} s) at {sr:g} Hz, and "
            f"the models need {shortest}. Leave it out."
        )
    if peak > SENSELESS:
        return (
            f"{path!r} holds samples of up to {peak:.3g}, but full scale is 1: they cannot be sound. Write "
            "it again from its source, or leave it out."
        )
    return None


def _cancels(y):
    """Return whether the channels cancel each other in their mean."""
    own = np.sqrt(y.var(axis=1).mean())
    return bool(own > SILENT and y.mean(axis=0).std() < CANCELLED * own)
