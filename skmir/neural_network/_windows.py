"""Frames of many clips on one device, and the windows of one length that a network sees of them.

Clips of unequal length never meet padding: a window lies inside its clip, or repeats a clip that is
shorter than itself. So batch normalisation sees music only, and a clip alone scores as in a batch.
"""

import math

import numpy as np
import torch


def window_length(frames, n_frames):
    """Return the length in frames of what a network sees.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        The training clips.
    n_frames : int or None
        The longest that the user allows; None sets no limit.

    Returns
    -------
    length : int
        The median length of the clips, where that is allowed.
    """
    median = math.ceil(np.median([x.shape[1] for x in frames]))
    return median if n_frames is None else min(median, int(n_frames))


class Windows:
    """The frames of all clips end to end on a device; a window is an index lookup.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        float32.
    n_frames : int
        Length of a window in frames.
    device : torch.device
        Where the frames go, once.
    """

    def __init__(self, frames, n_frames, device):
        self.n_frames = n_frames
        self.lengths = torch.tensor([x.shape[1] for x in frames])
        self.firsts = torch.cumsum(self.lengths, 0) - self.lengths
        self.values = torch.from_numpy(np.concatenate([x.T for x in frames])).to(device)  # (frames, bins)

    def __len__(self):
        return len(self.lengths)

    def cut(self, clips, starts):
        """Return windows of shape (B, n_bins, n_frames).

        Parameters
        ----------
        clips, starts : tensor of int64 of shape (B,)
            Which clip, and the frame at which its window starts. A window that runs over the end of
            its clip goes on at the clip's beginning.
        """
        steps = (starts[:, None] + torch.arange(self.n_frames)) % self.lengths[clips][:, None]
        rows = (steps + self.firsts[clips][:, None]).to(self.values.device)  # (B, n_frames)
        return self.values[rows].transpose(1, 2)

    def random_starts(self, clips, generator):
        """Return a random start a clip: anywhere inside for a long clip, at any phase of a short one."""
        spare = self.lengths[clips] - self.n_frames
        n_starts = torch.where(spare < 0, self.lengths[clips], spare + 1)
        return (torch.rand(len(clips), generator=generator) * n_starts).long()

    def covering(self):
        """Return (clips, starts) of the fewest evenly spaced windows that cover every clip."""
        clips, starts = [], []
        for clip, length in enumerate(self.lengths.tolist()):
            spare = max(length - self.n_frames, 0)
            n_windows = math.ceil(length / self.n_frames)
            starts += np.linspace(0, spare, n_windows).round().astype(int).tolist()
            clips += [clip] * n_windows
        return torch.tensor(clips), torch.tensor(starts)
