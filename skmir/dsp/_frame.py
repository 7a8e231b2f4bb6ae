"""Cut waveforms into overlapping frames, without copying them."""

import functools
import itertools
import math

import numpy as np
import torch

from ._scratch import scratch

PAD_MODES = ("constant", "edge", "reflect", "symmetric")
# Samples of frames per block: few enough for the cache, and enough to be worth the many small calls.
BLOCK = 2**19


def recorded(y):
    """Return whether torch records what becomes of a tensor, to differentiate it or to write it as a graph.

    Then nothing is written to memory prepared before, which would cut the record.
    """
    return torch.jit.is_tracing() or (y.requires_grad and torch.is_grad_enabled())


def pad(y, n, mode, *, purpose=None):
    """Lengthen waveforms at both ends, as :func:`numpy.pad` does.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
    n : int
        Samples added at each end.
    mode : {"constant", "edge", "reflect", "symmetric"}
        "constant" adds zeros.
    purpose : str or None, default=None
        Of the memory in which zeros are added, as for :func:`scratch`; None takes new memory.

    Returns
    -------
    padded : tensor of shape (..., n_samples + 2 * n)

    Raises
    ------
    ValueError
        If ``mode="reflect"`` and there are no more than ``n`` samples to mirror.
    """
    if mode == "constant":
        return _with_zeros(y, n, purpose)
    if torch.jit.is_tracing():
        return _pad_traced(y, n, mode)
    if mode == "reflect":
        check_reflect(y.shape[-1], n)
    index = np.pad(np.arange(y.shape[-1]), n, mode=mode)
    return y[..., torch.from_numpy(index).to(y.device)]


def _with_zeros(y, n, purpose):
    """Lengthen waveforms by zeros at both ends."""
    if purpose is None or recorded(y):
        return torch.nn.functional.pad(y, (n, n))
    padded = scratch(purpose, (*y.shape[:-1], y.shape[-1] + 2 * n), dtype=y.dtype, device=y.device)
    padded[..., :n] = 0
    padded[..., n : n + y.shape[-1]] = y
    padded[..., n + y.shape[-1] :] = 0
    return padded


def _pad_traced(y, n, mode):
    """Lengthen waveforms of at least ``n + 1`` samples without arithmetic on their number, which may vary."""
    if mode == "edge":
        ends = y[..., :1].expand(*y.shape[:-1], n), y[..., -1:].expand(*y.shape[:-1], n)
    elif mode == "symmetric":
        ends = y[..., :n].flip(-1), y[..., -n:].flip(-1)
    else:
        ends = y[..., 1 : n + 1].flip(-1), y[..., -n - 1 : -1].flip(-1)
    return torch.cat([ends[0], y, ends[1]], dim=-1)


def check_reflect(n_samples, n):
    """Raise if a clip is too short for its ends to be mirrored."""
    if n_samples <= n:
        raise ValueError(
            f"pad_mode='reflect' mirrors {n} samples at each end and needs at least {n + 1}, but there are "
            f"{n_samples}. Use pad_mode='constant', shorter frames, or longer clips."
        )


def frame(y, frame_length, hop_length):
    """Return overlapping frames of a waveform as a view.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
    frame_length, hop_length : int
        In samples.

    Returns
    -------
    frames : tensor of shape (..., n_frames, frame_length)

    Raises
    ------
    ValueError
        If there are fewer samples than in one frame.
    """
    if torch.jit.is_tracing():
        return _frame_traced(y, frame_length, hop_length)
    if y.shape[-1] < frame_length:
        raise ValueError(
            f"a frame of {frame_length} samples does not fit into {y.shape[-1]}. Use center=True, which pads "
            "the ends, or shorter frames, or longer clips."
        )
    return y.unfold(-1, frame_length, hop_length)


def _frame_traced(y, frame_length, hop_length):
    """Return a copy of the frames, by an index: ONNX writes ``unfold`` as a loop."""
    n_frames = (y.shape[-1] - frame_length) // hop_length + 1
    index = torch.arange(n_frames)[:, None] * hop_length + torch.arange(frame_length)
    return y.index_select(-1, index.flatten().to(y.device)).reshape(*y.shape[:-1], -1, frame_length)


def blocks(frames):
    """Split frames along time into views that are small enough for the cache.

    Parameters
    ----------
    frames : tensor of shape (..., n_frames, frame_length)

    Returns
    -------
    blocks : tuple of tensors of shape (..., n_frames_i, frame_length)
        On a GPU a single block: there, a few large steps are faster.
    """
    if torch.jit.is_tracing():
        return (frames,)
    n_frames, n_fitting = frames.shape[-2], max(1, BLOCK // frames.shape[-1])
    if n_frames <= n_fitting or frames.device.type != "cpu":
        return (frames,)
    n_blocks = math.ceil(n_frames / n_fitting)
    return frames.split(math.ceil(n_frames / n_blocks), dim=-2)  # equal ones, as small as so many can be


def join(parts, n_frames):
    """Join parts along time, which is their second to last axis, and discard each part once it is copied.

    Parameters
    ----------
    parts : iterable of tensors of shape (..., n_frames_i, n_bins)
    n_frames : int
        Number of frames of all parts together.

    Returns
    -------
    joined : tensor of shape (..., n_frames, n_bins)
        A single part is returned as it is.
    """
    parts = iter(parts)
    earliest = next(parts)
    if recorded(earliest):
        return torch.cat([earliest, *parts], dim=-2)
    joined, first = None, 0
    for part in itertools.chain([earliest], parts):
        n = part.shape[-2]
        if n == n_frames:
            return part
        if joined is None:
            joined = part.new_empty((*part.shape[:-2], n_frames, part.shape[-1]))
        joined[..., first : first + n, :] = part
        first += n
    return joined


def cut_to_shortest(parts):
    """Return parts of shape (..., n_frames_i, n_bins) with as many frames as the shortest of them."""
    lengths = [part.shape[-2] for part in parts]
    n_frames = functools.reduce(torch.minimum, lengths) if torch.jit.is_tracing() else min(lengths)
    return [part[..., :n_frames, :] for part in parts]
