"""Fingerprints of recordings, which survive coding, resampling, changes of level and cutting.

Landmarks are pairs of spectral peaks [Wang, "An industrial-strength audio search algorithm", ISMIR 2003]:
two frequencies and the time between them. If two clips share many landmarks at the same distance in
time, one is probably a copy of part of the other. Clips that are too short or too plain for many landmarks
are found by the mean of their spectra.
"""

from dataclasses import dataclass

import numpy as np
from scipy.fft import rfft
from scipy.ndimage import maximum_filter

SR = 8000  # Hz, to which clips are resampled: every codec keeps the frequencies below half of it
HOP = 128  # samples between frames
_N_FFT = 512
_NEAR = 4, 12  # frames and bins on each side in which a peak is the highest
_LOWEST_BIN = 5
_DEEPEST = 1e-4  # threshold for peaks, as a share of the clip's highest magnitude
_REACH = 47  # maximum number of frames between the two peaks of a pair
_SPREAD = 40  # maximum number of bins between them
_FAN = 6  # maximum number of pairs per peak
_AHEAD = 40  # number of following peaks to try for pairs


@dataclass(frozen=True)
class Fingerprint:
    """The data of a clip by which its copies are found.

    Parameters
    ----------
    codes : ndarray of int32 of shape (n_landmarks,)
        Two frequencies and the time between them.
    frames : ndarray of int32 of shape (n_landmarks,)
        Beginning of each landmark, in frames of ``HOP`` samples.
    profile : ndarray of float32 of shape (n_bins,)
        Square root of the mean of the magnitude spectra, scaled to norm 1.
    n_samples : int
        Length of the clip at ``SR``.
    """

    codes: np.ndarray
    frames: np.ndarray
    profile: np.ndarray
    n_samples: int


def fingerprint(y):
    """Return the fingerprint of a clip.

    Parameters
    ----------
    y : ndarray of float32 of shape (n_samples,)
        Samples at ``SR``.

    Returns
    -------
    result : Fingerprint
    """
    magnitudes = _magnitudes(y)
    codes, frames = _landmarks(*_peaks(magnitudes))
    profile = np.sqrt(magnitudes.mean(axis=0))
    norm = np.linalg.norm(profile)
    return Fingerprint(codes, frames, profile / norm if norm else profile, len(y))


def _magnitudes(y):
    """Return the magnitude spectra, of shape (n_frames, n_bins)."""
    if len(y) < _N_FFT:
        y = np.pad(y, (0, _N_FFT - len(y)))
    frames = np.lib.stride_tricks.sliding_window_view(y, _N_FFT)[::HOP]
    return np.abs(rfft(frames * np.hanning(_N_FFT).astype(np.float32), axis=1))


def _peaks(magnitudes):
    """Return frame and bin of each peak, in order of time."""
    size = tuple(2 * n + 1 for n in _NEAR)
    highest = maximum_filter(magnitudes, size=size, mode="constant")
    is_peak = (magnitudes == highest) & (magnitudes > _DEEPEST * magnitudes.max())
    is_peak[:, :_LOWEST_BIN] = False
    return np.nonzero(is_peak)


def _landmarks(frames, bins):
    """Return the code and the first frame of each landmark: a peak paired with one of the next peaks."""
    pairs = []
    for ahead in range(1, min(_AHEAD, len(frames) - 1) + 1):
        later, higher = frames[ahead:] - frames[:-ahead], bins[ahead:] - bins[:-ahead]
        near = np.flatnonzero((later > _NEAR[0]) & (later <= _REACH) & (np.abs(higher) <= _SPREAD))
        pairs.append(np.stack([near, later[near], higher[near]]))
    if not pairs:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    first, later, higher = np.concatenate(pairs, axis=1)
    order = np.argsort(first, kind="stable")
    first, later, higher = first[order], later[order], higher[order]
    kept = np.arange(len(first)) - np.searchsorted(first, first) < _FAN
    first, later, higher = first[kept], later[kept], higher[kept]
    codes = (bins[first] << 13) | ((higher + _SPREAD) << 6) | later
    return codes.astype(np.int32), frames[first].astype(np.int32)


def count_shared(a, b, delay):
    """Return how many landmarks of ``a`` are also in ``b`` at a given delay, and how many could have been.

    Parameters
    ----------
    a, b : Fingerprint
    delay : int
        Number of samples from the beginning of ``a`` to the beginning of ``b``.

    Returns
    -------
    n_shared : int
    n_possible : int
        Number of landmarks that begin while both clips sound, in the clip that has fewer of them.
    """
    delay = round(delay / HOP)
    end = min(a.n_samples // HOP, b.n_samples // HOP + delay)
    in_a = (a.frames >= max(0, delay)) & (a.frames < end)
    in_b = (b.frames >= max(0, -delay)) & (b.frames < end - delay)
    wanted, there = _placed(a, in_a, 0), _placed(b, in_b, delay)
    shared = np.isin(wanted, np.concatenate([there - 1, there, there + 1]))
    return int(shared.sum()), int(min(in_a.sum(), in_b.sum()))


def _placed(clip, chosen, delay):
    """Return a number for each landmark and the frame it begins in."""
    return clip.codes[chosen].astype(np.int64) << 32 | (clip.frames[chosen] + delay + 1)
