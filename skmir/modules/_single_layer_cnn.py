"""A single convolution as tall as the spectrum, or nearly so: the 7 x 96 and the 7 x 86 of Pons & Serra.

Pons & Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019 (arXiv:1805.00237).
"""

from torch import nn

from ._activations import ELEMENTWISE
from ._map_means import MapMeansCNN
from ._sizes import sizes_after
from ._timbral_cnn import MaxOverFrequency
from ._widths import scaled_widths

LENGTH = 7  # of the kernels, in frames


class SingleLayerCNN(MapMeansCNN):
    """One convolution, the maximum over frequency and the mean over time of each map, and a linear output.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input, at least 1 bin and 7 frames; the paper has 96 bins.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of one int, default=(160,)
        Number of feature maps. The paper has 160, or 3,585.
    height : float, default=1.0
        Height of the kernels, as a share of the bins, in (0, 1]: 1 is the paper's 7 x 96, which has a fixed
        position in frequency; 0.9 its 7 x 86, which may shift by the remaining bins.
    activation : {"elu", "relu", "tanh", "sigmoid", "leaky_relu", "softplus"}, default="elu"
        Activation after the convolution.
    dropout : float, default=0.0
        Share of the last layer's inputs that is dropped in training, in [0, 1).

    Raises
    ------
    ValueError
        If there are fewer than 7 frames, or ``n_filters`` does not hold one number.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import SingleLayerCNN
    >>> net = SingleLayerCNN(96, 1376, 8, height=0.9)
    >>> net.conv_layers[0][0].kernel_size
    (86, 7)
    >>> net.features(torch.zeros(1, 96, 1376)).shape
    torch.Size([1, 160])
    """

    RATIOS = {"n_filters": (1,)}
    min_frames = LENGTH

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(160,),
        height=1.0,
        activation="elu",
        dropout=0.0,
    ):
        super().__init__()
        if len(n_filters) != 1:
            raise ValueError(f"n_filters={tuple(n_filters)} must hold one number: there is one layer.")
        sizes_after("n_frames", n_frames, [(LENGTH, 1)])
        kernel = (max(int(height * n_bins), 1), LENGTH)
        self.conv_layers = nn.Sequential(
            nn.Sequential(nn.Conv2d(1, n_filters[0], kernel), MaxOverFrequency(), ELEMENTWISE[activation]())
        )
        self._finish(n_filters[0], n_outputs, dropout)

    @staticmethod
    def widths(scale):
        """Return the width.

        Parameters
        ----------
        scale : float
            The width.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return scaled_widths(SingleLayerCNN.RATIOS, scale)

    def maps(self, x):
        """Yield the maps of the one layer, without frequency.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Yields
        ------
        maps : tensor of shape (B, n_maps, n_frames - 6)
        """
        yield self.conv_layers(x.unsqueeze(1))  # (B, 1, F, T) -> (B, C, T - 6)
