"""Temporal filters: long kernels over the course of loudness, which respond to rhythm and tempo.

Pons & Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019 (arXiv:1805.00237); the
filters are those of Pons et al., "End-to-end learning for music audio tagging at scale", ISMIR 2018.
"""

from torch import nn

from ._activations import ELEMENTWISE
from ._map_means import MapMeansCNN
from ._widths import scaled_widths

LENGTHS = (165, 128, 64, 32)  # in frames


class TemporalFiltersCNN(MapMeansCNN):
    """Four parallel convolutions over time, on the mean over frequency; each map is averaged.

    Not to be confused with :class:`TemporalCNN`, whose kernels see every bin and four frames.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input, at least 1 each. The network does not depend on it.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of 4 int, default=(12, 28, 60, 124)
        Number of feature maps of the kernels of 165, 128, 64 and 32 frames. The paper has this ratio, so
        that there are as many maps as in the timbral filters with a first width of 16.
    activation : {"relu", "elu", "tanh", "sigmoid", "leaky_relu", "softplus"}, default="relu"
        Activation after each convolution.
    dropout : float, default=0.0
        Share of the last layer's inputs that is dropped in training, in [0, 1).

    Raises
    ------
    ValueError
        If ``n_filters`` does not hold four numbers.

    Notes
    -----
    The lengths are the paper's, whose frames are 21 ms apart: 3.5 s to 0.7 s. The frames are
    padded with zeros at both ends, so that a single frame is enough.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import TemporalFiltersCNN
    >>> net = TemporalFiltersCNN(96, 1376, 8)
    >>> net.features(torch.zeros(1, 96, 1376)).shape
    torch.Size([1, 224])
    """

    RATIOS = {"n_filters": (0.75, 1.75, 3.75, 7.75)}

    def __init__(
        self, n_bins, n_frames, n_outputs, n_filters=(12, 28, 60, 124), activation="relu", dropout=0.0
    ):
        super().__init__()
        self.temporal_layers = temporal_layers(n_filters, activation)
        self._finish(sum(n_filters), n_outputs, dropout)

    @staticmethod
    def widths(scale):
        """Return widths in the ratio of those in the paper.

        Parameters
        ----------
        scale : float
            4/3 of the number of feature maps of the longest kernels; :class:`TimbralCNN` has as many maps
            at the same scale.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return scaled_widths(TemporalFiltersCNN.RATIOS, scale)

    def maps(self, x):
        """Yield the maps of each convolution.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Yields
        ------
        maps : tensor of shape (B, n_maps, n_frames)
        """
        loudness = x.mean(1, keepdim=True)  # (B, 1, T)
        for layer in self.temporal_layers:
            yield layer(loudness)


def temporal_layers(n_filters, activation):
    """Return the convolutions, the longest first."""
    if len(n_filters) != len(LENGTHS):
        raise ValueError(
            f"n_filters={tuple(n_filters)} must hold {len(LENGTHS)} numbers, one per kernel length: "
            f"{LENGTHS} frames."
        )
    return nn.ModuleList(
        nn.Sequential(
            # Padding by hand avoids torch's warning about even kernels.
            nn.ConstantPad1d(((length - 1) // 2, length // 2), 0.0),
            nn.Conv1d(1, n, length),
            ELEMENTWISE[activation](),
        )
        for n, length in zip(n_filters, LENGTHS, strict=True)
    )
