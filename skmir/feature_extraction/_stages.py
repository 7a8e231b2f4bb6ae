"""The last stages of front ends, as modules whose weights were designed and may be learned.

A stage makes of the frames of a simpler front end what the whole one returns, by the same functions.
"""

import dataclasses

import torch
from torch import nn

from .._module_parts import FilterBank, fill_padding, tensor_of
from .._step_modules import StepModule, own_frames
from ..dsp import normalize, power_to_db


def simpler(kind, front_end, **parameters):
    """Return a front end of another kind with the parameters of the given one, as far as it has them."""
    names = {field.name for field in dataclasses.fields(kind)}
    own = {name: getattr(front_end, name) for name in names if hasattr(front_end, name)}
    return kind(**{**own, **parameters})


class ChromaFold(FilterBank):
    """Spectra to pitch classes.

    Parameters
    ----------
    filters : ndarray of shape (n_bins, n_chroma)
    norm : float or None
        As in :func:`skmir.dsp.normalize`.
    threshold : float, default=0.0
        Sums below it become 0.
    """

    def __init__(self, filters, norm, threshold=0.0):
        super().__init__(filters)
        self.norm = norm
        self.threshold = threshold

    def _frames(self, x, lengths):
        """Return chroma of shape (B, n_chroma, n_frames)."""
        chroma = super()._frames(x, lengths)
        return normalize(torch.where(chroma < self.threshold, 0, chroma), self.norm)


class LogFilterBank(FilterBank):
    """Magnitudes to the logarithm of bands and, if asked for, their rises.

    Parameters
    ----------
    filters : ndarray of shape (n_frequencies, n_bands)
    log_bands : callable
        From bands to a list of what is stacked, each of shape (B, n_bands, n_frames).
    """

    def __init__(self, filters, log_bands):
        super().__init__(filters)
        self.log_bands = log_bands

    def _frames(self, x, lengths):
        """Return bands of shape (B, n_bins, n_frames)."""
        return torch.cat(self.log_bands(super()._frames(x, lengths)), dim=-2)


class Cepstrum(StepModule):
    """Mel bands to mel-frequency cepstral coefficients; only a clip's own frames limit its decibels.

    The Parameters are ``cosines``, of shape (n_mels, n_mfcc), and ``lifter``, of shape (n_mfcc,).

    Parameters
    ----------
    cosines : ndarray of shape (n_mels, n_mfcc)
    lifter : ndarray of shape (n_mfcc,)
        The factor for each coefficient.
    """

    def __init__(self, cosines, lifter):
        super().__init__()
        self.cosines = nn.Parameter(tensor_of(cosines))
        self.lifter = nn.Parameter(tensor_of(lifter))

    def filters(self):
        """Return the cosines with the lifter's factors, a tensor of shape (n_mels, n_mfcc)."""
        return self.cosines * self.lifter

    def forward(self, x, lengths=None):
        """Return coefficients of shape (B, n_mfcc, n_frames), from bands (B, n_mels, n_frames)."""
        decibels = power_to_db(fill_padding(x, lengths, 0), where=own_frames(x, lengths))
        return (decibels.mT @ self.filters()).mT
