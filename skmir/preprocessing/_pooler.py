"""Statistics over the frames of each clip: from frames to a table."""

import numbers

import numpy as np
import torch
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .._fitting import all_or_nothing
from .._parameter_checks import check_number
from .._saving import SavingMixin
from .._step_modules import StepModule
from .._stored_frames import StoredFrames
from .._validation import check_frames
from ._bin_names import bin_names
from ._pooling_statistics import pool, statistic_functions
from ._pooling_tensors import pool_tensor


class FramePooler(TransformerMixin, SavingMixin, BaseEstimator):
    """Pool the frames of each clip into one row of statistics.

    Clips of any length become rows of the same width, which every scikit-learn estimator accepts.

    Parameters
    ----------
    statistics : tuple of str, default=("mean", "std")
        Any of "mean", "std", "var", "min", "max", "median", "skewness", "kurtosis", "third_moment",
        "fourth_moment" and "delta_std"; and quantiles, as "q" and two digits of percent: "q05", "q25",
        "q95", or "q97.5" with decimals. The moments are those of the values in the clip, not estimates
        for a population. "third_moment" and "fourth_moment" are taken about the mean, in the third and
        fourth power of the values' unit; skewness and kurtosis are these moments divided by the third and
        fourth power of the standard deviation, and 0 if a bin does not vary. "delta_std" is the standard
        deviation of the difference from frame to frame, 0 for a single frame.
    n_parts : int, default=1
        Number of equal parts in time into which each clip is cut. Each part is pooled separately, so that the
        row shows how the clip develops: with 3, its beginning, middle and end. If the number of frames is not
        a multiple of ``n_parts``, neighbouring parts share a frame.

    Attributes
    ----------
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    WindowPooler : The same statistics over windows within each clip.

    References
    ----------
    .. [1] P. Hamel, S. Lemieux, Y. Bengio and D. Eck, "Temporal pooling and multiscale learning for
       automatic annotation and ranking of music audio", ISMIR 2011.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import FramePooler
    >>> clips = [np.ones((20, 50)), np.ones((20, 70))]  # bins, frames
    >>> FramePooler(("mean", "std", "max")).fit_transform(clips).shape
    (2, 60)
    >>> FramePooler(("mean",), n_parts=3).fit_transform(clips).shape
    (2, 60)
    """

    def __init__(self, statistics=("mean", "std"), *, n_parts=1):
        self.statistics = statistics
        self.n_parts = n_parts

    @all_or_nothing
    def fit(self, X, y=None):
        """Keep the number of bins; nothing else is learned.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : ignored

        Returns
        -------
        self : FramePooler
        """
        statistic_functions(self.statistics)
        check_number("n_parts", self.n_parts, kind=numbers.Integral, low=1)
        check_frames(self, X, reset=True, stored=True)
        return self

    def transform(self, X):
        """Pool frames.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        table : ndarray of shape (n_clips, n_parts * n_statistics * n_bins)
            In the dtype of X: the first statistic of all bins, then the second of all bins, and so on; first
            those of the first part, then those of the second, and so on.
        """
        check_is_fitted(self)
        functions = statistic_functions(self.statistics)
        frames = check_frames(self, X, reset=False, stored=True)
        if isinstance(frames, list | StoredFrames):  # one clip in memory at a time
            return np.array([self._row(x, functions).ravel() for x in frames])
        return self._row(frames, functions).transpose(2, 0, 1, 3).reshape(len(frames), -1)

    def to_module(self):
        """Return a module of torch that computes the same.

        Returns
        -------
        module : nn.Module
            From a tensor of frames, of shape (B, n_bins, n_frames), and ``lengths``, an int64 tensor of shape
            (B,) that says how many frames of each clip are its own (by default all), to a table of shape
            (B, n_parts * n_statistics * n_bins). It also takes a table of one frame per clip, of shape
            (B, n_bins).

        See Also
        --------
        skmir.compose.convert : The same for steps of scikit-learn, and for whole Pipelines.
        """
        check_is_fitted(self)
        return _FramePoolerModule(tuple(self.statistics), int(self.n_parts))

    def _row(self, x, functions):
        """Return statistics of shape (n_parts, n_statistics, ..., n_bins)."""
        return np.stack([pool(part, functions) for part in _parts(x, self.n_parts)])

    def get_feature_names_out(self, input_features=None):
        """Return names such as ``mfcc03_mean``, or ``mfcc03_mean_part0`` if there are several parts.

        Parameters
        ----------
        input_features : array-like of str of shape (n_bins,), default=None
            Names of the bins, as a Pipeline passes them on from the front end; by default the columns
            of the DataFrame given to ``fit``, or ``x0``, ``x1``, ...

        Returns
        -------
        names : ndarray of object of shape (n_parts * n_statistics * n_bins,)
        """
        check_is_fitted(self)
        bins = bin_names(self, input_features)
        parts = [""] if self.n_parts == 1 else [f"_part{i}" for i in range(self.n_parts)]
        names = [f"{bin}_{name}{part}" for part in parts for name in self.statistics for bin in bins]
        return np.array(names, object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _parts(x, n_parts):
    """Return views of equal parts along the last axis, each of at least one frame."""
    return [x[..., start:end] for start, end in _bounds(x.shape[-1], n_parts)]


def _bounds(n_frames, n_parts):
    """Return the first frame of each part, and the one after its last; n_frames may be a tensor of int."""
    # Rounded up by a sum: a division of negative numbers rounds in another way in ONNX.
    return [(i * n_frames // n_parts, ((i + 1) * n_frames + n_parts - 1) // n_parts) for i in range(n_parts)]


class _FramePoolerModule(StepModule):
    """The same in torch."""

    def __init__(self, statistics, n_parts):
        super().__init__()
        self.statistics = statistics
        self.n_parts = n_parts

    def out_lengths(self, lengths):
        return None

    def forward(self, x, lengths=None):
        x = x[..., None] if x.ndim == 2 else x
        if lengths is None:
            parts = [(part, None) for part in _parts(x, self.n_parts)]
        else:
            time = torch.arange(x.shape[-1], device=x.device)
            bounds = _bounds(lengths.to(x.device)[:, None, None], self.n_parts)
            parts = [(x, (time >= start) & (time < end)) for start, end in bounds]
        pooled = [row for part, own in parts for row in pool_tensor(part, self.statistics, own)]
        return torch.cat(pooled, dim=1)  # (B, n_parts * n_statistics * n_bins)
