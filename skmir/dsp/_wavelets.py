"""The filters of the constant-Q transform as waveforms, in numpy, without torch."""

import functools

import numpy as np
import scipy.signal

from ._norm import unit_rows


@functools.cache
def window_bandwidth(window):
    """Return the equivalent noise bandwidth of a window, in bins: the width of its main lobe.

    Parameters
    ----------
    window : str, tuple or float
        A window of :func:`scipy.signal.get_window`.

    Returns
    -------
    bandwidth : float

    Notes
    -----
    Windows with a name are sampled as for librosa's table, and other windows as librosa samples them. The
    difference of a few ten-thousandths only affects how near to half the sampling rate a bin may be.

    Examples
    --------
    >>> from skmir.dsp._wavelets import window_bandwidth
    >>> round(window_bandwidth("hann"), 3)
    1.5
    """
    named = isinstance(window, str)
    w = scipy.signal.get_window(window, 8193 if named else 1000, fftbins=not named)
    return float(len(w) * np.sum(w**2) / np.sum(w) ** 2)


def relative_bandwidth(bins_per_octave):
    """Return half the distance between a bin's two neighbours, relative to their mean."""
    step = 2.0 ** (2 / bins_per_octave)
    return (step - 1) / (step + 1)


def wavelets(frequencies, *, sr, alpha, window, filter_scale, norm):
    """Return windowed complex sines; lower ones are longer.

    Parameters
    ----------
    frequencies : ndarray of shape (n_filters,)
        In Hz.
    sr, window, filter_scale, norm : see :func:`skmir.dsp.cqt`
    alpha : float or ndarray of shape (n_filters,)
        Bandwidth relative to the frequency.

    Returns
    -------
    filters : ndarray of shape (n_filters, n_samples), complex64
        Each filter is centred; ``n_samples`` is a power of 2.
    lengths : ndarray of shape (n_filters,)
        In samples, with fractions.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.dsp._wavelets import wavelets
    >>> frequencies = np.array([440.0, 880.0])
    >>> filters, lengths = wavelets(
    ...     frequencies, sr=22050, alpha=0.06, window="hann", filter_scale=1, norm=1
    ... )
    >>> filters.shape, lengths.round()
    ((2, 1024), array([835., 418.]))
    """
    lengths = float(filter_scale) / alpha * sr / frequencies
    n_samples = 2 ** int(np.ceil(np.log2(lengths.max())))
    filters = np.zeros((len(lengths), n_samples), np.complex64)
    for row, length, frequency in zip(filters, lengths, frequencies, strict=True):
        angles = np.arange(-length // 2, length // 2, dtype=float) * 2 * np.pi * frequency / sr
        wave = (np.cos(angles) + 1j * np.sin(angles)) * scipy.signal.get_window(window, len(angles))
        start = (n_samples - len(wave)) // 2
        row[start : start + len(wave)] = unit_rows(wave, norm)
    return filters, lengths


def sparse_rows(rows, quantile):
    """Set the smallest magnitudes of each row to 0, as long as they add up to less than a share of its sum.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_values)
        Real or complex.
    quantile : float
        The share, from 0 to below 1.

    Returns
    -------
    rows : ndarray of the same shape and dtype

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.dsp._wavelets import sparse_rows
    >>> sparse_rows(np.array([[5.0, -1.0, 3.0, 1.0]]), 0.25)
    array([[5., 0., 3., 0.]])
    """
    magnitudes = np.abs(rows)
    ascending = np.sort(magnitudes, axis=1)
    shares = np.cumsum(ascending / magnitudes.sum(axis=1, keepdims=True), axis=1)
    first_kept = np.argmin(shares < quantile, axis=1)[:, np.newaxis]
    return np.where(magnitudes >= np.take_along_axis(ascending, first_kept, axis=1), rows, 0)
