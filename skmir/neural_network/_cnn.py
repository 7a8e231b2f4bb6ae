"""Convolutional networks as classifiers and as regressors."""

import inspect

from torch import nn

from .._declared_parameters import positional
from .._parameter_checks import check_share
from ..modules import K1C2, K2C1, K2C2, CompactCNN, PitchCNN, TemporalCNN, TimbreRhythmCNN
from ._classifier import BaseNetworkClassifier
from ._own_module import OwnModuleMixin
from ._parameters import check_sizes, widths_of
from ._regressor import BaseNetworkRegressor

ARCHITECTURES = {
    "compact": CompactCNN,
    "k1c2": K1C2,
    "k2c1": K2C1,
    "k2c2": K2C2,
    "pitch": PitchCNN,
    "temporal": TemporalCNN,
    "timbre_rhythm": TimbreRhythmCNN,
}

# What the network gives to a user's own class, whatever else it gives.
GIVEN = {
    "n_bins": "n_bins follows from X",
    "n_frames": "set n_frames of the network itself",
    "n_outputs": "n_outputs follows from y",
    "dropout": "set dropout of the network itself",
}


class CNNMixin(OwnModuleMixin):
    """What the classifier and the regressor share: parameters, and the network that is made of them."""

    architecture: str | type[nn.Module] = positional(default="timbre_rhythm")
    n_filters: tuple[int, ...] | None = None
    n_parameters: int | None = None
    dropout: float = 0.3
    n_frames: int | None = 1024

    def _module_parameters(self):
        cls, own = self._check_module(ARCHITECTURES, _given(self))
        check_share("dropout", self.dropout)
        params = super()._module_parameters()
        options = {"dropout": self.dropout} if _takes(cls, "dropout") else {}
        if self.n_filters is not None:
            options["n_filters"] = check_sizes("n_filters", self.n_filters, at_least=1)
            _check_taken(cls, "n_filters", self.n_filters, "None")
        declared = inspect.signature(type(self)).parameters.get("dropout")  # a subclass may do without it
        default = 0.0 if declared is None else declared.default
        if self.dropout not in (0, default):  # without any, 0 is true, and the default nobody's wish
            _check_taken(cls, "dropout", self.dropout, default)
        widths = widths_of(cls, self.n_parameters, {"n_filters": self.n_filters}, params, own)
        own = {"module_params": own} if own else {}
        return {"architecture": self.architecture, **params, **options, **widths, **own}

    def _make_module(self, architecture, module_params=None, **params):
        return ARCHITECTURES.get(architecture, architecture)(**params, **(module_params or {}))


class CNNClassifier(CNNMixin, BaseNetworkClassifier):
    """Convolutional network classifier of frames.

    Parameters
    ----------
    architecture : str or nn.Module class, default="timbre_rhythm"
        "timbre_rhythm" is a compact network for few clips of any length. "k1c2", "k2c1" and "k2c2" are the
        networks of Choi et al. (2017): one-dimensional kernels along time; the same after a first layer
        over all bins; 3 x 3 kernels throughout. "compact" is the CompactCNN of the ISMIR 2018 tutorial,
        "pitch" Humphrey's network with kernels shaped for a constant-Q spectrogram, "temporal" van den
        Oord's with convolution over time alone. See :mod:`skmir.modules` for each. A class is built with
        ``n_bins``, ``n_frames``, ``n_outputs``, and, if its constructor takes them, with ``n_filters`` and
        ``dropout``; to set one that it does not take is an error. Further arguments of its constructor are
        parameters with the prefix ``module__``, to be set, searched and saved like all others:
        ``CNNClassifier(Own, module__depth=3)``.
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes the architecture's own.
    n_parameters : int or None, default=None
        Number of parameters to come near, in place of ``n_filters``: the widths of all layers grow in the
        architecture's own ratio. So networks are compared at one size.
    dropout : float, default=0.3
        Share of the inputs of each dense layer that is dropped in training, in [0, 1).
    class_weight : dict, "balanced" or None, default="balanced"
        As in scikit-learn, but "balanced" for tags is the mean over tags; computed on the training fold.
    n_frames : int or None, default=1024
        The longest stretch, in frames, that the network sees at once; at the front ends' defaults 43
        frames are 1 s. Longer clips are cut at random places in training, and in prediction the scores of
        windows that cover a clip are averaged. If the median clip is shorter, its length is taken, and
        what is shorter still is repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; under ``early_stopping``, the largest number. "auto" takes as many as make 200
        steps, and at least 15: few clips need more passes than many.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=4e-3
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
    CRNNClassifier : Convolutions, and recurrence over time.
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
        "timbre_rhythm" is a compact network for few clips of any length. "k1c2", "k2c1" and "k2c2" are the
        networks of Choi et al. (2017): one-dimensional kernels along time; the same after a first layer
        over all bins; 3 x 3 kernels throughout. "compact" is the CompactCNN of the ISMIR 2018 tutorial,
        "pitch" Humphrey's network with kernels shaped for a constant-Q spectrogram, "temporal" van den
        Oord's with convolution over time alone. See :mod:`skmir.modules` for each. A class is built with
        ``n_bins``, ``n_frames``, ``n_outputs``, and, if its constructor takes them, with ``n_filters`` and
        ``dropout``; to set one that it does not take is an error. Further arguments of its constructor are
        parameters with the prefix ``module__``, to be set, searched and saved like all others:
        ``CNNClassifier(Own, module__depth=3)``.
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes the architecture's own.
    n_parameters : int or None, default=None
        Number of parameters to come near, in place of ``n_filters``: the widths of all layers grow in the
        architecture's own ratio. So networks are compared at one size.
    dropout : float, default=0.3
        Share of the inputs of each dense layer that is dropped in training, in [0, 1).
    n_frames : int or None, default=1024
        The longest stretch, in frames, that the network sees at once; at the front ends' defaults 43
        frames are 1 s. Longer clips are cut at random places in training, and in prediction the scores of
        windows that cover a clip are averaged. If the median clip is shorter, its length is taken, and
        what is shorter still is repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; under ``early_stopping``, the largest number. "auto" takes as many as make 200
        steps, and at least 15: few clips need more passes than many.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=4e-3
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
    CNNClassifier : For labels and tags.
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
    """Return the arguments of a user's own class that the network gives, and what decides them."""
    given = dict(GIVEN)
    if network.n_filters is not None:
        given["n_filters"] = "n_filters of the network itself is set"
    if network.n_parameters is not None and hasattr(network.architecture, "widths"):
        given |= dict.fromkeys(network.architecture.widths(1.0), "n_parameters of the network is set")
    return given


def _takes(cls, name):
    """Return whether a class's constructor has an argument of a name."""
    return name in inspect.signature(cls).parameters


def _check_taken(cls, name, value, default):
    """Raise if a parameter was set that the network's constructor does not take."""
    if not _takes(cls, name):
        raise ValueError(
            f"{name}={value!r} has no effect: {cls.__name__} takes "
            f"{', '.join(inspect.signature(cls).parameters)}. Leave {name} at {default}, or give the "
            f"constructor of {cls.__name__} an argument {name}."
        )
