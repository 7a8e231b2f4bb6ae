"""The base of decoders: from activations to events."""

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from .._declared_parameters import DeclaredParameters, method_missing
from .._fitting import all_or_nothing
from .._parameter_checks import check_number
from .._saving import SavingMixin
from ._activations import check_activations


class BaseDecoder(SavingMixin, DeclaredParameters, BaseEstimator):
    """Base of decoders that learn nothing: activations in, events out, each clip by itself.

    A subclass has ``_check_parameters()``, which raises if a parameter is out of its range, and
    ``_decode(activation)``, which returns the events of one clip.
    """

    fps: float = 100.0

    _n_rows = None  # of activations per clip, if there may be more than one

    @all_or_nothing
    def fit(self, X, y=None):
        """Check the parameters and the activations; nothing is learned.

        Parameters
        ----------
        X : list of ndarray of shape (n_frames_i,), or array-like of shape (n_clips, n_frames)
            Activations, one value per frame.
        y : ignored

        Returns
        -------
        self : estimator
        """
        self._check_parameters()
        check_activations(self, X, reset=True, n_rows=self._n_rows)
        return self

    def predict(self, X):
        """Return the events of each clip.

        Parameters
        ----------
        X : list of ndarray of shape (n_frames_i,), or array-like of shape (n_clips, n_frames)
            Activations, one value per frame.

        Returns
        -------
        events : list of ndarray of shape (n_events_i,)
            Times in s, sorted; an empty array if there is no event.
        """
        check_is_fitted(self)
        self._check_parameters()
        return [self._decode(x) for x in check_activations(self, X, reset=False, n_rows=self._n_rows)]

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags

    def _check_parameters(self):
        check_number("fps", self.fps, above=0)

    def _decode(self, activation):
        raise method_missing(self, "_decode")
