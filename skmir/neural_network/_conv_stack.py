"""Clips on their way through a stack of convolutional Boltzmann machines."""

import numpy as np
import torch
from sklearn.utils import gen_batches

from ._activations import POOLS


def frames_needed(machines):
    """Return how many frames give one pooling unit of the highest layer.

    Parameters
    ----------
    machines : list of ConvRBM
        From the lowest up.

    Returns
    -------
    n_frames : int
    """
    n = 1
    for machine in reversed(machines):
        n = n * machine.pool_size + machine.weight.shape[2] - 1
    return n


def long_enough(frames, n_frames, dtype):
    """Return clips of at least a number of frames; those that were shorter are repeated.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
    n_frames : int
        How many each clip has at least.
    dtype : dtype
        Of the result.

    Returns
    -------
    frames : list of ndarray of shape (n_bins, n_frames_i)
    """
    frames = [np.asarray(x, dtype) for x in frames]
    return [
        x if x.shape[1] >= n_frames else np.take(x, np.arange(n_frames) % x.shape[1], axis=1) for x in frames
    ]


def random_batches(windows, batch_size, generator):
    """Yield one window of each clip, at a random place and in random order.

    Parameters
    ----------
    windows : Windows
    batch_size : int
        Windows a batch.
    generator : torch.Generator
        Of the order and of the places.

    Yields
    ------
    batch : tensor of shape (B, n_bins, n_frames)
    """
    order = torch.randperm(len(windows), generator=generator)
    starts = windows.random_starts(order, generator)
    for clips, first in zip(order.split(batch_size), starts.split(batch_size), strict=True):
        yield windows.cut(clips, first)


def maps_of(machine, frames, batch_size):
    """Return the pooling units of one machine over all of each clip.

    Parameters
    ----------
    machine : ConvRBM
    frames : list of ndarray of shape (n_channels, n_frames_i)
    batch_size : int
        Clips at once.

    Returns
    -------
    maps : list of ndarray of shape (n_filters, n_blocks_i)
    """
    maps = [None] * len(frames)
    with torch.no_grad():
        for rows, v in _batches_of_equal_length(frames, batch_size, machine.weight.device):
            for row, x in zip(rows, machine(v).cpu().numpy(), strict=True):
                maps[row] = x
    return maps


def pooled_maps(machines, frames, batch_size, layers, pools):
    """Return the pooling units of some layers, pooled over all of each clip.

    Parameters
    ----------
    machines : list of ConvRBM
        From the lowest up.
    frames : list of ndarray of shape (n_bins, n_frames_i)
    batch_size : int
        Clips at once.
    layers : collection of int
        Counted from 1.
    pools : list of {"mean", "max"}

    Returns
    -------
    table : ndarray of shape (n_clips, n_features)
    """
    tables, order = [], []
    with torch.no_grad():
        for rows, v in _batches_of_equal_length(frames, batch_size, machines[0].weight.device):
            parts = []
            for layer, machine in enumerate(machines, start=1):
                v = machine(v)  # (B, n_filters, n_blocks)
                parts += [POOLS[pool](v) for pool in pools if layer in layers]
            tables.append(torch.cat(parts, dim=1).cpu().numpy())
            order.append(rows)
    return np.concatenate(tables)[np.argsort(np.concatenate(order))]


def _batches_of_equal_length(frames, batch_size, device):
    """Yield rows and their clips as a tensor of shape (B, n_bins, n_frames)."""
    lengths = np.array([x.shape[1] for x in frames])
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        for batch in gen_batches(len(rows), batch_size):
            # In C order whatever the caller's: the last bits of a result hang on it.
            clips = np.ascontiguousarray(np.stack([frames[row] for row in rows[batch]]))
            yield rows[batch], torch.from_numpy(clips).to(device)
