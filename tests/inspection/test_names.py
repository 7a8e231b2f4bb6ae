"""Names that are markup to matplotlib, HTML or notebooks: shown as they are, wherever a name is shown."""

import warnings

import numpy as np
import pytest
from html_page import Page
from sklearn.datasets import load_iris, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from skmir.inspection import (
    ComparisonDisplay,
    CostDisplay,
    FiltersDisplay,
    LearningCurveDisplay,
    write_report,
)
from skmir.model_selection import compare, learning_curves

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

NAMES = [
    "$x^$",
    "$a$ and $b_",
    "_hidden",
    "<b>&amp;",
    r"\frac{",
    "a\x07b\udc80",
    "x" * 300,
    "",
    "two\nlines",
    "100 %",
]
SHOWN = {"a\x07b\udc80": r"a\x07b\udc80", "two\nlines": "two lines"}


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def models():
    return {name: LogisticRegression(C=0.01 * 2**i) for i, name in enumerate(NAMES)}


@pytest.fixture(scope="module")
def comparison(models):
    return compare(models, *load_iris(return_X_y=True), cv=3, scoring=["accuracy"], random_state=0)


def as_shown(texts):
    """Return texts without the line breaks of their picture; of the long name, its letters."""
    return [" ".join(text.replace("\n(reference)", "").split("\n")) for text in texts]


def check(texts, names, figure, folder):
    shown = as_shown(texts)
    for text, name in zip(shown, names, strict=True):
        if len(name) > 100:
            assert text.replace(" ", "").rstrip("…") == "x" * (text.count("x"))
            assert 20 < text.count("x") < 100
        else:
            assert text == SHOWN.get(name, name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for suffix in ("png", "svg"):
            figure.savefig(folder / f"figure.{suffix}")  # where matplotlib parses what it takes for a formula


def test_comparison(comparison, tmp_path):
    display = ComparisonDisplay.from_comparison(comparison)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    check(labels[: len(NAMES)], NAMES, display.figure_, tmp_path)
    assert not any(label.get_parse_math() for label in display.ax_.get_yticklabels())


def test_cost(comparison, tmp_path):
    display = CostDisplay.from_comparison(comparison)
    check([text.get_text() for text in display.ax_.texts], NAMES, display.figure_, tmp_path)


def test_learning_curve(models, tmp_path):
    curves = learning_curves(
        models, *load_iris(return_X_y=True), cv=3, train_sizes=[0.5, 1], random_state=0, baselines=False
    )
    display = LearningCurveDisplay.from_curves(curves)
    texts = display.ax_.get_legend().get_texts()
    assert len(texts) == len(display.ax_.get_lines())
    check([text.get_text() for text in texts], NAMES, display.figure_, tmp_path)


def test_two_curves_in_one_picture_share_the_legend():
    X, y = load_iris(return_X_y=True)
    options = {"cv": 3, "train_sizes": [0.5, 1], "random_state": 0, "baselines": False}
    first = LearningCurveDisplay.from_curves(learning_curves({"Bayes": GaussianNB()}, X, y, **options))
    second = learning_curves({"_SVM": SVC()}, X, y, **options)
    legend = LearningCurveDisplay.from_curves(second, ax=first.ax_).ax_.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["Bayes", "_SVM"]


def test_filters_and_scorers(tmp_path):
    display = FiltersDisplay.from_weights({"$w^$": np.eye(3)})
    assert display.axes_[0].get_title() == "$w^$"
    display.figure_.savefig(tmp_path / "figure.png")
    X, y = load_iris(return_X_y=True)
    result = compare({"Bayes": GaussianNB()}, X, y, scoring={"$s^$": "accuracy"}, random_state=0)
    display = ComparisonDisplay.from_comparison(result)
    display.figure_.savefig(tmp_path / "figure.png")
    assert display.ax_.get_xlabel().startswith("$s^$ (mean")


def test_report(comparison, tmp_path):
    page = Page(write_report(comparison, tmp_path / "report.html").read_text(encoding="utf-8"))
    rows = [row[0] for row in page.tables["Accuracy on the held-out clips"][1:]]
    assert rows[:6] == [*NAMES[:5], r"a\x07b\udc80"]


def test_classes_of_a_large_confusion_matrix(tmp_path):
    """Above 20 classes the matrix is a picture, with classes as its ticks."""
    X, y = make_classification(264, 10, n_informative=8, n_classes=22, n_clusters_per_class=1, random_state=0)
    names = np.array([f"$c_{{{i}^$" for i in range(22)])
    result = compare({"Bayes": GaussianNB()}, X, names[y], cv=3, random_state=0)
    text = write_report(result, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Confusion matrix of Bayes" in text


def test_a_class_called_global_in_the_report(tmp_path):
    X, y = load_iris(return_X_y=True)
    result = compare({"Bayes": GaussianNB()}, X, y, random_state=0)
    page = Page(
        write_report(result, tmp_path / "report.html", target_names=["Global", "b", "c"]).read_text("utf-8")
    )
    rows = page.tables["F1 of each class"]
    assert [row[0] for row in rows[1:]] == ["Global", "b", "c", "(Global)"]
    assert rows[1][1] == "33\N{NO-BREAK SPACE}%"
    assert rows[-1][1] == "100\N{NO-BREAK SPACE}%"
