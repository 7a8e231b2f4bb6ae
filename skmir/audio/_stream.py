"""Clip by clip in threads: decode, apply a function, keep the result, forget the waveform."""

from joblib import Parallel, delayed
from tqdm import tqdm

from .._random import torch_threads
from .._validation import is_path
from ._load import load


def stream(function, clips, *, n_jobs=None, verbose=0):
    """Apply a function to each clip, in threads.

    Threads serve better than processes here: decoding and torch's kernels release the interpreter's
    lock, and nothing is copied between processes.

    Parameters
    ----------
    function : callable
        Takes ``(position, clip)`` and returns anything. It must not enter ``torch_threads`` or ``seeded``:
        their lock is held here until all threads are done.
    clips : list of str, list of ndarray of shape (n_samples_i,), or ndarray of shape (n_clips, n_samples)
        As ``check_clips`` returns them.
    n_jobs : int or None, default=None
        Threads, as in joblib.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Returns
    -------
    results : list
        In the order of the clips.
    """
    # Results must not depend on n_jobs, and sums can differ in the last bits with torch's thread count.
    with torch_threads(1):
        results = Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")(
            delayed(function)(i, clip) for i, clip in enumerate(clips)
        )
        return list(tqdm(results, total=len(clips), unit="clip", disable=not verbose))


def waveform(position, clip, *, sr, offset=0.0, duration=None):
    """Return one clip's samples, read where the clip is a path, and the words that name it in an error.

    Parameters
    ----------
    position : int
        Row of the clip in X.
    clip : str or ndarray of shape (n_samples,)
        A waveform is taken to be at ``sr``.
    sr : float
        Sampling rate in Hz to which a file is brought.
    offset, duration : float
        The part of a file to read, in s; see :func:`skmir.audio.load`.

    Returns
    -------
    y : ndarray of shape (n_samples,)
    name : str
    """
    if is_path(clip):
        return load(clip, sr=sr, offset=offset, duration=duration)[0], f"file {clip!r}"
    return clip, f"clip {position} of X"
