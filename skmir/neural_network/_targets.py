"""What a label means to a network: how it is encoded, which loss it asks for, how logits become labels."""

import numpy as np
import torch
from scipy.special import expit, log_softmax, softmax
from sklearn.utils import assert_all_finite, check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from torch import nn


class ClassTarget:
    """One class a clip: softmax and cross-entropy."""

    @staticmethod
    def classes(y):
        """Return the sorted labels."""
        return np.unique(y)

    @staticmethod
    def encode(y, classes):
        """Return the position of each label in ``classes``, int64 of shape (n_clips,)."""
        return torch.from_numpy(np.searchsorted(classes, y))

    @staticmethod
    def loss():
        """Return the loss a clip, of logits (B, n_classes) and positions (B,)."""
        return nn.CrossEntropyLoss(reduction="none")

    @staticmethod
    def decision(logits):
        """Return logits; for two classes their difference, of shape (n_clips,)."""
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    @staticmethod
    def proba(logits):
        """Return probabilities of shape (n_clips, n_classes), rows of sum 1."""
        return softmax(logits, axis=1)

    @staticmethod
    def log_proba(logits):
        """Return the logarithm of the probabilities, exact also where they underflow."""
        return log_softmax(logits, axis=1)

    @staticmethod
    def labels(logits, classes):
        """Return the likeliest label of each clip."""
        return classes[logits.argmax(axis=1)]


class TagTarget:
    """Any number of tags a clip: a sigmoid and binary cross-entropy each."""

    @staticmethod
    def classes(y):
        """Return the tags' columns."""
        return np.arange(y.shape[1])

    @staticmethod
    def encode(y, classes):
        """Return the indicator, float32 of shape (n_clips, n_tags)."""
        return torch.from_numpy(np.asarray(y, dtype=np.float32))

    @staticmethod
    def loss():
        """Return the mean loss over the tags of a clip, of logits and indicator (B, n_tags)."""
        return _MeanOverTags()

    @staticmethod
    def decision(logits):
        """Return logits of shape (n_clips, n_tags)."""
        return logits

    @staticmethod
    def proba(logits):
        """Return the probability of each tag, of shape (n_clips, n_tags)."""
        return expit(logits)

    @staticmethod
    def log_proba(logits):
        """Return the logarithm of the probability of each tag."""
        return -np.logaddexp(0, -logits)

    @staticmethod
    def labels(logits, classes):
        """Return the indicator of the tags more likely than not."""
        return (logits > 0).astype(int)


class _MeanOverTags(nn.Module):
    def forward(self, logits, targets):
        losses = nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        return losses.mean(dim=1)  # (B, n_tags) -> (B,)


TARGETS = {"binary": ClassTarget, "multiclass": ClassTarget, "multilabel-indicator": TagTarget}


def target_for(y):
    """Return the name of the target type of labels, or raise an error that names what is learned.

    Parameters
    ----------
    y : ndarray of shape (n_clips,) or (n_clips, n_tags)

    Returns
    -------
    kind : str
        A key of ``TARGETS``.
    """
    kind = type_of_target(y, input_name="y")
    if kind not in TARGETS:
        raise ValueError(
            f"Unknown label type: {kind!r}. A classifier learns one class a clip, y of shape (n_clips,), or "
            "tags as an indicator of zeros and ones, y of shape (n_clips, n_tags)."
        )
    return kind


def check_labels(estimator, n_clips, y):
    """Return labels as an array of shape (n_clips,) or (n_clips, n_tags), or raise.

    Parameters
    ----------
    estimator : estimator
        Named in the error.
    n_clips : int
    y : array-like of shape (n_clips,) or (n_clips, n_tags)
    """
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None. A classifier "
            "learns from labels."
        )
    if n_clips < 2:
        raise ValueError(f"n_samples=1: {type(estimator).__name__} needs at least two clips to learn from.")
    check_consistent_length(np.empty(n_clips), y)
    y = check_array(y, ensure_2d=False, dtype=None, ensure_all_finite=False, input_name="y")
    if y.ndim == 1 or y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name="y")
    check_classification_targets(y)
    return y
