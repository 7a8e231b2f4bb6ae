"""Octaves of a constant-Q transform folded into pitch classes."""

import numbers

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from .._declared_parameters import positional
from .._module_parts import FilterBank
from .._parameter_checks import check_number
from ..dsp import normalize
from ..dsp._chroma_weights import cqt_weights
from ._base import BaseFrameStep


class CQTToChroma(BaseFrameStep):
    """Sum of the octaves of a constant-Q transform: ``librosa.filters.cq_to_chroma`` as a step.

    :class:`skmir.feature_extraction.Chroma` folds magnitudes. This step folds whatever the bins hold,
    logarithmic magnitudes for instance, and its weights can go on learning in
    :class:`skmir.neural_network.UnfrozenClassifier`.

    Parameters
    ----------
    n_chroma : int, default=12
        Number of pitch classes per octave; the first is C.
    bins_per_octave : int, default=12
        Number of bins of the transform per octave, a multiple of ``n_chroma``: that of ``CQT``. The bins
        around a pitch class are added to it.
    fmin : float or None, default=None
        Frequency of the lowest bin, in Hz: that of ``CQT``; None is C1, 32.7 Hz.
    norm : float or None, default=None
        Order of the norm by which each frame is then divided; numpy.inf is the largest magnitude. None leaves
        sums as they are. Silent frames stay 0.

    Attributes
    ----------
    n_bins_ : int
        Number of bins of the transform.
    n_features_in_ : int
        The same, if ``fit`` was given a 2-D array.

    See Also
    --------
    skmir.feature_extraction.CQT : The front end to put before it.
    skmir.feature_extraction.Chroma : The transform and the sum of its magnitudes in one.
    skmir.neural_network.LearnedChroma : Weights learned from chords alone, frame by frame.

    References
    ----------
    .. [1] T. Fujishima, "Realtime chord recognition of musical sound: a system using Common Lisp Music",
       ICMC 1999.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import CQTToChroma
    >>> magnitudes = np.zeros((1, 84, 2))  # one clip of seven octaves from C1
    >>> magnitudes[0, [9, 21, 33], 0] = 1  # A1, A2, A3; then silence
    >>> CQTToChroma().fit_transform(magnitudes)[0, 9]
    array([3., 0.])
    """

    _same_length = True

    n_chroma: int = positional(default=12)
    bins_per_octave: int = 12
    fmin: float | None = None
    norm: float | None = None

    def to_module(self):
        """Return the fitted step as a module of torch, whose weights can be trained.

        Returns
        -------
        module : torch.nn.Module
            From tensors of shape (B, n_bins, n_frames) to (B, n_chroma, n_frames). ``weights``, of shape
            (n_bins, n_chroma), count as 0 if they are negative, and stay 0 if they are 0 at the start.
        """
        check_is_fitted(self)
        return OctaveFold(self._filters(self.n_bins_), self.norm)

    def _check_parameters(self):
        check_number("n_chroma", self.n_chroma, kind=numbers.Integral, low=1)
        check_number("bins_per_octave", self.bins_per_octave, kind=numbers.Integral, low=1)
        check_number("fmin", self.fmin, above=0, none=True)
        check_number("norm", self.norm, low=0, none=True)
        if self.bins_per_octave % self.n_chroma:
            raise ValueError(
                f"bins_per_octave={self.bins_per_octave} must be a multiple of n_chroma={self.n_chroma}."
            )

    def _names(self, bins):
        width = max(2, len(str(self.n_chroma - 1)))
        return [f"chroma{i:0{width}d}" for i in range(self.n_chroma)]

    def _apply(self, x):
        x = torch.from_numpy(np.array(x))  # a copy: torch warns of arrays that cannot be written to
        filters = torch.from_numpy(self._filters(x.shape[-2])).to(x.dtype)
        return normalize((x.mT @ filters).mT, self.norm).numpy()

    def _filters(self, n_bins):
        """Return the weights of the bins, of shape (n_bins, n_chroma)."""
        return cqt_weights(n_bins, self.bins_per_octave, self.n_chroma, self.fmin).T.copy()


class OctaveFold(FilterBank):
    """Bins of a constant-Q transform to pitch classes.

    Parameters
    ----------
    filters : ndarray of shape (n_bins, n_chroma)
    norm : float or None
        See :func:`skmir.dsp.normalize`.
    """

    def __init__(self, filters, norm):
        super().__init__(filters)
        self.norm = norm

    def _frames(self, x, lengths):
        """Return chroma of shape (B, n_chroma, n_frames)."""
        return normalize(super()._frames(x, lengths), self.norm)
