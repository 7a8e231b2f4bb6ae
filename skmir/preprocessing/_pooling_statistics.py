"""Statistics over the last axis of an array, each of them one function of its values.

They are computed in float64 from rows that are contiguous in memory, whatever the memory order and dtype of
the input: so a clip gives the same bits alone, in a list and in a stack, and no sum over thousands of frames
is rounded in float32.
"""

import functools
import re

import numpy as np

from .._parameter_checks import plain

BLOCK = 2**16  # values at once: intermediate results stay in the processor's cache
ROUNDING = 1e-13  # of the mean of equal values, in relation to them
_QUANTILE = re.compile(r"q(\d\d(?:\.\d+)?|100)")


class _Values:
    """Rows of float64 values, with intermediate results that several statistics share."""

    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def mean(self):
        """The mean; exactly the value of values that do not vary.

        Rounding would give these a deviation of 1e-17, which a scaler behind it raises to 1 like any other.
        """
        mean, first = self.x.mean(axis=-1), self.x[..., 0]
        even = np.abs(first - mean) <= ROUNDING * np.abs(mean)  # few rows: others need not be looked at
        even[even] = np.ptp(self.x[even], axis=-1) == 0
        return np.where(even, first, mean)

    @functools.cached_property
    def centred(self):
        return self.x - self.mean[..., np.newaxis]

    @functools.cached_property
    def squares(self):
        return self.centred * self.centred

    @functools.cached_property
    def var(self):
        return self.squares.mean(axis=-1)

    @functools.cached_property
    def standardised(self):
        """The values with mean 0 and variance 1; 0 if nothing varies."""
        varies = self.var > 0
        scale = np.sqrt(np.where(varies, self.var, 1))
        return np.where(varies[..., np.newaxis], self.centred / scale[..., np.newaxis], 0)

    def quantile(self, percent):
        return np.quantile(self.x, percent / 100, axis=-1)

    def delta_std(self):
        """Return the standard deviation of the difference from frame to frame; 0 for a single frame."""
        return np.diff(self.x, axis=-1).std(axis=-1) if self.x.shape[-1] > 1 else np.zeros_like(self.mean)


STATISTICS = {  # of _Values
    "mean": lambda v: v.mean,
    "std": lambda v: np.sqrt(v.var),
    "var": lambda v: v.var,
    "third_moment": lambda v: np.mean(v.squares * v.centred, axis=-1),
    "fourth_moment": lambda v: np.mean(v.squares**2, axis=-1),
    "min": lambda v: v.x.min(axis=-1),
    "max": lambda v: v.x.max(axis=-1),
    "median": lambda v: v.quantile(50),
    "skewness": lambda v: np.mean(v.standardised * v.standardised**2, axis=-1),
    "kurtosis": lambda v: np.mean((v.standardised**2) ** 2, axis=-1),
    "delta_std": lambda v: v.delta_std(),
}


def statistic_functions(statistics):
    """Return the functions that compute the statistics.

    Parameters
    ----------
    statistics : tuple of str
        Keys of ``STATISTICS``, or quantiles: "q" and two digits of percent, as in "q05", with decimals
        if needed, as in "q97.5"; "q00" is the minimum and "q100" the maximum.

    Returns
    -------
    functions : list of callable
        As for :func:`pool`.

    Raises
    ------
    ValueError
        If a name is unknown, or none is given.
    """
    if isinstance(statistics, str) or not np.iterable(statistics) or len(statistics) == 0:
        raise ValueError(f"statistics={plain(statistics)!r} must be a tuple of one or more of {_choices()}.")
    return [_function(name) for name in statistics]


def pool(x, functions):
    """Return statistics over the last axis.

    Parameters
    ----------
    x : ndarray of shape (..., n_frames)
        In any memory order.
    functions : list of callable
        From :func:`statistic_functions`.

    Returns
    -------
    pooled : ndarray of shape (n_statistics, ...)
        In the dtype of x.
    """
    pooled = np.empty((len(functions), *x.shape[:-1]), x.dtype)
    _fill(pooled, x, functions)
    return pooled


def percent_of(name):
    """Return the percent of a quantile, 5.0 for "q05"; None if the name is not that of a quantile."""
    quantile = _QUANTILE.fullmatch(name) if isinstance(name, str) else None
    return None if quantile is None else float(quantile[1])


def _choices():
    return f"{sorted(STATISTICS)} or quantiles in percent, such as 'q05' or 'q95'"


def _function(name):
    if isinstance(name, str) and name in STATISTICS:
        return STATISTICS[name]
    percent = percent_of(name)
    if percent is None:
        raise ValueError(f"statistics={plain(name)!r} is not one of {_choices()}.")
    return functools.partial(_Values.quantile, percent=percent)


def _fill(pooled, x, functions):
    """Write the statistics of x into ``pooled``, block by block."""
    size = x[0].size
    if size > BLOCK and x.ndim > 2:
        for i in range(len(x)):
            _fill(pooled[:, i], x[i], functions)
        return
    step = max(1, BLOCK // size)
    for first in range(0, len(x), step):
        values = _Values(np.ascontiguousarray(x[first : first + step], np.float64))
        for i, function in enumerate(functions):
            pooled[i, first : first + step] = function(values)
