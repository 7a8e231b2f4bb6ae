"""Mel bands."""

from typing import NamedTuple

import torch

from ._bank import bank
from ._mel_weights import mel_weights
from ._scratch import scratch
from ._stft import magnitudes, map_spectra

_GROUP = 16  # bands multiplied at once


def mel_spectrogram(
    y,
    *,
    sr=22050,
    power=2.0,
    n_mels=128,
    fmin=0.0,
    fmax=None,
    htk=False,
    norm="slaney",
    n_fft=2048,
    **stft_parameters,
):
    """Energy in bands that are equally wide on the mel scale.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    sr : float, default=22050
        Sampling rate, in Hz.
    power : float, default=2.0
        Power of the magnitudes that are summed: 2 for energy, 1 for magnitude.
    n_mels : int, default=128
        Number of bands.
    fmin, fmax : float, default=0.0 and None
        Lower end of the lowest band and upper end of the highest band, in Hz; None is ``sr / 2``.
    htk : bool, default=False
        Whether the mel scale is HTK's instead of Slaney's.
    norm : {"slaney"}, float or None, default="slaney"
        "slaney" divides each band by its width; a number divides it by its l_p norm; None leaves peaks of 1.
    n_fft : int, default=2048
        Length of a frame, in samples.
    **stft_parameters
        Other parameters of :func:`skmir.dsp.stft`.

    Returns
    -------
    energies : tensor of shape (..., n_mels, n_frames)

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp import mel_spectrogram
    >>> mel_spectrogram(torch.zeros(22050), n_mels=40).shape
    torch.Size([40, 44])
    """
    groups = _mel_bank(sr, n_fft, n_mels, fmin, fmax, htk, norm, y.dtype, y.device)

    def bands(spectra, out=None):
        if out is None:
            return _sum_bands(groups, magnitudes(spectra, power))
        kept = scratch("magnitudes", spectra.shape, dtype=y.dtype, device=y.device)
        return _sum_bands(groups, magnitudes(spectra, power, out=kept), out)

    return map_spectra(
        bands,
        n_mels,
        y,
        n_fft=n_fft,
        **stft_parameters,
    )


class _Group(NamedTuple):
    """Neighbouring bands, whose filters are 0 outside a short range of frequencies."""

    low: int  # first frequency
    high: int  # last frequency + 1
    weights: torch.Tensor  # (high - low, n_bands)


@bank
def _mel_bank(sr, n_fft, n_mels, fmin, fmax, htk, norm, dtype, device):
    """Return the filters in groups."""
    weights = mel_weights(sr, n_fft, n_mels, fmin, fmax, htk, norm)
    return tuple(map(_group, torch.from_numpy(weights).to(device, dtype).split(_GROUP)))


def _group(weights):
    """Return the group whose filters are the rows of an array of shape (n_bands, n_frequencies)."""
    used = weights.any(dim=0).nonzero().flatten().tolist() or [0]
    low, high = used[0], used[-1] + 1
    return _Group(low, high, weights[:, low:high].T.contiguous())


def _sum_bands(groups, spectra, out=None):
    """Return the bands' energies, or write them.

    Parameters
    ----------
    groups : tuple of _Group
    spectra : tensor of shape (..., n_frames, n_frequencies)
    out : tensor of shape (..., n_frames, n_mels) or None
    """
    if out is None:
        return torch.cat([spectra[..., low:high] @ weights for low, high, weights in groups], dim=-1)
    for (low, high, weights), part in zip(groups, out.split(_GROUP, dim=-1), strict=True):
        torch.matmul(spectra.narrow(-1, low, high - low), weights, out=part)
    return out
