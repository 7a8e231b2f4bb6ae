"""Filter banks kept by their parameters."""

import functools
import threading

# Banks come from librosa, whose first use imports and compiles with numba: one thread at a time.
_LOCK = threading.RLock()


def bank(build):
    """Decorate a function that builds filters, so that equal arguments get the filters built before.

    Arguments must be hashable. The tensors returned are shared: read them, never write to them.

    Parameters
    ----------
    build : callable

    Returns
    -------
    cached : callable
        Safe to call from several threads at once.
    """
    cached = functools.lru_cache(maxsize=256)(build)

    @functools.wraps(build)
    def locked(*args):
        with _LOCK:
            return cached(*args)

    return locked
