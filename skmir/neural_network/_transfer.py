"""First weights that another network has learned, for another task: all layers but the last."""

import torch
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

HEAD = "final_layer"


def source_of(init):
    """Return the fitted network inside a FrozenEstimator, or None where ``init`` is something else.

    Raises
    ------
    TypeError
        Where what is frozen is no network.
    NotFittedError
        Where it has not learned.
    """
    if not isinstance(init, FrozenEstimator):
        return None
    network = init
    while isinstance(network, FrozenEstimator):
        network = network.estimator
    check_is_fitted(network)
    if not isinstance(getattr(network, "module_", None), torch.nn.Module):
        raise TypeError(
            f"init=FrozenEstimator({type(network).__name__}()) holds no network of skmir.neural_network. "
            "Freeze the network alone, without the steps before it."
        )
    return network


@torch.no_grad()
def take_layers(module, network):
    """Copy all layers but the last from a fitted network.

    Parameters
    ----------
    module : torch.nn.Module
        Changed in place.
    network : BaseNetwork
        Fitted, with the same layers.

    Raises
    ------
    ValueError
        Where a layer has no counterpart of its shape.
    """
    given, wanted = network.module_.state_dict(), module.state_dict()
    for name, values in wanted.items():
        if _is_of_head(name):
            continue
        if name not in given or given[name].shape != values.shape:
            found = tuple(given[name].shape) if name in given else "missing"
            raise ValueError(
                f"init: {name} has the shape {tuple(values.shape)} here, and is {found} in "
                f"the fitted {type(network).__name__}. Take its architecture, widths, number of bins "
                f"({network.n_bins_}) and length of window ({network.n_frames_} frames)."
            )
        values.copy_(given[name])


def freeze(module):
    """Let all layers but the last stay as they are in training."""
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(_is_of_head(name))


def start_training(module):
    """Put a module into training mode, but what is frozen: its batch normalisation keeps its statistics."""
    module.train()
    for layer in module.modules():
        own = list(layer.parameters(recurse=False))
        if own and not any(parameter.requires_grad for parameter in own):
            layer.eval()


def parameter_groups(lower_rate):
    """Return skorch's groups of parameters: the last layer, and those below with their factor on the rate."""
    return [(f"{HEAD}.*", {"rate_factor": 1.0}), ("*", {"rate_factor": float(lower_rate)})]


def _is_of_head(name):
    return name.split(".")[0] == HEAD
