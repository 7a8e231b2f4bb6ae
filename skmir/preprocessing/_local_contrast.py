"""Local contrast normalisation of frames, as for images."""

import numbers

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from .._module_parts import FramesModule, root, tensor_of
from .._parameter_checks import check_number, plain
from .._step_modules import each_length
from ._base import BaseFrameStep

ROUNDING = 1e-12  # of the largest value: the accuracy of a local mean in float64


class LocalContrastNormalizer(BaseFrameStep):
    """Subtract the mean of the neighbouring bins and frames, and divide by their standard deviation.

    Sounds that stand out from their surroundings are kept, whatever the level and the colour of these.
    Values should be in decibels: ``FrameScaler(with_mean=False, with_std=False)`` before this step does that.

    Parameters
    ----------
    width : tuple of int, default=(9, 9)
        Size of the neighbourhood, in bins and in frames: odd numbers. Neighbours are weighted by a Gaussian
        whose standard deviation is a quarter of the width, so that they count for little at its ends.
        1 uses only the bin, or the frame, itself.
    with_std : bool, default=True
        Whether values are divided by the standard deviation.

    Attributes
    ----------
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    FrameScaler : Standardise each bin over all clips.

    Notes
    -----
    The standard deviation is the root of the weighted mean of the squares of the differences.
    If it is below its own mean over the clip, it is replaced by that mean, so that quiet and even places
    are not amplified. Beyond the ends of a clip and its lowest and highest bin, values are mirrored. Bins
    should be equally spaced in pitch, as in a CQT, so that the neighbourhood means the same everywhere.

    References
    ----------
    .. [1] K. Jarrett, K. Kavukcuoglu, M. Ranzato and Y. LeCun, "What is the best multi-stage architecture
       for object recognition?", ICCV 2009.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import LocalContrastNormalizer
    >>> frames = np.full((1, 84, 100), -80.0)  # clips, bins, frames; in dB
    >>> frames[0, 20] = 0  # a strong partial
    >>> frames[0, 60] = -60  # a weak one
    >>> normalized = LocalContrastNormalizer().fit_transform(frames)
    >>> normalized[0, [20, 40, 60], 50].round(1)  # both stand out alike
    array([2.2, 0. , 2.2])
    """

    _same_length = True

    def __init__(self, width=(9, 9), *, with_std=True):
        self.width = width
        self.with_std = with_std

    def _check_parameters(self):
        width = self.width
        if not isinstance(width, tuple | list) or len(width) != 2:
            raise ValueError(
                f"width={plain(width)!r} must be two odd numbers: of bins and of frames, as in (9, 9)."
            )
        for number in width:
            check_number("width", number, kind=numbers.Integral, low=1)
        if width[0] % 2 == 0 or width[1] % 2 == 0 or max(width) == 1:
            raise ValueError(f"width={plain(width)!r} must be two odd numbers, not both 1.")

    def _names(self, bins):
        return bins

    def _apply(self, x):
        if x.ndim == 3:
            return np.stack([self._apply(clip) for clip in x])
        values = np.array(x, np.float64, order="C")
        rounding = ROUNDING * np.abs(values).max()
        values -= self._local_mean(values)
        values[np.abs(values) <= rounding] = 0  # rounding errors of constant values must not be amplified
        if self.with_std:
            std = np.sqrt(self._local_mean(values**2))
            floor = std.mean()
            values /= np.maximum(std, floor) if floor > 0 else 1
        return values.astype(x.dtype)

    def _local_mean(self, values):
        sigma, radius = zip(*((n / 4, n // 2) for n in self.width), strict=True)
        return gaussian_filter(values, sigma, radius=radius)

    def _make_module(self):
        kernels = [np.exp(-8 * (np.arange(n) - n // 2) ** 2 / n**2) for n in self.width]
        return _LocalContrastModule(kernels, self.with_std)


class _LocalContrastModule(FramesModule):
    """The same in torch, and as there in float64, without which constant values are not exactly 0.

    Parameters
    ----------
    kernels : list of array-like
        Weights of the neighbouring bins, and of the neighbouring frames; their sum does not matter.
    with_std : bool
    """

    def __init__(self, kernels, with_std):
        super().__init__()
        self.register_buffer("bin_kernel", tensor_of(kernels[0]))
        self.register_buffer("frame_kernel", tensor_of(kernels[1]))
        self.with_std = with_std

    def _frames(self, x, lengths):
        return each_length(self._of_one_length, x, lengths)

    def _of_one_length(self, x):
        values = x.double()
        rounding = ROUNDING * values.abs().amax((-2, -1), keepdim=True)
        values = values - self._local_mean(values)
        values = torch.where(values.abs() <= rounding, 0, values)
        if self.with_std:
            std = root(self._local_mean(values**2))
            floor = std.mean((-2, -1), keepdim=True)
            values = values / torch.where(floor > 0, std.maximum(floor), 1)
        return values.to(x.dtype)

    def _local_mean(self, values):
        return _smooth(_smooth(values, self.frame_kernel).transpose(1, 2), self.bin_kernel).transpose(1, 2)


def _smooth(values, kernel):
    """Return weighted means of neighbours along the last axis, which is mirrored at its ends."""
    n, width = values.shape[-1], kernel.shape[0]
    places = torch.arange(n, device=values.device)[:, None] + torch.arange(width, device=values.device)
    places = (places - width // 2) % (2 * n)
    weights = kernel.to(values.dtype)
    # The first and the last stand twice.
    return values[..., places.minimum(2 * n - 1 - places)] @ (weights / weights.sum())
