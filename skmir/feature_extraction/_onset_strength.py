"""Onset strength, as a transformer."""

import numbers

from .._parameter_checks import check_choice, check_number
from ..dsp import onset_strength
from ._base import BaseFrontEnd
from ._parameters import check_mel, check_stft, mel_parameters, stft_parameters, stft_span


class OnsetStrength(BaseFrontEnd):
    """How much louder the mel bands become, in dB: ``librosa.onset.onset_strength``.

    One bin a frame: high where notes and drums begin. Peaks in it are onsets; its periods are the tempo.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are brought to it, waveforms are taken to have it.
    n_fft : int, default=2048
        Length of a frame, in samples.
    hop_length : int, default=512
        From one frame to the next, in samples.
    win_length : int or None, default=None
        Length of the window in the middle of the frame, in samples; None is ``n_fft``.
    window : str, tuple or float, default="hann"
        What :func:`scipy.signal.get_window` takes.
    n_mels : int, default=128
        Number of mel bands.
    fmin, fmax : float, default=0.0 and None
        Where the lowest band starts and the highest ends, in Hz; None is ``sr / 2``.
    htk : bool, default=False
        Whether the mel scale is HTK's instead of Slaney's.
    lag : int, default=1
        How many frames before the rise is counted from.
    max_size : int, default=1
        Width, in bands, of a maximum filter over the earlier frame, so that a tone which glides into the
        next band, as in vibrato, is no onset; 1 leaves it out.
    aggregate : {"mean", "median"}, default="mean"
        What is taken of the bands' rises. With "median", half of the bands must rise.
    offset : float, "center" or "random", default=0.0
        Where in each clip to start, in s; or in its middle; or anywhere, as the clip's content and
        ``random_state`` decide.
    duration : float or None, default=None
        How much of each clip to use at most, in s; None is all. "center" and "random" need it.
    random_state : int, default=0
        Which of the random excerpts: the same clip and number always give the same one.
    device : str or torch.device, default="cpu"
        Where to compute: "cuda" works on batches of clips; "auto" takes a GPU where there is one.
    memory : str, PathLike or None, default=None
        A folder in which each clip's frames are kept, so that they are computed once whatever the folds,
        candidates and processes; see :class:`FeatureCache`.
    n_jobs : int or None, default=None
        Threads, as in joblib. The result does not depend on it.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Attributes
    ----------
    n_features_in_ : int
        Number of samples a clip, where ``fit`` saw a 2-D array.

    See Also
    --------
    skmir.dsp.onset_strength : The same on tensors.
    Tempogram : The envelope's periods.

    Notes
    -----
    Decibels are limited to 80 below the clip's highest value, so that noise in silence is no onset. The
    first ``lag + n_fft // (2 * hop_length)`` frames are 0.

    References
    ----------
    S. Boeck and G. Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import OnsetStrength
    >>> X = np.random.RandomState(0).randn(1, 22050)
    >>> X[:, :11025] = 0  # noise that starts after half a second, at frame 11025 / 512 = 21.5
    >>> frames = OnsetStrength().fit_transform(X)
    >>> frames.shape
    (1, 1, 44)
    >>> int(frames[0, 0].argmax())
    22
    """

    _prefix = "onset"

    def __init__(
        self,
        sr=22050,
        *,
        n_fft=2048,
        hop_length=512,
        win_length=None,
        window="hann",
        n_mels=128,
        fmin=0.0,
        fmax=None,
        htk=False,
        lag=1,
        max_size=1,
        aggregate="mean",
        offset=0.0,
        duration=None,
        random_state=0,
        device="cpu",
        memory=None,
        n_jobs=None,
        verbose=0,
    ):
        self.sr = sr
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.win_length = win_length
        self.window = window
        self.n_mels = n_mels
        self.fmin = fmin
        self.fmax = fmax
        self.htk = htk
        self.lag = lag
        self.max_size = max_size
        self.aggregate = aggregate
        self.offset = offset
        self.duration = duration
        self.random_state = random_state
        self.device = device
        self.memory = memory
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _check_parameters(self):
        super()._check_parameters()
        check_stft(self)
        check_mel(self)
        check_number("lag", self.lag, kind=numbers.Integral, low=1)
        check_number("max_size", self.max_size, kind=numbers.Integral, low=1)
        check_choice("aggregate", self.aggregate, ("mean", "median"))

    def _n_bins(self):
        return 1

    def _span(self):
        return stft_span(self)

    def _frames(self, y):
        envelope = onset_strength(
            y,
            lag=self.lag,
            max_size=self.max_size,
            aggregate=self.aggregate,
            **mel_parameters(self),
            **stft_parameters(self),
        )
        return envelope.unsqueeze(-2)  # (..., 1, n_frames)
