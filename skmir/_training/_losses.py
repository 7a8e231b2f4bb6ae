"""Losses of a batch: the mean over its clips, each multiplied by its weight.

All take outputs of shape (B, n_outputs), and a pair of targets (B, ...) and weights (B,), or None for ones.
Outputs of shape (B, n_heads, n_outputs) come from several last layers, each of which learns the same targets.
"""

from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss


class BatchLoss(nn.Module):
    """Base of losses; a subclass computes the loss of outputs (B, n_outputs) in ``_mean_loss``."""

    def forward(self, outputs, targets_and_weights):
        """Return the loss, a scalar."""
        targets, weights = targets_and_weights
        if outputs.ndim == 3:
            n_heads = outputs.shape[1]
            outputs, targets = outputs.flatten(0, 1), targets.repeat_interleave(n_heads, dim=0)
            weights = None if weights is None else weights.repeat_interleave(n_heads)
        return self._mean_loss(outputs, targets, weights)

    def _mean_loss(self, outputs, targets, weights):
        raise NotImplementedError


class ClassLoss(BatchLoss):
    """Cross-entropy, for positions of classes (B,) or shares of classes (B, n_classes).

    Parameters
    ----------
    label_smoothing : float, default=0.0
        Share of the target that is distributed evenly over all classes.
    """

    def __init__(self, label_smoothing=0.0):
        super().__init__()
        self.label_smoothing = label_smoothing

    def _mean_loss(self, outputs, targets, weights):
        if weights is None:  # one call instead of three, at each step
            return cross_entropy(outputs, targets, label_smoothing=self.label_smoothing)
        losses = cross_entropy(outputs, targets, label_smoothing=self.label_smoothing, reduction="none")
        return (losses * weights).mean()


class TagLoss(BatchLoss):
    """Binary cross-entropy, averaged over the tags of a clip, for indicators or shares (B, n_tags).

    Parameters
    ----------
    label_smoothing : float, default=0.0
        Share of the target that is distributed evenly over yes and no.
    """

    def __init__(self, label_smoothing=0.0):
        super().__init__()
        self.label_smoothing = label_smoothing

    def _mean_loss(self, outputs, targets, weights):
        targets = targets * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
        losses = binary_cross_entropy_with_logits(outputs, targets, reduction="none").mean(dim=1)
        return losses.mean() if weights is None else (losses * weights).mean()


class NumberLoss(BatchLoss):
    """Squared error, averaged over the numbers of a clip (B, n_outputs)."""

    def _mean_loss(self, outputs, targets, weights):
        losses = mse_loss(outputs, targets, reduction="none").mean(dim=1)
        return losses.mean() if weights is None else (losses * weights).mean()
