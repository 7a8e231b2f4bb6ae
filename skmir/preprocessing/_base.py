"""The base of all steps from frames to frames that learn nothing."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from .._declared_parameters import DeclaredParameters, method_missing
from .._fitting import all_or_nothing
from .._output import FramesOutputMixin
from .._saving import SavingMixin
from .._stored_frames import Step, StoredFrames, as_it_is, with_step
from .._validation import check_frames, is_table, stack_if_equal
from ._bin_names import bin_names


def _has_module(self):
    """Raise AttributeError if the class does not say what its module is."""
    if type(self)._make_module is BaseFrameStep._make_module:
        raise AttributeError(f"{type(self).__name__} has no module of torch that computes the same.")
    return True


class BaseFrameStep(FramesOutputMixin, TransformerMixin, SavingMixin, DeclaredParameters, BaseEstimator):
    """Base of steps from frames to frames, each clip by itself.

    It checks what comes in, takes clips of equal and of different lengths, gives results the form of X, and
    passes the names of bins on through a Pipeline. A subclass says how the frames of one clip change. It
    declares its parameters as annotated attributes (:class:`DeclaredParameters`), or writes an ``__init__``
    that only assigns.

    Attributes
    ----------
    n_bins_ : int
        Number of bins of what comes in.
    n_features_in_ : int
        The same, if ``fit`` saw a 2-D array.

    See Also
    --------
    skmir.compose.FrameTransformer : Makes a step of any scikit-learn transformer.
    check_frames : For a step that learns.

    Notes
    -----
    A subclass must have three methods:

    ``_check_parameters()``
        Raises if a parameter is not what it may be. It runs in ``fit``.

    ``_apply(x)``
        Returns the frames that come out, an array of shape (..., n_bins_out, n_frames_out) in the dtype
        of x. It gets an array of shape (..., n_bins, n_frames), which it does not write to: all clips in one
        array if they are equally long, and one clip at a time otherwise, so axes are counted from the end. A
        clip may have a single frame.

    ``_names(bins)``
        Returns the names of the bins that come out, a list of str, given those that come in.

    It may have two class attributes, for frames that stay on disk (``stored=True`` of a front end):

    ``_same_length``
        Whether as many frames come out as go in, whatever the clip; by default False.

    ``_frame_wise``
        Whether each frame that comes out depends on the same frame only, to the last bit, so that a network
        reads the frames of a window and not the whole clip; by default False.

    A step that torch can compute as well may have one more method:

    ``_make_module()``
        Returns an ``nn.Module`` that computes the same; ``to_module`` calls it once the step is fitted, and
        does not exist without it. The module gets a tensor of shape (B, n_bins, n_frames), and ``lengths`` if
        it is a :class:`skmir.base.StepModule`.

    A step that learns extends ``fit``: it calls ``super().fit(X)``, goes through the clips of
    ``check_frames(self, X, reset=False, stored=True)``, and keeps what it learns in attributes that end in an
    underscore.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.base import BaseFrameStep, check_number, positional
    >>> class EveryNth(BaseFrameStep):
    ...     n: int = positional(default=2)
    ...
    ...     def _check_parameters(self):
    ...         check_number("n", self.n, low=1)
    ...
    ...     def _apply(self, x):
    ...         return x[..., :: self.n]
    ...
    ...     def _names(self, bins):
    ...         return list(bins)
    >>> frames = np.ones((3, 40, 100))  # clips, bins, frames
    >>> EveryNth(4).fit_transform(frames).shape
    (3, 40, 25)
    """

    _same_length = False
    _frame_wise = False

    @all_or_nothing
    def fit(self, X, y=None):
        """Check the parameters, and keep the number of bins; nothing else is learned.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : ignored

        Returns
        -------
        self : estimator
        """
        self._check_parameters()
        self._check_frames(X, reset=True)
        return self

    def transform(self, X):
        """Transform each clip's frames.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_bins_out, n_frames_out), or list if lengths differ
            A 2-D array if X is one, and a :class:`~skmir.feature_extraction.StoredFrames` if X is one; in the
            dtype of X.
        """
        check_is_fitted(self)
        frames = self._check_frames(X, reset=False)
        if isinstance(frames, StoredFrames):
            step = Step(as_it_is(self)._apply, self._frame_wise, same_length=self._same_length)
            return with_step(frames, step)
        return each_clip(self._apply, frames, X)

    @available_if(_has_module)
    def to_module(self):
        """Return a module of torch that computes the same.

        Returns
        -------
        module : nn.Module
            From a tensor of frames, of shape (B, n_bins, n_frames), and ``lengths``, an int64 tensor of shape
            (B,) that says how many frames of each clip are its own (by default all), to frames. It also
            takes a table of one frame per clip, of shape (B, n_bins).

        See Also
        --------
        skmir.compose.convert : The same for steps of scikit-learn, and for whole Pipelines.
        """
        check_is_fitted(self)
        return self._make_module()

    def get_feature_names_out(self, input_features=None):
        """Return the names of the bins.

        Parameters
        ----------
        input_features : array-like of str of shape (n_bins,), default=None
            Names of the input bins, as a Pipeline passes them on from the front end; by default the
            columns of the DataFrame given to ``fit``, or ``x0``, ``x1``, ...

        Returns
        -------
        names : ndarray of object of shape (n_bins_out,)
        """
        check_is_fitted(self)
        return np.array(self._names(bin_names(self, input_features)), object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _check_parameters(self):
        raise method_missing(self, "_check_parameters")

    def _apply(self, x):
        raise method_missing(self, "_apply")

    def _names(self, bins):
        raise method_missing(self, "_names")

    def _make_module(self):
        raise method_missing(self, "_make_module")

    def _check_frames(self, X, *, reset):
        return check_frames(self, X, reset=reset, stored=True)


def each_clip(function, frames, X):
    """Apply a function to the frames of each clip, and return the results in the form of X.

    Parameters
    ----------
    function : callable
        From an array of shape (..., n_bins, n_frames) to one of as many dimensions.
    frames : ndarray or list
        The frames returned by ``check_frames``.
    X : frames
        The frames as the caller passed them.

    Returns
    -------
    results : ndarray of shape (n_clips, n_bins_out, n_frames_out), list, or 2-D array if X is one
    """
    if isinstance(frames, list):
        return stack_if_equal([function(x) for x in frames])
    results = function(frames)
    return results[:, :, 0] if is_table(X) else results
