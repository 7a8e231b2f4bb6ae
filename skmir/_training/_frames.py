"""Targets per frame: kept end to end as the frames are, and cut with the windows, by the same rows."""

import torch
from torch.utils.data import Dataset


class FrameValues:
    """A value, or a row of values, for each frame of each clip; an index takes clips.

    Parameters
    ----------
    values : tensor of shape (n_frames of all clips, ...)
        The values of the clips' frames, one clip after another.
    lengths : tensor of int64 of shape (n_clips,)
        Number of frames of each clip.
    """

    def __init__(self, values, lengths):
        self.values = values
        self.lengths = lengths

    def __len__(self):
        return len(self.lengths)

    def __getitem__(self, clips):
        if len(clips) == len(self) and (clips[1:] > clips[:-1]).all():  # all, in order: no copy
            return self
        parts = self.values.split(self.lengths.tolist())
        return FrameValues(torch.cat([parts[clip] for clip in clips]), self.lengths[clips])


class FrameExamples(Dataset):
    """Windows of frames with targets and weights of the same frames; an epoch covers all frames.

    An example is a place for a window. A clip has as many as it takes windows to cover it: with a single
    random window per clip and epoch, as networks with one target per clip have it, most of a long clip would
    never be seen.

    Parameters
    ----------
    windows : Windows
        Windows of n clips.
    targets : FrameValues
        Targets as the loss takes them.
    weights : FrameValues or None
        Weights with mean 1; None means 1 for all.
    """

    def __init__(self, windows, targets, weights):
        device = windows.device
        self.windows = windows
        self.targets = targets.values.to(device)  # (n_frames of all clips, ...)
        counts = torch.ceil(windows.lengths / windows.n_frames).long()
        self.clips = torch.repeat_interleave(counts)  # (n_examples,)
        firsts = torch.cumsum(counts, 0) - counts
        self.shares = (torch.arange(len(self.clips)) - firsts[self.clips]) / counts[self.clips]
        self.counts = counts
        self.weights = self._weights(weights, device)

    def __len__(self):
        return len(self.clips)

    def __getitem__(self, i):
        examples = torch.tensor([i])
        return self.batch(examples, torch.zeros_like(examples))

    def order(self, generator):
        """Return the positions of the examples in a random order, int64 of shape (n_examples,)."""
        return torch.randperm(len(self), generator=generator)

    def random_starts(self, examples, generator):
        """Return a random start for each example, in its own part of the clip.

        The range of starts extends beyond both ends, by half a window, and is then cut: otherwise the first
        and last frames of a clip would hardly ever be in a window. A clip shorter than a window starts at
        its beginning.
        """
        clips = self.clips[examples]
        lengths, n_frames = self.windows.lengths[clips], self.windows.n_frames
        drawn = self.shares[examples] + torch.rand(len(clips), generator=generator) / self.counts[clips]
        starts = (drawn * lengths - n_frames / 2).round().long()
        return starts.clamp(min=0).minimum((lengths - n_frames).clamp(min=0))

    def covering(self):
        """Return (examples, starts) of evenly spaced windows that cover every clip."""
        _, starts = self.windows.covering()
        return torch.arange(len(self)), starts

    def batch(self, examples, starts):
        """Return (windows, (targets, weights)) for examples and the frames at which their windows start.

        Targets have the shape (B, n_frames, ...), weights (B, n_frames) or None.
        """
        clips = self.clips[examples]
        rows = self.windows.rows(clips, starts)
        weights = None if self.weights is None else self.weights[rows]
        if self.padding is not None:
            weights = weights * self.padding[clips.to(rows.device)]
        return self.windows.cut(clips, starts), (self.targets[rows], weights)

    def _weights(self, weights, device):
        """Return the weights of all frames, or None, and note which frames of short clips do not count.

        A window longer than its clip continues with the clip's first frames again, or, for a recurrent
        network, with frames that it never sees. They have no weight, and the others more, so that the mean
        over an epoch is that over the frames that count.
        """
        there = torch.arange(self.windows.n_frames) < self.windows.lengths[:, None]  # (n_clips, n_frames)
        values = None if weights is None or bool((weights.values == 1).all()) else weights.values.to(device)
        self.padding = None
        if not there.all():
            self.padding = (there / there[self.clips].float().mean()).to(device)
            values = torch.ones(len(self.targets), device=device) if values is None else values
        return values
