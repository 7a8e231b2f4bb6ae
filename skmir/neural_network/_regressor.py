"""Base of network regressors: it handles numbers of any scale."""

import numpy as np
import torch
from sklearn.base import RegressorMixin

from ._base import BaseNetwork
from ._parameters import check_sample_weight, mean_one
from ._targets import check_numbers


class BaseNetworkRegressor(RegressorMixin, BaseNetwork):
    """Base of network regressors: a subclass says which network it is.

    For training, targets are standardised with the weighted mean and standard deviation of the training
    fold; predictions are scaled back. This makes one learning rate fit targets of any scale. A subclass
    declares its own parameters as annotated attributes (:class:`DeclaredParameters`); it inherits the
    parameters below.

    Parameters
    ----------
    n_frames, max_iter, batch_size, learning_rate_init, weight_decay, early_stopping, \
validation_fraction, n_iter_no_change, augmentation, recipe, warm_start, device, random_state, verbose, \
net_params : as in CNNRegressor
        Parameters of all networks; :class:`skmir.neural_network.CNNRegressor` describes them.

    Attributes
    ----------
    y_mean_, y_scale_ : ndarray of shape (n_outputs,)
        Mean and standard deviation of the training targets.
    n_bins_, n_frames_, n_outputs_ : int
        Sizes of the network's input and output.
    net_ : skorch.NeuralNet
        The trained net, with its callbacks and history.
    module_ : torch.nn.Module
        The trained network, on the CPU.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses and seconds per epoch.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of trained parameters.

    See Also
    --------
    BaseNetworkClassifier : The same for labels, with an example that has parameters of its own.

    Notes
    -----
    A subclass must have a method:

    ``_make_module(**params)``
        Returns a new ``torch.nn.Module``. Its arguments, by name, are the values that
        ``_module_parameters`` returned in ``fit``. The method runs inside the seeded part of ``fit``, so
        that ``random_state`` decides the initial weights, and again when a saved model is loaded.

    and, if it has parameters of its own:

    ``_module_parameters()``
        Checks the subclass's own parameters and returns the arguments of ``_make_module``, a dict of plain
        values: numbers, strings, lists. ``super()._module_parameters()`` gives ``n_bins``, ``n_frames`` and
        ``n_outputs``, the sizes of the data. ``fit`` keeps the dict, and a saved model is rebuilt from it.

    The module gets a float32 tensor of shape (B, n_bins, n_frames) and returns one of shape (B, n_outputs),
    in the scale of the standardised training targets. A 2-D array is one frame per clip, so the module must
    also work with a single frame.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.base import BaseNetworkRegressor
    >>> from skmir.modules import MLP
    >>> class LinearNetwork(BaseNetworkRegressor):
    ...     def _module_parameters(self):
    ...         sizes = super()._module_parameters()
    ...         n_inputs = sizes["n_bins"] * sizes["n_frames"]
    ...         return {"n_inputs": n_inputs, "n_outputs": sizes["n_outputs"], "hidden_layer_sizes": []}
    ...
    ...     def _make_module(self, **params):
    ...         return MLP(**params)
    >>> X = np.random.RandomState(0).randn(200, 3)
    >>> y = 100 + X @ [1.0, 2.0, 3.0]
    >>> model = LinearNetwork(learning_rate_init=0.05, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.99)
    True
    """

    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch, from where the last call ended.

        Parameters
        ----------
        X, y : frames and numbers
            As in ``fit``. The y of the first call decides how targets are scaled.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip in the loss.

        Returns
        -------
        self : object
            The network after the epoch. The learning rate is always ``learning_rate_init``, unless the
            recipe says otherwise.
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

    def _learn_targets(self, y, sample_weight, frames, classes=None, *, reset):
        y = check_numbers(self, len(frames), y)
        return self._learn_numbers(y, check_sample_weight(sample_weight, len(y)), reset=reset)

    def _learn_numbers(self, y, weights, *, reset):
        """Return standardised numbers and weights of mean 1; learn mean and scale, or check the form of y."""
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
            raise ValueError(
                f"y must have one column per network output, {self.n_outputs_}, got {columns.shape[1]}."
            )
        return torch.from_numpy(((columns - self.y_mean_) / self.y_scale_).astype(np.float32))
