"""Initial weights by name."""

import torch
from torch import nn

from ._transfer import source_of, take_layers

INITIALIZATIONS = {
    "glorot_uniform": nn.init.xavier_uniform_,
    "glorot_normal": nn.init.xavier_normal_,
    "he_uniform": nn.init.kaiming_uniform_,
    "he_normal": nn.init.kaiming_normal_,
    "orthogonal": nn.init.orthogonal_,
}
LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d)


@torch.no_grad()
def initialize(module, init):
    """Draw the weights of all linear and convolutional layers again, and set their biases to zero.

    Parameters
    ----------
    module : torch.nn.Module
        Changed in place.
    init : str, FrozenEstimator or None
        A key of ``INITIALIZATIONS``, or a fitted network, from which all layers but the last are taken;
        None leaves the module unchanged.
    """
    if init is None:
        return
    if (network := source_of(init)) is not None:
        take_layers(module, network)
        return
    for layer in module.modules():
        if isinstance(layer, LAYERS):
            # Drawn in plain memory order: torch's orthogonal_ does not accept weights with channels last.
            drawn = torch.empty_like(layer.weight, memory_format=torch.contiguous_format)
            layer.weight.copy_(INITIALIZATIONS[init](drawn))
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


@torch.no_grad()
def limit_norms(module, max_norm):
    """Scale down the incoming weights of each unit whose norm exceeds a limit.

    Parameters
    ----------
    module : torch.nn.Module
        Changed in place: its linear and convolutional layers.
    max_norm : float
        The limit.
    """
    for layer in module.modules():
        if isinstance(layer, LAYERS):
            layer.weight.renorm_(2, 0, max_norm)
