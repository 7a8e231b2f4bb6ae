"""Modules of torch as plain values: classes, numbers, texts and arrays, from which they are made again.

skops refuses tensors, and a pickle can run code. A module is its class, its attributes, its arrays and its
layers; none of its methods runs when it is made again. A module of this library that keeps the arguments of
its constructor, in ``arguments``, is its class, these and its arrays, so that its layers may be built in
another way later.
"""

import numpy as np
import torch
from torch import nn

_MARK = "torch.nn.Module"  # the key that tells such a description from a dict of the user's
_ARGUMENTS = "arguments"
_OWN = frozenset(vars(nn.Module()))  # what every module has: hooks, which are left out, and containers
_CONTAINERS = "_parameters", "_buffers", "_modules"


def as_plain(value):
    """Return a module as a dict of plain values, and anything else unchanged."""
    return _described(value) if isinstance(value, nn.Module) else value


def contents(module):
    """Return what the outputs of a module in evaluation mode depend on besides its class, by name."""
    names = [name for name in sorted(vars(module)) if name not in _OWN or name in _CONTAINERS]
    return {name: vars(module)[name] for name in names}


def from_plain(value):
    """Return a module from what ``as_plain`` has made of it, and anything else unchanged."""
    return _made(value) if isinstance(value, dict) and _MARK in value else value


def _described(module):
    if hasattr(module, _ARGUMENTS):
        return {
            _MARK: type(module),
            "training": module.training,
            _ARGUMENTS: module.arguments,
            "tags": module.tags,
            "weights": {name: tensor.cpu().numpy().copy() for name, tensor in module.state_dict().items()},
        }
    attributes = {name: value for name, value in module.__getstate__().items() if name not in _OWN}
    return {
        _MARK: type(module),
        "training": module.training,
        "attributes": attributes,
        "parameters": {
            name: (_array(tensor), bool(tensor is not None and tensor.requires_grad))
            for name, tensor in module._parameters.items()
        },
        "buffers": {name: _array(tensor) for name, tensor in module._buffers.items()},
        "not_saved": sorted(module._non_persistent_buffers_set),
        "layers": {name: as_plain(layer) for name, layer in module._modules.items()},
    }


def _made(plain):
    if _ARGUMENTS in plain:
        return _built(plain)
    module = plain[_MARK].__new__(plain[_MARK])
    nn.Module.__init__(module)
    vars(module).update(plain["attributes"])
    for name, (array, learns) in plain["parameters"].items():
        tensor = _tensor(array)
        parameter = None if tensor is None else nn.Parameter(tensor, requires_grad=learns)
        module.register_parameter(name, parameter)
    for name, array in plain["buffers"].items():
        module.register_buffer(name, _tensor(array), persistent=name not in plain["not_saved"])
    for name, layer in plain["layers"].items():
        module.add_module(name, from_plain(layer))
    module.training = plain["training"]
    return module


def _built(plain):
    with torch.random.fork_rng(devices=[]):  # its first weights must not come from the user's generator
        module = plain[_MARK](**plain[_ARGUMENTS])
    module.load_state_dict({name: torch.from_numpy(np.array(x)) for name, x in plain["weights"].items()})
    module.tags = plain["tags"]
    return module.train(plain["training"])


def _array(tensor):
    return None if tensor is None else tensor.detach().cpu().numpy().copy()


def _tensor(array):
    return None if array is None else torch.from_numpy(np.array(array))
