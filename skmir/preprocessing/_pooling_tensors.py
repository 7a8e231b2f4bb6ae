"""The statistics of :mod:`_pooling_statistics` in torch, over those frames that are a clip's own.

They are sums in the dtype of the tensor, where numpy's are in float64; tests hold both together. Values are
taken relative to the first one, so that what does not vary has a deviation of exactly 0, and a small
deviation of large values is accurate in float32 too. The gradient of a deviation of 0 is 0, not infinite.
"""

import functools

import torch

from .._module_parts import root
from ._pooling_statistics import percent_of


class _Values:
    """Values along the last axis, with intermediate results that several statistics share.

    Parameters
    ----------
    x : tensor of shape (..., n_frames)
    own : tensor of bool that broadcasts to x, or None
        The values that count; None means all. If none does, they are taken to be 0.
    """

    def __init__(self, x, own=None):
        if own is not None:
            x = x.masked_fill(~own, 0)
            own = own | ~own.any(-1, keepdim=True)
        self.x = x
        self.own = own

    def mean_of(self, values):
        if self.own is None:
            return values.mean(-1)
        return values.masked_fill(~self.own, 0).sum(-1) / self.n

    @functools.cached_property
    def n(self):
        """How many values count, of a shape that broadcasts to that of the statistics."""
        if self.own is None:
            return torch.full(self.x.shape[:-1], self.x.shape[-1], device=self.x.device)
        return self.own.sum(-1)

    @functools.cached_property
    def _first(self):
        """The first value that counts, as a constant, which changes no gradient."""
        if self.own is None:
            return self.x[..., 0].detach()
        index = self.own.int().argmax(-1, keepdim=True).expand(*self.x.shape[:-1], 1)
        return self.x.gather(-1, index)[..., 0].detach()

    @functools.cached_property
    def _rise(self):
        return self.x - self._first[..., None]

    @functools.cached_property
    def _mean_rise(self):
        return self.mean_of(self._rise)

    @property
    def mean(self):
        return self._first + self._mean_rise

    @functools.cached_property
    def centred(self):
        return self._rise - self._mean_rise[..., None]

    @functools.cached_property
    def var(self):
        return self.mean_of(self.centred**2)

    @functools.cached_property
    def standardised(self):
        """The values with mean 0 and variance 1; 0 if nothing varies."""
        varies = (self.var > 0)[..., None]
        return torch.where(varies, self.centred / torch.where(varies, root(self.var)[..., None], 1), 0)

    def filled(self, value):
        """Return the values, with those that do not count replaced."""
        return self.x if self.own is None else self.x.masked_fill(~self.own, value)

    def quantile(self, percent):
        place = percent / 100 * (self.n.double() - 1)
        lower, upper = self._ranked(place.floor()), self._ranked(place.ceil())
        return lower + (upper - lower) * (place - place.floor()).to(self.x.dtype)

    @functools.cached_property
    def _sorted(self):
        return self.filled(torch.inf).sort(-1).values

    def _ranked(self, rank):
        return self._sorted.gather(-1, rank.long()[..., None].expand(*self.x.shape[:-1], 1))[..., 0]

    def delta_std(self):
        """Return the standard deviation of the difference from frame to frame; 0 for a single frame."""
        x, own = self.x, self.own
        before = torch.cat([x[..., :1], x[..., :-1]], -1)
        both = torch.arange(x.shape[-1], device=x.device) > 0
        if own is not None:
            both = both & own & torch.cat([own[..., :1], own[..., :-1]], -1)
        return root(_Values(x - before, both).var)


TENSOR_STATISTICS = {  # of _Values
    "mean": lambda v: v.mean,
    "std": lambda v: root(v.var),
    "var": lambda v: v.var,
    "third_moment": lambda v: v.mean_of(v.centred**3),
    "fourth_moment": lambda v: v.mean_of(v.centred**4),
    "min": lambda v: v.filled(torch.inf).amin(-1),
    "max": lambda v: v.filled(-torch.inf).amax(-1),
    "median": lambda v: v.quantile(50),
    "skewness": lambda v: v.mean_of(v.standardised**3),
    "kurtosis": lambda v: v.mean_of(v.standardised**4),
    "delta_std": lambda v: v.delta_std(),
}


def pool_tensor(x, names, own=None):
    """Return statistics over the last axis, one tensor of shape (...) for each.

    Parameters
    ----------
    x : tensor of shape (..., n_frames)
    names : tuple of str
        Names that :func:`statistic_functions` accepts.
    own : tensor of bool that broadcasts to x, or None
        The values that count; None means all.

    Returns
    -------
    pooled : list of tensor
    """
    values = _Values(x, own)
    return [_statistic(values, name) for name in names]


def _statistic(values, name):
    percent = percent_of(name)
    return TENSOR_STATISTICS[name](values) if percent is None else values.quantile(percent)
