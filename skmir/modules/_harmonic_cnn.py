"""A convolutional network whose weights all pitches share, on the harmonics of each pitch side by side.

Bittner, McFee, Salamon, Li & Bello, "Deep salience representations for F0 estimation in polyphonic music",
ISMIR 2017.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from ._widths import scaled_widths

HARMONICS = (0.5, 1, 2, 3, 4, 5, 6)
DILATIONS = (1, 2, 4)  # in frames, of the layers that look around in time
SPAN = 5  # frames that the first layer and each of the later ones read
RATIOS = {"n_filters": (1, 1)}


class HarmonicCNN(nn.Module):
    """Convolutions over pitch and time on stacked harmonics: what a note sounds like is learned once for all.

    The bins of a constant-Q transform are shifted so that a pitch and its harmonics, and its lower octave,
    become channels of one bin. Filters are shared by all pitches, so that a few thousand weights suffice, and
    a pitch that training lacks is known from the others.

    Parameters
    ----------
    n_bins : int
        Number of values per frame, equally spaced in pitch.
    n_frames : int
        Not used: the network takes clips of any length. It is accepted because other networks need it.
    n_outputs : int
        Number of outputs per frame; they are logits. There are as many heads as outputs for each of the
        ``n_bins // bins_per_step`` pitches: all pitches of the first head, then those of the next.
    bins_per_step : int, default=3
        Number of bins per semitone.
    harmonics : sequence of float, default=(0.5, 1, 2, 3, 4, 5, 6)
        Multiples of a pitch's frequency that become channels.
    n_filters : sequence of 2 int, default=(16, 16)
        Number of feature maps of the first layer, and of all others.
    dropout : float, default=0.1
        Share of the maps that is dropped before the last layer in training.

    Attributes
    ----------
    context : int
        Number of frames on each side of a frame on which its outputs depend: 16.

    Raises
    ------
    ValueError
        If ``n_outputs`` is not a multiple of the number of pitches.

    Notes
    -----
    If a harmonic is above the highest bin, or below the lowest, its channel has its mean over the training
    frames. The first layer reads a semitone on each side and five frames, the second brings the bins of each
    semitone together, and three dilated layers look around in time.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import HarmonicCNN
    >>> net = HarmonicCNN(264, 128, 2 * 88).eval()  # two outputs for each of 88 pitches
    >>> net(torch.zeros(1, 264, 500)).shape
    torch.Size([1, 176, 500])
    """

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        bins_per_step=3,
        harmonics=HARMONICS,
        n_filters=(16, 16),
        dropout=0.1,
    ):
        super().__init__()
        self.n_pitches = n_bins // bins_per_step
        if not self.n_pitches or n_outputs % self.n_pitches:
            raise ValueError(
                f"n_outputs={n_outputs} must be a multiple of the number of pitches, {self.n_pitches}, of "
                f"{n_bins} bins with bins_per_step={bins_per_step}. y must have a row for each semitone from "
                "the lowest bin on, once or several times."
            )
        first, others = n_filters
        self.shifts = [round(12 * bins_per_step * math.log2(harmonic)) for harmonic in harmonics]
        width = bins_per_step + 1 - bins_per_step % 2  # odd
        self.input_norm = nn.BatchNorm2d(len(self.shifts))
        around = (2 * bins_per_step + 1, SPAN)
        self.pitch_layers = nn.Sequential(
            nn.Conv2d(len(self.shifts), first, around, padding=(bins_per_step, SPAN // 2)),
            nn.ReLU(),
            nn.BatchNorm2d(first),
            nn.Conv2d(first, others, (width, 1), stride=(bins_per_step, 1), padding=(width // 2, 0)),
            nn.ReLU(),
            nn.BatchNorm2d(others),
        ).to(memory_format=torch.channels_last)
        self.time_layers = nn.ModuleList(_TimeLayer(others, dilation) for dilation in DILATIONS)
        self.dropout = nn.Dropout2d(dropout)
        self.final_layer = nn.Conv2d(others, n_outputs // self.n_pitches, 1)
        self.context = SPAN // 2 * (1 + sum(DILATIONS))

    @staticmethod
    def widths(scale):
        """Return equal widths of all layers.

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
        features : tensor of shape (B, n_filters, n_pitches, n_frames)
        """
        x = torch.stack([_shifted(x, shift) for shift in self.shifts], dim=1)  # (B, n_harmonics, F, T)
        x = self.pitch_layers(self.input_norm(x).contiguous(memory_format=torch.channels_last))
        x = x[:, :, : self.n_pitches]
        for layer in self.time_layers:
            x = layer(x)
        return x

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
        return self.final_layer(self.dropout(self.features(x))).flatten(1, 2)


class _TimeLayer(nn.Module):
    """Add what a dilated convolution over time makes of the maps."""

    def __init__(self, n_filters, dilation):
        super().__init__()
        padding = (0, SPAN // 2 * dilation)
        self.conv = nn.Conv2d(n_filters, n_filters, (1, SPAN), dilation=(1, dilation), padding=padding)
        self.norm = nn.BatchNorm2d(n_filters)

    def forward(self, x):
        """Return maps of the same shape (B, n_filters, n_pitches, n_frames)."""
        return self.norm(x + self.conv(x).relu())


def _shifted(x, shift):
    """Return frames in which bin i holds what bin ``i + shift`` held; 0 beyond the ends."""
    if abs(shift) >= x.shape[1]:
        return torch.zeros_like(x)
    x = x[:, max(shift, 0) : x.shape[1] + min(shift, 0)]
    return F.pad(x, (0, 0, max(-shift, 0), max(shift, 0)))
