"""The Fourier transform as products of real matrices, for graphs that other programs run.

ONNX has no complex numbers, and of the Fourier transforms torch's exporter by tracing writes only
``torch.stft`` with real results, which torch calls deprecated. So a transform of n = a * b samples becomes
two steps of Cooley and Tukey's: b transforms of a samples are followed by a transforms of b samples. At
2048 = 32 * 64 samples, their matrices take 41 kB, and a frame takes 400,000 multiplications; a single
matrix would take 16 MB, and 4.2 million multiplications.
"""

import math
from typing import NamedTuple

import numpy as np
import torch

from ._bank import bank


class Spectra(NamedTuple):
    """Complex numbers in two real tensors of one shape."""

    real: torch.Tensor
    imag: torch.Tensor

    def to(self, dtype):
        """Return the numbers in a dtype, real or complex, as ``Tensor.to`` does."""
        return Spectra(self.real.to(dtype.to_real()), self.imag.to(dtype.to_real()))


def real_dft(frames, n_fft):
    """Compute the Fourier transform of real frames without complex numbers.

    Parameters
    ----------
    frames : tensor of shape (..., n_frames, n_fft)
    n_fft : int
        A graph knows no sizes of tensors, so it is told.

    Returns
    -------
    spectra : Spectra
        Of shape (..., n_frames, 1 + n_fft // 2), equal to ``torch.fft.rfft(frames)`` but for rounding.

    References
    ----------
    J. Cooley and J. Tukey, "An algorithm for the machine calculation of complex Fourier series", Mathematics
    of Computation 19 (90), 1965.

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp._real_dft import real_dft
    >>> y = torch.randn(3, 12, generator=torch.Generator().manual_seed(0))
    >>> expected = torch.fft.rfft(y)
    >>> spectra = real_dft(y, 12)
    >>> torch.allclose(torch.complex(*spectra), expected, atol=1e-5)
    True
    """
    n_rows = _rows(n_fft)
    a, b, turns = _matrices(n_fft, frames.dtype, frames.device)
    n_frequencies = 1 + n_fft // 2
    parts = frames.reshape(*frames.shape[:-1], n_rows, -1)  # sample = row * n_columns + column
    real, imag = a.real @ parts, a.imag @ parts  # (..., n_rows, n_columns)
    real, imag = real * turns.real - imag * turns.imag, real * turns.imag + imag * turns.real
    real, imag = real @ b.real - imag @ b.imag, real @ b.imag + imag @ b.real
    # Row c and column d hold frequency c + n_rows * d.
    return Spectra(*(x.mT.flatten(-2)[..., :n_frequencies] for x in (real, imag)))


def _rows(n_fft):
    """Return the divisor of n_fft that is nearest to its root, from below."""
    return max(n for n in range(1, math.isqrt(n_fft) + 1) if n_fft % n == 0)


@bank
def _matrices(n_fft, dtype, device):
    """Return the matrices of both steps, and the factors by which the phases turn between them."""
    n_rows = _rows(n_fft)
    n_columns = n_fft // n_rows
    n_used = n_fft // 2 // n_rows + 1  # columns of the result that hold frequencies up to half the rate
    turns = _unit(np.arange(n_rows)[:, None] * np.arange(n_columns) / n_fft)
    return tuple(
        Spectra(*(torch.from_numpy(part.copy()).to(device, dtype) for part in (x.real, x.imag)))
        for x in (_matrix(n_rows), _matrix(n_columns)[:, :n_used], turns)
    )


def _matrix(n):
    return _unit(np.arange(n)[:, None] * np.arange(n) % n / n)


def _unit(turns):
    """Return the complex numbers of length 1 at angles of so many full turns, clockwise."""
    return np.exp(-2j * np.pi * turns)


def autocorrelation(windows, n):
    """Return sums of products over the last axis, for lags from 0 to its length - 1, without complex numbers.

    Parameters
    ----------
    windows : tensor of shape (..., n)
    n : int

    Returns
    -------
    products : tensor of shape (..., n)

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp._real_dft import autocorrelation
    >>> autocorrelation(torch.tensor([1.0, 2.0, 3.0]), 3).round(decimals=4)
    tensor([14.,  8.,  3.])
    """
    padded = torch.nn.functional.pad(windows, (0, n))  # long enough to avoid wrapping around
    real, imag = real_dft(padded, 2 * n)
    return (real.square() + imag.square()) @ _inverse(n, windows.dtype, windows.device)


@bank
def _inverse(n, dtype, device):
    """Return the inverse transform of a power spectrum of 2 * n samples, of shape (n + 1, n)."""
    frequencies, lags = np.arange(n + 1)[:, None], np.arange(n)
    counts = np.where((frequencies == 0) | (frequencies == n), 1, 2)  # all others stand for their mirror too
    cosines = counts * np.cos(2 * np.pi * (frequencies * lags % (2 * n)) / (2 * n)) / (2 * n)
    return torch.from_numpy(cosines).to(device, dtype)
