"""Clips to frames: in threads on the CPU, in batches of equal clips on a GPU, for one or more front ends."""

import functools
from collections import defaultdict, deque

import torch

from .._device import resolve_device
from .._reading import shares_memory, stream, waveform
from ._cached_frames import cache_of

BATCH = 2**24  # samples that are on the device at once


def compute(front_end, kept, collected, positions, clips, *, finite=False):
    """Compute the frames of clips, and put them in their places.

    Parameters
    ----------
    front_end : BaseFrontEnd
    kept : CachedFrames
        The cache in which results are looked up and written.
    collected : FrameCollector or FactsCollector
        It takes the results.
    positions : list of int
        Rows of the clips in X.
    clips : list of str or list of ndarray of shape (n_samples_i,)
    finite : bool, default=False
        Whether samples of arrays are known to be finite.

    Yields
    ------
    position, n_samples : int
        Of a clip that is done.
    """
    if not positions:
        return

    def finish(result):
        position, clip, frames, n_samples = result
        collected.put(position, frames)
        kept.remember(clip, frames, n_samples)
        return position, n_samples

    if resolve_device(front_end.device).type == "cpu":
        # The arrays that a cache holds on to must not be the caller's; a cluster's memory is not ours.
        place = None if kept.used or not shares_memory() else collected.place
        task = functools.partial(_one, front_end, kept, place, finite)
        yield from _streamed(front_end, task, positions, clips, then=finish)
    else:
        yield from map(finish, _in_batches(front_end, kept, positions, clips, finite))


def keep_frames(front_ends, paths, *, n_jobs=None, verbose=0):
    """Keep the frames of files in the caches of several front ends, unless they are there.

    Parameters
    ----------
    front_ends : list of BaseFrontEnd
        Those without ``memory``, and those that compute on a GPU, in batches of their own, are left out.
    paths : list of str
        Each file is decoded once for all front ends that take the same excerpt at the same rate. One that
        cannot be used is left to ``transform``, which says why.
    n_jobs : int or None, default=None
        Threads, as in joblib.
    verbose : int, default=0
        1 draws a progress bar on stderr.
    """
    kept = {}
    for front_end in front_ends:
        try:
            if front_end.memory is not None and resolve_device(front_end.device).type == "cpu":
                cache = cache_of(front_end)
                kept.setdefault(cache.place, (front_end, cache))
        except Exception:  # as in _keep_all: a parameter is wrong, or memory is a file
            continue
    if kept:
        task = functools.partial(_keep_all, list(kept.values()))
        deque(stream(task, range(len(paths)), paths, n_jobs=n_jobs, verbose=verbose), maxlen=0)


def _keep_all(kept, position, path):
    """Keep one file's frames for each front end."""
    decoded = {}
    for front_end, cache in kept:
        excerpt = front_end.sr, front_end.offset, front_end.duration, front_end.random_state
        try:
            if cache.has(path):
                continue
            if excerpt not in decoded:
                decoded[excerpt] = _decode(front_end, position, path)
            y, name = decoded[excerpt]
            front_end._check_length(path, len(y), name)
            cache.write(position, path, _frames(front_end._frames, _tensor(y), name), len(y))
        except Exception:  # the fit that needs these frames raises it again, where it is recorded
            continue


def _streamed(front_end, task, positions, clips, then=None):
    return stream(task, positions, clips, then=then, n_jobs=front_end.n_jobs, verbose=front_end.verbose)


def _one(front_end, kept, place, finite, position, clip):
    """Return position, clip, frames and number of samples, from the disk or computed."""
    found = kept.read(clip)
    if found is None:
        y, name = _decode(front_end, position, clip, finite)
        frames_of = front_end._frames
        if place is not None:
            frames_of = functools.partial(front_end._frames_in, functools.partial(_empty, place, position))
        found = kept.write(position, clip, _frames(frames_of, _tensor(y), name), len(y))
    return position, clip, *found


def _in_batches(front_end, kept, positions, clips, finite=False):
    """Yield what ``_one`` returns, in any order."""
    waiting, n_waiting = defaultdict(list), 0
    task = functools.partial(_found_or_decoded, front_end, kept, finite)
    for position, clip, found, y, name in _streamed(front_end, task, positions, clips):
        if found is not None:
            yield position, clip, *found
            continue
        waiting[len(y), y.dtype].append((position, clip, y, name))
        n_waiting += len(y)
        if n_waiting >= BATCH:
            yield from _flush(front_end, kept, waiting)
            n_waiting = 0
    yield from _flush(front_end, kept, waiting)


def _found_or_decoded(front_end, kept, finite, position, clip):
    found = kept.read(clip)
    y, name = (None, None) if found is not None else _decode(front_end, position, clip, finite)
    return position, clip, found, y, name


def _flush(front_end, kept, waiting):
    """Compute what waits, a batch for each length, and forget the waveforms."""
    device = resolve_device(front_end.device)
    while waiting:
        _, batch = waiting.popitem()
        positions, clips, waveforms, names = zip(*batch, strict=True)
        y = torch.stack([_tensor(y) for y in waveforms]).to(device)
        if front_end._alone():
            results = map(functools.partial(_frames, front_end._frames), y, names)
        else:
            results = _frames(front_end._frames, y, f"{names[0]}, or one as long")
        for position, clip, frames in zip(positions, clips, results, strict=True):
            yield position, clip, *kept.write(position, clip, frames, y.shape[-1])


def _decode(front_end, position, clip, finite=False):
    """Return samples of one clip, long enough, and its name."""
    y, name = waveform(
        position,
        clip,
        sr=front_end.sr,
        offset=front_end.offset,
        duration=front_end.duration,
        random_state=front_end.random_state,
        finite=finite,
    )
    front_end._check_length(clip, len(y), name)
    return y, name


def _tensor(y):
    """Return a waveform as a tensor, which shares memory where torch can."""
    shareable = y.flags.writeable and y.flags.c_contiguous
    return torch.from_numpy(y) if shareable else torch.tensor(y)


def _empty(place, position, shape, *, dtype, device):
    """Return memory for the frames of a clip as a tensor on the CPU."""
    return torch.from_numpy(place(position, shape, torch.empty(0, dtype=dtype).numpy().dtype))


def _frames(frames_of, y, name):
    """Return frames as an array, in whose memory the bins of a frame stand side by side."""
    try:
        frames = frames_of(y)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    return frames.mT.contiguous().cpu().numpy().swapaxes(-1, -2)
