"""CRNN: convolutions find sounds, and a recurrent network follows them in time.

Choi, Fazekas, Sandler & Cho, "Convolutional recurrent neural networks for music classification",
ICASSP 2017 (arXiv:1609.04243).
"""

import torch
from torch import nn

from ._conv_block import ConvBlock, as_image
from ._pools import check_pools, keep_steps, reduce_to_one, reduced
from ._widths import scaled_widths

PAPER_POOLS = ((2, 2), (3, 3), (4, 4), (4, 4))  # take 96 bins x 1366 frames to 1 x 14
MIN_STEPS = 8  # with fewer, there is no course in time left for the recurrent layers


class CRNN(nn.Module):
    """Four 3 x 3 convolutions that pool all of frequency, two recurrent layers over time, a linear output.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input. The paper's pools are used if they reduce frequency to 1 and keep at least
        8 steps in time, as they do for its 96 x 1366; otherwise suitable pools are derived.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of 4 int, default=(30, 60, 60, 60)
        Number of feature maps per layer. The default, with 30 recurrent units, is the paper's network of
        0.1 M parameters.
    hidden_size : int, default=30
        Number of units in each of the two GRU layers.
    conv_dropout : float, default=0.1
        Share of the values that is dropped after each convolutional layer, in training.
    dropout : float, default=0.3
        Share of the last layer's inputs that is dropped in training.
    pools : sequence of (int, int) or None, default=None
        Pool sizes in frequency and time, one pair per convolutional layer, that reduce frequency to 1;
        None chooses them by ``n_bins`` and ``n_frames``.

    Raises
    ------
    ValueError
        If ``pools`` leave nothing of the input, or more than one bin.

    Notes
    -----
    The paper pads 1366 frames to 1440, for 15 steps; without padding there are 14.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import CRNN
    >>> net = CRNN(96, 1366, 50).eval()
    >>> net(torch.zeros(1, 96, 1366)).shape
    torch.Size([1, 50])
    """

    RATIOS = {"n_filters": (1, 2, 2, 2), "hidden_size": 1}  # as in the paper's table of widths

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(30, 60, 60, 60),
        hidden_size=30,
        conv_dropout=0.1,
        dropout=0.3,
        pools=None,
    ):
        super().__init__()
        maps = (1, *n_filters)
        if pools is None:
            pools = pools_for(n_bins, n_frames, len(n_filters))
        pools = check_pools(pools, len(n_filters), n_bins, n_frames, bins_left=1)
        self.input_norm = nn.BatchNorm1d(n_bins)
        self.conv_layers = nn.Sequential(
            *(ConvBlock(i, o, pool, conv_dropout) for i, o, pool in zip(maps, maps[1:], pools, strict=False))
        )
        self.recurrent_layers = nn.GRU(n_filters[-1], hidden_size, num_layers=2, batch_first=True)
        self.conv_layers.to(memory_format=torch.channels_last)
        self.dropout = nn.Dropout(dropout)
        self.final_layer = nn.Linear(hidden_size, n_outputs)

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
        return scaled_widths(CRNN.RATIOS, scale)

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
        x = self.conv_layers(x)  # (B, N4, 1, steps)
        x = x.squeeze(2).transpose(1, 2)  # (B, steps, N4)
        x, _ = self.recurrent_layers(x)  # (B, steps, hidden_size)
        return x[:, -1]

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
    """Return (frequency, time) pool sizes: the paper's if they fit the input, else derived ones."""
    frequency, time = zip(*PAPER_POOLS, strict=True)
    fits = reduced(n_bins, frequency) == 1 and reduced(n_frames, time) >= MIN_STEPS
    if n_layers == len(PAPER_POOLS) and fits:
        return PAPER_POOLS
    steps = keep_steps(n_frames, n_layers, MIN_STEPS)
    return tuple(zip(reduce_to_one(n_bins, n_layers), steps, strict=True))
