"""Derivatives of bins over time."""

import numbers

import numpy as np
import scipy.signal
import torch

from .._module_parts import FramesModule, tensor_of
from .._parameter_checks import check_number, plain
from ._base import BaseFrameStep

SUFFIXES = {1: "delta", 2: "delta2"}  # order of the derivative to the suffix of its bins' names


class Delta(BaseFrameStep):
    """Derivatives of each bin over time: ``librosa.feature.delta``.

    A polynomial is fitted to the frames around each frame, and its derivative at the middle frame is taken,
    which is less noisy than the difference between neighbouring frames.

    Parameters
    ----------
    width : int, default=9
        Number of frames to which the polynomial is fitted; odd, at least 3.
    order : {1, 2} or tuple of them, default=1
        Order of the derivative, and degree of the polynomial: 1 for the slope, 2 for the curvature, (1, 2)
        for both.
    append : bool, default=True
        Whether the bins themselves are kept, before their derivatives.
    positive : bool, default=False
        Whether negative derivatives are set to 0, so that only increases remain, as onset detectors need.

    Attributes
    ----------
    n_bins_ : int
        Number of bins of the input.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    ContextWindow : The neighbours themselves.
    scipy.signal.savgol_filter : The filter that computes it.

    Notes
    -----
    At the ends of a clip, the derivatives come from the polynomial of the first and the last ``width``
    frames. A clip with fewer frames is extended by repeating its first and its last frame instead, so that
    clips of any length are accepted; the derivatives of a single frame are 0.

    References
    ----------
    .. [1] A. Savitzky and M. J. E. Golay, "Smoothing and differentiation of data by simplified least
       squares procedures", Analytical Chemistry 36(8), 1964.

    .. [2] S. Furui, "Speaker-independent isolated word recognition using dynamic features of speech
       spectrum", IEEE Transactions on Acoustics, Speech, and Signal Processing 34(1), 1986.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import Delta
    >>> ramps = np.array([[[0.0, 2.0, 4.0, 6.0], [3.0, 3.0, 3.0, 3.0]]])  # one clip of two bins
    >>> Delta(3, append=False).fit_transform(ramps).round(6)
    array([[[2., 2., 2., 2.],
            [0., 0., 0., 0.]]])
    >>> Delta(3, order=(1, 2)).fit(ramps).get_feature_names_out().tolist()
    ['x0', 'x1', 'x0_delta', 'x1_delta', 'x0_delta2', 'x1_delta2']
    """

    _same_length = True

    def __init__(self, width=9, *, order=1, append=True, positive=False):
        self.width = width
        self.order = order
        self.append = append
        self.positive = positive

    def _check_parameters(self):
        check_number("width", self.width, kind=numbers.Integral, low=3)
        if self.width % 2 == 0:
            raise ValueError(
                f"width={self.width} must be odd, so that there is a middle frame. Take {self.width - 1} or "
                f"{self.width + 1}."
            )
        self._orders()

    def _names(self, bins):
        deltas = [f"{bin}_{SUFFIXES[order]}" for order in self._orders() for bin in bins]
        return [*(bins if self.append else ()), *deltas]

    def _orders(self):
        """Return the orders as a tuple."""
        orders = self.order if isinstance(self.order, tuple) else (self.order,)
        whole = all(isinstance(order, numbers.Integral) and not isinstance(order, bool) for order in orders)
        if not (whole and orders and set(orders) <= set(SUFFIXES) and len(set(orders)) == len(orders)):
            raise ValueError(
                f"order={plain(self.order)!r} must be 1, 2, or a tuple that holds each once: (1, 2)."
            )
        return orders

    def _apply(self, x):
        # Relative to the first frame, so that the derivative of a constant is 0 without rounding errors.
        rise = x - x[..., :1]
        mode = "interp" if x.shape[-1] >= self.width else "nearest"
        deltas = [
            scipy.signal.savgol_filter(rise, self.width, polyorder=order, deriv=order, mode=mode)
            for order in self._orders()
        ]
        if self.positive:
            deltas = [np.maximum(delta, 0) for delta in deltas]
        return np.concatenate([x, *deltas] if self.append else deltas, axis=-2)

    def _make_module(self):
        # What the filter makes of an impulse at each of ``width`` frames: each row holds the weights of one.
        impulses = np.eye(self.width)
        weights = [
            scipy.signal.savgol_filter(impulses, self.width, polyorder=order, deriv=order, axis=0)
            for order in self._orders()
        ]
        return _DeltaModule(weights, self.append, self.positive)


class _DeltaModule(FramesModule):
    """The same in torch, for clips of unequal length at once: the polynomial ends where each does.

    Parameters
    ----------
    weights : array-like of shape (n_orders, width, width)
        Of each of ``width`` frames (the last axis) in the derivative at each of them.
    append, positive : bool
    """

    def __init__(self, weights, append, positive):
        super().__init__()
        self.register_buffer("weights", tensor_of(weights))
        self.append = append
        self.positive = positive

    def _frames(self, x, lengths):
        rows, sources = self._places(x, lengths)
        windows = (x - x[..., :1]).gather(2, sources.flatten(1)[:, None].expand(-1, x.shape[1], -1))
        windows = windows.unflatten(2, sources.shape[1:])  # (B, n_bins, n_frames, width)
        deltas = [(windows * weights[rows][:, None]).sum(-1) for weights in self.weights.unbind()]
        if self.positive:
            deltas = [delta.relu() for delta in deltas]
        return torch.cat([x, *deltas] if self.append else deltas, dim=1)

    def _places(self, x, lengths):
        """Return the row of weights for each frame, (B, n_frames), and the frames that it weights.

        These are an int64 tensor of shape (B, n_frames, width). All are inside of the clip, if it is long
        enough; otherwise the first and the last frame are repeated.
        """
        width = self.weights.shape[-1]
        time = torch.arange(x.shape[-1], device=x.device)[None].expand(x.shape[0], -1)
        ends = torch.full_like(time[:, :1], x.shape[-1]) if lengths is None else lengths.to(x.device)[:, None]
        centred = time - width // 2
        inside = centred.clamp(min=0).minimum(ends - width)
        starts = torch.where(ends < width, centred, inside)
        rows = (time - starts).clamp(0, width - 1)
        sources = starts[..., None] + torch.arange(width, device=x.device)
        return rows, sources.clamp(min=0).minimum(ends[..., None] - 1)
