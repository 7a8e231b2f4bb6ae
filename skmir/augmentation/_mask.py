"""The base of masks in time and in frequency."""

import numbers

import torch

from .._parameter_checks import check_number
from ._base import BaseAugmentation, whole
from ._fill_value import check_fill, fill_value


class BaseMask(BaseAugmentation):
    """Hide random ranges along one axis, as in SpecAugment.

    A subclass has an attribute ``_axis``, an axis of (B, n_bins, n_frames), the parameters ``max_width``,
    ``n_masks`` and ``fill``, and may restrict ``_longest``.
    """

    def _check_parameters(self):
        check_number("max_width", self.max_width, kind=numbers.Integral, low=0)
        check_number("n_masks", self.n_masks, kind=numbers.Integral, low=0)
        check_fill(self.fill)

    def _change(self, x, generator):
        size = x.shape[self._axis]
        hidden = self._hidden(len(x), size, generator).to(x.device)  # (B, size)
        hidden = hidden[:, None, :] if self._axis == 2 else hidden[:, :, None]
        return torch.where(hidden, fill_value(self.fill, x), x)

    def _hidden(self, n, size, generator):
        """Draw which places along the axis are hidden, for n clips."""
        shape = (n, int(self.n_masks), 1)
        widths = whole(shape, generator, high=self._longest(size))
        starts = whole(shape, generator, high=size - widths)
        places = torch.arange(size)
        return ((places >= starts) & (places < starts + widths)).any(1)

    def _longest(self, size):
        """Return the width of the widest mask on an axis."""
        return min(int(self.max_width), size)
