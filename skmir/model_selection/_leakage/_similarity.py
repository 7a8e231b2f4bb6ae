"""Measure the similarity of two stretches of sound, sample by sample."""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from ._fingerprint import HOP, SR

_WHITENING = 0.75  # power of the magnitudes to divide by: at 0, two notes of one pitch would be similar
_BAND = 100, 3600  # Hz
_SEGMENT = 4 * SR  # samples compared at a time, so that small differences of speed do no harm
_N_SEGMENTS = 4
_UNCERTAIN = 3 * HOP  # samples by which a delay that was found in frames may be wrong


def align(a, b, delay):
    """Compare two clips where they overlap.

    The measure is the highest value of their cross-correlation after most of the spectrum's shape is divided
    out. It shows whether phases agree, as they do in copies, but not in two takes of the same note.

    Parameters
    ----------
    a, b : ndarray of float32 of shape (n_samples_a,), (n_samples_b,)
        Samples at ``SR``.
    delay : int or None
        Approximate number of samples from the beginning of ``a`` to the beginning of ``b``; None tries all.

    Returns
    -------
    similarity : float
        In [0, 1]; 1 for copies that differ only in gain or sign.
    delay : int
    n_samples : int
        Length of the overlap.
    """
    if delay is None:
        _, delay = _correlate(*_padded(a, b), max_lag=max(len(a), len(b)) - 1)
    similarity, lag = 0.0, 0
    a_part, b_part = _overlap(a, b, delay)
    if len(a_part) > 2 * _UNCERTAIN:
        similarity, lag = _correlate(*_segments(a_part, b_part), max_lag=_UNCERTAIN)
    delay += lag
    return similarity, delay, len(_overlap(a, b, delay)[0])


def _padded(a, b):
    n = max(len(a), len(b))
    return (np.pad(y, (0, n - len(y)))[np.newaxis] for y in (a, b))


def _overlap(a, b, delay):
    """Return the parts of two clips that sound at the same time."""
    a, b = a[max(0, delay) :], b[max(0, -delay) :]
    n = min(len(a), len(b))
    return a[:n], b[:n]


def _segments(a, b):
    """Return some segments of two stretches of equal length, both of shape (n_segments, n_samples)."""
    if len(a) <= _SEGMENT:
        return a[np.newaxis], b[np.newaxis]
    starts = np.linspace(0, len(a) - _SEGMENT, min(_N_SEGMENTS, -(-len(a) // _SEGMENT))).astype(int)
    return (np.stack([y[start : start + _SEGMENT] for start in starts]) for y in (a, b))


def _correlate(a, b, *, max_lag):
    """Return the highest absolute correlation of whitened segments, and the delay of ``b`` at which it is."""
    n = next_fast_len(a.shape[1] + max_lag + 1, real=True)
    a, b = _whitened(a, n), _whitened(b, n)
    scale = np.sqrt(np.vdot(a, a).real * np.vdot(b, b).real)
    if not scale:
        return 0.0, 0
    correlation = np.abs(irfft((a * b.conj()).sum(axis=0), n)) * (n / 2 / scale)
    correlation = np.concatenate([correlation[-max_lag:], correlation[: max_lag + 1]])
    best = int(correlation.argmax())
    return min(float(correlation[best]), 1.0), best - max_lag


def _whitened(y, n_fft):
    """Return the band's spectra, (n_segments, n_fft // 2 + 1), after dividing out most of their shape."""
    spectra = rfft(y * np.hanning(y.shape[1] + 2)[1:-1].astype(y.dtype), n_fft)
    frequencies = np.arange(spectra.shape[1]) * (SR / n_fft)
    spectra *= (frequencies >= _BAND[0]) & (frequencies <= _BAND[1])
    magnitudes = np.abs(spectra)
    return spectra / np.maximum(magnitudes, np.finfo(magnitudes.dtype).tiny) ** _WHITENING
