"""Initial weights that were learned on another task: all layers of a network but the last, or filters."""

import torch
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted
from torch import nn

HEAD = "final_layer"


def source_of(init):
    """Return the fitted estimator inside a FrozenEstimator, a trained module, or None for anything else.

    Raises
    ------
    TypeError
        If the frozen estimator has no layers that can be taken.
    NotFittedError
        If the frozen estimator is not fitted.
    """
    if not isinstance(init, FrozenEstimator | nn.Module):
        return None
    source = init
    while isinstance(source, FrozenEstimator):
        source = source.estimator
    if isinstance(source, nn.Module):
        return source
    check_is_fitted(source)
    if not (hasattr(source, "conv_weights") or isinstance(getattr(source, "module_", None), nn.Module)):
        raise TypeError(
            f"init=FrozenEstimator({type(source).__name__}()) must hold a network of skmir.neural_network or "
            "a ConvolutionalDBN. Freeze it alone, without the steps before it."
        )
    return source


@torch.no_grad()
def take_layers(module, source):
    """Copy layers: all but the last of a network, or the filters of a convolutional DBN to the first ones.

    Parameters
    ----------
    module : torch.nn.Module
        Changed in place.
    source : BaseNetwork, ConvolutionalDBN or nn.Module
        Fitted.

    Raises
    ------
    ValueError
        If a layer has no counterpart with the same shape.
    """
    wanted = module.state_dict()
    for name, values in _given(module, source).items():
        if values is None or values.shape != wanted[name].shape:
            found = "missing" if values is None else tuple(values.shape)
            raise ValueError(
                f"init: {name} has the shape {tuple(wanted[name].shape)} here, but is {found} in the fitted "
                f"{type(source).__name__}. {_cure(source)}"
            )
        wanted[name].copy_(values)


def freeze(module, source):
    """Keep the layers that were taken unchanged in training."""
    given = _given(module, source)
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(name not in given)


def start_training(module):
    """Put a module into training mode, except frozen layers, which keep their batch statistics."""
    module.train()
    for layer in module.modules():
        own = list(layer.parameters(recurse=False))
        if own and not any(parameter.requires_grad for parameter in own):
            layer.eval()


def parameter_groups(module, source, lower_rate):
    """Return skorch's groups of parameters, each with its factor for the learning rate."""
    lower, full = {"rate_factor": float(lower_rate)}, {"rate_factor": 1.0}
    if hasattr(source, "conv_weights"):
        return [*((name, lower) for name in _given(module, source)), ("*", full)]
    return [(f"{HEAD}.*", full), ("*", lower)]


def _given(module, source):
    """Return the weights of the source by the module's names, or None for names that it lacks."""
    if hasattr(source, "conv_weights"):
        return _filters(module, source)
    given = (source if isinstance(source, nn.Module) else source.module_).state_dict()
    return {name: given.get(name) for name in module.state_dict() if name.split(".")[0] != HEAD}


def _filters(module, source):
    """Return the filters and biases of a convolutional DBN for the convolutions over time, from the first on.

    They keep the scale at which they were learned: divided by the variance of the visible units, as the
    machine itself applies them, they would be too steep to start from.
    """
    convolutions = [name for name, layer in module.named_modules() if isinstance(layer, nn.Conv1d)]
    given = {}
    for i, (weight, bias) in enumerate(zip(source.components_, source.intercept_hidden_, strict=True)):
        name = convolutions[i] if i < len(convolutions) else None
        if name is None:
            raise ValueError(
                f"init: the fitted {type(source).__name__} has {len(source.components_)} layers, but the "
                f"network has {len(convolutions)} convolutions over time. {_cure(source)}"
            )
        given[f"{name}.weight"], given[f"{name}.bias"] = torch.tensor(weight), torch.tensor(bias)
    return given


def _cure(source):
    if hasattr(source, "conv_weights"):
        return (
            "Use architecture='temporal', with the same filter length, number of filters and bins as the "
            "fitted one."
        )
    if isinstance(source, nn.Module):
        return (
            f"Use the same module, CNNClassifier({type(source).__name__}), with the same widths, and frames "
            "with the number of bins that it has learned from."
        )
    return (
        f"Use its architecture, widths, number of bins ({source.n_bins_}) and length of window "
        f"({source.n_frames_} frames)."
    )
