"""The training recipe: settings of the training that few users change, searchable like an estimator."""

import inspect
import math
import numbers
from collections.abc import Callable
from functools import partial

import torch
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from torch import nn

from .._declared_parameters import DeclaredParameters, positional
from .._parameter_checks import check_choice, check_number, check_share
from .._saved_modules import as_plain, from_plain
from ..metrics._named_scorers import named_scorers
from ._initialization import INITIALIZATIONS
from ._transfer import source_of

PRECISIONS = {"float32": torch.float32, "bf16": torch.bfloat16}


class TrainingRecipe(DeclaredParameters, BaseEstimator):
    """Settings of the training of a network besides its main parameters.

    Every network has the parameter ``recipe=TrainingRecipe(...)``. The recipe's own parameters can be
    searched like those of any nested estimator: ``cnnclassifier__recipe__max_norm``.

    Parameters
    ----------
    optimizer : {"adamw", "adam", "sgd", "adagrad", "lbfgs"} or torch.optim.Optimizer class, default="adamw"
        The optimizer. It uses the network's ``learning_rate_init`` and ``weight_decay``. "sgd" has Nesterov
        momentum. "lbfgs" is for small data sets: set ``batch_size`` to at least the number of clips,
        ``learning_rate_init`` to about 1, and ``weight_decay`` to 0, since it has none.
    momentum : float, default=0.9
        Momentum of "sgd", in [0, 1).
    learning_rate : {"auto", "one_cycle", "cosine", "step", "exponential", "constant"}, default="auto"
        Schedule of the learning rate. "one_cycle" warms up over the first quarter of all steps and falls to
        zero with a cosine; "cosine" falls from the first step on; "step" is divided by 10 after one half and
        again after three quarters; "exponential" ends at a hundredth. "auto" is "one_cycle", but "constant"
        if the end is not known in advance: with early stopping, and in ``partial_fit``.
    clip_grad_norm : float or None, default=None
        Largest norm of the gradient of all weights together; a longer one is scaled down.
    label_smoothing : float, default=0.1
        Share of the target that is distributed evenly over all classes, in [0, 1) (Szegedy et al. 2016). Not
        used in regression.
    input_dropout : float, default=0.0
        Share of the inputs that is dropped in training, in [0, 1).
    noise : float, default=0.0
        Standard deviation of Gaussian noise on the inputs in training ("point noise"), in their units.
    l1_activation : float, default=0.0
        Weight of the mean absolute activation of the hidden layers in the loss, which makes them sparse.
    max_norm : float or None, default=None
        Largest norm of a unit's incoming weights, enforced after each step (Srivastava et al. 2014, who
        use 3 to 4).
    init : {"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "orthogonal"}, FrozenEstimator, \
nn.Module or None, default=None
        Initial weights of linear and convolutional layers; None keeps torch's. From a network that was fitted
        on another task, in ``sklearn.frozen.FrozenEstimator``, or from a trained module such as
        ``MusiCNN.pretrained()``, all layers but ``final_layer`` are taken: the
        new network is fine-tuned, with a new last layer. Both must have the same architecture, widths and
        size of input. From a frozen :class:`ConvolutionalDBN`, the filters are taken for the first
        convolutions of ``CNNClassifier("temporal")``, as in Dieleman et al. (2011).
    lower_rate : float, default=1.0
        With an ``init`` that was trained, the factor for the learning rate of the layers that were taken, in
        [0, 1]; 0 leaves them unchanged, including the statistics of batch normalisation.
    prior_correction : bool, default=False
        Whether predicted probabilities are divided by the frequency of each class in training, as Humphrey
        and Bello (2012) do for chords. With the default ``class_weight="balanced"`` there is nothing left to
        correct. It may be changed after ``fit``.
    scoring : str, callable, list or tuple of either, dict of str to either, or None, default=None
        Scores of the validation part after each epoch, which ``history_`` keeps as ``valid_`` and their
        name: names of scorers of scikit-learn or skmir, such as "balanced_accuracy", or callables
        (estimator, X, y) -> float. They need ``early_stopping=True``, or ``X_val`` and ``y_val`` in ``fit``;
        early stopping itself goes by the loss. For networks with an output per frame, the frames of all
        clips are the samples.
    precision : {"float32", "bf16"}, default="float32"
        "bf16" multiplies in bfloat16 during training: faster on recent GPUs, but less exact.
    compile : bool, default=False
        Whether training runs through ``torch.compile``: it takes about a minute at first, and pays off in
        long trainings on a GPU.
    n_threads : int, default=1
        Number of torch threads, in training and in prediction. The last bits of the results depend on it, so
        it is fixed, and not chosen by the machine; small networks gain nothing from more.

    References
    ----------
    .. [1] N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
       JMLR 15, 2014.
    .. [2] E. J. Humphrey and J. P. Bello, "Rethinking automatic chord recognition with convolutional
       neural networks", ICMLA 2012.
    .. [3] S. Dieleman, P. Brakel and B. Schrauwen, "Audio-based music classification with a pretrained
       convolutional network", ISMIR 2011.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skmir.neural_network import MLPClassifier, TrainingRecipe
    >>> model = MLPClassifier((16,), max_iter=5, recipe=TrainingRecipe("sgd"), random_state=0)
    >>> search = GridSearchCV(model, {"recipe__max_norm": [None, 3.0]}, cv=2).fit(*load_iris(return_X_y=True))
    >>> sorted(search.best_params_)
    ['recipe__max_norm']
    """

    optimizer: str | type[torch.optim.Optimizer] = positional(default="adamw")
    momentum: float = 0.9
    learning_rate: str = "auto"
    clip_grad_norm: float | None = None
    label_smoothing: float = 0.1
    input_dropout: float = 0.0
    noise: float = 0.0
    l1_activation: float = 0.0
    max_norm: float | None = None
    init: str | FrozenEstimator | nn.Module | None = None
    lower_rate: float = 1.0
    prior_correction: bool = False
    scoring: str | Callable | list | tuple | dict | None = None
    precision: str = "float32"
    compile: bool = False
    n_threads: int = 1

    def __getstate__(self):
        """Return plain values; a module given as ``init`` becomes arrays."""
        return {name: as_plain(value) for name, value in super().__getstate__().items()}

    def __setstate__(self, state):
        super().__setstate__({name: from_plain(value) for name, value in state.items()})

    def check(self):
        """Raise if a parameter is not valid.

        Raises
        ------
        ValueError, TypeError
            If a parameter is not valid; the message names it, its value and the allowed values.
        """
        if not (isinstance(self.optimizer, type) and issubclass(self.optimizer, torch.optim.Optimizer)):
            check_choice("optimizer", self.optimizer, OPTIMIZERS, also="a class of torch.optim")
        check_choice("learning_rate", self.learning_rate, ("auto", *SCHEDULES))
        if self.init is not None and source_of(self.init) is None:
            check_choice(
                "init", self.init, INITIALIZATIONS, also="a FrozenEstimator of a network, a module, or None"
            )
        check_number("lower_rate", self.lower_rate, low=0, high=1)
        check_choice("precision", self.precision, PRECISIONS)
        for name in ("momentum", "label_smoothing", "input_dropout"):
            check_share(name, getattr(self, name))
        for name in ("noise", "l1_activation"):
            check_number(name, getattr(self, name), low=0)
        for name in ("clip_grad_norm", "max_norm"):
            check_number(name, getattr(self, name), above=0, none=True)
        if self.scoring is not None:
            named_scorers(self.scoring)
        check_number("n_threads", self.n_threads, kind=numbers.Integral, low=1)


