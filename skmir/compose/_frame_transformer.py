"""Any scikit-learn transformer, frame by frame."""

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from .._fitting import all_or_nothing
from .._frame_rows import frame_rows
from .._output import FramesOutputMixin
from .._saving import SavingMixin
from .._validation import check_frames, is_table, stack_if_equal


def _can_invert(self):
    """Raise the transformer's own AttributeError where it has no inverse_transform."""
    default = StandardScaler if self.transformer is None else self.transformer
    _ = getattr(self, "transformer_", default).inverse_transform
    return True


class FrameTransformer(FramesOutputMixin, TransformerMixin, SavingMixin, BaseEstimator):
    """Apply a scikit-learn transformer to each frame: PCA, NMF, StandardScaler, an RBM.

    The transformer sees a table with a row a frame, of all training clips.

    Parameters
    ----------
    transformer : transformer or None, default=None
        It is cloned before use. None takes a ``StandardScaler``.

    Attributes
    ----------
    transformer_ : transformer
        The fitted one.
    n_bins_ : int
        Number of bins of what comes in.
    n_features_in_ : int
        The same, where ``fit`` saw a 2-D array.

    See Also
    --------
    FrameClassifier : Any classifier on windows of frames.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.decomposition import PCA
    >>> from skmir.compose import FrameTransformer
    >>> frames = np.random.RandomState(0).randn(5, 40, 100)  # clips, bins, frames
    >>> FrameTransformer(PCA(10)).fit_transform(frames).shape
    (5, 10, 100)
    """

    def __init__(self, transformer=None):
        self.transformer = transformer

    @all_or_nothing
    def fit(self, X, y=None):
        """Fit the transformer to all frames.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : array-like of shape (n_clips,), default=None
            Labels; each frame gets its clip's.

        Returns
        -------
        self : FrameTransformer
        """
        frames = check_frames(self, X, reset=True)
        rows, n_rows = frame_rows(frames)
        if y is not None:
            check_consistent_length(frames, y)
            y = np.repeat(np.asarray(y), n_rows, axis=0)
        transformer = StandardScaler() if self.transformer is None else clone(self.transformer)
        self.transformer_ = transformer.fit(rows, y)
        return self

    def transform(self, X):
        """Transform each frame.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_components, n_frames), or list where lengths differ
            A 2-D array where X is one; in the dtype of X.
        """
        check_is_fitted(self)
        return self._apply(self.transformer_.transform, X, check_frames(self, X, reset=False))

    @available_if(_can_invert)
    def inverse_transform(self, X):
        """Undo the transformation of each frame, as far as the transformer does.

        Parameters
        ----------
        X : frames
            As ``transform`` gives them.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_bins, n_frames), or list where lengths differ
            A 2-D array where X is one; in the dtype of X.

        Raises
        ------
        AttributeError
            Where the transformer has no ``inverse_transform``.
        ValueError
            Where the transformer takes no such frames.
        """
        check_is_fitted(self)
        # Held to no number of bins: components come in here, and only the transformer knows how many.
        frames = check_frames(FrameTransformer(), X, reset=True)
        try:
            return self._apply(self.transformer_.inverse_transform, X, frames)
        except ValueError as error:
            raise ValueError(
                f"{type(self.transformer_).__name__} cannot undo frames of {frames[0].shape[0]} bins: "
                f"{error}\nPass frames as transform gives them."
            ) from error

    def get_feature_names_out(self, input_features=None):
        """Return the names that the transformer gives.

        Parameters
        ----------
        input_features : array-like of str of shape (n_bins,), default=None
            Names of the bins.

        Returns
        -------
        names : ndarray of object of shape (n_components,)
        """
        check_is_fitted(self)
        return self.transformer_.get_feature_names_out(input_features)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _apply(self, function, X, frames):
        """Apply a function of rows to all frames, and give them back in the form of X."""
        rows, n_rows = frame_rows(frames)
        result = function(rows)
        result = result.toarray() if issparse(result) else np.asarray(result)
        if len(result) != len(rows):
            raise ValueError(
                f"{type(self.transformer_).__name__} gave {len(result)} rows for {len(rows)} frames; one row "
                "a frame is needed to know which clip each belongs to."
            )
        result = result.astype(rows.dtype, copy=False)
        if is_table(X):
            return result
        return stack_if_equal([part.T for part in np.split(result, np.cumsum(n_rows)[:-1])])
