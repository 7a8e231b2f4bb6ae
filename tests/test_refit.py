"""A fit that fails, wherever it fails, leaves the estimator as it was."""

import numpy as np
import pytest
import torch
from public import data, labels_for, public_estimators, small
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from skorch.callbacks import Callback
from torch import nn

from skmir.compose import AugmentedEstimator, FrameClassifier
from skmir.neural_network import (
    RBM,
    CNNClassifier,
    ConvolutionalDBN,
    DeepBeliefNetwork,
    DenoisingAutoencoder,
    LearnedChroma,
    MLPClassifier,
    MLPRegressor,
    NetworkFeatures,
    RNNClassifier,
)

KINDS = sorted(public_estimators(), key=lambda kind: kind.__name__)


def same(one, other):
    return one.keys() == other.keys() and all(one[name] is other[name] for name in one)


@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
@pytest.mark.parametrize("fitted", [True, False], ids=["fitted", "unfitted"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_interrupt_between_any_two_attributes(kind, fitted, monkeypatch):
    """Break the fit off at its first attribute, at its second, and so on, until it comes through."""
    model, labels = small(kind), labels_for(kind)
    if fitted:
        model.fit(*data(4000 if kind.__module__.startswith("skmir.f") else 30, labels))
    other = data(4100 if kind.__module__.startswith("skmir.f") else 36, labels[:2])
    before, left = dict(vars(model)), [0]

    def set_attribute(self, name, value):
        if self is model:
            if not left[0]:
                raise KeyboardInterrupt("stop")
            left[0] -= 1
        object.__setattr__(self, name, value)

    monkeypatch.setattr(kind, "__setattr__", set_attribute)
    for n_attributes in range(99):
        left[0] = n_attributes
        try:
            model.fit(*other)
        except KeyboardInterrupt:
            assert same(vars(model), before), n_attributes
        else:
            break
    assert left[0] == 0 and n_attributes > 0  # it came through with as many as it sets


WRONG = {
    "too few labels": lambda X, y: (X, y[:-1]),
    "nan": lambda X, y: (np.full_like(X, np.nan), y),
    "no labels": lambda X, y: (X, None),
    "four dimensions": lambda X, y: (X[:, :, None, None], y),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    "kind", [MLPClassifier, CNNClassifier, FrameClassifier, LearnedChroma, NetworkFeatures]
)
def test_wrong_data(kind, wrong):
    labels = labels_for(kind)
    X, y = data(30, labels)
    model = small(kind).fit(X, y)
    before = dict(vars(model))
    with pytest.raises((ValueError, TypeError), match=r"."):  # what it says is tested elsewhere
        model.fit(*WRONG[wrong](*data(36, labels[:2])))
    assert same(vars(model), before)


class Broken(Callback):
    """Breaks the second epoch off."""

    def on_epoch_end(self, net, **kwargs):
        if len(net.history) % 2 == 0:
            raise RuntimeError("no memory left")


class Loses(nn.Module):
    """A network whose loss becomes NaN in its third step, with finite weights before."""

    steps = 0

    def __init__(self, n_bins, n_frames, n_outputs):
        super().__init__()
        self.final_layer = nn.Linear(n_bins, n_outputs)

    def forward(self, x):
        Loses.steps += self.training
        outputs = self.final_layer(x.mean(dim=2))
        return outputs * torch.nan if self.training and Loses.steps == 3 else outputs


def weights(model):
    return torch.cat([values.flatten() for values in model.module_.state_dict().values()])


@pytest.mark.parametrize("kind", [MLPClassifier, RNNClassifier])
def test_a_network_predicts_as_before(kind):
    X, y = data(30, ["a", "b", "c"])
    model = small(kind).fit(X, y)
    expected, classes = model.predict_proba(X), model.classes_
    model.set_params(net_params={"callbacks": [Broken()]})
    with pytest.raises(RuntimeError, match="no memory left"):
        model.fit(*data(36, ["x", "y"]))
    np.testing.assert_array_equal(model.predict_proba(X), expected)
    assert model.classes_ is classes


@pytest.mark.parametrize("optimizer", [torch.optim.AdamW, torch.optim.SGD])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_training_that_goes_on_and_fails_is_taken_back(kind, optimizer):
    """Weights, optimizer, history and generators: the next call gives what it would have given."""
    X, y = data(30, [1, 2, 3])
    model, other = (small(kind, warm_start=True, net_params={"optimizer": optimizer}) for _ in range(2))
    for each in (model, other):
        each.fit(X, y)
    expected = weights(model).clone()
    model.set_params(net_params={"optimizer": optimizer, "callbacks": [Broken()]})
    with pytest.raises(RuntimeError, match="no memory left"):
        model.fit(X, y)
    assert torch.equal(weights(model), expected) and model.n_iter_ == 2
    model.set_params(net_params={"optimizer": optimizer})
    for each in (model, other):
        each.fit(X, y).partial_fit(X, y)
    assert torch.equal(weights(model), weights(other))
    assert model.n_iter_ == other.n_iter_ == 5


@pytest.mark.parametrize("kind", [RBM, DenoisingAutoencoder, ConvolutionalDBN])
def test_layers_that_go_on_and_fail_are_taken_back(kind):
    X, _ = data(30, ["a"])
    model = small(kind).fit(X)
    expected = model.transform(X)
    before = dict(vars(model.set_params(learning_rate=1e38, batch_size=2)))
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="diverged in pass 3"):
        model.partial_fit(X)
    assert same(vars(model), before)
    np.testing.assert_array_equal(model.transform(X), expected)


class TestDivergence:
    @pytest.mark.parametrize("method", ["fit", "partial_fit"])
    def test_of_the_loss(self, method):
        X, y = data(30, ["a", "b"])
        Loses.steps = 0
        model = CNNClassifier(Loses, batch_size=5, max_iter=1, device="cpu")
        with pytest.raises(ValueError, match=r"its train_loss is not finite after 1 epochs.*Lower it"):
            getattr(model, method)(X, y)
        with pytest.raises(NotFittedError, match="not fitted"):
            model.predict(X)

    @pytest.mark.parametrize("early_stopping", [False, True])
    @pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor, RNNClassifier])
    def test_of_the_weights(self, kind, early_stopping):
        X, y = data(30, [1, 2])
        model = small(kind, learning_rate_init=1e30, max_iter=20, early_stopping=early_stopping)
        with pytest.raises(ValueError, match=r"The network diverged.*Lower it \(1e\+29 is the next to try"):
            model.fit(1e20 * X, y)
        with pytest.raises(NotFittedError, match="not fitted"):
            model.predict(X)

    @pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
    def test_that_shows_in_prediction_alone(self, kind):
        X, y = data(30, [1, 2])
        model = small(kind).fit(X, y)
        with torch.no_grad():
            model.module_.final_layer.weight.fill_(3e38)
        with pytest.raises(ValueError, match=r"no finite numbers for clip \d of X, whose values reach"):
            model.predict(X)
        with pytest.raises(ValueError, match="no finite numbers for clip"):
            NetworkFeatures(FrozenEstimator(model), layers=["final_layer"]).fit(X).transform(X)

    def test_of_a_layer_in_its_last_step(self):
        """Binary units stay finite whatever the weights are."""
        X, _ = data(30, ["a"])
        model = RBM(4, visible="bernoulli", learning_rate=1e39, n_iter=1, batch_size=20, device="cpu")
        with pytest.raises(ValueError, match=r"RBM diverged in pass 1 .* Lower it \(1e\+38"):
            model.fit(X)
        with pytest.raises(ValueError, match="RBM diverged in pass 1"):
            DeepBeliefNetwork((4,), pretraining=model).fit(X)

    @pytest.mark.parametrize("kind", [RBM, DenoisingAutoencoder])
    def test_of_a_layer_that_shows_in_its_features(self, kind):
        X, _ = data(30, ["a"])
        model = small(kind).fit(X)
        model.components_[:] = np.nan
        with pytest.raises(ValueError, match=r"numbers that are not finite.*lower learning_rate"):
            model.transform(X)


def test_what_is_inside_is_cloned():
    """A meta-estimator whose fit fails has not trained the estimator it was given."""
    X, y = data(30, ["a", "b"])
    inner = MLPClassifier((4,), max_iter=2, device="cpu", net_params={"callbacks": [Broken()]})
    for outer in (FrameClassifier(inner), NetworkFeatures(inner), AugmentedEstimator(inner)):
        model = clone(outer)
        with pytest.raises(RuntimeError, match="no memory left"):
            model.fit(X, y)
        assert not any(name.endswith("_") for name in vars(model))
