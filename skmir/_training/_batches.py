"""Batches as index lookups on the device, in place of torch's DataLoader and its collation."""

import itertools

import torch
from torch.utils.data import Dataset

from ._windows import ahead

BLOCK = 2**22  # values that are gathered at once, and then cut into batches without a copy


class Examples(Dataset):
    """Windows of frames with targets and weights, as skorch passes them around.

    Parameters
    ----------
    windows : Windows
        Windows of n clips.
    targets : tensor of shape (n,) or (n, n_outputs)
        Targets as the loss takes them.
    weights : tensor of shape (n,) or None
        Weights with mean 1; None means 1 for all.
    """

    def __init__(self, windows, targets, weights):
        device = windows.device
        self.windows = windows
        self.targets = targets.to(device)
        self.weights = None if weights is None or bool((weights == 1).all()) else weights.to(device)

    def __len__(self):
        return len(self.windows)

    def __getitem__(self, i):
        clips = torch.tensor([i])
        return self.batch(clips, torch.zeros_like(clips))

    def order(self, generator):
        """Return the positions of the examples in a random order, int64 of shape (n,)."""
        return torch.randperm(len(self), generator=generator)

    def random_starts(self, clips, generator):
        """Return a random start of the window of each clip."""
        return self.windows.random_starts(clips, generator)

    def covering(self):
        """Return (clips, starts) of the windows that cover every clip."""
        return self.windows.covering()

    def batch(self, clips, starts):
        """Return (windows, (targets, weights)) for clips and the frames at which their windows start."""
        rows = clips.to(self.targets.device)
        weights = None if self.weights is None else self.weights[rows]
        return self.windows.cut(clips, starts), (self.targets[rows], weights)


class RandomBatches:
    """Each example once in random order, with a new random window each time.

    Parameters
    ----------
    examples : Examples
        skorch's data set.
    batch_size : int
        Number of clips per batch. If the last batch would have a single clip, it joins the batch before it:
        batch normalisation needs two.
    generator : torch.Generator
        Draws the order and the windows.
    """

    def __init__(self, examples, batch_size, generator):
        self.examples = examples
        self.batch_size = batch_size
        self.generator = generator

    def __len__(self):
        return n_batches(len(self.examples), self.batch_size)

    def __iter__(self):
        order = self.examples.order(self.generator)
        starts = self.examples.random_starts(order, self.generator)
        bounds = [0, *range(self.batch_size, self._end(), self.batch_size), len(order)]
        size = self.batch_size * self.examples.windows.size
        at_once = max(BLOCK // size, 1)

        def block(first):
            inside = bounds[first : first + at_once + 1]
            rows = slice(inside[0], inside[-1])
            sizes = [end - begin for begin, end in itertools.pairwise(inside)]
            return self.examples.batch(order[rows], starts[rows]), sizes

        firsts = range(0, len(bounds) - 1, at_once)
        for examples, sizes in ahead(block, firsts, self.examples.windows.ahead):
            yield from split(examples, sizes)

    def _end(self):
        """Return the position before which the last batch must start."""
        n = len(self.examples)
        return n - 1 if n % self.batch_size == 1 else n


def split(block, sizes):
    """Cut a block of examples into batches, which are views of it.

    Parameters
    ----------
    block : (windows, (targets, weights))
        As ``Examples.batch`` returns it.
    sizes : list of int
        Sizes of the batches.

    Returns
    -------
    batches : iterable of (windows, (targets, weights))
    """
    x, (targets, weights) = block
    if isinstance(x, dict):
        columns = zip(*(value.split(sizes) for value in x.values()), strict=True)
        windows = [dict(zip(x, column, strict=True)) for column in columns]
    else:
        windows = x.split(sizes)
    weights = itertools.repeat(None, len(sizes)) if weights is None else weights.split(sizes)
    return zip(windows, zip(targets.split(sizes), weights, strict=True), strict=True)


def n_batches(n_examples, batch_size):
    """Return the number of batches per epoch; a last batch with a single clip does not count."""
    full, rest = divmod(n_examples, batch_size)
    return max(full + (rest > 1), 1)


class CoveringBatches:
    """The windows that cover every clip, in order, for validation.

    Parameters
    ----------
    examples : Examples
    batch_size : int
        Number of windows per batch.
    """

    def __init__(self, examples, batch_size):
        self.batch_size = batch_size
        self.examples = examples
        self.clips, self.starts = examples.covering()

    def __len__(self):
        return -(-len(self.clips) // self.batch_size)

    def __iter__(self):
        pairs = zip(self.clips.split(self.batch_size), self.starts.split(self.batch_size), strict=True)
        yield from ahead(lambda pair: self.examples.batch(*pair), pairs, self.examples.windows.ahead)
