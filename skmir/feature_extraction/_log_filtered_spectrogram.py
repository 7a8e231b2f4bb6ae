"""Logarithmic magnitudes in bands equally spaced in pitch, as a transformer."""

import functools
import numbers

import numpy as np
import torch

from .._parameter_checks import check_flag, check_number, plain
from ..dsp import band_frequencies, filtered_spectrogram
from ..dsp._frame import cut_to_shortest
from ..dsp._log_filter import filter_weights
from ._base import BaseFrontEnd
from ._dft import DFT
from ._parameters import check_window
from ._positive_difference import difference_lag, positive_difference
from ._stages import LogFilterBank, simpler


class LogFilteredSpectrogram(BaseFrontEnd):
    """Logarithmic magnitudes in bands equally spaced in pitch, and their rises, in several resolutions.

    The usual input of networks for onsets and beats: short windows say when, long windows say at which pitch,
    and the differences say what is new.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
    n_fft : int or tuple of int, default=2048
        Length of a frame, in samples. With several, their spectrograms stand over each other, in this order;
        frames of all have their middle at the same time.
    window : str, tuple or float, default="hann"
        Window of each frame, as :func:`scipy.signal.get_window` takes it.
    bands_per_octave : int or tuple of int, default=12
        Number of bands per octave; a tuple has one number for each of ``n_fft``. At the bottom, there are
        fewer, since the transform cannot tell so many apart.
    fmin : float, default=30.0
        Lower end of the lowest band, in Hz.
    fmax : float or None, default=None
        Upper end of the highest band, in Hz; None is 17,000 or ``sr / 2``, whichever is lower.
    norm_filters : bool, default=True
        Whether the weights of a band have the sum 1; if not, its peak is 1.
    mul, add : float, default=1.0
        Magnitudes x become ``log10(mul * x + add)``.
    diff_ratio : float or None, default=None
        In (0, 1): the bands are followed by as many differences, of which those below 0 are set to 0, to the
        frame so far before that the window has fallen to this ratio of its peak there (and to the frame
        before, at least). None leaves differences out.
    hop_length : int, default=441
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
    skmir.dsp.filtered_spectrogram : One resolution, before the logarithm, on tensors.
    skmir.dsp.band_frequencies : The frequencies of the bands.
    MelSpectrogram : Bands that are equally wide on the mel scale.

    Notes
    -----
    At ``sr=44100``, the default ``hop_length`` gives 100 frames per second.

    With ``n_fft=(1024, 2048, 4096)``, ``bands_per_octave=6``, ``mul=5`` and ``diff_ratio=0.25`` at
    ``sr=44100``, there are 39, 45 and 49 bands, and with the differences 266 bins.

    References
    ----------
    S. Boeck, A. Arzt, F. Krebs and M. Schedl, "Online real-time onset detection with recurrent neural
    networks", DAFx 2012.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import LogFilteredSpectrogram
    >>> front_end = LogFilteredSpectrogram(
    ...     44100, n_fft=(1024, 2048, 4096), bands_per_octave=6, mul=5, diff_ratio=0.25
    ... )
    >>> front_end.fit_transform(np.zeros((1, 44100))).shape
    (1, 266, 101)
    >>> list(front_end.get_feature_names_out()[[0, 39, -1]])
    ['band00_n1024', 'band00_n1024_diff', 'band48_n4096_diff']
    """

    _prefix = "band"

    n_fft: int | tuple[int, ...] = 2048
    window: str | tuple | float = "hann"
    bands_per_octave: int | tuple[int, ...] = 12
    fmin: float = 30.0
    fmax: float | None = None
    norm_filters: bool = True
    mul: float = 1.0
    add: float = 1.0
    diff_ratio: float | None = None
    hop_length: int = 441

    def get_feature_names_out(self, input_features=None):
        """Return the names of the bins.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : ndarray of str objects of shape (n_bins,)
            The band's number, from 0 in each resolution; ``n_fft``, if there are several; and "diff" for
            a difference.
        """
        names = []
        for n_fft, bands_per_octave in self._resolutions():
            n_bands = len(self._band_frequencies(n_fft, bands_per_octave))
            width = max(2, len(str(n_bands - 1)))
            resolution = f"_n{n_fft}" if len(self._resolutions()) > 1 else ""
            for ending in ("",) if self.diff_ratio is None else ("", "_diff"):
                names += [f"{self._prefix}{i:0{width}d}{resolution}{ending}" for i in range(n_bands)]
        return np.array(names, dtype=object)

    def _check_parameters(self):
        super()._check_parameters()
        check_window(self.window)
        check_number("fmin", self.fmin, above=0)
        check_number("fmax", self.fmax, above=self.fmin, none=True)
        check_flag("norm_filters", self.norm_filters)
        check_number("mul", self.mul, above=0)
        check_number("add", self.add, above=0)
        check_number("diff_ratio", self.diff_ratio, above=0, none=True)
        if self.diff_ratio is not None and self.diff_ratio >= 1:
            raise ValueError(
                f"diff_ratio={plain(self.diff_ratio)!r} must be < 1: a ratio of the window's peak."
            )
        for resolution in self._resolutions():
            self._band_frequencies(*resolution)  # raises if there is none

    def _resolutions(self):
        """Return a pair of ``n_fft`` and ``bands_per_octave`` for each resolution."""
        lengths = _integers("n_fft", self.n_fft, 2)
        bands = _integers("bands_per_octave", self.bands_per_octave, 1)
        if len(set(lengths)) < len(lengths) or not lengths:
            raise ValueError(f"n_fft={plain(self.n_fft)!r} must be an integer, or several different ones.")
        if len(bands) == 1:
            bands *= len(lengths)
        if len(bands) != len(lengths):
            raise ValueError(
                f"bands_per_octave={plain(self.bands_per_octave)!r} must be one number, or as many as "
                f"there are in n_fft={plain(self.n_fft)!r}."
            )
        return list(zip(lengths, bands, strict=True))

    def _filters(self):
        return {"sr": self.sr, "fmin": self.fmin, "fmax": self.fmax}

    def _band_frequencies(self, n_fft, bands_per_octave):
        return band_frequencies(n_fft=n_fft, bands_per_octave=bands_per_octave, **self._filters())

    def _n_bins(self):
        return len(self.get_feature_names_out())

    def _span(self):
        longest = max(n_fft for n_fft, _ in self._resolutions())
        return longest, f"n_fft={longest} samples", "a smaller n_fft"

    def _frames(self, y):
        parts = [part.mT for resolution in self._resolutions() for part in self._resolution(y, *resolution)]
        return torch.cat(cut_to_shortest(parts), dim=-1).mT  # an odd n_fft can give one frame less

    def _resolution(self, y, n_fft, bands_per_octave):
        """Return bands and, if asked for, their differences, of shape (..., n_bands, n_frames) each."""
        stft = {"n_fft": n_fft, "hop_length": self.hop_length, "window": self.window}
        magnitudes = filtered_spectrogram(
            y, bands_per_octave=bands_per_octave, norm_filters=self.norm_filters, **self._filters(), **stft
        )
        return _log_bands(magnitudes, self.mul, self.add, self._lag(n_fft))

    def _lag(self, n_fft):
        """Return to how many frames before differences are taken, or None if there are none."""
        stft = {"n_fft": n_fft, "hop_length": self.hop_length, "window": self.window}
        return None if self.diff_ratio is None else difference_lag(self.diff_ratio, **stft)

    def _designed(self):
        (n_fft, bands_per_octave), *others = self._resolutions()
        if others:  # no front end gives the spectra of several resolutions
            return self, None
        weights = filter_weights(self.sr, n_fft, bands_per_octave, self.fmin, self.fmax, self.norm_filters)
        log_bands = functools.partial(_log_bands, mul=self.mul, add=self.add, lag=self._lag(n_fft))
        return simpler(DFT, self, n_fft=n_fft), LogFilterBank(weights, log_bands)


def _log_bands(magnitudes, mul, add, lag):
    """Return logarithmic bands and, unless ``lag`` is None, their differences, of one shape each."""
    bands = (mul * magnitudes + add).log10()
    return [bands] if lag is None else [bands, positive_difference(bands, lag)]


def _integers(name, value, low):
    """Return a parameter that may be one integer or several, as a tuple."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    for each in values:
        check_number(name, each, kind=numbers.Integral, low=low)
    return values
