"""Examples in an order in which the batches hold pairs of similar clips."""

import torch

from ._batches import Examples


class PairedExamples(Examples):
    """Examples of which two or three of a kind come one after another, in an order that is otherwise random.

    In a batch of 32 out of 500 classes with two clips each, a pair would be rare by chance, and clips without
    a partner teach a loss of pairs little. Each clip still comes once per epoch.

    Parameters
    ----------
    windows, targets, weights
        As for :class:`Examples`.
    sparse : bool
        Whether rows of targets are tags: a clip's kind is then one of its tags, drawn for each epoch.
        Rows that are not sparse make all pairs similar to a degree, and need no order.
    """

    def __init__(self, windows, targets, weights, *, sparse):
        super().__init__(windows, targets, weights)
        targets = targets.cpu()
        self.kinds = targets if targets.ndim == 1 else None
        self.tags = (targets > 0).float() if sparse else None

    def order(self, generator):
        """Return the clips in the order of an epoch, int64 of shape (n,)."""
        kinds = self.kinds if self.tags is None else draw_tags(self.tags, generator)
        return super().order(generator) if kinds is None else paired_order(kinds, generator)

    def covering(self):
        """Return (clips, starts) of one window per clip, from its middle, in a fixed order with pairs."""
        clips = self.order(torch.Generator().manual_seed(0))
        spare = (self.windows.lengths[clips] - self.windows.n_frames).clamp_min(0)
        return clips, spare // 2


def draw_tags(tags, generator):
    """Return one tag of each clip, int64 of shape (n,); a number of its own for a clip without tags.

    Parameters
    ----------
    tags : tensor of float of shape (n, n_tags)
        Zero, or a positive number for a tag that the clip has.
    generator : torch.Generator
    """
    n, n_tags = tags.shape
    kinds = n_tags + torch.arange(n)
    tagged = tags.any(dim=1).nonzero()[:, 0]
    if len(tagged):
        kinds[tagged] = torch.multinomial(tags[tagged], 1, generator=generator)[:, 0]
    return kinds


def paired_order(kinds, generator):
    """Return clips in random order, but two of a kind, or three if one is left over, beside each other.

    Parameters
    ----------
    kinds : tensor of int64 of shape (n,)
    generator : torch.Generator

    Returns
    -------
    order : tensor of int64 of shape (n,)
    """
    shuffled = torch.randperm(len(kinds), generator=generator)
    by_kind = shuffled[torch.argsort(kinds[shuffled], stable=True)]
    _, counts = torch.unique_consecutive(kinds[by_kind], return_counts=True)
    places = torch.arange(len(kinds)) - (counts.cumsum(0) - counts).repeat_interleave(counts)
    n_couples = (counts // 2).clamp_min(1)
    couples = torch.minimum(places // 2, n_couples.repeat_interleave(counts) - 1)
    couples += (n_couples.cumsum(0) - n_couples).repeat_interleave(counts)
    ranks = torch.randperm(int(n_couples.sum()), generator=generator)
    return by_kind[torch.argsort(ranks[couples], stable=True)]
