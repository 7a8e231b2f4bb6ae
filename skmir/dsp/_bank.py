"""A cache of filter banks by their parameters."""

import functools
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import torch

VECTOR = 16  # numbers in the widest vectors of a processor

# Threads that need the same bank at the same time build it once.
_LOCK = threading.RLock()
_LIMIT = 2**27  # bytes per kind of bank: a hundred tunings of common filters, or one of the largest


def bank(build):
    """Decorate a function that builds filters, so that equal arguments return the same filters again.

    When a kind of filters takes more than 128 MiB, the least recently used ones are dropped. Arguments must
    be hashable. The returned tensors are shared: read them, never write to them.

    Parameters
    ----------
    build : callable
        Returns a tensor, or nested tuples with tensors in them. It calls no other bank.

    Returns
    -------
    get : callable
        Safe to call from several threads at once.
    """
    kept = OrderedDict()

    @functools.wraps(build)
    def get(*args):
        with _LOCK:
            if args in kept:
                kept.move_to_end(args)
                return kept[args]
            filters = kept[args] = _apart(build, args) if torch.jit.is_tracing() else build(*args)
            while sum(map(_n_bytes, kept.values())) > _LIMIT and len(kept) > 1:
                kept.popitem(last=False)
            return filters

    return get


def whole_vectors(weights):
    """Return a matrix with as many columns of zeros at its end as make their number a multiple of 16.

    A product with a few columns more takes half the time, since no vector of it is filled in part.

    Parameters
    ----------
    weights : tensor of shape (n_rows, n_columns)

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp._bank import whole_vectors
    >>> whole_vectors(torch.ones(1025, 12)).shape
    torch.Size([1025, 16])
    """
    return torch.nn.functional.pad(weights, (0, -weights.shape[1] % VECTOR))


def _apart(build, args):
    """Build filters in a thread of their own, where torch does not write down how that is done."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(build, *args).result()


def _n_bytes(filters):
    """Return the memory of a tensor, or of all tensors in nested tuples."""
    if isinstance(filters, tuple):
        return sum(map(_n_bytes, filters))
    return getattr(filters, "nbytes", 0)
