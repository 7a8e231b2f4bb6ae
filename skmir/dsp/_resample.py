"""Halve the sampling rate, keeping the energy per second."""

import math

import numpy as np
import scipy.fft
import soxr
import torch
from torch.nn.functional import conv1d, pad

from ._bank import bank
from ._frame import recorded

# The roll-off of soxr's quality "HQ", measured on tones: by half at this share of half the new rate, with the
# shape of an error function of this width.
_MIDDLE, _WIDTH = 0.9567, 0.0164
_GUARD = 512  # new samples of silence, in which the filter rings out
_REACH = 128  # new samples beyond which the filter of soxr is lost in its rounding errors
_EARLY, _AFFECTED = 4, 128  # new samples at the start that soxr treats differently, and that are affected


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
    On the CPU, soxr is used. On a GPU, the work is done in the frequency domain with the same response, to
    1e-6 of the peak, or about 1e-4 near the ends of sounds that are cut off there. For gradients on the CPU,
    and in graphs for other programs, waveforms are convolved with soxr's own impulse response, to 1e-6 of the
    peak.
    """
    if n_halvings == 0:
        return y
    if y.device.type != "cpu" and not torch.jit.is_tracing():
        return _by_fft(y, 2**n_halvings)
    return (_by_convolution if recorded(y) else _by_soxr)(y, 2**n_halvings)


def _by_soxr(y, factor):
    n_low = math.ceil(y.shape[-1] / factor)
    parts = [_one_by_soxr(part, factor, n_low) for part in y.detach().reshape(-1, y.shape[-1]).numpy()]
    low = parts[0] if len(parts) == 1 else np.stack(parts)
    return torch.from_numpy(low.reshape(*y.shape[:-1], n_low))


def _one_by_soxr(y, factor, n_low):
    low = soxr.resample(y, factor, 1, quality="HQ")
    low *= math.sqrt(factor)
    # soxr's result can be one sample short, or long
    return low[:n_low] if len(low) >= n_low else np.pad(low, (0, n_low - len(low)))


def _by_convolution(y, factor):
    response, start = _impulse_response(factor, y.dtype, y.device), _start(factor, y.dtype, y.device)
    low = conv1d(y.reshape(-1, 1, y.shape[-1]), response, stride=factor, padding=factor * _REACH)
    low = low.reshape(*y.shape[:-1], -1)
    n_early = _EARLY * factor
    first = pad(y, (0, n_early))[..., :n_early] @ start
    low = low + pad(first, (0, low.shape[-1]))[..., : low.shape[-1]]
    n_given = (y.shape[-1] + factor // 2) // factor  # soxr rounds the number of samples
    return torch.where(torch.arange(low.shape[-1], device=y.device) < n_given, low, 0)


@bank
def _impulse_response(factor, dtype, device):
    """Return the kernel of a convolution, of shape (1, 1, 2 * factor * _REACH + 1)."""
    return torch.from_numpy(_measured_response(factor)[None, None]).to(device, dtype)


@bank
def _start(factor, dtype, device):
    """Return what soxr adds to a convolution of the first samples, of shape (_EARLY * factor, _AFFECTED).

    It works in several stages if ``factor`` is above 2, and the later ones miss what comes before a sound.
    """
    start = np.zeros((_EARLY * factor, _AFFECTED))
    response, middle = _measured_response(factor), factor * _REACH
    places = middle - factor * np.arange(_AFFECTED)
    for position, row in enumerate(start):
        row += (
            _low_impulse(position, factor * 2 * _AFFECTED, factor)[:_AFFECTED] - response[places + position]
        )
    return torch.from_numpy(start).to(device, dtype)


def _measured_response(factor):
    """Return soxr's impulse response, last value first, of shape (2 * factor * _REACH + 1,).

    An impulse at each of ``factor`` neighbours gives one value in ``factor`` of it.
    """
    middle = 2 * factor * _REACH
    response = np.zeros(middle + 1)
    for position in range(middle, middle + factor):
        low = _low_impulse(position, 2 * middle, factor)
        places = middle // 2 + position - factor * np.arange(len(low))
        inside = (places >= 0) & (places < len(response))
        response[places[inside]] = low[inside]
    return response


def _low_impulse(position, n_samples, factor):
    impulse = np.zeros((1, n_samples))
    impulse[0, position] = 1
    return _by_soxr(torch.from_numpy(impulse), factor)[0].numpy()


def _by_fft(y, factor):
    n_low = math.ceil(y.shape[-1] / factor)
    n_fft = scipy.fft.next_fast_len(n_low + _GUARD, real=True)
    spectra = torch.fft.rfft(y, n=factor * n_fft)[..., : n_fft // 2 + 1]
    position = torch.linspace(0, 1, spectra.shape[-1], dtype=y.dtype, device=y.device)  # 1: half the new rate
    response = 0.5 * torch.special.erfc((position - _MIDDLE) / _WIDTH)
    return torch.fft.irfft(spectra * response, n=n_fft)[..., :n_low] / math.sqrt(factor)
