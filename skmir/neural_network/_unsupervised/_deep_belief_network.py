"""A stack of layers that learn without labels, as a transformer."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data

from ..._declared_parameters import DeclaredParameters, positional
from ..._fitting import all_or_nothing
from ..._parameter_checks import plain
from ..._random import MAX_SEED
from ..._saving import SavingMixin
from ..._validation import FLOAT
from .._parameters import check_sizes
from ._base_layer import BaseLayer
from ._denoising_autoencoder import DenoisingAutoencoder
from ._rbm import RBM

LAYERS = {"rbm": RBM, "dae": DenoisingAutoencoder}


class DeepBeliefNetwork(
    DeclaredParameters, ClassNamePrefixFeaturesOutMixin, TransformerMixin, SavingMixin, BaseEstimator
):
    """Stack of restricted Boltzmann machines, or of denoising autoencoders, trained one after the other.

    Each layer learns from the output of the layer below. For frames, use
    ``FrameTransformer(DeepBeliefNetwork())``, which turns each frame into a row.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(256, 256)
        Number of units in each layer.
    pretraining : {"rbm", "dae"}, RBM or DenoisingAutoencoder, default="rbm"
        Estimator that trains each layer: its size and its visible units are set for the layer, and the
        first layer, if its visible units are Gaussian, uses a tenth of the learning rate. A name stands for
        an estimator with its defaults. The ``visible`` of an estimator says how the columns of X are
        treated.
    layer : int, "last" or "all", default="last"
        Layer whose hidden units ``transform`` gives, counted from 1; "all" puts those of all layers side by
        side.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the rows and samples.
    verbose : int, default=0
        1 draws a progress bar of passes on stderr.

    Attributes
    ----------
    estimators_ : list of RBM or DenoisingAutoencoder
        The fitted layers.
    n_parameters_ : int
        Number of trained weights and biases.
    n_features_in_ : int
        Number of columns.

    See Also
    --------
    DBNClassifier : The same stack, fine-tuned with labels.

    References
    ----------
    .. [1] G. Hinton, S. Osindero and Y.-W. Teh, "A fast learning algorithm for deep belief nets",
       Neural Computation 18, 2006.
    .. [2] P. Vincent et al., "Stacked denoising autoencoders", JMLR 11, 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import DeepBeliefNetwork
    >>> X = np.random.RandomState(0).randn(200, 20)
    >>> DeepBeliefNetwork((16, 8), layer="all", random_state=0).fit_transform(X).shape
    (200, 24)
    """

    hidden_layer_sizes: tuple[int, ...] = positional(default=(256, 256))
    pretraining: str | RBM | DenoisingAutoencoder = "rbm"
    layer: int | str = "last"
    device: str = "auto"
    random_state: int | np.random.RandomState | None = None
    verbose: int = 0

    @all_or_nothing
    def fit(self, X, y=None):
        """Train one layer after the other, from the lowest up.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : ignored

        Returns
        -------
        self : DeepBeliefNetwork

        Raises
        ------
        ValueError
            If a parameter is not valid, or if the ``fit`` of a layer raises it.
        """
        sizes = check_sizes("hidden_layer_sizes", self.hidden_layer_sizes)
        check_layer(self.layer, len(sizes))
        template = layer_of(self.pretraining)
        rows = validate_data(self, X, dtype=FLOAT)
        seed = check_random_state(self.random_state).randint(MAX_SEED - len(sizes))
        layers = []
        for depth, n_components in enumerate(sizes):
            layer = clone(template).set_params(
                n_components=n_components,
                device=self.device,
                random_state=seed + depth,
                verbose=self.verbose,
                **_of_depth(template, depth),
            )
            layers.append(layer.fit(rows))
            if depth < len(sizes) - 1:
                rows = layer.transform(rows)
        self.estimators_ = layers
        return self

    def transform(self, X):
        """Return the hidden units of the chosen layers.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        hidden : ndarray of shape (n_samples, n_units)
            In the dtype of X.
        """
        check_is_fitted(self)
        wanted = check_layer(self.layer, len(self.estimators_))
        rows = validate_data(self, X, reset=False, dtype=FLOAT)
        hidden = []
        for layer in self.estimators_[: max(wanted)]:
            rows = layer.transform(rows)
            hidden.append(rows)
        return np.hstack([hidden[number - 1] for number in wanted])

    @property
    def n_parameters_(self):
        """Number of trained weights and biases."""
        return sum(layer.n_parameters_ for layer in self.estimators_)

    @property
    def _n_features_out(self):
        wanted = check_layer(self.layer, len(self.estimators_))
        return sum(len(self.estimators_[number - 1].components_) for number in wanted)


def layer_of(pretraining):
    """Return the untrained layer for ``pretraining``, which is a layer or its name."""
    if isinstance(pretraining, BaseLayer):
        return pretraining
    if isinstance(pretraining, str) and pretraining in LAYERS:
        return LAYERS[pretraining]()
    raise ValueError(
        f"pretraining={pretraining!r} is not one of {sorted(LAYERS)}, nor an RBM or a DenoisingAutoencoder."
    )


def check_layer(layer, n_layers):
    """Return the numbers of the chosen layers, counted from 1."""
    if layer == "all":
        return list(range(1, n_layers + 1))
    if layer == "last":
        return [n_layers]
    if isinstance(layer, numbers.Integral) and not isinstance(layer, bool) and 1 <= layer <= n_layers:
        return [int(layer)]
    raise ValueError(f"layer={plain(layer)!r} must be 'last', 'all', or a number from 1 to {n_layers}.")


def _of_depth(template, depth):
    """Return the parameters of a layer that depend on its depth."""
    if not depth:
        return {"learning_rate": template.learning_rate * (0.1 if template.visible == "gaussian" else 1)}
    in_unit_range = getattr(template, "activation", "sigmoid") == "sigmoid"
    return {"visible": "bernoulli" if in_unit_range else "gaussian"}
