"""MultiScaleNet: statistics over windows inside the network, at several time scales.

Hamel, Lemieux, Bengio & Eck, "Temporal pooling and multiscale learning for automatic annotation and ranking
of music audio", ISMIR 2011.
"""

import itertools
import numbers

import torch
from torch import nn

from ._activations import ELEMENTWISE

EPS = 1e-6  # inside roots, so that their gradient is finite if nothing varies

# Of frames x (..., n_frames) and of c, their differences from the mean; each gives (...).
STATISTICS = {
    "mean": lambda x, c: x.mean(-1),
    "var": lambda x, c: c.square().mean(-1),
    "std": lambda x, c: (c.square().mean(-1) + EPS).sqrt(),
    "max": lambda x, c: x.amax(-1),
    "min": lambda x, c: x.amin(-1),
    "third_moment": lambda x, c: (c.square() * c).mean(-1),
    "fourth_moment": lambda x, c: c.square().square().mean(-1),
    "third_root": lambda x, c: _cube_root((c.square() * c).mean(-1)),
    "fourth_root": lambda x, c: (c.square().square().mean(-1) + EPS) ** 0.25,
}


class MultiScaleNet(nn.Module):
    """Multi-time-scale learning: dense layers on statistics of windows, pooled again over longer windows.

    This is the multi-time-scale learning (MTSL) of [1]_. A branch cuts the frames into short windows, pools
    each window into statistics, and puts a dense layer on them, the same for all windows. The outputs of its
    units are frames again, one per window. They are pooled by the same statistics: over longer windows, for
    the branch's next dense layer, and at the end over the whole input. A linear output sees all branches. The
    gradient flows through all statistics, so the layers of all scales learn together.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input. The network does not depend on the number of frames, but windows longer than the
        input are cut to it.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : int or sequence of int, default=(128,)
        Number of units per dense layer, in the order of ``scales``; a single number is valid for all.
    scales : sequence of int and of sequences of int, default=(8, 32)
        The branches. An int is a branch with one dense layer, on windows of so many frames; with the front
        ends' defaults, 43 frames are 1 s. Several ints in a sequence of their own are a branch with as many
        dense layers, on windows that grow, each a multiple of the one before: ``[(8, 64)]`` pools the
        dense layer on windows of 8 frames over 8 of them, for a dense layer on windows of 64 frames.
    statistics : sequence of str, default=("mean", "var", "max", "min")
        "mean", "var", "std", "max", "min", "third_moment", "fourth_moment", which are those of
        :class:`skmir.preprocessing.FramePooler`, and "third_root" and "fourth_root", the cube root and the
        fourth root of the moments, which have the unit of the values.
    activation : {"sigmoid", "relu", "elu", "tanh", "leaky_relu", "softplus"}, default="sigmoid"
        Activation of the dense layers.
    dropout : float, default=0.0
        Share of the output layer's inputs that is dropped in training, in [0, 1).

    Raises
    ------
    ValueError
        If the windows of a branch do not grow, if there are not as many ``n_filters`` as dense layers, or
        if a statistic or activation is unknown.

    Notes
    -----
    Published summaries of the paper leave open how the scales are joined, and both readings can be had. With
    ``scales=(8,)``, a shared layer on short windows is pooled over one long window, the input of the
    network: in :class:`skmir.neural_network.CNNClassifier` its length is ``n_frames``, and the score of a
    clip is the mean over its windows. With several branches, networks of several window lengths are joined
    before the output.

    Windows are adjacent. As in ``WindowPooler``, the frames that are left over at the end are a shorter
    window if there are more than half as many as in a window, and are left out otherwise; an input shorter
    than a window is one window.

    Statistics differ in scale, so each is normalised over the batch before a dense layer, as a
    ``StandardScaler`` between ``WindowPooler`` and an MLP would do. Roots are taken of the moment plus 1e-6,
    for a finite gradient; the cube root of m is m / (m**2 + 1e-6)**(1/3).

    References
    ----------
    .. [1] P. Hamel, S. Lemieux, Y. Bengio and D. Eck, "Temporal pooling and multiscale learning for
       automatic annotation and ranking of music audio", ISMIR 2011.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import MultiScaleNet
    >>> net = MultiScaleNet(120, 400, 20).eval()
    >>> net(torch.zeros(2, 120, 400)).shape
    torch.Size([2, 20])
    >>> net.features(torch.zeros(2, 120, 400)).shape  # four statistics of two layers of 128 units
    torch.Size([2, 1024])
    """

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        n_filters=(128,),
        scales=(8, 32),
        statistics=("mean", "var", "max", "min"),
        activation="sigmoid",
        dropout=0.0,
    ):
        super().__init__()
        branches = check_scales(scales)
        self.statistics = check_statistics(statistics)
        if activation not in ELEMENTWISE:
            raise ValueError(f"activation={activation!r} is not one of {list(ELEMENTWISE)}.")
        units = iter(_units(n_filters, sum(len(widths) for widths in branches)))
        self.branches = nn.ModuleList(
            _branch(n_bins, widths, [next(units) for _ in widths], self.statistics, activation)
            for widths in branches
        )
        n_units = sum(branch[-1].dense_layer.out_channels for branch in self.branches)
        n_features = len(self.statistics) * n_units
        self.feature_norm = nn.BatchNorm1d(n_features)
        self.dropout = nn.Dropout(dropout)
        self.final_layer = nn.Linear(n_features, n_outputs)

    @staticmethod
    def widths(scale):
        """Return the width of all dense layers at a scale.

        Parameters
        ----------
        scale : float
            Scale from 0; the width is its integer part, but at least 1.

        Returns
        -------
        widths : dict
            Arguments of the constructor.
        """
        return {"n_filters": [max(int(scale), 1)]}

    def forward(self, x):
        """Return logits.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames; any number of them.

        Returns
        -------
        logits : tensor of shape (B, n_outputs)
        """
        return self.final_layer(self.dropout(self.features(x)))

    def features(self, x):
        """Return the input of the last layer: statistics of each branch's last units over all windows.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames; any number of them.

        Returns
        -------
        features : tensor of shape (B, n_features)
        """
        units = [branch(x) for branch in self.branches]  # (B, n_units, n_windows) each
        return self.feature_norm(torch.cat([pool(h, self.statistics) for h in units], dim=1))


