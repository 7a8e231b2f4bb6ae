"""Shift clips in time."""

import numbers

import torch

from .._parameter_checks import check_number
from ._base import BaseAugmentation, whole


class TimeShift(BaseAugmentation):
    """Move each clip along time by a random number of frames, wrapping around at the ends.

    Parameters
    ----------
    max_shift : int, default=None
        All whole numbers of frames from ``-max_shift`` to ``max_shift`` are equally likely; None allows any
        shift within the clip.
    p : float, default=1.0
        Probability that a clip is changed at all.

    See Also
    --------
    TimeMask : Hide frames instead.

    Notes
    -----
    Labels of times and of order in time are no longer true afterwards. At the seam, the end of a clip meets
    its beginning, which may sound like an onset. Networks with labels per frame refuse it.

    Networks of :mod:`skmir.neural_network` take another window of each clip in each epoch anyway. This is
    for clips that are not longer than a window, and for networks that treat the places of a window
    differently.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import TimeShift
    >>> x = torch.arange(5.0).repeat(3, 1, 1)  # three clips of one bin and five frames
    >>> TimeShift()(x, None, torch.Generator().manual_seed(0))[0][:, 0]
    tensor([[1., 2., 3., 4., 0.],
            [2., 3., 4., 0., 1.],
            [3., 4., 0., 1., 2.]])
    """

    moves = "time"

    def __init__(self, max_shift=None, *, p=1.0):
        self.max_shift = max_shift
        self.p = p

    def _check_parameters(self):
        check_number("max_shift", self.max_shift, kind=numbers.Integral, low=0, none=True)

    def _change(self, x, generator):
        n, _, n_frames = x.shape
        low, high = (
            (0, n_frames - 1) if self.max_shift is None else (-int(self.max_shift), int(self.max_shift))
        )
        shifts = whole((n, 1), generator, low=low, high=high)
        sources = (torch.arange(n_frames) - shifts) % n_frames  # (B, n_frames)
        clips = torch.arange(n)[:, None]
        frames = x.transpose(1, 2)[clips.to(x.device), sources.to(x.device)]  # (B, n_frames, n_bins)
        return frames.transpose(1, 2)
