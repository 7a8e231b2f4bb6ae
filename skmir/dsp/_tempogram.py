"""Tempogram: the periods of an onset envelope around each frame."""

import numpy as np
import scipy.fft
import scipy.signal
import torch

from ._bank import bank
from ._chroma import normalize
from ._frame import blocks, frame, join
from ._real_dft import autocorrelation


def tempogram(envelope, *, win_length=384, center=True, window="hann", norm=np.inf):
    """Compute the autocorrelation of an onset envelope in a window around each frame.

    Parameters
    ----------
    envelope : tensor of shape (..., n_frames)
        Onset strengths, as returned by :func:`onset_strength`.
    win_length : int, default=384
        Length of the window, in frames.
    center : bool, default=True
        Whether the ends are extended by a slope down to 0, so that window t is centred at frame t; if not,
        it starts there, and there are ``win_length - 1`` fewer windows.
    window : str, tuple or float, default="hann"
        A window of :func:`scipy.signal.get_window`.
    norm : float or None, default=numpy.inf
        See :func:`normalize`.

    Returns
    -------
    tempogram : tensor of shape (..., win_length, n_frames)
        Row n is a lag of n frames: a tempo of ``60 * sr / (hop_length * n)`` beats per minute. The
        first row is lag 0, the energy of the envelope.

    Raises
    ------
    ValueError
        If ``center=False`` and there are fewer frames than ``win_length``.

    References
    ----------
    P. Grosche, M. Mueller and F. Kurth, "Cyclic tempogram: a mid-level tempo representation for music
    signals", ICASSP 2010.

    Examples
    --------
    A pulse every 20 frames:

    >>> import torch
    >>> from skmir.dsp import tempogram
    >>> envelope = torch.zeros(200)
    >>> envelope[::20] = 1
    >>> lags = tempogram(envelope, win_length=100)[:, 100]
    >>> lags[10:30].argmax() + 10
    tensor(20)
    """
    n_frames = envelope.shape[-1]
    if center:
        envelope = _sloped(envelope, win_length // 2)
    elif not torch.jit.is_tracing() and n_frames < win_length:
        raise ValueError(
            f"a window of win_length={win_length} frames does not fit into {n_frames}. Use center=True, "
            "which extends the ends, or a smaller win_length, or longer clips."
        )
    windows = frame(envelope, win_length, 1)
    if center:
        windows = windows[..., :n_frames, :]
    weights = _weights(window, win_length, envelope.dtype, envelope.device)
    lags = (_autocorrelation(block * weights, win_length).mT for block in blocks(windows))
    parts = (normalize(block, norm).mT for block in lags)
    return join(parts, windows.shape[-2]).mT


def _sloped(envelope, n):
    """Return an envelope with ``n`` more frames at each end, which rise from 0 and fall to 0 linearly."""
    slope = torch.arange(n, dtype=envelope.dtype, device=envelope.device) / max(1, n)
    return torch.cat([envelope[..., :1] * slope, envelope, envelope[..., -1:] * slope.flip(0)], dim=-1)


def _autocorrelation(windows, win_length):
    """Return sums of products over the last axis, for lags from 0 to its length - 1."""
    if torch.jit.is_tracing():
        return autocorrelation(windows, win_length)
    n = windows.shape[-1]
    n_fft = scipy.fft.next_fast_len(2 * n - 1, real=True)  # long enough to avoid wrapping around
    power = torch.fft.rfft(windows, n=n_fft).abs().square()
    return torch.fft.irfft(power, n=n_fft)[..., :n]


@bank
def _weights(window, win_length, dtype, device):
    return torch.from_numpy(scipy.signal.get_window(window, win_length)).to(device, dtype)
