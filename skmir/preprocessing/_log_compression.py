"""Logarithmic compression of frames."""

import math

import numpy as np
import torch

from .._module_parts import FramesModule, fill_padding
from .._parameter_checks import check_number
from .._stored_frames import lowest_of
from ._base import BaseFrameStep


class LogCompression(BaseFrameStep):
    """Logarithm of 1 + gamma times each value: loud values are compressed, and zero stays zero.

    Unlike decibels, it needs neither a reference nor a floor: silence is 0, whatever else is in the clip.

    Parameters
    ----------
    gamma : float, default=10_000
        Factor before the logarithm, above 0: the larger, the more do quiet values count. Networks of the
        package musicnn take mel power with 10,000.
    base : float, default=10
        Base of the logarithm, above 1.

    Attributes
    ----------
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    Raises
    ------
    ValueError
        If a value is below 0, as decibels are, or a parameter is out of its range.

    See Also
    --------
    FrameScaler : Decibels and standardisation.

    References
    ----------
    .. [1] M. Müller, "Fundamentals of Music Processing", section 3.1, Springer 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import LogCompression
    >>> power = np.array([[[0.0, 0.001, 1.0]]])  # clips, bins, frames
    >>> LogCompression(10_000).fit_transform(power).round(2)
    array([[[0.  , 1.04, 4.  ]]])
    """

    _frame_wise = True

    def __init__(self, gamma=10_000, *, base=10):
        self.gamma = gamma
        self.base = base

    def _check_parameters(self):
        check_number("gamma", self.gamma, above=0)
        check_number("base", self.base, above=1)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags

    def _names(self, bins):
        return list(bins)

    def _check_frames(self, X, *, reset):
        frames = super()._check_frames(X, reset=reset)
        lowest = lowest_of(frames)
        if lowest < 0:
            raise ValueError(
                f"Negative values in data passed to LogCompression, down to {lowest:g}: it takes magnitudes "
                "or power. If X holds decibels or standardised values, leave this step out, or put it before "
                "that one."
            )
        return frames

    def _apply(self, x):
        compressed = np.log1p(np.multiply(x, self.gamma, dtype=x.dtype))
        compressed /= x.dtype.type(np.log(self.base))
        return compressed

    def _make_module(self):
        return _LogCompressionModule(float(self.gamma), math.log(self.base))


class _LogCompressionModule(FramesModule):
    """The same in torch, whose logarithm may differ from numpy's in the last bit."""

    def __init__(self, gamma, log_base):
        super().__init__()
        self.gamma = gamma
        self.log_base = log_base

    def _frames(self, x, lengths):
        return torch.log1p(fill_padding(x, lengths, 0) * self.gamma) / self.log_base
