"""Timbral and temporal filters side by side: the front end of Pons et al.'s taggers.

Pons & Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019 (arXiv:1805.00237); Pons
et al., "End-to-end learning for music audio tagging at scale", ISMIR 2018.
"""

from ._map_means import MapMeansCNN
from ._temporal_filters_cnn import temporal_layers
from ._timbral_cnn import HEIGHTS, timbral_layers
from ._widths import scaled_widths


class TimbralTemporalCNN(MapMeansCNN):
    """The convolutions of :class:`TimbralCNN` and of :class:`TemporalFiltersCNN`; each map is averaged.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input, at least 1 each; the paper has 96 bins. ``n_frames`` is not used.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of 3 int, default=(16, 32, 64)
        Number of feature maps of the timbral kernels of seven, three and one frames, for each of two heights.
    n_temporal_filters : sequence of 4 int, default=(12, 28, 60, 124)
        Number of feature maps of the temporal kernels of 165, 128, 64 and 32 frames.
    activation : {"relu", "elu", "tanh", "sigmoid", "leaky_relu", "softplus"}, default="relu"
        Activation after each convolution.
    dropout : float, default=0.0
        Share of the last layer's inputs that is dropped in training, in [0, 1).

    Raises
    ------
    ValueError
        If ``n_filters`` does not hold three numbers, or ``n_temporal_filters`` four.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import TimbralTemporalCNN
    >>> net = TimbralTemporalCNN(96, 1376, 8)
    >>> net.features(torch.zeros(1, 96, 1376)).shape
    torch.Size([1, 448])
    """

    RATIOS = {"n_filters": (1, 2, 4), "n_temporal_filters": (0.75, 1.75, 3.75, 7.75)}

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(16, 32, 64),
        n_temporal_filters=(12, 28, 60, 124),
        activation="relu",
        dropout=0.0,
    ):
        super().__init__()
        self.timbral_layers = timbral_layers(n_bins, n_filters, activation)
        self.temporal_layers = temporal_layers(n_temporal_filters, activation)
        self._finish(len(HEIGHTS) * sum(n_filters) + sum(n_temporal_filters), n_outputs, dropout)

    @staticmethod
    def widths(scale):
        """Return widths in the ratio of those in the paper, half of the maps timbral and half temporal.

        Parameters
        ----------
        scale : float
            Number of feature maps of the timbral kernels of seven frames.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return scaled_widths(TimbralTemporalCNN.RATIOS, scale)

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
        loudness = x.mean(1, keepdim=True)  # (B, 1, T)
        for layer in self.temporal_layers:
            yield layer(loudness)
