"""Extend each frame by its neighbours."""

import numbers

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from .._module_parts import FramesModule
from .._parameter_checks import check_choice, check_number
from .._validation import check_frames
from ._base import BaseFrameStep, each_clip

PAD_MODES = ("edge", "constant", "reflect")


class ContextWindow(BaseFrameStep):
    """Append the neighbours of each frame to it, as more bins.

    A step that works frame by frame, such as a PCA or a restricted Boltzmann machine, can thereby model how
    sound develops.

    Parameters
    ----------
    width : int, default=9
        Number of frames that are combined: from ``width // 2`` before each frame to ``width // 2`` after it.
        If ``width`` is even, there is one less after it than before it.
    hop : int, default=1
        Every ``hop``-th frame is kept, starting with the first.
    pad_mode : {"edge", "constant", "reflect"}, default="edge"
        How the neighbours beyond the ends of a clip are made: by repeating the first or the last frame, by
        zeros, or by mirroring the clip at its first or last frame, several times if it is short. A clip with
        a single frame cannot be mirrored, and "reflect" repeats it.

    Attributes
    ----------
    n_bins_ : int
        Number of bins of the input.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    skmir.compose.FrameClassifier : Cut windows, and return one prediction per clip.
    Delta : Rates of change of the bins, in far fewer numbers.

    Notes
    -----
    The result is ``width / hop`` times as large as X; besides it, at most one padded copy of X is in memory.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import ContextWindow
    >>> frames = np.array([[[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]])  # one clip: two bins, three frames
    >>> window = ContextWindow(3).fit(frames)
    >>> window.transform(frames)
    array([[[ 1.,  1.,  2.],
            [10., 10., 20.],
            [ 1.,  2.,  3.],
            [10., 20., 30.],
            [ 2.,  3.,  3.],
            [20., 30., 30.]]])
    >>> window.get_feature_names_out().tolist()
    ['x0_t-1', 'x1_t-1', 'x0_t+0', 'x1_t+0', 'x0_t+1', 'x1_t+1']
    """

    def __init__(self, width=9, *, hop=1, pad_mode="edge"):
        self.width = width
        self.hop = hop
        self.pad_mode = pad_mode

    def inverse_transform(self, X):
        """Return the frames in the middle of their windows.

        Parameters
        ----------
        X : frames
            A result of ``transform``.

        Returns
        -------
        frames : frames
            With ``n_bins_`` bins, in the form and dtype of X.

        Raises
        ------
        ValueError
            If ``hop`` is not 1: the frames between those kept are lost.
        """
        check_is_fitted(self)
        if self.hop != 1:
            raise ValueError(
                f"ContextWindow(hop={self.hop}) keeps one frame of {self.hop}, and the others cannot be "
                "recovered. Set hop=1 to invert it."
            )
        frames = check_frames(clone(self), X, reset=True)
        if frames[0].shape[0] != self.width * self.n_bins_:
            raise ValueError(
                f"X has {frames[0].shape[0]} bins, but ContextWindow(width={self.width}), fitted on "
                f"{self.n_bins_} bins, gives {self.width * self.n_bins_}. Pass a result of transform."
            )
        first = self.width // 2 * self.n_bins_
        middle = slice(first, first + self.n_bins_)
        return each_clip(lambda x: x[..., middle, :].copy(), frames, X)

    def _check_parameters(self):
        check_number("width", self.width, kind=numbers.Integral, low=1)
        check_number("hop", self.hop, kind=numbers.Integral, low=1)
        check_choice("pad_mode", self.pad_mode, PAD_MODES)

    def _names(self, bins):
        before = self.width // 2
        return [f"{bin}_t{time:+d}" for time in range(-before, self.width - before) for bin in bins]

    def _apply(self, x):
        """Return the windows, with the values of each time adjacent in memory."""
        before = self.width // 2
        pads = [(0, 0)] * (x.ndim - 2) + [(before, self.width - 1 - before), (0, 0)]
        padded = np.pad(x.swapaxes(-1, -2), pads, mode=self.pad_mode)
        windows = sliding_window_view(padded, self.width, axis=-2)[..., :: self.hop, :, :]
        rows = windows.swapaxes(-1, -2).copy()  # (..., n_frames_out, width, n_bins)
        return rows.reshape(*rows.shape[:-2], self.width * x.shape[-2]).swapaxes(-1, -2)

    def _make_module(self):
        return _ContextWindowModule(int(self.width), int(self.hop), self.pad_mode)


class _ContextWindowModule(FramesModule):
    """The same in torch, for clips of unequal length at once: each is extended at its own end."""

    def __init__(self, width, hop, pad_mode):
        super().__init__()
        self.width = width
        self.hop = hop
        self.pad_mode = pad_mode

    def out_lengths(self, lengths):
        return None if lengths is None else (lengths + self.hop - 1) // self.hop

    def _frames(self, x, lengths):
        n_clips, n_bins, n_frames = x.shape
        starts = torch.arange(0, n_frames, self.hop, device=x.device)[:, None]
        times = starts + torch.arange(self.width, device=x.device) - self.width // 2  # (n_frames_out, width)
        ends = n_frames if lengths is None else lengths.to(x.device)[:, None, None]
        sources = self._sources(times, ends).expand(n_clips, -1, -1)
        windows = x.gather(2, sources.flatten(1)[:, None].expand(-1, n_bins, -1))
        if self.pad_mode == "constant":
            own = ((times >= 0) & (times < ends)).expand(n_clips, -1, -1)
            windows = windows.masked_fill(~own.flatten(1)[:, None], 0)
        windows = windows.unflatten(2, (-1, self.width))  # (B, n_bins, n_frames_out, width)
        return windows.permute(0, 3, 1, 2).flatten(1, 2)  # (B, width * n_bins, n_frames_out)

    def _sources(self, times, ends):
        """Return the frame of the clip that stands at each time before, in, and after it."""
        last = ends - 1
        if self.pad_mode == "reflect":
            turn = 2 * last + (last == 0)  # once there and back; a single frame is repeated
            times = times % turn
            times = torch.minimum(times, turn - times)
        return times.clamp(min=0).minimum(last + torch.zeros_like(times))
