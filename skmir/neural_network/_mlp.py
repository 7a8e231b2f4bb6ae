"""The multi-layer perceptron as a classifier and as a regressor."""

import functools

from torch import nn

from .._declared_parameters import positional
from ..modules import MLP, Maxout
from ._classifier import BaseNetworkClassifier
from ._own_module import OwnModuleMixin
from ._parameters import mlp_parameters
from ._regressor import BaseNetworkRegressor

# Arguments that the network gives to a maxout unit, which is built differently from other activations.
MAXOUT = {
    "n_inputs": "it follows from the layer below",
    "n_outputs": "set hidden_layer_sizes of the network itself",
    "n_pieces": "a maxout unit takes the larger of two",
}


class MLPMixin(OwnModuleMixin):
    """Parameters that the classifier and the regressor share, and the network built from them."""

    _OWN_MODULE = "activation"

    hidden_layer_sizes: tuple[int, ...] = positional(default=(128,))
    activation: str | type[nn.Module] = "relu"
    dropout: float = 0.2
    learning_rate_init: float = 2e-3

    def _module_parameters(self):
        _, own = self._check_module(MLP.ACTIVATIONS, MAXOUT if self.activation in ("maxout", Maxout) else {})
        params = mlp_parameters(self, super()._module_parameters(), activation=self.activation)
        return {**params, "module_params": own} if own else params

    def _make_module(self, activation, module_params=None, **params):
        if module_params:
            activation = functools.partial(activation, **module_params)
        return MLP(activation=activation, **params)


class MLPClassifier(MLPMixin, BaseNetworkClassifier):
    """Multi-layer perceptron classifier.

    The input is a table with one row per clip, such as a :class:`skmir.preprocessing.FramePooler` makes,
    or frames, each value of which is then an input of its own. Inputs should be standardised.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(128,)
        Number of units in each hidden layer.
    activation : str or nn.Module class, default="relu"
        Activation of the hidden layers: "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu", or
        "maxout", the larger of two affine functions (Goodfellow et al. 2013). A class is built with no
        other arguments than the parameters with the prefix ``module__``, which are set, searched and saved
        like all others: ``MLPClassifier(activation=torch.nn.Hardtanh, module__max_val=2.0)``.
    dropout : float, default=0.2
        Share of each hidden layer's outputs that is dropped in training, in [0, 1).
    class_weight : dict, "balanced" or None, default="balanced"
        As in scikit-learn, except that for tags "balanced" is the mean of the weights that each tag gives.
        The weights follow from the clips that ``fit`` gets.
    n_frames : int or None, default=128
        Largest number of frames that the network sees at once; with the front ends' defaults, 43 frames
        are 1 s. In training, longer clips are cut at random places; in prediction, the scores of the
        windows that cover a clip are averaged. If the median clip is shorter, its length is used, and
        clips that are shorter still are repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=2e-3
        Highest learning rate. The recipe sets the schedule: by default, the rate rises to this value over
        a quarter of the steps and falls to zero along a cosine; with ``early_stopping`` it is constant.
    weight_decay : float, default=0.02
        Weight decay of the optimiser.
    early_stopping : bool, default=False
        Whether to hold out a part of the training clips, and to stop when the loss on it has not fallen
        for ``n_iter_no_change`` epochs. If ``fit`` gets ``groups``, no group is in both parts; otherwise
        the split is stratified by label, or random for numbers. If ``fit`` gets ``X_val`` and ``y_val``,
        they take the place of the held-out part. The weights of the best epoch are kept.
    validation_fraction : float, default=0.1
        Share of the clips, or groups, held out for early stopping, in (0, 1).
    n_iter_no_change : int, default=10
        Number of epochs for which early stopping waits for a lower loss.
    augmentation : augmentation, list of augmentations or None, default=None
        Random changes to the training frames, from :mod:`skmir.augmentation`.
    recipe : TrainingRecipe or None, default=None
        Optimiser, schedule, label smoothing, further regularisers and precision. None is a
        :class:`TrainingRecipe` with its defaults.
    warm_start : bool, default=False
        Whether a second ``fit`` continues the training, instead of starting with a new network.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the clips, windows, augmentation and dropout. An int gives
        the same network each time, for any ``n_jobs`` and backend.
    verbose : int, default=0
        1 draws a progress bar of epochs on stderr.
    net_params : dict or None, default=None
        Arguments of :class:`skorch.NeuralNet`: "callbacks", "optimizer", and options of either, such as
        "optimizer__betas". Callbacks are copied before use; the copies are in ``net_.callbacks_``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, or the column numbers of the tags.
    class_prior_ : ndarray of shape (n_classes,)
        Share of each class or tag in the training clips, weighted by ``class_weight`` and
        ``sample_weight``.
    target_type_ : str
        Type of the targets, as scikit-learn names it.
    net_ : skorch.NeuralNet
        The trained net, with its callbacks and history.
    module_ : torch.nn.Module
        The trained network, on the CPU.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses and seconds per epoch; ``pandas.DataFrame(history_)`` turns them into a table.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of trained parameters.
    n_outputs_ : int
        Number of classes, tags or targets.
    n_bins_, n_frames_ : int
        Size of the network's input.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which further training continues.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    CNNClassifier : Convolutions over frequency and time.
    DBNClassifier : The same network, pretrained without labels.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skmir.neural_network import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=60, random_state=0)).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    """


