"""What every network classifier adds: labels, their weights, probabilities."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight

from .._validation import plain
from ._base import BaseNetwork
from ._parameters import check_sample_weight, mean_one
from ._recipe import recipe_of
from ._targets import TARGETS, check_known, check_labels, target_for


class BaseNetworkClassifier(ClassifierMixin, BaseNetwork):
    """Base of the network classifiers.

    A subclass has the parameter ``class_weight`` beside those of :class:`BaseNetwork`.
    """

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch, from where the last call ended.

        Parameters
        ----------
        X, y : frames and labels
            As in ``fit``.
        classes : array-like of shape (n_classes,), default=None
            All labels that will ever come; needed in the first call where y lacks some.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip in the loss.

        Returns
        -------
        self : object
            The learning rate is ``learning_rate_init`` throughout, unless the recipe says otherwise;
            ``class_prior_`` is that of the first call.
        """
        return self._partial_fit(X, y, sample_weight, None if classes is None else np.unique(classes))

    def decision_function(self, X):
        """Return the logits, averaged over the windows of a clip.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        scores : ndarray of shape (n_clips,), (n_clips, n_classes) or (n_clips, n_tags)
            float32. For two classes one value, positive for the second.
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].decision(logits)

    def predict_proba(self, X):
        """Return the probability of each class, or of each tag.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        probabilities : ndarray of shape (n_clips, n_classes) or (n_clips, n_tags)
            float32, in the order of ``classes_``.
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].proba(logits)

    def predict_log_proba(self, X):
        """Return the logarithm of the probabilities.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        log_probabilities : ndarray of shape (n_clips, n_classes) or (n_clips, n_tags)
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].log_proba(logits)

    def predict(self, X):
        """Return the likeliest class of each clip, or the tags more likely than not.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        labels : ndarray of shape (n_clips,) or (n_clips, n_tags)
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].labels(logits, self.classes_)

    def _learn_targets(self, y, sample_weight, n_clips, classes=None, *, reset):
        y = check_labels(self, n_clips, y)
        weights = check_sample_weight(sample_weight, len(y))
        weights = weights * class_weights(self.class_weight, y)
        if reset:
            self.target_type_ = target_for(y)
            self.classes_ = TARGETS[self.target_type_].classes(y) if classes is None else classes
            self.n_outputs_ = len(self.classes_)
        elif classes is not None and not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"classes={plain(classes)} are not those of the first call to partial_fit, "
                f"{plain(self.classes_)}. Leave classes out, or begin with a new network."
            )
        targets = self._encode(y)
        if reset:
            self.class_prior_ = TARGETS[self.target_type_].prior(targets, weights, self.n_outputs_)
        return targets, mean_one(weights)

    def _encode(self, y):
        check_known(y, self.classes_, self.target_type_)
        return TARGETS[self.target_type_].encode(y, self.classes_)

    def _logits(self, X):
        """Return logits, float32 of shape (n_clips, n_outputs)."""
        logits = self._outputs(X)
        if recipe_of(self).prior_correction:
            logits = logits - TARGETS[self.target_type_].prior_logits(self.class_prior_)
        return logits

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def class_weights(class_weight, y):
    """Return a weight a clip from the classes it is of.

    Parameters
    ----------
    class_weight : dict, list of dict, "balanced" or None
        As in scikit-learn. But "balanced" for tags is the mean of what each tag gives: scikit-learn
        multiplies them, and a clip with three rare tags would outweigh all others.
    y : ndarray of shape (n_clips,) or (n_clips, n_tags)

    Returns
    -------
    weights : ndarray of shape (n_clips,), or 1.0
    """
    if class_weight is None:
        return 1.0
    if y.ndim == 1 or not isinstance(class_weight, str):
        return compute_sample_weight(class_weight, y)
    return np.mean([compute_sample_weight(class_weight, tag) for tag in y.T], axis=0)
