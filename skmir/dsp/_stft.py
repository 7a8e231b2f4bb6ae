"""Short-time Fourier transform."""

import scipy.signal
import torch

from ._bank import bank
from ._frame import blocks, frame, pad


def stft(y, *, n_fft=2048, hop_length=512, win_length=None, window="hann", center=True, pad_mode="constant"):
    """Fourier transform of overlapping, windowed frames.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    n_fft : int, default=2048
        Length of a frame, in samples.
    hop_length : int, default=512
        From one frame to the next, in samples.
    win_length : int or None, default=None
        Length of the window, in samples, at most ``n_fft``; it stands in the middle of the frame, with
        zeros beside. None is ``n_fft``.
    window : str, tuple or float, default="hann"
        What :func:`scipy.signal.get_window` takes.
    center : bool, default=True
        Whether the ends are padded, so that frame t has its middle at sample ``t * hop_length``; if not,
        it starts there.
    pad_mode : {"constant", "edge", "reflect", "symmetric"}, default="constant"
        How the ends are padded; "constant" adds zeros.

    Returns
    -------
    spectra : complex tensor of shape (..., 1 + n_fft // 2, n_frames)

    Raises
    ------
    ValueError
        Where the waveforms are shorter than a frame and ``center=False``, or are too short to mirror.

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp import stft
    >>> stft(torch.zeros(22050)).shape
    torch.Size([1025, 44])
    """
    return map_spectra(
        lambda spectra: spectra.mT,
        y,
        n_fft=n_fft,
        hop_length=hop_length,
        win_length=win_length,
        window=window,
        center=center,
        pad_mode=pad_mode,
    )


def spectrogram(y, *, power=1.0, **stft_parameters):
    """Magnitudes of the short-time Fourier transform, raised to a power.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    power : float, default=1.0
        1 gives magnitudes, 2 gives power.
    **stft_parameters
        Those of :func:`stft`.

    Returns
    -------
    magnitudes : tensor of shape (..., 1 + n_fft // 2, n_frames)

    Examples
    --------
    A sine of 440 Hz stands in bin 440 / 22050 * 2048, about 41:

    >>> import torch
    >>> from skmir.dsp import spectrogram
    >>> y = torch.sin(2 * torch.pi * 440 * torch.arange(22050) / 22050)
    >>> spectrogram(y)[:, 20].argmax()
    tensor(41)
    """
    return map_spectra(lambda spectra: magnitudes(spectra, power).mT, y, **stft_parameters)


def magnitudes(spectra, power):
    """Return ``abs(spectra) ** power``."""
    # Squares first: torch's abs guards against overflow at four times the cost, needless in audio's range.
    squares = spectra.real.square() + spectra.imag.square()
    if power == 2:
        return squares
    return squares.sqrt() if power == 1 else squares.pow(power / 2)


def map_spectra(
    function,
    y,
    *,
    n_fft=2048,
    hop_length=512,
    win_length=None,
    window="hann",
    center=True,
    pad_mode="constant",
):
    """Apply a function to the spectra block by block, so that a long clip's are never all in memory.

    Parameters
    ----------
    function : callable
        From a complex tensor of shape (..., n_frames_i, 1 + n_fft // 2), time before frequency, to a
        tensor whose last axis is time.
    y : tensor of shape (..., n_samples)
    n_fft, hop_length, win_length, window, center, pad_mode : see :func:`stft`

    Returns
    -------
    results : tensor of shape (..., n_frames)
        The function's results, joined along time.
    """
    weights = _window(window, win_length or n_fft, n_fft, y.dtype, y.device)
    frames = frame(pad(y, n_fft // 2, pad_mode) if center else y, n_fft, hop_length)
    return torch.cat([function(torch.fft.rfft(block * weights)) for block in blocks(frames)], dim=-1)


@bank
def _window(window, win_length, n_fft, dtype, device):
    """Return the window of shape (n_fft,), zero beside its middle ``win_length`` samples."""
    left = (n_fft - win_length) // 2
    weights = torch.zeros(n_fft, dtype=torch.float64)
    weights[left : left + win_length] = torch.from_numpy(scipy.signal.get_window(window, win_length))
    return weights.to(device, dtype)
