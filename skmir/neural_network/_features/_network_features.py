"""Outputs of the layers of a network, as features for another classifier or another task."""

import numbers
import os

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted
from torch import nn

from ..._declared_parameters import DeclaredParameters, positional
from ..._device import resolve_device
from ..._fitting import all_or_nothing
from ..._parameter_checks import check_number
from ..._saving import SavingMixin
from ..._training import outputs_of
from ..._validation import check_frames
from .._base import BaseNetwork
from .._cnn import CNNClassifier
from .._parameters import check_pool
from ._activations import Activations
from ._frozen_module import frozen_module, is_frozen_module
from ._random_networks import outputs_by_length


class NetworkFeatures(DeclaredParameters, TransformerMixin, SavingMixin, BaseEstimator):
    """Outputs of the layers of a network as features, with one row per clip.

    The network learns in ``fit``, from the training fold only. To transfer features, pass a network that has
    learned from other clips and other labels: a module of torch is taken to have learned, and stays as it is.

    Parameters
    ----------
    estimator : network of skmir.neural_network, FrozenEstimator of one, nn.Module, str, PathLike or None, \
default=None
        The network, which is cloned before use. ``sklearn.frozen.FrozenEstimator(network)`` keeps a fitted
        network as it is. So are kept a ``torch.nn.Module``; "MTT_musicnn", "MSD_musicnn", "MTT_vgg" and
        "MSD_vgg" (see :meth:`skmir.modules.MusiCNN.pretrained`); and the path of an ONNX file (``.onnx``),
        which onnxruntime runs on the CPU. X must come from the front end that they were trained with. None
        takes a ``CNNClassifier``, without a seed.
    layers : list of str or None, default=None
        Names of layers, as in ``network.module_.named_modules()``, or of outputs of an ONNX file, whose
        pooled outputs are put side by side. None takes the inputs of the last layer
        (``network.features(x)``), or the output of a module that has no such method.
    pool : {"mean", "max"} or tuple of both, default="mean"
        Statistic of each map over frequency and time, or of each recurrent unit over time. Layers without
        these axes give their values unchanged.
    n_frames : int or None, default=None
        Length of the windows that a module gets, in frames: a shorter clip is repeated, and rows of the
        windows that cover a longer clip are averaged. None passes whole clips. Networks of this library have
        a length of their own.
    device : str, default="auto"
        Device on which a module computes, as for ``CNNClassifier``; networks of this library have their own.

    Attributes
    ----------
    estimator_ : network, FrozenEstimator or nn.Module
        The fitted network.
    layers_ : list of str or None
        ``layers`` at the time of ``fit``.
    pools_ : list of str
        ``pool`` at the time of ``fit``, as a list.
    n_parameters_ : int
        Number of trained parameters of the network, or of all parameters of a module.
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        The same, if ``fit`` saw a 2-D array.

    See Also
    --------
    NetworkEmbedding : The same as a front end: from clips, window by window, computed once.
    RBM : Features that are learned without labels.
    skmir.modules : The networks; the names of their attributes are the names of layers.

    Notes
    -----
    For a long clip, the rows of all windows that cover it are averaged, as predictions are; so are the
    maxima. The maps of a layer are axis 1 of its output; if the output is a tuple, as that of recurrent
    layers, they are the last axis of its first entry. If a layer runs several times in a pass, its last
    output is used.

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

    # Requested by default, so that they reach the network through a search or cross_validate.
    __metadata_request__fit = {"groups": True, "X_val": True, "y_val": True}

    estimator: BaseNetwork | FrozenEstimator | nn.Module | str | os.PathLike | None = positional(default=None)
    layers: list[str] | None = None
    pool: str | tuple[str, ...] = "mean"
    n_frames: int | None = None
    device: str = "auto"

    @all_or_nothing
    def fit(self, X, y=None, sample_weight=None, *, groups=None, X_val=None, y_val=None):
        """Train the network, unless it is frozen, and find its layers.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : array-like of shape (n_clips,), (n_clips, n_tags) or (n_clips, n_outputs), default=None
            Targets of the network. A frozen network needs none.
        sample_weight : array-like of shape (n_clips,), default=None
            Passed to the network's ``fit``, as are the following. A frozen network ignores them.
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
            If y is missing, the network has no layer of a name, or a parameter is not valid.
        TypeError
            If ``estimator`` is not a network.
        """
        layers, pools = check_layers(self.layers), check_pool(self.pool)
        check_number("n_frames", self.n_frames, kind=numbers.Integral, low=1, none=True)
        estimator = CNNClassifier() if self.estimator is None else self.estimator
        network = network_of(estimator)
        frozen = is_frozen_module(network)
        estimator = frozen_module("estimator", network) if frozen else clone(estimator)
        frames = check_frames(self, X, reset=True)
        if frozen:
            resolve_device(self.device)
        elif isinstance(estimator, FrozenEstimator):
            check_is_fitted(network_of(estimator))
            check_frames(network_of(estimator), X, reset=False)
        elif y is None:
            raise ValueError(
                "NetworkFeatures requires y to be passed, but the target y is None. The network learns from "
                "y; pass a network that is fitted already as FrozenEstimator(network)."
            )
        else:
            estimator.fit(X, y, sample_weight, groups=groups, X_val=X_val, y_val=y_val)
        self.estimator_, self.layers_, self.pools_ = estimator, layers, pools
        self._n_frames = None if self.n_frames is None else int(self.n_frames)
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
            Columns layer by layer; with two pools, all means of a layer come before its maxima. The values
            are in the dtype of X, but only as exact as the network's float32.
        """
        check_is_fitted(self)
        frames = check_frames(self, X, reset=False)
        features, _ = self._features(frames)
        return features.astype(np.result_type(*{x.dtype for x in frames}), copy=False)

    def get_feature_names_out(self, input_features=None):
        """Return names such as ``conv_layers.0_12``; with two pools, ``_mean`` or ``_max`` follows.

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
        network = network_of(self.estimator_)
        if isinstance(network, nn.Module):
            return sum(parameter.numel() for parameter in network.parameters())
        return network.n_parameters_

    def _features(self, frames):
        """Return features of checked frames, float32, and their names."""
        network = network_of(self.estimator_)
        if isinstance(network, nn.Module):
            return self._features_of_module(network, frames)
        activations = Activations(network.module_, self.layers_, self.pools_)
        frames = check_frames(network, frames, reset=False, dtype=np.float32)
        return outputs_of(network, activations, frames), activations.names

    def _features_of_module(self, module, frames):
        activations = Activations(module, self.layers_, self.pools_, or_output=True)
        frames = check_frames(self, frames, reset=False, dtype=np.float32)
        lengths = np.array([x.shape[1] for x in frames])
        if self._n_frames is not None:
            lengths[:] = self._n_frames
        try:
            device = resolve_device(self.device)
            features = outputs_by_length(activations, frames, lengths, device=device, n_threads=1)
        except (RuntimeError, IndexError) as error:
            raise ValueError(
                f"{type(module).__name__} does not take windows of {self.n_bins_} bins and {lengths.min()} "
                f"to {lengths.max()} frames: {error} Pass the frames that it has learned from, and set "
                "n_frames."
            ) from error
        finite = np.isfinite(features).all(axis=1)
        if not finite.all():
            raise ValueError(
                f"{type(module).__name__} gives no finite numbers for clip {int(finite.argmin())} of X. "
                "Scale X like the clips that it has learned from."
            )
        return features, activations.names

    def __sklearn_is_fitted__(self):
        return hasattr(self, "_names_out")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        frozen = isinstance(self.estimator, FrozenEstimator) or is_frozen_module(self.estimator)
        tags.target_tags.required = not frozen
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def network_of(estimator):
    """Return the network for an estimator: itself, or the network in a ``FrozenEstimator``.

    Raises
    ------
    TypeError
        If the estimator is not a network.
    """
    network = estimator
    while isinstance(network, FrozenEstimator):
        network = network.estimator
    if is_frozen_module(network):
        if network is not estimator:
            raise TypeError(f"estimator={estimator!r}: pass the module itself. It is taken to have learned.")
        return network
    if isinstance(network, BaseNetwork) and network._per_frame:
        raise TypeError(
            f"estimator must be a network with one output per clip, but {type(network).__name__} has one per "
            "frame. Its predict_proba gives features of frames, which FramePooler turns into rows."
        )
    if isinstance(network, BaseNetwork):
        return network
    raise TypeError(
        "estimator must be a network of skmir.neural_network, one in a FrozenEstimator, or a module, got "
        f"{estimator!r}."
        + (_take_apart(frozen=network is not estimator) if isinstance(network, Pipeline) else "")
    )


def _take_apart(*, frozen):
    """Return a sentence on how to pass a Pipeline whose last step is a network."""
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
