"""The same network from random weights."""

import numpy as np
import torch
from sklearn.base import clone
from sklearn.utils import gen_batches

from ..._step_modules import run
from ..._validation import stack_if_equal
from ...compose._conversion import convert_transformer

BATCH = 256  # clips that are computed at once, if they are equally long


@torch.no_grad()
def randomise(cut, frames, y, seed):
    """Give the steps to train random weights, and fit the steps between them again.

    Weights have the scale of the fitted ones, and no negative ones if these have none; those of the
    classifier's last layer are 0. Steps that are not trained, such as scalers, are fitted again on what the
    random steps before them make of the clips.

    Parameters
    ----------
    cut : CutPipeline
        Changed in place.
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        What the first of its modules takes; or a table.
    y : ndarray of shape (n_clips,)
    seed : int
    """
    generator = torch.Generator().manual_seed(seed)
    *inner, last = cut.steps
    is_random = False
    for name in inner:
        if is_random:
            cut.steps[name] = clone(cut.steps[name]).fit(frames, y)
            cut.modules[name] = convert_transformer(cut.steps[name])
        if name in cut.trainable:
            _draw(cut.modules[name], generator)
            is_random = True
        frames = outputs(cut.modules[name], frames)
    if last in cut.trainable:
        _draw(cut.modules[last], generator)
        *_, final_layer = (part for part in cut.modules[last].modules() if part._parameters)
        for parameter in final_layer.parameters():
            parameter.zero_()


def outputs(module, X):
    """Return what a module computes of frames, or of a table, in the form that steps return it in."""
    if isinstance(X, list):
        return stack_if_equal([_run(module, x[None])[0] for x in X])
    return np.concatenate([_run(module, X[rows]) for rows in gen_batches(len(X), BATCH)])


def _run(module, x):
    return run(module, torch.as_tensor(np.asarray(x, np.float32)), None)[0].numpy()


def _draw(module, generator):
    """Draw each tensor of weights from a normal distribution, scaled to the fitted one's mean square."""
    for parameter in module.parameters():
        values = torch.randn(parameter.shape, generator=generator)
        if parameter.min() >= 0:
            values = values.abs()
        norm = values.norm()
        parameter.copy_(values * (parameter.norm() / norm if norm else 0))
