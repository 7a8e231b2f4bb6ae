"""The multi-layer perceptron as a classifier and as a regressor."""

import functools

from torch import nn

from .._declared_parameters import positional
from ..modules import MLP, Maxout
from ._classifier import BaseNetworkClassifier
from ._own_module import OwnModuleMixin
from ._parameters import mlp_parameters
from ._regressor import BaseNetworkRegressor

# Arguments that the network gives to a maxout unit, which is built otherwise than other activations.
MAXOUT = {
    "n_inputs": "it follows from the layer below",
    "n_outputs": "set hidden_layer_sizes of the network itself",
    "n_pieces": "a maxout unit takes the larger of two",
}


class MLPMixin(OwnModuleMixin):
    """What the classifier and the regressor share: parameters, and the network that is made of them."""

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

    Takes a table, one row per clip, as a :class:`skmir.preprocessing.FramePooler` makes it, or frames,
    of which every value is then an input of its own. Inputs should be standardised.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(128,)
        Number of units in each hidden layer.
    activation : str or nn.Module class, default="relu"
        Of the hidden layers: "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu", or "maxout", the
        larger of two affine functions (Goodfellow et al. 2013). A class is built without arguments, but for
        parameters with the prefix ``module__``, to be set, searched and saved like all others:
        ``MLPClassifier(activation=torch.nn.Hardtanh, module__max_val=2.0)``.
    dropout : float, default=0.2
        Share of each hidden layer's outputs that is dropped in training, in [0, 1).
    class_weight : dict, "balanced" or None, default="balanced"
        As in scikit-learn, but "balanced" for tags is the mean over tags; computed on the training fold.
    n_frames : int or None, default=128
        The longest stretch, in frames, that the network sees at once; at the front ends' defaults 43
        frames are 1 s. Longer clips are cut at random places in training, and in prediction the scores of
        windows that cover a clip are averaged. If the median clip is shorter, its length is taken, and
        what is shorter still is repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; under ``early_stopping``, the largest number. "auto" takes as many as make 200
        steps, and at least 15: few clips need more passes than many.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=2e-3
        Highest learning rate. The recipe says how it runs: by default a warm-up over a quarter of the
        steps leads to it and a cosine from it to zero, and under ``early_stopping`` it is constant.
    weight_decay : float, default=0.02
        Of the optimiser.
    early_stopping : bool, default=False
        Whether a part of the training clips is held out, and training stops when the loss on it has not
        fallen for ``n_iter_no_change`` epochs. If ``groups`` come to ``fit``, no group is in both parts;
        otherwise labels are stratified, and numbers are drawn at random. ``X_val`` and ``y_val`` take the
        place of the part. The weights of the best epoch are kept.
    validation_fraction : float, default=0.1
        Share of the clips, or groups, held out for early stopping, in (0, 1).
    n_iter_no_change : int, default=10
        Patience of early stopping, in epochs.
    augmentation : augmentation, list of augmentations or None, default=None
        Random changes of the frames that are trained on, from :mod:`skmir.augmentation`.
    recipe : TrainingRecipe or None, default=None
        Optimiser, schedule, label smoothing, further regularisers, precision; None is
        :class:`TrainingRecipe` with its defaults.
    warm_start : bool, default=False
        Whether a further ``fit`` goes on training, instead of building anew.
    device : str, default="auto"
        "auto" takes a CUDA device where there is one; or "cpu", "cuda", "cuda:1".
    random_state : int, RandomState instance or None, default=None
        Decides weights, order of the clips, windows, augmentation and dropout. An int gives the same
        network each time, for any ``n_jobs`` and backend.
    verbose : int, default=0
        1 draws a bar of epochs on stderr.
    net_params : dict or None, default=None
        For :class:`skorch.NeuralNet`: "callbacks", "optimizer", and options of either, such as
        "optimizer__betas". Callbacks are copied before use; the trained ones are in ``net_.callbacks_``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, or the columns of tags.
    class_prior_ : ndarray of shape (n_classes,)
        Share of each class, or tag, in training, after ``class_weight`` and ``sample_weight``.
    target_type_ : str
        scikit-learn's name of what was learned.
    net_ : skorch.NeuralNet
        The trained net, with its callbacks and history.
    module_ : torch.nn.Module
        The trained network, on the CPU.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses and seconds per epoch; ``pandas.DataFrame(history_)`` is a table.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of trained parameters.
    n_outputs_ : int
        Number of classes, tags or targets.
    n_bins_, n_frames_ : int
        Size of what the network sees.
    random_state_ : dict of ndarray of uint8
        Where the random generators stand: further training goes on from there.
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

    Takes a table, one row per clip, as a :class:`skmir.preprocessing.FramePooler` makes it, or frames,
    of which every value is then an input of its own. Inputs should be standardised.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(128,)
        Number of units in each hidden layer.
    activation : str or nn.Module class, default="relu"
        Of the hidden layers: "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu", or "maxout", the
        larger of two affine functions (Goodfellow et al. 2013). A class is built without arguments, but for
        parameters with the prefix ``module__``, to be set, searched and saved like all others:
        ``MLPClassifier(activation=torch.nn.Hardtanh, module__max_val=2.0)``.
    dropout : float, default=0.2
        Share of each hidden layer's outputs that is dropped in training, in [0, 1).
    n_frames : int or None, default=128
        The longest stretch, in frames, that the network sees at once; at the front ends' defaults 43
        frames are 1 s. Longer clips are cut at random places in training, and in prediction the scores of
        windows that cover a clip are averaged. If the median clip is shorter, its length is taken, and
        what is shorter still is repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; under ``early_stopping``, the largest number. "auto" takes as many as make 200
        steps, and at least 15: few clips need more passes than many.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=2e-3
        Highest learning rate. The recipe says how it runs: by default a warm-up over a quarter of the
        steps leads to it and a cosine from it to zero, and under ``early_stopping`` it is constant.
    weight_decay : float, default=0.02
        Of the optimiser.
    early_stopping : bool, default=False
        Whether a part of the training clips is held out, and training stops when the loss on it has not
        fallen for ``n_iter_no_change`` epochs. If ``groups`` come to ``fit``, no group is in both parts;
        otherwise labels are stratified, and numbers are drawn at random. ``X_val`` and ``y_val`` take the
        place of the part. The weights of the best epoch are kept.
    validation_fraction : float, default=0.1
        Share of the clips, or groups, held out for early stopping, in (0, 1).
    n_iter_no_change : int, default=10
        Patience of early stopping, in epochs.
    augmentation : augmentation, list of augmentations or None, default=None
        Random changes of the frames that are trained on, from :mod:`skmir.augmentation`.
    recipe : TrainingRecipe or None, default=None
        Optimiser, schedule, label smoothing, further regularisers, precision; None is
        :class:`TrainingRecipe` with its defaults.
    warm_start : bool, default=False
        Whether a further ``fit`` goes on training, instead of building anew.
    device : str, default="auto"
        "auto" takes a CUDA device where there is one; or "cpu", "cuda", "cuda:1".
    random_state : int, RandomState instance or None, default=None
        Decides weights, order of the clips, windows, augmentation and dropout. An int gives the same
        network each time, for any ``n_jobs`` and backend.
    verbose : int, default=0
        1 draws a bar of epochs on stderr.
    net_params : dict or None, default=None
        For :class:`skorch.NeuralNet`: "callbacks", "optimizer", and options of either, such as
        "optimizer__betas". Callbacks are copied before use; the trained ones are in ``net_.callbacks_``.

    Attributes
    ----------
    y_mean_, y_scale_ : ndarray of shape (n_outputs,)
        Mean and deviation of the targets in training.
    net_ : skorch.NeuralNet
        The trained net, with its callbacks and history.
    module_ : torch.nn.Module
        The trained network, on the CPU.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses and seconds per epoch; ``pandas.DataFrame(history_)`` is a table.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of trained parameters.
    n_outputs_ : int
        Number of classes, tags or targets.
    n_bins_, n_frames_ : int
        Size of what the network sees.
    random_state_ : dict of ndarray of uint8
        Where the random generators stand: further training goes on from there.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    MLPClassifier : For labels and tags.
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
