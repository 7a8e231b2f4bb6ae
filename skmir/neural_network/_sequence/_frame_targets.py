"""What y and sample_weight may be for networks with outputs per frame, and the error texts about them."""

import numpy as np
from sklearn.utils import check_consistent_length

from ..._waveforms import to_numpy
from .._parameters import check_sample_weight

NUMBERS = "biuf"


def frame_targets(estimator, y, lengths, *, check_table, numbers, name="y"):
    """Return the targets of all frames, one clip after another.

    Parameters
    ----------
    estimator : estimator
        Named in the errors.
    y : list of array-like, or array-like
        An array of shape (n_frames_i,) or (n_rows, n_frames_i) for each clip. If each clip has one frame, an
        array of shape (n_clips,) or (n_clips, n_rows) serves too, as for a table.
    lengths : ndarray of int of shape (n_clips,)
        Number of frames of each clip.
    check_table : callable
        Checks and returns a y of one target, or one row, per clip.
    numbers : bool
        True for a regressor, whose rows are numbers; the rows of a classifier are tags.
    name : str, default="y"

    Returns
    -------
    targets : ndarray of shape (n_frames of all clips,) or (n_frames of all clips, n_rows)

    Raises
    ------
    ValueError
        If y is None, or has not one target per frame; the message names the clip.
    """
    what = "number" if numbers else "label"
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None. It learns from a "
            f"{what} per frame."
        )
    y = _array_or_list(y)
    check_consistent_length(lengths, y)
    if (lengths == 1).all() and _is_table(y):
        return check_table(y)
    items = [_item(item, i, name, what, numbers) for i, item in enumerate(y)]
    for i, (item, n) in enumerate(zip(items, lengths.tolist(), strict=True)):
        _check_item(estimator, item, items[0], i, n, name, what)
    targets = [item.T for item in items]
    if targets[0].ndim == 2 and not numbers:
        _check_frame_tags(items, name)
    return np.concatenate(targets)


def frame_weights(sample_weight, lengths):
    """Return the weights of all frames, one clip after another, float64.

    Parameters
    ----------
    sample_weight : array-like of shape (n_clips,), list of array-like of shape (n_frames_i,), or None
    lengths : ndarray of int of shape (n_clips,)
        Number of frames of each clip.
    """
    if sample_weight is None:
        return np.ones(lengths.sum())
    sample_weight = _array_or_list(sample_weight)
    if not _per_frame(sample_weight):
        return np.repeat(check_sample_weight(sample_weight, len(lengths)), lengths)
    check_consistent_length(lengths, sample_weight)
    items = [np.asarray(item, dtype=np.float64) for item in sample_weight]
    for i, (item, n) in enumerate(zip(items, lengths.tolist(), strict=True)):
        if item.shape != (n,):
            raise ValueError(
                f"sample_weight[{i}] must hold one weight for each of the {n} frames of clip {i} of X, got "
                f"the shape {item.shape}. Weights of whole clips have the shape (n_clips,)."
            )
    return check_sample_weight(np.concatenate(items), int(lengths.sum()))


def _array_or_list(values):
    """Return an array, a column of a DataFrame or a tensor as an array; lists and tuples as they are."""
    if isinstance(values, list | tuple):
        return values
    return np.asarray(to_numpy(values))


def _per_frame(sample_weight):
    """Return whether there are arrays of weights, one per clip, rather than one number per clip."""
    if getattr(sample_weight, "ndim", None) == 2:
        return True
    return len(sample_weight) > 0 and np.ndim(to_numpy(sample_weight)[0]) == 1


def _is_table(y):
    """Return whether y is an array with one target, or one row of them, per clip."""
    if isinstance(y, np.ndarray) and y.dtype != object:
        return y.ndim < 3
    if any(isinstance(item, tuple) for item in y):
        return False
    # An array of another length than 1 is the row of a table: the clip has but one frame.
    return all(getattr(item, "ndim", 0) == 0 or (item.ndim == 1 and len(item) != 1) for item in y)


def _item(item, i, name, what, numbers):
    """Return the targets of a clip as an array."""
    if isinstance(item, tuple):
        raise ValueError(
            f"{name}[{i}] must hold one {what} per frame, got a tuple of {len(item)}. Annotations, such as "
            "intervals with their labels, must be turned into an array of labels per frame first."
        )
    return np.asarray(to_numpy(item), dtype=np.float64 if numbers else None)


def _check_item(estimator, item, first, i, n, name, what):
    """Raise unless a clip has one target, or one column of them, for each of its n frames."""
    if item.ndim == 0:
        clip_wise = type(estimator).__name__.replace("Sequence", "").replace("TCN", "CNN")
        raise ValueError(
            f"{name} must hold one {what} per frame, and clip {i} of X has {n} frames, but {name}[{i}] is "
            f"the single {what} {item.item()!r}. Pass a list of arrays of shape (n_frames_i,); for one "
            f"{what} per clip, use {clip_wise}."
        )
    if item.ndim > 2 or item.shape[-1] != n:
        raise ValueError(
            f"{name}[{i}] must hold one {what} for each of the {n} frames of clip {i} of X, got the shape "
            f"{item.shape}. {_cure(item, i, n, name)}"
        )
    if item.shape[:-1] != first.shape[:-1]:
        rows = "one row" if first.ndim == 1 else f"{len(first)} rows"
        raise ValueError(
            f"{name}[{i}] must have as many rows as {name}[0], which has {rows}, got the shape {item.shape}. "
            "Give every clip the same tags, with zeros for those that it lacks."
        )
    if item.dtype.kind == "f" and not np.isfinite(item).all():
        frame = int(np.argwhere(~np.isfinite(item))[0, -1])
        raise ValueError(
            f"{name}[{i}] contains NaN or infinity, first at frame {frame}. If there is no {what} for a "
            "frame, give it any value, and the weight 0 in sample_weight."
        )


def _cure(item, i, n, name):
    if item.ndim == 2 and item.shape[0] == n:
        return f"Frames come last: pass {name}[{i}].T."
    if item.ndim == 1 and item.dtype.kind == "f":
        return (
            "If these are times of events in s, set the frames nearest to them, round(time * sr / "
            "hop_length), to 1 and all others to 0."
        )
    return "Make labels from the same front end's frames: each stands for hop_length / sr seconds."


def _check_frame_tags(items, name):
    """Raise unless indicators of tags hold zeros and ones."""
    for i, item in enumerate(items):
        wrong = np.argwhere((item != 0) & (item != 1)) if item.dtype.kind in NUMBERS else [[0, 0]]
        if len(wrong):
            tag, frame = map(int, wrong[0])
            raise ValueError(
                f"{name}[{i}] must hold 0, or 1 if a frame has a tag, got {item[tag, frame].item()!r} "
                f"for tag {tag} at frame {frame}. One class per frame has the shape (n_frames_i,)."
            )
