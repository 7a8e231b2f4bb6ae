"""Recurrent networks as classifiers and as regressors."""

import functools
import inspect

from torch import nn

from .._declared_parameters import positional
from .._parameter_checks import check_share
from ..modules import RNN
from ._classifier import BaseNetworkClassifier
from ._own_module import OwnModuleMixin
from ._parameters import check_sizes, is_module_class
from ._regressor import BaseNetworkRegressor


class RNNMixin(OwnModuleMixin):
    """Parameters that the classifier and the regressor share, and the network built from them."""

    _OWN_MODULE = "cell"

    cell: str | type[nn.Module] = positional(default="gru")
    hidden_layer_sizes: tuple[int, ...] = (64,)
    bidirectional: bool = False
    dropout: float = 0.3
    n_frames: int | None = None

    _packed = True
    _module_class = RNN

    def _module_parameters(self):
        _, own = self._check_module(RNN.CELLS, _given(self.cell))
        check_share("dropout", self.dropout)
        return {
            **super()._module_parameters(),
            "cell": self.cell,
            "hidden_layer_sizes": check_sizes("hidden_layer_sizes", self.hidden_layer_sizes, at_least=1),
            "bidirectional": bool(self.bidirectional),
            "dropout": self.dropout,
            **({"module_params": own} if own else {}),
        }

    def _make_module(self, cell, module_params=None, **params):
        if module_params:
            cell = functools.partial(cell, **module_params)
        return self._module_class(cell=cell, **params)


class RNNClassifier(RNNMixin, BaseNetworkClassifier):
    """Recurrent network classifier of frames.

    Stacked recurrent layers read the frames of a clip, and the class follows from the final state of the
    last layer. Clips of unequal length are packed, so each is read from its beginning to its own end.

    Parameters
    ----------
    cell : {"gru", "lstm", "tanh"} or nn.Module class, default="gru"
        Cell of the recurrent layers. A class must have the interface of :class:`torch.nn.RNNBase`. Further
        arguments of its constructor are parameters with the prefix ``module__``, which are set, searched
        and saved like all others: ``RNNClassifier(torch.nn.RNN, module__nonlinearity="relu")``.
    hidden_layer_sizes : tuple of int, default=(64,)
        Number of units in each hidden layer.
    bidirectional : bool, default=False
        Whether each layer reads the frames in both directions, with ``hidden_layer_sizes`` units in each.
    dropout : float, default=0.3
        Share of each layer's outputs that is dropped in training, in [0, 1).
    class_weight : dict, "balanced" or None, default="balanced"
        As in scikit-learn, except that for tags "balanced" is the mean of the weights that each tag gives.
        The weights follow from the clips that ``fit`` gets.
    n_frames : int or None, default=None
        Largest number of frames that the network sees at once. In training, longer clips are cut at
        random places; in prediction, the scores of the windows that cover a clip are averaged. Shorter
        clips keep their length: batches are packed, and nothing is padded. None takes whole clips.
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
        Size of the network's input; ``n_frames_`` is None if the network takes whole clips.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which further training continues.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    CRNNClassifier : Convolutions before the recurrence.
    skmir.modules.RNN : The network itself.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import RNNClassifier
    >>> rng = np.random.RandomState(0)
    >>> frames = [rng.randn(6, n) for n in range(10, 30)]  # bins, and another number of frames each
    >>> for x in frames[:10]:
    ...     x[:3] += 1
    >>> y = np.repeat(["low", "high"], 10)
    >>> model = RNNClassifier(hidden_layer_sizes=(8,), random_state=0).fit(frames, y)
    >>> model.predict_proba(frames).shape
    (20, 2)
    """


class RNNRegressor(RNNMixin, BaseNetworkRegressor):
    """Recurrent network regressor of frames.

    Stacked recurrent layers read the frames of a clip, and the prediction follows from the final state of
    the last layer. Clips of unequal length are packed, so each is read from its beginning to its own end.

    Parameters
    ----------
    cell : {"gru", "lstm", "tanh"} or nn.Module class, default="gru"
        Cell of the recurrent layers. A class must have the interface of :class:`torch.nn.RNNBase`. Further
        arguments of its constructor are parameters with the prefix ``module__``, which are set, searched
        and saved like all others: ``RNNClassifier(torch.nn.RNN, module__nonlinearity="relu")``.
    hidden_layer_sizes : tuple of int, default=(64,)
        Number of units in each hidden layer.
    bidirectional : bool, default=False
        Whether each layer reads the frames in both directions, with ``hidden_layer_sizes`` units in each.
    dropout : float, default=0.3
        Share of each layer's outputs that is dropped in training, in [0, 1).
    n_frames : int or None, default=None
        Largest number of frames that the network sees at once. In training, longer clips are cut at
        random places; in prediction, the scores of the windows that cover a clip are averaged. Shorter
        clips keep their length: batches are packed, and nothing is padded. None takes whole clips.
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
        Size of the network's input; ``n_frames_`` is None if the network takes whole clips.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which further training continues.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    RNNClassifier : The same for labels and tags.
    skmir.modules.RNN : The network itself.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import RNNRegressor
    >>> rng = np.random.RandomState(0)
    >>> frames = [rng.randn(6, n) for n in range(10, 30)]  # bins, and another number of frames each
    >>> for x in frames[:10]:
    ...     x[:3] += 1
    >>> y = np.repeat([60.0, 72.0], 10)
    >>> model = RNNRegressor(hidden_layer_sizes=(8,), random_state=0).fit(frames, y)
    >>> model.predict(frames).shape
    (20,)
    """


def _given(cell):
    """Return the arguments that the network gives to a cell: the first two by position, under any name."""
    given = {
        "input_size": "it follows from the layer below",
        "hidden_size": "set hidden_layer_sizes of the network itself",
        "batch_first": "it is True",
        "bidirectional": "set bidirectional of the network itself",
    }
    first = list(inspect.signature(cell).parameters)[:2] if is_module_class(cell) else []
    return {**dict(zip(first, given.values(), strict=False)), **given}
