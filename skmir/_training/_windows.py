"""Frames of many clips, on a device or on disk, and the windows of equal length that a network gets of them.

Clips of unequal length are never padded: a window lies inside its clip, or repeats a clip that is
shorter than the window. So batch normalisation gets music only, and a clip scores the same alone and in a
batch.
"""

import math
import mmap
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from sklearn.utils import gen_batches

from .._step_modules import size_tensor
from .._stored_frames import StoredFrames, read_by_window, window_of

BLOCK = 2**20  # values that are copied at once


def window_length(frames, n_frames, whole=False, rows=None):
    """Return the length, in frames, of the windows of a network.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        The training clips.
    n_frames : int or None
        The longest window that the user allows; None sets no limit.
    whole : bool, default=False
        Whether clips need no common length, so that only the limit counts.
    rows : ndarray of int or None, default=None
        Indices of the clips to use; None takes all.

    Returns
    -------
    length : int or None
        The median length of the clips, up to the limit.
    """
    if whole:
        return None if n_frames is None else int(n_frames)
    median = math.ceil(np.median(lengths_of(frames, rows).numpy()))
    return median if n_frames is None else min(median, int(n_frames))


class _Windows:
    """What windows of frames in memory and on disk share: where they lie, and which are taken.

    Parameters
    ----------
    lengths : tensor of int64 of shape (n_clips,)
        Number of frames of each clip.
    n_bins : int
        Number of bins.
    n_frames, device, packed
        As for :class:`Windows`.
    """

    def __init__(self, lengths, n_bins, n_frames, device, packed):
        self.packed = packed
        self.device = torch.device(device)
        self.lengths = lengths
        self.n_bins = n_bins
        self.n_frames = int(lengths.max()) if n_frames is None else n_frames
        self.firsts = torch.cumsum(lengths, 0) - lengths

    def __len__(self):
        return len(self.lengths)

    @property
    def size(self):
        """Number of values per window."""
        return self.n_frames * self.n_bins

    def cut(self, clips, starts):
        """Return windows of shape (B, n_bins, n_frames), or ``{"x": windows, "lengths": (B,)}``.

        Parameters
        ----------
        clips, starts : tensor of int64 of shape (B,)
            Index of each clip, and the frame at which its window starts. A window that extends beyond the end
            of its clip continues at the clip's beginning; if windows are packed, values beyond the lengths
            must be ignored.
        """
        windows = self._cut(clips, starts)
        if not self.packed:
            return windows
        return {"x": windows, "lengths": self.lengths[clips].clamp(max=self.n_frames)}

    def rows(self, clips, starts):
        """Return the positions of the frames of windows among all frames, int64 of shape (B, n_frames).

        Parameters
        ----------
        clips, starts : tensor of int64 of shape (B,)
            As in ``cut``.
        """
        return self._rows(clips, starts).to(self.device)

    def _rows(self, clips, starts):
        steps = (starts[:, None] + torch.arange(self.n_frames)) % self.lengths[clips][:, None]
        return steps + self.firsts[clips][:, None]

    def random_starts(self, clips, generator):
        """Return a random start for each clip: anywhere inside a long clip, at any phase of a short one.

        If windows are packed, a short clip is not repeated, and starts at its beginning.
        """
        spare = self.lengths[clips] - self.n_frames
        phases = torch.ones_like(spare) if self.packed else self.lengths[clips]
        n_starts = torch.where(spare < 0, phases, spare + 1)
        return (torch.rand(len(clips), generator=generator) * n_starts).long()

    def covering(self):
        """Return (clips, starts) of the smallest number of evenly spaced windows that cover every clip."""
        of_length = {n: covering_starts(n, self.n_frames) for n in set(self.lengths.tolist())}
        starts = [of_length[n] for n in self.lengths.tolist()]
        counts = torch.tensor([len(each) for each in starts])
        return torch.repeat_interleave(counts), torch.cat(starts)


class Windows(_Windows):
    """The frames of all clips end to end on a device; a window is an index lookup.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        float32.
    n_frames : int or None
        Length of a window in frames; None takes clips whole, which needs ``packed``.
    device : torch.device
        The device to which the frames are moved, once, if they fit there; if not, those of a batch are moved.
    packed : bool, default=False
        Whether windows may have unequal lengths, for recurrent networks: a clip shorter than
        ``n_frames`` then keeps its own length.
    rows : ndarray of int or None, default=None
        Indices of the clips to take, in order; None takes all. This saves a copy of them.
    """

    def __init__(self, frames, n_frames, device, packed=False, rows=None):
        rows = np.arange(len(frames)) if rows is None else rows
        super().__init__(lengths_of(frames, rows), frames[0].shape[0], n_frames, device, packed)
        values = torch.from_numpy(_end_to_end(frames, rows))
        self.ahead = not _fits(values, self.device)  # as for StoredWindows
        self.values = values if self.ahead else values.to(device)
        self.whole = bool((self.lengths == self.n_frames).all())

    def clips(self):
        """Return the frames of all clips as the class takes them: views, if they are on the CPU."""
        values, lengths = self.values.cpu().numpy(), self.lengths.tolist()
        if len(set(lengths)) == 1:
            return values.reshape(len(lengths), lengths[0], -1).transpose(0, 2, 1)
        return [values[first : first + n].T for first, n in zip(self.firsts.tolist(), lengths, strict=True)]

    def _cut(self, clips, starts):
        if self.whole:  # the common case needs no arithmetic
            clip_by_clip = self.values.view(len(self), self.n_frames, -1)  # (n_clips, n_frames, n_bins)
            windows = clip_by_clip[clips.to(self.values.device)]
        else:
            windows = self.values[self._rows(clips, starts).to(self.values.device)]
        return windows.transpose(1, 2).to(self.device)


