"""Decibels and cepstral coefficients."""

import numpy as np
import scipy.fft
import torch

from ._bank import bank, whole_vectors
from ._frame import recorded


def power_to_db(power, *, ref=1.0, amin=1e-10, top_db=80.0, where=None):
    """Convert power to decibels.

    Parameters
    ----------
    power : tensor of shape (..., n_bins, n_frames)
    ref : float, default=1.0
        The power that corresponds to 0 dB.
    amin : float, default=1e-10
        Smaller powers are replaced by this one.
    top_db : float or None, default=80.0
        Values more than this below the highest value of the clip are raised to that limit; None does not
        limit them.
    where : tensor of bool that broadcasts to the shape of ``power``, or None, default=None
        Which values may be the highest of the clip: those of its own frames, if clips of unequal length are
        padded. None is all of them.

    Returns
    -------
    decibels : tensor of shape (..., n_bins, n_frames)
        Power in dB.

    Notes
    -----
    librosa takes the highest value of the whole batch, this function that of each clip.

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp import power_to_db
    >>> power_to_db(torch.tensor([[1.0, 4.0]]))
    tensor([[0.0000, 6.0206]])
    """
    decibels, of_ref = power.clamp(min=amin), 10 * np.log10(max(amin, ref))
    if recorded(decibels):
        decibels = 10 * decibels.log10() - of_ref
    else:  # a new array for each step would take as long as the arithmetic
        decibels = decibels.log10_().mul_(10).sub_(of_ref)
    if top_db is None:
        return decibels
    counted = decibels if where is None else decibels.masked_fill(~where, -torch.inf)
    return decibels.maximum(counted.amax(dim=(-2, -1), keepdim=True) - top_db)


def cepstrum(spectra, *, n_coefficients=20, dct_type=2, norm="ortho", lifter=0):
    """Lowest coefficients of the discrete cosine transform over frequency.

    Parameters
    ----------
    spectra : tensor of shape (..., n_bins, n_frames)
        Logarithmic spectra: mel bands in dB give mel-frequency cepstral coefficients.
    n_coefficients : int, default=20
        Number of coefficients to keep, at most ``n_bins``.
    dct_type : {1, 2, 3}, default=2
        As in :func:`scipy.fft.dct`.
    norm : {"ortho"} or None, default="ortho"
        As in :func:`scipy.fft.dct`.
    lifter : float, default=0
        If above 0, coefficient n is multiplied by ``1 + sin(pi * (n + 1) / lifter) * lifter / 2``.

    Returns
    -------
    coefficients : tensor of shape (..., n_coefficients, n_frames)

    Raises
    ------
    ValueError
        If there are fewer bins than coefficients.

    Examples
    --------
    Only the first coefficient of a flat spectrum is not zero:

    >>> import torch
    >>> from skmir.dsp import cepstrum
    >>> cepstrum(torch.ones(4, 1), n_coefficients=2).abs().round(decimals=6)
    tensor([[2.],
            [0.]])
    """
    if n_coefficients > spectra.shape[-2]:
        raise ValueError(
            f"n_coefficients={n_coefficients} must be at most the number of bins, {spectra.shape[-2]}."
        )
    weights = _weights(
        spectra.shape[-2], n_coefficients, dct_type, norm, lifter, spectra.dtype, spectra.device
    )
    return (spectra.mT @ weights)[..., :n_coefficients].mT


@bank
def _weights(n_bins, n_coefficients, dct_type, norm, lifter, dtype, device):
    """Return the transform, lifter included, of shape (n_bins, n_coefficients), and columns of zeros."""
    weighted = cosines(n_bins, n_coefficients, dct_type, norm) * lifter_weights(n_coefficients, lifter)
    return whole_vectors(torch.from_numpy(weighted).to(device, dtype))


def cosines(n_bins, n_coefficients, dct_type, norm):
    """Return the transform as a matrix of shape (n_bins, n_coefficients)."""
    return scipy.fft.dct(np.eye(n_bins), type=dct_type, norm=norm, axis=0)[:n_coefficients].T


def lifter_weights(n_coefficients, lifter):
    """Return the factor for each coefficient, of shape (n_coefficients,)."""
    if lifter == 0:
        return np.ones(n_coefficients)
    return 1 + lifter / 2 * np.sin(np.pi * np.arange(1, n_coefficients + 1) / lifter)
