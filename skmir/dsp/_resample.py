"""Halve the sampling rate, keeping the energy per second."""

import math

import numpy as np
import scipy.fft
import soxr
import torch

# The roll-off of soxr's quality "HQ", measured on tones: by half at this share of half the new rate, with the
# shape of an error function of this width.
_MIDDLE, _WIDTH = 0.9567, 0.0164
_GUARD = 512  # new samples of silence, in which the filter rings out


def halve(y, n_halvings):
    """Return waveforms at a sampling rate halved once or more.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
    n_halvings : int
        0 gives ``y`` itself.

    Returns
    -------
    low : tensor of shape (..., ceil(n_samples / 2**n_halvings))
        Multiplied by ``2 ** (n_halvings / 2)``, so that the sum of squares is kept.

    Notes
    -----
    On the CPU, soxr is used. On a GPU, and if gradients are needed, the work is done in the frequency domain
    with the same response, to 1e-6 of the peak, or about 1e-4 near the ends of sounds that are cut off there.
    """
    if n_halvings == 0:
        return y
    low = _by_soxr if y.device.type == "cpu" and not y.requires_grad else _by_fft
    return low(y, 2**n_halvings)


def _by_soxr(y, factor):
    n_samples = y.shape[-1]
    flat = y.reshape(-1, n_samples).numpy()
    low = np.zeros((len(flat), math.ceil(n_samples / factor)), dtype=flat.dtype)
    for source, target in zip(flat, low, strict=True):
        resampled = soxr.resample(source, factor, 1, quality="HQ")[: len(target)]
        # soxr's result can be one sample short
        np.multiply(resampled, math.sqrt(factor), out=target[: len(resampled)])
    return torch.from_numpy(low.reshape(*y.shape[:-1], -1))


def _by_fft(y, factor):
    n_low = math.ceil(y.shape[-1] / factor)
    n_fft = scipy.fft.next_fast_len(n_low + _GUARD, real=True)
    spectra = torch.fft.rfft(y, n=factor * n_fft)[..., : n_fft // 2 + 1]
    position = torch.linspace(0, 1, spectra.shape[-1], dtype=y.dtype, device=y.device)  # 1: half the new rate
    response = 0.5 * torch.special.erfc((position - _MIDDLE) / _WIDTH)
    return torch.fft.irfft(spectra * response, n=n_fft)[..., :n_low] / math.sqrt(factor)
