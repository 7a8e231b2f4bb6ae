"""The places at which beats, and equal parts of them, begin."""

import numpy as np

from ._beat_tracking import track_beats


def beat_edges(envelope, *, sr, hop_length, subdivisions, start_bpm, tightness):
    """Track the beats of one clip, and cut them into equal parts.

    The last beat lasts as long as the median one, and is left out if the clip ends before the middle of
    its last part. If fewer than two beats are found, the whole clip is one beat.

    Parameters
    ----------
    envelope : ndarray of shape (n_frames,)
        Onset strengths.
    sr, hop_length, subdivisions, start_bpm, tightness : see :class:`BeatSynchronizer`

    Returns
    -------
    edges : ndarray of shape (n_beats * subdivisions + 1,)
        Starts of the parts, and the end of the last one, in frames and fractions.
    """
    clock = {"sr": sr, "hop_length": hop_length}
    beats = track_beats(np.ascontiguousarray(envelope), **clock, start_bpm=start_bpm, tightness=tightness)
    beats = _closed(beats, len(envelope), subdivisions)
    n_parts = subdivisions * (len(beats) - 1)
    return np.interp(np.arange(n_parts + 1) / subdivisions, np.arange(len(beats)), beats)


def aggregate_between(frames, edges, function):
    """Aggregate the frames between two edges; if there is none, take the nearest.

    Parameters
    ----------
    frames : ndarray of shape (n_bins, n_frames)
    edges : ndarray of shape (n_parts + 1,)
        In frames and fractions.
    function : callable
        Such as :func:`numpy.mean`.

    Returns
    -------
    parts : ndarray of shape (n_bins, n_parts)
    """
    edges = np.rint(edges).astype(int)
    starts = edges[:-1].clip(max=frames.shape[1] - 1)
    parts = [function(frames[:, a : max(a + 1, b)], axis=1) for a, b in zip(starts, edges[1:], strict=True)]
    return np.stack(parts, axis=1)


def repeat_between(frames, edges, function):
    """Replace each frame by the aggregate of the frames between its two edges.

    Frames before the first edge, and after the last one, are aggregated too.

    Parameters
    ----------
    frames, edges, function : see :func:`aggregate_between`

    Returns
    -------
    frames : ndarray of shape (n_bins, n_frames)
    """
    n_frames = frames.shape[1]
    edges = np.unique(np.r_[0, np.rint(edges).astype(int).clip(0, n_frames), n_frames])
    return np.repeat(aggregate_between(frames, edges, function), np.diff(edges), axis=1)


def _closed(beats, n_frames, subdivisions):
    """Return the beats, and the end of the last one."""
    beats = beats[beats < n_frames - 1]  # the tracker takes the end of sound for a beat
    if len(beats) < 2:
        return np.array([0, n_frames])
    period = np.median(np.diff(beats))
    if beats[-1] + period * (1 - 0.5 / subdivisions) > n_frames:
        return beats
    return np.append(beats, beats[-1] + period)
