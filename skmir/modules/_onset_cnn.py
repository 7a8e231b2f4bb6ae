"""The convolutional network for onsets, as a convolution over time: all frames of a clip in one pass.

Schlüter & Böck, "Improved musical onset detection with convolutional neural networks", ICASSP 2014.
"""

import torch
from torch import nn

from ._widths import scaled_widths

POOL = 3  # bins per step, after each of the two convolutions
DENSE_FRAMES = 7  # frames of maps that the dense layer reads, in the paper's excerpts of 15 frames
SPANS = (7, 3, DENSE_FRAMES)  # frames that each layer reads
RATIOS = {"n_filters": (1, 2), "n_hidden": 25.6}


class OnsetCNN(nn.Module):
    """Two convolutions with pooling over frequency, and a dense layer on 15 frames around each frame.

    The paper classifies excerpts of 15 frames. Here its dense layer is a convolution, which gives the same
    for all frames of a clip at once, and computes only once what neighbouring excerpts share.

    Parameters
    ----------
    n_bins : int
        Number of values per frame.
    n_frames : int
        Not used: the network takes clips of any length. It is accepted because other networks need it.
    n_outputs : int
        Number of outputs per frame; they are logits.
    n_channels : int, default=1
        Number of spectrograms, of equal numbers of bins, that the bins of a frame consist of, one after
        another. The paper uses 3 spectrograms of 80 mel bands with windows of different lengths.
    n_filters : sequence of 2 int, default=(10, 20)
        Number of feature maps of the convolutions.
    n_hidden : int, default=256
        Number of units of the dense layer.
    dropout : float, default=0.5
        Share of the inputs of the dense layer and of the last layer that is dropped in training.

    Attributes
    ----------
    context : int
        Number of frames on each side of a frame on which its outputs depend: 7.

    Raises
    ------
    ValueError
        If the bins cannot be divided into ``n_channels`` spectrograms of equal numbers of bins.

    Notes
    -----
    Convolutions are ReLU, and the dense layer is sigmoid, as in the paper; frequency is padded, so that any
    number of bins serves. Beyond the ends of a clip, each bin has its mean over the training frames.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import OnsetCNN
    >>> net = OnsetCNN(240, 128, 2, n_channels=3).eval()
    >>> net(torch.zeros(1, 240, 500)).shape
    torch.Size([1, 2, 500])
    """

    def __init__(
        self, n_bins, n_frames, n_outputs, n_channels=1, n_filters=(10, 20), n_hidden=256, dropout=0.5
    ):
        super().__init__()
        if n_bins % n_channels:
            raise ValueError(
                f"n_channels={n_channels} must divide the number of bins, {n_bins}: each channel is a "
                "spectrogram with the same number of bins. Use n_channels=1 for other inputs."
            )
        self.n_channels = n_channels
        sizes = pooled_sizes(n_bins // n_channels)
        first, second = n_filters
        self.input_norm = nn.BatchNorm1d(n_bins)
        self.conv_layers = nn.Sequential(
            nn.Conv2d(n_channels, first, (3, SPANS[0]), padding=(1, SPANS[0] // 2)),
            nn.MaxPool2d((sizes[0] // sizes[1], 1)),
            nn.ReLU(),
            nn.Conv2d(first, second, (3, SPANS[1]), padding=(1, SPANS[1] // 2)),
            nn.MaxPool2d((sizes[1] // sizes[2], 1)),
            nn.ReLU(),
        ).to(memory_format=torch.channels_last)
        self.dropout = nn.Dropout(dropout)
        self.dense_layer = nn.Conv2d(second, n_hidden, (sizes[2], SPANS[2]), padding=(0, SPANS[2] // 2))
        self.dense_layer.to(memory_format=torch.channels_last)
        self.final_layer = nn.Linear(n_hidden, n_outputs)
        self.context = sum(span // 2 for span in SPANS)

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
        return scaled_widths(RATIOS, scale)

    def features(self, x):
        """Return the input of the last layer.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        features : tensor of shape (B, n_frames, n_hidden)
        """
        x = self.input_norm(x).unflatten(1, (self.n_channels, -1))  # (B, C, F, T)
        x = self.conv_layers(x.contiguous(memory_format=torch.channels_last))
        x = self.dense_layer(self.dropout(x))  # (B, n_hidden, 1, T)
        return x.squeeze(2).transpose(1, 2).sigmoid()

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
        return self.final_layer(self.dropout(self.features(x))).transpose(1, 2)


def pooled_sizes(n_bins):
    """Return the number of bins before, between and after two poolings of up to 3 bins.

    Examples
    --------
    >>> pooled_sizes(80), pooled_sizes(2)
    ((80, 26, 8), (2, 1, 1))
    """
    between = n_bins // min(POOL, n_bins)
    return n_bins, between, between // min(POOL, between)
