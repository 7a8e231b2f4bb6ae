"""The convolutional recurrent network as a classifier and as a regressor."""

import numbers

from .._declared_parameters import DeclaredParameters, positional
from .._parameter_checks import check_number, check_share
from ..modules import CRNN
from ._classifier import BaseNetworkClassifier
from ._parameters import check_sizes, widths_of
from ._regressor import BaseNetworkRegressor


class CRNNMixin(DeclaredParameters):
    """What the classifier and the regressor share: parameters, and the network that is made of them."""

    n_filters: tuple[int, ...] | None = positional(default=None)
    hidden_size: int | None = None
    n_parameters: int | None = None
    dropout: float = 0.3

    def _module_parameters(self):
        check_number("hidden_size", self.hidden_size, kind=numbers.Integral, low=1, none=True)
        check_share("dropout", self.dropout)
        params = super()._module_parameters()
        explicit = {"n_filters": self.n_filters, "hidden_size": self.hidden_size}
        widths = widths_of(CRNN, self.n_parameters, explicit, params)
        if self.n_filters is not None:
            widths["n_filters"] = check_sizes("n_filters", self.n_filters, at_least=1)
        if self.hidden_size is not None:
            widths["hidden_size"] = int(self.hidden_size)
        return {**params, **widths, "dropout": self.dropout}

    def _make_module(self, **params):
        return CRNN(**params)


class CRNNClassifier(CRNNMixin, BaseNetworkClassifier):
    """Convolutional recurrent network classifier of frames.

    Convolutions find what sounds, two recurrent layers follow it in time.

    Parameters
    ----------
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes the paper's network of 0.1 M parameters,
        (30, 60, 60, 60).
    hidden_size : int or None, default=None
        Units of each of the two GRU layers; None takes 30.
    n_parameters : int or None, default=None
        Number of parameters to come near, in place of ``n_filters`` and ``hidden_size``, all in the
        paper's ratio.
    dropout : float, default=0.3
        Share of the last layer's inputs that is dropped in training, in [0, 1). The convolutional
        layers drop 0.1, as in the paper.
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
    CNNClassifier : Convolutions alone.
    skmir.modules.CRNN : The network itself.

    References
    ----------
    .. [1] K. Choi, G. Fazekas, M. Sandler and K. Cho, "Convolutional recurrent neural networks for
       music classification", ICASSP 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import CRNNClassifier
    >>> rng = np.random.RandomState(0)
    >>> frames = rng.randn(20, 16, 30)  # clips, bins, frames
    >>> frames[:10, :8] += 1
    >>> y = np.repeat(["low", "high"], 10)
    >>> model = CRNNClassifier((4, 4), hidden_size=4, max_iter=20, random_state=0).fit(frames, y)
    >>> model.predict_proba(frames).shape
    (20, 2)
    """


class CRNNRegressor(CRNNMixin, BaseNetworkRegressor):
    """Convolutional recurrent network regressor of frames.

    Convolutions find what sounds, two recurrent layers follow it in time.

    Parameters
    ----------
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes the paper's network of 0.1 M parameters,
        (30, 60, 60, 60).
    hidden_size : int or None, default=None
        Units of each of the two GRU layers; None takes 30.
    n_parameters : int or None, default=None
        Number of parameters to come near, in place of ``n_filters`` and ``hidden_size``, all in the
        paper's ratio.
    dropout : float, default=0.3
        Share of the last layer's inputs that is dropped in training, in [0, 1). The convolutional
        layers drop 0.1, as in the paper.
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
    CRNNClassifier : For labels and tags.
    skmir.modules.CRNN : The network itself.

    References
    ----------
    .. [1] K. Choi, G. Fazekas, M. Sandler and K. Cho, "Convolutional recurrent neural networks for
       music classification", ICASSP 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import CRNNRegressor
    >>> rng = np.random.RandomState(0)
    >>> frames = rng.randn(20, 16, 30)  # clips, bins, frames
    >>> frames[:10, :8] += 1
    >>> y = np.repeat([60.0, 72.0], 10)
    >>> model = CRNNRegressor((4, 4), hidden_size=4, max_iter=20, random_state=0).fit(frames, y)
    >>> model.predict(frames).shape
    (20,)
    """
