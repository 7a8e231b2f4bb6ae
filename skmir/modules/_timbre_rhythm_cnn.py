"""A compact network for small data sets with clips of any length, with parts for timbre and for rhythm.

The part for timbre has small two-dimensional convolutions whose maps keep their absolute frequency. In
parallel there are tall filters over half of the bins, followed by the maximum over frequency, so that a
spectral shape counts at any pitch, after Pons et al. ("Timbre analysis of music audio signals with
convolutional neural networks", EUSIPCO 2017). Convolutions over time follow both. A second tower of small
two-dimensional convolutions is deeper; it learns separately, and the two are averaged. The part for rhythm
is the autocorrelation tempogram of Grosche, Mueller & Kurth ("Cyclic tempogram", ICASSP 2010) as a layer:
band by band, on a logarithmic axis of lags, on which a different tempo is a shift, to which convolution and
pooling are insensitive. The combination is this library's own.
"""

import itertools
import math

import numpy as np
import torch
from torch import nn

from ._heads import Heads
from ._widths import scaled_widths

LOCAL_FRAMES = 128  # more frames than this are averaged before the local part
DEEP_FRAMES = 64  # the same before the deep layers, which cost the most time
RHYTHM_FRAMES = 200  # windows of at least this length (4.6 s at 43 frames per second) can show a rhythm
SHORTEST_LAG, LONGEST_LAG = 6, 172  # in frames: 0.14 s to 4 s, from a fast eighth note to a slow bar


