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
    """What the classifier and the regressor share: parameters, and the network that is made of them."""

    _OWN_MODULE = "cell"

    cell: str | type[nn.Module] = positional(default="gru")
    hidden_layer_sizes: tuple[int, ...] = (64,)
    bidirectional: bool = False
    dropout: float = 0.3
    n_frames: int | None = None

    _packed = True

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
        return RNN(cell=cell, **params)


class RNNClassifier(RNNMixin, BaseNetworkClassifier):
    """Recurrent network classifier of frames.

    Stacked recurrent layers over the frames of a clip; its class follows from where the last of them
    ends. Clips of unequal length are packed, so each is read from its beginning to its own end.

    Parameters
    ----------
    cell : {"gru", "lstm", "tanh"} or nn.Module class, default="gru"
        Of the recurrent layers. A class has the interface of :class:`torch.nn.RNNBase`. Further arguments
        of its constructor are parameters with the prefix ``module__``, to be set, searched and saved like
        all others: ``RNNClassifier(torch.nn.RNN, module__nonlinearity="relu")``.
    hidden_layer_sizes : tuple of int, default=(64,)
        Number of units in each hidden layer.
    bidirectional : bool, default=False
        Whether each layer runs over time in both directions, with so many units in each.
    dropout : float, default=0.3
        Share of what each layer passes on that is dropped in training, in [0, 1).
    class_weight : dict, "balanced" or None, default="balanced"
        As in scikit-learn, but "balanced" for tags is the mean over tags; computed on the training fold.
    n_frames : int or None, default=None
        The longest stretch, in frames, that the network sees at once. Longer clips are cut at random
        places in training, and in prediction the scores of windows that cover a clip are averaged.
        Shorter ones keep their length: batches are packed, and nothing is padded. None takes clips whole.
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
        Size of what the network sees; ``n_frames_`` is None if clips are taken whole.
    random_state_ : dict of ndarray of uint8
        Where the random generators stand: further training goes on from there.
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

    Stacked recurrent layers over the frames of a clip; what is predicted follows from where the last of them
    ends. Clips of unequal length are packed, so each is read from its beginning to its own end.

    Parameters
    ----------
    cell : {"gru", "lstm", "tanh"} or nn.Module class, default="gru"
        Of the recurrent layers. A class has the interface of :class:`torch.nn.RNNBase`. Further arguments
        of its constructor are parameters with the prefix ``module__``, to be set, searched and saved like
        all others: ``RNNClassifier(torch.nn.RNN, module__nonlinearity="relu")``.
    hidden_layer_sizes : tuple of int, default=(64,)
        Number of units in each hidden layer.
    bidirectional : bool, default=False
        Whether each layer runs over time in both directions, with so many units in each.
    dropout : float, default=0.3
        Share of what each layer passes on that is dropped in training, in [0, 1).
    n_frames : int or None, default=None
        The longest stretch, in frames, that the network sees at once. Longer clips are cut at random
        places in training, and in prediction the scores of windows that cover a clip are averaged.
        Shorter ones keep their length: batches are packed, and nothing is padded. None takes clips whole.
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
        Size of what the network sees; ``n_frames_`` is None if clips are taken whole.
    random_state_ : dict of ndarray of uint8
        Where the random generators stand: further training goes on from there.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    RNNClassifier : For labels and tags.
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
    """Return what the network gives to a cell: the first two by position, whatever their names."""
    given = {
        "input_size": "it follows from the layer below",
        "hidden_size": "set hidden_layer_sizes of the network itself",
        "batch_first": "it is True",
        "bidirectional": "set bidirectional of the network itself",
    }
    first = list(inspect.signature(cell).parameters)[:2] if is_module_class(cell) else []
    return {**dict(zip(first, given.values(), strict=False)), **given}
