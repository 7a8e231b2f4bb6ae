"""Optimisers by name."""

import inspect
from functools import partial

import torch

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