class TimbreRhythmCNN(nn.Module):
    """Local convolutions, tall filters, a deeper tower, and, for long windows, a tempogram layer.

    In training, the logits of the two towers are returned separately, as a tensor of shape
    (B, 2, n_outputs), so that each learns the whole task. Afterwards the network returns their mean.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input, at least 1 each. The part for rhythm is present from 200 frames on.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : sequence of 4 int, default=(16, 32, 128, 128)
        Number of feature maps of the two layers over frequency and time, and of the two over time.
    n_tall_filters : int, default=32
        Number of filters over half of the bins and three frames, followed by the maximum over frequency.
    n_deep_filters : sequence of 3 int or None, default=None
        Number of feature maps of the deeper tower's layers; None takes 1.5, 3 and 4 times the first of
        ``n_filters``.
    n_rhythm_filters : int, default=64
        Number of feature maps of the two layers over lags, which both towers use.
    n_bands, n_lags : int, default=16, 40
        Size of the tempogram.
    dropout : float, default=0.0
        Share of the last layer's inputs that is dropped in training, in [0, 1).

    Raises
    ------
    ValueError
        If ``n_filters`` does not hold four numbers, or ``n_deep_filters`` three.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import TimbreRhythmCNN
    >>> TimbreRhythmCNN(128, 600, 4).eval()(torch.zeros(2, 128, 600)).shape
    torch.Size([2, 4])
    """

    RATIOS = {
        "n_filters": (2, 4, 16, 16),
        "n_tall_filters": 4,
        "n_deep_filters": (3, 6, 8),
        "n_rhythm_filters": 8,
    }

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(16, 32, 128, 128),
        n_tall_filters=32,
        n_deep_filters=None,
        n_rhythm_filters=64,
        n_bands=16,
        n_lags=40,
        dropout=0.0,
    ):
        super().__init__()
        if len(n_filters) != 4:
            raise ValueError(f"n_filters={tuple(n_filters)} must hold 4 numbers, one per layer.")
        local, wide, first, last = n_filters
        if n_deep_filters is None:
            n_deep_filters = (max(3 * local // 2, 1), 3 * local, 4 * local)
        if len(n_deep_filters) != 3:
            raise ValueError(f"n_deep_filters={tuple(n_deep_filters)} must hold 3 numbers, one per layer.")
        self.n_averaged = math.ceil(n_frames / LOCAL_FRAMES)
        self.n_averaged_deep = math.ceil(n_frames / DEEP_FRAMES)
        self.local_layers = nn.Sequential(
            *_conv2d(1, local, (7, 5), stride=(4, 2)),
            *_conv2d(local, wide, (3, 3), pool=2),
        ).to(memory_format=torch.channels_last)
        self.tall_layers = nn.Sequential(
            *_conv2d(1, n_tall_filters, (math.ceil(n_bins / 2), 3), stride=(4, 2), padding=(0, 1))
        ).to(memory_format=torch.channels_last)
        left = math.ceil(n_bins / 8)  # bins after a stride of 4 and a pool of 2
        self.time_layers = nn.Sequential(
            *_conv1d(wide * left + n_tall_filters, first, 3, pool=2),
            *_conv1d(first, last, 3),
        )
        self.deep_layers = _deep_layers(*n_deep_filters).to(memory_format=torch.channels_last)
        n_timbre, n_rhythm = 2 * last, 0
        n_deep = 2 * n_deep_filters[-1] * math.ceil(n_bins / 64)  # a stride of 2 and pools of 2, 4 and 4
        self.rhythm_layers = None
        if n_frames >= RHYTHM_FRAMES:
            self.tempogram = BandTempogram(n_bins, n_bands, n_lags, min(LONGEST_LAG, n_frames // 2))
            self.rhythm_layers = nn.Sequential(
                nn.BatchNorm1d(n_bands),
                *_conv1d(n_bands, n_rhythm_filters, 9),
                *_conv1d(n_rhythm_filters, n_rhythm_filters, 5),
            )
            n_rhythm = 2 * n_rhythm_filters
        self.dropout = nn.Dropout(dropout)
        n_features = n_timbre + n_rhythm + n_deep
        self.final_layer = Heads([(0, n_timbre + n_rhythm), (n_timbre, n_features)], n_outputs)

    @staticmethod
    def widths(scale):
        """Return the width arguments at a scale, in the ratio of the defaults.

        Parameters
        ----------
        scale : float
            Scale from 0, at which every width is 1.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return scaled_widths(TimbreRhythmCNN.RATIOS, scale)

    def forward(self, x):
        """Return logits.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        logits : tensor of shape (B, 2, n_outputs) in training, else (B, n_outputs)
        """
        return self.final_layer(self.dropout(self.features(x)))

    def features(self, x):
        """Return the input of the last layers: means and maxima of the maps.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        features : tensor of shape (B, n_features)
        """
        parts = [mean_and_max(self._local_maps(x))]
        if self.rhythm_layers is not None:
            parts.append(mean_and_max(self.rhythm_layers(self.tempogram(x))))
        deep = self.deep_layers(_image(x, self.n_averaged_deep)).flatten(1, 2)  # (B, C * F', T')
        return torch.cat([*parts, mean_and_max(deep)], dim=1)

    def _local_maps(self, x):
        x = _image(x, self.n_averaged)
        local = self.local_layers(x).flatten(1, 2)  # (B, C, F', T') -> (B, C * F', T')
        tall = self.tall_layers(x).amax(dim=2)  # (B, C, F'', 2 * T') -> (B, C, 2 * T')
        tall = nn.functional.max_pool1d(tall, 2, ceil_mode=True)
        return self.time_layers(torch.cat([local, tall], dim=1))


class BandTempogram(nn.Module):
    """Autocorrelation of the onset envelopes of bands, on a logarithmic axis of lags.

    Parameters
    ----------
    n_bins : int
        Number of bins of the input.
    n_bands : int
        Number of bands, which are averages of neighbouring bins.
    n_lags : int
        Number of lags.
    longest : int
        The longest lag, in frames.
    """

    def __init__(self, n_bins, n_bands, n_lags, longest):
        super().__init__()
        edges = np.linspace(0, n_bins, n_bands + 1).round().astype(int)
        bands = np.zeros((n_bands, n_bins), dtype=np.float32)
        for band, (low, high) in enumerate(itertools.pairwise(edges)):
            bands[band, low : max(high, low + 1)] = 1 / max(high - low, 1)
        lags = np.geomspace(min(SHORTEST_LAG, longest), longest, n_lags)
        whole = np.floor(lags).astype(np.int64)
        self.register_buffer("bands", torch.from_numpy(bands))
        self.register_buffer("lags", torch.from_numpy(whole))
        self.register_buffer("weights", torch.from_numpy((lags - whole).astype(np.float32)))

    def forward(self, x):
        """Return the tempogram.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        tempogram : tensor of shape (B, n_bands, n_lags)
            1 at a lag after which a band repeats exactly; 0 throughout for a constant band.
        """
        with torch.autocast(x.device.type, enabled=False):  # there is no FFT in bfloat16
            envelope = (self.bands @ x.float()).diff(dim=2).relu()  # (B, n_bands, T - 1)
            envelope = envelope - envelope.mean(dim=2, keepdim=True)
            size = 2 * x.shape[2]
            power = torch.fft.rfft(envelope, n=size).abs().square()
            correlation = torch.fft.irfft(power, n=size)
            correlation = correlation / (correlation[..., :1] + 1e-3)
            low, high = correlation[..., self.lags], correlation[..., self.lags + 1]
            return low + self.weights * (high - low)


def mean_and_max(x):
    """Return mean and maximum over the last axis, (B, C, T) -> (B, 2 * C)."""
    return torch.cat([x.mean(dim=-1), x.amax(dim=-1)], dim=1)


def _image(x, n_averaged):
    """Return frames as maps, averaging ``n_averaged`` frames to one: (B, n_bins, T) -> (B, 1, n_bins, T')."""
    if n_averaged > 1:
        x = nn.functional.avg_pool1d(x, n_averaged, ceil_mode=True)
    return x.unsqueeze(1).contiguous(memory_format=torch.channels_last)


def _deep_layers(first, second, third):
    return nn.Sequential(
        *_conv2d(1, first, (5, 3), stride=(2, 1), pool=(2, 1)),
        *_conv2d(first, second, (3, 3), pool=(4, 2)),
        *_conv2d(second, third, (3, 3), pool=(4, 2)),
    )


def _conv2d(n_in, n_out, kernel, stride=1, padding=None, pool=None):
    padding = tuple(k // 2 for k in kernel) if padding is None else padding
    conv = nn.Conv2d(n_in, n_out, kernel, stride=stride, padding=padding, bias=False)
    return conv, nn.BatchNorm2d(n_out), *_pooled(nn.MaxPool2d, pool), nn.ReLU()


def _conv1d(n_in, n_out, kernel, pool=None):
    conv = nn.Conv1d(n_in, n_out, kernel, padding=kernel // 2, bias=False)
    return conv, nn.BatchNorm1d(n_out), *_pooled(nn.MaxPool1d, pool), nn.ReLU()


def _pooled(kind, pool):
    """Return a layer's pooling, which goes before its rectifier: the maxima are the same, of fewer values."""
    return () if pool is None else (kind(pool, ceil_mode=True),)
