"""TemporalCNN: convolution over time only, and statistics over the whole clip.

After van den Oord, Dieleman & Schrauwen, "Deep content-based music recommendation", NIPS 2013; the layers
are those of Dieleman's later network, described in "Recommending music on Spotify with deep learning", 2014
(https://sander.ai/2014/08/05/spotify-cnns.html).
"""

import itertools

import torch
from torch import nn

from ._pools import keep_steps, reduced
from ._widths import scaled_widths

KERNEL = 4
SOURCE_POOLS = (4, 2, 2)
MIN_STEPS = 8  # with fewer, there is little to take a mean and a maximum of
EPS = 1e-12  # keeps the gradient of the norm finite at zero


class TemporalCNN(nn.Module):
    """Four convolutions over time, pooling of all time in three ways, two dense layers, a linear output.

    Every bin is a channel: a kernel sees all of frequency and four steps of time. The last map is pooled
    over all of time by its mean, its maximum and its L2 norm.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input; the original is 128 x 599. Its pools of 4, 2 and 2 between the convolutions
        are used if they leave at least 8 steps in time; otherwise smaller ones are derived.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of int, default=(32, 32, 64, 64)
        Number of feature maps per convolutional layer; the original's first layer has 256.
    hidden_layer_sizes : sequence of int, default=(256, 256)
        Number of units per dense layer; the original has (2048, 2048). The defaults are an eighth of that.
    dropout : float, default=0.5
        Share of the inputs of each dense layer and of the output layer that is dropped in training, in
        [0, 1).

    Notes
    -----
    The input of each convolution is padded with zeros to keep its length, so that a single frame is enough.
    The source does not say whether it pads, nor how wide the convolutions are after the first layer.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import TemporalCNN
    >>> net = TemporalCNN(128, 599, 40).eval()
    >>> net(torch.zeros(1, 128, 599)).shape
    torch.Size([1, 40])
    """

    RATIOS = {"n_filters": (1, 1, 2, 2), "hidden_layer_sizes": (8, 8)}  # as in the defaults

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(32, 32, 64, 64),
        hidden_layer_sizes=(256, 256),
        dropout=0.5,
    ):
        super().__init__()
        maps = (n_bins, *n_filters)
        pools = (*pools_for(n_frames, len(n_filters) - 1), 1)
        self.conv_layers = nn.Sequential(
            *(_conv_layer(i, o, pool) for i, o, pool in zip(maps, maps[1:], pools, strict=False))
        )
        units = (3 * n_filters[-1], *hidden_layer_sizes)
        self.dense_layers = nn.Sequential(
            *(_dense_layer(i, o, dropout) for i, o in itertools.pairwise(units))
        )
        self.dropout = nn.Dropout(dropout)
        self.final_layer = nn.Linear(units[-1], n_outputs)

    @staticmethod
    def widths(scale):
        """Return the widths in these ratios; ``scale`` is the width of the first layer.

        Parameters
        ----------
        scale : float
            Scale, at least 1.

        Returns
        -------
        widths : dict of list of int
            Arguments of the constructor.
        """
        return scaled_widths(TemporalCNN.RATIOS, scale)

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

    def features(self, x):
        """Return the last dense layer's outputs.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        features : tensor of shape (B, n_features)
        """
        x = self.conv_layers(x)  # (B, n_maps, steps)
        return self.dense_layers(pool_time(x))


def pool_time(x):
    """Return mean, maximum and L2 norm over time, (B, n_maps, steps) -> (B, 3 * n_maps)."""
    norm = (x.square().sum(2) + EPS).sqrt()
    return torch.cat([x.mean(2), x.amax(2), norm], dim=1)


def pools_for(n_frames, n_pools):
    """Return pool sizes in time: the source's if they leave enough steps, else derived ones."""
    if n_pools == len(SOURCE_POOLS) and reduced(n_frames, SOURCE_POOLS) >= MIN_STEPS:
        return SOURCE_POOLS
    return keep_steps(n_frames, n_pools, MIN_STEPS)


def _conv_layer(n_in, n_out, pool):
    return nn.Sequential(
        # Padding by hand avoids torch's warning about even kernels.
        nn.ConstantPad1d(((KERNEL - 1) // 2, KERNEL // 2), 0.0),
        nn.Conv1d(n_in, n_out, KERNEL),
        nn.MaxPool1d(pool),  # before the rectifier: the same maxima, but fewer values
        nn.ReLU(),
    )


def _dense_layer(n_in, n_out, dropout):
    return nn.Sequential(nn.Dropout(dropout), nn.Linear(n_in, n_out), nn.ReLU())
