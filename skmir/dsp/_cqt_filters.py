"""Filters of the constant-Q transform."""

from typing import NamedTuple

import numpy as np
import scipy.fft
import torch

from ._bank import bank
from ._wavelets import relative_bandwidth, sparse_rows, wavelets, window_bandwidth

_GROUP = 12  # filters multiplied at once
C1 = 440.0 * 2.0 ** ((24 - 69.0) / 12)  # Hz


def cqt_frequencies(n_bins, *, fmin=None, bins_per_octave=12, tuning=0.0):
    """Return the frequencies of the bins.

    Parameters
    ----------
    n_bins : int
        Number of bins.
    fmin : float or None, default=None
        Frequency of the lowest bin, in Hz; None is C1, 32.7 Hz.
    bins_per_octave : int, default=12
        Number of bins per octave.
    tuning : float, default=0.0
        Number of bins by which all frequencies are moved up.

    Returns
    -------
    frequencies : ndarray of shape (n_bins,)
        In Hz. An octave is a factor of exactly 2.

    Examples
    --------
    >>> from skmir.dsp import cqt_frequencies
    >>> cqt_frequencies(13, fmin=440)[[0, 12]]
    array([440., 880.])
    """
    bins = np.arange(n_bins)
    ratios = 2.0 ** (bins // bins_per_octave) * 2.0 ** (bins % bins_per_octave / bins_per_octave)
    return ratios * ((C1 if fmin is None else fmin) * 2.0 ** (tuning / bins_per_octave))


def cqt_span(*, sr=22050, fmin=None, bins_per_octave=12, tuning=0.0, filter_scale=1):
    """Return the length of the longest filter.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate, in Hz.
    fmin, bins_per_octave, tuning : see :func:`cqt_frequencies`
    filter_scale : float, default=1
        Length of the filters, relative to the length that separates neighbouring bins.

    Returns
    -------
    span : float
        In samples.

    Examples
    --------
    >>> from skmir.dsp._cqt_filters import cqt_span
    >>> round(cqt_span() / 22050, 2)  # s, at C1
    0.53
    """
    lowest = cqt_frequencies(1, fmin=fmin, bins_per_octave=bins_per_octave, tuning=tuning)[0]
    return float(filter_scale / relative_bandwidth(bins_per_octave) * sr / lowest)


def check_cqt(
    *, sr=22050, fmin=None, n_bins=84, bins_per_octave=12, tuning=0.0, filter_scale=1, window="hann"
):
    """Raise if a filter reaches above half the sampling rate.

    Parameters
    ----------
    sr, fmin, n_bins, bins_per_octave, tuning, filter_scale, window : see :func:`skmir.dsp.cqt`

    Returns
    -------
    cutoff : float
        Frequency in Hz at which the highest filter's main lobe has decayed.

    Raises
    ------
    ValueError
        If the cutoff is above ``sr / 2``.

    Examples
    --------
    >>> from skmir.dsp._cqt_filters import check_cqt
    >>> check_cqt(n_bins=120)
    Traceback (most recent call last):
        ...
    ValueError: n_bins=120 bins, 12 per octave, from fmin=32.7 Hz reach ... Hz, ...
    """
    highest = cqt_frequencies(n_bins, fmin=fmin, bins_per_octave=bins_per_octave, tuning=tuning)[-1]
    alpha = relative_bandwidth(bins_per_octave)
    cutoff = highest * (1 + 0.5 * window_bandwidth(window) * alpha / filter_scale)
    if cutoff > sr / 2:
        raise ValueError(
            f"n_bins={n_bins} bins, {bins_per_octave} per octave, from fmin={fmin or C1:.1f} Hz reach "
            f"{cutoff:.0f} Hz, above half of sr={sr:g} Hz. Use fewer bins, a lower fmin, or a higher sr."
        )
    return cutoff


class Group(NamedTuple):
    """Neighbouring filters as a matrix that the spectra of frames are multiplied with."""

    low: int  # first frequency that any of them uses
    high: int  # last one + 1
    weights: torch.Tensor  # complex, (high - low, n_filters), divided by the root of the filters' lengths


class Filters(NamedTuple):
    """An octave's filters."""

    n_fft: int  # samples of a frame: the power of 2 into which the longest filter fits
    groups: tuple[Group, ...]


@bank
def cqt_filters(frequencies, sr, bins_per_octave, filter_scale, norm, sparsity, window, dtype, device):
    """Return the filters of one octave.

    As in librosa, a filter's spectrum is made sparse. Neighbouring filters use a narrow range of
    frequencies, so dense products over such ranges are faster than a sparse product over all frequencies.

    Parameters
    ----------
    frequencies : tuple of float
        In Hz, ascending.
    sr, bins_per_octave, filter_scale, norm, sparsity, window : see :func:`skmir.dsp.cqt`
    dtype : torch.dtype
        Of the waveforms.
    device : torch.device

    Returns
    -------
    filters : Filters
    """
    alpha = relative_bandwidth(bins_per_octave)
    shape = {"alpha": alpha, "window": window, "filter_scale": filter_scale, "norm": norm}
    filters, lengths = wavelets(np.array(frequencies), sr=sr, **shape)
    n_fft = filters.shape[1]
    lengths = lengths[:, np.newaxis]
    # Equal to librosa to the last bit, since the choice of the dropped frequencies can depend on that.
    filters *= lengths / float(n_fft)
    spectra = scipy.fft.fft(filters)[:, : n_fft // 2 + 1]
    spectra = sparse_rows(spectra, sparsity) / np.sqrt(lengths)
    parts = [spectra[first : first + _GROUP] for first in range(0, len(spectra), _GROUP)]
    return Filters(n_fft, tuple(_group(part, dtype.to_complex(), device) for part in parts))


def _group(spectra, dtype, device):
    """Return the filters whose spectra are the rows of an array."""
    used = np.flatnonzero(spectra.any(axis=0))
    low, high = int(used[0]), int(used[-1]) + 1
    return Group(low, high, torch.from_numpy(spectra[:, low:high].T.copy()).to(device, dtype))


class Waveforms(NamedTuple):
    """An octave's filters as waveforms, with which frames are multiplied instead of their spectra."""

    n_fft: int
    n_filters: int
    kernels: torch.Tensor  # (2 * n_filters, 1, n_fft): for the products' real parts, then imaginary parts


@bank
def cqt_waveforms(*args):
    """Return the filters of one octave as Waveforms; the arguments are those of :func:`cqt_filters`."""
    n_fft, groups = cqt_filters.__wrapped__(*args)
    parts = []
    for low, high, weights in groups:
        spectra = torch.zeros((n_fft, weights.shape[1]), dtype=torch.complex128, device=weights.device)
        spectra[low:high] = weights
        # A spectrum is a sum over samples, and a product one over frequencies: their order is exchanged.
        parts.append(torch.fft.fft(spectra, dim=0).T.to(weights.dtype))
    waveforms = torch.cat(parts)
    return Waveforms(n_fft, len(waveforms), torch.cat([waveforms.real, waveforms.imag])[:, None])
