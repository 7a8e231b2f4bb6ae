"""What an ONNX file is made from: a module with its input, its outputs and its metadata."""

import json
from typing import NamedTuple

import numpy as np
import torch
from sklearn.base import is_classifier, is_regressor
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils import get_tags
from torch import nn

from ..audio import AudioLoader
from ..compose import convert
from ..feature_extraction._base import BaseFrontEnd
from ._base import BaseNetwork
from ._network_module import ScaledNetwork
from ._unfrozen import UnfrozenClassifier

_SECONDS = 2.0  # of the clips with which a graph is recorded
_N_FRAMES = 50  # of the frames with which it is, if it starts with frames


class Graph(NamedTuple):
    """A module, and what its ONNX file says about it."""

    module: nn.Module
    example: torch.Tensor  # a batch of two
    input_name: str
    output_names: list[str]
    varying: dict[str, dict[int, str]]  # names of the axes whose size is not fixed, by tensor
    metadata: dict[str, str]


class WithLink(nn.Module):
    """A module whose outputs are followed by a function of them: logits by probabilities.

    Parameters
    ----------
    module : nn.Module
    link : callable or None
        None adds nothing.
    """

    def __init__(self, module, link):
        super().__init__()
        self.module = module
        self.link = link

    def forward(self, x):
        """Return the outputs and, if there is a link, what it makes of them."""
        outputs = self.module(x)
        return outputs if self.link is None else (outputs, self.link(outputs))


def softmax(logits):
    """Return the probabilities of classes that exclude one another."""
    return torch.softmax(logits, dim=1)


def one_against_the_rest(logits):
    """Return the probabilities of classes of which each was told from all others alone."""
    chances = torch.sigmoid(logits)
    return chances / chances.sum(1, keepdim=True)


def unit_length(vectors):
    """Return rows of length 1."""
    return nn.functional.normalize(vectors, dim=1)


LINKS = (softmax, torch.sigmoid, one_against_the_rest)
NETWORK_LINKS = {  # of a kind of network: its outputs, and a function of them
    "continuous": (["numbers"], None),
    "embedding": (["vectors", "embedding"], unit_length),
    "multilabel-indicator": (["logits", "probabilities"], torch.sigmoid),
}
CLASSES = (["logits", "probabilities"], softmax)


def graph_of_network(network):
    """Return the graph of a network: from windows of frames to its outputs."""
    module = ScaledNetwork(network, network.module_)
    names, link = NETWORK_LINKS.get(module.kind, CLASSES)
    anywhere = network._packed or network._per_frame
    one, many = {0: "batch"}, {0: "batch", 2: "n_frames"}
    return Graph(
        module=WithLink(module, link),
        example=torch.zeros(2, network.n_bins_, network.n_frames_ or 8),
        input_name="frames",
        output_names=names,
        varying={
            **dict.fromkeys(names, many if network._per_frame else one),
            "frames": many if anywhere else one,
        },
        metadata={
            **metadata_of(network, link),
            "n_bins": str(network.n_bins_),
            "n_frames": "any" if network._per_frame or network.n_frames_ is None else str(network.n_frames_),
        },
    )


def graph_of_pipeline(model):
    """Return the graph of a Pipeline, or of another estimator that :func:`convert` knows."""
    name, example, varying, metadata = _input_of(_first_steps(model))
    module = convert(model).eval()
    last, last_module = _last_step(model, module)
    with torch.no_grad():
        results = module(example)
    if is_classifier(last) and not isinstance(last, BaseNetwork):
        link = _link_of(last, *_scores(last, last_module, model, example, results))
        outputs = CLASSES[0][: 1 if link is None else 2]
    else:
        outputs, link = _outputs_of(last)
    many = {0: "batch", 2: "n_frames"} if results.ndim == 3 else {0: "batch"}
    names = [name for name, _ in model.steps] if isinstance(model, Pipeline) else []
    return Graph(
        module=WithLink(module, link),
        example=example,
        input_name=name,
        output_names=outputs,
        varying={**dict.fromkeys(outputs, many), name: {0: "batch", **varying}},
        metadata={**metadata_of(last, link), **metadata, "steps": json.dumps(names)},
    )


def metadata_of(last, link):
    """Return what a file says about the estimator that answers, and whose outputs a link follows."""
    classes = getattr(last, "classes_", None)
    return {
        "estimator": type(last).__name__,
        "target_type": _target_type(last, classes, link),
        "classes": json.dumps([] if classes is None else np.asarray(classes).tolist()),
    }


