"""Freed memory that stays with the process for as long as it will be asked for again.

A training step frees its activations. glibc hands the free end of the heap back to the system, which has to
clear each page again when the next step asks for it; for a network with large maps, that is up to a quarter
of the time. Other C libraries have no such settings, and are left alone.
"""

import contextlib
import ctypes
import functools
import os

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # names and values of glibc's malloc.h
LARGEST = 2**31 - 1  # bytes: as much as fits into the int that glibc takes
# Where glibc arrives by itself if a process frees large arrays. It cannot be asked for its present values.
USUAL_TRIM, USUAL_MMAP = 64 * 2**20, 32 * 2**20


@contextlib.contextmanager
def freed_memory_kept():
    """Keep freed memory with the process inside; hand it back at the end.

    It holds for all threads, changes no result, and does nothing if the environment has settings of glibc's
    ``malloc``.
    """
    libc = _glibc()
    if libc is None:
        yield
        return
    libc.mallopt(M_MMAP_THRESHOLD, USUAL_MMAP)
    libc.mallopt(M_TRIM_THRESHOLD, LARGEST)
    try:
        yield
    finally:
        libc.mallopt(M_TRIM_THRESHOLD, USUAL_TRIM)
        libc.malloc_trim(0)


@functools.cache
def _glibc():
    """Return the C library if it is glibc, with settings that nobody has made, else None."""
    own = {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_", "MALLOC_MMAP_MAX_"}
    if os.name != "posix" or own & set(os.environ) or "malloc" in os.environ.get("GLIBC_TUNABLES", ""):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
