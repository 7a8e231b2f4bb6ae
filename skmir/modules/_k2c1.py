"""k2c1: a kernel over all bins at once, then convolution along time alone.

Choi, Fazekas, Sandler & Cho, "Convolutional recurrent neural networks for music classification",
ICASSP 2017 (arXiv:1609.04243).
"""

import torch
from torch import nn

from ._conv_block import TimeConvBlock, as_row, dense_layers
from ._pools import time_pools
from ._widths import scaled_widths

PAPER_POOLS = (4, 4, 4, 4, 4)  # take 1366 frames to 1


class K2C1(nn.Module):
    """Convolutions along time whose first kernels see all bins, two dense layers, a linear output.

    The first kernels are n_bins x 4, so from there on the network knows which spectra follow each other, but
    no longer their position in frequency.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input. The paper's pools are used if they reduce time to 1 step, as they do for its
        1366; otherwise suitable pools are derived.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of 5 int, default=(43, 43, 43, 87, 87)
        Number of feature maps per layer. The default is the paper's network of 0.1 M parameters.
    hidden_layer_sizes : sequence of int or None, default=None
        Number of units per dense layer; None is two layers as wide as the last convolution.
    dropout : float, default=0.0
        Share of each dense layer's outputs that is dropped in training, in [0, 1).
    pools : sequence of int or None, default=None
        Pool sizes in time, one per convolution, that reduce time to 1 step; None chooses them by
        ``n_frames``.

    Raises
    ------
    ValueError
        If ``pools`` leave no frame, or more than one.

    Notes
    -----
    "Same" padding of the even kernel puts one zero before and two after. Convolutions have no bias of
    their own, only that of their batch normalisation.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import K2C1
    >>> net = K2C1(96, 1366, 50).eval()
    >>> net(torch.zeros(1, 96, 1366)).shape
    torch.Size([1, 50])
    """

    RATIOS = {
        "n_filters": (1, 1, 1, 2, 2),
        "hidden_layer_sizes": (2, 2),
    }  # as in the paper's table of widths

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(43, 43, 43, 87, 87),
        hidden_layer_sizes=None,
        dropout=0.0,
        pools=None,
    ):
        super().__init__()
        sizes = [n_filters[-1]] * 2 if hidden_layer_sizes is None else list(hidden_layer_sizes)
        pools = time_pools(pools, PAPER_POOLS, n_frames, len(n_filters))
        maps = (n_bins, *n_filters)  # for a kernel over all bins, the bins are its channels
        self.input_norm = nn.BatchNorm1d(n_bins)
        self.conv_layers = nn.Sequential(
            *(TimeConvBlock(i, o, pool) for i, o, pool in zip(maps, maps[1:], pools, strict=False))
        )
        self.conv_layers.to(memory_format=torch.channels_last)
        self.hidden_layers = dense_layers(n_filters[-1], sizes, dropout)
        self.dropout = nn.Dropout(dropout)
        self.final_layer = nn.Linear((n_filters[-1], *sizes)[-1], n_outputs)

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
        return scaled_widths(K2C1.RATIOS, scale)

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
        x = as_row(self.input_norm(x))  # (B, F, 1, T)
        x = self.conv_layers(x).flatten(1)  # (B, N5, 1, 1) -> (B, N5)
        return self.hidden_layers(x)

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
