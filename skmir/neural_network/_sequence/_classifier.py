"""Base of the classifiers with labels per frame."""

import numpy as np
from sklearn.utils.multiclass import check_classification_targets

from ..._training import FrameValues, recipe_of
from .._classifier import BaseNetworkClassifier
from .._targets import TARGETS
from ._base import SequenceMixin


class BaseSequenceClassifier(SequenceMixin, BaseNetworkClassifier):
    """Base of the classifiers with labels per frame: a subclass says which network it is.

    As for :class:`BaseNetworkClassifier`, except that the module returns outputs of shape
    (B, n_outputs, n_frames). If it has an attribute ``context``, the number of frames on each side on which
    an output depends, long clips are predicted in pieces exactly.
    """

    class_weight: dict | list[dict] | str | None = None
    classes: list | None = None

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch, from where the last call ended.

        Parameters
        ----------
        X, y : frames and labels per frame
            As in ``fit``.
        classes : array-like of shape (n_classes,), default=None
            All labels of all calls; the first call needs them if its y lacks some.
        sample_weight : array-like of shape (n_clips,) or list of array-like of shape (n_frames_i,), \
default=None
            Weight of each clip, or of each frame, in the loss.

        Returns
        -------
        self : object
            The network after the epoch. The learning rate is always ``learning_rate_init``, unless the
            recipe says otherwise; ``class_prior_`` is that of the first call.
        """
        return super().partial_fit(X, y, classes, sample_weight)

    def decision_function(self, X):
        """Return the logits of each frame.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        scores : list of ndarray of shape (n_classes, n_frames_i) or (n_tags, n_frames_i)
            float32; one array of shape (n_clips, n_classes, n_frames) if all clips have equal lengths. For
            two classes (n_frames_i,), positive for the second class. For a table, rows per clip.
        """
        return self._per_clip(X, lambda outputs: self._target.decision(self._corrected(outputs)))

    def predict_proba(self, X):
        """Return the probability of each class, or of each tag, in each frame.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        probabilities : list of ndarray of shape (n_classes, n_frames_i) or (n_tags, n_frames_i)
            float32, in the order of ``classes_``; one array of shape (n_clips, n_classes, n_frames) if all
            clips have equal lengths. For a table, of shape (n_clips, n_classes).
        """
        return self._per_clip(X, lambda outputs: self._target.proba(self._corrected(outputs)))

    def predict_log_proba(self, X):
        """Return the logarithm of the probabilities.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        log_probabilities : list of ndarray of shape (n_classes, n_frames_i) or (n_tags, n_frames_i)
            In the forms of ``predict_proba``.
        """
        return self._per_clip(X, lambda outputs: self._target.log_proba(self._corrected(outputs)))

    def predict(self, X):
        """Return the likeliest class of each frame, or the tags more likely than not.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        labels : list of ndarray of shape (n_frames_i,) or (n_tags, n_frames_i)
            In the form of the y that ``fit`` saw; one array of shape (n_clips, n_frames) or
            (n_clips, n_tags, n_frames) if all clips have equal lengths. For a table, of shape (n_clips,) or
            (n_clips, n_tags).
        """
        return self._per_clip(X, lambda outputs: self._target.labels(self._corrected(outputs), self.classes_))

    @property
    def _target(self):
        return TARGETS[self.target_type_]

    def _corrected(self, outputs):
        """Return the logits (n_frames, n_outputs) of a clip, without the prior if the recipe says so."""
        if recipe_of(self).prior_correction:
            return outputs - self._target.prior_logits(self.class_prior_)
        return outputs

    def _learn_targets(self, y, sample_weight, frames, classes=None, *, reset):
        y, weights, lengths = self._frame_targets(y, sample_weight, frames)
        if y.ndim == 1:
            check_classification_targets(y)
        if classes is None and self.classes is not None and y.ndim == 1:
            classes = np.unique(self.classes)
        targets, weights = self._learn_labels(y, weights, classes, reset=reset)
        return FrameValues(targets, lengths), FrameValues(weights, lengths)
