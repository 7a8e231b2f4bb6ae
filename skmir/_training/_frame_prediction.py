"""Outputs of a network for each frame of clips of any length, in memory that does not grow with a clip."""

import numpy as np
import torch
from sklearn.utils import gen_batches

from .._device import resolve_device
from .._random import torch_threads
from .._stored_frames import n_frames_of
from ._prediction import moved_to, not_finite
from ._recipe import recipe_of

VALUES_AT_ONCE = 2**20  # input values per batch
ROWS = 32  # clips of a single frame per batch
MARGIN = 4  # recurrent networks: a piece reads 1 / MARGIN of a window more on each side than it keeps


def frame_outputs_of(network, frames):
    """Return the outputs of a fitted network for each frame.

    A long clip is cut into pieces of equal length, which overlap: each reads on both sides as many frames as
    an output depends on, and keeps the frames between. So the outputs are those of the whole clip, and
    those of a list are those of its clips one by one. A recurrent network depends on all frames; its pieces
    read a quarter of a training window on each side.

    Parameters
    ----------
    network : BaseNetwork
        A fitted network with outputs per frame.
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        float32.

    Returns
    -------
    outputs : list of ndarray of shape (n_frames_i, n_outputs)
        float32.

    Raises
    ------
    ValueError
        If the outputs are not finite.
    """
    device, module = resolve_device(network.device), network.module_
    context = getattr(module, "context", None)
    context = -(-network.n_frames_ // MARGIN) if context is None else int(context)
    keep = max(network.n_frames_, 2 * context)
    outputs = []
    with moved_to(device, module), torch_threads(recipe_of(network).n_threads), torch.no_grad():
        single = np.flatnonzero(n_frames_of(frames) == 1)
        rows = iter(_outputs_of_rows(module, [frames[clip] for clip in single], device))
        for x in frames:
            one = x.shape[1] == 1
            outputs.append(next(rows) if one else _outputs_of_clip(module, x, keep, context, device))
    _check_finite(network, frames, outputs)
    return outputs


def _outputs_of_clip(module, x, keep, context, device):
    """Return the outputs of one clip, of shape (n_frames, n_outputs).

    Pieces of a clip share a batch, but clips do not, since last bits depend on what else is in a batch.
    """
    size, pieces = pieces_of(x.shape[1], keep, context)
    kept = []
    for batch in gen_batches(len(pieces), max(VALUES_AT_ONCE // (size * len(x)), 1)):
        read = np.stack([x[:, start : start + size] for start, _, _ in pieces[batch]])
        results = module(torch.from_numpy(read).to(device)).float().transpose(1, 2).cpu().numpy()
        for (start, first, last), result in zip(pieces[batch], results, strict=True):
            kept.append(result[first - start : last - start].copy())
    return np.concatenate(kept)


def _outputs_of_rows(module, clips, device):
    """Return the outputs (1, n_outputs) of each clip of a single frame.

    All batches have the same size, so that the last bits of a row do not depend on how many there are.
    """
    if not clips:
        return []
    rows = np.stack([*clips, *[clips[-1]] * (-len(clips) % ROWS)])  # (n_clips and fillers, n_bins, 1)
    outputs = [module(batch.to(device)).float().cpu() for batch in torch.from_numpy(rows).split(ROWS)]
    return list(torch.cat(outputs)[: len(clips)].transpose(1, 2).numpy())


def pieces_of(length, keep, context):
    """Return the length of the pieces of a clip, and where each begins, and which frames it keeps.

    Parameters
    ----------
    length : int
        Number of frames of the clip.
    keep : int
        Number of frames that a piece keeps, except the last one, which may keep fewer.
    context : int
        Number of frames that a piece reads beyond them, on each side.

    Returns
    -------
    size : int
        Number of frames that each piece reads.
    pieces : list of (int, int, int)
        The first frame that each reads, the first that it keeps, and the one after the last that it keeps.

    Examples
    --------
    >>> pieces_of(25, keep=8, context=2)
    (12, [(0, 0, 10), (8, 10, 18), (13, 18, 25)])
    """
    size = min(keep + 2 * context, length)
    starts = [*range(0, length - size, keep), length - size]
    lasts = [*(start + size - context for start in starts[:-1]), length]
    firsts = [0, *lasts[:-1]]
    return size, list(zip(starts, firsts, lasts, strict=True))


def _check_finite(network, frames, outputs):
    for clip, output in enumerate(outputs):
        if not np.isfinite(output).all():
            raise not_finite(network, clip, frames[clip])
