"""Convolution, batch normalisation, ELU, max-pooling: the block that Choi et al.'s networks share."""

import torch
from torch import nn


class ConvBlock(nn.Sequential):
    """One 3 x 3 convolutional block of Choi et al. (2017).

    Parameters
    ----------
    n_in, n_out : int
        Numbers of feature maps.
    pool : (int, int)
        Pool size in frequency and time; the stride is the same.
    dropout : float, default=0.0
        Share of the values that is dropped after pooling, in training.
    """

    def __init__(self, n_in, n_out, pool, dropout=0.0):
        super().__init__(
            # Batch normalisation takes out a bias, whose gradient would be rounding noise.
            nn.Conv2d(n_in, n_out, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(n_out),
            # The paper pools after ELU. ELU rises throughout, so the maximum is the same either way, and
            # this way ELU sees the fewer values.
            nn.MaxPool2d(pool),
            nn.ELU(),
            nn.Dropout(dropout),
        )


def as_image(x):
    """Return frames (B, n_bins, n_frames) as images (B, 1, n_bins, n_frames) in the order fastest on a CPU.

    With the channels last in memory a training step takes about half the time.
    """
    return x.unsqueeze(1).contiguous(memory_format=torch.channels_last)
