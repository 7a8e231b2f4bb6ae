"""Constant-Q transform, as a transformer."""

import math
import numbers

from .._parameter_checks import check_choice, check_number
from ..dsp import cqt
from ..dsp._cqt_filters import check_cqt, cqt_span
from ._base import BaseFrontEnd
from ._parameters import PAD_MODES, check_norm, check_window


class CQT(BaseFrontEnd):
    """Magnitude of the constant-Q transform: ``abs(librosa.cqt(y))``.

    Bins are equally spaced in pitch, so that a transposition is a shift; lower bins have longer windows.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
    fmin : float or None, default=None
        Frequency of the lowest bin, in Hz; None is C1, 32.7 Hz.
    n_bins : int, default=84
        Number of bins.
    bins_per_octave : int, default=12
        Number of bins per octave.
    tuning : float or None, default=0.0
        Deviation from A = 440 Hz in fractions of a bin, by which all bins are moved; None estimates it for
        each clip.
    filter_scale : float, default=1
        Length of the filters, relative to that which separates neighbouring bins.
    norm : float or None, default=1
        Which l_p norm of the filters is 1; None leaves windows of height 1.
    sparsity : float, default=0.01
        Share of each filter's spectrum that is dropped, in [0, 0.99].
    window : str, tuple or float, default="hann"
        Window of each filter, as :func:`scipy.signal.get_window` takes it.
    pad_mode : {"constant", "edge", "reflect", "symmetric"}, default="constant"
        How the ends are padded; "constant" adds zeros.
    hop_length : int, default=512
        Distance from one frame to the next, in samples.
    offset : float, "center" or "random", default=0.0
        Start of the excerpt in each clip, in s. "center" takes it from the middle, and "random" from a place
        that the clip's content and ``random_state`` decide.
    duration : float or None, default=None
        Length of the excerpt at most, in s; None is the rest of the clip. "center" and "random" need it.
    random_state : int, default=0
        Seed of the random excerpts: the same clip and seed always give the same one.
    device : str or torch.device, default="cpu"
        Device that computes: "cuda" works on batches of clips; "auto" takes a GPU if there is one.
    memory : str, PathLike or None, default=None
        Folder in which each clip's frames are kept, so that they are computed once for all folds, candidates
        and processes; see :class:`FeatureCache`.
    stored : bool or "float16", default=False
        Whether frames stay in ``memory``, on disk, and are read when they are needed, for clips whose frames
        do not fit into the computer's memory; the result is a :class:`StoredFrames`. "float16" takes half the
        space, and rounds values to 11 bits.
    n_jobs : int or None, default=None
        Number of threads, as in joblib. The result does not depend on it.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Attributes
    ----------
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.

    See Also
    --------
    skmir.dsp.cqt : The same on tensors.
    Chroma : Octaves folded into one.

    Notes
    -----
    The more often ``hop_length`` can be halved, the faster the transform.

    References
    ----------
    C. Schoerkhuber and A. Klapuri, "Constant-Q transform toolbox for music processing", SMC 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import CQT
    >>> X = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).reshape(1, -1)
    >>> frames = CQT().fit_transform(X)
    >>> frames.shape
    (1, 84, 44)
    >>> int(frames[0, :, 20].argmax())  # semitones from C1 to A4
    45
    """

    _prefix = "cqt"

    fmin: float | None = None
    n_bins: int = 84
    bins_per_octave: int = 12
    tuning: float | None = 0.0
    filter_scale: float = 1
    norm: float | None = 1
    sparsity: float = 0.01
    window: str | tuple | float = "hann"
    pad_mode: str = "constant"

    def _check_parameters(self):
        super()._check_parameters()
        check_number("fmin", self.fmin, above=0, none=True)
        check_number("n_bins", self.n_bins, kind=numbers.Integral, low=1)
        check_number("bins_per_octave", self.bins_per_octave, kind=numbers.Integral, low=1)
        check_number("tuning", self.tuning, none=True)
        check_number("filter_scale", self.filter_scale, above=0)
        check_norm(self.norm)
        check_number("sparsity", self.sparsity, low=0, high=0.99)
        check_window(self.window)
        check_choice("pad_mode", self.pad_mode, PAD_MODES)
        check_cqt(n_bins=self.n_bins, window=self.window, **self._filters())

    def _filters(self):
        """Return the parameters that set the filters' lengths, as a dict."""
        return {
            "sr": self.sr,
            "fmin": self.fmin,
            "bins_per_octave": self.bins_per_octave,
            "tuning": self.tuning or 0.0,
            "filter_scale": self.filter_scale,
        }

    def _n_bins(self):
        return self.n_bins

    def _span(self):
        span = math.ceil(cqt_span(**self._filters()))
        return span, f"the longest filter's {span} samples", "a higher fmin or a smaller filter_scale"

    def _alone(self):
        return self.tuning is None

    def _frames(self, y):
        return cqt(
            y,
            sr=self.sr,
            hop_length=self.hop_length,
            fmin=self.fmin,
            n_bins=self.n_bins,
            bins_per_octave=self.bins_per_octave,
            tuning=self.tuning,
            filter_scale=self.filter_scale,
            norm=self.norm,
            sparsity=self.sparsity,
            window=self.window,
            pad_mode=self.pad_mode,
        )
