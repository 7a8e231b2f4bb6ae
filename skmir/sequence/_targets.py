"""Targets of frames from annotated events."""

import numbers

import numpy as np

from .._annotations import BEYOND, check_events
from .._declared_parameters import DeclaredParameters
from .._parameter_checks import check_number


class EventTargets(DeclaredParameters):
    """For detectors whose annotations are events: what the network learns from them."""

    widen: int = 1

    def _check_parameters(self):
        super()._check_parameters()
        check_number("widen", self.widen, kind=numbers.Integral, low=0)

    def _check_annotations(self, y, n_clips):
        return check_events(y, n_clips)

    def _times(self, annotation):
        return annotation

    def _targets(self, annotation, n_frames):
        return frame_targets(annotation, n_frames, self.fps_, int(self.widen))


def check_within(times, n_frames, fps, clip, noun):
    """Raise if an event is after the end of its clip.

    Parameters
    ----------
    times : ndarray of shape (n_events,)
        In s, sorted.
    n_frames : int
        Number of frames of the clip.
    fps : float
        Frames per second.
    clip : int
        Number of the clip, for the error.
    noun : str
        How the error calls what happens then: "event".
    """
    end = n_frames / fps
    # A clip of one frame is no music: scikit-learn's checks have such clips, and events at 1 s.
    if n_frames > 1 and len(times) and times[-1] > end + BEYOND:
        i = int(np.searchsorted(times, end + BEYOND, side="right"))
        raise ValueError(
            f"annotation {clip} of y: {noun} {i} is at {times[i]:.6g} s, but clip {clip} of X ends at "
            f"{end:.3f} s. Times must be in s from the beginning of the clip: are these in ms or samples, or "
            "those of another clip?"
        )


def frame_targets(times, n_frames, fps, widen, labels=1):
    """Return a class per frame: 0, or that of the event in it.

    Parameters
    ----------
    times : ndarray of shape (n_events,)
        In s.
    n_frames : int
        Number of frames of the clip.
    fps : float
        Frames per second.
    widen : int
        Number of frames on each side of the nearest one that have the class of the event as well.
    labels : int or ndarray of int of shape (n_events,), default=1
        Classes of the events; the highest one wins in a frame that several reach.

    Returns
    -------
    targets : ndarray of int of shape (n_frames,)
    """
    targets = np.zeros(n_frames, dtype=int)
    nearest = np.round(times * fps).astype(int)
    labels = np.broadcast_to(labels, nearest.shape)
    for distance in range(-widen, widen + 1):
        frames = nearest + distance
        valid = (frames >= 0) & (frames < n_frames)
        np.maximum.at(targets, frames[valid], labels[valid])
    return targets
