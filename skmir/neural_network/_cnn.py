"""Convolutional networks as classifiers and as regressors."""

import inspect

from torch import nn

from .._declared_parameters import positional
from .._parameter_checks import check_share
from ..modules import K1C2, K2C1, K2C2, CompactCNN, MultiScaleNet, PitchCNN, TemporalCNN, TimbreRhythmCNN
from ._classifier import BaseNetworkClassifier
from ._own_module import OwnModuleMixin
from ._parameters import check_sizes, widths_of
from ._regressor import BaseNetworkRegressor
from ._targets import TARGETS, ClassTarget

ARCHITECTURES = {
    "compact": CompactCNN,
    "k1c2": K1C2,
    "k2c1": K2C1,
    "k2c2": K2C2,
    "multi_scale": MultiScaleNet,
    "pitch": PitchCNN,
    "temporal": TemporalCNN,
    "timbre_rhythm": TimbreRhythmCNN,
}

# Arguments that the network always gives to a user's own class.
GIVEN = {
    "n_bins": "n_bins follows from X",
    "n_frames": "set n_frames of the network itself",
    "n_outputs": "n_outputs follows from y",
    "dropout": "set dropout of the network itself",
}


class CNNMixin(OwnModuleMixin):
    """Parameters that the classifier and the regressor share, and the network built from them."""

    architecture: str | type[nn.Module] = positional(default="timbre_rhythm")
    n_filters: tuple[int, ...] | None = None
    n_parameters: int | None = None
    dropout: float = 0.3
    n_frames: int | None = 1024

    _architectures = ARCHITECTURES

    def _module_parameters(self):
        cls, own = self._check_module(self._architectures, _given(self))
        check_share("dropout", self.dropout)
        params = super()._module_parameters()
        options = self._options(cls)
        widths = widths_of(cls, self.n_parameters, {"n_filters": self.n_filters}, params, {**options, **own})
        own = {"module_params": own} if own else {}
        return {"architecture": self.architecture, **params, **options, **widths, **own}

    def _options(self, cls):
        """Check the parameters that not every architecture takes, and return those that this one does."""
        options = {"dropout": self.dropout} if takes(cls, "dropout") else {}
        if self.n_filters is not None:
            options["n_filters"] = check_sizes("n_filters", self.n_filters, at_least=1)
            check_taken(cls, "n_filters", self.n_filters, "None")
        declared = inspect.signature(type(self)).parameters.get("dropout")  # a subclass may do without it
        default = 0.0 if declared is None else declared.default
        if self.dropout not in (0, default):  # 0 holds without dropout too, and nobody chose the default
            check_taken(cls, "dropout", self.dropout, default)
        return options

    def _auto(self):
        # As far as it was tried: tags and numbers may need more (docs/decisions.rst).
        fewer = self.architecture == "timbre_rhythm" and TARGETS[self.target_type_] is ClassTarget
        return (160, 12) if fewer else super()._auto()

    def _make_module(self, architecture, module_params=None, **params):
        return self._architectures.get(architecture, architecture)(**params, **(module_params or {}))


class CNNClassifier(CNNMixin, BaseNetworkClassifier):
    """Convolutional network classifier of frames.

    Parameters
    ----------
    architecture : str or nn.Module class, default="timbre_rhythm"
        "timbre_rhythm" is a compact network for small data sets, with clips of any length. "k1c2", "k2c1"
        and "k2c2" are the networks of Choi et al. (2017): with one-dimensional kernels along time; with
        the same after a first layer over all bins; with 3 x 3 kernels throughout. "compact" is the
        CompactCNN of the ISMIR 2018 tutorial, "pitch" is Humphrey's network with kernels shaped for a
        constant-Q spectrogram, "temporal" is van den Oord's with convolution over time only, and
        "multi_scale" is Hamel's multi-time-scale learning, which pools statistics of windows inside the
        network. See :mod:`skmir.modules` for each. A class of your own is built with ``n_bins``,
        ``n_frames`` and ``n_outputs``, and with ``n_filters`` and ``dropout`` if its constructor takes them;
        setting one that it does not take is an error. Further arguments of its constructor are parameters
        with the prefix ``module__``, which are set, searched and saved like all others:
        ``CNNClassifier(Own, module__depth=3)``.
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes the architecture's default.
    n_parameters : int or None, default=None
        Approximate number of parameters, in place of ``n_filters``: the widths of all layers are scaled in
        the architecture's own ratio. This makes networks of equal size, which can be compared.
    dropout : float, default=0.3
        Share of the inputs of each dense layer that is dropped in training, in [0, 1).
    class_weight : dict, "balanced" or None, default="balanced"
        As in scikit-learn, except that for tags "balanced" is the mean of the weights that each tag gives.
        The weights follow from the clips that ``fit`` gets.
    n_frames : int or None, default=1024
        Largest number of frames that the network sees at once; with the front ends' defaults, 43 frames
        are 1 s. In training, longer clips are cut at random places; in prediction, the scores of the
        windows that cover a clip are averaged. If the median clip is shorter, its length is used, and
        clips that are shorter still are repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones. For "timbre_rhythm"
        and one class per clip, 160 steps and 12 epochs are enough.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=4e-3
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
    CRNNClassifier : Convolutions, followed by recurrence over time.
    skmir.modules : The networks themselves.

    References
    ----------
    .. [1] K. Choi, G. Fazekas, M. Sandler and K. Cho, "Convolutional recurrent neural networks for
       music classification", ICASSP 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import CNNClassifier
    >>> rng = np.random.RandomState(0)
    >>> frames = rng.randn(20, 16, 30)  # clips, bins, frames
    >>> frames[:10, :8] += 1
    >>> y = np.repeat(["low", "high"], 10)
    >>> model = CNNClassifier(n_filters=(2, 4, 8, 8), max_iter=20, random_state=0).fit(frames, y)
    >>> model.predict_proba(frames).shape
    (20, 2)
    """


