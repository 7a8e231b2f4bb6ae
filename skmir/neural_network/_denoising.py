"""Training of a denoising autoencoder: clean rows back from corrupted ones."""

import torch

from ..modules._denoising_autoencoder import CORRUPTIONS
from ._layer_training import LayerTraining


class Denoising(LayerTraining):
    """Gradient descent on the loss between clean rows and what is decoded from corrupted ones.

    Parameters
    ----------
    module : skmir.modules.DenoisingAutoencoder
        On the device that it is trained on.
    corruption : {"masking", "gaussian", "salt_and_pepper"}
        What is done to a row.
    level : float
        How much of it.
    low, high : tensor of shape (n_visible,)
        The extremes that "salt_and_pepper" puts in.
    learning_rate, momentum, weight_decay, state
        As in :class:`LayerTraining`.
    """

    def __init__(
        self,
        module,
        *,
        corruption,
        level,
        low,
        high,
        learning_rate,
        momentum,
        weight_decay,
        state=None,
    ):
        super().__init__(
            module, learning_rate=learning_rate, momentum=momentum, weight_decay=weight_decay, state=state
        )
        self.corrupt, self.level, self.low, self.high = CORRUPTIONS[corruption], level, low, high

    @torch.enable_grad()
    def _step(self, v):
        corrupted = self.corrupt(v, self.level, self.low, self.high)
        self.optimizer.zero_grad()
        loss = self.module.loss(corrupted, v)
        loss.backward()
        self.optimizer.step()
        return loss.detach()
