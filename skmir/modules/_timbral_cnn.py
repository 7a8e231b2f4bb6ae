"""Timbral filters: nearly as tall as the spectrum and short in time, at the best position in frequency.

Pons & Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019 (arXiv:1805.00237); the
filters are those of Pons et al., "End-to-end learning for music audio tagging at scale", ISMIR 2018.
"""

from torch import nn

from ._activations import ELEMENTWISE
from ._map_means import MapMeansCNN
from ._widths import scaled_widths

HEIGHTS = (0.9, 0.4)  # of the kernels, as shares of the bins
LENGTHS = (7, 3, 1)  # in frames


class TimbralCNN(MapMeansCNN):
    """Six parallel convolutions with the maximum over frequency and the mean over time of each map.

    Kernels are nine or four tenths of the bins tall, and seven, three or one frames long. The maximum
    over frequency makes a timbre independent of its pitch.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input, at least 1 each; the paper has 96 bins. ``n_frames`` is not used.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of 3 int, default=(16, 32, 64)
        Number of feature maps of the kernels of seven, three and one frames, for each height. The paper has
        the ratio 1 : 2 : 4.
    activation : {"relu", "elu", "tanh", "sigmoid", "leaky_relu", "softplus"}, default="relu"
        Activation after each convolution.
    dropout : float, default=0.0
        Share of the last layer's inputs that is dropped in training, in [0, 1).

    Raises
    ------
    ValueError
        If ``n_filters`` does not hold three numbers.

    Notes
    -----
    The frames are padded with zeros at both ends, so that a single frame is enough.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import TimbralCNN
    >>> net = TimbralCNN(96, 1376, 8)
    >>> net.features(torch.zeros(1, 96, 1376)).shape
    torch.Size([1, 224])
    """

    RATIOS = {"n_filters": (1, 2, 4)}

    def __init__(self, n_bins, n_frames, n_outputs, n_filters=(16, 32, 64), activation="relu", dropout=0.0):
        super().__init__()
        self.timbral_layers = timbral_layers(n_bins, n_filters, activation)
        self._finish(len(HEIGHTS) * sum(n_filters), n_outputs, dropout)

    @staticmethod
    def widths(scale):
        """Return widths in the ratio of those in the paper.

        Parameters
        ----------
        scale : float
            Number of feature maps of the longest kernels.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return scaled_widths(TimbralCNN.RATIOS, scale)

    def maps(self, x):
        """Yield the maps of each convolution, without frequency.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Yields
        ------
        maps : tensor of shape (B, n_maps, n_frames)
        """
        image = x.unsqueeze(1)  # (B, 1, F, T)
        for layer in self.timbral_layers:
            yield layer(image)


class MaxOverFrequency(nn.Module):
    """The largest value over frequency, (B, C, F, T) -> (B, C, T)."""

    def forward(self, x):
        """Return the largest value over frequency."""
        return x.amax(2)


def timbral_layers(n_bins, n_filters, activation):
    """Return the convolutions, the taller ones first."""
    if len(n_filters) != len(LENGTHS):
        raise ValueError(
            f"n_filters={tuple(n_filters)} must hold {len(LENGTHS)} numbers, one per kernel length: "
            f"{LENGTHS} frames."
        )
    return nn.ModuleList(
        nn.Sequential(
            nn.Conv2d(1, n, (max(int(share * n_bins), 1), length), padding=(0, length // 2)),
            MaxOverFrequency(),
            ELEMENTWISE[activation](),
        )
        for share in HEIGHTS
        for n, length in zip(n_filters, LENGTHS, strict=True)
    )
