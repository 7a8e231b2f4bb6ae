"""What a network's layers answer, as features: for another classifier, or for another task."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from ..._declared_parameters import DeclaredParameters, positional
from ..._fitting import all_or_nothing
from ..._saving import SavingMixin
from ..._training import outputs_of
from ..._validation import check_frames
from .._base import BaseNetwork
from .._cnn import CNNClassifier
from .._parameters import check_pool
from ._activations import Activations


class NetworkFeatures(DeclaredParameters, TransformerMixin, SavingMixin, BaseEstimator):
    """Take what the layers of a network answer as features, a row per clip.

    The network learns in ``fit``, from the training fold only. One that has learned elsewhere, from other
    clips and other labels, goes in frozen, and the features are transferred ones.

    Parameters
    ----------
    estimator : network of skmir.neural_network, FrozenEstimator of one, or None, default=None
        It is cloned before use. ``sklearn.frozen.FrozenEstimator(network)`` around a fitted network keeps
        it as it is; X must then come from the front end that it was trained with. None takes a
        ``CNNClassifier``, without a seed.
    layers : list of str or None, default=None
        Names of layers, as in ``network.module_.named_modules()``, whose pooled outputs are put side by
        side. None takes what the last layer sees.
    pool : {"mean", "max"} or tuple of both, default="mean"
        What is taken of each map over frequency and time, or of each recurrent unit over time. Layers
        that are past those axes give their values as they are.

    Attributes
    ----------
    estimator_ : network or FrozenEstimator
        The fitted one.
    layers_ : list of str or None
        ``layers`` as it was in ``fit``.
    pools_ : list of str
        ``pool`` as it was in ``fit``.
    n_parameters_ : int
        Number of trained parameters of the network.
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        The same, where ``fit`` saw a 2-D array.

    See Also
    --------
    RBM : Features that are learned without labels.
    skmir.modules : The networks; their attributes are the names of layers.

    Notes
    -----
    A long clip's rows of all windows that cover it are averaged, the maxima too, as predictions are. Axis 1
    of a layer's output is taken for its maps; of what gives a tuple, as recurrent layers do, the last axis
    of the first entry. Of a layer that runs several times in a pass, the last output counts.

    References
    ----------
    .. [1] K. Choi, G. Fazekas, M. Sandler and K. Cho, "Transfer learning for music classification and
       regression tasks", ISMIR 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.frozen import FrozenEstimator
    >>> from skmir.neural_network import CNNClassifier, NetworkFeatures
    >>> rng = np.random.RandomState(0)
    >>> frames, y = rng.randn(20, 16, 30), np.repeat(["low", "high"], 10)  # clips, bins, frames
    >>> network = CNNClassifier("k2c2", n_filters=(2, 4, 8), max_iter=2, random_state=0).fit(frames, y)
    >>> features = NetworkFeatures(FrozenEstimator(network), layers=["conv_layers.0", "conv_layers.2"])
    >>> features.fit_transform(rng.randn(5, 16, 40)).shape
    (5, 10)
    >>> features.get_feature_names_out()[:3]
    array(['conv_layers.0_0', 'conv_layers.0_1', 'conv_layers.2_0'],
          dtype=object)
    """

    # Groups and validation data that a search or cross_validate routes reach the network unasked.
    __metadata_request__fit = {"groups": True, "X_val": True, "y_val": True}

    estimator: BaseNetwork | FrozenEstimator | None = positional(default=None)
    layers: list[str] | None = None
    pool: str | tuple[str, ...] = "mean"

    @all_or_nothing
    def fit(self, X, y=None, sample_weight=None, *, groups=None, X_val=None, y_val=None):
        """Train the network, unless it is frozen, and find its layers.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : array-like of shape (n_clips,), (n_clips, n_tags) or (n_clips, n_outputs), default=None
            What the network learns. A frozen one needs none.
        sample_weight : array-like of shape (n_clips,), default=None
            As the network's ``fit`` takes it; so are the following. A frozen network ignores them.
        groups : array-like of shape (n_clips,), default=None
            For early stopping.
        X_val, y_val : frames and targets, default=None
            For early stopping.

        Returns
        -------
        self : NetworkFeatures

        Raises
        ------
        ValueError
            If y is missing, the network has no layer of a name, or a parameter is not what it may be.
        TypeError
            If ``estimator`` is no network.
        """
        layers, pools = check_layers(self.layers), check_pool(self.pool)
        estimator = CNNClassifier() if self.estimator is None else self.estimator
        network_of(estimator)
        estimator = clone(estimator)
        frames = check_frames(self, X, reset=True)
        if isinstance(estimator, FrozenEstimator):
            check_is_fitted(network_of(estimator))
            check_frames(network_of(estimator), X, reset=False)
        elif y is None:
            raise ValueError(
                "NetworkFeatures requires y to be passed, but the target y is None. The network learns from "
                "it; one that has learned already is passed as FrozenEstimator(network)."
            )
        else:
            estimator.fit(X, y, sample_weight, groups=groups, X_val=X_val, y_val=y_val)
        self.estimator_, self.layers_, self.pools_ = estimator, layers, pools
        _, self._names_out = self._features(frames[:1])
        return self

    def transform(self, X):
        """Return the features.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        table : ndarray of shape (n_clips, n_features)
            Layer by layer, and with two pools all means of a layer before its maxima; in the dtype of X,
            but no more exact than the network's float32.
        """
        check_is_fitted(self)
        frames = check_frames(self, X, reset=False)
        features, _ = self._features(frames)
        return features.astype(np.result_type(*{x.dtype for x in frames}), copy=False)

    def get_feature_names_out(self, input_features=None):
        """Return names such as ``conv_layers.0_12``, with ``_mean`` or ``_max`` where both are taken.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : ndarray of object of shape (n_features,)
        """
        check_is_fitted(self)
        return np.array(self._names_out, object)

    @property
    def n_parameters_(self):
        """Number of trained parameters of the network."""
        return network_of(self.estimator_).n_parameters_

    def _features(self, frames):
        """Return features of checked frames, float32, and their names."""
        network = network_of(self.estimator_)
        activations = Activations(network.module_, self.layers_, self.pools_)
        frames = check_frames(network, frames, reset=False, dtype=np.float32)
        return outputs_of(network, activations, frames), activations.names

    def __sklearn_is_fitted__(self):
        return hasattr(self, "_names_out")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.required = not isinstance(self.estimator, FrozenEstimator)
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def network_of(estimator):
    """Return the network that an estimator is, or that is frozen in it.

    Raises
    ------
    TypeError
        If there is none.
    """
    network = estimator
    while isinstance(network, FrozenEstimator):
        network = network.estimator
    if isinstance(network, BaseNetwork):
        return network
    raise TypeError(
        f"estimator={estimator!r} is no network of skmir.neural_network, nor one in a FrozenEstimator."
        + (_take_apart(frozen=network is not estimator) if isinstance(network, Pipeline) else "")
    )


def _take_apart(*, frozen):
    """Return how to pass a Pipeline whose last step is a network."""
    steps = "FrozenEstimator(pipeline[:-1])" if frozen else "*pipeline[:-1]"
    last = "FrozenEstimator(pipeline[-1])" if frozen else "pipeline[-1]"
    return f" Take the Pipeline apart: make_pipeline({steps}, NetworkFeatures({last}))."


def check_layers(layers):
    """Return names of layers as a list; None stays None."""
    if layers is None:
        return None
    if isinstance(layers, str) or not all(isinstance(name, str) for name in layers):
        raise TypeError(f"layers={layers!r} must be a list of names of layers, or None.")
    if not len(layers) or len(set(layers)) < len(layers):
        raise ValueError(f"layers={layers!r} must name at least one layer, and none twice.")
    return list(layers)
