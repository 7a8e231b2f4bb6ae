"""Read and write entries of a cache."""

import io
import os
import tempfile
import time
import warnings

import numpy as np
import xxhash

from ._lru_cache import LRUCache

_MARK = b"skmir-cache-1\n"
_ABANDONED = 3600.0  # s after which the writer of a temporary file is assumed to be dead
RECENT = LRUCache(2**28)


class Entries:
    """Arrays kept in a folder by group and key, and the latest ones in memory as well.

    An entry consists of a mark, a checksum, and arrays in numpy's format, never a pickle. The checksum covers
    the arrays and the entry's name, so that an entry that was cut short, altered, or put in place of another
    is detected. An entry is written to a temporary file, which is then renamed, so that a reader sees a whole
    entry or none, and a writer that is killed leaves only the temporary file.

    Parameters
    ----------
    location : str or PathLike
        A folder, which is made when the first entry is written.
    name : str, default="skmir-cache"
        Name of the folder inside it that holds only the entries.

    Raises
    ------
    NotADirectoryError
        If ``location`` is a file.
    """

    def __init__(self, location, name="skmir-cache"):
        location = os.path.abspath(os.fspath(location))
        if os.path.exists(location) and not os.path.isdir(location):
            raise NotADirectoryError(
                f"memory={location!r} is a file. Pass a folder; it is made if it does not exist."
            )
        self.root = os.path.join(location, name)
        self._damaged = []
        self._swept = False

    def recall(self, group, key):
        """Return an entry's arrays if this process still holds them, else None."""
        return RECENT.get((self.root, group, key))

    def remember(self, group, key, arrays):
        """Hold an entry's arrays in memory; they must not be changed from then on."""
        RECENT.put((self.root, group, key), arrays)

    def has(self, group, key):
        """Return whether there is an entry; damage is only detected when it is read."""
        return os.path.exists(self.path(group, key))

    def read(self, group, key):
        """Return the arrays of an entry, or None if there is none or it is damaged.

        Parameters
        ----------
        group, key : str
            Parts of the file's path.

        Returns
        -------
        arrays : list of ndarray, or None
        """
        found = self.read_placed(group, key)
        return None if found is None else found[0]

    def read_placed(self, group, key):
        """Return the arrays of an entry, and where the first of them is; None as for ``read``.

        Parameters
        ----------
        group, key : str
            Parts of the file's path.

        Returns
        -------
        arrays : list of ndarray
        offset : int
            Place of the first array's values in the file, in bytes.
        status : os.stat_result
            Of the file that was read.
        """
        path = self.path(group, key)
        try:
            with open(path, "rb") as file:
                return *_unpack(file.read(), f"{group}/{key}"), os.fstat(file.fileno())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, EOFError):
            self._damaged.append(path)
            return None

    def write(self, group, key, arrays):
        """Keep arrays; if they cannot be written, warn and go on.

        Parameters
        ----------
        group, key : str
        arrays : list of ndarray
        """
        path, content = self.path(group, key), _pack(arrays, f"{group}/{key}")
        try:
            try:
                self._write(path, content)
            except FileNotFoundError:  # the first entry of its group, or the cache has been cleared
                os.makedirs(os.path.join(self.root, "tmp"), exist_ok=True)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                self._write(path, content)
        except OSError as error:
            warnings.warn(
                f"The cache in {self.root!r} cannot be written: {error.strerror or error}. Results are "
                "computed but not kept. Make room, or pass another memory=.",
                stacklevel=2,
            )

    def warn_of_damage(self):
        """Warn once of the damaged entries found since the last call."""
        if self._damaged:
            first, n, self._damaged = self._damaged[0], len(self._damaged), []
            warnings.warn(
                f"{n} {'entry' if n == 1 else 'entries'} of the cache could not be used (cut short, altered, "
                f"or not written by the cache); the first is {first!r}. The results are computed again.",
                stacklevel=3,
            )

    def path(self, group, key):
        """Return the path of an entry's file."""
        return os.path.join(self.root, group, f"{key}.entry")

    def _write(self, path, content):
        folder = os.path.join(self.root, "tmp")
        if not self._swept:
            _sweep(folder)
            self._swept = True
        handle, temporary = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(temporary, os.stat(folder).st_mode & 0o666)  # who may enter the cache may read it
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise


def _pack(arrays, name):
    """Return the bytes of an entry."""
    body = io.BytesIO()
    for array in arrays:
        np.save(body, array, allow_pickle=False)
    body = body.getvalue()
    return b"".join([_MARK, _checksum(name, body), body])


def _unpack(content, name):
    """Return the arrays of an entry's bytes, and where the values of the first of them begin.

    Raises
    ------
    ValueError
        If the bytes differ from those that were written.
    """
    start = len(_MARK) + xxhash.xxh3_128().digest_size
    body = content[start:]
    if content[:start] != _MARK + _checksum(name, body):
        raise ValueError("not the bytes that were written")
    file, arrays = io.BytesIO(body), []
    while file.tell() < len(body):
        arrays.append(np.load(file, allow_pickle=False))
        if len(arrays) == 1:
            offset = start + file.tell() - arrays[0].nbytes
    return arrays, offset


def _checksum(name, body):
    digest = xxhash.xxh3_128(name.encode())
    digest.update(body)
    return digest.digest()


def _sweep(folder):
    """Delete the temporary files of writers that were killed."""
    for entry in os.scandir(folder):
        try:
            if time.time() - entry.stat().st_mtime > _ABANDONED:
                os.unlink(entry.path)
        except FileNotFoundError:  # its writer has finished, or another process was faster
            pass
