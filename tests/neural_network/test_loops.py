"""The two training loops give equal results; learning rates, precision, threads and compilation."""

import shutil

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback
from torch import nn

from skmir.augmentation import GaussianNoise, Mixup
from skmir.neural_network import RNNClassifier, TrainingRecipe


class BatchWatcher(Callback):
    """Makes training go batch by batch through skorch."""

    def on_batch_end(self, net, **kwargs):
        pass


WATCHED = {"net_params": {"callbacks": [BatchWatcher()]}}


class RecordingSGD(torch.optim.SGD):
    """Writes down the learning rate of each step."""

    rates = []

    def step(self, closure=None):
        self.rates.append(self.param_groups[0]["lr"])
        return super().step(closure)


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


def losses(model, name="train_loss"):
    return model.history_[name]


SHARES = (np.arange(120) + 0.5) / 120  # six steps in each of twenty epochs, each in its middle
EXPECTED = {
    "one_cycle": np.where(SHARES < 0.25, 4 * SHARES, 0.5 + 0.5 * np.cos(np.pi * (SHARES - 0.25) / 0.75)),
    "cosine": 0.5 + 0.5 * np.cos(np.pi * SHARES),
    "step": np.repeat([1, 0.1, 0.01], [60, 30, 30]),
    "exponential": 100**-SHARES,
    "constant": np.ones(120),
}
EXPECTED["auto"] = EXPECTED["one_cycle"]


class TestSchedules:
    @pytest.fixture
    def rates(self, fitted, monkeypatch):
        """Return the rates of each step of a fit, as shares of the highest."""

        def rates(**params):
            monkeypatch.setattr(RecordingSGD, "rates", [])
            fitted(optimizer=RecordingSGD, max_iter=20, batch_size=4, learning_rate_init=0.02, **params)
            return np.array(RecordingSGD.rates) / 0.02

        return rates

    @pytest.mark.parametrize("watched", [{}, WATCHED], ids=["bare", "watched"])
    @pytest.mark.parametrize("name", EXPECTED)
    def test_rates_run_as_documented(self, rates, name, watched):
        np.testing.assert_allclose(rates(learning_rate=name, **watched), EXPECTED[name], rtol=1e-9)

    def test_where_they_start_peak_and_end(self, rates):
        """The documented facts, apart from any formula."""
        found = {name: rates(learning_rate=name) for name in EXPECTED}
        peaks = {name: int(values.argmax()) for name, values in found.items()}
        assert peaks == dict.fromkeys(EXPECTED, 0) | {"one_cycle": 30, "auto": 30}
        assert found["one_cycle"][0] < 0.02 and found["one_cycle"].max() == pytest.approx(1, abs=1e-3)
        assert found["one_cycle"][-1] < 1e-3 and found["cosine"][-1] < 1e-3
        assert (np.diff(found["cosine"]) < 0).all() and (np.diff(found["exponential"]) < 0).all()
        assert found["exponential"][-1] == pytest.approx(0.01, rel=0.03)

    def test_auto_is_constant_where_the_end_is_not_known(self, rates):
        stopping = {"early_stopping": True, "validation_fraction": 0.25, "n_iter_no_change": 20}
        assert (rates(**stopping) == 1).all()
        assert len(set(rates(learning_rate="cosine", **stopping))) > 1


class TestTheTwoLoops:
    RECIPES = {
        "defaults": {},
        "everything": {
            "clip_grad_norm": 0.1,
            "noise": 0.2,
            "input_dropout": 0.2,
            "l1_activation": 0.1,
            "max_norm": 0.5,
            "init": "he_normal",
            "learning_rate": "step",
        },
        "sgd": {"optimizer": "sgd", "learning_rate": "cosine"},
        "adagrad": {"optimizer": "adagrad", "label_smoothing": 0.0},
        "bf16": {"precision": "bf16"},
        "mixup": {"augmentation": [GaussianNoise(0.1), Mixup(0.5)]},
        "early stopping": {"early_stopping": True, "validation_fraction": 0.25},
    }

    @pytest.mark.parametrize("recipe", RECIPES)
    @pytest.mark.parametrize("name", ["mlp", "cnn", "rnn"])
    def test_are_one_bit_for_bit(self, fitted, ragged, name, recipe):
        params = {"cnn": {"architecture": "k2c2"}, "mlp": {}}.get(name, {})
        params = {"batch_size": 5, "learning_rate_init": 0.01, **params, **self.RECIPES[recipe]}
        data = ragged if name == "rnn" else ()
        bare, watched = (fitted(name, *data, **params, **extra) for extra in ({}, WATCHED))
        assert torch.equal(weights(bare), weights(watched))
        assert bare.history_.keys() == watched.history_.keys()
        for key in set(bare.history_) - {"dur"}:
            np.testing.assert_allclose(losses(bare, key), losses(watched, key), rtol=1e-5)


class ThreadSpy(nn.Linear):
    """Writes down on how many threads it runs."""

    seen = set()

    def __init__(self, n_bins, n_frames, n_outputs):
        super().__init__(n_bins * n_frames, n_outputs)

    def forward(self, x):
        self.seen.add((self.training, torch.get_num_threads()))
        return super().forward(x.flatten(1))


class TestHowItRuns:
    @pytest.mark.parametrize(
        ("name", "params"),
        [
            ("mlp", {}),
            ("cnn", {"architecture": "k2c2"}),
            ("cnn", {"architecture": "timbre_rhythm", "n_filters": (4, 8, 8, 8)}),
            ("crnn", {}),
        ],
    )
    def test_bf16_trains_on_the_cpu(self, fitted, frames, name, params):
        full, half = (
            fitted(name, precision=p, max_iter=20, learning_rate_init=0.01, **params)
            for p in ("float32", "bf16")
        )
        assert losses(half)[-1] < losses(half)[0]
        assert all(p.dtype == torch.float32 for p in half.module_.parameters())
        assert half.predict_proba(frames[0]).dtype == np.float32
        difference = np.abs(losses(half) - losses(full))[0]
        assert 0 < difference < 0.02 * losses(full)[0]

    @pytest.mark.parametrize("cell", ["gru", "lstm", "tanh"])
    def test_bf16_trains_recurrent_networks(self, fitted, ragged, cell):
        params = {"cell": cell, "precision": "bf16", "max_iter": 20, "learning_rate_init": 0.02}
        model = fitted("rnn", *ragged, **params)
        assert losses(model)[-1] < losses(model)[0]
        assert np.isfinite(model.decision_function(ragged[0])).all()

    @pytest.mark.parametrize("n_threads", [1, 2])
    def test_threads_are_those_of_the_recipe(self, fitted, frames, n_threads, monkeypatch):
        monkeypatch.setattr(ThreadSpy, "seen", set())
        before = torch.get_num_threads()
        fitted("cnn", n_threads=n_threads, architecture=ThreadSpy, n_filters=None).predict(frames[0])
        assert ThreadSpy.seen == {(True, n_threads), (False, n_threads)}
        assert torch.get_num_threads() == before

    @pytest.mark.slow
    @pytest.mark.skipif(not shutil.which("g++"), reason="torch.compile needs a C++ compiler")
    def test_compiled_it_is_the_same_network(self, fitted, frames):
        plain, compiled = (fitted(compile=c, dropout=0.0, batch_size=12) for c in (False, True))
        np.testing.assert_allclose(losses(compiled), losses(plain), rtol=1e-4)
        np.testing.assert_allclose(
            compiled.predict_proba(frames[0]), plain.predict_proba(frames[0]), atol=1e-4
        )
        assert type(compiled.module_) is type(plain.module_)
