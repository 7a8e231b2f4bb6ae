"""When a step of training is computed by hand, as ``_dense`` does it, and when by autograd."""

import functools

import torch
from torch import nn
from torch.optim import AdamW
from torch.optim import optimizer as optimizers

from .._random import seeded
from ..modules import MLP
from ._dense import LAYERS, LOSSES, DenseGradients, FusedAdamW, layers_of
from ._losses import ClassLoss, NumberLoss

ENABLED = True  # False sends every step through autograd: for tests and benchmarks, which compare the two

# Where torch keeps hooks: no function tells whether there are any.
MODULE_HOOKS = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks")
EVERY_MODULE_HOOKS = tuple(f"_global{name}" for name in MODULE_HOOKS)
PARAMETER_HOOKS = ("_backward_hooks", "_post_accumulate_grad_hooks")
OPTIMIZER_HOOKS = ("_optimizer_step_pre_hooks", "_optimizer_step_post_hooks")
EVERY_OPTIMIZER_HOOKS = ("_global_optimizer_pre_hooks", "_global_optimizer_post_hooks")


def dense_step(net, examples):
    """Return the functions of a step by hand, or None if steps must be autograd's.

    Callbacks may change a net between epochs, so this is asked before each one.

    Parameters
    ----------
    net : Net
        In training.
    examples : Examples
        What it learns from.

    Returns
    -------
    functions : (callable, callable) or None
        The first sets the gradients of all parameters for a batch, and returns its loss; the second updates
        the parameters.
    """
    module, criterion, step = net.module_, net.criterion_, net.step_
    by_hand = (
        ENABLED
        and getattr(net, "accelerator", None) is None  # no gradients to average over processes
        and step.forward is None  # the module is not compiled
        and not step.bf16
        and not step.penalties  # the loss has no further terms
        and type(criterion) in LOSSES
        and (type(criterion) is not ClassLoss or examples.targets.ndim == 1)  # classes are not mixed
        and _is_known(module)
        and not _is_watched(module, criterion)
        and not (torch.is_autocast_enabled("cpu") or torch.is_anomaly_enabled())  # set around fit
        and all(_holds_here(unit, type(criterion)) for unit in _units(module))
    )
    if not by_hand:
        return None
    gradients = DenseGradients(module, criterion)  # first: it makes the arrays that the update reads
    return gradients, FusedAdamW(net.optimizer_) if _is_fused(net.optimizer_) else net.optimizer_.step


def _is_known(module):
    """Return whether a module is a perceptron of known layers, to which all parameters belong."""
    if type(module) is not MLP:  # a subclass may compute anything
        return False
    layers, parameters = layers_of(module), list(module.parameters())
    linear = [layer for layer in layers if type(layer) is nn.Linear]
    own = [parameter for layer in linear for parameter in (layer.weight, layer.bias)]
    return (
        type(layers[0]) is nn.Linear
        and all(type(layer) in LAYERS for layer in layers)
        and not any(getattr(layer, "inplace", False) for layer in layers)  # its derivative is another one
        and list(map(id, own)) == list(map(id, parameters))  # in particular, no two layers share one
        and all(map(_is_plain, parameters))
    )


def _is_plain(parameter):
    """Return whether a parameter is an array on the CPU that learns; others have other kernels."""
    return (
        type(parameter) is nn.Parameter
        and parameter.requires_grad
        and parameter.dtype == torch.float32
        and parameter.device.type == "cpu"
        and parameter.is_contiguous()
    )


def _is_watched(module, criterion):
    """Return whether somebody wants to see, or change, what happens inside."""
    modules = [*module.modules(), *criterion.modules()]
    return (
        any("forward" in vars(each) or _has_hooks(each, MODULE_HOOKS) for each in modules)
        or any(_has_hooks(parameter, PARAMETER_HOOKS) for parameter in module.parameters())
        or _has_hooks(nn.modules.module, EVERY_MODULE_HOOKS)
    )


def _has_hooks(owner, names):
    """Return whether there are hooks under some names; where torch lacks a name, there may be."""
    return any(getattr(owner, name, True) for name in names)


def _units(module):
    """Return the types of a perceptron's nonlinearities; without hidden layers, any one stands for them."""
    return {type(layer) for layer in layers_of(module)} - {nn.Linear, nn.Dropout} or {nn.ReLU}


def _is_fused(optimizer):
    """Return whether an optimiser is torch's fused AdamW as it comes, and has taken a step."""
    return (
        type(optimizer) is AdamW
        and all(map(_is_fused_group, optimizer.param_groups))
        and all(each in optimizer.state for group in optimizer.param_groups for each in group["params"])
        and "step" not in vars(optimizer)  # torch's schedules put one there
        and not _has_hooks(optimizer, OPTIMIZER_HOOKS)
        and not _has_hooks(optimizers, EVERY_OPTIMIZER_HOOKS)
    )


def _is_fused_group(group):
    return group["fused"] and not (group["amsgrad"] or group["maximize"])


@functools.cache
def _holds_here(unit, loss):
    """Return whether both ways give a small network the same bits, in this version of torch.

    Parameters
    ----------
    unit : type
        A nonlinearity.
    loss : type
        A loss.
    """
    with torch.enable_grad(), torch.device("cpu"):
        try:
            return all(map(torch.equal, _trial(unit, loss, True), _trial(unit, loss, False)))
        except (AttributeError, RuntimeError, TypeError):  # torch has a name no longer, or calls it otherwise
            return False


@seeded(0)
def _trial(unit, loss, by_hand):
    """Return the losses of three steps, and the parameters after them."""
    module = MLP(20, 3, (17,), unit, dropout=0.5)
    criterion = loss() if loss is NumberLoss else loss(label_smoothing=0.1)
    optimizer = AdamW(module.parameters(), fused=True)
    x, targets = torch.randn(13, 20), torch.arange(13) % 3 if loss is ClassLoss else torch.rand(13, 3)
    gradients, losses = DenseGradients(module, criterion), []
    for weights in (None, torch.rand(13), None):
        if by_hand:
            losses.append(gradients((x, (targets, weights))))
            update = FusedAdamW(optimizer) if _is_fused(optimizer) else optimizer.step
        else:
            optimizer.zero_grad()
            losses.append(criterion(module(x), (targets, weights)))
            losses[-1].backward()
            update = optimizer.step
        update()
    return *losses, *module.parameters()
