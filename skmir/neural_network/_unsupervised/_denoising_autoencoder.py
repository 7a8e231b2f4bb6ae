"""The denoising autoencoder as a transformer."""

import torch
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from ... import modules
from ..._parameter_checks import check_choice, check_number
from ..._validation import FLOAT
from ._base_layer import BaseLayer
from ._layer_training import Denoising


class DenoisingAutoencoder(BaseLayer):
    """Denoising autoencoder: features learned without labels, by restoring corrupted rows.

    The input is the rows of a table. For frames, use ``FrameTransformer(DenoisingAutoencoder())``, which
    turns each frame into a row.

    Parameters
    ----------
    n_components : int, default=256
        Number of hidden units.
    corruption : {"masking", "gaussian", "salt_and_pepper"}, default="masking"
        "masking" sets values to zero, which is the mean of standardised columns; "gaussian" adds noise;
        "salt_and_pepper" sets values to the lowest or highest value of their column in training.
    corruption_level : float, default=0.3
        Share of the values that are replaced, in [0, 1]; for "gaussian", the standard deviation of the
        noise, in units of that of a standardised column.
    activation : {"sigmoid", "tanh", "relu", "elu", "leaky_relu", "softplus"}, default="sigmoid"
        Activation of the hidden units.
    tied_weights : bool, default=True
        Whether the weights of the decoder are those of the encoder, transposed.
    visible : {"gaussian", "bernoulli"}, default="gaussian"
        "gaussian" takes real values, standardises each column with the mean and the standard deviation of
        the training rows, decodes linearly and minimises the squared error. "bernoulli" takes values in
        [0, 1], decodes through a sigmoid and minimises the cross-entropy.
    learning_rate : float, default=0.01
        Learning rate of weights and biases, for a loss that is a sum over columns and a mean over rows.
    batch_size : int, default=100
        Number of rows per batch.
    n_iter : int, default=10
        Number of passes over the rows.
    momentum : float or (float, float, int), default=(0.5, 0.9, 5)
        Momentum of the steps; or its first value, its final value, and the number of passes with the first.
    weight_decay : float, default=2e-4
        L2 penalty on the weights, not on the biases.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    n_threads : int, default=1
        Number of threads that torch uses; another number changes the last bits of the result.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the rows and corruption.
    verbose : int, default=0
        1 draws a progress bar of passes on stderr.

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features)
        Weights of the encoder, float32.
    decoder_components_ : ndarray of shape (n_components, n_features)
        Weights of the decoder, if they are not tied.
    intercept_hidden_ : ndarray of shape (n_components,)
        Hidden biases.
    intercept_visible_ : ndarray of shape (n_features,)
        Biases of the decoder.
    mean_, scale_ : ndarray of shape (n_features,)
        Mean and scale with which "gaussian" units are standardised; 0 and 1 for "bernoulli".
    low_, high_ : ndarray of shape (n_features,)
        Lowest and highest value of each column in ``fit``, or the first ``partial_fit``, standardised.
    reconstruction_errors_ : ndarray of shape (n_passes,)
        Mean loss per pass on corrupted rows.
    n_iter_ : int
        Number of passes over the rows so far.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which ``partial_fit`` continues.
    n_features_in_ : int
        Number of columns.

    See Also
    --------
    RBM : Learns a distribution over rows.
    DeepBeliefNetwork : A stack of machines or autoencoders.

    References
    ----------
    .. [1] P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and composing robust features
       with denoising autoencoders", ICML 2008.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import DenoisingAutoencoder
    >>> X = np.random.RandomState(0).randn(200, 20)
    >>> model = DenoisingAutoencoder(n_components=8, random_state=0).fit(X)
    >>> model.inverse_transform(model.transform(X)).shape
    (200, 20)
    """

    _MODULE = modules.DenoisingAutoencoderLayer
    _ARRAYS = {
        "components_": "weight",
        "decoder_components_": "decoder_weight",
        "intercept_hidden_": "hidden_bias",
        "intercept_visible_": "visible_bias",
    }

    corruption: str = "masking"
    corruption_level: float = 0.3
    activation: str = "sigmoid"
    tied_weights: bool = True

    def inverse_transform(self, X):
        """Return the rows that the decoder makes from hidden units.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)
            Hidden units, as ``transform`` gives them.

        Returns
        -------
        rows : ndarray of shape (n_samples, n_features)
            In the units of the rows that ``fit`` got.
        """
        check_is_fitted(self)
        hidden = check_array(X, dtype=FLOAT)
        if hidden.shape[1] != len(self.components_):
            raise ValueError(
                f"X must have {len(self.components_)} columns, the hidden units that transform gives, got "
                f"{hidden.shape[1]}."
            )
        return self._in_units_of_data(self._compute(lambda module, h: module.decode(h), hidden))

    def _module_options(self):
        return {
            "visible": self.visible,
            "activation": self.activation,
            "tied_weights": bool(self.tied_weights),
        }

    def _make_training(self, module, rows, momentum, state):
        if state is None:
            self.low_, self.high_ = (bound(dim=0).cpu().numpy().copy() for bound in (rows.amin, rows.amax))
        low, high = (torch.tensor(bound, device=rows.device) for bound in (self.low_, self.high_))
        return Denoising(
            module,
            corruption=self.corruption,
            level=self.corruption_level,
            low=low,
            high=high,
            learning_rate=self.learning_rate,
            momentum=momentum,
            weight_decay=self.weight_decay,
            state=state,
        )

    def _check_parameters(self):
        super()._check_parameters()
        check_choice("activation", self.activation, self._MODULE.ACTIVATIONS)
        check_choice("corruption", self.corruption, self._MODULE.CORRUPTIONS)
        noise = self.corruption == "gaussian"
        check_number("corruption_level", self.corruption_level, low=0, high=None if noise else 1)
