"""Frames of clips as they come, in one array if their shapes agree."""

import threading

import numpy as np


class FrameCollector:
    """Places for the frames of a number of clips.

    The first clip's shape is taken for all, so that equal ones are written where they stay: to hold a
    second copy of everything while stacking would double the memory. In memory, the bins of a frame stand
    side by side, as the Fourier transform leaves them and as scikit-learn, which takes a frame for a row,
    wants them.

    Parameters
    ----------
    n_clips : int
    """

    def __init__(self, n_clips):
        self._clips = [None] * n_clips
        self._stack = None  # (n_clips, n_frames, n_bins)
        self._lock = threading.Lock()

    def place(self, position, shape, dtype):
        """Return an array of shape (n_frames, n_bins) for a clip's frames, where they are to stay."""
        with self._lock:
            if self._stack is None:
                self._stack = _empty((len(self._clips), *shape), dtype)
        if self._stack.shape[1:] == shape and self._stack.dtype == dtype:
            return self._stack[position]
        return np.empty(shape, dtype)

    def put(self, position, frames):
        """Copy the frames of one clip, of shape (n_bins, n_frames), to their place, unless they are there."""
        place = self.place(position, frames.T.shape, frames.dtype)
        if not np.may_share_memory(place, frames):
            place[...] = frames.T
        self._clips[position] = place.T

    def get(self):
        """Return ndarray of shape (n_clips, n_bins, n_frames), or a list if shapes differ."""
        if all(frames.base is self._stack for frames in self._clips):
            return self._stack.swapaxes(1, 2)
        return self._clips


def _empty(shape, dtype):
    """Return a new array, or an empty one if a long first clip lets no such array exist."""
    try:
        return np.empty(shape, dtype)
    except MemoryError:
        return np.empty(0, dtype)
