"""Mel-frequency cepstral coefficients, as a transformer."""

import numbers

import numpy as np
import scipy.fft
from sklearn.base import clone

from .._parameter_checks import check_number
from .._validation import check_frames, stack_if_equal
from ..dsp import cepstrum, mel_spectrogram, power_to_db
from ..dsp._cepstrum import cosines, lifter_weights
from ._base import BaseFrontEnd
from ._mel_spectrogram import MelSpectrogram
from ._parameters import (
    FourierParameters,
    MelParameters,
    check_mel,
    check_stft,
    mel_parameters,
    stft_parameters,
    stft_span,
)
from ._stages import Cepstrum, simpler


class MFCC(MelParameters, FourierParameters, BaseFrontEnd):
    """Mel-frequency cepstral coefficients: ``librosa.feature.mfcc``.

    The mel spectrum in dB, limited to 80 dB below the clip's highest value, as a sum of cosines over
    frequency: the first coefficients describe loudness and the spectrum's rough shape, which is timbre.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
    n_mfcc : int, default=20
        Number of coefficients, at most ``n_mels``.
    dct_type : {1, 2, 3}, default=2
        Type of the discrete cosine transform, as in :func:`scipy.fft.dct`.
    norm : {"ortho"} or None, default="ortho"
        Its normalisation, as in :func:`scipy.fft.dct`.
    lifter : float, default=0
        If above 0, coefficient n is multiplied by ``1 + sin(pi * (n + 1) / lifter) * lifter / 2``, which
        evens out their spread.
    n_mels : int, default=128
        Number of mel bands.
    fmin, fmax : float, default=0.0 and None
        Lower end of the lowest band and upper end of the highest, in Hz; None is ``sr / 2``.
    htk : bool, default=False
        Whether the mel scale is HTK's instead of Slaney's.
    n_fft : int, default=2048
        Length of a frame, in samples.
    win_length : int or None, default=None
        Length of the window in the middle of the frame, in samples; None is ``n_fft``.
    window : str, tuple or float, default="hann"
        Window of each frame, as :func:`scipy.signal.get_window` takes it.
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
    skmir.dsp.cepstrum : The last step, on tensors.
    MelSpectrogram : The first step.

    References
    ----------
    S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word
    recognition in continuously spoken sentences", IEEE Trans. ASSP 28(4), 1980.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import MFCC
    >>> mfcc = MFCC(n_mfcc=13)
    >>> mfcc.fit_transform(np.zeros((2, 22050))).shape
    (2, 13, 44)
    >>> mfcc.get_feature_names_out()[3]
    'mfcc03'
    """

    _prefix = "mfcc"
    version = 2

    n_mfcc: int = 20
    dct_type: int = 2
    norm: str | None = "ortho"
    lifter: float = 0

    def inverse_transform(self, X):
        """Return the mel spectra that coefficients stand for, smoothed if coefficients were left out.

        Parameters
        ----------
        X : frames
            As ``transform`` gives them: of ``n_mfcc`` bins.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_mels, n_frames), or list of (n_mels, n_frames_i) arrays
            Power in the mel bands, as :class:`MelSpectrogram` has it; in the dtype of X.

        Raises
        ------
        ValueError
            If X has another number of bins.

        Notes
        -----
        The same as ``librosa.feature.inverse.mfcc_to_mel``.
        """
        self._check_parameters()
        frames = check_frames(clone(self), X, reset=True)
        if frames[0].shape[0] != self.n_mfcc:
            raise ValueError(
                f"X has {frames[0].shape[0]} bins, but MFCC(n_mfcc={self.n_mfcc}) gives {self.n_mfcc}. "
                "Pass the result of transform."
            )
        weights = lifter_weights(self.n_mfcc, self.lifter)[:, np.newaxis]
        return stack_if_equal([self._to_mel(x / weights).astype(x.dtype) for x in frames])

    def _to_mel(self, coefficients):
        decibels = scipy.fft.idct(coefficients, self.dct_type, n=self.n_mels, axis=0, norm=self.norm)
        return 10 ** (decibels / 10)

    def _check_parameters(self):
        super()._check_parameters()
        check_stft(self)
        check_mel(self)
        check_number("n_mfcc", self.n_mfcc, kind=numbers.Integral, low=1, high=self.n_mels)
        check_number("dct_type", self.dct_type, kind=numbers.Integral, low=1, high=3)
        check_number("lifter", self.lifter, low=0)
        if self.norm not in ("ortho", None):
            raise ValueError(f"norm={self.norm!r} must be 'ortho' or None.")

    def _n_bins(self):
        return self.n_mfcc

    def _span(self):
        return stft_span(self)

    def _frames(self, y):
        bands = mel_spectrogram(y, **mel_parameters(self), **stft_parameters(self))
        return cepstrum(
            power_to_db(bands),
            n_coefficients=self.n_mfcc,
            dct_type=self.dct_type,
            norm=self.norm,
            lifter=self.lifter,
        )

    def _designed(self):
        waves = cosines(self.n_mels, self.n_mfcc, self.dct_type, self.norm)
        stage = Cepstrum(waves, lifter_weights(self.n_mfcc, self.lifter))
        return simpler(MelSpectrogram, self, norm="slaney"), stage  # the norm of MFCC is that of its cosines
