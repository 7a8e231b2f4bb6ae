"""Onset strength: by how much the bands of a spectrum get louder."""

import functools

import torch

from ._cepstrum import power_to_db
from ._mel import mel_spectrogram


def onset_strength(
    y, *, sr=22050, n_fft=2048, hop_length=512, lag=1, max_size=1, aggregate="mean", **mel_parameters
):
    """Rise of the mel bands in dB, averaged over the bands.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    sr : float, default=22050
        Sampling rate, in Hz.
    n_fft : int, default=2048
        Length of a frame, in samples.
    hop_length : int, default=512
        Distance from one frame to the next, in samples.
    lag : int, default=1
        Each frame is compared with the one ``lag`` frames before.
    max_size : int, default=1
        Width, in bands, of a maximum filter over the earlier frame, so that a tone which glides into the
        next band, as in vibrato, does not count as an onset; 1 disables it.
    aggregate : {"mean", "median"}, default="mean"
        How the rises of the bands are combined.
    **mel_parameters
        Other parameters of :func:`skmir.dsp.mel_spectrogram`.

    Returns
    -------
    envelope : tensor of shape (..., n_frames)
        In dB, at least 0. The first ``lag + n_fft // (2 * hop_length)`` frames are 0: a frame contains an
        onset before its centre reaches it, and the envelope is shifted to compensate.

    Raises
    ------
    ValueError
        If ``aggregate`` is unknown.

    References
    ----------
    S. Boeck and G. Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013.

    Examples
    --------
    Noise that starts after half a second, at frame 11025 / 512 = 21.5:

    >>> import torch
    >>> from skmir.dsp import onset_strength
    >>> y = torch.randn(22050, generator=torch.Generator().manual_seed(0))
    >>> y[:11025] = 0
    >>> onset_strength(y).argmax()
    tensor(22)
    """
    over_bands = _aggregate(aggregate)
    bands = mel_spectrogram(y, sr=sr, n_fft=n_fft, hop_length=hop_length, **mel_parameters)
    decibels = power_to_db(bands).mT  # (..., n_frames, n_mels)
    n_frames = decibels.shape[-2]
    rises = decibels[..., lag:, :] - _highest_nearby(decibels, max_size)[..., :-lag, :]
    envelope = over_bands(rises.clamp(min=0))
    return torch.nn.functional.pad(envelope, (lag + n_fft // (2 * hop_length), 0))[..., :n_frames]


def _highest_nearby(spectra, size):
    """Return the maximum over ``size`` neighbours on the last axis."""
    if size == 1:
        return spectra
    n_bins = spectra.shape[-1]
    padded = torch.nn.functional.pad(spectra, (size // 2, size - size // 2 - 1), value=-torch.inf)
    return functools.reduce(torch.maximum, [padded[..., i : i + n_bins] for i in range(size)])


def _aggregate(name):
    functions = {"mean": lambda rises: rises.mean(dim=-1), "median": _median}
    if name not in functions:
        raise ValueError(f"aggregate={name!r} is not one of {sorted(functions)}.")
    return functions[name]


def _median(values):
    """Return the median over the last axis; torch's own is the lower of two middle values."""
    ordered, n = values.sort(dim=-1).values, values.shape[-1]
    return (ordered[..., (n - 1) // 2] + ordered[..., n // 2]) / 2
