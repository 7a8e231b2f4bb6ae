"""Modules of steps that stand beside one another."""

import torch
from torch import nn

from ..._step_modules import StepModule, out_lengths, run


class SideBySide(StepModule):
    """What several steps make of the same input, joined along bins or features.

    Parameters
    ----------
    steps : dict of str to nn.Module
        By the names of the steps.
    weights : dict of str to float or None
        What the results of some steps are multiplied by.
    """

    def __init__(self, steps, weights=None):
        super().__init__()
        self.names = list(steps)  # names of steps may hold dots, which names of submodules may not
        self.steps = nn.ModuleList(steps.values())
        self.weights = [float((weights or {}).get(name, 1)) for name in steps]

    def forward(self, x, lengths=None):
        """Return the results side by side."""
        results = [
            run(step, x, lengths)[0] * weight for step, weight in zip(self.steps, self.weights, strict=True)
        ]
        return torch.cat(results, 1)

    def out_lengths(self, lengths):
        """Return the lengths of what comes out: those of every part."""
        return out_lengths(self.steps[0], lengths)


class Selection(StepModule):
    """Some features of a table, in any order.

    Parameters
    ----------
    indices : array-like of int
    """

    def __init__(self, indices):
        super().__init__()
        self.register_buffer("indices", torch.tensor(indices, dtype=torch.int64))

    def forward(self, x, lengths=None):
        """Return the selected features."""
        return x[:, self.indices]


class Margins(StepModule):
    """The logits of several binary classifiers, each of which returns 0 and its decision.

    Parameters
    ----------
    classifiers : list of nn.Module
    """

    def __init__(self, classifiers):
        super().__init__()
        self.classifiers = nn.ModuleList(classifiers)

    def forward(self, x, lengths=None):
        """Return one decision per classifier, of shape (B, n_classifiers)."""
        logits = torch.stack([run(module, x, lengths)[0] for module in self.classifiers], 1)
        return logits[..., 1] - logits[..., 0]