class StoredWindows(_Windows):
    """Windows of frames that stay on disk: those of a batch are read when it is cut, and moved to the device.

    Parameters
    ----------
    frames : StoredFrames
        float32.
    n_frames, device, packed, rows
        As for :class:`Windows`.
    """

    def __init__(self, frames, n_frames, device, packed=False, rows=None):
        self.frames = frames if rows is None else frames[rows]
        super().__init__(lengths_of(self.frames), frames.n_bins, n_frames, device, packed)
        # Whether batches are better made in a thread, before they are needed. Steps on whole clips may
        # compute with torch, in whose number of threads the caller has a say.
        self.ahead = read_by_window(frames)

    def clips(self):
        """Return the frames of all clips."""
        return self.frames

    def _cut(self, clips, starts):
        windows = _mapped(len(clips), self.n_frames, self.n_bins)
        places = zip(clips.tolist(), starts.tolist(), self.lengths[clips].tolist(), strict=True)
        last, x = None, None  # the clip that was read whole, and its frames
        for window, (clip, start, length) in zip(windows.numpy(), places, strict=True):
            stop = start + self.n_frames
            if stop <= length and self.ahead:
                window[...] = window_of(self.frames, clip, start, stop).T
                continue
            if clip != last:
                last, x = clip, self.frames[clip].T
            window[...] = x[start:stop] if stop <= length else x[np.arange(start, stop) % length]
        return windows.transpose(1, 2).to(self.device)


def _mapped(*shape):
    """Return a tensor of zeros in memory that is the system's again as soon as nothing refers to it.

    A thread that reads ahead would otherwise place its batches between the results of the training step, into
    whose gaps the next ones do not fit: the process grows, by hundreds of MiB within an epoch.
    """
    values = np.frombuffer(mmap.mmap(-1, 4 * math.prod(shape)), np.float32)
    return torch.from_numpy(values).view(shape)


def _fits(values, device):
    """Return whether there is room for values, and as much again for a network, on a device."""
    return device.type != "cuda" or 2 * values.nbytes < torch.cuda.mem_get_info(device)[0]


def windows_of(frames, n_frames, device, packed=False, rows=None):
    """Return windows of frames, which may stay on disk; for the parameters, see :class:`Windows`."""
    kind = StoredWindows if isinstance(frames, StoredFrames) else Windows
    return kind(frames, n_frames, device, packed, rows)


def ahead(function, items, wanted=True):
    """Yield ``function(item)`` for each item; a thread computes each result while the last one is used.

    Parameters
    ----------
    function : callable
    items : iterable
    wanted : bool, default=True
        False computes each result when it is asked for, in the caller's thread.
    """
    if not wanted:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="skmir-reader") as reader:
        coming = None
        for item in items:
            made, coming = coming, reader.submit(function, item)
            if made is not None:
                yield made.result()
        if coming is not None:
            yield coming.result()


def covering_starts(n_frames, window):
    """Return where the smallest number of evenly spaced windows that cover a clip start.

    Parameters
    ----------
    n_frames : int, or tensor of int64 of shape ()
        Number of frames of the clip; a tensor in a graph of torch, which is the same for all lengths.
    window : int
        Length of a window, in frames.

    Returns
    -------
    starts : tensor of int64 of shape (n_windows,)

    Examples
    --------
    >>> from skmir._training._windows import covering_starts
    >>> covering_starts(25, 10)
    tensor([ 0,  8, 15])
    """
    n_frames = size_tensor(n_frames)
    n_windows = (n_frames + window - 1) // window
    spare = (n_frames - window).clamp(min=0)
    # With an axis, since torch's exporter writes tensors without one in float32.
    step = spare.reshape(1).double() / (n_windows - 1).clamp(min=1).reshape(1).double()
    return (torch.arange(n_windows).double() * step).round().long()


def lengths_of(frames, rows=None):
    """Return the number of frames of each clip, or of some clips, as an int64 tensor of shape (n_clips,)."""
    n_clips = len(frames) if rows is None else len(rows)
    if isinstance(frames, np.ndarray):
        return torch.full((n_clips,), frames.shape[2])
    if isinstance(frames, StoredFrames):
        return torch.from_numpy(frames.lengths if rows is None else frames.lengths[rows])
    return torch.tensor([frames[row].shape[1] for row in (range(n_clips) if rows is None else rows)])


def _end_to_end(frames, rows):
    """Return the frames of some clips one after another, of shape (n_frames of all clips, n_bins).

    The array is in C order, whatever the order of the input, since the last bits of results depend on it. It
    is filled clip by clip, so that it is the only copy.
    """
    n_bins = frames[0].shape[0]
    if isinstance(frames, np.ndarray):
        values = np.empty((len(rows), frames.shape[2], n_bins), frames.dtype)
        for batch in gen_batches(len(rows), max(BLOCK // frames[0].size, 1)):
            values[batch] = frames[rows[batch]].transpose(0, 2, 1)
        return values.reshape(-1, n_bins)
    n_frames = sum(frames[row].shape[1] for row in rows)
    values = np.empty((n_frames, n_bins), np.result_type(*{x.dtype for x in frames}))
    first = 0
    for row in rows:
        after = first + frames[row].shape[1]
        values[first:after] = frames[row].T
        first = after
    return values
