"""The picture of learning curves."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from skmir.inspection import LearningCurveDisplay
from skmir.model_selection import learning_curves

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(scope="module")
def curves():
    models = {"SVM": SVC(), "Bayes": GaussianNB()}
    return learning_curves(models, *load_iris(return_X_y=True), train_sizes=[0.2, 1.0], random_state=0)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_lines_are_the_table(curves):
    ax = LearningCurveDisplay.from_curves(curves).ax_
    lines = {line.get_label(): line for line in ax.get_lines()}
    assert list(lines) == ["SVM", "Bayes", "majority", "class frequency"]
    for name, line in lines.items():
        assert_allclose(line.get_xdata(), [24, 120])
        assert_allclose(line.get_ydata(), curves.table_.loc[name, "mean"])
    assert len(ax.collections) == 2  # intervals, of the models alone
    assert [label.get_text() for label in ax.get_xticklabels()] == ["24", "120"]
    assert ax.get_ylabel() == "Balanced accuracy (mean, 95 % interval)"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(lines)


def test_it_draws_where_it_is_told(curves):
    ax = plt.figure().add_subplot()
    display = LearningCurveDisplay.from_curves(curves, ax=ax)
    assert (display.ax_, display.figure_) == (ax, ax.get_figure())


def test_curves_without_intervals_are_drawn():
    y = load_iris().target
    models = {"always right": SVC(C=1000, gamma=10), "SVM": SVC()}
    curves = learning_curves(models, np.c_[y, y], y, train_sizes=[0.5, 1.0], baselines=False, random_state=0)
    assert curves.table_["mean"].eq(1).all() and curves.table_[["ci_low", "ci_high"]].isna().all(axis=None)
    assert "nan" not in repr(curves).lower()
    display = LearningCurveDisplay.from_curves(curves)
    display.figure_.canvas.draw()
    assert len(display.ax_.get_lines()) == 2
