"""Outputs of a network for clips of any length, computed in batches of clips."""

import contextlib
import threading

import numpy as np
import torch
from sklearn.utils import gen_batches

from .._device import resolve_device
from .._random import torch_threads
from ._net import call
from ._recipe import recipe_of
from ._windows import ahead, windows_of

_MOVING = threading.RLock()


@contextlib.contextmanager
def moved_to(device, module):
    """Lend a module in evaluation mode to a device, one thread at a time, and return it where it was.

    On the CPU nothing moves, and threads predict side by side with one module. ``module.to("cpu")`` must not
    be called there: it takes the weights of a recurrent layer away for a moment even if they stay where
    they are, and a thread that is in the middle of a forward pass would miss them.
    """
    module.eval()
    if device.type == "cpu":
        yield
        return
    with _MOVING:
        home = next(module.parameters(), torch.empty(0)).device  # in training, it is there already
        try:
            module.to(device)
            yield
        finally:
            module.to(home)


def outputs_of(network, module, frames):
    """Return the outputs of a module for each clip, with a fitted network's windows, device and threads.

    Parameters
    ----------
    network : BaseNetwork
        A fitted network.
    module : torch.nn.Module
        The network's own module, or one that contains it.
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        float32.

    Returns
    -------
    outputs : ndarray of shape (n_clips, n_outputs)
        float32.

    Raises
    ------
    ValueError
        If the outputs are not finite.
    """
    outputs = predict_outputs(
        module,
        frames,
        n_frames=network.n_frames_,
        packed=network._packed,
        batch_size=int(network.batch_size),
        device=resolve_device(network.device),
        n_threads=recipe_of(network).n_threads,
    )
    finite = np.isfinite(outputs).all(axis=1)
    if not finite.all():
        clip = int(finite.argmin())
        raise not_finite(network, clip, frames[clip])
    return outputs


def not_finite(network, clip, frames):
    """Return the error for a clip, of these frames, whose outputs are not finite."""
    return ValueError(
        f"{type(network).__name__} gives no finite numbers for clip {clip} of X, whose values reach "
        f"{np.abs(frames).max():g}. Scale X like the training clips; if it is, the training has "
        "diverged: fit again with a lower learning_rate_init."
    )


def predict_outputs(module, frames, *, n_frames, packed, batch_size, device, n_threads):
    """Return the outputs for each clip, averaged over the windows that cover it.

    Parameters
    ----------
    module : torch.nn.Module
        On the CPU. It is moved to the device and back, so that device memory is free afterwards.
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        float32.
    n_frames : int or None
        Length of a window in frames; None takes clips whole.
    packed : bool
        See :class:`Windows`.
    batch_size : int
        Number of clips, and of windows, per batch.
    device : torch.device
    n_threads : int
        Number of torch threads.

    Returns
    -------
    outputs : ndarray of shape (n_clips, n_outputs)
        float32.
    """
    with moved_to(device, module), torch_threads(n_threads), torch.no_grad():
        return np.concatenate(
            [
                _mean_over_windows(module, windows_of(frames[rows], n_frames, device, packed), batch_size)
                for rows in gen_batches(len(frames), batch_size)
            ]
        )


def _mean_over_windows(module, windows, batch_size):
    clips, starts = windows.covering()
    pairs = zip(clips.split(batch_size), starts.split(batch_size), strict=True)
    batches = ahead(lambda pair: windows.cut(*pair), pairs, windows.ahead)
    outputs = torch.cat([call(module, x).float().cpu() for x in batches])  # (n_windows, n_outputs)
    total = outputs.new_zeros(len(windows), outputs.shape[1]).index_add_(0, clips, outputs)
    return (total / torch.bincount(clips)[:, None]).numpy()
