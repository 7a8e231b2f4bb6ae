"""PitchCNN: kernels that span intervals of pitch, over a constant-Q spectrogram.

After Humphrey & Bello, "Rethinking automatic chord recognition with convolutional neural networks", ICMLA
2012; the layers are those of Humphrey's later code (github.com/ejhumphrey/dl4mir).
"""

from torch import nn

from ._sizes import sizes_after
from ._widths import scaled_widths


class PitchCNN(nn.Module):
    """Three valid convolutions with kernels that are tall in pitch, and a linear output.

    With the original's 252 bins (7 octaves, 36 bins per octave), the first layer pools bins into semitones,
    the second spans three octaves, and the third leaves 12 positions of pitch.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input. The original is 252 x 20; with its kernels, the minimum is 219 x 20.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of int, default=(16, 32, 64)
        Number of feature maps per layer. The original has the widths (10, 20, 40), (12, 24, 48),
        (16, 32, 64), (20, 40, 80) or (24, 48, 96).
    kernels : sequence of (int, int), default=((13, 5), (37, 5), (33, 1))
        Kernel size per layer, in frequency and time.
    pools : sequence of (int, int), default=((3, 2), (1, 2), (1, 2))
        Pool size per layer, in frequency and time; the stride is the same.
    dropout : float, default=0.0
        Share of the last layer's inputs that is dropped in training, in [0, 1).

    Raises
    ------
    ValueError
        If the layers leave nothing of the bins or of the frames, or ``n_filters``, ``kernels`` and ``pools``
        differ in length.

    Notes
    -----
    From 20 frames, one position in time remains. From longer inputs more remain, and their mean is taken: the
    logits are then the average over all patches of 20 frames, one every 8 frames.

    The same author's kernels and pools in time for shorter inputs are (3, 3, 1) and (2, 2, 1) for 10
    frames, (5, 3, 2) for 8, (3, 2, 1) for 4 and (1, 1, 1) for single frames; the last three have no pools.

    The original applies dropout to the outputs of all three layers. Its output layer is made for chords: one
    set of weights for all twelve roots, and a unit for no chord. Here it is linear, for labels of any kind.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import PitchCNN
    >>> net = PitchCNN(252, 20, 25).eval()
    >>> net(torch.zeros(1, 252, 20)).shape
    torch.Size([1, 25])
    """

    RATIOS = {"n_filters": (1, 2, 4)}  # as in all five of the original's widths

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(16, 32, 64),
        kernels=((13, 5), (37, 5), (33, 1)),
        pools=((3, 2), (1, 2), (1, 2)),
        dropout=0.0,
    ):
        super().__init__()
        n_pitches = _check_sizes(n_bins, n_frames, n_filters, kernels, pools)
        maps = (1, *n_filters)
        layers = zip(maps, maps[1:], kernels, pools, strict=False)
        self.conv_layers = nn.Sequential(*(_conv_layer(*layer) for layer in layers))
        self.dropout = nn.Dropout(dropout)
        self.final_layer = nn.Linear(n_filters[-1] * n_pitches, n_outputs)

    @staticmethod
    def widths(scale):
        """Return the widths in these ratios; ``scale`` is the width of the first layer.

        Parameters
        ----------
        scale : float
            Scale, at least 1.

        Returns
        -------
        widths : dict of list of int
            Arguments of the constructor.
        """
        return scaled_widths(PitchCNN.RATIOS, scale)

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

    def features(self, x):
        """Return the mean of the last maps over time.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        features : tensor of shape (B, n_maps * n_pitches)
        """
        x = self.conv_layers(x.unsqueeze(1))  # (B, 1, F, T) -> (B, n_maps, n_pitches, steps)
        return x.mean(3).flatten(1)  # (B, n_maps * n_pitches)


def _conv_layer(n_in, n_out, kernel, pool):
    # The rectifier is increasing: after pooling it gives the same maxima, and processes fewer values.
    return nn.Sequential(nn.Conv2d(n_in, n_out, tuple(kernel)), nn.MaxPool2d(tuple(pool)), nn.ReLU())


def _check_sizes(n_bins, n_frames, n_filters, kernels, pools):
    """Return the number of positions of pitch that are left; raise if the layers do not fit the input."""
    if not len(n_filters) == len(kernels) == len(pools) > 0:
        raise ValueError(
            f"n_filters, kernels and pools are for {len(n_filters)}, {len(kernels)} and {len(pools)} layers. "
            "Give one of each per layer."
        )
    layers = list(zip(kernels, pools, strict=True))
    sizes_after("n_frames", n_frames, [(kernel[1], pool[1]) for kernel, pool in layers])
    return sizes_after("n_bins", n_bins, [(kernel[0], pool[0]) for kernel, pool in layers])[-1]
