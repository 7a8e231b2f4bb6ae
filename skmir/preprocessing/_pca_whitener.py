"""Whiten frames: make their bins uncorrelated, with unit variance."""

import numbers

import numpy as np
import scipy.linalg
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils.extmath import svd_flip
from sklearn.utils.validation import check_is_fitted

from .._fitting import all_or_nothing
from .._frame_rows import drawn_frames
from .._module_parts import PerFrame, Projection
from .._output import FramesOutputMixin
from .._parameter_checks import check_number, plain
from .._saving import SavingMixin
from .._stored_frames import Step, StoredFrames, as_it_is, n_frames_of, with_step
from .._validation import check_frames, is_table, stack_if_equal

FRAMES_AT_ONCE = 4096  # in fit, so that a table of short clips does not take one step per clip


class PCAWhitener(
    ClassNamePrefixFeaturesOutMixin, FramesOutputMixin, TransformerMixin, SavingMixin, BaseEstimator
):
    """Rotate frames onto their principal components, and give each of these unit variance.

    Neighbouring bins of a spectrum are strongly correlated; whitening removes the correlation, and networks
    learn faster from the result. The logarithm of mel bands, whitened and cut to 120 components, are the
    principal mel-spectrum components (PMSC) of [1]_.

    Parameters
    ----------
    n_components : int, float or None, default=None
        Number of components to keep, in descending order of variance. A float between 0 and 1 keeps as many
        as are needed for more than that share of the variance; None keeps all, one per bin.
    ridge : float, default=0.0
        Added to each variance before taking the square root to divide by, so that components with hardly any
        variance, often noise, are not raised to the level of the rest. A component of variance v then has
        the variance v / (v + ridge).
    center : bool, default=True
        Whether the mean of each bin is subtracted. If not, the components are those of the second moment
        about 0, and "variance" is the mean square.
    max_frames : int or None, default=None
        Number of frames to learn from, drawn at random from all training clips; None takes all.
    random_state : int, RandomState instance or None, default=None
        Determines which frames are drawn.

    Attributes
    ----------
    mean_ : ndarray of shape (n_bins,)
        The mean that is subtracted from each bin; 0 if ``center`` is False.
    components_ : ndarray of shape (n_components, n_bins)
        The directions, of length 1; the loading of largest magnitude is positive.
    explained_variance_ : ndarray of shape (n_components,)
        Variance along each direction: divided by n - 1 for n training frames if ``center``, else by n.
    explained_variance_ratio_ : ndarray of shape (n_components,)
        Its share of the variance of all bins; 0 if nothing varies.
    scale_ : ndarray of shape (n_components,)
        The divisor of each component: the square root of ``explained_variance_ + ridge``; 0 for components
        that are set to 0 in the result (see Notes).
    n_components_ : int
        Number of components.
    n_bins_ : int
        Number of bins of the input.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    FrameScaler : Decibels, and unit variance of each bin.
    sklearn.decomposition.PCA : The same for tables with ``whiten=True``, except for the ridge.

    Notes
    -----
    The mean and the second moment are summed in float64 over a few clips at a time, so that memory does not
    grow with their number.

    If bins are constant, or repeat each other, or are more numerous than the training frames, there are
    directions with no variance except rounding errors. Dividing by these would amplify noise, so components
    whose variance, including the ridge, is below n_bins * 2.2e-16 times the highest variance are 0 in the
    result.

    PMSC as in [1]_, learned from a random sample of the training frames::

        make_pipeline(
            MelSpectrogram(n_fft=1024, n_mels=128),
            LogCompression(),
            PCAWhitener(120, max_frames=10_000, random_state=0),
        )

    :class:`WindowPooler` shows the classifier that belongs to it.

    ``PCAWhitener(80, ridge=3, center=False)`` is the whitening in the code of [2]_, in which spectrograms
    have unit mean square.

    References
    ----------
    .. [1] P. Hamel, S. Lemieux, Y. Bengio and D. Eck, "Temporal pooling and multiscale learning for
       automatic annotation and ranking of music audio", ISMIR 2011.

    .. [2] H. Lee, Y. Largman, P. Pham and A. Y. Ng, "Unsupervised feature learning for audio classification
       using convolutional deep belief networks", NIPS 2009.

    .. [3] T. F. Chan, G. H. Golub and R. J. LeVeque, "Algorithms for computing the sample variance: analysis
       and recommendations", The American Statistician 37(3), 1983.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.preprocessing import PCAWhitener
    >>> rng = np.random.RandomState(0)
    >>> frames = rng.randn(40, 3) @ rng.randn(3, 40) @ rng.randn(5, 40, 100)  # 40 bins that follow 3
    >>> white = PCAWhitener(3).fit_transform(frames)
    >>> white.shape
    (5, 3, 100)
    >>> np.allclose(np.cov(np.concatenate(list(white), axis=1)), np.eye(3))
    True
    """

    def __init__(self, n_components=None, *, ridge=0.0, center=True, max_frames=None, random_state=None):
        self.n_components = n_components
        self.ridge = ridge
        self.center = center
        self.max_frames = max_frames
        self.random_state = random_state

    @all_or_nothing
    def fit(self, X, y=None):
        """Learn mean, components and variances of all frames, or of a random sample of them.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : ignored

        Returns
        -------
        self : PCAWhitener
        """
        check_number("ridge", self.ridge, low=0)
        check_number("max_frames", self.max_frames, kind=numbers.Integral, low=1, none=True)
        frames = check_frames(self, X, reset=True, stored=True)
        self._check_n_components()
        frames, _ = drawn_frames(frames, self.max_frames, check_random_state(self.random_state))
        mean, moment = _moments(frames, self.center)
        # Highest variance first; rounding makes some variances of 0 negative.
        variance, vectors = (a[..., ::-1] for a in scipy.linalg.eigh(moment))
        variance = np.maximum(variance, 0)
        share = variance / (variance.sum() or 1)
        n = self._n_kept(share)
        self.mean_ = mean if self.center else np.zeros_like(mean)
        self.components_ = svd_flip(None, vectors.T[:n].copy(), u_based_decision=False)[1]
        self.explained_variance_, self.explained_variance_ratio_ = variance[:n], share[:n]
        squares = self.explained_variance_ + self.ridge
        negligible = squares <= self.n_bins_ * np.finfo(np.float64).eps * variance[0]
        self.scale_ = np.where(negligible, 0, np.sqrt(squares))
        self.n_components_ = n
        return self

    def transform(self, X):
        """Whiten frames.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        white : ndarray of shape (n_clips, n_components, n_frames), or list if lengths differ
            In the form and dtype of X. A :class:`~skmir.feature_extraction.StoredFrames` if X is one.
        """
        check_is_fitted(self)
        frames = check_frames(self, X, reset=False, stored=True)
        if isinstance(frames, StoredFrames):
            return with_step(frames, Step(as_it_is(self)._whiten, same_length=True))
        return self._each(self._whiten, frames, X)

    def inverse_transform(self, X):
        """Undo the whitening.

        Parameters
        ----------
        X : frames
            A result of ``transform``.

        Returns
        -------
        frames : frames
            With ``n_bins_`` bins, in the form and dtype of X: exact if no component was left out, else the
            nearest frames that the components can represent.
        """
        check_is_fitted(self)
        frames = check_frames(clone(self), X, reset=True)
        if frames[0].shape[0] != self.n_components_:
            raise ValueError(
                f"X has {frames[0].shape[0]} bins, but PCAWhitener has {self.n_components_} components. "
                "Pass a result of transform."
            )
        return self._each(self._colour, frames, X)

    def to_module(self):
        """Return a module of torch that computes the same, whose ``components`` may be trained.

        Returns
        -------
        module : nn.Module
            From a tensor of frames, of shape (B, n_bins, n_frames), and ``lengths``, an int64 tensor of shape
            (B,) that says how many frames of each clip are its own (by default all), to frames. It also
            takes a table of one frame per clip, of shape (B, n_bins).

        See Also
        --------
        skmir.compose.convert : The same for steps of scikit-learn, and for whole Pipelines.

        Notes
        -----
        ``transform`` computes in float64. A module of float32 is less accurate in components whose standard
        deviation is below a thousandth of the frames' values: leave these out with ``n_components``, or
        raise ``ridge``.
        """
        check_is_fitted(self)
        return PerFrame(Projection(self.components_, self.mean_, self._gain()))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    @property
    def _n_features_out(self):
        return self.n_components_

    def _check_n_components(self):
        n, n_bins = self.n_components, self.n_bins_
        whole = isinstance(n, numbers.Integral) and not isinstance(n, bool) and 1 <= n <= n_bins
        share = isinstance(n, numbers.Real) and not isinstance(n, numbers.Integral) and 0 < n < 1
        if not (n is None or whole or share):
            raise ValueError(
                f"n_components={plain(n)!r} must be an integer from 1 to the number of bins, {n_bins}, a "
                "share of the variance between 0 and 1, or None for all."
            )

    def _n_kept(self, share):
        """Return the number of components to keep, given the share of each in the variance."""
        if self.n_components is None:
            return len(share)
        if isinstance(self.n_components, numbers.Integral):
            return int(self.n_components)
        return min(int(np.searchsorted(share.cumsum(), self.n_components, side="right")) + 1, len(share))

    def _each(self, function, frames, X):
        """Apply a function of (n_bins, n_frames) arrays to each clip, or to a table at once."""
        if is_table(X):
            return function(frames[:, :, 0].T).T
        return stack_if_equal([function(x) for x in frames])

    def _gain(self):
        """Return the factor of each component; 0 for components without variance."""
        return np.divide(1, self.scale_, out=np.zeros_like(self.scale_), where=self.scale_ > 0)

    # Both compute in float64: a weak component is a small difference of large values.

    def _whiten(self, x):
        weights = self.components_ * self._gain()[:, np.newaxis]
        return (weights @ (x - self.mean_[:, np.newaxis])).astype(x.dtype)

    def _colour(self, x):
        weights = self.components_.T * self.scale_
        return (weights @ x.astype(np.float64) + self.mean_[:, np.newaxis]).astype(x.dtype)


def _moments(frames, center):
    """Return the mean of all frames, and their covariance, or second moment about 0.

    Blocks are joined by the update of Chan, Golub and LeVeque, which stays accurate for large means. Values
    are taken relative to the first frame, so that constant bins have no variance, not even from rounding.
    """
    origin = frames[0][:, 0].astype(np.float64)
    n, mean, scatter = 0, np.zeros_like(origin), np.zeros((len(origin), len(origin)))
    for rows in _blocks(frames):
        rows -= origin
        block_mean = rows.mean(axis=0)
        rows -= block_mean
        step, n_rows = block_mean - mean, len(rows)
        scatter += rows.T @ rows + np.outer(step, step) * (n * n_rows / (n + n_rows))
        mean += step * (n_rows / (n + n_rows))
        n += n_rows
    mean += origin
    return mean, scatter / max(n - 1, 1) if center else scatter / n + np.outer(mean, mean)


def _blocks(frames):
    """Yield the frames of a few clips at a time, in float64, of shape (n_frames, n_bins)."""
    longest = n_frames_of(frames).max()
    for batch in gen_batches(len(frames), max(1, FRAMES_AT_ONCE // longest)):
        yield np.concatenate([x.T for x in frames[batch]], dtype=np.float64)
