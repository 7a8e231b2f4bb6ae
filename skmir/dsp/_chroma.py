"""Chroma: the energy in each pitch class, summed over octaves."""

import numpy as np
import torch

from ._bank import bank, whole_vectors
from ._chroma_weights import cqt_weights, stft_weights
from ._cqt import cqt
from ._frame import blocks
from ._stft import spectrogram
from ._tuning import tuning_of


def chroma_stft(y, *, sr=22050, n_chroma=12, tuning=None, norm=np.inf, n_fft=2048, **stft_parameters):
    """Energy in pitch classes, from the power of the short-time Fourier transform.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    sr : float, default=22050
        Sampling rate, in Hz.
    n_chroma : int, default=12
        Number of pitch classes per octave; the first is C.
    tuning : float or None, default=None
        Deviation from A = 440 Hz in fractions of a pitch class; None estimates one from all of ``y``.
    norm : float or None, default=numpy.inf
        See :func:`normalize`.
    n_fft : int, default=2048
        Length of a frame, in samples.
    **stft_parameters
        Other parameters of :func:`skmir.dsp.stft`.

    Returns
    -------
    chroma : tensor of shape (..., n_chroma, n_frames)

    References
    ----------
    D. Ellis, "Chroma feature analysis and synthesis", 2007.

    Examples
    --------
    A is the tenth pitch class from C:

    >>> import torch
    >>> from skmir.dsp import chroma_stft
    >>> y = torch.sin(2 * torch.pi * 440 * torch.arange(22050) / 22050)
    >>> chroma_stft(y)[:, 20].argmax()
    tensor(9)
    """
    powers = spectrogram(y, power=2, n_fft=n_fft, **stft_parameters).mT
    if tuning is None:
        tuning = tuning_of(blocks(powers), sr, n_chroma)
    weights = _stft_bank(sr, n_fft, n_chroma, tuning, y.dtype, y.device)
    return normalize((powers @ weights)[..., :n_chroma].mT, norm)


def chroma_cqt(
    y,
    *,
    sr=22050,
    hop_length=512,
    fmin=None,
    n_chroma=12,
    tuning=None,
    norm=np.inf,
    threshold=0.0,
    n_octaves=7,
    bins_per_octave=36,
):
    """Energy in pitch classes, from the constant-Q transform.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    sr : float, default=22050
        Sampling rate, in Hz.
    hop_length : int, default=512
        Distance from one frame to the next, in samples.
    fmin : float or None, default=None
        Lowest frequency, in Hz; None is C1, 32.7 Hz.
    n_chroma : int, default=12
        Number of pitch classes per octave; the first is C.
    tuning : float or None, default=None
        Deviation from A = 440 Hz in fractions of a bin of the transform; None estimates one from ``y``.
    norm : float or None, default=numpy.inf
        See :func:`normalize`.
    threshold : float, default=0.0
        Sums below it are set to 0, before normalisation.
    n_octaves : int, default=7
        Number of octaves above ``fmin``.
    bins_per_octave : int, default=36
        Number of bins of the transform per octave, a multiple of ``n_chroma``.

    Returns
    -------
    chroma : tensor of shape (..., n_chroma, n_frames)

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp import chroma_cqt
    >>> y = torch.sin(2 * torch.pi * 440 * torch.arange(22050) / 22050)
    >>> chroma_cqt(y)[:, 20].argmax()
    tensor(9)
    """
    n_bins = n_octaves * bins_per_octave
    magnitudes = cqt(
        y,
        sr=sr,
        hop_length=hop_length,
        fmin=fmin,
        n_bins=n_bins,
        bins_per_octave=bins_per_octave,
        tuning=tuning,
    )
    weights = _cqt_bank(n_bins, bins_per_octave, n_chroma, fmin, y.dtype, y.device)
    chroma = (magnitudes.mT @ weights)[..., :n_chroma].mT
    return normalize(torch.where(chroma < threshold, 0, chroma), norm)


def normalize(frames, norm=np.inf):
    """Divide each frame by its norm over the bins.

    Parameters
    ----------
    frames : tensor of shape (..., n_bins, n_frames)
    norm : float or None, default=numpy.inf
        numpy.inf divides by the largest magnitude, -numpy.inf by the smallest, 0 by the number of values
        that are not 0, a number above 0 by that l_p norm; None leaves the frames unchanged.

    Returns
    -------
    normalized : tensor of shape (..., n_bins, n_frames)
        Frames whose norm is below the smallest normal number of their dtype are left unchanged.

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp import normalize
    >>> normalize(torch.tensor([[2.0, 0.0], [4.0, 0.0]]))
    tensor([[0.5000, 0.0000],
            [1.0000, 0.0000]])
    """
    if norm is None:
        return frames
    if norm == np.inf:
        lengths = frames.abs().amax(dim=-2, keepdim=True)  # several times as fast
    else:
        # vector_norm supports all of these norms; float64, so that high powers do not underflow.
        lengths = torch.linalg.vector_norm(frames, norm, dim=-2, keepdim=True, dtype=torch.float64)
    lengths = torch.where(lengths < torch.finfo(frames.dtype).tiny, 1, lengths)
    return (frames / lengths).to(frames.dtype)


@bank
def _stft_bank(sr, n_fft, n_chroma, tuning, dtype, device):
    """Return weights of shape (1 + n_fft // 2, n_chroma), and columns of zeros."""
    weights = stft_weights(sr, n_fft, n_chroma, tuning)
    return whole_vectors(torch.from_numpy(weights.T.copy()).to(device, dtype))


@bank
def _cqt_bank(n_bins, bins_per_octave, n_chroma, fmin, dtype, device):
    """Return weights of shape (n_bins, n_chroma), and columns of zeros."""
    weights = cqt_weights(n_bins, bins_per_octave, n_chroma, fmin)
    return whole_vectors(torch.from_numpy(weights.T.copy()).to(device, dtype))
