"""VGG: many layers of small square kernels.

Pons & Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019 (arXiv:1805.00237),
after Simonyan & Zisserman's networks for images (ICLR 2015).
"""

import itertools
import math

from torch import nn

from ._activations import ELEMENTWISE
from ._conv_block import as_image
from ._map_means import MapMeansCNN
from ._pools import check_pools, reduce_to_one, reduced
from ._widths import scaled_widths

FREQUENCY_POOLS = (2, 3, 2, 2, 4)  # take 96 bins to 1
TIME_POOLS = (4, 4, 5, 4, 4)  # take 1280 frames to 1


class VGGCNN(MapMeansCNN):
    """Five 3 x 3 convolutions with max-pooling, the mean of each map, and a linear output.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input. The paper's pools, for 96 bins and about 1,376 frames, are used on each axis if
        they leave something; otherwise pools that reduce it to 1 are derived.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of int, default=(32, 32, 32, 32, 32)
        Number of feature maps per layer. The paper has five layers of 32, or of 717.
    activation : {"elu", "relu", "tanh", "sigmoid", "leaky_relu", "softplus"}, default="elu"
        Activation after each convolution.
    pools : sequence of (int, int) or None, default=None
        Pool sizes in frequency and time, one pair per convolution; None chooses them by
        ``n_bins`` and ``n_frames``.
    dropout : float, default=0.0
        Share of the last layer's inputs that is dropped in training, in [0, 1).

    Raises
    ------
    ValueError
        If ``pools`` leave nothing of the input.

    Notes
    -----
    The paper passes the means to a support vector machine, and has no linear output. There is no batch
    normalisation.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import VGGCNN
    >>> net = VGGCNN(96, 1376, 8)
    >>> net(torch.zeros(1, 96, 1376)).shape, net.features(torch.zeros(1, 96, 1376)).shape
    (torch.Size([1, 8]), torch.Size([1, 160]))
    """

    RATIOS = {"n_filters": (1, 1, 1, 1, 1)}

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(32, 32, 32, 32, 32),
        activation="elu",
        pools=None,
        dropout=0.0,
    ):
        super().__init__()
        if pools is None:
            pools = pools_for(n_bins, n_frames, len(n_filters))
        pools = check_pools(pools, len(n_filters), n_bins, n_frames)
        self.min_frames = math.prod(time for _, time in pools)
        maps = itertools.pairwise((1, *n_filters))
        self.conv_layers = nn.Sequential(
            *(_conv_layer(i, o, pool, activation) for (i, o), pool in zip(maps, pools, strict=True))
        )
        self._finish(sum(n_filters), n_outputs, dropout)

    @staticmethod
    def widths(scale):
        """Return five equal widths.

        Parameters
        ----------
        scale : float
            The width.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return scaled_widths(VGGCNN.RATIOS, scale)

    def maps(self, x):
        """Yield the pooled maps of each layer.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Yields
        ------
        maps : tensor of shape (B, n_maps, bins, steps)
        """
        x = as_image(x)  # (B, 1, F, T)
        for layer in self.conv_layers:
            x = layer(x)
            yield x


def pools_for(n_bins, n_frames, n_layers):
    """Return (frequency, time) pool sizes: on each axis the paper's if they fit, else derived ones."""
    axes = zip((n_bins, n_frames), (FREQUENCY_POOLS, TIME_POOLS), strict=True)
    fitting = (
        pools if n_layers == len(pools) and reduced(size, pools) else reduce_to_one(size, n_layers)
        for size, pools in axes
    )
    return tuple(zip(*fitting, strict=True))


def _conv_layer(n_in, n_out, pool, activation):
    return nn.Sequential(nn.Conv2d(n_in, n_out, 3, padding=1), nn.MaxPool2d(pool), ELEMENTWISE[activation]())
