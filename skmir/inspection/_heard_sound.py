"""The sound that a model hears of a clip."""

import copy
from typing import NamedTuple

import numpy as np

from .._reading import waveform as read_waveform
from .._validation import is_path
from .._waveforms import scaled_samples
from ._frames_display import one_clip
from ._unwrap import steps_to_frames


class HeardSound(NamedTuple):
    """What a model hears of a clip.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    before : ndarray of shape (n_before,)
        Samples before it that the front end skips.
    sr : float
        In Hz.
    offset : float
        Time of its first sample, in s.
    """

    y: np.ndarray
    before: np.ndarray
    sr: float
    offset: float

    def whole(self, y=None):
        """Return the clip as the model takes it, or another sound in its place."""
        return np.concatenate([self.before, self.y if y is None else y])


def heard_sound(estimator, clip, sr):
    """Return what a model hears of a clip.

    Parameters
    ----------
    estimator : estimator
    clip : path, or ndarray of shape (n_samples,)
    sr : float or None
        Sampling rate of the sound in Hz; None asks the step that reads clips.

    Returns
    -------
    heard : HeardSound

    Raises
    ------
    TypeError
        If no step has a sampling rate, and ``sr`` is None.
    ValueError
        If ``clip`` is not a single clip, or the excerpt lies beyond its end.
    OSError
        If the file cannot be read.
    """
    clip = one_clip(clip)
    clip = clip if is_path(clip) else scaled_samples(clip)
    excerpt = {}
    if sr is None:
        reading = _reading_step(estimator)
        names = ("offset", "duration", "random_state")
        sr, excerpt = reading.sr, {n: getattr(reading, n) for n in names if hasattr(reading, n)}
    offset = excerpt.get("offset", 0.0)
    if isinstance(offset, str):
        # The model will cut all of the excerpt from it, wherever masks would have moved its start.
        return HeardSound(read_waveform(0, clip, sr=sr, **excerpt)[0], np.zeros(0, np.float32), sr, 0.0)
    y = read_waveform(0, clip, sr=sr)[0]
    first, duration = round(offset * sr), excerpt.get("duration")
    if first >= len(y):
        read_waveform(0, y, sr=sr, **excerpt)  # raises
    last = None if duration is None else first + max(1, round(duration * sr))
    return HeardSound(y[first:last], y[:first], sr, offset)


def _reading_step(estimator):
    """Return the step that reads clips, and knows their sampling rate."""
    try:
        before, front_end, _ = steps_to_frames(estimator)
    except TypeError:
        raise TypeError(
            "sr must be the sampling rate of the sound in Hz if the estimator is not a Pipeline, or a search "
            f"for one, with a front end of skmir, got sr=None and {type(estimator).__name__}."
        ) from None
    return next(step for step in [*before, front_end] if hasattr(step, "sr"))


def without_memory(estimator):
    """Return the estimator, or a copy that keeps no masked clips in its front end's folder."""
    try:
        front_end = steps_to_frames(estimator)[1]
    except TypeError:
        return estimator
    if getattr(front_end, "memory", None) is None:
        return estimator
    estimator = copy.deepcopy(estimator)
    steps_to_frames(estimator)[1].set_params(memory=None, stored=False)
    return estimator
