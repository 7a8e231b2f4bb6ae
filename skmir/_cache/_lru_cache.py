"""A cache in memory of the entries that a process has used most recently."""

import threading
from collections import OrderedDict


class LRUCache:
    """Entries by their keys, within a limit of memory; the least recently used ones are dropped.

    Parameters
    ----------
    limit : int
        Size in bytes. An entry larger than an eighth of it is not kept.
    """

    def __init__(self, limit):
        self._limit, self._n_bytes = limit, 0
        self._entries, self._lock = OrderedDict(), threading.Lock()

    def get(self, key):
        """Return the arrays kept under a key, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key]

    def put(self, key, arrays):
        """Keep arrays, which must not be changed from then on."""
        n_bytes = _n_bytes(arrays)
        with self._lock:
            if key in self._entries or n_bytes > self._limit // 8:
                return
            self._entries[key] = arrays
            self._n_bytes += n_bytes
            while self._n_bytes > self._limit:
                self._n_bytes -= _n_bytes(self._entries.popitem(last=False)[1])

    def forget(self, where=lambda key: True):
        """Drop the entries whose keys satisfy a condition."""
        with self._lock:
            for key in list(filter(where, self._entries)):
                self._n_bytes -= _n_bytes(self._entries.pop(key))


def _n_bytes(arrays):
    return sum(array.nbytes for array in arrays)
