"""A fitted step as a module of torch: one function, open to steps of any package."""

from functools import singledispatch

import torch
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils.validation import check_is_fitted

from ..._step_modules import StepModule, StepSequence, out_lengths


@singledispatch
def convert(step):
    """Return a module of torch that computes what a fitted step does.

    (The helper who owns this file writes the docstring.)
    """
    if not hasattr(step, "to_module"):
        raise TypeError(
            f"{type(step).__name__} has no equation that torch can go on learning, as trees and neighbours have "
            "none. Put it behind the last step that is converted, or register a function for it: "
            "@convert.register."
        )
    check_is_fitted(step)
    return step.to_module()


@convert.register
def _(step: Pipeline):
    check_is_fitted(step)
    return StepSequence({name: convert(one) for name, one in step.steps if one not in (None, "passthrough")})


@convert.register
def _(step: FeatureUnion):
    check_is_fitted(step)
    return SideBySide({name: convert(one) for name, one in step.transformer_list})


class SideBySide(StepModule):
    """What several steps make of the same input, joined along bins or features."""

    def __init__(self, steps):
        super().__init__()
        self.names = list(steps)
        self.steps = torch.nn.ModuleList(steps.values())

    def forward(self, x, lengths=None):
        """Return the results side by side."""
        return torch.cat(
            [step(x, lengths) if isinstance(step, StepModule) else step(x) for step in self.steps], 1
        )

    def out_lengths(self, lengths):
        """Return the lengths of what comes out: those of every part."""
        return out_lengths(self.steps[0], lengths)
