"""Spectral shape, as a transformer."""

import numbers

import numpy as np

from .._declared_parameters import positional
from .._parameter_checks import check_choice, check_flag, check_number, plain
from ..dsp import spectral_shape
from ..dsp._spectral_shape import FEATURES, contrast_bands, n_values
from ._base import BaseFrontEnd
from ._parameters import FourierParameters, check_stft, stft_parameters, stft_span


class SpectralShape(FourierParameters, BaseFrontEnd):
    """Descriptors of the shape of each frame's spectrum: centroid, bandwidth, contrast and others.

    The classic description of timbre beside MFCC, with names for its bins. All descriptors have the same
    frames and share one Fourier transform:

    - "centroid", the mean frequency, in Hz: bright sounds have a high one
      (``librosa.feature.spectral_centroid``);
    - "bandwidth", the standard deviation of frequency around it, in Hz (``spectral_bandwidth``);
    - "rolloff", the frequency below which 85 % of the magnitudes lie, in Hz (``spectral_rolloff``);
    - "contrast", how far the peaks stand above the valleys in each octave, in dB: high for tones, low for
      noise; ``n_bands + 1`` bins (``spectral_contrast``);
    - "flatness", 1 for white noise and near 0 for a tone (``spectral_flatness``);
    - "flux", how much the magnitudes rise from the frame before, mean over frequencies
      (``librosa.onset.onset_strength(S=np.abs(librosa.stft(y)), center=False)``);
    - "zero_crossing_rate", the share of samples whose sign is not that of the sample before
      (``zero_crossing_rate``);
    - "rms", the root of the mean square of the samples (``rms``).

    Parameters
    ----------
    features : tuple of str
        Which of them, in which order; by default all, as listed.
    roll_percent : float, default=0.85
        Share of the sum of magnitudes that lies below the rolloff, between 0 and 1.
    fmin : float, default=200.0
        Upper end of the contrast's lowest band, in Hz; each band above is an octave wide, and the last
        reaches up to ``sr / 2``.
    n_bands : int, default=6
        Number of the contrast's bands above the lowest. The last must start below ``sr / 2``: at
        ``sr=8000`` there is room for 5.
    quantile : float, default=0.02
        Share of a band's frequencies that are its peak, and share that are its valley, between 0 and 1.
    linear : bool, default=False
        Whether the contrast is the difference of magnitudes, instead of the difference in dB.
    n_fft : int, default=2048
        Length of a frame, in samples.
    win_length : int or None, default=None
        Length of the window in the middle of the frame, in samples; None is ``n_fft``.
    window : str, tuple or float, default="hann"
        Window of each frame, as :func:`scipy.signal.get_window` takes it.
    sr : float, default=22050
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
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
    skmir.dsp.spectral_shape : The same on tensors.
    MFCC : A fuller description of the spectrum's shape, in coefficients without names.
    OnsetStrength : The flux of the mel bands in dB, moved to where notes begin.

    Notes
    -----
    "rms" and "zero_crossing_rate" are of the whole frame, whatever ``win_length``.

    In silence, the contrast is 0 and the flatness 1; everything else is 0. Rolloff is one of the
    frequencies of the Fourier transform: if the sum reaches ``roll_percent`` on the very edge of two, it
    can be librosa's neighbour.

    References
    ----------
    .. [1] G. Tzanetakis and P. Cook, "Musical genre classification of audio signals", IEEE Transactions on
       Speech and Audio Processing 10(5), 2002.

    .. [2] D.-N. Jiang, L. Lu, H.-J. Zhang, J.-H. Tao and L.-H. Cai, "Music type classification by spectral
       contrast feature", ICME 2002.

    .. [3] S. Dixon, "Onset detection revisited", DAFx 2006: the flux, there as a sum over frequencies.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import SpectralShape
    >>> sine = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)
    >>> noise = np.random.RandomState(0).randn(22050)
    >>> front_end = SpectralShape(("centroid", "flatness"))
    >>> front_end.get_feature_names_out().tolist()
    ['centroid', 'flatness']
    >>> of_sine, of_noise = front_end.fit_transform([sine, noise])[:, :, 20]  # in the middle of each
    >>> round(float(of_sine[0])), bool(of_sine[1] < 0.001), bool(of_noise[1] > 0.5)
    (440, True, True)
    """

    version = 2

    features: tuple[str, ...] = positional(default=FEATURES)
    roll_percent: float = 0.85
    fmin: float = 200.0
    n_bands: int = 6
    quantile: float = 0.02
    linear: bool = False
    sr: float = BaseFrontEnd.sr  # again, as a keyword: ``features`` come first

    def get_feature_names_out(self, input_features=None):
        """Return the names of the bins.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : ndarray of str objects of shape (n_bins,)
            Those of the features; "contrast0" is the contrast of the lowest band.
        """
        names = []
        for name in self.features:
            n = n_values(name, self.n_bands)
            width = len(str(n - 1))
            names += [name] if name != "contrast" else [f"{name}{i:0{width}d}" for i in range(n)]
        return np.array(names, dtype=object)

    def _check_parameters(self):
        super()._check_parameters()
        check_stft(self)
        self._check_features()
        check_number("n_bands", self.n_bands, kind=numbers.Integral, low=1)
        check_number("fmin", self.fmin, above=0)
        for name in ("roll_percent", "quantile"):
            check_number(name, getattr(self, name), above=0, below=1)
        check_flag("linear", self.linear)
        if "contrast" in self.features:
            contrast_bands(self.sr, self.n_fft, self.fmin, self.n_bands, self.quantile)

    def _check_features(self):
        features = self.features
        if isinstance(features, str) or not np.iterable(features) or not len(features):
            raise ValueError(
                f"features must be a tuple of one or more of {FEATURES}, got {plain(features)!r}."
            )
        for name in features:
            check_choice("features", name, FEATURES)
        if len(set(features)) < len(features):
            raise ValueError(f"features must name each descriptor once, got {plain(features)!r}.")

    def _n_bins(self):
        return sum(n_values(name, self.n_bands) for name in self.features)

    def _span(self):
        return stft_span(self)

    def _frames(self, y):
        return spectral_shape(
            y,
            features=tuple(self.features),
            sr=self.sr,
            roll_percent=self.roll_percent,
            fmin=self.fmin,
            n_bands=self.n_bands,
            quantile=self.quantile,
            linear=self.linear,
            **stft_parameters(self),
        )
