"""Reading and writing entries."""

import io
import os
import tempfile
import time
import warnings

import numpy as np
import xxhash

from ._lru_cache import LRUCache

_MARK = b"skmir-cache-1\n"
_ABANDONED = 3600.0  # s after which a temporary file belongs to no living writer
RECENT = LRUCache(2**28)


class Entries:
    """Arrays kept in a folder by group and key, and the last ones in memory as well.

    An entry is a mark, a checksum, and arrays in numpy's format: never a pickle. The checksum covers the
    arrays and the entry's name, so that one cut short, altered, or put in another's place is found out. It
    is written to a temporary file and renamed, so that a reader sees a whole entry or none, and a writer
    that is killed leaves nothing but that file.

    Parameters
    ----------
    location : str or PathLike
        A folder, made at the first writing.
    name : str, default="skmir-cache"
        Of the folder inside it that holds the entries, and nothing else.

    Raises
    ------
    NotADirectoryError
        If ``location`` is a file.
    """

    def __init__(self, location, name="skmir-cache"):
        location = os.path.abspath(os.fspath(location))
        if os.path.exists(location) and not os.path.isdir(location):
            raise NotADirectoryError(
                f"memory={location!r} is a file. Pass a folder; it is made where it does not exist."
            )
        self.root = os.path.join(location, name)
        self._damaged = []
        self._swept = False

    def recall(self, group, key):
        """Return an entry's arrays where this process still holds them, else None."""
        return RECENT.get((self.root, group, key))

    def remember(self, group, key, arrays):
        """Hold an entry's arrays in memory; nobody may change them from then on."""
        RECENT.put((self.root, group, key), arrays)

    def has(self, group, key):
        """Return whether there is an entry; whether it is damaged shows when it is read."""
        return os.path.exists(self._path(group, key))

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
        path = self._path(group, key)
        try:
            with open(path, "rb") as file:
                return _unpack(file.read(), f"{group}/{key}")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, EOFError):
            self._damaged.append(path)
            return None

    def write(self, group, key, arrays):
        """Keep arrays; where the disk does not take them, warn and go on.

        Parameters
        ----------
        group, key : str
        arrays : list of ndarray
        """
        path, content = self._path(group, key), _pack(arrays, f"{group}/{key}")
        try:
            try:
                self._write(path, content)
            except FileNotFoundError:  # the first entry of its group, or somebody has cleared the cache
                os.makedirs(os.path.join(self.root, "tmp"), exist_ok=True)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                self._write(path, content)
        except OSError as error:
            warnings.warn(
                f"The cache in {self.root!r} cannot be written: {error.strerror or error}. Results are "
                "computed all the same, and not kept. Make room, or pass another memory=.",
                stacklevel=2,
            )

    def warn_of_damage(self):
        """Warn once of the damaged entries found since the last call."""
        if self._damaged:
            first, n, self._damaged = self._damaged[0], len(self._damaged), []
            warnings.warn(
                f"{n} {'entry' if n == 1 else 'entries'} of the cache could not be used (cut short, altered, "
                f"or not the cache's own), the first {first!r}. What was there is computed anew.",
                stacklevel=3,
            )

    def _path(self, group, key):
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
    """Return the arrays of an entry's bytes; raise if they are not what was written."""
    start = len(_MARK) + xxhash.xxh3_128().digest_size
    body = content[start:]
    if content[:start] != _MARK + _checksum(name, body):
        raise ValueError("not the bytes that were written")
    file, arrays = io.BytesIO(body), []
    while file.tell() < len(body):
        arrays.append(np.load(file, allow_pickle=False))
    return arrays


def _checksum(name, body):
    digest = xxhash.xxh3_128(name.encode())
    digest.update(body)
    return digest.digest()


def _sweep(folder):
    """Delete what writers that were killed have left."""
    for entry in os.scandir(folder):
        try:
            if time.time() - entry.stat().st_mtime > _ABANDONED:
                os.unlink(entry.path)
        except FileNotFoundError:  # its writer was done, or another process was faster
            pass
