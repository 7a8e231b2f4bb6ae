"""Outputs of convolutional networks with random weights, as features."""

import numbers

import numpy as np
import torch
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..._declared_parameters import DeclaredParameters, positional
from ..._device import resolve_device
from ..._fitting import all_or_nothing
from ..._parameter_checks import check_choice, check_number
from ..._random import seeded
from ..._saving import TorchSavingMixin
from ..._training import initialize, weights_of, window_length
from ..._validation import check_frames
from .._parameters import check_pool
from ._activations import Activations
from ._random_networks import ACTIVATIONS, ARCHITECTURES, find_widths, make_network, outputs_by_length

N_FEATURES = 500  # if neither n_features nor n_filters is given


class RandomConvFeatures(DeclaredParameters, TransformerMixin, TorchSavingMixin, BaseEstimator):
    """Means of the maps of a convolutional network that is never trained, with one row per clip.

    The accuracy of a classifier of such features shows how well an architecture suits a task, without
    training the architecture: a comparison costs as much as a support vector machine. Put ``FrameScaler``
    before this step, and ``StandardScaler`` after it.

    Parameters
    ----------
    architecture : {"vgg", "timbral", "temporal", "timbral_temporal", "7x96", "7x86"}, default="vgg"
        "vgg" has five layers of 3 x 3 kernels with pooling between them. The others have one layer. "timbral"
        has kernels of nine and four tenths of the bins by 7, 3 and 1 frames, and takes the maximum over
        frequency. "temporal" has kernels of 165 to 32 frames, on the mean over frequency.
        "timbral_temporal" has both, with half of the maps each. "7x96" has kernels of 7 frames by all bins;
        "7x86" has kernels of 7 frames by nine tenths of the bins, and takes the maximum over frequency. The
        last two names come from the paper's 96 bins.
    n_filters : int or None, default=None
        Number of maps of each layer of "vgg", "7x96" and "7x86". "timbral" and "temporal" have 14 times as
        many maps in all, and "timbral_temporal" has 28 times as many, in the paper's ratios. With None,
        ``n_features`` decides.
    n_features : int or None, default=None
        Number of columns, as nearly as the architecture allows, so that architectures can be compared at
        equal size. None takes 500, unless ``n_filters`` is given. The paper has about 120 and 3,500.
    activation : {"relu", "elu", "tanh", "sigmoid", "leaky_relu", "softplus"} or None, default=None
        Activation of the layers. None takes the paper's: ELU for "vgg", "7x96" and "7x86", and ReLU for the
        others.
    pool : {"mean", "max"} or tuple of both, default="mean"
        Statistic of each map over time, and over the axis of frequency if the map has one.
    n_frames : int or None, default=None
        Largest length of a window, in frames: for longer clips, the rows of all windows that cover a clip are
        averaged. None takes whole clips.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    n_threads : int, default=1
        Number of threads that torch uses; another number changes the last bits of the result.
    random_state : int, RandomState instance or None, default=None
        Seed of the weights.

    Attributes
    ----------
    weights_ : dict of str to ndarray
        Weights and biases of each layer, float32: weights are drawn as by He et al., and biases are zero.
    n_filters_ : dict of str to list of int
        Widths of the network, as its constructor takes them.
    n_frames_ : int
        Length for which the network is built: the median length of the training clips, but at most
        ``n_frames``. The pools of "vgg" depend on it.
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        The same, if ``fit`` saw a 2-D array.

    See Also
    --------
    NetworkFeatures : Features from networks that have learned.
    skmir.modules.VGGCNN, skmir.modules.TimbralTemporalCNN : Networks of this kind, to be trained.

    Notes
    -----
    "temporal" is not the network of ``CNNClassifier("temporal")``. A clip of fewer frames than the network
    needs (7 for "7x96" and "7x86", the product of the pools for "vgg") is repeated. On a CPU, clips pass
    through the network one by one, so that each row is the same to the last bit, whatever the other clips.

    The paper's input is 96 mel bands in dB, of audio at 12 kHz, with frames of 512 samples every 256 samples:
    ``MelSpectrogram(12000, n_mels=96, n_fft=512, hop_length=256)``. Lengths of kernels are in frames.

    References
    ----------
    .. [1] J. Pons and X. Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019
       (arXiv:1805.00237, 2018).

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import RandomConvFeatures
    >>> clips = [np.random.RandomState(0).randn(40, n) for n in (100, 120)]  # bins, frames
    >>> RandomConvFeatures("temporal", n_features=120, random_state=0).fit_transform(clips).shape
    (2, 120)
    >>> RandomConvFeatures("vgg", n_filters=20, pool=("mean", "max")).fit_transform(clips).shape
    (2, 200)
    """

    architecture: str = positional(default="vgg")
    n_filters: int | None = None
    n_features: int | None = None
    activation: str | None = None
    pool: str | tuple[str, ...] = "mean"
    n_frames: int | None = None
    device: str = "auto"
    n_threads: int = 1
    random_state: int | np.random.RandomState | None = None

    @all_or_nothing
    def fit(self, X, y=None):
        """Draw the weights for the number of bins and, for "vgg", for the median length of the clips.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : ignored

        Returns
        -------
        self : RandomConvFeatures

        Raises
        ------
        TypeError, ValueError
            If a parameter is not valid.
        """
        cls, options = check_choice("architecture", self.architecture, ARCHITECTURES)
        self._check_parameters()
        if self.activation is not None:
            options = {**options, "activation": self.activation}
        pools = check_pool(self.pool)
        frames = check_frames(self, X, reset=True)
        self.n_frames_ = max(window_length(frames, self.n_frames), cls.min_frames)
        params = {"n_bins": self.n_bins_, "n_frames": self.n_frames_, **options}
        self.n_filters_ = self._widths(cls, params, len(pools))
        # Kept for transform, since parameters may be set after fit.
        self._network_params = {"architecture": self.architecture, **params, **self.n_filters_}
        self._pools, self._longest = pools, None if self.n_frames is None else int(self.n_frames)
        network = make_network(**self._network_params).to_empty(device="cpu")
        with seeded(self.random_state, n_threads=self.n_threads):
            initialize(network, "he_normal")  # on the CPU, so that every device gets the same weights
        self.weights_ = weights_of(network)
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
            are in the dtype of X, but only as exact as float32.
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

    def _check_parameters(self):
        for name in ("n_filters", "n_features", "n_frames"):
            check_number(name, getattr(self, name), kind=numbers.Integral, low=1, none=True)
        check_number("n_threads", self.n_threads, kind=numbers.Integral, low=1)
        if self.activation is not None:
            check_choice("activation", self.activation, ACTIVATIONS)
        if self.n_filters is not None and self.n_features is not None:
            raise ValueError(
                f"n_filters={self.n_filters} and n_features={self.n_features} both set the width of the "
                "network. Leave one of them at None."
            )

    def _widths(self, cls, params, n_pools):
        if self.n_filters is not None:
            return cls.widths(int(self.n_filters))
        n_features = N_FEATURES if self.n_features is None else int(self.n_features)
        return find_widths(cls, n_features / n_pools, **params)

    def _features(self, frames):
        """Return features of checked frames, float32, and their names."""
        network = make_network(**self._network_params)
        weights = {name: torch.tensor(array) for name, array in self.weights_.items()}
        network.load_state_dict(weights, assign=True)
        activations = Activations(network, network.map_layers, self._pools)
        frames = check_frames(self, frames, reset=False, dtype=np.float32)
        longest = np.inf if self._longest is None else self._longest
        lengths = np.array([min(x.shape[1], longest) for x in frames])
        features = outputs_by_length(
            activations,
            frames,
            lengths.clip(min=network.min_frames),
            device=resolve_device(self.device),
            n_threads=int(self.n_threads),
        )
        return features, activations.names

    def __sklearn_is_fitted__(self):
        return hasattr(self, "_names_out")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