def _target_type(last, classes, link):
    if hasattr(last, "target_type_"):
        return last.target_type_
    if classes is None:
        return "continuous" if is_regressor(last) else ""
    if link is torch.sigmoid:
        return "multilabel-indicator"
    return "binary" if len(classes) == 2 else "multiclass"


def _inside(model):
    """Return what was fitted inside of a search or a frozen estimator, or the model itself."""
    if isinstance(model, FrozenEstimator):
        return _inside(model.estimator)
    return _inside(model.best_estimator_) if hasattr(model, "best_estimator_") else model


def _first_steps(model):
    """Return the steps that get the input: one, or several side by side."""
    model = _inside(model)
    if isinstance(model, UnfrozenClassifier):
        return _first_steps(model.pipeline_)
    if isinstance(model, Pipeline):
        return _first_steps(next(step for _, step in model.steps if step not in (None, "passthrough")))
    if isinstance(model, FeatureUnion):
        return [first for _, step in model.transformer_list if step != "drop" for first in _first_steps(step)]
    return [model]


def _last_step(model, module):
    """Return the step that answers, and its module."""
    inner = _inside(model)
    return (
        _last_step(inner.steps[-1][1], module.steps[-1]) if isinstance(inner, Pipeline) else (inner, module)
    )


def _input_of(first):
    """Return the name of the input, an example, its axes of any size beside the first, and metadata."""
    if any(isinstance(step, AudioLoader) for step in first):
        raise TypeError(
            "AudioLoader reads files, which a graph cannot. The graph starts with waveforms: pass the "
            "Pipeline without it, pipeline[1:]."
        )
    for step in first:
        if isinstance(step, BaseFrontEnd) and step._alone():
            raise ValueError(
                f"{type(step).__name__} follows the tuning of each clip (tuning=None), and so has filters "
                "that no graph can hold. Set tuning to a number: 0.0 is A = 440 Hz."
            )
    rates = {float(step.sr) for step in first if isinstance(step, BaseFrontEnd)}
    if len(rates) > 1:
        raise ValueError(f"Front ends must have one sr to be written as one graph, got {sorted(rates)} Hz.")
    generator = torch.Generator().manual_seed(0)
    if rates:
        (sr,) = rates
        span = max(step._span()[0] for step in first)
        example = 0.1 * torch.randn(2, max(2 * span, round(_SECONDS * sr)), generator=generator)
        return "waveforms", example, {1: "n_samples"}, {"sr": f"{sr:g}", "n_samples": "any"}
    n_features = int(getattr(first[0], "n_bins_", None) or first[0].n_features_in_)
    if get_tags(first[0]).input_tags.three_d_array:
        example = torch.randn(2, n_features, _N_FRAMES, generator=generator)
        return "frames", example, {2: "n_frames"}, {"n_bins": str(n_features), "n_frames": "any"}
    return "features", torch.randn(2, n_features, generator=generator), {}, {"n_features": str(n_features)}


def _outputs_of(last):
    """Return the names of the outputs, and the function that makes the second of the first, or None."""
    if isinstance(last, BaseNetwork):
        return (["embedding"], None) if last._embeds else NETWORK_LINKS.get(last.target_type_, CLASSES)
    return ["numbers" if is_regressor(last) else "features"], None


def _scores(last, module, model, example, results):
    """Return logits and probabilities of a classifier, to be compared; of two clips or of made-up rows."""
    if not hasattr(last, "predict_proba"):
        return results, None
    if hasattr(last, "to_module"):  # it may take something else than rows
        return results, model.predict_proba(example.numpy())
    scales = np.logspace(-3, 0, 50)[:, None]
    rows = scales * np.random.RandomState(0).standard_normal((50, last.n_features_in_))
    with torch.no_grad():
        return module(torch.tensor(rows, dtype=torch.float32)), last.predict_proba(rows)


def _link_of(last, logits, probabilities):
    """Return the function from logits to probabilities that a classifier uses; None if it has none."""
    if probabilities is None:
        return None
    for link in LINKS:
        if np.shape(probabilities) == logits.shape and np.allclose(link(logits), probabilities, atol=1e-4):
            return link
    raise TypeError(
        f"{type(last).__name__} makes probabilities of its decisions in a way that is not written here. Use "
        "LogisticRegression, whose probabilities are a softmax, or LinearSVC, which has none."
    )
