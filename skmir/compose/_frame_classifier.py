"""Any scikit-learn classifier on windows of frames, with one class, or several tags, per clip."""

import numbers

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils import check_consistent_length, check_random_state, column_or_1d, gen_batches
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted

from .._fitting import all_or_nothing
from .._frame_rows import window_rows
from .._parameter_checks import check_choice, check_number
from .._saving import SavingMixin
from .._stored_frames import StoredFrames
from .._validation import check_frames, check_tags
from ..metrics._score_table import score_table
from ._aggregate import AGGREGATES, DECISIONS, TAG_DECISIONS, clip_scores, mean, tag_share
from ._fit_parameter import fit_parameter, weights_parameter
from ._windows_module import windows_module

CLIPS_AT_ONCE = 32  # in prediction, so that the windows of a large collection are never all in memory


def _inner_has(name):
    """Return a check that the inner classifier has a method."""

    def check(self):
        inner = self.estimator_ if hasattr(self, "estimator_") else self._inner()
        getattr(inner, name)  # its own AttributeError says what is missing
        return True

    return check


class FrameClassifier(ClassifierMixin, SavingMixin, BaseEstimator):
    """Classify windows of frames with any classifier, and clips by all their windows.

    Windows are cut inside ``fit``, after scikit-learn has split the clips, so that windows of one clip
    can never be on both sides of a split.

    Parameters
    ----------
    estimator : classifier or None, default=None
        A classifier of rows of n_bins * width values. It is cloned before use. None uses a
        ``LogisticRegression``, for tags inside a ``OneVsRestClassifier``. For tags it may be any classifier
        of several tags: a network, a ``MultiOutputClassifier``, or one that takes them itself, such as
        ``RandomForestClassifier``.
    width : int, default=1
        Number of frames per window; a clip shorter than that is repeated.
    hop : int or None, default=None
        Number of frames from one window to the next; None takes ``width``. If the last window does not end
        at the end of the clip, one more that does is added, so that the end of every clip is used.
    aggregate : {"mean", "vote", "max"}, default="mean"
        How the windows' probabilities (or decision values, if there are no probabilities) are combined for
        the clip: their mean, the share of the windows that each class wins (with ties broken by the mean),
        or the highest value of each class. For tags each is taken tag by tag: "vote" gives the share of the
        windows that have the tag, and with "max" a clip has the tags that any of its windows has. It may be
        changed after ``fit``.
    max_windows : int or None, default=None
        Number of windows drawn from each clip for training; None takes all. Prediction always uses all.
        Frames that stay on disk (``stored=True`` of a front end) need it.
    random_state : int, RandomState instance or None, default=None
        Determines which windows are drawn.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier.
    classes_ : ndarray of shape (n_classes,) or (n_tags,)
        The labels; for tags the numbers of the columns of y.
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        Number of bins, if ``fit`` was given a 2-D array.

    See Also
    --------
    FrameTransformer : Any transformer, frame by frame.

    Notes
    -----
    A classifier that itself splits its training data, for early stopping or calibration, splits windows,
    and would have windows of one clip on both sides. The networks of :mod:`skmir.neural_network` get the
    clips as groups and keep them apart. scikit-learn's ``MLPClassifier(early_stopping=True)``,
    ``HistGradientBoostingClassifier``, ``CalibratedClassifierCV`` and ``SVC(probability=True)`` take no
    groups in ``fit``: their inner validation is optimistic here. So is a search inside; put the search
    outside, around the FrameClassifier.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.svm import SVC
    >>> from skmir.compose import FrameClassifier
    >>> rng = np.random.RandomState(0)
    >>> frames = rng.randn(20, 12, 50)  # clips, bins, frames
    >>> frames[:10] += 0.5
    >>> y = np.repeat(["loud", "soft"], 10)
    >>> model = FrameClassifier(SVC(), width=5, aggregate="vote").fit(frames, y)
    >>> model.predict(frames[:2])
    array(['loud', 'loud'], dtype='<U4')

    Tags, of which a clip may have several, are an indicator:

    >>> tags = np.column_stack([np.arange(20) < 10, np.arange(20) % 2]).astype(int)
    >>> frames[1::2, 6:] += 1
    >>> FrameClassifier(width=5, aggregate="vote").fit(frames, tags).predict(frames[:3])
    array([[1, 0],
           [1, 1],
           [1, 0]])
    """

    # Groups and unlabelled clips routed by a search or cross_validate reach the classifier without a request.
    __metadata_request__fit = {"groups": True, "X_unlabelled": True}

    def __init__(
        self, estimator=None, *, width=1, hop=None, aggregate="mean", max_windows=None, random_state=None
    ):
        self.estimator = estimator
        self.width = width
        self.hop = hop
        self.aggregate = aggregate
        self.max_windows = max_windows
        self.random_state = random_state

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, *, groups=None, X_unlabelled=None):
        """Fit the classifier to windows of all clips.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array.
        y : array-like of shape (n_clips,), or array-like or sparse matrix of shape (n_clips, n_tags)
            Labels, or an indicator of tags; each window has those of its clip.
        sample_weight : array-like of shape (n_clips,), default=None
            Weights; each window has the weight of its clip. A Pipeline gets them for its last step.
        groups : array-like of shape (n_clips,), default=None
            Passed to a classifier that takes them; by default each clip is a group of its own.
        X_unlabelled : frames, default=None
            More clips, whose windows are passed to a classifier that pretrains on them, such as
            ``DBNClassifier``.

        Returns
        -------
        self : FrameClassifier

        Raises
        ------
        ValueError
            If a parameter is not valid, or the classifier takes no ``sample_weight`` or
            ``X_unlabelled``.
        """
        self._check_parameters()
        frames = check_frames(self, X, reset=True, stored=True)
        if self.max_windows is None and isinstance(frames, StoredFrames):
            raise ValueError(
                "FrameClassifier learns from one table of the windows of all clips, but the frames of X stay "
                "on disk (stored=True). Set max_windows, the number of windows to draw from each clip, so "
                "that the table fits into memory."
            )
        y = self._check_labels(y)
        check_consistent_length(frames, y, groups, sample_weight)
        rng = check_random_state(self.random_state)
        # Kept for prediction: the parameters may be changed after fit.
        self._window = {"width": int(self.width), "hop": int(self.width if self.hop is None else self.hop)}
        rows, n_rows = window_rows(frames, **self._window, max_windows=self.max_windows, rng=rng)
        self._has_tags = y.ndim == 2
        self.classes_ = np.arange(y.shape[1]) if self._has_tags else np.unique(y)
        self.estimator_ = self._inner(self._has_tags)
        parameters = self._fit_parameters(n_rows, sample_weight, groups)
        if X_unlabelled is not None:
            parameters |= self._unlabelled_rows(X_unlabelled, rng)
        self.estimator_.fit(rows, np.repeat(y, n_rows, axis=0), **parameters)
        return self

    def predict(self, X):
        """Return the class, or the tags, of each clip.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        labels : ndarray of shape (n_clips,) or (n_clips, n_tags)
            Tags are an indicator of zeros and ones.
        """
        check_is_fitted(self)
        if self._has_tags:
            return (self._clip_scores(X, self._tag_margins, TAG_DECISIONS[self.aggregate]) > 0).astype(int)
        scores = self._clip_scores(X, self._window_scores, DECISIONS[self.aggregate])
        return self.classes_[scores.argmax(axis=1)]

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X):
        """Return the probability of each class or tag.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        probabilities : ndarray of shape (n_clips, n_classes) or (n_clips, n_tags)
            Aggregated over windows; with ``aggregate="max"``, those of classes are divided by their sum.
        """
        check_is_fitted(self)
        if self._has_tags:
            aggregate = AGGREGATES[self.aggregate]
            if self.aggregate == "vote":
                return self._clip_scores(X, self._tag_margins, tag_share)
            return self._clip_scores(X, lambda rows: self._of_tags("predict_proba", rows), aggregate)
        scores = self._clip_scores(X, self.estimator_.predict_proba, AGGREGATES[self.aggregate])
        return scores / scores.sum(axis=1, keepdims=True)

    @available_if(_inner_has("decision_function"))
    def decision_function(self, X):
        """Return the inner classifier's decision function, aggregated over windows.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        scores : ndarray of shape (n_clips,), (n_clips, n_classes) or (n_clips, n_tags)
            For classes the mean over windows, whatever ``aggregate`` says. For tags as ``aggregate`` says;
            with "vote" by how much the share of the windows that have the tag exceeds one half, with ties
            broken by the mean.
        """
        check_is_fitted(self)
        if self._has_tags:
            decide = TAG_DECISIONS[self.aggregate]
            return self._clip_scores(X, lambda rows: self._of_tags("decision_function", rows), decide)
        scores = self._clip_scores(X, self._decisions, mean)
        return scores[:, 1] if len(self.classes_) == 2 else scores

    def to_module(self):
        """Return a module of torch whose logits have the same probabilities.

        Returns
        -------
        module : nn.Module
            From a tensor of frames, of shape (B, n_bins, n_frames), and ``lengths``, an int64 tensor of shape
            (B,) that says how many frames of each clip are its own (by default all), to logits of shape
            (B, n_classes) or (B, n_tags). It also takes a table of one frame per clip, of shape (B, n_bins).
            The softmax of the logits, for tags their sigmoid, is the mean of the windows' probabilities. If
            the inner classifier has no probabilities, they are its mean decision values.

        Raises
        ------
        TypeError
            If ``aggregate`` is not "mean", or the inner classifier has no module, or makes probabilities of
            its decision values in another way than by softmax (sigmoid).
        """
        check_is_fitted(self)
        return windows_module(self)

    @property
    def n_parameters_(self):
        """Number of trained parameters of the inner classifier, if it has ``n_parameters_``."""
        return self.estimator_.n_parameters_

    def _inner(self, has_tags=False):
        if self.estimator is not None:
            return clone(self.estimator)
        return OneVsRestClassifier(LogisticRegression()) if has_tags else LogisticRegression()

    def _check_parameters(self):
        check_number("width", self.width, kind=numbers.Integral, low=1)
        check_number("hop", self.hop, kind=numbers.Integral, low=1, none=True)
        check_number("max_windows", self.max_windows, kind=numbers.Integral, low=1, none=True)
        check_choice("aggregate", self.aggregate, AGGREGATES)

    def _check_labels(self, y):
        if y is None:
            raise ValueError(
                "FrameClassifier requires y to be passed, but the target y is None. A classifier learns "
                "from labels."
            )
        y = y.toarray() if issparse(y) else np.asarray(y)
        shape = y.shape
        if len(shape) == 2 and shape[1] > 1:
            if type_of_target(y) != "multilabel-indicator":
                raise ValueError(
                    "FrameClassifier takes one label, or an indicator of tags with zeros and ones, for each "
                    f"clip, but y has the shape {shape} and is {type_of_target(y)!r}. For several classes "
                    "per clip, MultiOutputClassifier(FrameClassifier()) learns one column after another."
                )
            check_tags(y)
            return y.astype(int)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        return y

    def _fit_parameters(self, n_rows, sample_weight, groups):
        """Return weights and groups of the windows, if the inner classifier takes them."""
        parameters = {}
        if sample_weight is not None:
            weights = np.repeat(np.asarray(sample_weight), n_rows)
            parameters[weights_parameter(self.estimator_)] = weights
        if name := fit_parameter(self.estimator_, "groups"):
            groups = np.arange(len(n_rows)) if groups is None else np.asarray(groups)
            parameters[name] = np.repeat(groups, n_rows)
        return parameters

    def _unlabelled_rows(self, X, rng):
        """Return the windows of clips without labels, in the form that the inner classifier takes."""
        name = fit_parameter(self.estimator_, "X_unlabelled")
        if name is None or isinstance(self.estimator_, Pipeline):
            raise ValueError(
                f"{type(self.estimator_).__name__} takes no X_unlabelled. Use an estimator that does, such "
                "as DBNClassifier, and put the steps before it in front of the FrameClassifier."
            )
        frames = check_frames(self, X, reset=False, stored=True)
        return {name: window_rows(frames, **self._window, max_windows=self.max_windows, rng=rng)[0]}

    def _clip_scores(self, X, window_scores, aggregate):
        frames = check_frames(self, X, reset=False, stored=True)
        scores = []
        for clips in gen_batches(len(frames), CLIPS_AT_ONCE):
            rows, n_rows = window_rows(frames[clips], **self._window)
            scores.append(clip_scores(window_scores(rows), n_rows, aggregate))
        return np.concatenate(scores)

    def _window_scores(self, rows):
        """Return the best scores that the inner classifier has, of shape (n_windows, n_classes)."""
        if hasattr(self.estimator_, "predict_proba"):
            return self.estimator_.predict_proba(rows)
        if hasattr(self.estimator_, "decision_function"):
            return self._decisions(rows)
        self._check_votes()
        return self.estimator_.predict(rows)[:, np.newaxis] == self.classes_

    def _of_tags(self, method, rows):
        """Return a method's scores of tags, of shape (n_windows, n_tags)."""
        scores = score_table(
            getattr(self.estimator_, method)(rows), getattr(self.estimator_, "classes_", None)
        )
        if scores.shape != (len(rows), len(self.classes_)):
            raise ValueError(
                f"{method} of {type(self.estimator_).__name__} must give a score for each of the "
                f"{len(self.classes_)} tags, of shape {(len(rows), len(self.classes_))}, got {scores.shape}."
            )
        return scores

    def _tag_margins(self, rows):
        """Return the best scores that the inner classifier has, less the threshold of a tag."""
        for method, middle in (("predict_proba", 0.5), ("decision_function", 0)):
            if hasattr(self.estimator_, method):
                return self._of_tags(method, rows) - middle
        self._check_votes()
        return self.estimator_.predict(rows) - 0.5

    def _decisions(self, rows):
        scores = self.estimator_.decision_function(rows)
        if scores.ndim == 2 and getattr(self.estimator_, "decision_function_shape", "ovr") == "ovo":
            raise ValueError(
                "decision_function_shape='ovo' gives one value per pair of classes, but windows are "
                "aggregated by class. Use decision_function_shape='ovr'."
            )
        return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores

    def _check_votes(self):
        """Raise if predictions without scores are to be aggregated in another way than by votes."""
        if self.aggregate != "vote":
            raise ValueError(
                f"{type(self.estimator_).__name__} has neither predict_proba nor decision_function, so its "
                f"windows cannot be aggregated by {self.aggregate!r}. Use aggregate='vote'."
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.input_tags.three_d_array = True
        return tags
