"""Tempogram, as a transformer."""

import numbers

import numpy as np

from .._parameter_checks import check_flag, check_number
from ..dsp import onset_strength, tempogram
from ._base import BaseFrontEnd
from ._parameters import (
    MelParameters,
    RiseParameters,
    check_mel,
    check_norm,
    check_rise,
    check_window,
    mel_parameters,
    rise_parameters,
    stft_span,
)


class Tempogram(RiseParameters, MelParameters, BaseFrontEnd):
    """Periods of the onset strength, around each frame: ``librosa.feature.tempogram``.

    Bin n is the onset strength's autocorrelation at a lag of n frames, in a window around the frame: high
    where something recurs after ``n * hop_length / sr`` seconds, which are ``60 * sr / (hop_length * n)``
    beats per minute. At the defaults, bin 21 is 123 and bin 43 is 60 beats per minute.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
    win_length : int, default=384
        Length of the autocorrelation's window, in frames; also the number of bins.
    center : bool, default=True
        Whether the onset strength's ends are lengthened by a slope down to 0, so that frame t stands in the
        middle of its window; if not, it is the window's first, and there are ``win_length - 1`` fewer.
    window : str, tuple or float, default="hann"
        Window of the autocorrelation, as :func:`scipy.signal.get_window` takes it.
    norm : float or None, default=numpy.inf
        Order of the norm by which each frame is divided; numpy.inf is the largest value. None leaves
        frames as they are. Silent frames stay 0.
    n_fft : int, default=2048
        Length of a frame of the onset strength, in samples.
    lag : int, default=1
        Distance to the earlier frame from which the rise is counted, in frames.
    max_size : int, default=1
        Width, in bands, of a maximum filter over the earlier frame, so that a tone that glides into the next
        band, as in vibrato, is not taken for an onset; 1 leaves it out.
    n_mels : int, default=128
        Number of mel bands.
    fmin, fmax : float, default=0.0 and None
        Lower end of the lowest band and upper end of the highest, in Hz; None is ``sr / 2``.
    htk : bool, default=False
        Whether the mel scale is HTK's instead of Slaney's.
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
    skmir.dsp.tempogram : The same of an onset strength, on tensors.
    OnsetStrength : The envelope whose autocorrelation this is.

    Notes
    -----
    The largest value of a frame is that of lag 0; with ``norm=numpy.inf``, all others are shares of it.

    References
    ----------
    P. Grosche, M. Mueller and F. Kurth, "Cyclic tempogram: a mid-level tempo representation for music
    signals", ICASSP 2010.

    Examples
    --------
    A click every half second, 22050 / 2 / 512 = 21.5 frames:

    >>> import numpy as np
    >>> from skmir.feature_extraction import Tempogram
    >>> X = np.zeros((1, 5 * 22050))
    >>> X[:, ::11025] = 1
    >>> frames = Tempogram(win_length=128).fit_transform(X)
    >>> frames.shape
    (1, 128, 216)
    >>> int(frames[0, 10:30, 108].argmax()) + 10
    22
    """

    _prefix = "lag"

    win_length: int = 384
    center: bool = True
    window: str | tuple | float = "hann"
    norm: float | None = np.inf
    n_fft: int = 2048

    def _check_parameters(self):
        super()._check_parameters()
        check_number("n_fft", self.n_fft, kind=numbers.Integral, low=2)
        check_mel(self)
        check_rise(self)
        check_number("win_length", self.win_length, kind=numbers.Integral, low=1)
        check_flag("center", self.center)
        check_window(self.window)
        check_norm(self.norm)

    def _n_bins(self):
        return self.win_length

    def _span(self):
        if self.center:
            return stft_span(self)
        span = (self.win_length - 1) * self.hop_length
        what = f"{span} samples, for win_length={self.win_length} frames of hop_length={self.hop_length},"
        return span, what, "a smaller win_length"

    def _frames(self, y):
        envelope = onset_strength(
            y,
            n_fft=self.n_fft,
            hop_length=self.hop_length,
            **rise_parameters(self),
            **mel_parameters(self),
        )
        return tempogram(
            envelope, win_length=self.win_length, center=self.center, window=self.window, norm=self.norm
        )
