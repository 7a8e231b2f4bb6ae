"""How sure a classifier is of one class, on a scale on which differences add up."""

import numpy as np
from scipy.special import logsumexp

_LOWEST = np.log(1e-6)  # stands for a probability of 0, as votes of trees give it


class ClassScores:
    """Score clips by how sure a fitted classifier is of one class.

    Parameters
    ----------
    estimator : classifier
        Fitted.
    clips : list or ndarray with one clip
        Decides the class if ``target`` is None.
    target : label or None
        None is the class that the classifier is surest of.

    Attributes
    ----------
    target : label
    column : int
        Position of the label in ``classes_``.
    unit : str
        "log-odds", from probabilities, or "score", from a ``decision_function``.
    """

    def __init__(self, estimator, clips, target=None):
        self._estimator = estimator
        self.unit = "log-odds" if hasattr(estimator, "predict_proba") else "score"
        if self.unit == "score" and not hasattr(estimator, "decision_function"):
            raise TypeError(
                "estimator must be a fitted classifier with predict_proba or decision_function, got "
                f"{type(estimator).__name__}. Fit it, or take another classifier."
            )
        self._of_tags = np.ndim(estimator.predict(clips)) == 2
        classes = np.asarray(estimator.classes_)
        if len(classes) < 2 and not self._of_tags:
            raise ValueError(
                "estimator must tell at least two classes apart, got one that knows only "
                f"{classes.tolist()}. Fit it on clips of several classes."
            )
        scores = self._all(clips)
        if scores.shape != (1, len(classes)):
            raise TypeError(
                f"estimator must give one number per clip and class, of shape (1, {len(classes)}), got "
                f"{scores.shape}. Take a classifier of whole clips."
            )
        self.column = int(scores[0].argmax()) if target is None else _position(target, classes)
        self.target = classes[self.column]

    def __call__(self, clips):
        """Return the score of each clip, float64 of shape (n_clips,)."""
        return self._all(clips)[:, self.column]

    def _all(self, clips):
        """Return the scores of all classes, of shape (n_clips, n_classes)."""
        if self.unit == "score":
            scores = np.asarray(self._estimator.decision_function(clips), float)
            return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
        log_proba = self._log_proba(clips)
        if self._of_tags:
            return log_proba - np.log(np.maximum(-np.expm1(log_proba), np.exp(_LOWEST)))
        return log_odds(log_proba)

    def _log_proba(self, clips):
        """Return logarithms of probabilities; those of networks are exact where probabilities are 0 or 1."""
        if hasattr(self._estimator, "predict_log_proba"):
            with np.errstate(divide="ignore"):
                log_proba = np.asarray(self._estimator.predict_log_proba(clips), float)
            return np.where(np.isneginf(log_proba), _LOWEST, log_proba)
        return np.log(np.maximum(np.asarray(self._estimator.predict_proba(clips), float), np.exp(_LOWEST)))


def log_odds(log_proba):
    """Return log(p / (1 - p)) of each class, from logarithms of shape (n_clips, n_classes).

    The probability of the other classes is added up instead of subtracted from 1, so that the result is exact
    for a probability close to 1 too.
    """
    others = [logsumexp(np.delete(log_proba, i, axis=1), axis=1) for i in range(log_proba.shape[1])]
    return log_proba - np.stack(others, axis=1)


def _position(target, classes):
    found = np.flatnonzero(classes == target)
    if not found.size:
        shown = ", ".join(map(repr, classes[:20].tolist())) + (", ..." if len(classes) > 20 else "")
        raise ValueError(f"target must be one of the classes {shown}, got {target!r}.")
    return int(found[0])
