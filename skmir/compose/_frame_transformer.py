"""Any scikit-learn transformer, frame by frame."""

import numbers

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from .._fitting import all_or_nothing
from .._frame_rows import drawn_frames, frame_rows
from .._module_parts import PerFrame
from .._output import FramesOutputMixin
from .._parameter_checks import check_number
from .._saving import SavingMixin
from .._stored_frames import Step, StoredFrames, as_it_is, with_step
from .._validation import check_frames, is_table, stack_if_equal
from ._conversion import convert_transformer


def _can_invert(self):
    """Raise the transformer's own AttributeError if it has no inverse_transform."""
    default = StandardScaler if self.transformer is None else self.transformer
    _ = getattr(self, "transformer_", default).inverse_transform
    return True


class FrameTransformer(FramesOutputMixin, TransformerMixin, SavingMixin, BaseEstimator):
    """Apply a scikit-learn transformer to each frame: PCA, NMF, StandardScaler, an RBM.

    The transformer gets a table with one row per frame, of all training clips.

    Parameters
    ----------
    transformer : transformer or None, default=None
        A transformer of tables. It is cloned before use. None uses a ``StandardScaler``.
    max_frames : int or None, default=None
        Number of frames to learn from, drawn at random from all training clips; None takes all. Frames that
        stay on disk (``stored=True`` of a front end) need it, since the table must fit into memory.
    random_state : int, RandomState instance or None, default=None
        Determines which frames are drawn.

    Attributes
    ----------
    transformer_ : transformer
        The fitted transformer.
    n_bins_ : int
        Number of bins of the input.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

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

    def __init__(self, transformer=None, *, max_frames=None, random_state=None):
        self.transformer = transformer
        self.max_frames = max_frames
        self.random_state = random_state

    @all_or_nothing
    def fit(self, X, y=None):
        """Fit the transformer to all frames, or to a random sample of them.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : array-like of shape (n_clips,), default=None
            Labels; each frame has the label of its clip.

        Returns
        -------
        self : FrameTransformer
        """
        check_number("max_frames", self.max_frames, kind=numbers.Integral, low=1, none=True)
        frames = check_frames(self, X, reset=True, stored=True)
        if self.max_frames is None and isinstance(frames, StoredFrames):
            raise ValueError(
                "FrameTransformer learns from one table of all frames, but the frames of X stay on disk "
                f"(stored=True): {frames.lengths.sum()} frames of {frames.n_bins} bins. Set max_frames, the "
                "number of frames to draw for the table; 100_000 are enough for most transformers."
            )
        if y is not None:
            check_consistent_length(frames, y)
        drawn, clips = drawn_frames(frames, self.max_frames, check_random_state(self.random_state))
        rows, n_rows = frame_rows(drawn)
        if y is not None:
            y = np.repeat(np.asarray(y)[clips], n_rows, axis=0)
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
        frames : ndarray of shape (n_clips, n_components, n_frames), or list if lengths differ
            A 2-D array if X is one, and a :class:`~skmir.feature_extraction.StoredFrames` if X is one; in the
            dtype of X.
        """
        check_is_fitted(self)
        frames = check_frames(self, X, reset=False, stored=True)
        if isinstance(frames, StoredFrames):
            return with_step(frames, Step(as_it_is(self)._transformed, same_length=True))
        return self._apply(self.transformer_.transform, X, frames)

    @available_if(_can_invert)
    def inverse_transform(self, X):
        """Undo the transformation of each frame, as far as the transformer can.

        Parameters
        ----------
        X : frames
            A result of ``transform``.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_bins, n_frames), or list if lengths differ
            A 2-D array if X is one; in the dtype of X.

        Raises
        ------
        AttributeError
            If the transformer has no ``inverse_transform``.
        ValueError
            If the transformer does not accept the frames.
        """
        check_is_fitted(self)
        # The number of bins is not checked: these are components, and only the transformer knows how many.
        frames = check_frames(FrameTransformer(), X, reset=True)
        try:
            return self._apply(self.transformer_.inverse_transform, X, frames)
        except ValueError as error:
            raise ValueError(
                f"{type(self.transformer_).__name__} cannot undo frames of {frames[0].shape[0]} bins: "
                f"{error}\nPass a result of transform."
            ) from error

    def to_module(self):
        """Return a module of torch that computes the same.

        Returns
        -------
        module : nn.Module
            From a tensor of frames, of shape (B, n_bins, n_frames), and ``lengths``, an int64 tensor of shape
            (B,) that says how many frames of each clip are its own (by default all), to frames. It also
            takes a table of one frame per clip, of shape (B, n_bins).

        Raises
        ------
        TypeError
            If the transformer has no module.

        See Also
        --------
        convert : The same for other steps, and which transformers of scikit-learn have a module.
        """
        check_is_fitted(self)
        return PerFrame(convert_transformer(self.transformer_))

    def get_feature_names_out(self, input_features=None):
        """Return the names of the bins that the transformer returns.

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
        """Apply a function of rows to the frames of each clip, and return them in the form of X."""
        if is_table(X):
            return self._rows(function, frames[:, :, 0])
        return stack_if_equal([self._rows(function, x.T).T for x in frames])

    def _transformed(self, x):
        return self._rows(self.transformer_.transform, x.T).T

    def _rows(self, function, rows):
        """Return what a function makes of rows, as an array of as many rows, in their dtype."""
        result = function(np.array(rows, order="C"))  # a copy, since transformers may work in place
        result = result.toarray() if issparse(result) else np.asarray(result)
        if len(result) != len(rows):
            raise ValueError(
                f"{type(self.transformer_).__name__} must return one row per frame, so that each row belongs "
                f"to a clip, but returned {len(result)} rows for {len(rows)} frames."
            )
        return result.astype(rows.dtype, copy=False)
