"""The picture of a comparison."""

import functools
import sys

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from skmir.inspection import ComparisonDisplay
from skmir.model_selection import compare as compare_all

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

compare = functools.partial(compare_all, baselines=False)  # the models given, and no others


@pytest.fixture(scope="module")
def comparison():
    X, y = load_iris(return_X_y=True)
    models = {
        "chance": DummyClassifier(),
        "logistic": LogisticRegression(C=0.01),
        "Bayes": GaussianNB(),
        "a name of many more letters than fit one line": LogisticRegression(C=0.001),
    }
    return compare(models, X, y, reference="logistic", random_state=0)


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def texts(display):
    return [text.get_text() for text in display.ax_.texts]


def test_a_row_a_model_from_the_top(comparison):
    display = ComparisonDisplay.from_comparison(comparison)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels[:3] == ["chance", "logistic\n(reference)", "Bayes"]
    assert labels[3].replace("\n", " ") == "a name of many more letters than fit one line"
    low, high = display.ax_.get_ylim()
    assert low > high
    assert display.ax_.get_xlabel() == "Balanced accuracy (mean, 95 % interval, folds)"


def test_means_intervals_and_folds_are_those_of_the_comparison(comparison):
    ax = ComparisonDisplay(comparison).plot().ax_
    table = comparison.table_
    means = {line.get_ydata()[0]: line for line in ax.lines if line.get_markersize() == 7}
    assert {row: line.get_xdata()[0] for row, line in means.items()} == dict(enumerate(table["mean"]))
    assert [means[row].get_markerfacecolor() == "white" for row in range(4)] == [False, True, False, False]
    bars = np.array([bar.get_segments()[0][:, 0] for bar in ax.collections])
    np.testing.assert_allclose(bars, table[["ci_low", "ci_high"]].dropna())
    assert np.isnan(table.loc["chance", "ci_low"])  # the same on all folds: no interval is drawn
    folds = np.array([line.get_xdata() for line in ax.lines if line.get_markersize() == 3.5])
    np.testing.assert_array_equal(folds, comparison.scores_.T)


def test_costs_at_the_right(comparison):
    costs = texts(ComparisonDisplay.from_comparison(comparison))[1:]
    assert [text.splitlines()[0] for text in costs[1:2]] == ["15 parameters"]
    assert "parameters" not in costs[0]
    assert all("per fold" in text for text in costs)


def test_chance_is_drawn_for_balanced_accuracy_only(comparison):
    display = ComparisonDisplay.from_comparison(comparison)
    assert texts(display)[0] == "chance 0.333"
    dashed = [line for line in display.ax_.lines if line.get_linestyle() == "--"]
    assert dashed[0].get_xdata()[0] == pytest.approx(1 / 3)
    X, y = load_iris(return_X_y=True)
    other = compare({"Bayes": GaussianNB()}, X, y, scoring="accuracy")
    ax = ComparisonDisplay.from_comparison(other).ax_
    assert not any(line.get_linestyle() == "--" for line in ax.lines)
    assert ax.get_xlabel().startswith("Accuracy")


def test_nothing_overlaps_and_nothing_is_cut(comparison):
    display = ComparisonDisplay.from_comparison(comparison)
    display.figure_.canvas.draw()
    labels = [*display.ax_.get_yticklabels(), *display.ax_.texts]
    boxes = [text.get_window_extent() for text in labels]
    width, height = display.figure_.canvas.get_width_height()
    for i, box in enumerate(boxes):
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])


def test_an_axes_of_ones_own(comparison):
    figure, (left, right) = plt.subplots(1, 2)
    display = ComparisonDisplay.from_comparison(comparison, ax=right)
    assert display.ax_ is right
    assert display.figure_ is figure
    assert not left.lines
    assert plt.get_fignums() == [figure.number]


def test_global_settings_are_left_alone(comparison):
    before = matplotlib.rcParams.copy()
    ComparisonDisplay.from_comparison(comparison)
    assert matplotlib.rcParams == before


def test_failed_models_and_single_folds_are_drawn():
    X, y = load_iris(return_X_y=True)
    models = {"Bayes": GaussianNB(), "broken": LogisticRegression(C=-1)}
    with pytest.warns(FitFailedWarning, match="broken"):
        one = compare(models, X, y, cv=[(np.arange(0, 150, 2), np.arange(1, 150, 2))])
    display = ComparisonDisplay.from_comparison(one)
    display.figure_.canvas.draw()
    assert texts(display)[-1] == "1 failed"


def test_without_matplotlib(comparison, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"needs matplotlib.*pip install matplotlib, or in a clone"):
        ComparisonDisplay(comparison).plot()
