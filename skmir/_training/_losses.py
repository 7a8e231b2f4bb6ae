"""Losses of a batch: the mean over its clips, or over its frames, each multiplied by its weight.

The losses of clips take outputs of shape (B, n_outputs), and a pair of targets (B, ...) and weights (B,), or
None for ones. Outputs of three dimensions have two meanings, which their shape does not tell apart. So each
has a class of its own: :class:`HeadsLoss` for several last layers, :class:`FrameLoss` for frames.
"""

from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss


class BatchLoss(nn.Module):
    """Base of losses; a subclass computes the loss of outputs (B, n_outputs) in ``mean_loss``."""

    def forward(self, outputs, targets_and_weights):
        """Return the loss, a scalar."""
        if outputs.ndim != 2:
            raise ValueError(
                "The module must return outputs of shape (B, n_outputs), one row per clip, got "
                f"{tuple(outputs.shape)}. If it has outputs for each frame, use a frame-wise network, "
                "such as CNNSequenceClassifier."
            )
        return self.mean_loss(outputs, *targets_and_weights)

    def mean_loss(self, outputs, targets, weights):
        """Return the mean of the losses of the rows of outputs, a scalar."""
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

    def mean_loss(self, outputs, targets, weights):
        """Return the loss, a scalar."""
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

    def mean_loss(self, outputs, targets, weights):
        """Return the loss, a scalar."""
        targets = targets * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
        losses = binary_cross_entropy_with_logits(outputs, targets, reduction="none").mean(dim=1)
        return losses.mean() if weights is None else (losses * weights).mean()


class NumberLoss(BatchLoss):
    """Squared error, averaged over the numbers of a clip (B, n_outputs)."""

    def mean_loss(self, outputs, targets, weights):
        """Return the loss, a scalar."""
        losses = mse_loss(outputs, targets, reduction="none").mean(dim=1)
        return losses.mean() if weights is None else (losses * weights).mean()


class HeadsLoss(nn.Module):
    """Mean of the losses of several last layers, each of which learns the same targets.

    Parameters
    ----------
    loss : BatchLoss
        The loss of each.
    """

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def forward(self, outputs, targets_and_weights):
        """Return the loss for outputs (B, n_heads, n_outputs) in training, or (B, n_outputs)."""
        targets, weights = targets_and_weights
        if outputs.ndim == 3:
            n_heads = outputs.shape[1]
            outputs, targets = outputs.flatten(0, 1), targets.repeat_interleave(n_heads, dim=0)
            weights = None if weights is None else weights.repeat_interleave(n_heads)
        return self.loss.mean_loss(outputs, targets, weights)


class FrameLoss(nn.Module):
    """Mean of the losses of all frames of a batch.

    Parameters
    ----------
    loss : BatchLoss
        The loss of a frame.
    n_outputs : int
        Number of outputs per frame.
    """

    def __init__(self, loss, n_outputs):
        super().__init__()
        self.loss = loss
        self.n_outputs = n_outputs

    def forward(self, outputs, targets_and_weights):
        """Return the loss for outputs (B, n_outputs, T), and targets (B, T, ...) with weights (B, T)."""
        targets, weights = targets_and_weights
        wanted = (len(targets), self.n_outputs, targets.shape[1])
        if outputs.shape != wanted:
            raise ValueError(
                f"The module must return outputs of shape (B, n_outputs, n_frames), here {wanted}, got "
                f"{tuple(outputs.shape)}. A frame-wise network has one output per frame: keep all frames, "
                "with padding and without pooling over time."
            )
        outputs = outputs.transpose(1, 2).flatten(0, 1)  # (B * T, n_outputs)
        weights = None if weights is None else weights.flatten()
        return self.loss.mean_loss(outputs, targets.flatten(0, 1), weights)
