"""Split of the training fold into a training and a validation part, for early stopping."""

import math
import warnings

import numpy as np
from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit
from sklearn.utils import check_array, check_consistent_length

from .._validation import check_frames


def validation_split(y, groups, fraction, random_state):
    """Return rows to train on and rows to validate on.

    Parameters
    ----------
    y : ndarray of shape (n_clips,) or (n_clips, n_tags)
        Encoded labels.
    groups : array-like of shape (n_clips,) or None
        If given, no group is on both sides.
    fraction : float
        Share of the clips, or of the groups, to validate on, in (0, 1).
    random_state : int
        Seed of the split.

    Returns
    -------
    train, valid : ndarray of int
        Rows. Without groups, the split is stratified if every class has enough clips for it.

    Raises
    ------
    ValueError
        If there is only one group, or if fewer than two clips are left to train on.
    """
    splitter = _splitter(y, groups, fraction)
    n = len(y) if groups is None else len(np.unique(groups))
    train = np.arange(0)
    if math.ceil(fraction * n) < n:  # otherwise scikit-learn's error names test_size
        split = splitter(1, test_size=fraction, random_state=random_state)
        train, valid = next(split.split(np.zeros(len(y)), y, groups))
    if len(train) < 2:
        raise ValueError(
            f"At least two clips must be left to train on, but validation_fraction={fraction} leaves "
            f"{len(train)} of {len(y)}. Lower it, or set early_stopping=False."
        )
    if y.ndim == 1 and len(missing := np.setdiff1d(y, y[train])):
        warnings.warn(
            f"early_stopping put every clip of {len(missing)} of the {len(np.unique(y))} classes into the "
            "validation part, so the network cannot learn them. Lower validation_fraction, or set "
            "early_stopping=False.",
            stacklevel=4,
        )
    return train, valid


def check_validation_data(estimator, X, y):
    """Return frames and targets to validate on, or None if none are given.

    Parameters
    ----------
    estimator : BaseNetwork
        It must have learned the form of its targets.
    X, y : frames and targets, or None
        ``X_val`` and ``y_val`` as given to ``fit``.

    Returns
    -------
    held_out : (frames, tensor) or None

    Raises
    ------
    ValueError
        If only one of the two is given.
    """
    if X is None and y is None:
        return None
    if X is None or y is None:
        raise ValueError("X_val and y_val must be given together: pass both, or neither.")
    frames = check_frames(estimator, X, reset=False, dtype=np.float32, stored=True)
    check_consistent_length(frames, y)
    return frames, estimator._held_out_targets(y, frames)


def check_held_out(y):
    """Return targets of clips to validate on as an array of shape (n_clips,) or (n_clips, n_outputs)."""
    y = check_array(y, ensure_2d=False, dtype=None, input_name="y_val")
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def _splitter(y, groups, fraction):
    if groups is None:
        return StratifiedShuffleSplit if _can_stratify(y, fraction) else ShuffleSplit
    if len(np.unique(groups)) < 2:
        raise ValueError(
            "early_stopping=True needs a validation part that shares no group with the training part, but "
            "all clips are of one group. Set early_stopping=False, or use fewer outer folds."
        )
    return GroupShuffleSplit


def _can_stratify(y, fraction):
    """Return whether both sides have room for every class; without it, scikit-learn raises an error."""
    if y.ndim != 1:
        return False
    counts = np.unique(y, return_counts=True)[1]
    n_valid = math.ceil(fraction * len(y))
    return counts.min() >= 2 and len(counts) <= min(n_valid, len(y) - n_valid)
