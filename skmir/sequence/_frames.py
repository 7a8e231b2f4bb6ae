"""Front ends of detectors: when their frames are, and how digital silence looks in them."""

import warnings

import numpy as np
from sklearn.pipeline import Pipeline

from .._parameter_checks import shown
from .._validation import is_table

_SILENCE = 1e-3  # of the greatest distance of a frame from silence: some 100 dB


def front_end_of(front_end):
    """Return a front end, or the one in a Pipeline: its sr and hop_length say when frames are.

    Parameters
    ----------
    front_end : transformer

    Returns
    -------
    front_end : transformer
        With attributes ``sr`` and ``hop_length``.

    Raises
    ------
    ValueError
        If there is no front end, or the time of its frames does not follow from these two.
    """
    found = [step for _, step in _steps(front_end) if hasattr(step, "sr") and hasattr(step, "hop_length")]
    if len(found) != 1:
        raise ValueError(
            f"front_end={shown(front_end)} must be a front end, or a Pipeline of one front end and frame "
            f"steps: its sr and hop_length say when frames are. Found {len(found)} with these parameters."
        )
    for name, step in _steps(front_end):
        if not getattr(step, "center", True):
            raise ValueError(
                f"{name} has center=False, but annotations are related to frames whose middle is at frame "
                "number times hop_length. Use center=True."
            )
        if getattr(step, "offset", 0) != 0 or getattr(step, "duration", None) is not None:
            raise ValueError(
                f"{name} has offset={step.offset!r} and duration={step.duration!r}, but annotations count "
                "from the beginning of the whole clip. Leave offset=0 and duration=None, and cut clips and "
                "annotations before they are passed."
            )
    return found[0]


def silent_frame(front_end, sr):
    """Return the frame of digital silence, and check that all steps keep the number of frames.

    Parameters
    ----------
    front_end : transformer
        Fitted.
    sr : float
        Its sampling rate, in Hz.

    Returns
    -------
    frame : ndarray of shape (n_bins,)

    Raises
    ------
    ValueError
        If a step of a Pipeline changes the number of frames.
    """
    X, n_frames = [np.zeros(round(2 * sr), dtype=np.float32)], None
    n_samples = len(X[0])
    for name, step in _steps(front_end):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*clips are shorter than")  # transform says so of real clips
            X = step.transform(X)
        if not (hasattr(step, "sr") and hasattr(step, "hop_length")) and n_frames is None:
            continue  # before the front end: clips to clips
        if n_frames is not None and (is_table(X) or X[0].shape[1] != n_frames):
            found = "a table" if is_table(X) else f"{X[0].shape[1]} frames"
            raise ValueError(
                f"{name} makes {found} of {n_frames} frames, but a detector relates frames to times by the "
                "front end's hop_length. Leave it out, or set it so that it keeps the number of frames."
            )
        if n_frames is None and abs(X[0].shape[1] - 1 - n_samples // step.hop_length) > 1:
            raise ValueError(
                f"{name} must make a frame each hop_length={step.hop_length} samples from the beginning of a "
                f"clip on, got {X[0].shape[1]} frames of {n_samples} samples."
            )
        n_frames = X[0].shape[1]
    return X[0][:, n_frames // 2]


def check_frames_of(clips, frames):
    """Raise unless there are frames for each clip."""
    if is_table(frames) or len(frames) != len(clips):
        found = f"{len(frames)} {'rows of a table' if is_table(frames) else 'clips'}"
        raise ValueError(f"front_end gives {found}, but the frames of {len(clips)} clips are needed.")


def silence_tolerance(frames, silent):
    """Return how far a frame may be from silence, in any bin, to count as silent."""
    return float(max(np.abs(x - silent[:, np.newaxis]).max() for x in frames) * _SILENCE)


def is_silent(frames, silent, tolerance):
    """Return which frames of a clip are silent, an array of bool of shape (n_frames,)."""
    return (np.abs(frames - silent[:, np.newaxis]) <= tolerance).all(axis=0)


def last_step(network):
    """Return a network, or the one at the end of a Pipeline."""
    return network.steps[-1][1] if isinstance(network, Pipeline) else network


def _steps(front_end):
    """Return pairs of a name for errors and a step; nested Pipelines are unfolded."""
    if not isinstance(front_end, Pipeline):
        return [(type(front_end).__name__, front_end)]
    steps = [step for _, step in front_end.steps if step not in (None, "passthrough")]
    return [pair for step in steps for pair in _steps(step)]
