"""Targets of pairs of clips: classes, tags, or rows of numbers, and the checks that pairs exist."""

import numpy as np
import torch
from sklearn.utils import assert_all_finite, check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import type_of_target

from .._validation import check_tags

CLASSES, TAGS, DESCRIPTORS = "multiclass", "multilabel-indicator", "continuous-multioutput"


def check_pair_targets(estimator, n_clips, y):
    """Return y as an array, and its kind: ``CLASSES``, ``TAGS`` or ``DESCRIPTORS``.

    Parameters
    ----------
    estimator : estimator
        Named in the error.
    n_clips : int
    y : array-like of shape (n_clips,) or (n_clips, n_columns)

    Raises
    ------
    ValueError
        If y is missing, does not have a row per clip, or is of another kind.
    """
    name = type(estimator).__name__
    if y is None:
        raise ValueError(
            f"{name} requires y to be passed, but the target y is None. Pass what clips should be near each "
            "other for: classes (n_clips,), tags (n_clips, n_tags), or rows of descriptors (n_clips, "
            "n_descriptors)."
        )
    if n_clips < 2:
        raise ValueError(f"n_samples=1: {name} learns from pairs, and needs at least two clips.")
    check_consistent_length(np.empty(n_clips), y)
    return as_pair_targets(y, "y")


def as_pair_targets(y, name):
    """Return y as an array, and its kind; ``name`` stands for it in errors."""
    y = check_array(y, ensure_2d=False, dtype=None, ensure_all_finite=False, input_name=name)
    assert_all_finite(y, input_name=name)
    if y.ndim == 1 or y.shape[1] == 1:
        return _check_classes(column_or_1d(y, warn=True), name), CLASSES
    if type_of_target(y, input_name=name) == TAGS:
        check_tags(y)
        return y, TAGS
    y = check_array(y, dtype=np.float64, input_name=name)
    if len(y) == y.shape[1] > 2 and np.allclose(y, y.T):
        raise ValueError(
            f"{name} must have a row per clip, got a symmetric matrix of shape {y.shape}, as of similarities "
            "between clips. scikit-learn takes rows of y for a fold, and not columns. Pass the descriptors "
            "that the similarities were computed from, or coordinates such as those of "
            "sklearn.decomposition.KernelPCA(kernel='precomputed')."
        )
    return y, DESCRIPTORS


def inverse_frequencies(tags):
    """Return how much each tag counts: ln((1 + n_clips) / (1 + n_clips with the tag)) + 1, (n_tags,).

    Parameters
    ----------
    tags : ndarray of shape (n_clips, n_tags)
    """
    return np.log((1 + len(tags)) / (1 + (tags != 0).sum(axis=0))) + 1


def encoded(y, kind, idf):
    """Return targets as a loss of pairs takes them: int64 (n_clips,), or float32 (n_clips, n_columns).

    Parameters
    ----------
    y : ndarray
        Of a kind that has been checked.
    kind : str
    idf : ndarray of shape (n_tags,) or None
        Factor of each tag.
    """
    if kind == CLASSES:
        return torch.from_numpy(np.unique(y, return_inverse=True)[1].reshape(-1).astype(np.int64))
    rows = np.asarray(y, dtype=np.float64)
    return torch.from_numpy((rows if idf is None else rows * idf).astype(np.float32))


def check_there_are_pairs(targets, kind, clips):
    """Raise unless some two clips are similar.

    Parameters
    ----------
    targets : tensor
        As ``encoded`` returns them.
    kind : str
    clips : str
        What the clips are there for, in the error: "train on", or "validate on".
    """
    if kind == DESCRIPTORS:
        return
    columns = targets.unique(return_counts=True)[1] if kind == CLASSES else (targets > 0).sum(dim=0)
    if int(columns.max()) < 2:
        what = "are of one class" if kind == CLASSES else "have a tag in common"
        raise ValueError(
            f"Two clips or more must be similar, but no two of the {len(targets)} clips to {clips} {what}. "
            "Use coarser labels, more clips for each, or a larger part of the clips."
        )


def check_there_are_others(targets, kind):
    """Raise unless some two clips to train on are not wholly similar."""
    if bool((targets == targets[:1]).all()):
        what = {CLASSES: "class", TAGS: "set of tags", DESCRIPTORS: "descriptors"}[kind]
        raise ValueError(
            f"y must have clips that differ, since pairs of them are pushed apart, but all {len(targets)} "
            f"clips to train on have one {what}: got only 1 class of clips. Pass clips of at least two."
        )


def _check_classes(y, name):
    if y.dtype == object and any(label is None for label in y):
        raise ValueError(
            f"{name} must have a class for each clip, got None. Leave out clips without a class."
        )
    kind = type_of_target(y, input_name=name)
    if kind not in ("binary", "multiclass"):
        raise ValueError(
            f"Unknown label type: {kind!r}. {name} must hold classes, tags as an indicator, or rows of two "
            "descriptors or more, whose cosine is the similarity. Real numbers can be cut into classes by "
            "sklearn.preprocessing.KBinsDiscretizer."
        )
    return y
