"""Inspect a cache of features, and make it smaller."""

import contextlib
import os
import shutil

import pandas as pd

from ._entries import RECENT, Entries


class FeatureCache:
    """The features that front ends have kept in the folder given as their ``memory``.

    Parameters
    ----------
    location : str or PathLike
        The folder. It, or any file in it, can be deleted at any time.

    Raises
    ------
    NotADirectoryError
        If ``location`` is a file.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> from skmir.feature_extraction import MFCC, FeatureCache
    >>> X = np.random.RandomState(0).randn(3, 22050)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     frames = MFCC(memory=folder).fit_transform(X)
    ...     cache = FeatureCache(folder)
    ...     n_before = cache.sizes()["n_entries"].sum()
    ...     cache.clear()
    ...     n_after = len(cache.sizes())
    >>> int(n_before), n_after
    (3, 0)
    """

    def __init__(self, location):
        self.location = location
        self._root = Entries(location).root

    def sizes(self):
        """Return the number and the size of the entries.

        Returns
        -------
        sizes : DataFrame
            One row per front end with one set of parameters, with the columns ``n_entries`` and ``n_bytes``.
        """
        rows = {}
        for _, n_bytes, path in self._files():
            if not path.endswith(".entry"):  # the file of a writer that is at work, or was killed
                continue
            row = rows.setdefault(os.path.basename(os.path.dirname(path)), [0, 0])
            row[0] += 1
            row[1] += n_bytes
        return pd.DataFrame.from_dict(rows, orient="index", columns=["n_entries", "n_bytes"]).sort_index()

    def reduce_size(self, n_bytes):
        """Delete the oldest entries until the rest is small enough.

        Parameters
        ----------
        n_bytes : int
            Size in bytes that may remain.

        Raises
        ------
        ValueError
            If ``n_bytes`` is negative.
        """
        if n_bytes < 0:
            raise ValueError(f"n_bytes={n_bytes} must be >= 0: the number of bytes that may remain.")
        files = sorted(self._files())
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= n_bytes:
                break
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                os.unlink(path)
            total -= size

    def clear(self):
        """Delete all entries, and nothing else in the folder.

        Other processes may hold copies in memory, which remain valid, and are not written again.
        """
        RECENT.forget(lambda key: key[0] == self._root)
        if os.path.isdir(self._root):
            shutil.rmtree(self._root)

    def __repr__(self):
        return f"FeatureCache({self.location!r})"

    def _files(self):
        """Yield the time of writing, size in bytes and path of each file, including temporary ones."""
        for folder, _, names in os.walk(self._root):
            for name in names:
                path = os.path.join(folder, name)
                with contextlib.suppress(FileNotFoundError):
                    status = os.stat(path)
                    yield status.st_mtime, status.st_size, path
