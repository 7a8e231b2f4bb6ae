"""Mel spectrogram, as a transformer."""

from .._parameter_checks import check_number
from ..dsp import mel_spectrogram
from ..dsp._mel_weights import mel_weights
from ._base import BaseFrontEnd
from ._dft import DFT
from ._parameters import (
    FourierParameters,
    MelParameters,
    PaddingParameters,
    check_mel,
    check_norm,
    check_stft,
    mel_parameters,
    stft_parameters,
    stft_span,
)
from ._stages import FilterBank, simpler


class MelSpectrogram(MelParameters, FourierParameters, PaddingParameters, BaseFrontEnd):
    """Energy in bands that are equally wide on the mel scale: ``librosa.feature.melspectrogram``.

    The result is power, not decibels: put :func:`skmir.dsp.power_to_db` or a logarithm behind it.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
    power : float, default=2.0
        Exponent of the magnitudes: 1 keeps them, 2 gives power.
    norm : {"slaney"}, float or None, default="slaney"
        "slaney" divides each band by its width; a number makes each band's l_p norm 1; None leaves peaks
        of 1.
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
    center : bool, default=True
        Whether the ends are padded, so that frame t has its middle at sample ``t * hop_length``; if not,
        it starts there.
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
    skmir.dsp.mel_spectrogram : The same on tensors.
    MFCC : The shape of the mel spectrum in few numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import MelSpectrogram
    >>> MelSpectrogram(n_mels=40).fit_transform(np.zeros((2, 22050))).shape
    (2, 40, 44)
    """

    _prefix = "mel"

    power: float = 2.0
    norm: str | float | None = "slaney"

    def _check_parameters(self):
        super()._check_parameters()
        check_stft(self)
        check_number("power", self.power, above=0)
        check_mel(self)
        check_norm(self.norm, "slaney")

    def _n_bins(self):
        return self.n_mels

    def _span(self):
        return stft_span(self)

    def _frames(self, y):
        return mel_spectrogram(
            y, power=self.power, norm=self.norm, **mel_parameters(self), **stft_parameters(self)
        )

    def _designed(self):
        weights = mel_weights(n_fft=self.n_fft, norm=self.norm, **mel_parameters(self))
        return simpler(DFT, self), FilterBank(weights.T)