class WindowLayer(nn.Module):
    """A dense layer on statistics of windows, with the same weights for each window.

    Parameters
    ----------
    n_inputs, n_units : int
        Number of values per step in time, and of units.
    width : int
        Number of steps per window.
    statistics : sequence of str
        Keys of ``STATISTICS``.
    activation : str
        Key of ``ELEMENTWISE``.
    """

    def __init__(self, n_inputs, n_units, width, statistics, activation):
        super().__init__()
        self.width, self.statistics = width, statistics
        self.norm = nn.BatchNorm1d(len(statistics) * n_inputs)
        self.dense_layer = nn.Conv1d(len(statistics) * n_inputs, n_units, kernel_size=1)
        self.activation = ELEMENTWISE[activation]()

    def forward(self, x):
        """Return the units' outputs, (B, n_inputs, n_steps) -> (B, n_units, n_windows)."""
        return self.activation(self.dense_layer(self.norm(pool_windows(x, self.width, self.statistics))))


def pool(x, statistics):
    """Return statistics over the last axis, (B, C, T) -> (B, n_statistics * C), statistic by statistic."""
    centred = x - x.mean(-1, keepdim=True)
    return torch.cat([STATISTICS[name](x, centred) for name in statistics], dim=1)


def pool_windows(x, width, statistics):
    """Return statistics over adjacent windows, as :class:`skmir.preprocessing.WindowPooler` does.

    Parameters
    ----------
    x : tensor of shape (B, C, T)
    width : int
        Steps per window; an input that is shorter is one window.
    statistics : sequence of str

    Returns
    -------
    pooled : tensor of shape (B, n_statistics * C, n_windows)
    """
    n_steps = _length(x)
    width = min(width, n_steps)
    n_windows = n_steps // width
    windows, rest = x[:, :, : n_windows * width], x[:, :, n_windows * width :]
    pooled = pool(windows.unflatten(2, (n_windows, width)), statistics)  # (B, C, W, width) -> (B, S * C, W)
    if 2 * (n_steps % width) <= width:
        return pooled
    return torch.cat([pooled, pool(rest, statistics).unsqueeze(2)], dim=2)


def _length(x):
    """Return the number of steps as an int: while torch traces a network to export it, shapes are tensors."""
    return len(x[0, 0].unbind())


def check_scales(scales):
    """Return the branches, a tuple of window lengths in frames each, or raise.

    Examples
    --------
    >>> check_scales([16, (8, 64)])
    [(16,), (8, 64)]
    """
    error = ValueError(
        f"scales={scales!r} must hold one or more numbers of frames, or sequences of them in which each is a "
        "larger multiple of the one before, such as (8, 32) or [(8, 64)]."
    )
    try:
        branches = [tuple(s) if not isinstance(s, numbers.Integral) else (s,) for s in scales]
    except TypeError:
        raise error from None
    if not branches or not all(map(_grow, branches)):
        raise error
    return [tuple(map(int, widths)) for widths in branches]


def check_statistics(statistics):
    """Return names of statistics as a tuple, or raise."""
    names = (statistics,) if isinstance(statistics, str) else tuple(statistics)
    for name in names:
        if name not in STATISTICS:
            raise ValueError(f"statistics={name!r} is not one of {list(STATISTICS)}.")
    if not names:
        raise ValueError(f"statistics={statistics!r} must hold one or more of {list(STATISTICS)}.")
    return names


def _grow(widths):
    """Return whether window lengths are at least 1, and each a larger multiple of the one before."""
    if not widths or not all(isinstance(w, numbers.Integral) and w >= 1 for w in widths):
        return False
    return all(long > short and long % short == 0 for short, long in itertools.pairwise(widths))


def _units(n_filters, n_layers):
    """Return the number of units of each dense layer."""
    units = [n_filters] if isinstance(n_filters, numbers.Integral) else list(n_filters)
    if len(units) not in (1, n_layers):
        raise ValueError(
            f"n_filters={tuple(units)} must hold 1 number, or {n_layers}, one per dense layer of scales."
        )
    return units * n_layers if len(units) == 1 else units


def _branch(n_inputs, widths, units, statistics, activation):
    """Return the layers of a branch: windows of windows."""
    steps = (widths[0], *(long // short for short, long in itertools.pairwise(widths)))
    inputs = (n_inputs, *units)
    return nn.Sequential(
        *(
            WindowLayer(i, o, step, statistics, activation)
            for i, o, step in zip(inputs, units, steps, strict=False)
        )
    )


def _cube_root(m):
    """Return a signed cube root with a finite slope at zero."""
    return m / (m.square() + EPS) ** (1 / 3)
