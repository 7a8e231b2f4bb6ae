"""What every network regressor adds: numbers of any scale."""

import numpy as np
import torch
from sklearn.base import RegressorMixin

from ._base import BaseNetwork
from ._parameters import check_sample_weight, mean_one
from ._targets import check_numbers


class BaseNetworkRegressor(RegressorMixin, BaseNetwork):
    """Base of the network regressors.

    Targets are brought to mean 0 and deviation 1 for training, with the weighted statistics of the training
    fold, and back in prediction: so one learning rate serves targets of any scale.
    """

    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch, from where the last call ended.

        Parameters
        ----------
        X, y : frames and numbers
            As in ``fit``. The first call's y says how targets are scaled.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip in the loss.

        Returns
        -------
        self : object
            The learning rate is ``learning_rate_init`` throughout, unless the recipe says otherwise.
        """
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X):
        """Return the numbers for each clip, averaged over its windows.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        numbers : ndarray of shape (n_clips,) or (n_clips, n_outputs)
            float64, in the form of the y that ``fit`` saw.
        """
        outputs = self._outputs(X) * self.y_scale_ + self.y_mean_
        return outputs[:, 0] if self._one_column else outputs

    def _learn_targets(self, y, sample_weight, n_clips, classes=None, *, reset):
        y = check_numbers(self, n_clips, y)
        weights = check_sample_weight(sample_weight, len(y))
        if reset:
            self.target_type_ = "continuous"
            self._one_column = y.ndim == 1
            columns = y.reshape(len(y), -1)
            self.n_outputs_ = columns.shape[1]
            self.y_mean_ = np.average(columns, axis=0, weights=weights)
            scale = np.sqrt(np.average((columns - self.y_mean_) ** 2, axis=0, weights=weights))
            self.y_scale_ = np.where(scale > 0, scale, 1.0)
        return self._encode(y), mean_one(weights)

    def _encode(self, y):
        columns = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
        if columns.shape[1] != self.n_outputs_:
            raise ValueError(f"y has {columns.shape[1]} columns; the network learned {self.n_outputs_}.")
        return torch.from_numpy(((columns - self.y_mean_) / self.y_scale_).astype(np.float32))
