"""Pieces of which modules of fitted steps are made."""

import numpy as np
import torch
from torch import nn

from ._step_modules import StepModule, own_frames


class FramesModule(StepModule):
    """Base of modules from frames to frames. A table is one frame per clip, as it is for the steps.

    A subclass has ``_frames(x, lengths)``, from a tensor of shape (B, n_bins, n_frames) to one of shape
    (B, n_bins_out, n_frames_out).
    """

    def forward(self, x, lengths=None):
        """Return the frames that come out."""
        if x.ndim == 2:
            return self._frames(x[..., None], None)[..., 0]
        return self._frames(x, lengths)


class PerFrame(FramesModule):
    """A module of tables, applied to each frame.

    Parameters
    ----------
    module : nn.Module
        From a tensor of shape (n, n_bins) to one of shape (n, n_bins_out).
    """

    def __init__(self, module):
        super().__init__()
        self.module = module

    def _frames(self, x, lengths):
        rows = x.transpose(1, 2)  # (B, n_frames, n_bins)
        if lengths is None:
            return self.module(rows.flatten(0, 1)).unflatten(0, rows.shape[:2]).transpose(1, 2)
        own = own_frames(x, lengths)[:, 0]  # only these: the module may not accept what fills clips up
        results = self.module(rows[own])  # (n_frames of all clips, n_bins_out)
        filled = results.new_zeros(*own.shape, results.shape[-1])
        return filled.masked_scatter(own[..., None], results).transpose(1, 2)


class FilterBank(FramesModule):
    """Sums of bins, with weights of at least 0.

    The Parameter ``weights`` is relative to the largest weight that each filter has at the start, which is
    the buffer ``scale``: a step of training then means the same for narrow and for wide filters. Negative
    weights count as 0. Since a rectifier has no slope at 0, a weight that is 0 at the start stays there, and
    a filter stays within the range that its designer gave it: on recorded triads, a sum of octaves that could
    learn to hear other pitches as well gained half as much on clips that it had not seen.

    Parameters
    ----------
    filters : ndarray of shape (n_bins_in, n_bins_out)
        The weights at the start, at least 0.
    """

    def __init__(self, filters):
        super().__init__()
        filters = tensor_of(filters)
        scale = filters.amax(dim=0)
        scale[scale == 0] = 1
        self.register_buffer("scale", scale)
        self.weights = nn.Parameter(filters / scale)

    def filters(self):
        """Return the weights that count, a tensor of shape (n_bins_in, n_bins_out)."""
        return self.weights.relu() * self.scale

    def _frames(self, x, lengths):
        """Return sums of frames (B, n_bins_in, n_frames), of shape (B, n_bins_out, n_frames)."""
        x = fill_padding(x, lengths, 0)  # what is not a number there would reach the gradient of the weights
        return (x.mT @ self.filters()).mT


class Standardize(StepModule):
    """``(x - shift) / divisor + offset`` for each feature; None leaves its part out.

    Parameters
    ----------
    shift, divisor, offset : array-like or None
        Of shape (n_features,) for tables, (n_bins, 1) for frames.
    bounds : tuple of float or None
        The lowest and the highest value that come out.
    """

    def __init__(self, shift=None, divisor=None, offset=None, bounds=None):
        super().__init__()
        for name, values in (("shift", shift), ("divisor", divisor), ("offset", offset)):
            self.register_buffer(name, None if values is None else tensor_of(values))
        self.bounds = bounds

    def forward(self, x, lengths=None):
        """Return the scaled features."""
        x = x if self.shift is None else x - self.shift
        x = x if self.divisor is None else x / self.divisor
        x = x if self.offset is None else x + self.offset
        return x if self.bounds is None else x.clamp(*self.bounds)


class Projection(StepModule):
    """``(x - mean) @ components.T * gain``, of tables.

    The mean is subtracted first: the difference of two projections would lose accuracy in float32.

    Parameters
    ----------
    components : array-like of shape (n_components, n_features)
        May be trained.
    mean : array-like of shape (n_features,) or None
    gain : array-like of shape (n_components,) or None
    """

    def __init__(self, components, mean=None, gain=None):
        super().__init__()
        self.components = nn.Parameter(tensor_of(components))
        self.register_buffer("mean", None if mean is None else tensor_of(mean))
        self.register_buffer("gain", None if gain is None else tensor_of(gain))

    def forward(self, x, lengths=None):
        """Return the components, of shape (..., n_components)."""
        x = x if self.mean is None else x - self.mean
        x = nn.functional.linear(x, self.components)
        return x if self.gain is None else x * self.gain


def tensor_of(values):
    """Return numbers as a tensor of torch's default dtype, with memory of its own."""
    return torch.tensor(np.asarray(values), dtype=torch.get_default_dtype())


def fill_padding(x, lengths, value):
    """Return frames in which all that are not a clip's own have one value.

    A function that is infinite, or not defined, at what fills clips up would otherwise return gradients that
    are not numbers: 0 times infinity.
    """
    return x if lengths is None else x.masked_fill(~own_frames(x, lengths), value)


def identity(x):
    """Return what is given."""
    return x


def root(x):
    """Return the square root, whose gradient is 0 at 0 instead of infinite."""
    positive = x > 0
    return torch.where(positive, torch.where(positive, x, 1).sqrt(), 0)
