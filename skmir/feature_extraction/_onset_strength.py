"""Onset strength, as a transformer."""

from .._parameter_checks import check_choice
from ..dsp import onset_strength
from ._base import BaseFrontEnd
from ._parameters import (
    FourierParameters,
    MelParameters,
    RiseParameters,
    check_mel,
    check_rise,
    check_stft,
    mel_parameters,
    rise_parameters,
    stft_parameters,
    stft_span,
)


class OnsetStrength(RiseParameters, MelParameters, FourierParameters, BaseFrontEnd):
    """How much louder the mel bands become, in dB: ``librosa.onset.onset_strength``.

    One bin per frame: high where notes and drums begin. Peaks in it are onsets; its periods are the tempo.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
    aggregate : {"mean", "median"}, default="mean"
        How the rises of the bands become one number. With "median", half of the bands must rise.
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
    skmir.dsp.onset_strength : The same on tensors.
    Tempogram : The envelope's periods.

    Notes
    -----
    Decibels are limited to 80 below the clip's highest value, so that noise in silence is not taken for an
    onset. The first ``lag + n_fft // (2 * hop_length)`` frames are 0.

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

    aggregate: str = "mean"

    def _check_parameters(self):
        super()._check_parameters()
        check_stft(self)
        check_mel(self)
        check_rise(self)
        check_choice("aggregate", self.aggregate, ("mean", "median"))

    def _n_bins(self):
        return 1

    def _span(self):
        return stft_span(self)

    def _frames(self, y):
        envelope = onset_strength(
            y,
            aggregate=self.aggregate,
            **rise_parameters(self),
            **mel_parameters(self),
            **stft_parameters(self),
        )
        return envelope.unsqueeze(-2)  # (..., 1, n_frames)
