"""Process clips one by one in threads: decode, apply a function, keep the result, discard the waveform."""

import contextlib
import functools
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait

from joblib import Parallel, delayed, effective_n_jobs, parallel_config
from joblib.parallel import get_active_backend
from tqdm.auto import tqdm

from .._parameter_checks import shown
from .._random import handing_on, torch_threads
from .._validation import is_path
from .._waveforms import check_all_finite
from ._excerpt import excerpt
from ._load import load


def stream(function, *arguments, then=None, n_jobs=None, verbose=0):
    """Apply a function to each clip, in threads.

    Threads work better than processes here: decoding and torch's kernels release the interpreter's
    lock, and nothing is copied between processes.

    Parameters
    ----------
    function : callable
        Takes one item of each argument and returns anything. It may itself draw, predict or stream; an inner
        stream runs in the thread that calls it.
    *arguments : sequences of equal length
        The clips, and further arguments for each clip.
    then : callable, default=None
        Takes each result and returns the value to yield. It runs in this process, in the thread that has
        just made the result, while the result is in the core's cache and before its memory is reused.
    n_jobs : int or None, default=None
        Threads, as in joblib.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Yields
    ------
    result : object
        In the order of the clips.
    """
    # Results must not depend on n_jobs, but sums can differ in the last bits with torch's thread count. So
    # each thread sets its own count, and so does work in other processes.
    here = shares_memory()
    with torch_threads(1) if here else contextlib.nullcontext():
        results = (_here if here else _elsewhere)(function, then or _as_it_is, arguments, n_jobs)
        yield from tqdm(results, total=len(arguments[0]), unit="clip", disable=not verbose)


def waveform(position, clip, *, sr, offset=0.0, duration=None, random_state=0, finite=False):
    """Return one clip's samples, reading the file if the clip is a path, and its name for errors.

    Parameters
    ----------
    position : int
        Row of the clip in X.
    clip : str or ndarray of shape (n_samples,)
        A path, or a waveform, which is assumed to be at ``sr``.
    sr : float
        Sampling rate in Hz to which a file is resampled.
    offset, duration, random_state : see :func:`excerpt`
    finite : bool, default=False
        Whether the samples are known to be finite.

    Returns
    -------
    y : ndarray of shape (n_samples,)
    name : str

    Raises
    ------
    OSError
        If a file cannot be read.
    ValueError
        If samples are NaN or infinite, or ``offset`` lies beyond the end.
    """
    name = f"file {shown(clip)}" if is_path(clip) else f"clip {position} of X"
    start = excerpt(clip, name, sr=sr, offset=offset, duration=duration, random_state=random_state)
    if is_path(clip):
        return load(clip, sr=sr, offset=start, duration=duration)[0], name
    first = round(start * sr)
    y = clip[first:] if duration is None else clip[first : first + max(1, round(duration * sr))]
    if not finite:
        check_all_finite(y, name)  # the loader has checked files
    return y, name


def shares_memory():
    """Return whether :func:`stream` runs in this process, rather than in others or on a cluster."""
    backend, _ = get_active_backend(prefer="threads")
    return getattr(backend, "supports_sharedmem", False) or _is_task_of_dask()


def _is_task_of_dask():
    """Return whether this runs as a task on a dask cluster, in a search: clips are then not sent on again."""
    try:
        sys.modules["distributed"].get_worker()
    except (KeyError, ValueError):  # dask is not in use, or this process is the one that distributes the work
        return False
    return True


def _here(function, then, arguments, n_jobs):
    """Return an iterator over the results of threads of this process."""

    def task(*each):
        return then(function(*each))

    # A thread of a pool that waited for the same pool might wait for itself.
    n_threads = 1 if _WORKER.busy else _n_threads(n_jobs)
    return map(task, *arguments) if n_threads == 1 else _threaded(task, arguments, n_threads)


def _n_threads(n_jobs):
    """Return the number of threads; within a dask task, joblib would give that of the whole cluster."""
    with parallel_config("threading", n_jobs=1) if _is_task_of_dask() else contextlib.nullcontext():
        return effective_n_jobs(n_jobs)


def _elsewhere(function, then, arguments, n_jobs):
    """Return an iterator over the results from a cluster, or from processes that the user asked for."""
    calls = (delayed(_on_one_thread)(function, *each) for each in zip(*arguments, strict=True))
    return map(then, Parallel(n_jobs=n_jobs, return_as="generator")(calls))


def _as_it_is(result):
    return result


def _on_one_thread(function, *arguments):
    """Call a function in a process other than that of ``stream``."""
    with torch_threads(1):
        return function(*arguments)


def _threaded(task, arguments, n_threads):
    # Our own threads, which are kept: joblib polls for results every 10 ms, enough time for ten clips, and
    # new threads would have to set up torch's and MKL's state and their memory again.
    with handing_on() as inherit:

        def work(*each):
            with inherit(), torch_threads(1):
                _WORKER.busy = True
                try:
                    return task(*each)
                finally:
                    _WORKER.busy = False

        futures = [_pool(n_threads).submit(work, *each) for each in zip(*arguments, strict=True)]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()
            wait(futures)


class _Worker(threading.local):
    """Whether this thread works for a stream."""

    busy = False


_WORKER = _Worker()


@functools.lru_cache(maxsize=4)
def _pool(n_threads):
    return ThreadPoolExecutor(n_threads, thread_name_prefix="skmir")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
