"""The convolutional deep belief network as a transformer, from frames to a table."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..._declared_parameters import DeclaredParameters, positional
from ..._device import resolve_device
from ..._parameter_checks import check_choice, check_number
from ..._random import torch_threads
from ..._validation import check_frames
from .._parameters import check_pool
from ._conv_training import ConvTrainingMixin, frames_needed, long_enough, pooled_maps


class ConvolutionalDBN(DeclaredParameters, ConvTrainingMixin, TransformerMixin, BaseEstimator):
    """Convolutional deep belief network: shapes in time and frequency, learned without labels.

    A stack of Boltzmann machines whose filters are shared by all positions in time. Each layer learns, by
    contrastive divergence, from the pooling units of the layer below. The features of a clip tell how often
    the units are on in it.

    The frames should be whitened: put a ``PCAWhitener`` before this step. The units that see the frames are
    Gaussian, with one variance for all bins.

    Parameters
    ----------
    n_components : tuple of int, default=(100,)
        Number of filters per layer, from the lowest layer up.
    filter_length : int or tuple of int, default=6
        Length of the filters, or one length per layer: in frames for the lowest layer, and in blocks of the
        layer below for the others.
    pool_size : int or tuple of int, default=3
        Number of neighbouring positions of a filter that share a pooling unit, or one number per layer.
        At most one of these positions is on.
    sigma : float, default=0.5
        Standard deviation of the Gaussian units that each layer sees, for frames of unit variance. A smaller
        value makes sharper decisions.
    learning_rate : float, default=0.05
        Size of the step along the gradient, which is divided by the number of positions.
    momentum : float or (float, float, int), default=(0.5, 0.9, 5)
        Momentum of the steps; or its first value, its final value, and the number of passes with the first.
    weight_decay : float, default=0.01
        L2 penalty on the weights, not on the biases.
    sparsity_target : float or None, default=0.05
        Share of the data for which a hidden unit should be on, in (0, 1), usually 0.01 to 0.1. None sets
        no target.
    sparsity_cost : float, default=3.0
        Weight of the distance to the target in the step on the hidden biases. The distance is that of a
        running mean over batches.
    n_iter : int, default=15
        Number of passes over the clips per layer. A pass sees one window of each clip, at a random place.
    batch_size : int, default=20
        Number of windows per batch.
    n_frames : int or None, default=None
        Length of the windows in training, in frames. They are never longer than the median clip; None takes
        its length.
    layer : "all" or int, default="all"
        Layer whose units are the features, counted from 1, the lowest. It may be changed after ``fit``.
    pool : {"mean", "max"} or tuple of both, default="mean"
        Statistic of each filter's pooling units over time. It may be changed after ``fit``.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    n_threads : int, default=1
        Number of threads that torch uses; another number changes the last bits of the result.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the windows and their order, and samples.
    verbose : int, default=0
        1 draws a progress bar of passes on stderr.

    Attributes
    ----------
    components_ : list of ndarray of shape (n_filters, n_channels, filter_length)
        Filters of each layer, float32. The channels are the bins, or the filters of the layer below.
    intercept_hidden_ : list of ndarray of shape (n_filters,)
        Hidden biases of each layer.
    intercept_visible_ : list of ndarray of shape (n_channels,)
        Visible biases of each layer.
    reconstruction_errors_ : ndarray of shape (n_layers, n_passes)
        Mean squared error of the reconstruction per pass. It shows that training works, but it is not the
        objective.
    n_iter_ : int
        Number of passes per layer so far.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which ``partial_fit`` continues.
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        The same, if ``fit`` saw a 2-D array.

    See Also
    --------
    RBM : A machine without convolution, for rows of a table.
    skmir.preprocessing.PCAWhitener : Makes bins uncorrelated and of unit variance.

    Notes
    -----
    The features suit classes that differ in local shape. If the mean spectrum tells the classes apart,
    statistics of MFCC do better with few labels. A clip that is too short for one unit of the highest layer
    is repeated. Positions at the end of a clip that do not fill a block are left out.

    As in the code published with [1]_, gradients are divided by the number of positions, and the visible
    units of every layer are Gaussian, even of layers that see probabilities. Inference goes upwards once: the
    paper's joint inference, in which layers also feed back downwards, is not available.

    References
    ----------
    .. [1] H. Lee, Y. Largman, P. Pham and A. Y. Ng, "Unsupervised feature learning for audio classification
       using convolutional deep belief networks", NIPS 2009.
    .. [2] S. Dieleman, P. Brakel and B. Schrauwen, "Audio-based music classification with a pretrained
       convolutional network", ISMIR 2011.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmir.datasets import make_chirps
    >>> from skmir.feature_extraction import MelSpectrogram
    >>> from skmir.neural_network import ConvolutionalDBN
    >>> from skmir.preprocessing import FrameScaler, PCAWhitener
    >>> features = make_pipeline(
    ...     MelSpectrogram(n_mels=40),
    ...     FrameScaler(),
    ...     PCAWhitener(20),
    ...     ConvolutionalDBN((30, 20), n_iter=2, random_state=0),
    ... )
    >>> features.fit_transform(make_chirps(n_clips=4, random_state=0).data).shape  # clips without labels
    (20, 50)
    >>> features.get_feature_names_out()[[0, 30]]
    array(['layer1_0_mean', 'layer2_0_mean'], dtype=object)
    """

    n_components: tuple[int, ...] = positional(default=(100,))
    filter_length: int | tuple[int, ...] = 6
    pool_size: int | tuple[int, ...] = 3
    sigma: float = 0.5
    learning_rate: float = 0.05
    momentum: float | tuple[float, float, int] = (0.5, 0.9, 5)
    weight_decay: float = 0.01
    sparsity_target: float | None = 0.05
    sparsity_cost: float = 3.0
    n_iter: int = 15
    batch_size: int = 20
    n_frames: int | None = None
    layer: str | int = "all"
    pool: str | tuple[str, ...] = "mean"
    device: str = "auto"
    n_threads: int = 1
    random_state: int | np.random.RandomState | None = None
    verbose: int = 0

    def fit(self, X, y=None):
        """Train the layers from the lowest up.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : ignored

        Returns
        -------
        self : ConvolutionalDBN

        Raises
        ------
        ValueError
            If training diverges, if ``n_frames`` is too small for the filters, or if a parameter is not
            valid.
        """
        check_number("n_iter", self.n_iter, kind=numbers.Integral, low=1)
        return self._fit(X, int(self.n_iter))

    def partial_fit(self, X, y=None):
        """Continue training with one pass over the clips per layer, from the lowest layer up.

        With one layer, ``n_iter`` calls, each with the same clips, give the same result as one ``fit``. With
        more layers, the upper ones learn from lower ones that still change.

        Parameters
        ----------
        X : frames
            As in ``fit``.
        y : ignored

        Returns
        -------
        self : ConvolutionalDBN
        """
        return self._fit(X, 1, goes_on=hasattr(self, "components_"))

    def transform(self, X):
        """Return how often (pool="mean"), or how surely (pool="max"), the units are on in each clip.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        table : ndarray of shape (n_clips, n_features)
            Columns layer by layer; with two pools, all means of a layer come before its maxima. In the
            dtype of X.
        """
        check_is_fitted(self)
        layers, pools = self._check_features(len(self.components_))
        frames = check_frames(self, X, reset=False)
        device, dtype = resolve_device(self.device), np.result_type(*{x.dtype for x in frames})
        machines = [machine.to(device) for machine in self._machines(dtype)]
        frames = long_enough(frames, frames_needed(machines), dtype)
        with torch_threads(self.n_threads):
            return pooled_maps(machines, frames, int(self.batch_size), layers, pools)

    def get_feature_names_out(self, input_features=None):
        """Return names such as ``layer1_12_mean``.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : ndarray of object of shape (n_features,)
        """
        check_is_fitted(self)
        layers, pools = self._check_features(len(self.components_))
        names = [
            f"layer{layer}_{i}_{pool}"
            for layer in layers
            for pool in pools
            for i in range(len(self.components_[layer - 1]))
        ]
        return np.array(names, object)

    def conv_weights(self, layer=1):
        """Return a layer's filters and biases in the layout of ``torch.nn.Conv1d``.

        A convolution with them gives the inputs of the layer's logistic units. Rectified units start better
        from ``components_`` and ``intercept_hidden_``, which are ``sigma ** 2`` times as large.

        Parameters
        ----------
        layer : int, default=1
            Number of the layer, counted from 1, the lowest.

        Returns
        -------
        weight : ndarray of shape (n_filters, n_channels, filter_length)
            ``components_`` divided by ``sigma ** 2``.
        bias : ndarray of shape (n_filters,)
            ``intercept_hidden_`` divided by ``sigma ** 2``.
        """
        check_is_fitted(self)
        check_number("layer", layer, kind=numbers.Integral, low=1, high=len(self.components_))
        variance = np.float32(self._module_arguments[0]["sigma"] ** 2)
        return self.components_[layer - 1] / variance, self.intercept_hidden_[layer - 1] / variance

    @property
    def n_iter_(self):
        """Number of passes per layer so far."""
        return self.reconstruction_errors_.shape[1]

    @property
    def n_parameters_(self):
        """Number of trained weights and biases."""
        return sum(x.size for x in self.components_ + self.intercept_hidden_ + self.intercept_visible_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _check_features(self, n_layers):
        """Return the layers, counted from 1, and the pools from which the features come."""
        if isinstance(self.layer, str):
            check_choice("layer", self.layer, ["all"], also=f"an integer from 1 to {n_layers}")
            return range(1, n_layers + 1), check_pool(self.pool)
        check_number("layer", self.layer, kind=numbers.Integral, low=1, high=n_layers)
        return [self.layer], check_pool(self.pool)
