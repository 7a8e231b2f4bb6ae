"""Batches as index lookups on the device; they take the place of torch's DataLoader and its collation."""

import torch
from torch.utils.data import Dataset


class Examples(Dataset):
    """Windows of frames with targets and weights, as skorch passes them around.

    Parameters
    ----------
    windows : Windows
        Of n clips.
    targets : tensor of shape (n,) or (n, n_outputs)
        What the loss takes.
    weights : tensor of shape (n,)
        Of mean 1.
    """

    def __init__(self, windows, targets, weights):
        device = windows.values.device
        self.windows = windows
        self.targets = targets.to(device)
        self.weights = weights.to(device)

    def __len__(self):
        return len(self.windows)

    def __getitem__(self, i):
        clips = torch.tensor([i])
        return self.batch(clips, torch.zeros_like(clips))

    def batch(self, clips, starts):
        """Return (windows, (targets, weights)) for clips and the frames at which their windows start."""
        rows = clips.to(self.targets.device)
        return self.windows.cut(clips, starts), (self.targets[rows], self.weights[rows])


class RandomBatches:
    """Each clip once in random order, each time another random window of it.

    Parameters
    ----------
    examples : Examples
        What skorch calls the data set.
    batch_size : int
        Clips a batch. A last batch of one joins the batch before: batch normalisation needs two.
    generator : torch.Generator
        Of the order and of the windows.
    """

    def __init__(self, examples, batch_size, generator):
        self.examples = examples
        self.batch_size = batch_size
        self.generator = generator

    def __len__(self):
        return n_batches(len(self.examples), self.batch_size)

    def __iter__(self):
        order = torch.randperm(len(self.examples), generator=self.generator)
        bounds = tuple(range(self.batch_size, self._end(), self.batch_size))
        for clips in torch.tensor_split(order, bounds):
            starts = self.examples.windows.random_starts(clips, self.generator)
            yield self.examples.batch(clips, starts)

    def _end(self):
        """Return where the last batch may start at the latest, exclusive."""
        n = len(self.examples)
        return n - 1 if n % self.batch_size == 1 else n


def n_batches(n_examples, batch_size):
    """Return the number of batches an epoch, a last batch of one not counted."""
    full, rest = divmod(n_examples, batch_size)
    return max(full + (rest > 1), 1)


class CoveringBatches:
    """The windows that cover every clip, in order; for validation.

    Parameters
    ----------
    examples : Examples
    batch_size : int
        Windows a batch.
    """

    def __init__(self, examples, batch_size):
        self.examples = examples
        self.batch_size = batch_size

    def __iter__(self):
        clips, starts = self.examples.windows.covering()
        for c, s in zip(clips.split(self.batch_size), starts.split(self.batch_size), strict=True):
            yield self.examples.batch(c, s)
