"""Types of targets: how they are encoded, which loss they need, and how logits become labels."""

import numpy as np
import torch
from scipy.special import expit, log_softmax, logit, softmax
from sklearn.utils import assert_all_finite, check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from torch.nn.functional import one_hot

from .._parameter_checks import plain
from .._training import ClassLoss, NumberLoss, TagLoss
from .._validation import check_tags


class ClassTarget:
    """One class per clip: softmax and cross-entropy."""

    @staticmethod
    def classes(y):
        """Return the sorted labels."""
        return np.unique(y)

    @staticmethod
    def encode(y, classes):
        """Return the position of each label in ``classes``, int64 of shape (n_clips,)."""
        return torch.from_numpy(np.searchsorted(classes, y))

    @staticmethod
    def soft(targets, n_outputs):
        """Return positions as one-hot rows, which can be mixed, float32 of shape (n_clips, n_classes)."""
        return one_hot(targets, n_outputs).float()

    @staticmethod
    def loss(label_smoothing):
        """Return the module that computes the loss of a batch."""
        return ClassLoss(label_smoothing)

    @staticmethod
    def prior(targets, weights, n_outputs):
        """Return the share of each class in the weighted training clips, float32 of shape (n_classes,)."""
        counts = np.bincount(targets.numpy(), weights, minlength=n_outputs)
        return (counts / counts.sum()).astype(np.float32)

    @staticmethod
    def prior_logits(prior):
        """Return the offset of the logits due to the prior; 0 for a class that training never saw."""
        return np.log(np.where(prior > 0, prior, 1))

    @staticmethod
    def decision(logits):
        """Return logits; for two classes, their difference, of shape (n_clips,)."""
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    @staticmethod
    def proba(logits):
        """Return probabilities of shape (n_clips, n_classes), each row of sum 1."""
        return softmax(logits, axis=1)

    @staticmethod
    def log_proba(logits):
        """Return the logarithm of the probabilities, which is exact even if they underflow."""
        return log_softmax(logits, axis=1)

    @staticmethod
    def labels(logits, classes):
        """Return the likeliest label of each clip."""
        return classes[logits.argmax(axis=1)]


class TagTarget:
    """Any number of tags per clip: a sigmoid and binary cross-entropy for each tag."""

    @staticmethod
    def classes(y):
        """Return the numbers of the columns of the tags."""
        return np.arange(y.shape[1])

    @staticmethod
    def encode(y, classes):
        """Return the indicator, float32 of shape (n_clips, n_tags)."""
        return torch.from_numpy(np.asarray(y, dtype=np.float32))

    @staticmethod
    def soft(targets, n_outputs):
        """Return the indicator, which can be mixed as it is."""
        return targets

    @staticmethod
    def loss(label_smoothing):
        """Return the module that computes the loss of a batch."""
        return TagLoss(label_smoothing)

    @staticmethod
    def prior(targets, weights, n_outputs):
        """Return the share of weighted training clips with each tag, float32 of shape (n_tags,)."""
        return np.average(targets.numpy(), axis=0, weights=weights).astype(np.float32)

    @staticmethod
    def prior_logits(prior):
        """Return the offset of the logits due to the prior; 0 for a tag that no clip or every clip has."""
        inside = (prior > 0) & (prior < 1)
        return logit(np.where(inside, prior, 0.5))

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
        """Return the indicator of the tags that are more likely than not."""
        return (logits > 0).astype(int)


class NumberTarget:
    """Standardised numbers per clip: squared error."""

    @staticmethod
    def soft(targets, n_outputs):
        """Return the numbers, which can be mixed as they are."""
        return targets

    @staticmethod
    def loss(label_smoothing):
        """Return the module that computes the loss of a batch; there are no labels to smooth."""
        return NumberLoss()


LABELS = {"binary": ClassTarget, "multiclass": ClassTarget, "multilabel-indicator": TagTarget}
TARGETS = {**LABELS, "continuous": NumberTarget}


def target_for(y):
    """Return the name of the target type of labels, or raise an error that names the known types.

    Parameters
    ----------
    y : ndarray of shape (n_clips,) or (n_clips, n_tags)

    Returns
    -------
    kind : str
        A key of ``LABELS``.
    """
    if y.ndim == 2 and y.shape[1] == 1:  # a single tag per frame; a column of classes has become a row
        check_tags(y)
        return "multilabel-indicator"
    kind = type_of_target(y, input_name="y")
    if kind not in LABELS:
        raise ValueError(
            f"Unknown label type: {kind!r}. For a classifier, y must hold one class per clip, with the shape "
            "(n_clips,), or an indicator of tags with zeros and ones, with the shape (n_clips, n_tags)."
        )
    if kind == "multilabel-indicator":
        check_tags(y)
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
    _check_there(estimator, n_clips, y, "A classifier learns from labels.")
    y = check_array(y, ensure_2d=False, dtype=None, ensure_all_finite=False, input_name="y")
    if y.ndim == 1 or y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name="y")
    check_classification_targets(y)
    return y


def check_known(y, classes, kind):
    """Raise if labels are not among those that a network has learned.

    Parameters
    ----------
    y : ndarray of shape (n_clips,) or (n_clips, n_tags)
        Labels that have been checked.
    classes : ndarray of shape (n_classes,)
        Classes that the network has learned.
    kind : str
        A key of ``LABELS``.
    """
    if kind == "multilabel-indicator":
        if y.ndim != 2 or y.shape[1] != len(classes):
            raise ValueError(f"y must be an indicator of {len(classes)} tags, got the shape {y.shape}.")
        check_tags(y)
        return
    unknown = np.setdiff1d(y, classes)
    if y.ndim != 1 or len(unknown):
        raise ValueError(
            f"y must hold labels that the network knows, {plain(classes)}, got "
            f"{plain(unknown) or 'an indicator'}. Further training (warm_start, partial_fit) and validation "
            "need known labels: pass classes= to the first partial_fit, or fit a new network with "
            "warm_start=False."
        )


def check_numbers(estimator, n_clips, y):
    """Return a regressor's targets as float64 of shape (n_clips,) or (n_clips, n_outputs), or raise.

    Parameters
    ----------
    estimator : estimator
        Named in the error.
    n_clips : int
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
    """
    _check_there(estimator, n_clips, y, "A regressor learns from numbers.")
    return check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")


def _check_there(estimator, n_clips, y, what):
    """Raise unless there is one target per clip, and more than one clip."""
    name = type(estimator).__name__
    if y is None:
        raise ValueError(f"{name} requires y to be passed, but the target y is None. {what}")
    if n_clips < 2:
        raise ValueError(f"n_samples=1: {name} needs at least two clips to learn from.")
    check_consistent_length(np.empty(n_clips), y)
