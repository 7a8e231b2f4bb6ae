"""Decibels and standardisation of frames."""

import numpy as np
import torch
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from .._fitting import all_or_nothing
from .._module_parts import FramesModule, Standardize, fill_padding
from .._output import FramesOutputMixin
from .._parameter_checks import check_number
from .._saving import SavingMixin
from .._stored_frames import Step, StoredFrames, as_it_is, lowest_of, with_step
from .._validation import check_frames
from ._base import each_clip
from ._bin_names import bin_names


class FrameScaler(FramesOutputMixin, TransformerMixin, SavingMixin, BaseEstimator):
    """Standardise each bin over all frames of the training clips, in decibels if no value is negative.

    A network learns poorly from raw spectra: a few loud partials hold nearly all the power. So
    magnitudes and powers are first converted to decibels relative to the loudest value of their own clip,
    which also removes the level of the recording; each bin then gets mean 0 and standard deviation 1, with
    the statistics of the training fold.

    Parameters
    ----------
    log : {"auto"} or bool, default="auto"
        Whether values are converted to decibels. "auto" does so if none is negative in training, as
        for DFT, MelSpectrogram, CQT and Chroma, but not for MFCC, or for values that are in decibels
        already.
    top_db : float, default=80.0
        Range in dB below the loudest value of a clip; quieter values are raised to its lower end.
    power : float, default=2.0
        Exponent of the magnitudes in X. 2 means powers, whose decibels are 10 times the logarithm, and 1
        means magnitudes, whose decibels are 20 times the logarithm. It must be the ``power`` of the front
        end: by default 2 for MelSpectrogram and 1 for DFT, and always 1 for CQT. Twice the amplitude is then
        6.02 dB more for each of them.
    with_mean : bool, default=True
        Whether the mean of each bin is subtracted.
    with_std : bool, default=True
        Whether each bin is divided by its standard deviation.

    Attributes
    ----------
    log_ : bool
        Whether values are converted to decibels.
    mean_ : ndarray of shape (n_bins,) or None
        Mean of each bin; None if ``with_mean`` is False.
    scale_ : ndarray of shape (n_bins,) or None
        Standard deviation of each bin, 1 if it does not vary; None if ``with_std`` is False.
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    FramePooler : Statistics over the frames of a clip.
    sklearn.preprocessing.StandardScaler : For tables.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import FrameScaler
    >>> powers = np.random.RandomState(0).rand(10, 40, 100)  # clips, bins, frames
    >>> scaled = FrameScaler().fit_transform(powers)
    >>> scaled.shape, np.allclose(scaled.mean(axis=(0, 2)), 0)
    ((10, 40, 100), True)
    """

    def __init__(self, *, log="auto", top_db=80.0, power=2.0, with_mean=True, with_std=True):
        self.log = log
        self.top_db = top_db
        self.power = power
        self.with_mean = with_mean
        self.with_std = with_std

    @all_or_nothing
    def fit(self, X, y=None):
        """Learn mean and standard deviation of each bin.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : ignored

        Returns
        -------
        self : FrameScaler
        """
        if self.log not in (True, False, "auto"):
            raise ValueError(f"log={self.log!r} is not one of [True, False, 'auto'].")
        check_number("top_db", self.top_db, above=0)
        check_number("power", self.power, above=0)
        frames = check_frames(self, X, reset=True, stored=True)
        self.log_ = bool(lowest_of(frames) >= 0) if self.log == "auto" else self.log
        # Kept for transform: the parameters may be changed after fit.
        self._top_db, self._factor = float(self.top_db), 20 / float(self.power)
        scaler = StandardScaler(with_mean=self.with_mean, with_std=self.with_std)
        for x in frames:
            scaler.partial_fit(self._decibels(x).T.astype(np.float64))
        self.mean_ = scaler.mean_ if self.with_mean else None
        self.scale_ = scaler.scale_
        return self

    def transform(self, X):
        """Scale frames.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        scaled : frames
            In the form and dtype of X. A :class:`~skmir.feature_extraction.StoredFrames` if X is one: it is
            scaled when it is read.
        """
        check_is_fitted(self)
        frames = check_frames(self, X, reset=False, stored=True)
        if isinstance(frames, StoredFrames):
            return with_step(frames, Step(as_it_is(self)._scale, frame_wise=True, needs_peak=self.log_))
        return each_clip(self._scale, frames, X)

    def inverse_transform(self, X):
        """Undo the scaling and the conversion to decibels.

        Parameters
        ----------
        X : frames
            A result of ``transform``.

        Returns
        -------
        frames : frames
            In the form and dtype of X. If ``log_``, values are relative to the loudest of their clip, which
            becomes 1: the level of the clip is lost, and values more than ``top_db`` below the loudest are
            returned as exactly ``top_db`` below it.
        """
        check_is_fitted(self)
        return each_clip(self._unscale, check_frames(self, X, reset=False), X)

    def to_module(self):
        """Return a module of torch that computes the same.

        Returns
        -------
        module : nn.Module
            From a tensor of frames, of shape (B, n_bins, n_frames), and ``lengths``, an int64 tensor of shape
            (B,) that says how many frames of each clip are its own (by default all), to frames. It
            also takes a table of one frame per clip, of shape (B, n_bins).

        See Also
        --------
        skmir.compose.convert : The same for steps of scikit-learn, and for whole Pipelines.
        """
        check_is_fitted(self)
        columns = (None if a is None else a[:, np.newaxis] for a in (self.mean_, self.scale_))
        return _FrameScalerModule(Standardize(*columns), self._top_db, self._factor if self.log_ else None)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the bins, which do not change.

        Parameters
        ----------
        input_features : array-like of str of shape (n_bins,), default=None
            Names of the bins, as a Pipeline passes them on from the front end; by default the columns
            of the DataFrame given to ``fit``, or ``x0``, ``x1``, ...

        Returns
        -------
        names : ndarray of object of shape (n_bins,)
        """
        check_is_fitted(self)
        return bin_names(self, input_features)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _decibels(self, x, peak=None):
        """Return x in dB relative to its loudest value, or to a peak; the last two axes are one clip."""
        if not self.log_:
            return x
        peak = x.max(axis=(-2, -1), keepdims=True) if peak is None else peak
        relative = x / np.where(peak > 0, peak, 1)
        return self._factor * np.log10(np.maximum(relative, 10 ** (-self._top_db / self._factor)))

    def _scale(self, x, peak=None):
        x = self._decibels(x, peak)
        if self.mean_ is not None:
            x = x - self.mean_[:, np.newaxis].astype(x.dtype)
        if self.scale_ is not None:
            x = x / self.scale_[:, np.newaxis].astype(x.dtype)
        return x

    def _unscale(self, x):
        if self.scale_ is not None:
            x = x * self.scale_[:, np.newaxis].astype(x.dtype)
        if self.mean_ is not None:
            x = x + self.mean_[:, np.newaxis].astype(x.dtype)
        return 10 ** (x / self._factor) if self.log_ else x


class _FrameScalerModule(FramesModule):
    """The same in torch, whose logarithm may differ from numpy's in the last bit.

    Parameters
    ----------
    standardize : Standardize
    top_db : float
    factor : float or None
        Decibels per decade; None does not take the logarithm.
    """

    def __init__(self, standardize, top_db, factor):
        super().__init__()
        self.standardize = standardize
        self.top_db = top_db
        self.factor = factor

    def _frames(self, x, lengths):
        return self.standardize(x if self.factor is None else self._decibels(fill_padding(x, lengths, 0)))

    def _decibels(self, x):
        peak = x.amax((-2, -1), keepdim=True)  # silence that fills clips up does not raise it above 0
        relative = x / torch.where(peak > 0, peak, 1)
        return self.factor * relative.clamp(min=10 ** (-self.top_db / self.factor)).log10()
