"""The convolutional recurrent network as a classifier and as a regressor."""

import numbers

from .._declared_parameters import DeclaredParameters, positional
from .._parameter_checks import check_number, check_share
from ..modules import CRNN
from ._classifier import BaseNetworkClassifier
from ._parameters import check_sizes, widths_of
from ._regressor import BaseNetworkRegressor


class CRNNMixin(DeclaredParameters):
    """Parameters that the classifier and the regressor share, and the network built from them."""

    n_filters: tuple[int, ...] | None = positional(default=None)
    hidden_size: int | None = None
    n_parameters: int | None = None
    dropout: float = 0.3

    _module_class = CRNN

    def _module_parameters(self):
        check_number("hidden_size", self.hidden_size, kind=numbers.Integral, low=1, none=True)
        check_share("dropout", self.dropout)
        params = super()._module_parameters()
        explicit = {"n_filters": self.n_filters, "hidden_size": self.hidden_size}
        widths = widths_of(self._module_class, self.n_parameters, explicit, params)
        if self.n_filters is not None:
            widths["n_filters"] = check_sizes("n_filters", self.n_filters, at_least=1)
        if self.hidden_size is not None:
            widths["hidden_size"] = int(self.hidden_size)
        return {**params, **widths, "dropout": self.dropout}

    def _make_module(self, **params):
        return self._module_class(**params)


class CRNNClassifier(CRNNMixin, BaseNetworkClassifier):
    """Convolutional recurrent network classifier of frames.

    Convolutions find out what sounds, and two recurrent layers follow it over time.

    Parameters
    ----------
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes (30, 60, 60, 60), as in the paper's
        network of 0.1 M parameters.
    hidden_size : int or None, default=None
        Number of units in each of the two GRU layers; None takes 30.
    n_parameters : int or None, default=None
        Approximate number of parameters, in place of ``n_filters`` and ``hidden_size``: all widths are
        scaled in the paper's ratio.
    dropout : float, default=0.3
        Share of the last layer's inputs that is dropped in training, in [0, 1). The convolutional
        layers always drop 0.1, as in the paper.
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
    CNNClassifier : Convolutions without recurrence.
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

    Convolutions find out what sounds, and two recurrent layers follow it over time.

    Parameters
    ----------
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes (30, 60, 60, 60), as in the paper's
        network of 0.1 M parameters.
    hidden_size : int or None, default=None
        Number of units in each of the two GRU layers; None takes 30.
    n_parameters : int or None, default=None
        Approximate number of parameters, in place of ``n_filters`` and ``hidden_size``: all widths are
        scaled in the paper's ratio.
    dropout : float, default=0.3
        Share of the last layer's inputs that is dropped in training, in [0, 1). The convolutional
        layers always drop 0.1, as in the paper.
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
    CRNNClassifier : The same for labels and tags.
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
