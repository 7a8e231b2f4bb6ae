"""Turn frames of clips, or windows of frames, into rows of a table."""

import numpy as np
from sklearn.utils.random import sample_without_replacement

from ._stored_frames import n_frames_of


def frame_rows(frames):
    """Return all frames of all clips as rows.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)

    Returns
    -------
    rows : ndarray of shape (n_frames of all clips, n_bins)
    n_rows : ndarray of shape (n_clips,)
        Number of rows of each clip.
    """
    return np.concatenate([x.T for x in frames]), n_frames_of(frames)


def drawn_frames(frames, n, rng):
    """Return some frames of all clips, drawn at random.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
    n : int or None
        Number of frames; None, or more than there are, takes all.
    rng : RandomState

    Returns
    -------
    drawn : frames as they came, or list of ndarray of shape (n_bins, n_drawn_i)
        The frames of each clip of which any was drawn.
    clips : ndarray of int
        Which clips these are.
    """
    lengths = n_frames_of(frames)
    ends = np.cumsum(lengths)
    if n is None or n >= ends[-1]:
        return frames, np.arange(len(frames))
    rows = np.sort(sample_without_replacement(ends[-1], n, random_state=rng))
    parts = np.split(rows, np.searchsorted(rows, ends[:-1]))
    starts = ends - lengths
    clips = np.flatnonzero([len(part) for part in parts])
    return [frames[clip][:, parts[clip] - starts[clip]] for clip in clips], clips


def window_rows(frames, width, hop, max_windows=None, rng=None):
    """Return windows of all clips as rows.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
    width, hop : int
        Number of frames per window, and from one window to the next. A clip shorter than a window is
        repeated. If the last window does not end at the end of the clip, one more that does is added.
    max_windows : int or None, default=None
        Number of windows to draw from a clip that has more.
    rng : RandomState, default=None
        The generator that draws them.

    Returns
    -------
    rows : ndarray of shape (n_windows of all clips, n_bins * width)
        Bin by bin; a single array, filled in place, so that memory is needed only once.
    n_rows : ndarray of shape (n_clips,)
        Number of rows of each clip, at least 1.
    """
    starts = [window_starts(length, width, hop) for length in n_frames_of(frames)]
    if max_windows is not None:
        starts = [_draw(s, max_windows, rng) for s in starts]
    n_rows = np.array([len(s) for s in starts])
    n_bins, dtype = frames[0].shape[0], frames[0].dtype
    rows = np.empty((n_rows.sum(), n_bins, width), dtype)
    first = 0
    for x, s in zip(frames, starts, strict=True):
        steps = (s[:, np.newaxis] + np.arange(width)) % x.shape[1]  # (n_windows, width)
        rows[first : first + len(s)] = x[:, steps].swapaxes(0, 1)
        first += len(s)
    return rows.reshape(len(rows), n_bins * width), n_rows


def window_starts(length, width, hop):
    """Return the first frame of each window, int64; the last window ends where the clip does."""
    last = max(length - width, 0)
    return np.append(np.arange(0, last, hop), last)  # so that no frame at the end is left out


def _draw(starts, n, rng):
    return starts if len(starts) <= n else np.sort(rng.choice(starts, n, replace=False))