def recipe_of(estimator):
    """Return the recipe of a network after checking it; None stands for the defaults.

    Parameters
    ----------
    estimator : estimator
        An estimator with the parameter ``recipe``.

    Returns
    -------
    recipe : TrainingRecipe

    Raises
    ------
    TypeError
        If ``recipe`` is something else.
    """
    recipe = TrainingRecipe() if estimator.recipe is None else estimator.recipe
    if not isinstance(recipe, TrainingRecipe):
        raise TypeError(
            f"recipe={recipe!r} must be a TrainingRecipe, such as TrainingRecipe(optimizer='sgd'), or None "
            "for the defaults."
        )
    recipe.check()
    return recipe


WARM_UP = 0.25


def one_cycle(share):
    """Rise linearly over a quarter of the steps, then fall to zero with a cosine."""
    return share / WARM_UP if share < WARM_UP else cosine((share - WARM_UP) / (1 - WARM_UP))


def cosine(share):
    """Fall to zero with a cosine."""
    return 0.5 * (1 + math.cos(math.pi * share))


def step(share):
    """Fall to a tenth after one half, and to a hundredth after three quarters."""
    return 0.1 ** ((share >= 0.5) + (share >= 0.75))


def exponential(share):
    """Fall to a hundredth, by the same ratio at each step."""
    return 0.01**share


def constant(share):
    """Stay at one."""
    return 1.0


SCHEDULES = {
    "one_cycle": one_cycle,
    "cosine": cosine,
    "step": step,
    "exponential": exponential,
    "constant": constant,
}


def factors(name, n_steps):
    """Yield the factor for the learning rate of each step, and the last one for further steps.

    Parameters
    ----------
    name : str
        A key of ``SCHEDULES``.
    n_steps : int
        Number of steps.

    Yields
    ------
    factor : float
        More than 0 and at most 1. A step takes the schedule's value at its middle.
    """
    for i in range(n_steps):
        yield SCHEDULES[name]((i + 0.5) / n_steps)
    while True:
        yield SCHEDULES[name]((n_steps - 0.5) / n_steps)


# Fused: one call for all weights. On small networks this saves a third of the time of a step.
OPTIMIZERS = {
    "adamw": partial(torch.optim.AdamW, fused=True),
    "adam": partial(torch.optim.Adam, fused=True),
    "sgd": partial(torch.optim.SGD, fused=True),
    "adagrad": torch.optim.Adagrad,
    "lbfgs": partial(torch.optim.LBFGS, line_search_fn="strong_wolfe"),
}


def optimizer_params(recipe, weight_decay):
    """Return skorch's parameters for the optimiser.

    Parameters
    ----------
    recipe : TrainingRecipe
        A checked recipe.
    weight_decay : float
        The network's weight decay.

    Returns
    -------
    params : dict
        Parameters with skorch's prefix.

    Raises
    ------
    ValueError
        If there is weight decay but the optimiser, such as L-BFGS, has none.
    """
    optimizer = OPTIMIZERS.get(recipe.optimizer, recipe.optimizer)
    params = {"optimizer": optimizer}
    if "weight_decay" in inspect.signature(optimizer).parameters:
        params["optimizer__weight_decay"] = weight_decay
    elif weight_decay:
        raise ValueError(
            f"optimizer={recipe.optimizer!r} has no weight decay, but weight_decay={weight_decay!r}. Set "
            "weight_decay=0."
        )
    if recipe.optimizer == "sgd":
        momentum = float(recipe.momentum)  # torch does not take numpy's numbers here
        params |= {"optimizer__momentum": momentum, "optimizer__nesterov": momentum > 0}
    return params
