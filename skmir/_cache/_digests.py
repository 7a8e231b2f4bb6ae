"""Hashes of the contents of clips."""

import hashlib
import os
import time

import numpy as np
import xxhash

_SETTLED = 2.0  # s after which a change of a file shows in its times, on all common file systems
_FILES = {}  # path -> (size and times, hash)


def file_digest(path):
    """Return a hash of a file's bytes, which are read only once as long as its size and times stay the same.

    Parameters
    ----------
    path : str

    Returns
    -------
    digest : str
    """
    known = known_digest(path)
    if known is not None:
        return known
    status = os.stat(path)
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()
    if time.time() - max(status.st_mtime, status.st_ctime) > _SETTLED:
        _FILES[path] = _stamp(status), digest
    return digest


def content_digest(file):
    """Return a hash of the bytes of a binary file object, whose position is left unchanged."""
    position = file.tell()
    file.seek(0)
    digest = xxhash.xxh3_128_hexdigest(file.read())
    file.seek(position)
    return digest


def known_digest(path):
    """Return a file's hash if it is known without reading the file, else None."""
    stamp, digest = _FILES.get(path, (None, None))
    try:
        return digest if stamp == _stamp(os.stat(path)) else None
    except OSError:
        return None


def array_digest(array):
    """Return a hash of an array's values, shape and dtype."""
    digest = xxhash.xxh3_128(f"{array.dtype.str}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).view(np.uint8).data)
    return digest.hexdigest()


def text_digest(text):
    """Return a short hash of a text."""
    return xxhash.xxh3_64_hexdigest(text.encode())


def _stamp(status):
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev
