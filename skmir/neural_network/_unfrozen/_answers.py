"""What an unfrozen Pipeline answers: by the network that it became, or itself if nothing was trained."""

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ._training_on import as_frames


def _answers(name):
    """Return a check that the Pipeline has a method, if it answers itself."""

    def check(self):
        if hasattr(self, "pipeline_"):
            answers = self.pipeline_ if self._network is None else self._network
        else:
            answers = self._inner() if is_word(self.trainable, "none") else self
        if answers is not self:
            getattr(answers, name)  # its error says what is missing
        return True

    return check


class AnswersMixin:
    """Methods that predict, as far as the network or the Pipeline has them."""

    @available_if(_answers("predict"))
    def predict(self, X):
        """Return the likeliest class of each clip.

        Parameters
        ----------
        X : clips, frames or table
            As in ``fit``.

        Returns
        -------
        labels : ndarray of shape (n_clips,)
        """
        return self._answer("predict", X)

    @available_if(_answers("predict_proba"))
    def predict_proba(self, X):
        """Return the probability of each class.

        Parameters
        ----------
        X : clips, frames or table
            As in ``fit``.

        Returns
        -------
        probabilities : ndarray of shape (n_clips, n_classes)
            In the order of ``classes_``.
        """
        return self._answer("predict_proba", X)

    @available_if(_answers("predict_log_proba"))
    def predict_log_proba(self, X):
        """Return the logarithm of the probabilities.

        Parameters
        ----------
        X : clips, frames or table
            As in ``fit``.

        Returns
        -------
        log_probabilities : ndarray of shape (n_clips, n_classes)
        """
        return self._answer("predict_log_proba", X)

    @available_if(_answers("decision_function"))
    def decision_function(self, X):
        """Return the scores of the classes, which are the Pipeline's before the first epoch.

        Parameters
        ----------
        X : clips, frames or table
            As in ``fit``.

        Returns
        -------
        scores : ndarray of shape (n_clips,) or (n_clips, n_classes)
            For two classes, one value per clip, which is positive for the second class.
        """
        return self._answer("decision_function", X)

    def _answer(self, method, X):
        check_is_fitted(self)
        if self._network is None:
            return getattr(self.pipeline_, method)(X)
        for step in self._before:
            X = step.transform(X)
        self._network.device = self.device  # which may be another one than in fit
        return getattr(self._network, method)(as_frames(X))


def is_word(value, word):
    return isinstance(value, str) and value == word
