"""The tonal centroid: chroma as a point in the space of fifths and thirds."""

import numpy as np
from torch import nn

from .._module_parts import FramesModule, tensor_of
from .._parameter_checks import check_number
from ..dsp import normalize
from ._base import BaseFrameStep

# Radius of each circle, and half-turns per semitone on it: twelve fifths go round the first circle once,
# three major thirds go round the last.
CIRCLES = {"fifths": (1.0, 7 / 6), "minor": (1.0, 3 / 2), "major": (0.5, 2 / 3)}


class Tonnetz(BaseFrameStep):
    """Tonal centroid of chroma: ``librosa.feature.tonnetz``.

    Pitch classes are placed on three circles, of fifths, of minor thirds and of major thirds, and the centre
    of mass of a frame's energy is computed on each. Harmonies that share notes are close together, so the
    distance from frame to frame indicates chord changes.

    Parameters
    ----------
    norm : float or None, default=1
        Order of the norm by which each frame is divided first; 1 is the sum of magnitudes, which makes the
        result a centre of mass, numpy.inf the largest magnitude. None does not divide. Silent frames stay 0.

    Attributes
    ----------
    n_bins_ : int
        Number of pitch classes per octave, starting at C: 12 for ``Chroma()``, but any number is accepted.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    skmir.feature_extraction.Chroma : The front end to put before it.

    Notes
    -----
    The result has six bins, the sine and the cosine of the place on each circle. If the octave is divided
    into a number of pitch classes other than 12, semitones keep their places, but pitches between two
    semitones do not lie between them: a quarter tone is 105 degrees on the circle of fifths. Frames that are
    not chroma cannot be recognised, and do not raise an error.

    References
    ----------
    .. [1] C. Harte, M. Sandler and M. Gasser, "Detecting harmonic change in musical audio", ACM Workshop
       on Audio and Music Computing Multimedia, 2006.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import Tonnetz
    >>> chroma = np.zeros((1, 12, 2))  # one clip of two frames
    >>> chroma[0, [0, 4, 7], 0] = 1  # C major; then silence
    >>> Tonnetz().fit_transform(chroma)[0].T.round(3) + 0
    array([[0.455, 0.455, 0.333, 0.667, 0.289, 0.   ],
           [0.   , 0.   , 0.   , 0.   , 0.   , 0.   ]])
    """

    _same_length = True

    def __init__(self, norm=1):
        self.norm = norm

    def _check_parameters(self):
        check_number("norm", self.norm, above=0, none=True)

    def _names(self, bins):
        return [f"tonnetz_{circle}_{axis}" for circle in CIRCLES for axis in ("sin", "cos")]

    def _apply(self, x):
        if self.norm is not None:
            lengths = np.linalg.norm(x.astype(np.float64), self.norm, axis=-2, keepdims=True)
            x = (x / np.where(lengths < np.finfo(x.dtype).tiny, 1, lengths)).astype(x.dtype)
        return _places(x.shape[-2]).astype(x.dtype) @ x

    def _make_module(self):
        return _TonnetzModule(_places(self.n_bins_), self.norm)


class _TonnetzModule(FramesModule):
    """The same in torch; the places of the pitch classes may be trained."""

    def __init__(self, places, norm):
        super().__init__()
        self.places = nn.Parameter(tensor_of(places))
        self.norm = norm

    def _frames(self, x, lengths):
        return self.places @ normalize(x, self.norm)


def _places(n_bins):
    """Return the places of the pitch classes on the circles, of shape (6, n_bins)."""
    semitones = np.arange(n_bins) * 12 / n_bins
    rows = []
    for radius, half_turns in CIRCLES.values():
        angles = np.pi * half_turns * semitones
        rows += [radius * np.sin(angles), radius * np.cos(angles)]
    return np.array(rows)
