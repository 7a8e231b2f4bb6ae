"""Base of the regressors with numbers per frame."""

from ..._training import FrameValues
from .._regressor import BaseNetworkRegressor
from ._base import SequenceMixin


class BaseSequenceRegressor(SequenceMixin, BaseNetworkRegressor):
    """Base of the regressors with numbers per frame: a subclass says which network it is.

    As for :class:`BaseNetworkRegressor`, except that the module returns outputs of shape
    (B, n_outputs, n_frames); see :class:`BaseSequenceClassifier`.
    """

    _numbers = True

    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch, from where the last call ended.

        Parameters
        ----------
        X, y : frames and numbers per frame
            As in ``fit``. The y of the first call decides how targets are scaled.
        sample_weight : array-like of shape (n_clips,) or list of array-like of shape (n_frames_i,), \
default=None
            Weight of each clip, or of each frame, in the loss.

        Returns
        -------
        self : object
            The network after the epoch. The learning rate is always ``learning_rate_init``, unless the
            recipe says otherwise.
        """
        return super().partial_fit(X, y, sample_weight)

    def predict(self, X):
        """Return the numbers of each frame.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        numbers : list of ndarray of shape (n_frames_i,) or (n_outputs, n_frames_i)
            float64, in the form of the y that ``fit`` saw; one array if all clips have equal lengths. For a
            table, of shape (n_clips,) or (n_clips, n_outputs).
        """
        return self._per_clip(X, self._numbers_of)

    def _numbers_of(self, outputs):
        numbers = outputs * self.y_scale_ + self.y_mean_
        return numbers[:, 0] if self._one_column else numbers

    def _learn_targets(self, y, sample_weight, frames, classes=None, *, reset):
        y, weights, lengths = self._frame_targets(y, sample_weight, frames)
        targets, weights = self._learn_numbers(y, weights, reset=reset)
        return FrameValues(targets, lengths), FrameValues(weights, lengths)
