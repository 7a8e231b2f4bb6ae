"""Tests and intervals: by hand, against scipy, and by simulation of what the correction is for."""

import numpy as np
import pytest
from scipy import stats

from skmir.model_selection._results._corrected_statistics import (
    corrected_interval,
    corrected_ttest,
    holm,
    rope_probabilities,
    varies,
)

DIFFERENCES = [0.1, 0.2, 0.3, 0.2, 0.2]  # mean 0.2, variance 0.005


def test_ttest_by_hand():
    statistic, p_value = corrected_ttest(DIFFERENCES, 1 / 4)
    expected = 0.2 / np.sqrt((1 / 5 + 1 / 4) * 0.005)
    assert statistic == pytest.approx(expected)
    assert p_value == pytest.approx(2 * stats.t.sf(expected, 4))


def test_interval_by_hand():
    low, high = corrected_interval(DIFFERENCES, 1 / 4, 0.9)
    half = 2.131847 * np.sqrt(0.45 * 0.005)  # 95th percentile of t with 4 degrees of freedom
    assert (low, high) == pytest.approx((0.2 - half, 0.2 + half))


def test_without_test_share_it_is_the_ordinary_paired_test(rng):
    a, b = rng.randn(2, 8)
    expected = stats.ttest_rel(a, b)
    assert corrected_ttest(a - b, 0) == pytest.approx((expected.statistic, expected.pvalue))
    ordinary = stats.ttest_1samp(a, 0).confidence_interval(0.8)
    assert corrected_interval(a, 0, 0.8) == pytest.approx((ordinary.low, ordinary.high))


def test_sign_changes_the_statistic_and_not_the_p_value(rng):
    differences = rng.randn(6)
    t, p = corrected_ttest(differences, 0.2)
    assert corrected_ttest(-differences, 0.2) == (-t, p)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_interval_leaves_out_zero_where_the_test_rejects(rng, level):
    rejected = []
    for shift in np.linspace(-2, 2, 41):
        differences = shift + rng.randn(5)
        low, high = corrected_interval(differences, 0.25, level)
        rejected.append(corrected_ttest(differences, 0.25)[1] < 1 - level)
        assert rejected[-1] == (not low <= 0 <= high)
    assert any(rejected) and not all(rejected)


def test_p_values_are_uniform_where_folds_share_training_clips(rng):
    """Equal models, fold differences correlated by n_test / n: the correction's own assumption."""
    k, n_runs = 5, 1500
    rho = 1 / k
    shared, own = rng.randn(n_runs, 1), rng.randn(n_runs, k)
    differences = np.sqrt(rho) * shared + np.sqrt(1 - rho) * own
    corrected = [corrected_ttest(row, 1 / (k - 1))[1] for row in differences]
    ordinary = [corrected_ttest(row, 0)[1] for row in differences]
    assert stats.kstest(corrected, "uniform").pvalue > 0.01
    assert np.mean(np.less(corrected, 0.05)) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.less(ordinary, 0.05)) > 0.1


@pytest.mark.parametrize("values", [[], [0.3]])
def test_fewer_than_two_folds_give_nan(values):
    assert np.isnan(corrected_ttest(values, 0.25)).all()
    assert np.isnan(corrected_interval(values, 0.25)).all()


@pytest.mark.parametrize(
    "values", [[0, 0, 0], [-0.25] * 4, [0.8 - 0.7, 0.6 - 0.5, 0.3 - 0.2, 0.1], [1e9 + 0.1] * 3]
)
def test_no_variance_is_no_certainty(values):
    """As R's t.test has it: data that are constant, give or take rounding, allow no test."""
    assert np.isnan(corrected_ttest(values, 0.5)).all()
    assert np.isnan(corrected_interval(values, 0.5)).all()
    assert np.isnan(rope_probabilities(values, 0.5, 0.01)).all()
    assert not varies(values, 0.5)


def test_rounding_of_the_scores_counts_where_differences_cancel():
    differences = np.array([0.1 + 0.2, 0.7, 0.9]) - np.array([0.3, 0.8 - 0.1, 0.9])
    assert differences.any() and np.abs(differences).max() < 1e-15
    assert not varies(differences, 0.5, scale=0.9)
    assert np.isnan(corrected_ttest(differences, 0.5, scale=0.9)).all()


def test_small_variance_is_a_variance():
    differences = 0.1 + 1e-9 * np.arange(5)
    statistic, p_value = corrected_ttest(differences, 0.25, scale=1)
    error = np.sqrt((1 / 5 + 1 / 4) * np.var(differences, ddof=1))
    assert statistic == pytest.approx(differences.mean() / error)
    assert 0 < p_value < 1e-9


def test_holm_by_hand():
    # Sorted: .01 x 4, .02 x 3, .03 x 2 and .5 x 1; made monotone: .04, .06, .06, .5.
    assert holm([0.03, 0.5, 0.01, 0.02]) == pytest.approx([0.06, 0.5, 0.04, 0.06])


def test_holm_lies_between_the_p_value_and_bonferroni(rng):
    p = rng.uniform(size=20) ** 3
    adjusted = holm(p)
    assert (adjusted >= p).all() and (adjusted <= np.minimum(20 * p, 1)).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    assert adjusted.min() == pytest.approx(20 * p.min())


def test_holm_does_not_count_what_was_not_tested():
    np.testing.assert_allclose(holm([np.nan, 0.01, 0.04]), [np.nan, 0.02, 0.04])
    assert np.isnan(holm([np.nan])).all()
    assert holm([]).shape == (0,)
