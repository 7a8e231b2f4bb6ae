"""Statistics over the frames of a clip: frames to table."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .._validation import check_choice, check_frames
from ._names import bin_names


def _standardised_moment(x, order):
    """Return the mean of the standardised values to a power; 0 where nothing varies."""
    centred = x - x.mean(axis=1, keepdims=True)
    std = centred.std(axis=1, keepdims=True)
    moment = np.mean((centred / np.where(std > 0, std, 1)) ** order, axis=1)
    return np.where(np.ptp(x, axis=1) > 0, moment, 0)  # the mean of a constant is it but for rounding


def _delta_std(x):
    """Return the standard deviation of the difference from frame to frame; 0 for a single frame."""
    return np.diff(x, axis=1).std(axis=1) if x.shape[1] > 1 else np.zeros_like(x[:, 0])


STATISTICS = {  # of an array of shape (n_bins, n_frames), over its frames
    "mean": lambda x: x.mean(axis=1),
    "std": lambda x: x.std(axis=1),
    "var": lambda x: x.var(axis=1),
    "min": lambda x: x.min(axis=1),
    "max": lambda x: x.max(axis=1),
    "median": lambda x: np.median(x, axis=1),
    "skewness": lambda x: _standardised_moment(x, 3),
    "kurtosis": lambda x: _standardised_moment(x, 4),
    "delta_std": _delta_std,
}


class FramePooler(TransformerMixin, BaseEstimator):
    """Pool the frames of each clip into one row of statistics.

    Clips of any length become rows of one width, on which every scikit-learn estimator works.

    Parameters
    ----------
    statistics : tuple of str, default=("mean", "std")
        Any of "mean", "std", "var", "min", "max", "median", "skewness", "kurtosis" and "delta_std",
        the standard deviation of the difference from frame to frame, 0 for a single frame. The
        moments are those of the values in the clip, not estimates for a population; skewness and
        kurtosis are 0 where a bin does not vary.

    Attributes
    ----------
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        The same, where ``fit`` saw a 2-D array.

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
    """

    def __init__(self, statistics=("mean", "std")):
        self.statistics = statistics

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
        if isinstance(self.statistics, str) or len(self.statistics) == 0:
            raise ValueError(
                f"statistics={self.statistics!r} must be a tuple of one or more of {sorted(STATISTICS)}."
            )
        for name in self.statistics:
            check_choice("statistics", name, STATISTICS)
        check_frames(self, X, reset=True)
        return self

    def transform(self, X):
        """Pool frames.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        table : ndarray of shape (n_clips, n_statistics * n_bins)
            All bins' first statistic, then all bins' second, and so on, in the dtype of X.
        """
        check_is_fitted(self)
        functions = [STATISTICS[name] for name in self.statistics]
        frames = check_frames(self, X, reset=False)
        return np.array([np.concatenate([function(x) for function in functions]) for x in frames])

    def get_feature_names_out(self, input_features=None):
        """Return names such as ``mfcc03_mean``.

        Parameters
        ----------
        input_features : array-like of str of shape (n_bins,), default=None
            Names of the bins, as a Pipeline passes them on from the front end; by default the columns
            of the DataFrame that ``fit`` saw, or ``x0``, ``x1``, ...

        Returns
        -------
        names : ndarray of object of shape (n_statistics * n_bins,)
        """
        check_is_fitted(self)
        bins = bin_names(self, input_features)
        return np.array([f"{bin}_{name}" for name in self.statistics for bin in bins], object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
