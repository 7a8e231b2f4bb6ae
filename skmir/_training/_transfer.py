"""First weights that were learned for another task: all layers of a network but the last, or filters."""

import torch
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted
from torch import nn

HEAD = "final_layer"


def source_of(init):
    """Return what is fitted inside a FrozenEstimator, or None where ``init`` is something else.

    Raises
    ------
    TypeError
        Where what is frozen has no layers to give.
    NotFittedError
        Where it has not learned.
    """
    if not isinstance(init, FrozenEstimator):
        return None
    source = init
    while isinstance(source, FrozenEstimator):
        source = source.estimator
    check_is_fitted(source)
    if not (hasattr(source, "conv_weights") or isinstance(getattr(source, "module_", None), nn.Module)):
        raise TypeError(
            f"init=FrozenEstimator({type(source).__name__}()) holds neither a network of "
            "skmir.neural_network nor a ConvolutionalDBN. Freeze it alone, without the steps before it."
        )
    return source


@torch.no_grad()
def take_layers(module, source):
    """Copy layers: all but the last from a network, the filters of a convolutional DBN to the first ones.

    Parameters
    ----------
    module : torch.nn.Module
        Changed in place.
    source : BaseNetwork or ConvolutionalDBN
        Fitted.

    Raises
    ------
    ValueError
        Where a layer has no counterpart of its shape.
    """
    wanted = module.state_dict()
    for name, values in _given(module, source).items():
        if values is None or values.shape != wanted[name].shape:
            found = "missing" if values is None else tuple(values.shape)
            raise ValueError(
                f"init: {name} has the shape {tuple(wanted[name].shape)} here, and is {found} in the fitted "
                f"{type(source).__name__}. {_cure(source)}"
            )
        wanted[name].copy_(values)


def freeze(module, source):
    """Let the layers that were taken stay as they are in training."""
    given = _given(module, source)
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(name not in given)


def start_training(module):
    """Put a module into training mode, but what is frozen: its batch normalisation keeps its statistics."""
    module.train()
    for layer in module.modules():
        own = list(layer.parameters(recurse=False))
        if own and not any(parameter.requires_grad for parameter in own):
            layer.eval()


def parameter_groups(module, source, lower_rate):
    """Return skorch's groups of parameters, each with its factor on the learning rate."""
    lower, full = {"rate_factor": float(lower_rate)}, {"rate_factor": 1.0}
    if hasattr(source, "conv_weights"):
        return [*((name, lower) for name in _given(module, source)), ("*", full)]
    return [(f"{HEAD}.*", full), ("*", lower)]


def _given(module, source):
    """Return by the module's names what the source has for them, or None where it has nothing."""
    if hasattr(source, "conv_weights"):
        return _filters(module, source)
    given = source.module_.state_dict()
    return {name: given.get(name) for name in module.state_dict() if name.split(".")[0] != HEAD}


def _filters(module, source):
    """Return the filters and biases of a convolutional DBN for the convolutions over time, from the first on.

    They are taken at the scale at which they were learned: divided by the variance of the visible units, as
    the machine sees with them, they are too steep to start from.
    """
    convolutions = [name for name, layer in module.named_modules() if isinstance(layer, nn.Conv1d)]
    given = {}
    for i, (weight, bias) in enumerate(zip(source.components_, source.intercept_hidden_, strict=True)):
        name = convolutions[i] if i < len(convolutions) else None
        if name is None:
            raise ValueError(
                f"init: the fitted {type(source).__name__} has {len(source.components_)} layers, and the "
                f"network {len(convolutions)} convolutions over time. {_cure(source)}"
            )
        given[f"{name}.weight"], given[f"{name}.bias"] = torch.tensor(weight), torch.tensor(bias)
    return given


def _cure(source):
    if hasattr(source, "conv_weights"):
        return (
            "Take architecture='temporal', its filter length, its number of filters and the bins that were "
            "learned from."
        )
    return (
        f"Take its architecture, widths, number of bins ({source.n_bins_}) and length of window "
        f"({source.n_frames_} frames)."
    )
