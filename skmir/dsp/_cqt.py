"""Constant-Q transform, octave by octave from the top, at half the sampling rate each time.

The filters of an octave are those of the octave above at half the sampling rate. So one set of filters is
enough for all octaves as long as the hop can be halved too; with an odd hop the rate stays the same and the
filters grow.
"""

import functools
import math
from typing import NamedTuple

import torch
from torch.nn.functional import conv1d

from ._cqt_filters import check_cqt, cqt_filters, cqt_frequencies, cqt_waveforms
from ._frame import blocks, check_reflect, cut_to_shortest, frame, join, pad
from ._real_dft import Spectra
from ._resample import halve
from ._stft import magnitudes
from ._tuning import estimate_tuning


class _Octave(NamedTuple):
    low: int  # first bin
    high: int  # last bin + 1
    n_halvings: int  # of the sampling rate, since the top octave
    hop_length: int  # in samples at the octave's own rate


def cqt(
    y,
    *,
    sr=22050,
    hop_length=512,
    fmin=None,
    n_bins=84,
    bins_per_octave=12,
    tuning=0.0,
    filter_scale=1,
    norm=1,
    sparsity=0.01,
    window="hann",
    pad_mode="constant",
):
    """Magnitude of the constant-Q transform: bins equally spaced in pitch, longer windows for lower ones.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    sr : float, default=22050
        Sampling rate, in Hz.
    hop_length : int, default=512
        Distance from one frame to the next, in samples. The more often it can be halved, the faster.
    fmin : float or None, default=None
        Frequency of the lowest bin, in Hz; None is C1, 32.7 Hz.
    n_bins : int, default=84
        Number of bins.
    bins_per_octave : int, default=12
        Number of bins per octave.
    tuning : float or None, default=0.0
        Deviation from A = 440 Hz in fractions of a bin, by which all bins are moved; None estimates one
        from all of ``y``.
    filter_scale : float, default=1
        Length of the filters, relative to the length that separates neighbouring bins.
    norm : float or None, default=1
        The l_p norm by which the filters are normalized; None leaves windows of height 1.
    sparsity : float, default=0.01
        Share of each filter's spectrum that is dropped, in [0, 1).
    window : str, tuple or float, default="hann"
        A window of :func:`scipy.signal.get_window`.
    pad_mode : {"constant", "edge", "reflect", "symmetric"}, default="constant"
        How the ends are padded; "constant" adds zeros.

    Returns
    -------
    magnitudes : tensor of shape (..., n_bins, n_frames)
        Frame t is centred at sample ``t * hop_length``.

    Raises
    ------
    ValueError
        If the highest filter reaches above ``sr / 2``, or a clip is too short to mirror.

    References
    ----------
    C. Schoerkhuber and A. Klapuri, "Constant-Q transform toolbox for music processing", SMC 2010.

    Examples
    --------
    A4 is 45 semitones above C1:

    >>> import torch
    >>> from skmir.dsp import cqt
    >>> y = torch.sin(2 * torch.pi * 440 * torch.arange(22050) / 22050)
    >>> cqt(y)[:, 20].argmax()
    tensor(45)
    """
    if tuning is None:
        tuning = estimate_tuning(y, sr=sr, bins_per_octave=bins_per_octave)
    n_early, octaves, frequencies = _plan(
        sr, hop_length, fmin, n_bins, bins_per_octave, tuning, filter_scale, window
    )
    shape = (bins_per_octave, filter_scale, norm, sparsity, window, y.dtype, y.device)
    make = cqt_waveforms if torch.jit.is_tracing() else cqt_filters
    filters = [make(of_octave, sr / 2**n_early, *shape) for of_octave in frequencies]
    if pad_mode == "reflect" and not torch.jit.is_tracing():
        longest = max(f.n_fft // 2 * 2**o.n_halvings for f, o in zip(filters, octaves, strict=True))
        check_reflect(y.shape[-1], longest * 2**n_early)
    return _transform(halve(y, n_early), octaves, filters, pad_mode)


@functools.lru_cache(maxsize=128)  # one for each tuning
def _plan(sr, hop_length, fmin, n_bins, bins_per_octave, tuning, filter_scale, window):
    """Return how often the rate is halved before the top octave, the octaves, and each one's frequencies.

    The frequencies are a tuple of those at the top octave's rate, which identify an octave's filters, so that
    all octaves share one bank entry.
    """
    bins = {"fmin": fmin, "n_bins": n_bins, "bins_per_octave": bins_per_octave, "tuning": tuning}
    cutoff = check_cqt(sr=sr, filter_scale=filter_scale, window=window, **bins)
    n_early = _n_early_halvings(sr / 2 / cutoff, hop_length, math.ceil(n_bins / bins_per_octave))
    octaves = _octaves(n_bins, bins_per_octave, hop_length // 2**n_early)
    frequencies = cqt_frequencies(**bins)
    at_top = [tuple((frequencies[o.low : o.high] * 2**o.n_halvings).tolist()) for o in octaves]
    return n_early, octaves, at_top


def _n_early_halvings(headroom, hop_length, n_octaves):
    """Return how often the sampling rate can be halved before the top octave.

    Parameters
    ----------
    headroom : float
        Half the sampling rate divided by the highest filter's cutoff.
    hop_length, n_octaves : int
    """
    n_factors_of_two = (hop_length & -hop_length).bit_length() - 1
    by_pitch = math.ceil(math.log2(headroom)) - 2
    return max(0, min(by_pitch, n_factors_of_two - n_octaves + 1))


def _octaves(n_bins, bins_per_octave, hop_length):
    """Return the octaves from the top."""
    octaves, n_halvings = [], 0
    for high in range(n_bins, 0, -bins_per_octave):
        octaves.append(_Octave(max(0, high - bins_per_octave), high, n_halvings, hop_length))
        if hop_length % 2 == 0:
            hop_length //= 2
            n_halvings += 1
    return octaves


def _transform(y, octaves, filters, pad_mode):
    """Return magnitudes of shape (..., n_bins, n_frames): the octaves', cut to the shortest."""
    responses, n_halvings = [], 0
    for octave, octave_filters in zip(octaves, filters, strict=True):
        y = halve(y, octave.n_halvings - n_halvings)
        n_halvings = octave.n_halvings
        responses.append(_response(y, octave_filters, octave.hop_length, pad_mode))
    return torch.cat(cut_to_shortest(responses[::-1]), dim=-1).mT


def _response(y, filters, hop_length, pad_mode):
    """Return one octave's magnitudes, of shape (..., n_frames, n_filters)."""
    padded = pad(y, filters.n_fft // 2, pad_mode, purpose="padded waveform")
    if torch.jit.is_tracing():
        return _convolved(padded, filters, hop_length)
    frames = frame(padded, filters.n_fft, hop_length)
    return join((_filter(torch.fft.rfft(block), filters) for block in blocks(frames)), frames.shape[-2])


def _convolved(y, filters, hop_length):
    """Return magnitudes without complex numbers: the filters are Waveforms."""
    products = conv1d(y.reshape(-1, 1, y.shape[-1]), filters.kernels, stride=hop_length).mT
    products = products.reshape(*y.shape[:-1], -1, 2 * filters.n_filters)
    return magnitudes(Spectra(products[..., : filters.n_filters], products[..., filters.n_filters :]))


def _filter(spectra, filters):
    products = [spectra[..., low:high] @ weights for low, high, weights in filters.groups]
    return magnitudes(products[0] if len(products) == 1 else torch.cat(products, dim=-1))
