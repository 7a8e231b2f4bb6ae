"""Discriminant analysis for many features and classes of any size."""

import warnings

import numpy as np
import torch
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.utils import check_consistent_length
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._fitting import all_or_nothing
from .._parameter_checks import check_number, plain
from .._saving import SavingMixin
from .._validation import FLOAT
from ..compose import convert
from ._temperature import held_out_decisions, temperature_of


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
    temperature : {"auto", "ungrouped"} or float, default="auto"
        Number above 0 by which log-probabilities are divided; the likeliest class stays the same. 1 leaves
        them as the model of normal distributions gives them, which is far too sure with more features than
        clips. "auto" takes the number that gives the labels of clips in up to five held-out folds of the
        training clips the highest likelihood, with classes weighted as in ``priors``; if ``fit`` gets
        ``groups``, each group is in one fold, so that the model is as sure as it may be of clips of new
        groups. "ungrouped" leaves groups out of account, as networks do: it is for a vote with them, in which
        both should be sure of themselves to the same degree.

    Attributes
    ----------
    estimator_ : LinearDiscriminantAnalysis
        The fitted model.
    temperature_ : float
        Number by which log-probabilities are divided.
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

    A temperature from folds without groups is that of clips like those in training. For clips of speakers,
    instruments or sessions that training has not heard, the probabilities are still too sure.

    References
    ----------
    .. [1] O. Ledoit and M. Wolf, "Honey, I shrunk the sample covariance matrix", The Journal of Portfolio
       Management 30(4), 2004.
    .. [2] C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks",
       ICML 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.model_selection import cross_val_score
    >>> from skmir.model_selection import ShrinkageLDA
    >>> X, y = load_wine(return_X_y=True)
    >>> round(float(cross_val_score(ShrinkageLDA(), X, y).mean()), 2)
    0.97
    """

    # Requested by default, so that groups reach the folds through a search, a vote or cross_validate.
    __metadata_request__fit = {"groups": True}

    def __init__(self, shrinkage="auto", *, priors="uniform", temperature="auto"):
        self.shrinkage = shrinkage
        self.priors = priors
        self.temperature = temperature

    @all_or_nothing
    def fit(self, X, y, groups=None):
        """Fit the model.

        Parameters
        ----------
        X : array-like of shape (n_clips, n_features)
            A table.
        y : array-like of shape (n_clips,)
            Labels.
        groups : array-like of shape (n_clips,), default=None
            Clips of one group are in one fold of those that ``temperature="auto"`` takes.

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
            If a class has a single clip, or if no clip could be held out to find the temperature.
        """
        if self.temperature not in ("auto", "ungrouped"):
            check_number("temperature", self.temperature, above=0)
        X, y = validate_data(self, X, y, dtype=FLOAT)
        check_classification_targets(y)
        check_consistent_length(y, groups)
        self.classes_, counts = np.unique(y, return_counts=True)
        self._check_counts(counts)
        estimator = LinearDiscriminantAnalysis("lsqr", shrinkage=self.shrinkage, priors=self._priors())
        with warnings.catch_warnings():
            # A warning of Ledoit and Wolf's function about a class with one clip; ours above is clearer.
            warnings.filterwarnings("ignore", "Only one sample available")
            self.estimator_ = estimator.fit(X, y)
        self.temperature_ = self._temperature(X, y, groups)
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
        scores = self.decision_function(X)
        return softmax(np.column_stack([0 * scores, scores]) if scores.ndim == 1 else scores, axis=1)

    def predict_log_proba(self, X):
        """Return the logarithm of the probabilities.

        Parameters
        ----------
        X : array-like of shape (n_clips, n_features)

        Returns
        -------
        log_probabilities : ndarray of shape (n_clips, n_classes)
        """
        scores = self.decision_function(X)
        return log_softmax(np.column_stack([0 * scores, scores]) if scores.ndim == 1 else scores, axis=1)

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
        return self._fitted().decision_function(self._check(X)) / self.temperature_

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
        module = convert(self._fitted())
        with torch.no_grad():
            for weights in module.parameters():
                weights.div_(self.temperature_)
        return module

    def _fitted(self):
        check_is_fitted(self)
        return self.estimator_

    def _check(self, X):
        return validate_data(self, X, reset=False, dtype=FLOAT)

    def _temperature(self, X, y, groups):
        """Return the number that ``temperature`` is, or the one that fits held-out clips best."""
        if not isinstance(self.temperature, str):
            return float(self.temperature)
        groups = groups if self.temperature == "auto" else None
        model = type(self)(self.shrinkage, priors=self.priors, temperature=1.0)
        decisions, targets = held_out_decisions(model, X, y, groups)
        if not len(decisions):
            warnings.warn(
                "To find the temperature, ShrinkageLDA needs clips to hold out whose class other clips have "
                "too, outside of their group, and there are none: probabilities stay as they are, far too "
                "sure. Give classes more groups, or set a temperature.",
                stacklevel=4,
            )
            return 1.0
        return temperature_of(decisions, targets, balanced=isinstance(self.priors, str))

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
