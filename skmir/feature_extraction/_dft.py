"""Magnitudes of the short-time Fourier transform, as a transformer."""

import torch

from .._parameter_checks import check_number
from ..dsp import spectrogram
from ._base import BaseFrontEnd
from ._parameters import FourierParameters, PaddingParameters, check_stft, stft_parameters, stft_span


class DFT(FourierParameters, PaddingParameters, BaseFrontEnd):
    """Magnitude spectra of overlapping frames: ``abs(librosa.stft(y)) ** power``.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
    power : float, default=1.0
        Exponent of the magnitudes: 1 keeps them, 2 gives power.
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
    skmir.dsp.spectrogram : The same on tensors.
    MelSpectrogram : Fewer bins, equally spaced for the ear.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import DFT
    >>> X = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).reshape(1, -1)
    >>> frames = DFT().fit_transform(X)
    >>> frames.shape
    (1, 1025, 44)
    >>> int(frames[0, :, 20].argmax() * 22050 / 2048)  # Hz, in steps of 10.8
    441
    """

    _prefix = "dft"

    power: float = 1.0

    def _check_parameters(self):
        super()._check_parameters()
        check_stft(self)
        check_number("power", self.power, above=0)

    def _n_bins(self):
        return 1 + self.n_fft // 2

    def _span(self):
        return stft_span(self)

    def _frames(self, y, empty=torch.empty):
        return spectrogram(y, power=self.power, empty=empty, **stft_parameters(self))

    def _frames_in(self, empty, y):
        return self._frames(y, empty)