class MLPRegressor(MLPMixin, BaseNetworkRegressor):
    """Multi-layer perceptron regressor.

    The input is a table with one row per clip, such as a :class:`skmir.preprocessing.FramePooler` makes,
    or frames, each value of which is then an input of its own. Inputs should be standardised.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(128,)
        Number of units in each hidden layer.
    activation : str or nn.Module class, default="relu"
        Activation of the hidden layers: "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu", or
        "maxout", the larger of two affine functions (Goodfellow et al. 2013). A class is built with no
        other arguments than the parameters with the prefix ``module__``, which are set, searched and saved
        like all others: ``MLPClassifier(activation=torch.nn.Hardtanh, module__max_val=2.0)``.
    dropout : float, default=0.2
        Share of each hidden layer's outputs that is dropped in training, in [0, 1).
    n_frames : int or None, default=128
        Largest number of frames that the network sees at once; with the front ends' defaults, 43 frames
        are 1 s. In training, longer clips are cut at random places; in prediction, the scores of the
        windows that cover a clip are averaged. If the median clip is shorter, its length is used, and
        clips that are shorter still are repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=2e-3
        Highest learning rate. The recipe sets the schedule: by default, the rate rises to this value over
        a quarter of the steps and falls to zero along a cosine; with ``early_stopping`` it is constant.
    weight_decay : float, default=0.02
        Weight decay of the optimiser.
    early_stopping : bool, default=False
        Whether to hold out a part of the training clips, and to stop when the loss on it has not fallen
        for ``n_iter_no_change`` epochs. If ``fit`` gets ``groups``, no group is in both parts; otherwise
        the split is stratified by label, or random for numbers. If ``fit`` gets ``X_val`` and ``y_val``,
        they take the place of the held-out part. The weights of the best epoch are kept.
    validation_fraction : float, default=0.1
        Share of the clips, or groups, held out for early stopping, in (0, 1).
    n_iter_no_change : int, default=10
        Number of epochs for which early stopping waits for a lower loss.
    augmentation : augmentation, list of augmentations or None, default=None
        Random changes to the training frames, from :mod:`skmir.augmentation`.
    recipe : TrainingRecipe or None, default=None
        Optimiser, schedule, label smoothing, further regularisers and precision. None is a
        :class:`TrainingRecipe` with its defaults.
    warm_start : bool, default=False
        Whether a second ``fit`` continues the training, instead of starting with a new network.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the clips, windows, augmentation and dropout. An int gives
        the same network each time, for any ``n_jobs`` and backend.
    verbose : int, default=0
        1 draws a progress bar of epochs on stderr.
    net_params : dict or None, default=None
        Arguments of :class:`skorch.NeuralNet`: "callbacks", "optimizer", and options of either, such as
        "optimizer__betas". Callbacks are copied before use; the copies are in ``net_.callbacks_``.

    Attributes
    ----------
    y_mean_, y_scale_ : ndarray of shape (n_outputs,)
        Mean and standard deviation of the training targets.
    net_ : skorch.NeuralNet
        The trained net, with its callbacks and history.
    module_ : torch.nn.Module
        The trained network, on the CPU.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses and seconds per epoch; ``pandas.DataFrame(history_)`` turns them into a table.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of trained parameters.
    n_outputs_ : int
        Number of classes, tags or targets.
    n_bins_, n_frames_ : int
        Size of the network's input.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which further training continues.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    MLPClassifier : The same for labels and tags.
    CNNRegressor : Convolutions over frequency and time.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skmir.neural_network import MLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), MLPRegressor((16,), random_state=0)).fit(X, y)
    >>> bool(model.score(X, y) > 0.4)
    True
    """
