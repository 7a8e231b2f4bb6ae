"""Short-time Fourier transform."""

import numpy as np
import scipy.signal
import torch

from ._bank import bank
from ._frame import blocks, frame, pad, recorded
from ._real_dft import Spectra, real_dft
from ._scratch import scratch


def stft(y, *, n_fft=2048, hop_length=512, win_length=None, window="hann", center=True, pad_mode="constant"):
    """Compute the Fourier transform of overlapping, windowed frames.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    n_fft : int, default=2048
        Length of a frame, in samples.
    hop_length : int, default=512
        From one frame to the next, in samples.
    win_length : int or None, default=None
        Length of the window, in samples, at most ``n_fft``; it is centred in the frame, with zeros on both
        sides. None is ``n_fft``.
    window : str, tuple or float, default="hann"
        A window of :func:`scipy.signal.get_window`.
    center : bool, default=True
        Whether the ends are padded, so that frame t is centred at sample ``t * hop_length``; if not, it
        starts there.
    pad_mode : {"constant", "edge", "reflect", "symmetric"}, default="constant"
        How the ends are padded; "constant" adds zeros.

    Returns
    -------
    spectra : complex tensor of shape (..., 1 + n_fft // 2, n_frames)

    Raises
    ------
    ValueError
        If the waveforms are shorter than a frame and ``center=False``, or are too short to mirror.

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp import stft
    >>> stft(torch.zeros(22050)).shape
    torch.Size([1025, 44])
    """
    return map_spectra(
        lambda spectra, out=None: written(_complex(spectra), out),
        1 + n_fft // 2,
        y,
        dtype=y.dtype.to_complex(),
        n_fft=n_fft,
        hop_length=hop_length,
        win_length=win_length,
        window=window,
        center=center,
        pad_mode=pad_mode,
    )


def spectrogram(y, *, power=1.0, n_fft=2048, empty=torch.empty, **stft_parameters):
    """Magnitudes of the short-time Fourier transform, raised to a power.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    power : float, default=1.0
        1 gives magnitudes, 2 gives power.
    n_fft : int, default=2048
        Length of a frame, in samples.
    empty : callable, default=torch.empty
        Allocates the result: takes a shape (..., n_frames, 1 + n_fft // 2), and ``dtype`` and ``device`` as
        keywords. Writing a large result directly to its final place saves a copy.
    **stft_parameters
        Other parameters of :func:`stft`.

    Returns
    -------
    magnitudes : tensor of shape (..., 1 + n_fft // 2, n_frames)

    Examples
    --------
    A sine of 440 Hz is in bin 440 / 22050 * 2048, about 41:

    >>> import torch
    >>> from skmir.dsp import spectrogram
    >>> y = torch.sin(2 * torch.pi * 440 * torch.arange(22050) / 22050)
    >>> spectrogram(y)[:, 20].argmax()
    tensor(41)
    """
    return map_spectra(
        lambda spectra, out=None: magnitudes(spectra, power, out=out),
        1 + n_fft // 2,
        y,
        empty=empty,
        n_fft=n_fft,
        **stft_parameters,
    )


def magnitudes(spectra, power=1.0, *, out=None):
    """Return ``abs(spectra) ** power`` of a complex tensor or of Spectra, in ``out`` if that is given."""
    if isinstance(spectra, Spectra):
        energy = spectra.real.square() + spectra.imag.square()
        return energy if power == 2 else energy.sqrt() if power == 1 else energy.pow(power / 2)
    if recorded(spectra):
        return differentiable_power(spectra.abs(), power)
    if spectra.device.type == "cpu" and not spectra.requires_grad:
        # Several times as fast as torch's own.
        absolute = np.abs(spectra.numpy(), out=None if out is None else out.numpy())
        out = torch.from_numpy(absolute) if out is None else out
    else:
        out = spectra.abs() if out is None else out.copy_(spectra.abs())
    if power == 1:
        return out
    return out.square_() if power == 2 else out.pow_(power)


