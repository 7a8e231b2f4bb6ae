"""The blocks of Choi et al.'s networks: convolution, batch normalisation, ELU, max-pooling."""

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
            # Batch normalisation removes a bias, whose gradient would be rounding noise.
            nn.Conv2d(n_in, n_out, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(n_out),
            # The paper pools after ELU. ELU is increasing, so the maximum is the same either way, and
            # pooling first leaves fewer values to ELU.
            nn.MaxPool2d(pool),
            nn.ELU(),
            nn.Dropout(dropout),
        )


class TimeConvBlock(nn.Sequential):
    """One block of Choi et al. (2017) with a 1 x 4 kernel: along time, each row separately.

    Parameters
    ----------
    n_in, n_out : int
        Numbers of feature maps.
    pool : int
        Pool size in time; the stride is the same.
    """

    def __init__(self, n_in, n_out, pool):
        super().__init__(
            # The same as padding="same", without torch's warning about even kernels.
            nn.ZeroPad2d((1, 2, 0, 0)),
            nn.Conv2d(n_in, n_out, kernel_size=(1, 4), bias=False),
            nn.BatchNorm2d(n_out),
            nn.MaxPool2d((1, pool)),
            nn.ELU(),
        )


def dense_layers(n_inputs, sizes, dropout):
    """Return linear layers, each with ELU; dropout is between them, and not after the last."""
    layers = []
    for size in sizes:
        layers += [nn.Linear(n_inputs, size), nn.ELU(), nn.Dropout(dropout)]
        n_inputs = size
    return nn.Sequential(*layers[:-1])


def as_image(x):
    """Return frames (B, n_bins, n_frames) as images (B, 1, n_bins, n_frames), in a layout fast on a CPU.

    With the channels last in memory, a training step takes about half the time.
    """
    return x.unsqueeze(1).contiguous(memory_format=torch.channels_last)


def as_row(x):
    """Return frames (B, n_bins, n_frames) as images one row high, (B, n_bins, 1, n_frames).

    The bins are the channels, so that a kernel sees all of them.
    """
    return x.unsqueeze(2).contiguous(memory_format=torch.channels_last)
