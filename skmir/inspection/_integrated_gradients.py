"""Integrated gradients: a network's score of a class, shared out to the values of its input."""

import warnings

import numpy as np
import torch

from .._extras import require
from .._random import torch_threads
from .._training import Windows, recipe_of
from ..neural_network._classifier import BaseNetworkClassifier
from ._frames_display import is_regular
from ._unwrap import all_steps, last_step, steps_to_frames, unwrapped

_TOLERANCE = 0.05  # of the score's difference, above which a warning tells that the path is too coarse


def integrated_gradients(network, frames, baseline, column, n_steps):
    """Return what each value of a clip's frames contributes to the score of a class.

    Parameters
    ----------
    network : BaseNetworkClassifier
        Fitted.
    frames, baseline : ndarray of shape (n_bins, n_frames)
        The clip, and where the path to it starts; float32.
    column : int
        Position of the class in ``classes_``.
    n_steps : int
        Number of points on the path.

    Returns
    -------
    contributions : ndarray of shape (n_bins, n_frames)
    delta : float
        By how much their sum exceeds the difference of the scores of clip and baseline.
    """
    require("method='integrated_gradients'", "captum")
    from captum.attr import IntegratedGradients

    # Gradients are computed on the CPU, where recurrent layers have them in evaluation mode too.
    module = network.module_.eval()
    score = _score(network, module, frames, column)
    x, start = (torch.from_numpy(np.ascontiguousarray(a, np.float32))[None] for a in (frames, baseline))
    with torch_threads(recipe_of(network).n_threads):
        contributions = IntegratedGradients(score).attribute(
            x, start, n_steps=n_steps, internal_batch_size=int(network.batch_size)
        )
        with torch.no_grad():
            difference = float(score(x) - score(start))
    contributions = contributions[0].detach().numpy().astype(float)
    delta = float(contributions.sum() - difference)
    if abs(delta) > _TOLERANCE * max(abs(difference), 1e-3):
        warnings.warn(
            f"The contributions add up to {contributions.sum():.3g}, but the score differs by "
            f"{difference:.3g} between clip and baseline. Use more than n_steps={n_steps}.",
            stacklevel=4,
        )
    return contributions, delta


def _score(network, module, frames, column):
    """Return a function from frames, a tensor of shape (B, n_bins, n_frames), to scores of shape (B,).

    It is what the network does with a clip: outputs of the windows that cover it, averaged.
    """
    windows = Windows(frames[np.newaxis], network.n_frames_, torch.device("cpu"), network._packed)
    places = windows.rows(*windows.covering())  # (n_windows, n_frames of a window)
    offset = network._logit_offset()
    offset = 0.0 if offset is None else torch.from_numpy(np.asarray(offset, np.float32))
    of_tags = network.target_type_ == "multilabel-indicator"

    def score(x):
        cut = x[:, :, places].transpose(1, 2)  # (B, n_windows, n_bins, n_frames)
        cut = cut.reshape(-1, *cut.shape[2:])
        if network._packed:
            length = min(frames.shape[1], windows.n_frames)
            outputs = module(cut, lengths=torch.full((len(cut),), length))
        else:
            outputs = module(cut)
        logits = outputs.reshape(len(x), len(places), -1).mean(dim=1) - offset
        own = logits[:, column]
        if of_tags:
            return own
        others = [i for i in range(logits.shape[1]) if i != column]
        return own - torch.logsumexp(logits[:, others], dim=1)

    return score


def input_of(estimator, clip):
    """Return a Pipeline's network, its front end, and the frames that the network gets of a clip.

    Parameters
    ----------
    estimator : Pipeline or search
        Fitted.
    clip : ndarray of shape (n_samples,)

    Returns
    -------
    network : BaseNetworkClassifier
    front_end : transformer
    frames : ndarray of shape (n_bins, n_frames)
        float32.

    Raises
    ------
    TypeError
        If the estimator does not end in a network, or has no front end.
    ValueError
        If the frames are no longer those of the front end.
    """
    network = last_step(estimator)
    if not isinstance(network, BaseNetworkClassifier) or network._per_frame:
        raise TypeError(
            "estimator must end in a network that classifies clips for method='integrated_gradients', got "
            f"{type(network).__name__}. Use method='occlusion'."
        )
    before, front_end, after = steps_to_frames(estimator)
    names = own = list(front_end.get_feature_names_out())
    for step in after:
        names = list(step.get_feature_names_out(names))
    raw = front_end.transform(_passed([clip], before))
    steps = all_steps(unwrapped(estimator))[len(before) + 1 : -1]
    frames = np.asarray(_passed(raw, steps)[0], np.float32)
    same = names == own and len(steps) == len(after) and is_regular(front_end)
    if not same or frames.shape != np.shape(raw[0]):
        raise ValueError(
            "The network's input must have the front end's bins and frames for "
            f"method='integrated_gradients', that is the shape {np.shape(raw[0])}, got {frames.shape} after "
            "the steps between them, or other bins. Use method='occlusion'."
        )
    return network, front_end, frames


def _passed(X, steps):
    for step in steps:
        X = step.transform(X)
    return X


def baseline_of(baseline, frames):
    """Return where the path to the frames starts, of their shape."""
    start = np.zeros_like(frames) if baseline is None else np.asarray(baseline, np.float32)
    if start.shape != frames.shape or not np.isfinite(start).all():
        raise ValueError(
            f"baseline must hold finite values of the network's input, of shape {frames.shape}, got the "
            f"shape {start.shape}{'' if np.isfinite(start).all() else ' with NaN or infinity'}."
        )
    return start
