"""Mel bands."""

import torch

from ._bank import bank
from ._stft import magnitudes, map_spectra

GROUP = 16  # neighbouring bands multiplied at once


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
        Where the lowest band starts and the highest ends, in Hz; None is ``sr / 2``.
    htk : bool, default=False
        Whether the mel scale is HTK's instead of Slaney's.
    norm : {"slaney"}, float or None, default="slaney"
        "slaney" divides each band by its width; a number makes each band's l_p norm 1; None leaves peaks
        of 1.
    n_fft : int, default=2048
        Length of a frame, in samples.
    **stft_parameters
        Those of :func:`skmir.dsp.stft`.

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
    bands = mel_bank(sr, n_fft, n_mels, fmin, fmax, htk, norm, y.dtype, y.device)
    return map_spectra(
        lambda spectra: apply_bands(bands, magnitudes(spectra, power), n_mels),
        y,
        n_fft=n_fft,
        **stft_parameters,
    )


@bank
def mel_bank(sr, n_fft, n_mels, fmin, fmax, htk, norm, dtype, device):
    """Return the filters as groups of neighbouring bands; see :func:`apply_bands`."""
    import librosa.filters  # slow: brings numba

    weights = librosa.filters.mel(sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax, htk=htk, norm=norm)
    weights = torch.from_numpy(weights).to(device, dtype)
    return tuple(_group(weights, start) for start in range(0, n_mels, GROUP))


def _group(weights, start):
    """Return where a group's filters stand in frequency, and their weights there."""
    rows = weights[start : start + GROUP]
    used = rows.any(dim=0).nonzero().flatten().tolist() or [0]
    low, high = used[0], used[-1] + 1
    return low, high, rows[:, low:high].contiguous()


def apply_bands(bands, power, n_mels):
    """Sum the spectra in each band.

    A mel filter is zero almost everywhere; a group of neighbours is multiplied with the short range of
    frequencies where one of them is not.

    Parameters
    ----------
    bands : tuple of (int, int, tensor of shape (n_bands_i, high - low))
        First frequency, last frequency + 1, weights.
    power : tensor of shape (..., n_frames, n_frequencies)
    n_mels : int
        Number of all bands.

    Returns
    -------
    energies : tensor of shape (..., n_mels, n_frames)
    """
    energies = power.new_empty((*power.shape[:-2], n_mels, power.shape[-2]))
    for i, (low, high, weights) in enumerate(bands):
        energies[..., GROUP * i : GROUP * (i + 1), :] = weights @ power[..., low:high].mT
    return energies
