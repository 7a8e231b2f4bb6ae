"""The temporal convolutional network: convolutions that take in frequency, then dilated ones over time.

Davies & Böck, "Temporal convolutional networks for musical audio beat tracking", EUSIPCO 2019.
"""

import torch
from torch import nn

from ._conv_block import as_image

POOL = 3  # bins per step, in the first two convolutional layers
MOST_LEVELS = 11  # dilations from 1 to 1024, as in the paper


class TCN(nn.Module):
    """Convolutions that take frequency to one value, dilated convolutions over time, outputs per frame.

    Parameters
    ----------
    n_bins : int
        Number of values per frame.
    n_frames : int
        Length of the windows that the network learns from; it takes clips of any length.
    n_outputs : int
        Number of outputs per frame; they are logits.
    n_filters : int, default=24
        Number of feature maps of every layer.
    n_levels : int or None, default=None
        Number of dilated layers, with the dilations 1, 2, 4, and so on. None takes as many as have a filter
        that fits into ``n_frames``, and at most the paper's 11.
    kernel_size : int, default=5
        Length of the dilated filters, in frames; it must be odd.
    dropout : float, default=0.1
        Share of the values that is dropped after each layer, in training.
    first_layers : {"1d", "2d"}, default="1d"
        "1d" is one convolution over three frames, with a weight for each bin: any order of bins will do, such
        as that of several spectrograms over each other. "2d" are the paper's three small convolutions with
        pooling, for the bands of one spectrogram; they take several times as long.

    Attributes
    ----------
    context : int
        Number of frames on each side of a frame on which its outputs depend.

    Notes
    -----
    Time is never pooled, so that there is one output per frame. Both directions are used: an output depends
    on later frames as on earlier ones. Beyond the ends of a clip, each bin has its mean over the training
    frames. The paper's network has 81 bins, 16 maps, and "2d".

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import TCN
    >>> net = TCN(81, 500, 2).eval()
    >>> net(torch.zeros(1, 81, 700)).shape
    torch.Size([1, 2, 700])
    >>> net.context
    255
    """

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=24,
        n_levels=None,
        kernel_size=5,
        dropout=0.1,
        first_layers="1d",
    ):
        super().__init__()
        n_levels = levels_for(n_frames, kernel_size) if n_levels is None else n_levels
        self.is_image = first_layers == "2d"
        self.input_norm = nn.BatchNorm1d(n_bins)
        self.conv_layers = (_image_layers if self.is_image else _bin_layers)(n_bins, n_filters, dropout)
        self.dilated_layers = nn.Sequential(
            *(DilatedLayer(n_filters, kernel_size, 2**level, dropout) for level in range(n_levels))
        )
        self.final_layer = nn.Linear(n_filters, n_outputs)
        self.context = (2 if self.is_image else 1) + (kernel_size - 1) // 2 * (2**n_levels - 1)

    def features(self, x):
        """Return the input of the last layer.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        features : tensor of shape (B, n_frames, n_filters)
        """
        x = self.input_norm(x)
        x = self.conv_layers(as_image(x) if self.is_image else x)  # (B, n_filters, 1, T), or without the 1
        return self.dilated_layers(x.flatten(2)).transpose(1, 2)

    def forward(self, x):
        """Return logits per frame.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        logits : tensor of shape (B, n_outputs, n_frames)
        """
        return self.final_layer(self.features(x)).transpose(1, 2)


class DilatedLayer(nn.Module):
    """A dilated convolution over time, ELU, dropout, and a mixture of the maps, added to the input.

    Parameters
    ----------
    n_filters : int
        Number of feature maps.
    kernel_size : int
        Number of taps of each filter; odd.
    dilation : int
        Number of frames from one tap to the next.
    dropout : float
        Share of the maps that is dropped in training, each for a whole window.
    """

    def __init__(self, n_filters, kernel_size, dilation, dropout):
        super().__init__()
        self.filter_layer = nn.Conv1d(
            n_filters, n_filters, kernel_size, dilation=dilation, padding=(kernel_size - 1) // 2 * dilation
        )
        self.dropout = nn.Dropout1d(dropout)
        self.mix_layer = nn.Conv1d(n_filters, n_filters, 1)

    def forward(self, x):
        """Return maps of the same shape.

        Parameters
        ----------
        x : tensor of shape (B, n_filters, n_frames)

        Returns
        -------
        maps : tensor of shape (B, n_filters, n_frames)
        """
        maps = nn.functional.elu(self.filter_layer(x))
        return x + self.mix_layer(self.dropout(maps))


def levels_for(n_frames, kernel_size):
    """Return the number of dilations 1, 2, 4, ... at which a filter spans at most ``n_frames`` frames.

    Examples
    --------
    >>> levels_for(500, 5), levels_for(20_000, 5), levels_for(1, 5)
    (7, 11, 1)
    """
    widest = max(n_frames // max(kernel_size - 1, 1), 1)
    return min(widest.bit_length(), MOST_LEVELS)


def _bin_layers(n_bins, n_filters, dropout):
    """Return a convolution over time that has weights of its own for each bin."""
    return nn.Sequential(nn.Conv1d(n_bins, n_filters, 3, padding=1), nn.ELU(), nn.Dropout1d(dropout))


def _image_layers(n_bins, n_filters, dropout):
    """Return three convolutions over frequency and time that pool all of frequency."""
    pools = min(POOL, n_bins), min(POOL, max(n_bins // POOL, 1))
    return nn.Sequential(
        *_conv_layer(1, n_filters, 3, pools[0], dropout),
        *_conv_layer(n_filters, n_filters, 3, pools[1], dropout),
        nn.Conv2d(n_filters, n_filters, (n_bins // pools[0] // pools[1], 1)),
        nn.ELU(),
        nn.Dropout2d(dropout),
    ).to(memory_format=torch.channels_last)


def _conv_layer(n_in, n_out, kernel_size, pool, dropout):
    """Return a convolution that keeps the size, pooling over frequency, ELU, and dropout of whole maps."""
    return (
        nn.Conv2d(n_in, n_out, kernel_size, padding=kernel_size // 2),
        nn.MaxPool2d((pool, 1)),
        nn.ELU(),
        nn.Dropout2d(dropout),
    )
