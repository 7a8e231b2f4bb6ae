"""k2c2: two-dimensional kernels, two-dimensional convolution, fully convolutional.

Choi, Fazekas, Sandler & Cho, "Convolutional recurrent neural networks for music classification",
ICASSP 2017 (arXiv:1609.04243); the architecture is that of Choi, Fazekas & Sandler, ISMIR 2016.
"""

import torch
from torch import nn

from ._conv_block import ConvBlock, as_image
from ._pools import check_pools, reduce_to_one, reduced
from ._widths import scaled_widths

PAPER_POOLS = ((2, 4), (2, 4), (2, 4), (3, 5), (4, 4))  # take 96 bins x 1366 frames to 1 x 1


class K2C2(nn.Module):
    """Five 3 x 3 convolutions that pool the whole input down to one vector, and a linear output.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input. The paper's pools are used if they reduce it to 1 x 1, as they do for its
        96 x 1366; otherwise suitable pools are derived from the size.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of 5 int, default=(20, 41, 41, 62, 83)
        Number of feature maps per layer. The default is the paper's network of 0.1 M parameters.
    dropout : float, default=0.0
        Share of the last layer's inputs that is dropped in training, in [0, 1).
    pools : sequence of (int, int) or None, default=None
        Pool sizes in frequency and time, one pair per layer, that reduce the input to 1 x 1; None chooses
        them by ``n_bins`` and ``n_frames``.

    Raises
    ------
    ValueError
        If ``pools`` leave nothing of the input, or more than 1 x 1.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import K2C2
    >>> net = K2C2(96, 1366, 50).eval()
    >>> net(torch.zeros(1, 96, 1366)).shape
    torch.Size([1, 50])
    >>> sum(p.numel() for p in net.parameters())
    96767
    """

    RATIOS = {"n_filters": (1, 2, 2, 3, 4)}  # as in the paper's table of widths

    def __init__(self, n_bins, n_frames, n_outputs, n_filters=(20, 41, 41, 62, 83), dropout=0.0, pools=None):
        super().__init__()
        maps = (1, *n_filters)
        if pools is None:
            pools = pools_for(n_bins, n_frames, len(n_filters))
        pools = check_pools(pools, len(n_filters), n_bins, n_frames, bins_left=1, frames_left=1)
        self.input_norm = nn.BatchNorm1d(n_bins)
        self.conv_layers = nn.Sequential(
            *(ConvBlock(n_in, n_out, pool) for n_in, n_out, pool in zip(maps, maps[1:], pools, strict=False))
        )
        self.conv_layers.to(memory_format=torch.channels_last)
        self.dropout = nn.Dropout(dropout)
        self.final_layer = nn.Linear(n_filters[-1], n_outputs)

    @staticmethod
    def widths(scale):
        """Return the widths in the paper's ratios; ``scale`` is the width of the first layer.

        Parameters
        ----------
        scale : float
            Scale from 0, at which every width is 1.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return scaled_widths(K2C2.RATIOS, scale)

    def features(self, x):
        """Return the input of the last layer.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        features : tensor of shape (B, n_features)
        """
        x = as_image(self.input_norm(x))  # (B, 1, F, T)
        return self.conv_layers(x).flatten(1)  # (B, N5, 1, 1) -> (B, N5)

    def forward(self, x):
        """Return logits.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        logits : tensor of shape (B, n_outputs)
        """
        return self.final_layer(self.dropout(self.features(x)))


def pools_for(n_bins, n_frames, n_layers):
    """Return (frequency, time) pool sizes that reduce an input to 1 x 1: the paper's if they do."""
    frequency, time = zip(*PAPER_POOLS, strict=True)
    if n_layers == len(PAPER_POOLS) and reduced(n_bins, frequency) == reduced(n_frames, time) == 1:
        return PAPER_POOLS
    return tuple(zip(reduce_to_one(n_bins, n_layers), reduce_to_one(n_frames, n_layers), strict=True))
