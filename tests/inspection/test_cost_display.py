"""Scores against what they cost."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from skmir.inspection import CostDisplay
from skmir.inspection._style import seconds_text, styles
from skmir.model_selection import compare

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

MODELS = {"SVM": SVC(), "logistic": LogisticRegression(), "neighbours": KNeighborsClassifier()}


@pytest.fixture(scope="module")
def comparison():
    return compare(MODELS, *load_iris(return_X_y=True), random_state=0)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def points(display):
    """Return name to the place of its point."""
    return {text.get_text(): text.xy for text in display.ax_.texts}


def test_points_are_the_table(comparison):
    table = comparison.table_
    found = points(CostDisplay.from_comparison(comparison))
    assert found == {
        name: (table.loc[name, "n_parameters"], table.loc[name, "mean"]) for name in ("SVM", "logistic")
    }  # neighbours have no parameters, and those who guess are no models
    times = points(CostDisplay.from_comparison(comparison, cost="fit_time"))
    assert times == {name: tuple(table.loc[name, ["fit_time", "mean"]]) for name in MODELS}


@pytest.mark.parametrize(
    "costs", [[0.23, 0.46, 0.47], [0.5, 0.51, 0.52], [0.02, 3.0, 4000.0], [1e-3, 1, 1e6]]
)
def test_there_are_at_least_two_ticks_in_words(comparison, costs):
    comparison.table_.loc[list(MODELS), "fit_time"] = costs
    ax = CostDisplay.from_comparison(comparison, cost="fit_time").ax_
    low, high = ax.get_xlim()
    seen = [tick for tick in ax.get_xticks() if low <= tick <= high]
    assert 2 <= len(seen) <= 13
    assert [label.get_text() for label in ax.get_xticklabels()] == [seconds_text(t) for t in ax.get_xticks()]
    assert ax.get_xscale() == "log"


def test_it_draws_where_it_is_told(comparison):
    ax = plt.figure().add_subplot()
    display = CostDisplay.from_comparison(comparison, ax=ax)
    assert (display.ax_, display.figure_) == (ax, ax.get_figure())
    assert ax.get_ylabel() == "Balanced accuracy (mean, 95 % interval)"


def test_bad_costs(comparison):
    with pytest.raises(ValueError, match="cost='memory'"):
        CostDisplay.from_comparison(comparison, cost="memory")
    unknown = compare({"a": KNeighborsClassifier()}, *load_iris(return_X_y=True))
    with pytest.raises(
        ValueError, match=r"cost='n_parameters' must be known for at least one model\. Use cost='fit_time'"
    ):
        CostDisplay.from_comparison(unknown)


def test_styles_tell_many_models_apart():
    found = styles(range(64)).values()
    assert len({tuple(style.values()) for style in found}) == 64
    assert np.unique([style["color"] for style in list(found)[:8]]).size == 8


def test_without_an_interval_no_bar_is_drawn(comparison):
    table = comparison.table_.copy()
    try:
        comparison.table_.loc["SVM", ["ci_low", "ci_high"]] = np.nan  # the same score on all folds
        ax = CostDisplay.from_comparison(comparison).ax_
    finally:
        comparison.table_ = table
    bars = [container for container in ax.containers if container.has_yerr]
    assert (len(ax.containers), len(bars)) == (2, 1)
    assert set(points(CostDisplay.from_comparison(comparison))) == {"SVM", "logistic"}
