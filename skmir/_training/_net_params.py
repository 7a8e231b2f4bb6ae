"""The parameters of skorch that ``net_params`` may hold, and what to set instead of the others."""

import difflib
import inspect

from skorch import NeuralNet

from ._recipe import OPTIMIZERS

TAKEN = ("callbacks", "optimizer", "accelerator", "unwrap_after_train")
PREFIXES = ("callbacks__", "optimizer__")
OURS = {  # skorch's parameters that a network sets by itself, and their equivalents here
    "module": "CNNClassifier(Own, module__depth=3) takes a module class of your own, and its arguments",
    "criterion": "the loss follows from y; TrainingRecipe(label_smoothing=...) changes it",
    "lr": "set learning_rate_init",
    "max_epochs": "set max_iter",
    "batch_size": "set batch_size of the network itself",
    "iterator_train": "set batch_size; the order of the clips follows random_state",
    "iterator_valid": "set batch_size; validation sees every clip in order",
    "dataset": "the clips passed to fit are held in memory",
    "train_split": "set early_stopping=True, or pass X_val and y_val to fit",
    "predict_nonlinearity": "predict_proba gives probabilities, and decision_function the values behind them",
    "warm_start": "set warm_start of the network itself",
    "verbose": "set verbose of the network itself",
    "device": "set device of the network itself",
    "compile": "set recipe=TrainingRecipe(compile=True)",
    "use_caching": "callbacks get each batch once, during training",
    "torch_load_kwargs": "save the fitted network itself, with skops or pickle",
    "classes": "pass classes to the first partial_fit",
    "optimizer__lr": "set learning_rate_init",
    "optimizer__weight_decay": "set weight_decay",
}
RECIPE = {  # parameters of the optimizers that the recipe names
    "optimizer__momentum": "set recipe=TrainingRecipe('sgd', momentum=...), or net_params['optimizer']",
    "optimizer__nesterov": "TrainingRecipe('sgd') uses it; set net_params['optimizer'] for one without it",
}


def check_net_params(net_params, optimizer):
    """Raise if ``net_params`` holds a key that is unknown or would have no effect.

    Parameters
    ----------
    net_params : dict or None
    optimizer : str or torch.optim.Optimizer class
        The recipe's optimizer, which ``net_params`` may replace.

    Raises
    ------
    TypeError
        If ``net_params`` is neither a dict nor None.
    ValueError
        If the network sets a key by itself (the message names the parameter to set instead), or if a key is
        unknown (the message names the most similar one).
    """
    if not isinstance(net_params, dict | None):
        raise TypeError(f"net_params={net_params!r} must be a dict or None.")
    net_params = net_params or {}
    for name in net_params:
        if (cure := _cure(name, net_params)) is not None:
            raise ValueError(f"net_params holds {name!r}, which has no effect here: {cure}.")
        if not _is_taken(name):
            raise ValueError(
                f"net_params holds {name!r}, which skorch does not know.{_nearest(name)} It may hold "
                f"{', '.join(TAKEN[:2])}, keys that begin with {' or '.join(PREFIXES)}, and an accelerator."
            )
    optimizer = net_params.get("optimizer", OPTIMIZERS.get(optimizer, optimizer))
    _check_options(net_params, inspect.signature(optimizer))


def _cure(name, net_params):
    if name in RECIPE:
        return None if "optimizer" in net_params else RECIPE[name]
    if name in OURS:
        return OURS[name]
    prefix = str(name).partition("__")[0]
    return None if prefix == "optimizer" else OURS.get(prefix)


def _is_taken(name):
    return name in TAKEN or (isinstance(name, str) and name.startswith(PREFIXES))


def _nearest(name):
    known = [*TAKEN, *(name for name in inspect.signature(NeuralNet).parameters if name != "kwargs")]
    nearest = difflib.get_close_matches(str(name), known, n=1)
    return f" Did you mean {nearest[0]!r}?" if nearest else ""


def _check_options(net_params, signature):
    """Raise if the optimizer does not take an option; torch's own error would not list the options."""
    options = list(signature.parameters)[1:]  # the first parameter is the weights
    for name in net_params:
        option = str(name).removeprefix("optimizer__")
        if option == name or option.startswith("param_groups") or option in options:
            continue
        nearest = difflib.get_close_matches(option, options, n=1)
        raise ValueError(
            f"net_params holds {name!r}, which the optimizer does not take: it takes {', '.join(options)}."
            + (f" Did you mean 'optimizer__{nearest[0]}'?" if nearest else "")
        )
