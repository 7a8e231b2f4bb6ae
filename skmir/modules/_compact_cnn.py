"""The compact CNN: a few 3 x 3 convolutions and one dense layer, for small collections.

Schindler, Lidy & Böck, "Deep learning for music information retrieval", tutorial at ISMIR 2018; after
Choi's compact CNN of five layers (github.com/keunwoochoi/music-auto_tagging-keras, 2017).
"""

import itertools

import torch
from torch import nn

from ._conv_block import ConvBlock, as_image
from ._pools import check_pools, reduce_to_one, reduced
from ._widths import scaled_widths

TIME_POOLS = (4, 4, 5, 4, 4)  # take 1280 frames to 1
FREQUENCY_POOLS = {  # take as many bins to 1
    256: (2, 4, 4, 2, 4),
    128: (2, 4, 2, 2, 4),
    96: (2, 3, 2, 2, 4),
    72: (2, 3, 2, 2, 3),
    64: (2, 2, 2, 2, 4),
}


class CompactCNN(nn.Module):
    """Three to five 3 x 3 convolutions with pooling, a dense layer over the whole last map, a linear output.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input. The tutorial lists pools for 64, 72, 96, 128 and 256 bins or more; they are used
        on each axis if they fit, and otherwise suitable pools are derived.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of int, default=(32, 64, 64)
        Number of feature maps per layer. The tutorial continues with 128, 128.
    hidden_layer_sizes : sequence of int, default=(128,)
        Number of units per dense layer.
    dropout : float, default=0.2
        Share of each dense layer's inputs that is dropped in training, in [0, 1).
    pools : sequence of (int, int) or None, default=None
        Pool sizes in frequency and time, one pair per convolution; None chooses them by
        ``n_bins`` and ``n_frames``.

    Raises
    ------
    ValueError
        If ``pools`` leave nothing of the input.

    Notes
    -----
    The first layers pool frequency as they would in a network of five layers, so fewer layers leave more
    bins to the dense layer. Time is reduced to one step, but to more steps from 160 frames on (640 with four
    layers, 2560 with five), with which the dense layer grows. Convolutions have no bias of their own, only
    that of their batch normalisation; the tutorial's convolutions have one.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import CompactCNN
    >>> net = CompactCNN(80, 80, 8).eval()
    >>> net(torch.zeros(1, 80, 80)).shape
    torch.Size([1, 8])
    """

    RATIOS = {"n_filters": (1, 2, 2), "hidden_layer_sizes": (4,)}  # as in the defaults

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(32, 64, 64),
        hidden_layer_sizes=(128,),
        dropout=0.2,
        pools=None,
    ):
        super().__init__()
        if pools is None:
            pools = pools_for(n_bins, n_frames, len(n_filters))
        pools = check_pools(pools, len(n_filters), n_bins, n_frames)
        frequency, time = zip(*pools, strict=True)
        n_flat = n_filters[-1] * reduced(n_bins, frequency) * reduced(n_frames, time)
        maps = (1, *n_filters)
        self.input_norm = nn.BatchNorm1d(n_bins)
        self.conv_layers = nn.Sequential(
            *(ConvBlock(n_in, n_out, pool) for n_in, n_out, pool in zip(maps, maps[1:], pools, strict=False))
        )
        self.conv_layers.to(memory_format=torch.channels_last)
        self.hidden_layers = nn.Sequential()
        for n_in, n_out in itertools.pairwise((n_flat, *hidden_layer_sizes)):
            self.hidden_layers.extend([nn.Dropout(dropout), nn.Linear(n_in, n_out), nn.ReLU()])
        self.final_layer = nn.Linear((n_flat, *hidden_layer_sizes)[-1], n_outputs)

    @staticmethod
    def widths(scale):
        """Return the widths in the ratios of the defaults; ``scale`` is the width of the first layer.

        Parameters
        ----------
        scale : float
            Scale from 0, at which every width is 1.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return scaled_widths(CompactCNN.RATIOS, scale)

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
        x = self.conv_layers(x).flatten(1)  # (B, N, bins, steps) -> (B, N * bins * steps)
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
        return self.final_layer(self.features(x))


def pools_for(n_bins, n_frames, n_layers):
    """Return (frequency, time) pool sizes: on each axis the tutorial's if they fit, else derived ones."""
    n_listed = len(TIME_POOLS)
    frequency = next((pools for least, pools in FREQUENCY_POOLS.items() if n_bins >= least), None)
    if frequency is None or n_layers > n_listed:
        frequency = reduce_to_one(n_bins, max(n_layers, n_listed))
    time = TIME_POOLS[:n_layers]
    if n_layers > n_listed or reduced(n_frames, time) == 0:
        time = reduce_to_one(n_frames, n_layers)
    return tuple(zip(frequency[:n_layers], time, strict=True))
