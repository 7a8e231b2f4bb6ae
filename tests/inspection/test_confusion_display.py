"""Which classes are confused, as pictures."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.metrics import confusion_matrix
from sklearn.naive_bayes import GaussianNB

from skmir.inspection import ConfusionDisplay
from skmir.model_selection import compare

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def comparison():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])
    return compare({"Bayes": GaussianNB(), "chance": DummyClassifier()}, X, names[y], random_state=0)


def test_classes_taken_for_each_other_are_neighbours():
    rng = np.random.RandomState(0)
    truth = rng.randint(0, 20, 2000)
    heard = np.where(rng.rand(2000) < 0.4, (truth + 10) % 20, truth)  # 0 for 10, 1 for 11, and so on
    display = ConfusionDisplay.from_predictions(truth, heard)
    order = list(display.matrix_.index)
    assert sorted(order) == list(range(20))
    assert all(abs(order[i] - order[i + 1]) == 10 for i in range(0, 20, 2))
    np.testing.assert_array_equal(display.matrix_, confusion_matrix(truth, heard, labels=order))
    np.testing.assert_allclose(display.shares_.sum(axis=1), 1)
    given = ConfusionDisplay.from_predictions(truth, heard, order="given")
    assert list(given.matrix_.index) == list(range(20))


def test_cells_hold_shares_and_counts():
    display = ConfusionDisplay([[3, 1], [0, 2]], order="given").plot()
    texts = {text.get_position(): text.get_text() for text in display.ax_.texts}
    assert texts == {(0, 0): "75 %\n3", (1, 0): "25 %\n1", (1, 1): "100 %\n2"}
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["0 (4)", "1 (2)"]


def test_comparison_by_name_or_the_best(comparison):
    display = ConfusionDisplay.from_comparison(comparison)
    assert display.ax_.get_title() == "Bayes"
    expected = comparison.confusion_matrix("Bayes")
    assert display.matrix_.loc[expected.index, expected.columns].equals(expected)
    pooled = ConfusionDisplay.from_predictions(comparison.y_, comparison.predictions_["Bayes"])
    assert pooled.matrix_.equals(display.matrix_)
    assert ConfusionDisplay.from_comparison(comparison, "chance").ax_.get_title() == "chance"
    with pytest.raises(ValueError, match="model='SVM' is not one of"):
        ConfusionDisplay.from_comparison(comparison, "SVM")


def test_estimator_and_masked_clips():
    X, y = load_iris(return_X_y=True)
    model = GaussianNB().fit(X, y)
    assert ConfusionDisplay.from_estimator(model, X, y).matrix_.to_numpy().sum() == 150
    masked = np.ma.masked_array(model.predict(X), np.arange(150) % 2 == 0)
    assert ConfusionDisplay.from_predictions(y, masked).matrix_.to_numpy().sum() == 75


def test_names_are_drawn_as_they_are(tmp_path):
    names = ["$x^$", "_hidden", "a\x07b", "x" * 300, "ä" * 40]
    display = ConfusionDisplay.from_predictions(names, names[::-1], order="given")
    display.figure_.savefig(tmp_path / "figure.svg")
    shown = [label.get_text().replace("\n", "") for label in display.ax_.get_xticklabels()]
    assert {"$x^$", "_hidden", r"a\x07b"} < set(shown) and max(map(len, shown)) < 70


@pytest.mark.parametrize("n_classes", [1, 2, 31, 250])
def test_any_number_of_classes(n_classes):
    labels = np.arange(n_classes)
    display = ConfusionDisplay.from_predictions(labels, np.zeros(n_classes, int))
    assert display.matrix_.shape == (n_classes, n_classes)
    assert len(display.ax_.get_yticklabels()) <= 100
    assert max(display.figure_.get_size_inches()) < 20
    assert bool(display.ax_.texts) == (n_classes <= 30)
    display.figure_.canvas.draw()


def test_a_class_that_is_only_predicted_has_no_shares():
    display = ConfusionDisplay.from_predictions(["a", "b", "b"], ["a", "b", "c"])
    assert display.shares_.loc["c"].isna().all() and display.matrix_.loc["c"].eq(0).all()


def test_errors_say_what_must_hold():
    with pytest.raises(ValueError, match=r"one class per clip, .*got shapes \(2, 2\) and \(2, 2\)"):
        ConfusionDisplay.from_predictions(np.eye(2), np.eye(2))
    with pytest.raises(ValueError, match="at least one clip that is not masked"):
        ConfusionDisplay.from_predictions([1, 2], np.ma.masked_array([1, 2], True))
    with pytest.raises(ValueError, match="matrix must hold counts"):
        ConfusionDisplay(np.eye(3) / 2).plot()
    with pytest.raises(ValueError, match="same classes in rows and columns"):
        ConfusionDisplay(pd.DataFrame([[1, 2], [3, 4]], ["a", "b"], ["b", "a"])).plot()
    with pytest.raises(ValueError, match="order='size' is not one of"):
        ConfusionDisplay([[1]], order="size").plot()
