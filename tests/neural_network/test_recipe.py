"""Options of the recipe that change training: optimiser, norms, sparsity, noise, initial weights."""

import math

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback
from torch import nn

from skmir._training._initialization import INITIALIZATIONS
from skmir._training._recipe import OPTIMIZERS
from skmir._training._sparsity import ActivityPenalty
from skmir.neural_network import RNNClassifier, TrainingRecipe

STILL = {"learning_rate_init": 1e-30, "weight_decay": 0.0, "dropout": 0.0}  # weights stay as they are
WHOLE = {"batch_size": 24, "dropout": 0.0, "weight_decay": 0.0}  # one step an epoch


class BatchWatcher(Callback):
    """Makes training go batch by batch through skorch."""

    def on_batch_end(self, net, **kwargs):
        pass


WATCHED = {"net_params": {"callbacks": [BatchWatcher()]}}


@pytest.fixture
def fitted(network, frames):
    """Fit a small network with a recipe."""

    def fit(name="mlp", X=frames[0], y=frames[1], fit_params=None, **params):
        names = TrainingRecipe().get_params()
        recipe = TrainingRecipe(**{key: value for key, value in params.items() if key in names})
        others = {key: value for key, value in params.items() if key not in names}
        return make(name, network).set_params(recipe=recipe, **others).fit(X, y, **(fit_params or {}))

    def make(name, network):
        if name != "rnn":
            return network(name)
        return RNNClassifier(hidden_layer_sizes=(8,), max_iter=3, device="cpu", random_state=0)

    return fit


def weights(model):
    """Return all weights as one tensor."""
    return torch.cat([p.detach().flatten() for p in model.module_.parameters()])


def layers(model):
    return [m for m in model.module_.modules() if isinstance(m, nn.Linear | nn.Conv1d | nn.Conv2d)]


def losses(model, name="train_loss"):
    return model.history_[name]


class TestOptimizers:
    @pytest.mark.parametrize(
        ("optimizer", "kind", "rate"),
        [
            ("adamw", torch.optim.AdamW, 0.01),
            ("adam", torch.optim.Adam, 0.01),
            ("sgd", torch.optim.SGD, 0.05),
            ("adagrad", torch.optim.Adagrad, 0.05),
            (torch.optim.RMSprop, torch.optim.RMSprop, 0.01),
            (torch.optim.Rprop, torch.optim.Rprop, 0.01),
            (torch.optim.SGD, torch.optim.SGD, 0.2),
        ],
    )
    @pytest.mark.parametrize("watched", [{}, WATCHED], ids=["bare", "watched"])
    def test_the_loss_falls(self, fitted, optimizer, kind, rate, watched):
        decay = 0.0 if kind is torch.optim.Rprop else 0.01  # it has none
        model = fitted(
            optimizer=optimizer, learning_rate_init=rate, weight_decay=decay, max_iter=20, **watched
        )
        assert losses(model)[-1] < 0.8 * losses(model)[0]
        assert type(model.net_.optimizer_) is kind

    def test_every_name_is_tried_here(self):
        assert set(OPTIMIZERS) == {"adamw", "adam", "sgd", "adagrad", "lbfgs"}

    @pytest.mark.parametrize("optimizer", ["lbfgs", torch.optim.LBFGS])
    def test_lbfgs_has_no_weight_decay(self, fitted, optimizer):
        params = {"optimizer": optimizer, **WHOLE, "learning_rate_init": 1.0, "max_iter": 5}
        model = fitted(**params, label_smoothing=0.0)
        assert losses(model)[-1] < 0.1 * losses(model)[0]
        with pytest.raises(ValueError, match=r"optimizer=.* has no weight decay, but weight_decay=0.1. Set"):
            fitted(**{**params, "weight_decay": 0.1})

    def test_momentum_is_that_of_sgd(self, fitted):
        one, other = (fitted(optimizer="sgd", momentum=m, learning_rate_init=0.01) for m in (0.0, 0.9))
        assert not torch.equal(weights(one), weights(other))
        groups = [model.net_.optimizer_.param_groups[0] for model in (one, other)]
        assert [(g["momentum"], g["nesterov"]) for g in groups] == [(0.0, False), (0.9, True)]
        assert torch.equal(weights(fitted(momentum=0.1)), weights(fitted()))  # no matter for others


class TestGradientsAndNorms:
    def test_a_gradient_is_at_most_as_long_as_the_limit(self, fitted):
        step = {"optimizer": torch.optim.SGD, "learning_rate": "constant", "max_iter": 1, **WHOLE}
        start = weights(fitted(**{**step, **STILL}))

        def length(limit):
            return float(
                (weights(fitted(**step, learning_rate_init=1.0, clip_grad_norm=limit)) - start).norm()
            )

        assert length(None) > 0.1
        assert length(0.01) == pytest.approx(0.01, rel=1e-3)
        assert length(1e6) == length(None)

    @pytest.mark.parametrize(
        ("name", "params"),
        [("mlp", {}), ("mlp", {"activation": "maxout"}), ("cnn", {"architecture": "k2c2"}), ("crnn", {})],
    )
    @pytest.mark.parametrize("watched", [{}, WATCHED], ids=["bare", "watched"])
    def test_norms_are_within_the_limit(self, fitted, name, params, watched):
        def norms(limit):
            model = fitted(name, max_norm=limit, learning_rate_init=0.01, **params, **watched)
            return torch.cat([layer.weight.detach().flatten(1).norm(dim=1) for layer in layers(model)])

        assert norms(None).max() > 0.5
        assert (norms(0.2) <= 0.2 * (1 + 1e-5)).all() and (norms(0.2) > 0.1).any()
        np.testing.assert_array_equal(norms(1e6), norms(None))


