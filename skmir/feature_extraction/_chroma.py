"""Chroma, as a transformer."""

import math
import numbers

import numpy as np

from .._parameter_checks import check_choice, check_number
from ..dsp import chroma_cqt, chroma_stft
from ..dsp._chroma_weights import cqt_weights, stft_weights
from ..dsp._cqt_filters import check_cqt, cqt_span
from ._base import BaseFrontEnd
from ._cqt import CQT
from ._dft import DFT
from ._parameters import FourierParameters, check_norm, check_stft, stft_parameters, stft_span
from ._stages import ChromaFold, simpler


class Chroma(FourierParameters, BaseFrontEnd):
    """Energy in the pitch classes: ``librosa.feature.chroma_stft`` or ``librosa.feature.chroma_cqt``.

    Octaves are folded into one, from C upwards, so that a chord looks alike in every position.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
    kind : {"stft", "cqt"}, default="stft"
        From the Fourier transform, which is quick, or from the constant-Q transform, which tells low notes
        apart.
    n_chroma : int, default=12
        Number of pitch classes per octave.
    tuning : float or None, default=None
        Deviation from A = 440 Hz, in fractions of a pitch class ("stft") or of one of the
        ``bins_per_octave`` ("cqt"); None estimates it for each clip.
    norm : float or None, default=numpy.inf
        Order of the norm by which each frame is divided; numpy.inf is the largest value. None leaves
        frames as they are. Silent frames stay 0.
    bins_per_octave : int, default=36
        "cqt": number of bins of the transform per octave, a multiple of ``n_chroma``.
    n_octaves : int, default=7
        "cqt": number of octaves above ``fmin``.
    fmin : float or None, default=None
        "cqt": lowest frequency, in Hz; None is C1, 32.7 Hz.
    threshold : float, default=0.0
        "cqt": values below it are set to 0, before normalisation.
    n_fft : int, default=2048
        "stft": length of a frame, in samples.
    win_length : int or None, default=None
        "stft": length of the window in the middle of the frame, in samples; None is ``n_fft``.
    window : str, tuple or float, default="hann"
        "stft": window of each frame, as :func:`scipy.signal.get_window` takes it.
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
    skmir.dsp.chroma_stft : The same on tensors.
    skmir.dsp.chroma_cqt : The same on tensors.
    CQT : Pitches with their octave.

    Notes
    -----
    With "cqt", the filters are up to 1.6 s long (at ``fmin``) and reach into the silence beside a sound.
    Frames there hold rounding errors, some 120 dB below the sound, which ``norm`` blows up, as it does in
    librosa. A small ``threshold``, 0.001 say, sets them to 0.

    References
    ----------
    D. Ellis, "Chroma feature analysis and synthesis", 2007.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import Chroma
    >>> X = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).reshape(1, -1)
    >>> frames = Chroma().fit_transform(X)
    >>> frames.shape
    (1, 12, 44)
    >>> int(frames[0, :, 20].argmax())  # semitones from C to A
    9
    """

    _prefix = "chroma"

    kind: str = "stft"
    n_chroma: int = 12
    tuning: float | None = None
    norm: float | None = np.inf
    bins_per_octave: int = 36
    n_octaves: int = 7
    fmin: float | None = None
    threshold: float = 0.0

    def _check_parameters(self):
        super()._check_parameters()
        check_choice("kind", self.kind, ("stft", "cqt"))
        check_number("n_chroma", self.n_chroma, kind=numbers.Integral, low=1)
        check_number("tuning", self.tuning, none=True)
        check_norm(self.norm)
        check_stft(self)
        check_number("bins_per_octave", self.bins_per_octave, kind=numbers.Integral, low=1)
        check_number("n_octaves", self.n_octaves, kind=numbers.Integral, low=1)
        check_number("fmin", self.fmin, above=0, none=True)
        check_number("threshold", self.threshold, low=0)
        if self.kind == "cqt":
            self._check_cqt()

    def _check_cqt(self):
        if self.bins_per_octave % self.n_chroma:
            raise ValueError(
                f"bins_per_octave={self.bins_per_octave} must be a multiple of n_chroma={self.n_chroma}."
            )
        check_cqt(n_bins=self.n_octaves * self.bins_per_octave, **self._filters())

    def _filters(self):
        """Return the parameters that set the lengths of the constant-Q transform's filters, as a dict."""
        return {
            "sr": self.sr,
            "fmin": self.fmin,
            "bins_per_octave": self.bins_per_octave,
            "tuning": self.tuning or 0.0,
        }

    def _n_bins(self):
        return self.n_chroma

    def _span(self):
        if self.kind == "stft":
            return stft_span(self)
        span = math.ceil(cqt_span(**self._filters()))
        return span, f"the longest filter's {span} samples", "a higher fmin or fewer bins_per_octave"

    def _alone(self):
        return self.tuning is None

    def _frames(self, y):
        return {"stft": self._from_stft, "cqt": self._from_cqt}[self.kind](y)

    def _from_stft(self, y):
        return chroma_stft(
            y,
            sr=self.sr,
            n_chroma=self.n_chroma,
            tuning=self.tuning,
            norm=self.norm,
            **stft_parameters(self),
        )

    def _from_cqt(self, y):
        return chroma_cqt(
            y,
            sr=self.sr,
            hop_length=self.hop_length,
            fmin=self.fmin,
            n_chroma=self.n_chroma,
            tuning=self.tuning,
            norm=self.norm,
            threshold=self.threshold,
            n_octaves=self.n_octaves,
            bins_per_octave=self.bins_per_octave,
        )

    def _designed(self):
        if self.tuning is None:
            raise ValueError(
                "Chroma has tuning=None, so every clip is folded with weights of its own, and there are none "
                "to learn. Set tuning to a number: 0.0 is A = 440 Hz."
            )
        return {"stft": self._designed_stft, "cqt": self._designed_cqt}[self.kind]()

    def _designed_stft(self):
        weights = stft_weights(self.sr, self.n_fft, self.n_chroma, self.tuning)
        return simpler(DFT, self, power=2.0), ChromaFold(weights.T, self.norm)

    def _designed_cqt(self):
        n_bins = self.n_octaves * self.bins_per_octave
        weights = cqt_weights(n_bins, self.bins_per_octave, self.n_chroma, self.fmin)
        # The norm and the window of Chroma are those of its frames and of "stft".
        front_end = simpler(CQT, self, n_bins=n_bins, norm=CQT.norm, window=CQT.window)
        return front_end, ChromaFold(weights.T, self.norm, self.threshold)
