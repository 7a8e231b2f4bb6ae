"""How sure a classifier may be: a temperature that held-out clips decide."""

import warnings

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.base import clone
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

N_FOLDS = 5
LOWEST, HIGHEST = 1e-2, 1e4  # temperatures; at the highest, all classes are equally likely


def held_out_decisions(model, X, y, groups=None):
    """Return the scores of clips that were held out in folds, and what their classes are.

    Parameters
    ----------
    model : classifier
        It is cloned for each fold.
    X : ndarray of shape (n_clips, n_features)
    y : ndarray of shape (n_clips,)
    groups : array-like of shape (n_clips,) or None, default=None
        Each group is in one fold. With less than two groups, folds are stratified by class alone.

    Returns
    -------
    decisions : ndarray of shape (n_scored, n_classes)
        Without clips whose class the rest of the clips lacks. -inf for classes that a fold's model does not
        know.
    targets : ndarray of int of shape (n_scored,)
        Positions of the clips' classes.
    """
    classes, targets = np.unique(y, return_inverse=True)
    decisions = np.full((len(y), len(classes)), -np.inf)
    for train, test in _folds(targets, groups):
        counts = np.bincount(targets[train], minlength=len(classes))
        if np.count_nonzero(counts) < 2 or counts.max() < 2:
            continue  # a discriminant analysis needs two classes, and two clips in one of them
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes with a single clip, about which fit has warned
            scores = clone(model).fit(X[train], y[train]).decision_function(X[test])
        if scores.ndim == 1:
            scores = np.column_stack([np.zeros(len(test)), scores])
        decisions[np.ix_(test, np.flatnonzero(counts))] = scores
    scored = np.isfinite(decisions[np.arange(len(y)), targets])
    return decisions[scored], targets[scored]


def temperature_of(decisions, targets, *, balanced=True):
    """Return the number to divide scores by, so that the classes of clips have the highest likelihood.

    Parameters
    ----------
    decisions : ndarray of shape (n_clips, n_classes)
        Log-probabilities up to a constant for each clip; -inf for classes that are out of question.
    targets : ndarray of int of shape (n_clips,)
        Positions of the clips' classes.
    balanced : bool, default=True
        Whether all classes count the same, however many clips they have.

    Returns
    -------
    temperature : float
        From .01 to 10,000.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks", ICML 2017.
    """
    rows = np.arange(len(targets))
    weights = 1 / np.bincount(targets)[targets] if balanced else np.ones(len(targets))

    def loss(log_temperature):
        return -weights @ log_softmax(decisions / np.exp(log_temperature), axis=1)[rows, targets]

    bounds = np.log([LOWEST, HIGHEST])
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def _folds(targets, groups):
    """Yield the rows to train on, and those to hold out."""
    n_folds = min(N_FOLDS, np.bincount(targets).max())
    n_groups = 0 if groups is None else len(np.unique(np.asarray(groups)))
    if n_groups > 1:
        splits = StratifiedGroupKFold(min(n_folds, n_groups)).split(targets, targets, groups)
    else:
        splits = StratifiedKFold(n_folds).split(targets, targets)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class")  # its clips are held out all the same
        yield from splits
