"""How a network is trained, beyond what nearly every user sets: one object, searchable like an estimator."""

import inspect
import math
import numbers
from functools import partial

import torch
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator

from .._declared_parameters import DeclaredParameters, positional
from .._parameter_checks import check_choice, check_number, check_share
from ._initialization import INITIALIZATIONS
from ._transfer import source_of

PRECISIONS = {"float32": torch.float32, "bf16": torch.bfloat16}


class TrainingRecipe(DeclaredParameters, BaseEstimator):
    """What the training of a network takes besides its main parameters.

    A parameter of every network, ``recipe=TrainingRecipe(...)``. Its own parameters can be searched as
    those of any nested estimator: ``cnnclassifier__recipe__max_norm``.

    Parameters
    ----------
    optimizer : {"adamw", "adam", "sgd", "adagrad", "lbfgs"} or torch.optim.Optimizer class, default="adamw"
        Takes ``learning_rate_init`` and ``weight_decay`` of the network. "sgd" has Nesterov momentum.
        "lbfgs" is for small data: give it ``batch_size`` no less than the number of clips,
        ``learning_rate_init`` near 1, and no ``weight_decay``, which it does not know.
    momentum : float, default=0.9
        Of "sgd", in [0, 1).
    learning_rate : {"auto", "one_cycle", "cosine", "step", "exponential", "constant"}, default="auto"
        How the learning rate runs from step to step. "one_cycle" warms up over the first quarter of all
        steps and falls to zero with a cosine; "cosine" falls from the first step on; "step" is divided by
        10 after a half and after three quarters; "exponential" ends at a hundredth. "auto" is
        "one_cycle", but "constant" where the end is not known before: under early stopping, and in
        ``partial_fit``.
    clip_grad_norm : float or None, default=None
        Largest norm of the gradient of all weights together; a longer one is scaled down.
    label_smoothing : float, default=0.1
        Share of the target that goes to all classes alike, in [0, 1) (Szegedy et al. 2016). Regression
        has none.
    input_dropout : float, default=0.0
        Share of the inputs that is dropped in training, in [0, 1).
    noise : float, default=0.0
        Standard deviation of Gaussian noise on the inputs in training ("point noise"), in their units.
    l1_activation : float, default=0.0
        Weight of the mean absolute activation of the hidden layers in the loss: it makes them sparse.
    max_norm : float or None, default=None
        Largest norm of a unit's incoming weights, kept after each step (Srivastava et al. 2014, who
        take 3 to 4).
    init : {"glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "orthogonal"}, FrozenEstimator \
or None, default=None
        First weights of linear and convolutional layers; None leaves torch's. A network that was fitted on
        another task, in ``sklearn.frozen.FrozenEstimator``, gives all of its layers but the last: the
        new network is fine-tuned, with a new last layer. It must be of the same architecture, widths and
        size of input. A frozen :class:`ConvolutionalDBN` gives its filters to the first convolutions of
        ``CNNClassifier("temporal")``, as Dieleman et al. (2011) did.
    lower_rate : float, default=1.0
        With ``init=FrozenEstimator(...)``, the factor on the learning rate of the layers that were taken, in
        [0, 1]; 0 leaves them as they are, the statistics of batch normalisation too.
    prior_correction : bool, default=False
        Whether predicted probabilities are divided by how common each class is in training, as Humphrey
        and Bello (2012) do for chords. With the default ``class_weight="balanced"`` there is nothing left to
        correct. It may be changed after ``fit``.
    precision : {"float32", "bf16"}, default="float32"
        "bf16" multiplies in bfloat16 in training: faster on recent GPUs, and less exact.
    compile : bool, default=False
        Whether training runs through ``torch.compile``: it costs a minute at first, and pays in long
        trainings on a GPU.
    n_threads : int, default=1
        Threads of torch, in training and in prediction. Another number is another result in the last
        bits, so it is fixed, and not left to the machine; small networks gain nothing from more.

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
    init: str | FrozenEstimator | None = None
    lower_rate: float = 1.0
    prior_correction: bool = False
    precision: str = "float32"
    compile: bool = False
    n_threads: int = 1

    def check(self):
        """Raise where a parameter is not what it may be.

        Raises
        ------
        ValueError, TypeError
            With the parameter's name, its value and what is allowed.
        """
        if not (isinstance(self.optimizer, type) and issubclass(self.optimizer, torch.optim.Optimizer)):
            check_choice("optimizer", self.optimizer, OPTIMIZERS, also="a class of torch.optim")
        check_choice("learning_rate", self.learning_rate, ("auto", *SCHEDULES))
        if self.init is not None and source_of(self.init) is None:
            check_choice("init", self.init, INITIALIZATIONS, also="a FrozenEstimator of a network, or None")
        check_number("lower_rate", self.lower_rate, low=0, high=1)
        check_choice("precision", self.precision, PRECISIONS)
        for name in ("momentum", "label_smoothing", "input_dropout"):
            check_share(name, getattr(self, name))
        for name in ("noise", "l1_activation"):
            check_number(name, getattr(self, name), low=0)
        for name in ("clip_grad_norm", "max_norm"):
            check_number(name, getattr(self, name), above=0, none=True)
        check_number("n_threads", self.n_threads, kind=numbers.Integral, low=1)


def recipe_of(estimator):
    """Return the recipe of a network, checked; None stands for the defaults.

    Parameters
    ----------
    estimator : estimator
        With the parameter ``recipe``.

    Returns
    -------
    recipe : TrainingRecipe

    Raises
    ------
    TypeError
        Where ``recipe`` is something else.
    """
    recipe = TrainingRecipe() if estimator.recipe is None else estimator.recipe
    if not isinstance(recipe, TrainingRecipe):
        raise TypeError(
            f"recipe={recipe!r} is no TrainingRecipe. Pass TrainingRecipe(optimizer='sgd', ...), or None for "
            "the defaults."
        )
    recipe.check()
    return recipe


WARM_UP = 0.25


def one_cycle(share):
    """Up in a line over a quarter of the steps, down to zero with a cosine."""
    return share / WARM_UP if share < WARM_UP else cosine((share - WARM_UP) / (1 - WARM_UP))


def cosine(share):
    """Down to zero with a cosine."""
    return 0.5 * (1 + math.cos(math.pi * share))


def step(share):
    """A tenth after one half, a hundredth after three quarters."""
    return 0.1 ** ((share >= 0.5) + (share >= 0.75))


def exponential(share):
    """Down to a hundredth, by the same ratio each step."""
    return 0.01**share


def constant(share):
    """One throughout."""
    return 1.0


SCHEDULES = {
    "one_cycle": one_cycle,
    "cosine": cosine,
    "step": step,
    "exponential": exponential,
    "constant": constant,
}


def factors(name, n_steps):
    """Yield the factor on the learning rate of each step, and the last one for steps beyond.

    Parameters
    ----------
    name : str
        A key of ``SCHEDULES``.
    n_steps : int
        Number of steps.

    Yields
    ------
    factor : float
        More than 0 and at most 1. A step takes the value in its middle.
    """
    for i in range(n_steps):
        yield SCHEDULES[name]((i + 0.5) / n_steps)
    while True:
        yield SCHEDULES[name]((n_steps - 0.5) / n_steps)


# Fused: one call for all weights. On small networks that is a third of a step.
OPTIMIZERS = {
    "adamw": partial(torch.optim.AdamW, fused=True),
    "adam": partial(torch.optim.Adam, fused=True),
    "sgd": partial(torch.optim.SGD, fused=True),
    "adagrad": torch.optim.Adagrad,
    "lbfgs": partial(torch.optim.LBFGS, line_search_fn="strong_wolfe"),
}


def optimizer_params(recipe, weight_decay):
    """Return what skorch needs to make an optimiser.

    Parameters
    ----------
    recipe : TrainingRecipe
        Checked.
    weight_decay : float
        Of the network.

    Returns
    -------
    params : dict
        With skorch's prefix.

    Raises
    ------
    ValueError
        Weight decay for an optimiser that has none, as L-BFGS.
    """
    optimizer = OPTIMIZERS.get(recipe.optimizer, recipe.optimizer)
    params = {"optimizer": optimizer}
    if "weight_decay" in inspect.signature(optimizer).parameters:
        params["optimizer__weight_decay"] = weight_decay
    elif weight_decay:
        raise ValueError(
            f"optimizer={recipe.optimizer!r} has no weight decay, and weight_decay={weight_decay!r}. Set "
            "weight_decay=0."
        )
    if recipe.optimizer == "sgd":
        momentum = float(recipe.momentum)  # torch takes no numbers of numpy's here
        params |= {"optimizer__momentum": momentum, "optimizer__nesterov": momentum > 0}
    return params
