"""The network inside an UnfrozenClassifier: from what was computed once to labels, from a given start."""

import copy

from torch import nn

from ..._declared_parameters import positional
from .._classifier import BaseNetworkClassifier


class UnfrozenNetwork(BaseNetworkClassifier):
    """The network classifier that goes on from a module.

    Parameters
    ----------
    module : UnfrozenModule or None, default=None
        The start.
    anchor : dict of str to float or None, default=None
        Weights of the squared distance of parameters from their start, by name.
    constant_rate : bool, default=False
        Whether an "auto" learning rate is constant, as with early stopping.
    n_frames : int or None, default=None
        Clips are taken whole: the Pipeline does not cut them into windows either.
    weight_decay : float, default=0.0
        The anchor takes its place.
    """

    _starts_fitted = True
    _packed = True

    module: nn.Module | None = positional(default=None)
    anchor: dict[str, float] | None = None
    constant_rate: bool = False
    n_frames: int | None = None
    weight_decay: float = 0.0

    def _module_parameters(self):
        return {}

    def _make_module(self):
        return copy.deepcopy(self.module)

    def _anchor(self):
        return self.anchor

    def _schedule(self, recipe, last):
        schedule = super()._schedule(recipe, last)
        return "constant" if self.constant_rate and recipe.learning_rate == "auto" else schedule

    def plain_state(self):
        """Return what it learned as plain values, without the module that it starts from."""
        return {name: value for name, value in self.__getstate__().items() if name != "module"}


def network_from(state, module):
    """Return a fitted network from its plain state and a module with the same layers."""
    network = UnfrozenNetwork(module)
    network.__setstate__({**state, "module": module})
    return network
