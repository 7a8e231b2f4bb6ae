"""Harmonic and percussive parts of frames."""

import numbers

import numpy as np
from scipy.ndimage import median_filter
from sklearn.utils.validation import check_non_negative

from .._parameter_checks import check_choice, check_number, plain
from .._stored_frames import lowest_of
from ._base import BaseFrameStep

COMPONENTS = {"harmonic": ("harmonic",), "percussive": ("percussive",), "both": ("harmonic", "percussive")}


class HPSS(BaseFrameStep):
    """Keep sound that is steady in time, or broad in frequency: notes, or strokes.

    The median over neighbouring frames keeps lasting sounds, the median over neighbouring bins keeps sounds
    that fill the spectrum; each value is divided between the two parts by which median is larger.

    Parameters
    ----------
    component : {"harmonic", "percussive", "both"}, default="harmonic"
        The part to return. "both" returns the harmonic part of all bins, then the percussive part of all
        bins.
    kernel_size : int or tuple of int, default=31
        Length of the medians: in frames for the harmonic part, in bins for the percussive one. One number is
        used for both.
    power : float, default=2.0
        How sharply values are divided; ``numpy.inf`` assigns each value wholly to one part or to neither.
    margin : float or tuple of float, default=1.0
        Factor by which the harmonic median must exceed the percussive one for half of a value to be
        harmonic, and the other way round; at least 1. With 1, the two parts add up to the input; with more,
        sound that is neither harmonic nor percussive is in neither part.

    Attributes
    ----------
    n_bins_ : int
        Number of bins of the input.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    skmir.feature_extraction.DFT : Magnitudes, for which the default lengths are meant.

    Notes
    -----
    Values must be magnitudes or powers: put this step before :class:`FrameScaler`. Results agree with
    ``librosa.decompose.hpss``.

    References
    ----------
    .. [1] D. Fitzgerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
    .. [2] J. Driedger, M. Müller and S. Disch, "Extending harmonic-percussive separation of audio
       signals", ISMIR 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import HPSS
    >>> frames = np.zeros((1, 100, 80))  # clips, bins, frames
    >>> frames[0, 30] = 1  # a steady tone
    >>> frames[0, :, 50] = 1  # a click
    >>> parts = HPSS("both").fit_transform(frames)
    >>> parts.shape
    (1, 200, 80)
    >>> [float(part[30, 10]) for part in (parts[0, :100], parts[0, 100:])]  # of the tone
    [1.0, 0.0]
    """

    _same_length = True

    def __init__(self, component="harmonic", *, kernel_size=31, power=2.0, margin=1.0):
        self.component = component
        self.kernel_size = kernel_size
        self.power = power
        self.margin = margin

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags

    def _check_parameters(self):
        check_choice("component", self.component, COMPONENTS)
        check_number("power", self.power, above=0)
        for size in _pair("kernel_size", self.kernel_size):
            check_number("kernel_size", size, kind=numbers.Integral, low=1)
        for factor in _pair("margin", self.margin):
            check_number("margin", factor, low=1)

    def _check_frames(self, X, *, reset):
        frames = super()._check_frames(X, reset=reset)
        check_non_negative(
            np.array(lowest_of(frames)),
            "HPSS, which takes magnitudes or powers. Put it right after DFT, MelSpectrogram or CQT, and "
            "before FrameScaler, which takes logarithms",
        )
        return frames

    def _names(self, bins):
        return [f"{bin}_{part}" for part in COMPONENTS[self.component] for bin in bins]

    def _apply(self, x):
        if x.ndim == 3:
            return np.stack([self._apply(clip) for clip in x])
        x = np.ascontiguousarray(x)  # powers may differ in the last bit with the memory order
        n_frames, n_bins = _pair("kernel_size", self.kernel_size)
        steady, broad = median_filter(x, (1, n_frames)), median_filter(x, (n_bins, 1))
        by_harmonic, by_percussive = margins = _pair("margin", self.margin)
        nothing = 0.5 if margins == (1, 1) else 0.0  # the share of each part if both medians are 0
        shares = {
            "harmonic": lambda: _share(steady, broad * by_harmonic, self.power, nothing),
            "percussive": lambda: _share(broad, steady * by_percussive, self.power, nothing),
        }
        wanted = check_choice("component", self.component, COMPONENTS)
        return np.concatenate([x * shares[name]() for name in wanted])


def _share(part, other, power, nothing):
    """Return the share of a part in each value, ``part**power / (part**power + other**power)``.

    Parameters
    ----------
    part, other : ndarray of the same shape
        Medians.
    power : float
        numpy.inf gives everything to the larger, and nothing if both are equal.
    nothing : float
        The share if both are 0.

    Returns
    -------
    share : ndarray of the same shape
    """
    if np.isinf(power):
        return part > other
    larger = np.maximum(part, other)
    silent = larger < np.finfo(larger.dtype).tiny
    larger[silent] = 1  # so that powers of small or large values neither vanish nor overflow
    part, other = (part / larger) ** power, (other / larger) ** power
    part[~silent] /= part[~silent] + other[~silent]
    part[silent] = nothing
    return part


def _pair(name, value):
    """Return two values, harmonic and percussive; a single one is used for both."""
    if not isinstance(value, tuple | list):
        return (value, value)
    if len(value) != 2:
        raise ValueError(f"{name}={plain(value)!r} must be one number, or two: harmonic and percussive.")
    return tuple(value)