def differentiable_power(absolute, power):
    """Return magnitudes raised to a power; the slope of a root at 0, which is infinite, counts as 0."""
    if power == 1:
        return absolute
    if power >= 1:
        return absolute.pow(power)
    silent = absolute == 0
    return absolute.masked_fill(silent, 1).pow(power).masked_fill(silent, 0)


def map_spectra(function, n_bins, y, *, dtype=None, empty=torch.empty, **stft_parameters):
    """Apply a function to spectra, a few frames at a time, to save memory on long clips.

    Parameters
    ----------
    function : callable
        Takes a complex tensor of shape (..., n_frames_i, 1 + n_fft // 2), time before frequency as in the
        output of the Fourier transform, and by name ``out``, one of shape (..., n_frames_i, n_bins), to
        which it writes. If torch records (see :func:`recorded`), there is no ``out``; it returns its result.
    n_bins : int
        Number of bins of the result.
    y : tensor of shape (..., n_samples)
    dtype : torch.dtype, default=None
        The dtype of the result; None is that of ``y``.
    empty : callable, default=torch.empty
        Allocates the result; see :func:`spectrogram`.
    **stft_parameters
        Other parameters of :func:`stft`.

    Returns
    -------
    results : tensor of shape (..., n_bins, n_frames)
        In memory, the bins of a frame are adjacent: transposing a spectrogram costs a quarter as much as the
        Fourier transform.
    """
    if recorded(y):
        return torch.cat([function(spectra) for spectra in spectra_blocks(y, **stft_parameters)], dim=-2).mT
    frames, weights = _frames(y, purpose="padded waveform", **stft_parameters)
    results = empty((*frames.shape[:-1], n_bins), dtype=dtype or y.dtype, device=y.device)
    parts = blocks(frames)
    for part, out in zip(parts, results.split(parts[0].shape[-2], dim=-2), strict=True):
        function(_rfft(part, weights), out=out)
    return results.mT


def written(result, out):
    """Return a result, in the memory of ``out`` unless that is None."""
    return result if out is None else out.copy_(result)


def spectra_blocks(y, *, n_fft=2048, **stft_parameters):
    """Return an iterator over the spectra of a few frames at a time; see :func:`map_spectra`.

    They are complex tensors or, in a graph for other programs, Spectra.
    """
    frames, weights = _frames(y, n_fft=n_fft, **stft_parameters)
    if torch.jit.is_tracing():
        return (real_dft(block * weights, n_fft) for block in blocks(frames))
    return (_rfft(block, weights) for block in blocks(frames))


def _rfft(frames, weights):
    """Return the Fourier transform of windowed frames."""
    if recorded(frames):
        return torch.fft.rfft(frames * weights)
    out = scratch("windowed frames", frames.shape, dtype=frames.dtype, device=frames.device)
    return torch.fft.rfft(torch.mul(frames, weights, out=out))


def _complex(spectra):
    return torch.complex(*spectra) if isinstance(spectra, Spectra) else spectra


def _frames(
    y,
    *,
    n_fft=2048,
    hop_length=512,
    win_length=None,
    window="hann",
    center=True,
    pad_mode="constant",
    purpose=None,
):
    """Return frames of shape (..., n_frames, n_fft), as a view, and the window of shape (n_fft,)."""
    weights = _window(window, win_length or n_fft, n_fft, y.dtype, y.device)
    y = pad(y, n_fft // 2, pad_mode, purpose=purpose) if center else y
    return frame(y, n_fft, hop_length), weights


@bank
def _window(window, win_length, n_fft, dtype, device):
    """Return the window of shape (n_fft,), zero outside its middle ``win_length`` samples."""
    left = (n_fft - win_length) // 2
    weights = torch.zeros(n_fft, dtype=torch.float64)
    weights[left : left + win_length] = torch.from_numpy(scipy.signal.get_window(window, win_length))
    return weights.to(device, dtype)
