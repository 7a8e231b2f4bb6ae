"""Choose the thresholds of tags on clips that were held out."""

import inspect
import numbers

import numpy as np
from scipy.sparse import issparse
from sklearn import config_context, get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import check_cv
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils import column_or_1d, get_tags, indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from .._declared_parameters import DeclaredParameters, positional
from .._fitting import all_or_nothing
from .._parameter_checks import check_flag, check_number, shown
from .._saving import SavingMixin
from .._validation import check_tags
from ..metrics import get_scorer
from ..metrics._score_table import score_table
from ._groups import group_route
from ._multilabel_split import MultilabelStratifiedGroupKFold
from ._running import Responses, needs_model, rows
from ._splits import folds_of

USUAL = {"predict_proba": 0.5, "decision_function": 0.0}  # thresholds of scikit-learn's classifiers
N_CANDIDATES = 100  # thresholds tried per tag, for other scorers than F1


def _inner_has(name):
    """Return a check that the inner classifier has a method."""

    def check(self):
        getattr(self.estimator_ if hasattr(self, "estimator_") else self._inner(), name)
        return True

    return check


class TunedTagThresholdsCV(
    ClassifierMixin, MetaEstimatorMixin, SavingMixin, DeclaredParameters, BaseEstimator
):
    """Decide which tags a clip has by a threshold per tag, chosen on clips that were held out.

    Classifiers decide at a probability of .5, which rare tags seldom reach: a model that ranks clips well may
    still predict no tag at all. Here each fold fits the classifier to the training clips and scores the
    others, and for each tag the threshold is taken with the best F1 over all held-out scores. scikit-learn's
    ``TunedThresholdClassifierCV`` does the same for two classes; this one also takes those, as one tag.

    Scores are the probabilities of the classifier, or its decision values if it has no probabilities.
    Thresholds change ``predict`` alone: AUC and other metrics of rankings stay as they are.

    Parameters
    ----------
    estimator : classifier or None, default=None
        A classifier of several tags with ``predict_proba`` or ``decision_function``. It is cloned before use.
        None uses ``OneVsRestClassifier(LogisticRegression())``.
    scoring : str or callable, default="f1"
        A scorer's name, or a scorer made by ``make_scorer``, that judges predictions for a single tag, such
        as "balanced_accuracy". For F1 every threshold is tried, for others up to 100 for each tag.
    cv : int, splitter, iterable of (train, test) or None, default=None
        A number gives that many folds, None five, by :class:`MultilabelStratifiedGroupKFold`.
    refit : bool, default=True
        Whether to fit the classifier to all clips. Otherwise ``cv`` must give a single fold, and the
        classifier fitted to its training clips predicts.
    n_jobs : int or None, default=None
        Number of folds that run at the same time, as in joblib.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier.
    thresholds_ : ndarray of shape (n_tags,)
        A clip has a tag if its score is above the threshold. If several thresholds are equally good, the one
        nearest to the usual .5 (or 0, for decision values) is taken. A tag that none of the held-out clips
        has, or all of them, keeps the usual one.
    scores_ : ndarray of shape (n_tags,)
        The score of each tag at its threshold, on the held-out clips; NaN for tags that keep the usual one.
        As the best of many it is optimistic: judge by other clips, with :func:`compare`.
    classes_ : ndarray of shape (n_tags,) or (2,)
        The tags, as numbers; if ``fit`` was given one label per clip, the two classes.
    n_features_in_ : int
        As in the classifier, if it has it.

    See Also
    --------
    skmir.metrics.tag_scores : Metrics that need no threshold.

    References
    ----------
    .. [1] Z. C. Lipton, C. Elkan and B. Naryanaswamy, "Optimal thresholding of classifiers to maximize F1
           measure", ECML PKDD, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.metrics import f1_score
    >>> from skmir.model_selection import TunedTagThresholdsCV
    >>> rng = np.random.RandomState(0)
    >>> X = rng.randn(300, 4)
    >>> y = (X[:, :3] + rng.randn(300, 3) > 2).astype(int)  # each of three tags is rare
    >>> model = TunedTagThresholdsCV().fit(X[:200], y[:200])
    >>> model.thresholds_.round(2)
    array([0.16, 0.13, 0.19])
    >>> at_half = model.predict_proba(X[200:]) > 0.5
    >>> found = [f1_score(y[200:], tags, average="macro") for tags in (at_half, model.predict(X[200:]))]
    >>> np.round(found, 2)
    array([0.22, 0.38])
    """

    # Groups reach the folds and the classifier without a request.
    __metadata_request__fit = {"groups": True}
    folds_by_groups = True  # of a number in cv; compare then leaves it as it is

    estimator: object = positional(default=None)
    scoring: object = "f1"
    cv: object = None
    refit: bool = True
    n_jobs: int | None = None

    @all_or_nothing
    def fit(self, X, y, groups=None):
        """Score held-out clips, choose the thresholds, and fit the classifier to all clips.

        Parameters
        ----------
        X : clips, frames or table
            As the classifier takes them.
        y : array-like or sparse matrix of shape (n_clips, n_tags), or array-like of shape (n_clips,)
            1 if a clip has a tag, else 0. Or one of two classes for each clip; the second, in sorted order,
            is the tag.
        groups : array-like of shape (n_clips,), default=None
            Group of each clip: the clips of a group are held out together. They also reach the classifier, as
            far as its ``fit``, or those of its parts, take them.

        Returns
        -------
        self : TunedTagThresholdsCV

        Raises
        ------
        TypeError
            If the estimator gives no scores, or a parameter is of a wrong type.
        ValueError
            If y holds neither tags nor two classes, the scorer does not judge predictions of one tag, there
            are more folds than groups, or a fold cannot be fitted.
        """
        scorer = self._check_parameters()
        X, y, groups = indexable(X, *self._checked_labels(y), groups)
        folds = list(self._folds(X, y, groups))
        if not self.refit and len(folds) > 1:
            raise ValueError(
                f"refit=False keeps the classifier of a single fold, but cv={self.cv!r} gives {len(folds)}. "
                "Use refit=True, or a cv with one fold, such as GroupShuffleSplit(1)."
            )
        fitting = _Fitting(self._inner(), X, y, groups)
        held_out = Parallel(n_jobs=self.n_jobs)(delayed(fitting.held_out)(*fold) for fold in folds)
        for of_another_fit in ("n_features_in_", "feature_names_in_"):
            vars(self).pop(of_another_fit, None)
        self.estimator_ = fitting.fitted() if self.refit else held_out[0][0]
        self._method = _method_of(self.estimator_)
        self._n_dims = y.ndim
        self.classes_ = np.unique(y) if y.ndim == 1 else np.arange(y.shape[1])
        truth = np.concatenate([self._present(y[test]) for _, test in folds])
        scores = np.concatenate([scores for _, scores in held_out])
        best = [
            _best_threshold(scorer, *pair, USUAL[self._method])
            for pair in zip(truth.T, scores.T, strict=True)
        ]
        self.thresholds_, self.scores_ = np.array(best).T
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    def predict(self, X):
        """Return the tags, or the class, of each clip.

        Parameters
        ----------
        X : clips, frames or table
            As in ``fit``.

        Returns
        -------
        tags : ndarray of shape (n_clips, n_tags), or of shape (n_clips,)
            Zeros and ones, or the classes.
        """
        check_is_fitted(self)
        scores = _scores_of(self.estimator_, self._method, X, self._n_dims)  # (n_clips, n_tags)
        present = scores > self.thresholds_
        return self.classes_[present[:, 0].astype(int)] if self._n_dims == 1 else present.astype(int)

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X):
        """Return the classifier's probabilities; thresholds have no effect on them.

        Parameters
        ----------
        X : clips, frames or table
            As in ``fit``.

        Returns
        -------
        probabilities : ndarray of shape (n_clips, n_tags), or (n_clips, 2) if there are two classes
        """
        return self._delegated(X, "predict_proba")

    @available_if(_inner_has("decision_function"))
    def decision_function(self, X):
        """Return the classifier's decision values; thresholds have no effect on them.

        Parameters
        ----------
        X : clips, frames or table
            As in ``fit``.

        Returns
        -------
        scores : ndarray of shape (n_clips, n_tags), or (n_clips,) if there are two classes
        """
        return self._delegated(X, "decision_function")

    @property
    def n_parameters_(self):
        """Number of trained parameters of the classifier, if it has ``n_parameters_``."""
        return self.estimator_.n_parameters_

    def __sklearn_is_fitted__(self):
        return hasattr(self, "thresholds_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.multi_label = True
        inner = get_tags(self._inner())
        tags.input_tags, tags.non_deterministic = inner.input_tags, inner.non_deterministic
        return tags

    def _inner(self):
        return OneVsRestClassifier(LogisticRegression()) if self.estimator is None else self.estimator

    def _check_parameters(self):
        """Return the scorer, or None for F1."""
        inner = self._inner()
        if inspect.isclass(inner) or not hasattr(inner, "fit"):
            raise TypeError(f"estimator={shown(inner)} must be a classifier, with a method fit.")
        check_flag("refit", self.refit)
        if isinstance(self.scoring, str) and self.scoring == "f1":
            return None  # it is computed for all thresholds at once
        scorer = get_scorer(self.scoring) if isinstance(self.scoring, str) else self.scoring
        try:
            if needs_model(scorer):
                raise TypeError("it is not made by make_scorer")
            float(_judge(scorer, np.array([0, 1]), np.array([0, 1])))
        except Exception as error:  # a scorer of something else may raise any error
            raise ValueError(
                f"scoring={shown(self.scoring)} must judge the predictions for one tag, such as 'f1', "
                f"'balanced_accuracy' or make_scorer(fbeta_score, beta=2): {type(error).__name__}: {error}"
            ) from error
        return scorer

    def _checked_labels(self, y):
        """Return y as an array, in a list: an indicator, or one of two classes per clip."""
        if y is None:
            raise ValueError("TunedTagThresholdsCV requires y to be passed, but the target y is None.")
        check_classification_targets(y)
        kind = type_of_target(y)
        if kind == "multilabel-indicator":
            check_tags(y)
            return [y.toarray() if issparse(y) else np.asarray(y)]
        if kind != "binary":
            raise ValueError(
                f"Only binary classification is supported. The type of the target is {kind}. For tags, pass "
                "an indicator of shape (n_clips, n_tags); MultiLabelBinarizer makes one from lists of names."
            )
        y = column_or_1d(y, warn=True)
        if len(np.unique(y)) < 2:
            raise ValueError(f"y must hold two classes, got one class only: {shown(np.unique(y))}.")
        return [y]

    def _present(self, y):
        """Return 1 where a clip has a tag, of shape (n_clips, n_tags)."""
        return (y == self.classes_[1]).astype(int)[:, np.newaxis] if y.ndim == 1 else y.astype(int)

    def _folds(self, X, y, groups):
        if self.cv is not None and not isinstance(self.cv, numbers.Integral):
            return folds_of(check_cv(self.cv), X, y, groups)
        check_number("cv", self.cv, kind=numbers.Integral, low=2, none=True)
        return MultilabelStratifiedGroupKFold(5 if self.cv is None else self.cv).split(X, y, groups)

    def _delegated(self, X, method):
        check_is_fitted(self)
        given = getattr(self.estimator_, method)(X)
        return given if self._n_dims == 1 else score_table(given, getattr(self.estimator_, "classes_", None))


class _Fitting:
    """Fits of one classifier to parts of the clips, with groups as far as they reach."""

    def __init__(self, estimator, X, y, groups):
        self._estimator, self._X, self._y = estimator, X, y
        routing = get_config()["enable_metadata_routing"]
        route = group_route(estimator, groups, routing=routing)
        self._params, self._routing = route.params, routing or route.routed

    def fitted(self, positions=None):
        """Return a classifier that is fitted to some of the clips; None takes all."""
        X, y, params = self._X, self._y, self._params
        if positions is not None:
            X, y = rows(X, positions), y[positions]
            params = {name: np.asarray(values)[positions] for name, values in params.items()}
        with config_context(enable_metadata_routing=self._routing):
            return clone(self._estimator).fit(X, y, **params)

    def held_out(self, train, test):
        """Return a classifier that is fitted to the training clips, and its scores of the test clips."""
        try:
            model = self.fitted(train)
        except ValueError as error:
            part = self._y[train]
            lacking = np.flatnonzero(part.min(axis=0) == part.max(axis=0)) if part.ndim == 2 else []
            if len(lacking):
                raise ValueError(
                    f"{type(self._estimator).__name__} cannot be fitted to the training part of a fold, in "
                    f"which all clips have tag {lacking[0]}, or none (counted from 0): {error} "
                    "OneVsRestClassifier learns such tags too; or use fewer folds, or leave the tag out."
                ) from error
            raise
        return model, _scores_of(model, _method_of(model), rows(self._X, test), self._y.ndim)


def _method_of(model):
    method = next((name for name in USUAL if hasattr(model, name)), None)
    if method is None:
        raise TypeError(
            f"{type(model).__name__} has neither predict_proba nor decision_function, so it gives no scores "
            "for thresholds. Use OneVsRestClassifier(SVC()) instead of MultiOutputClassifier(SVC()), say."
        )
    return method


def _scores_of(model, method, X, n_dims):
    """Return the scores of tags, of shape (n_clips, n_tags); of two classes (1-D y), those of the second."""
    given = getattr(model, method)(X)
    if n_dims == 2:
        return score_table(given, getattr(model, "classes_", None))
    return given[:, 1:] if method == "predict_proba" else given[:, np.newaxis]


def _best_threshold(scorer, truth, scores, usual):
    """Return the threshold of a tag with the best score, and that score."""
    if truth.min() == truth.max():
        return usual, np.nan
    thresholds = _between(scores, np.unique(scores[truth == 1]))
    if scorer is None:
        values = _f1_above(thresholds, truth, scores)
    else:
        some = np.linspace(0, len(thresholds) - 1, min(len(thresholds), N_CANDIDATES)).round().astype(int)
        thresholds = thresholds[some]
        values = np.array(
            [_judge(scorer, truth, (scores > threshold).astype(int)) for threshold in thresholds]
        )
    best = thresholds[values >= np.max(values) - 1e-12]
    return best[np.abs(best - usual).argmin()], np.max(values)


def _between(scores, lowest):
    """Return thresholds, each between one of the scores and the next lower one; ``lowest`` is sorted.

    Of all thresholds between two clips that have the tag, the highest one is at least as good as the others,
    for any score that does not prefer false alarms.
    """
    levels = np.unique(scores)
    place = np.searchsorted(levels, lowest)
    below = np.where(place > 0, levels[place - 1], np.nextafter(lowest, -np.inf))
    middle = below + (lowest - below) / 2
    return np.where(middle < lowest, middle, below)


def _f1_above(thresholds, truth, scores):
    """Return the F1 of the clips with scores above each threshold."""
    n_found = len(scores) - np.searchsorted(np.sort(scores), thresholds, side="right")
    n_right = truth.sum() - np.searchsorted(np.sort(scores[truth == 1]), thresholds, side="right")
    return 2 * n_right / (n_found + truth.sum())


def _judge(scorer, truth, predicted):
    """Return the score of predictions for one tag."""
    known = Responses("Tag", "classifier", np.array([0, 1]), ["predict"], {"predict": predicted})
    return scorer(known.stand_in(), None, truth)
