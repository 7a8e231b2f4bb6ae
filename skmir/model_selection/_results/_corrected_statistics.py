"""Tests and intervals for scores of a cross-validation, whose training sets overlap.

The scores of k folds are not independent, because any two folds share most of their training clips.
Without a correction their variance is too small, and an ordinary t-test finds differences that do not
exist. Nadeau and Bengio multiply the variance by ``1/k + n_test/n_train`` instead of ``1/k``.

The variance cannot be estimated from values that are all equal, and agreement of a few folds is not
certainty. Like R's ``t.test``, all functions here give NaN if the standard error is not larger than rounding
errors.

References
----------
.. [1] C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning
       52:239-281, 2003.
.. [2] R. R. Bouckaert and E. Frank, "Evaluating the replicability of significance tests for comparing
       learning algorithms", PAKDD, 2004.
.. [3] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
       Statistics 6:65-70, 1979.
"""

import numpy as np
from scipy import stats

_ROUNDING = 10 * np.finfo(float).eps  # R's bound on the standard error, in units of the mean


def corrected_error(values, test_train_ratio):
    """Return the corrected standard error of the mean of k folds' values: sqrt((1/k + n_test/n_train) s²).

    Parameters
    ----------
    values : array-like of shape (n_folds,)
        One finite number per fold, k >= 2.
    test_train_ratio : float
        n_test / n_train; 0 gives the ordinary standard error.

    Returns
    -------
    error : float
    """
    return float(np.sqrt((1 / len(values) + test_train_ratio) * np.var(values, ddof=1)))


def varies(values, test_train_ratio, scale=0.0):
    """Return whether values differ by more than rounding, so that they allow a test or an interval.

    Parameters
    ----------
    values : array-like of shape (n_folds,)
        One finite number per fold.
    test_train_ratio : float
        n_test / n_train.
    scale : float, default=0
        Size of the numbers that the values were computed from (the scores, if the values are differences of
        scores), because their rounding counts as well.

    Returns
    -------
    varies : bool
        False for fewer than 2 folds.
    """
    if len(values) < 2:
        return False
    size = max(abs(float(np.mean(values))), scale)
    return corrected_error(values, test_train_ratio) > _ROUNDING * size


def corrected_ttest(differences, test_train_ratio, scale=0.0):
    """Test whether two models' paired differences have mean 0: the corrected resampled t-test, two-sided.

    Parameters
    ----------
    differences : array-like of shape (n_folds,)
        Score of one model minus score of the other, one finite number per fold.
    test_train_ratio : float
        n_test / n_train; 0 gives the ordinary paired t-test.
    scale : float, default=0
        Size of the scores; see :func:`varies`.

    Returns
    -------
    statistic : float
        The t statistic, with n_folds - 1 degrees of freedom.
    p_value : float
        Both are NaN for fewer than 2 folds, and if all differences are equal (even to 0), give or take
        rounding.

    Examples
    --------
    >>> from skmir.model_selection._results._corrected_statistics import corrected_ttest
    >>> statistic, p_value = corrected_ttest([0.1, 0.2, 0.3, 0.2, 0.2], test_train_ratio=1 / 4)
    >>> round(statistic, 3), round(p_value, 3)
    (4.216, 0.014)
    """
    differences = np.asarray(differences, dtype=float)
    if not varies(differences, test_train_ratio, scale):
        return np.nan, np.nan
    statistic = float(differences.mean() / corrected_error(differences, test_train_ratio))
    return statistic, float(2 * stats.t.sf(abs(statistic), df=len(differences) - 1))


def corrected_interval(scores, test_train_ratio, confidence_level=0.95, scale=0.0):
    """Return the confidence interval of a mean score, from the t distribution and the corrected variance.

    Parameters
    ----------
    scores : array-like of shape (n_folds,)
        One finite number per fold.
    test_train_ratio : float
        n_test / n_train; 0 gives the ordinary interval.
    confidence_level : float in (0, 1], default=0.95
        Probability that the interval covers the mean.
    scale : float, default=0
        Size of the scores; see :func:`varies`.

    Returns
    -------
    low, high : float
        Not clipped to the scorer's range; NaN for fewer than 2 folds, and if all scores are equal, give or
        take rounding.
    """
    scores = np.asarray(scores, dtype=float)
    if not varies(scores, test_train_ratio, scale):
        return np.nan, np.nan
    mean, error = scores.mean(), corrected_error(scores, test_train_ratio)
    half = stats.t.ppf((1 + confidence_level) / 2, df=len(scores) - 1) * error
    return float(mean - half), float(mean + half)


def rope_probabilities(differences, test_train_ratio, rope, scale=0.0):
    """Return probabilities that a model is worse, practically equal, and better, by the Bayesian t-test.

    In the Bayesian correlated t-test [4]_ the posterior of the mean difference, under a flat prior, is a t
    distribution around the mean of the folds, with the corrected standard error as its scale.

    Parameters
    ----------
    differences : array-like of shape (n_folds,)
        Score of one model minus score of the other, one finite number per fold.
    test_train_ratio : float
        n_test / n_train.
    rope : float
        Differences up to this size count as no difference: the region of practical equivalence.
    scale : float, default=0
        Size of the scores; see :func:`varies`.

    Returns
    -------
    worse, equal, better : float
        They add up to 1; NaN for fewer than 2 folds, and if all differences are equal, give or take rounding.

    References
    ----------
    .. [4] A. Benavoli, G. Corani, J. Demsar and M. Zaffalon, "Time for a change: a tutorial for comparing
           multiple classifiers through Bayesian analysis", JMLR 18(77), 2017.

    Examples
    --------
    >>> from skmir.model_selection._results._corrected_statistics import rope_probabilities
    >>> probabilities = rope_probabilities([0.1, 0.2, 0.3, 0.2, 0.2], test_train_ratio=1 / 4, rope=0.01)
    >>> [round(p, 3) for p in probabilities]
    [0.006, 0.002, 0.992]
    """
    differences = np.asarray(differences, dtype=float)
    if not varies(differences, test_train_ratio, scale):
        return np.nan, np.nan, np.nan
    mean, error = differences.mean(), corrected_error(differences, test_train_ratio)
    posterior = stats.t(df=len(differences) - 1, loc=mean, scale=error)
    worse, better = float(posterior.cdf(-rope)), float(posterior.sf(rope))
    return worse, max(1 - worse - better, 0.0), better


def holm(p_values):
    """Adjust p-values for the number of tests, by Holm's step-down method.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)
        NaN if a test could not be made; it stays NaN and is not counted.

    Returns
    -------
    adjusted : ndarray of shape (n_tests,)

    Examples
    --------
    >>> from skmir.model_selection._results._corrected_statistics import holm
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p_values = np.asarray(p_values, dtype=float)
    adjusted = np.full(p_values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    ordered = tested[np.argsort(p_values[tested], kind="stable")]
    steps = p_values[ordered] * np.arange(len(ordered), 0, -1)
    adjusted[ordered] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(ordered) else steps
    return adjusted
