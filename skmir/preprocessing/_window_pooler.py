"""Statistics over windows of frames: from frames to fewer frames."""

import numbers

import numpy as np
import torch

from .._module_parts import FramesModule
from .._parameter_checks import check_number, plain
from ._base import BaseFrameStep
from ._pooling_statistics import pool, statistic_functions
from ._pooling_tensors import pool_tensor


class WindowPooler(BaseFrameStep):
    """Pool windows of frames into statistics, at one or several time scales.

    The result is frames again, one per window: with :class:`~skmir.compose.FrameClassifier` after it, each
    window is a training example, and the class of a clip is decided by all of its windows.

    Parameters
    ----------
    statistics : tuple of str, default=("mean", "var")
        As in :class:`FramePooler`.
    widths : int or tuple of int, default=(64,)
        Number of frames per window. Statistics of several widths are stacked, each in bins of its own.
    hop : int or None, default=None
        Number of frames from one window to the next, for all widths; None takes the smallest width, so that
        its windows are adjacent.

    Attributes
    ----------
    n_bins_ : int
        Number of bins of the input.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    FramePooler : The same statistics over whole clips.
    skmir.compose.FrameClassifier : Any classifier on windows of the frames themselves.
    skmir.modules.MultiScaleNet : Statistics inside a network, whose hidden layer is pooled too.

    Notes
    -----
    Windows of the smallest width start at frames 0, ``hop``, 2 ``hop``, and so on. The last one may extend
    beyond the end of the clip by less than half a hop (and less than half its width), and is cut there;
    frames at the end that would fill less than that are left out. Wider windows are centred on the smallest
    ones, to within half a frame, and are cut at both ends of the clip. A clip shorter than the smallest
    window gives one frame.

    The pooled-features classifier (PFC) of [1]_ is a network with one hidden layer, for which each window is
    a training example; the score of a clip is the mean over its windows. With the paper's six statistics
    of the principal mel-spectrum components (PMSC, see :class:`PCAWhitener`), for labels and for tags::

        make_pipeline(
            MelSpectrogram(n_fft=1024, n_mels=128),
            LogCompression(),
            PCAWhitener(120, max_frames=10_000, random_state=0),
            WindowPooler(("mean", "var", "max", "min", "third_moment", "fourth_moment"), widths=64),
            FrameScaler(log=False),
            MLPClassifier((1000,), activation="sigmoid", n_frames=1),
        )

    With ``n_frames=1``, each epoch draws one window of each clip, and prediction averages over all windows.
    Statistics of several widths side by side are the paper's stacked windows. For its multi-time-scale
    learning (MTSL), in which the hidden layer is pooled too, see :class:`skmir.modules.MultiScaleNet`.

    References
    ----------
    .. [1] P. Hamel, S. Lemieux, Y. Bengio and D. Eck, "Temporal pooling and multiscale learning for
       automatic annotation and ranking of music audio", ISMIR 2011.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import WindowPooler
    >>> frames = np.random.RandomState(0).rand(5, 40, 430)  # clips, bins, frames
    >>> WindowPooler(("mean", "var", "max"), widths=43).fit_transform(frames).shape
    (5, 120, 10)
    >>> WindowPooler(("mean", "var"), widths=(16, 64), hop=10).fit_transform(frames).shape
    (5, 160, 42)
    """

    def __init__(self, statistics=("mean", "var"), *, widths=(64,), hop=None):
        self.statistics = statistics
        self.widths = widths
        self.hop = hop

    @property
    def _widths(self):
        return tuple(self.widths) if np.iterable(self.widths) else (self.widths,)

    @property
    def _hop(self):
        return min(self._widths) if self.hop is None else self.hop

    def _check_parameters(self):
        statistic_functions(self.statistics)
        widths = self._widths
        for width in widths:
            check_number("widths", width, kind=numbers.Integral, low=1)
        if len(set(widths)) != len(widths) or not widths:
            raise ValueError(
                f"widths={plain(self.widths)!r} must be one or more different numbers of frames."
            )
        check_number("hop", self.hop, kind=numbers.Integral, low=1, none=True)

    def _names(self, bins):
        return [f"{b}_{name}_w{w}" for w in self._widths for name in self.statistics for b in bins]

    def _apply(self, x):
        if x.ndim == 2:
            return self._apply(x[np.newaxis])[0]
        functions = statistic_functions(self.statistics)
        smallest, hop = min(self._widths), self._hop
        starts = _starts(x.shape[-1], smallest, hop)
        parts = [
            _pool_windows(x, functions, starts - (width - smallest) // 2, width) for width in self._widths
        ]
        return np.concatenate(parts, axis=1)

    def _make_module(self):
        return _WindowPoolerModule(tuple(self.statistics), [int(w) for w in self._widths], int(self._hop))


def _starts(n_frames, width, hop):
    """Return the first frame of each window of the smallest width."""
    return np.arange(0, max(_after_last_start(n_frames, width, hop), 1), hop)


def _after_last_start(n_frames, width, hop):
    """Return the frame before which windows start; below 1 if only one does, at 0."""
    return n_frames - width + (min(hop, width) + 1) // 2


def _pool_windows(x, functions, starts, width):
    """Return statistics over windows, which are cut at the ends of the clip.

    Parameters
    ----------
    x : ndarray of shape (n_clips, n_bins, n_frames)
    functions : list of callable
        As for :func:`pool`.
    starts : ndarray of shape (n_windows,)
        First frame of each window, in equal steps; may be negative.
    width : int

    Returns
    -------
    pooled : ndarray of shape (n_clips, n_statistics * n_bins, n_windows)
    """
    n_clips, n_bins, n_frames = x.shape
    pooled = np.empty((len(functions), len(starts), n_clips, n_bins), x.dtype)
    whole = np.flatnonzero((starts >= 0) & (starts + width <= n_frames))  # they are consecutive
    if whole.size:
        step = starts[1] - starts[0] if len(starts) > 1 else 1
        windows = np.lib.stride_tricks.sliding_window_view(x, width, axis=-1)
        windows = windows[:, :, starts[whole[0]] : starts[whole[-1]] + 1 : step]
        pooled[:, whole] = pool(windows.transpose(2, 0, 1, 3), functions)
    for i in np.setdiff1d(np.arange(len(starts)), whole):
        pooled[:, i] = pool(x[:, :, max(starts[i], 0) : starts[i] + width], functions)
    return pooled.transpose(2, 0, 3, 1).reshape(n_clips, len(functions) * n_bins, len(starts))


class _WindowPoolerModule(FramesModule):
    """The same in torch, for clips of unequal length at once: windows are cut at the end of each."""

    def __init__(self, statistics, widths, hop):
        super().__init__()
        self.statistics = statistics
        self.widths = widths
        self.hop = hop

    def out_lengths(self, lengths):
        if lengths is None:
            return None
        ends = _after_last_start(lengths, min(self.widths), self.hop).clamp(min=1)
        return (ends + self.hop - 1) // self.hop

    def _frames(self, x, lengths):
        n_windows = self.out_lengths(torch.full((), x.shape[-1]))
        starts = self.hop * torch.arange(n_windows, device=x.device)
        lengths = x.shape[-1] if lengths is None else lengths.to(x.device)[:, None, None, None]
        return torch.cat([row for width in self.widths for row in self._pooled(x, starts, width, lengths)], 1)

    def _pooled(self, x, starts, width, lengths):
        """Return each statistic over the windows of one width, of shape (B, n_bins, n_windows)."""
        first = starts - (width - min(self.widths)) // 2
        times = first[:, None] + torch.arange(width, device=x.device)  # (n_windows, width)
        windows = x[..., times.clamp(0, x.shape[-1] - 1)]  # (B, n_bins, n_windows, width)
        return pool_tensor(windows, self.statistics, (times >= 0) & (times < lengths))
