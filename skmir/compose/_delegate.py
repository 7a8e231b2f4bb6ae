"""Delegate methods to the wrapped estimator."""

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from .._reading import reader
from .._validation import check_clips


def _inner_has(name):
    """Return a check that the inner estimator has a method."""

    def check(self):
        inner = self.estimator_ if hasattr(self, "estimator_") else self._inner()
        getattr(inner, name)  # its own AttributeError says what is missing
        return True

    return check


class DelegateMixin:
    """Mixin for a wrapper of an estimator of clips: it has the methods that the wrapped estimator has.

    A subclass has a method ``_inner``, which returns that estimator, not fitted, and sets ``estimator_`` in
    ``fit``.
    """

    @available_if(_inner_has("predict"))
    def predict(self, X):
        """Return the estimator's predictions for clips.

        Parameters
        ----------
        X : clips
            As in ``fit``; they are not changed.

        Returns
        -------
        y : ndarray of shape (n_clips, ...)
        """
        return self._unchanged(X, "predict")

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X):
        """Return the estimator's probabilities of classes.

        Parameters
        ----------
        X : clips
            As in ``fit``; they are not changed.

        Returns
        -------
        probabilities : ndarray of shape (n_clips, n_classes)
        """
        return self._unchanged(X, "predict_proba")

    @available_if(_inner_has("decision_function"))
    def decision_function(self, X):
        """Return the estimator's decision values.

        Parameters
        ----------
        X : clips
            As in ``fit``; they are not changed.

        Returns
        -------
        scores : ndarray of shape (n_clips,) or (n_clips, n_classes)
        """
        return self._unchanged(X, "decision_function")

    @available_if(_inner_has("transform"))
    def transform(self, X):
        """Return the clips transformed by the estimator.

        Parameters
        ----------
        X : clips
            As in ``fit``; they are not changed.

        Returns
        -------
        X : ndarray of shape (n_clips, ...)
        """
        return self._unchanged(X, "transform")

    @available_if(_inner_has("score"))
    def score(self, X, y=None, sample_weight=None):
        """Return the estimator's own score on clips.

        Parameters
        ----------
        X : clips
            As in ``fit``; they are not changed.
        y : array-like of shape (n_clips, ...) or None, default=None
            The true labels.
        sample_weight : array-like of shape (n_clips,), default=None
            Weights.

        Returns
        -------
        score : float
        """
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        return self._unchanged(X, "score", y, **weights)

    @property
    def classes_(self):
        """The labels, in the order of probabilities."""
        return self.estimator_.classes_

    @property
    def n_parameters_(self):
        """Number of trained parameters of the inner estimator, if it has ``n_parameters_``."""
        return self.estimator_.n_parameters_

    def _unchanged(self, X, method, *arguments, **parameters):
        check_is_fitted(self)
        clips = check_clips(self, X, reset=False, read=reader(self.sr))
        return getattr(self.estimator_, method)(clips, *arguments, **parameters)
