"""Logits of clips of any length, a batch of clips at a time."""

import numpy as np
import torch
from sklearn.utils import gen_batches

from .._random import torch_threads
from ._windows import Windows


def predict_logits(module, frames, *, n_frames, batch_size, device, n_threads):
    """Return the logits of each clip, averaged over the windows that cover it.

    Parameters
    ----------
    module : torch.nn.Module
        It is moved to the device and back to the CPU, so that device memory is free after.
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        float32.
    n_frames : int
        Length of a window in frames.
    batch_size : int
        Clips, and windows, a batch.
    device : torch.device
    n_threads : int
        Threads of torch.

    Returns
    -------
    logits : ndarray of shape (n_clips, n_outputs)
        float32.
    """
    with torch_threads(n_threads), torch.no_grad():  # and its lock: one caller at a time moves the module
        try:
            module.eval().to(device)
            return np.concatenate(
                [
                    _mean_over_windows(module, Windows(frames[rows], n_frames, device), batch_size)
                    for rows in gen_batches(len(frames), batch_size)
                ]
            )
        finally:
            module.to("cpu")


def _mean_over_windows(module, windows, batch_size):
    clips, starts = windows.covering()
    logits = torch.cat(
        [
            module(windows.cut(c, s)).float().cpu()
            for c, s in zip(clips.split(batch_size), starts.split(batch_size), strict=True)
        ]
    )  # (n_windows, n_outputs)
    total = torch.zeros(len(windows), logits.shape[1]).index_add_(0, clips, logits)
    return (total / torch.bincount(clips)[:, None]).numpy()
