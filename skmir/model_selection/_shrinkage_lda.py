"""Discriminant analysis for many features and classes of any size."""

import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._fitting import all_or_nothing
from .._parameter_checks import plain
from .._saving import SavingMixin
from .._validation import FLOAT
from ..compose import convert


class ShrinkageLDA(ClassifierMixin, SavingMixin, BaseEstimator):
    """Linear discriminant analysis with shrunken covariance and equal prior probabilities of the classes.

    A strong model for tables of several hundred statistics of a few hundred clips, with nothing to tune:
    Ledoit and Wolf's formula says how far each class's covariance is shrunken towards its diagonal. It is
    scikit-learn's :class:`~sklearn.discriminant_analysis.LinearDiscriminantAnalysis` with
    ``solver="lsqr"``, whose priors cannot be equal unless the number of classes is known beforehand.

    Parameters
    ----------
    shrinkage : "auto", float between 0 and 1, or None, default="auto"
        As in scikit-learn: "auto" uses Ledoit and Wolf's formula.
    priors : "uniform", array-like of shape (n_classes,) or None, default="uniform"
        Prior probabilities of the classes, by which their covariances are weighted as well. "uniform" makes
        all equal, which is right if models are judged by balanced accuracy; None takes the classes' shares
        in the training data.

    Attributes
    ----------
    estimator_ : LinearDiscriminantAnalysis
        The fitted model.
    classes_ : ndarray of shape (n_classes,)
        Labels.
    n_features_in_ : int
        Number of features.

    See Also
    --------
    default_models : Its "LDA" ends with this model.

    Notes
    -----
    A class with a single clip says nothing about how its clips vary. ``fit`` warns, and takes the
    covariance from the other classes.

    References
    ----------
    .. [1] O. Ledoit and M. Wolf, "Honey, I shrunk the sample covariance matrix", The Journal of Portfolio
       Management 30(4), 2004.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.model_selection import cross_val_score
    >>> from skmir.model_selection import ShrinkageLDA
    >>> X, y = load_wine(return_X_y=True)
    >>> round(float(cross_val_score(ShrinkageLDA(), X, y).mean()), 2)
    0.97
    """

    def __init__(self, shrinkage="auto", *, priors="uniform"):
        self.shrinkage = shrinkage
        self.priors = priors

    @all_or_nothing
    def fit(self, X, y):
        """Fit the model.

        Parameters
        ----------
        X : array-like of shape (n_clips, n_features)
            A table.
        y : array-like of shape (n_clips,)
            Labels.

        Returns
        -------
        self : ShrinkageLDA

        Raises
        ------
        ValueError
            If there are fewer than two classes, or no class has more than one clip.

        Warns
        -----
        UserWarning
            If a class has a single clip.
        """
        X, y = validate_data(self, X, y, dtype=FLOAT)
        check_classification_targets(y)
        self.classes_, counts = np.unique(y, return_counts=True)
        self._check_counts(counts)
        estimator = LinearDiscriminantAnalysis("lsqr", shrinkage=self.shrinkage, priors=self._priors())
        with warnings.catch_warnings():
            # A warning of Ledoit and Wolf's function about a class with one clip; ours above is clearer.
            warnings.filterwarnings("ignore", "Only one sample available")
            self.estimator_ = estimator.fit(X, y)
        return self

    def predict(self, X):
        """Return the likeliest class of each clip.

        Parameters
        ----------
        X : array-like of shape (n_clips, n_features)

        Returns
        -------
        y : ndarray of shape (n_clips,)
        """
        return self._fitted().predict(self._check(X))

    def predict_proba(self, X):
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_clips, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_clips, n_classes)
        """
        return self._fitted().predict_proba(self._check(X))

    def decision_function(self, X):
        """Return the logarithm of each class's probability, up to a constant per clip.

        Parameters
        ----------
        X : array-like of shape (n_clips, n_features)

        Returns
        -------
        scores : ndarray of shape (n_clips, n_classes), or (n_clips,) for two classes
            For two classes, the score of the second minus the score of the first.
        """
        return self._fitted().decision_function(self._check(X))

    def to_module(self):
        """Return a module of torch with the same decision values, whose weights may be trained.

        Returns
        -------
        module : nn.Module
            From a tensor of shape (B, n_features) to logits of shape (B, n_classes), whose softmax are the
            probabilities.

        See Also
        --------
        skmir.compose.convert : The same for other steps, and for whole Pipelines.
        """
        return convert(self._fitted())

    def _fitted(self):
        check_is_fitted(self)
        return self.estimator_

    def _check(self, X):
        return validate_data(self, X, reset=False, dtype=FLOAT)

    def _priors(self):
        if not isinstance(self.priors, str):
            return self.priors
        if self.priors != "uniform":
            raise ValueError(
                f"priors must be 'uniform', None or one number per class, got {plain(self.priors)!r}."
            )
        return np.full(len(self.classes_), 1 / len(self.classes_))

    def _check_counts(self, counts):
        """Raise, or warn, if classes have too few clips to show how their clips vary."""
        if len(counts) < 2:
            raise ValueError(
                f"y must hold at least two classes, got only the one class {plain(self.classes_[0])!r}."
            )
        single = plain(self.classes_[counts == 1])
        if len(single) == len(counts):
            raise ValueError(
                f"Each of the {len(single)} classes has a single training clip, which does not show how "
                "clips of one class vary. At least one class must have two clips or more."
            )
        if single:
            warnings.warn(
                f"{len(single)} of {len(counts)} classes have a single training clip: {single[:5]}"
                f"{' and more' if len(single) > 5 else ''}. How clips of a class vary is learned from the "
                "other classes. Give each class at least two clips, or leave these classes out.",
                stacklevel=3,
            )
