"""Losses of the pairs that the clips of a batch form: similar clips near each other, the others far apart.

Each takes outputs (B, n_components), which it brings to length 1, the targets from which the similarity of
two clips follows, and weights (B,), or None for ones. The pairs of a clip with itself do not count.
"""

import torch
from torch.nn.functional import normalize, relu

from ._losses import BatchLoss

TINY = 1e-9
HIDDEN = -1e9  # in place of a logit that does not count; minus infinity has gradients that are not numbers


def similarity_of(targets):
    """Return how similar the clips of a batch are, in [0, 1], of shape (B, B).

    Parameters
    ----------
    targets : tensor of int64 of shape (B,), or of float32 of shape (B, n_columns)
        Positions of classes: 1 for two clips of a class, else 0. Or rows, of which the cosine is taken; a
        negative cosine becomes 0, and a row of zeros is similar to none.
    """
    if targets.ndim == 1:
        return (targets[:, None] == targets[None]).float()
    rows = normalize(targets, dim=1)
    return (rows @ rows.T).clamp(0, 1)


class PairLoss(BatchLoss):
    """Base of losses of pairs; a subclass computes the loss of cosines and similarities in ``pair_loss``."""

    def mean_loss(self, outputs, targets, weights):
        """Return the loss, a scalar; zero if the batch has no pair that the loss can learn from."""
        with torch.autocast(outputs.device.type, enabled=False):  # bfloat16 has too few digits
            rows = normalize(outputs.float(), dim=1)
            weights = rows.new_ones(len(rows)) if weights is None else weights
            others = ~torch.eye(len(rows), dtype=torch.bool, device=rows.device)
            return self.pair_loss(rows @ rows.T, similarity_of(targets), weights, others)

    def pair_loss(self, cosines, similarity, weights, others):
        """Return the loss, a scalar.

        Parameters
        ----------
        cosines : tensor of shape (B, B)
            Of the outputs.
        similarity : tensor of shape (B, B)
            Of the targets, in [0, 1].
        weights : tensor of shape (B,)
        others : tensor of bool of shape (B, B)
            False for the pair of a clip with itself.
        """
        raise NotImplementedError


class SupervisedContrastiveLoss(PairLoss):
    """Cross-entropy of picking a similar clip among all others by the cosine (Khosla et al. 2020).

    Parameters
    ----------
    temperature : float
        By which cosines are divided.
    """

    def __init__(self, temperature):
        super().__init__()
        self.temperature = temperature

    def pair_loss(self, cosines, similarity, weights, others):
        """Return the mean over clips of their mean over similar clips, a scalar."""
        candidates = others & (weights > 0)
        # A weight counts like so many copies of the clip, among the candidates too.
        logits = cosines / self.temperature + weights.clamp_min(TINY).log()
        logits = logits.masked_fill(~candidates, HIDDEN)
        surprise = logits.logsumexp(dim=1, keepdim=True) - cosines / self.temperature
        shares = (similarity * weights).masked_fill(~candidates, 0.0)
        total = shares.sum(dim=1)
        anchors = (total > TINY) & (weights > 0)
        if not anchors.any():
            return cosines.sum() * 0
        of_clips = (shares * surprise)[anchors].sum(dim=1) / total[anchors]
        return (of_clips * weights[anchors]).sum() / weights[anchors].sum()


class ContrastiveLoss(PairLoss):
    """Squared distance of similar clips, and the squared distance that the others lack from a margin.

    The mean over similar pairs and that over the others are added, so that both count the same however many
    there are. With a second margin, similar clips need not be nearer than that (Humphrey 2015).

    Parameters
    ----------
    near, far : float
        Distance up to which similar clips cost nothing, and from which the others cost nothing.
    """

    def __init__(self, near, far):
        super().__init__()
        self.near = near
        self.far = far

    def pair_loss(self, cosines, similarity, weights, others):
        """Return the loss, a scalar; a pair of partial similarity counts for both sides in proportion."""
        distances = (2 - 2 * cosines).clamp_min(TINY).sqrt()  # Euclidean; the root has no gradient at 0
        pairs = (weights[:, None] * weights[None])[others]
        similar, distances = similarity[others], distances[others]
        pull, push = pairs * similar, pairs * (1 - similar)
        pulled = (pull * relu(distances - self.near) ** 2).sum() / pull.sum().clamp_min(TINY)
        pushed = (push * relu(self.far - distances) ** 2).sum() / push.sum().clamp_min(TINY)
        return pulled + pushed


class TripletLoss(PairLoss):
    """How much nearer a similar clip should be than a dissimilar one (Schroff et al. 2015).

    The dissimilar clip of a pair is semi-hard: the nearest that is farther than the similar one; if there is
    none, the farthest of all.

    Parameters
    ----------
    margin : float
        By which the squared distances should differ.
    threshold : float
        Similarity from which two clips are similar.
    """

    def __init__(self, margin, threshold):
        super().__init__()
        self.margin = margin
        self.threshold = threshold

    def pair_loss(self, cosines, similarity, weights, others):
        """Return the mean over the triplets whose loss is not zero, a scalar."""
        squared = 2 - 2 * cosines
        candidates = others & (weights > 0)
        near, far = similarity >= self.threshold, (similarity < self.threshold) & candidates
        near = near & candidates & far.any(dim=1, keepdim=True) & (weights > 0)[:, None]
        anchors, partners = near.nonzero(as_tuple=True)
        if not len(anchors):
            return cosines.sum() * 0
        wanted = squared[anchors, partners]  # (n_pairs,)
        rivals, dissimilar = squared[anchors], far[anchors]  # (n_pairs, B)
        beyond = dissimilar & (rivals > wanted[:, None])
        nearest = rivals.masked_fill(~beyond, torch.inf).amin(dim=1)
        farthest = rivals.masked_fill(~dissimilar, -torch.inf).amax(dim=1)
        losses = relu(wanted - torch.where(beyond.any(dim=1), nearest, farthest) + self.margin)
        counted = weights[anchors] * weights[partners] * (losses > 0)
        return (losses * counted).sum() / counted.sum().clamp_min(TINY)
