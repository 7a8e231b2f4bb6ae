"""The convolutional recurrent network with outputs per frame: convolutions pool frequency only.

As in Vogl, Dorfer, Widmer & Knees, "Drum transcription via joint beat and drum modeling using convolutional
recurrent neural networks", ISMIR 2017, with the layers of Choi et al. (2017).
"""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_packed_sequence

from ._conv_block import ConvBlock, as_image
from ._pools import reduce_to_one
from ._rnn import pack
from ._widths import scaled_widths


class SequenceCRNN(nn.Module):
    """3 x 3 convolutions that pool frequency and keep time, a GRU in both directions, outputs per frame.

    Parameters
    ----------
    n_bins : int
        Number of values per frame.
    n_frames : int
        Not used: the network takes clips of any length. It is accepted because other networks need it.
    n_outputs : int
        Number of outputs per frame; they are logits.
    n_filters : sequence of int, default=(16, 32, 32)
        Number of feature maps per convolutional layer.
    hidden_size : int, default=32
        Number of units of the recurrent layer, in each direction.
    conv_dropout : float, default=0.1
        Share of the values that is dropped after each convolutional layer, in training.
    dropout : float, default=0.3
        Share of the last layer's inputs that is dropped in training.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import SequenceCRNN
    >>> net = SequenceCRNN(80, 128, 2).eval()
    >>> net(torch.zeros(1, 80, 100)).shape
    torch.Size([1, 2, 100])
    """

    RATIOS = {"n_filters": (1, 2, 2), "hidden_size": 2}

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(16, 32, 32),
        hidden_size=32,
        conv_dropout=0.1,
        dropout=0.3,
    ):
        super().__init__()
        maps = (1, *n_filters)
        pools = reduce_to_one(n_bins, len(n_filters))[::-1]  # the largest first, where it saves most
        self.input_norm = nn.BatchNorm1d(n_bins)
        self.conv_layers = nn.Sequential(
            *(
                ConvBlock(i, o, (pool, 1), conv_dropout)
                for i, o, pool in zip(maps, maps[1:], pools, strict=False)
            )
        ).to(memory_format=torch.channels_last)
        self.recurrent_layers = nn.GRU(n_filters[-1], hidden_size, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.final_layer = nn.Linear(2 * hidden_size, n_outputs)

    @staticmethod
    def widths(scale):
        """Return the widths in the default's ratios; ``scale`` is the width of the first layer.

        Parameters
        ----------
        scale : float
            Scale from 0, at which every width is 1.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return scaled_widths(SequenceCRNN.RATIOS, scale)

    def features(self, x, lengths=None):
        """Return the input of the last layer.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.
        lengths : int64 tensor of shape (B,), default=None
            Each clip's own number of frames; the recurrent layer does not see later ones. None takes all.

        Returns
        -------
        features : tensor of shape (B, n_frames, 2 * hidden_size)
        """
        n_frames = x.shape[2]
        x = self.conv_layers(as_image(self.input_norm(x)))  # (B, N, 1, T)
        x = x.squeeze(2).transpose(1, 2)  # (B, T, N)
        if lengths is None:
            return self.recurrent_layers(x)[0]
        outputs, _ = self.recurrent_layers(pack(x, lengths.cpu()))
        return pad_packed_sequence(outputs, batch_first=True, total_length=n_frames)[0]

    def forward(self, x, lengths=None):
        """Return logits per frame.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.
        lengths : int64 tensor of shape (B,), default=None
            Each clip's own number of frames. None takes all frames.

        Returns
        -------
        logits : tensor of shape (B, n_outputs, n_frames)
        """
        return self.final_layer(self.dropout(self.features(x, lengths))).transpose(1, 2)
