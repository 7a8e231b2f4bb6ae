"""A fitted Pipeline, cut in two: what is computed once, and the modules of what is trained."""

import dataclasses

from sklearn.pipeline import Pipeline
from torch import nn

from ..._parameter_checks import check_choice, shown
from ..._step_modules import StepModule, run
from ...compose._conversion import convert, convert_transformer
from ...feature_extraction._base import BaseFrontEnd


@dataclasses.dataclass
class CutPipeline:
    """A fitted Pipeline, cut before the first step that is trained.

    Attributes
    ----------
    before : list of transformer
        What is computed once, in order: fitted steps, and the part of a front end that is not trained.
    steps : dict of str to estimator
        The fitted steps behind the cut.
    modules : dict of str to nn.Module
        The modules of these steps.
    trainable : list of str
        Names of the steps that are trained.
    """

    before: list
    steps: dict
    modules: dict
    trainable: list

    def network(self, of_tables):
        """Return the modules as one, in which only the trained steps have parameters that learn."""
        for name, module in self.modules.items():
            if name not in self.trainable:
                module.requires_grad_(False)
        return UnfrozenModule(self.modules, of_tables)


class UnfrozenModule(StepModule):
    """Modules of steps, one after another, from what was computed once to logits.

    Parameters
    ----------
    steps : dict of str to nn.Module
    of_tables : bool
        Whether the first takes a table, which a network of this library hands on as one frame per clip.
    """

    def __init__(self, steps, of_tables):
        super().__init__()
        self.names = list(steps)  # names of steps may hold dots, which names of submodules may not
        self.steps = nn.ModuleList(steps.values())
        self.of_tables = of_tables

    def forward(self, x, lengths=None):
        """Return logits of shape (B, n_classes) for frames of shape (B, n_bins, n_frames)."""
        if self.of_tables and x.ndim == 3:
            x, lengths = x[:, :, 0], None  # (B, n_features)
        for step in self.steps:
            x, lengths = run(step, x, lengths)
        return x

    def out_lengths(self, lengths):
        """Return None: logits have no frames."""
        return

    def weights_of(self, names):
        """Return copies of the weights of some steps, as arrays by the names of steps, and of weights."""
        return {
            name: {key: values.detach().cpu().numpy().copy() for key, values in step.named_parameters()}
            for name, step in zip(self.names, self.steps, strict=True)
            if name in names
        }


def check_trainable(trainable, names):
    """Raise unless ``trainable`` is "auto", "none" or some of the names of a Pipeline's steps."""
    if isinstance(trainable, str):
        check_choice("trainable", trainable, ("auto", "none"), also="a list of names of steps")
        return
    if not isinstance(trainable, list | tuple) or not all(isinstance(name, str) for name in trainable):
        raise TypeError(
            f"trainable must be 'auto', 'none' or a list of names of steps, got {shown(trainable)}. The "
            f"names are {', '.join(names)}."
        )
    unknown = [name for name in trainable if name not in names]
    if unknown or not trainable:
        raise ValueError(
            f"trainable must hold names of steps, {', '.join(names)}, got {shown(unknown or trainable)}. "
            "With nothing to train, use trainable='none'."
        )


def cut(pipeline, trainable):
    """Cut a fitted Pipeline before the first step that is trained.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted; its last step is a classifier.
    trainable : "auto" or list of str
        "auto" takes every step that can learn, behind the last one that cannot be part of a network.

    Returns
    -------
    cut : CutPipeline

    Raises
    ------
    ValueError
        If a step to train has nothing to learn, or if it or one behind it cannot be part of a network.
    """
    steps = flat_steps(pipeline)
    names = list(steps)
    parts, reasons = _parts_of(steps)
    learning = [name for name in names if name in parts and _learns(parts[name][1])]
    last_fixed = max((names.index(name) for name in reasons), default=-1)
    if last_fixed == len(names) - 1:
        raise ValueError(
            f"{names[-1]!r}, the last step, must be part of the network, but it cannot be: "
            f"{reasons[names[-1]]} Use a linear classifier, such as LogisticRegression, or trainable='none'."
        )
    if isinstance(trainable, str):
        trainable = [name for name in learning if names.index(name) > last_fixed]
        if not trainable:
            raise ValueError(
                f"At least one step must have something that training can change, but none of "
                f"{', '.join(names[last_fixed + 1 :])} has. Use a linear classifier as the last step, or "
                "trainable='none'."
            )
    for name in trainable:
        if name not in learning:
            why = reasons.get(name, f"{type(steps[name]).__name__} has nothing that training could change.")
            raise ValueError(
                f"trainable must name steps that can learn, {', '.join(learning)}, but {name!r} cannot: {why}"
            )
    trainable = sorted(set(trainable), key=names.index)
    first = names.index(trainable[0])
    if first < last_fixed:
        raise ValueError(
            f"All steps behind {names[first]!r}, which trainable names, must be part of the network, but "
            f"{names[last_fixed]!r} cannot be: {reasons[names[last_fixed]]} Leave out of trainable what "
            f"stands before {names[last_fixed]!r}, or take that step out of the Pipeline."
        )
    once = parts[names[first]][0]
    before = [steps[name] for name in names[:first]] + ([] if once is None else [once])
    return CutPipeline(
        before,
        {name: steps[name] for name in names[first:]},
        {name: parts[name][1] for name in names[first:]},
        trainable,
    )


def flat_steps(pipeline):
    """Return the steps of nested Pipelines by names such as "outer__inner", without those that do nothing."""
    steps = {}
    for name, step in pipeline.steps:
        if isinstance(step, Pipeline):
            steps |= {f"{name}__{inner}": one for inner, one in flat_steps(step).items()}
        elif step is not None and step != "passthrough":
            steps[name] = step
    return steps


def holds_front_end(step):
    """Return whether a step is a front end, or has one among its parameters."""
    return any(isinstance(one, BaseFrontEnd) for one in (step, *step.get_params().values()))


def _parts_of(steps):
    """Return what is computed once and the module of each step, and why other steps have no module."""
    parts, reasons = {}, {}
    *_, last = steps
    for name, step in steps.items():
        try:
            parts[name] = _part_of(step, convert if name == last else convert_transformer)
        except (TypeError, ValueError) as error:
            reasons[name] = str(error)
    return parts, reasons


def _part_of(step, make):
    if isinstance(step, BaseFrontEnd):
        once, module = step._designed()
        if module is None:
            raise ValueError(
                f"{type(step).__name__} with these parameters has nothing that training could change."
            )
        return once, module
    if holds_front_end(step):
        raise ValueError(
            f"{type(step).__name__} holds a front end, and is computed once. A front end can be trained if "
            "it is a step of the Pipeline itself."
        )
    return None, make(step)


def _learns(module):
    return any(parameter.requires_grad for parameter in module.parameters())
