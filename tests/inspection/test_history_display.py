"""How networks were trained, as pictures."""

import itertools

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.compose import FrameClassifier
from skmir.inspection import HistoryDisplay
from skmir.neural_network import MLPClassifier, TrainingRecipe

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

X = np.random.RandomState(0).randn(40, 5)
Y = np.repeat(["a", "b"], 20)
NETWORK = MLPClassifier((4,), max_iter=4, early_stopping=True, random_state=0)
HISTORY = {
    "epoch": np.arange(1, 5),
    "train_loss": np.array([4.0, 3, 2, 1]),
    "valid_loss": np.array([4.0, 2, 3, np.nan]),
    "dur": np.ones(4),
}


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.mark.parametrize(
    "estimator",
    [
        NETWORK,
        make_pipeline(StandardScaler(), NETWORK),
        GridSearchCV(make_pipeline(StandardScaler(), NETWORK), {"mlpclassifier__max_iter": [3]}, cv=2),
        FrameClassifier(NETWORK),
    ],
    ids=["network", "pipeline", "search", "meta-estimator"],
)
def test_losses_are_those_of_the_network_inside(estimator):
    frames = X[:, :, np.newaxis].repeat(10, 2) if isinstance(estimator, FrameClassifier) else X
    estimator = clone(estimator)
    with pytest.raises(TypeError, match="must be a fitted network"):
        HistoryDisplay.from_estimator(estimator)
    display = HistoryDisplay.from_estimator(estimator.fit(frames, Y))
    inner = getattr(estimator, "best_estimator_", getattr(estimator, "estimator_", estimator))
    history = (inner[-1] if hasattr(inner, "steps") else inner).history_
    lines = {line.get_label(): line for line in display.ax_.get_lines()}
    np.testing.assert_array_equal(lines["training"].get_ydata(), history["train_loss"])
    np.testing.assert_array_equal(lines["validation"].get_ydata(), history["valid_loss"])
    np.testing.assert_array_equal(lines["training"].get_xdata(), history["epoch"])


def test_several_networks_have_their_names_and_colours():
    names = ["$x^", "_b", "c"]
    display = HistoryDisplay.from_history(dict.fromkeys(names, HISTORY))
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts == [f"{name}: {what}" for name in names for what in ("training", "validation")]
    lines = [line for line in display.ax_.get_lines() if line.get_marker() == "None"]
    assert len(lines) == 6 and len({line.get_color() for line in lines}) == 3
    display.figure_.canvas.draw()


def test_scores_of_the_recipe_have_a_strip_each():
    recipe = TrainingRecipe(scoring=["balanced_accuracy", "neg_log_loss"])
    network = clone(NETWORK).set_params(recipe=recipe).fit(X, Y)
    strips = HistoryDisplay.from_estimator(network).strips_
    assert list(strips) == ["valid_balanced_accuracy", "valid_neg_log_loss"]
    for name, strip in strips.items():
        np.testing.assert_array_equal(strip.get_lines()[0].get_ydata(), network.history_[name])


def test_the_lowest_validation_loss_has_a_dot():
    (dot,) = [
        line for line in HistoryDisplay.from_history(HISTORY).ax_.get_lines() if line.get_marker() == "o"
    ]
    assert dot.get_xdata()[0] == 2 and dot.get_ydata()[0] == 2
    alone = {"train_loss": HISTORY["train_loss"]}
    assert len(HistoryDisplay.from_history(alone).ax_.get_lines()) == 1


@pytest.mark.parametrize("place", ["grid", "anywhere"])
def test_scores_and_learning_rate_stand_above(place):
    history = HISTORY | {"event_lr": np.array([1, 0.5, 0.2, 0.1]), "valid_accuracy": np.arange(4) / 4}
    figure = plt.figure()
    ax = figure.add_subplot() if place == "grid" else figure.add_axes([0.1, 0.1, 0.5, 0.4])
    display = HistoryDisplay.from_history({"a": history, "b": HISTORY}, ax=ax)
    assert list(display.strips_) == ["valid_accuracy", "learning rate"]
    np.testing.assert_array_equal(
        display.strips_["learning rate"].get_lines()[0].get_ydata(), history["event_lr"]
    )
    assert len(display.strips_["valid_accuracy"].get_lines()) == 1  # of the network that has it
    figure.canvas.draw()
    boxes = [axes.get_position() for axes in (display.ax_, *reversed(display.strips_.values()))]
    assert all(lower.y1 <= upper.y0 for lower, upper in itertools.pairwise(boxes))
    assert boxes[-1].y1 <= 1


def test_errors_say_what_must_hold():
    with pytest.raises(TypeError, match=r"must be a fitted network.*got SVC"):
        HistoryDisplay.from_estimator({"svm": SVC().fit(X, Y)})
    with pytest.raises(ValueError, match="history of 'a' must hold train_loss or valid_loss"):
        HistoryDisplay.from_history({"a": {"dur": np.ones(2)}})
    with pytest.raises(ValueError, match="histories must be the history_ of a network"):
        HistoryDisplay.from_history([])