class TestSparsity:
    def test_the_loss_grows_by_the_mean_activation(self, fitted, frames):
        plain, sparse = (fitted(l1_activation=w, max_iter=1, **WHOLE | STILL) for w in (0.0, 0.5))
        with torch.no_grad():
            hidden = plain.module_.features(torch.from_numpy(frames[0]))
        expected = losses(plain) + 0.5 * float(hidden.mean())
        np.testing.assert_allclose(losses(sparse), expected, rtol=1e-5)

    @pytest.mark.parametrize("activation", ["relu", "sigmoid", "softplus"])
    def test_activations_become_sparse(self, fitted, frames, activation):
        def mean(weight):
            model = fitted(
                l1_activation=weight, activation=activation, max_iter=30, learning_rate_init=0.02, dropout=0.0
            )
            with torch.no_grad():
                return float(model.module_.features(torch.from_numpy(frames[0])).abs().mean())

        assert mean(1.0) < 0.6 * mean(0.0)

    @pytest.mark.parametrize(
        ("name", "params", "n_terms"),
        [("mlp", {"hidden_layer_sizes": (8, 8)}, 2), ("cnn", {"architecture": "k2c2"}, 4), ("crnn", {}, 3)],
    )
    def test_every_hidden_layer_is_watched_in_training_alone(
        self, fitted, name, params, n_terms, monkeypatch
    ):
        counts = []

        class Spy(ActivityPenalty):
            def __call__(self):
                counts.append(len(self.activations))
                return super().__call__()

        monkeypatch.setattr("skmir._training._loop.ActivityPenalty", Spy)
        model = fitted(name, l1_activation=0.1, **params)
        assert set(counts) == {n_terms}
        assert not any(layer._forward_hooks for layer in model.module_.modules())

    def test_a_recurrent_layer_is_watched(self, fitted, ragged):
        plain, sparse = (fitted("rnn", *ragged, l1_activation=w, dropout=0.0) for w in (0.0, 0.5))
        assert losses(sparse)[0] > losses(plain)[0] + 0.01

    def test_validation_clips_are_not_watched(self, fitted, frames):
        held_out = {"X_val": frames[0], "y_val": frames[1]}
        plain, other = (fitted(l1_activation=1.0, fit_params=given) for given in (None, held_out))
        np.testing.assert_array_equal(losses(plain), losses(other))

    def test_a_network_without_hidden_layers_has_none(self, fitted):
        with pytest.raises(
            ValueError, match=r"l1_activation=0.1 needs a hidden layer .* but MLP.* has none.*l1_activation=0"
        ):
            fitted(l1_activation=0.1, hidden_layer_sizes=())


class TestInputs:
    @pytest.mark.parametrize("changed", [{"noise": 1.0}, {"input_dropout": 0.5}])
    @pytest.mark.parametrize("watched", [{}, WATCHED], ids=["bare", "watched"])
    def test_are_changed_in_training_alone(self, fitted, frames, changed, watched):
        held_out = {"fit_params": {"X_val": frames[0], "y_val": frames[1]}}
        plain, other = (fitted(**STILL, **held_out, **watched, **params) for params in ({}, changed))
        assert (np.abs(losses(other) - losses(plain)) > 1e-3).all()
        assert len(set(losses(other))) == 3  # each epoch it is other noise
        np.testing.assert_array_equal(losses(other, "valid_loss"), losses(plain, "valid_loss"))
        np.testing.assert_array_equal(other.predict_proba(frames[0]), plain.predict_proba(frames[0]))


class TestFirstWeights:
    GAINS = {
        "glorot": lambda n_in, n_out: math.sqrt(2 / (n_in + n_out)),
        "he": lambda n_in, _: math.sqrt(2 / n_in),
    }

    @pytest.mark.parametrize("init", sorted(set(INITIALIZATIONS) - {"orthogonal"}))
    @pytest.mark.parametrize(
        ("name", "params", "n_in", "n_out"),
        [
            ("mlp", {"hidden_layer_sizes": (300, 200)}, 300, 200),
            ("cnn", {"architecture": "k2c2", "n_filters": (32, 64)}, 32 * 9, 64 * 9),
        ],
    )
    def test_have_the_deviation_of_the_formula(self, fitted, init, name, params, n_in, n_out):
        layer = layers(fitted(name, init=init, max_iter=1, **STILL, **params))[1]
        family, shape = init.split("_")
        values, expected = layer.weight.detach().flatten(), self.GAINS[family](n_in, n_out)
        assert float(values.std()) == pytest.approx(expected, rel=0.03)
        assert abs(float(values.mean())) < 0.03 * expected
        bound = math.sqrt(3) * expected
        assert (float(values.abs().max()) <= bound * (1 + 1e-6)) == (shape == "uniform")
        assert layer.bias is None or float(layer.bias.detach().abs().max()) < 1e-20

    def test_are_orthogonal(self, fitted):
        model = fitted(init="orthogonal", hidden_layer_sizes=(60,), max_iter=1, **STILL)
        weight = layers(model)[0].weight.detach()  # (60, 96)
        torch.testing.assert_close(weight @ weight.T, torch.eye(60), atol=1e-5, rtol=0)

    def test_of_none_are_torchs(self, fitted):
        bound = 1 / math.sqrt(96)
        first = layers(fitted(hidden_layer_sizes=(300,), max_iter=1, **STILL))[0]
        assert bound * 0.99 < float(first.weight.detach().abs().max()) <= bound
        assert float(first.bias.detach().abs().max()) > 0.1 * bound