class CNNRegressor(CNNMixin, BaseNetworkRegressor):
    """Convolutional network regressor of frames.

    Parameters
    ----------
    architecture : str or nn.Module class, default="timbre_rhythm"
        "timbre_rhythm" is a compact network for small data sets, with clips of any length. "k1c2", "k2c1"
        and "k2c2" are the networks of Choi et al. (2017): with one-dimensional kernels along time; with
        the same after a first layer over all bins; with 3 x 3 kernels throughout. "compact" is the
        CompactCNN of the ISMIR 2018 tutorial, "pitch" is Humphrey's network with kernels shaped for a
        constant-Q spectrogram, "temporal" is van den Oord's with convolution over time only, and
        "multi_scale" is Hamel's multi-time-scale learning, which pools statistics of windows inside the
        network. See :mod:`skmir.modules` for each. A class of your own is built with ``n_bins``,
        ``n_frames`` and ``n_outputs``, and with ``n_filters`` and ``dropout`` if its constructor takes them;
        setting one that it does not take is an error. Further arguments of its constructor are parameters
        with the prefix ``module__``, which are set, searched and saved like all others:
        ``CNNClassifier(Own, module__depth=3)``.
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes the architecture's default.
    n_parameters : int or None, default=None
        Approximate number of parameters, in place of ``n_filters``: the widths of all layers are scaled in
        the architecture's own ratio. This makes networks of equal size, which can be compared.
    dropout : float, default=0.3
        Share of the inputs of each dense layer that is dropped in training, in [0, 1).
    n_frames : int or None, default=1024
        Largest number of frames that the network sees at once; with the front ends' defaults, 43 frames
        are 1 s. In training, longer clips are cut at random places; in prediction, the scores of the
        windows that cover a clip are averaged. If the median clip is shorter, its length is used, and
        clips that are shorter still are repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=4e-3
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
    CNNClassifier : The same for labels and tags.
    skmir.modules : The networks themselves.

    References
    ----------
    .. [1] K. Choi, G. Fazekas, M. Sandler and K. Cho, "Convolutional recurrent neural networks for
       music classification", ICASSP 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import CNNRegressor
    >>> rng = np.random.RandomState(0)
    >>> frames = rng.randn(20, 16, 30)  # clips, bins, frames
    >>> frames[:10, :8] += 1
    >>> y = np.repeat([60.0, 72.0], 10)
    >>> model = CNNRegressor(n_filters=(2, 4, 8, 8), max_iter=20, random_state=0).fit(frames, y)
    >>> model.predict(frames).shape
    (20,)
    """


def _given(network):
    """Return the arguments that the network gives to a user's own class, and what decides each of them."""
    given = dict(GIVEN)
    if network.n_filters is not None:
        given["n_filters"] = "n_filters of the network itself is set"
    if network.n_parameters is not None and hasattr(network.architecture, "widths"):
        given |= dict.fromkeys(network.architecture.widths(1.0), "n_parameters of the network is set")
    return given


def takes(cls, name):
    """Return whether a class's constructor has an argument of a name."""
    return name in inspect.signature(cls).parameters


def check_taken(cls, name, value, default):
    """Raise if a parameter was set that the network's constructor does not take."""
    if not takes(cls, name):
        raise ValueError(
            f"{name}={value!r} has no effect: {cls.__name__} takes "
            f"{', '.join(inspect.signature(cls).parameters)}. Leave {name} at {default}, or give the "
            f"constructor of {cls.__name__} an argument {name}."
        )
