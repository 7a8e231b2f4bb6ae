"""fit with warm_start continues training, with the current parameters."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss
from skorch.callbacks import Callback
from small_networks import each, make, targets

from skmir.neural_network import (
    TrainingRecipe,
)

CONSTANT = TrainingRecipe(learning_rate="constant")


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.module_.parameters()])


class TestWarmStart:
    @each()
    def test_it_goes_on(self, frames, kind):
        X, y = frames[0], targets(kind, frames[1])
        once = make(kind, recipe=CONSTANT, max_iter=5).fit(X, y)
        twice = make(kind, recipe=CONSTANT, max_iter=2, warm_start=True).fit(X, y)
        assert twice.n_iter_ == 2
        twice.set_params(max_iter=3).fit(X, y)
        assert torch.equal(weights(twice), weights(once))
        assert twice.n_iter_ == 5
        np.testing.assert_array_equal(twice.history_["epoch"], [1, 2, 3, 4, 5])
        np.testing.assert_array_equal(twice.history_["train_loss"], once.history_["train_loss"])

    def test_the_first_fit_is_a_fit(self, frames):
        assert torch.equal(weights(make(warm_start=True).fit(*frames)), weights(make().fit(*frames)))

    def test_without_it_fit_begins_anew(self, frames):
        model = make().fit(*frames)
        assert model.fit(*frames).n_iter_ == 3
        assert torch.equal(weights(model), weights(make().fit(*frames)))

    def test_new_classes_are_refused(self, frames):
        X, y = frames
        known = y != "horn"
        model = make(warm_start=True).fit(X[known], y[known])
        with pytest.raises(
            ValueError, match=r"y must hold .*, got \['horn'\].*fit a new network with warm_start=False"
        ):
            model.fit(X, y)
        model.set_params(warm_start=False).fit(X, y)
        assert model.set_params(warm_start=True).fit(X[known], y[known]).classes_.tolist() == [
            "bass",
            "drum",
            "horn",
        ]

    def test_another_kind_of_target_is_refused(self, frames):
        X, y = frames
        tags = np.eye(3, dtype=int)[np.arange(24) % 3]
        with pytest.raises(ValueError, match=r"y must be an indicator of 3 tags, got the shape \(24,\)"):
            make(warm_start=True).fit(X, tags).fit(X, y)
        with pytest.raises(
            ValueError, match=r"y must hold .* the network knows, \['bass', 'drum', 'horn'\], got"
        ):
            make(warm_start=True).fit(X, y).fit(X, tags)

    def test_early_stopping_stops_each_time(self, rng):
        X, y = rng.randn(40, 8, 12), np.arange(40) % 2
        params = {"early_stopping": True, "validation_fraction": 0.25, "n_iter_no_change": 3, "max_iter": 100}
        model = make(warm_start=True, **params).fit(X, y)
        first = model.n_iter_
        assert first < 100
        model.fit(X, y)
        assert first + 3 <= model.n_iter_ < first + 100

    def test_parameters_of_now_count(self, rng):
        """Training reads the parameters of the estimator at each fit."""
        X, y = rng.randn(40, 8, 12).astype(np.float32), np.arange(40) % 2
        model = make(warm_start=True, max_iter=4, batch_size=40).fit(X, y)
        model.set_params(
            early_stopping=True,
            n_iter_no_change=3,
            max_iter=100,
            batch_size=5,
            weight_decay=0.5,
            recipe=TrainingRecipe("sgd", label_smoothing=0.0),
        )
        model.fit(X, y, X_val=X[:9], y_val=1 - y[:9])
        assert model.n_iter_ < 104
        losses = model.history_["valid_loss"]
        assert np.isnan(losses[:4]).all() and losses[-4] == np.nanmin(losses)
        assert losses[-4] == pytest.approx(log_loss(1 - y[:9], model.predict_proba(X[:9])), rel=1e-5)
        group = model.net_.optimizer_.param_groups[0]
        assert type(model.net_.optimizer_) is torch.optim.SGD
        assert (group["weight_decay"], model.net_.batch_size) == (0.5, 5)

    @pytest.mark.parametrize("first", [True, False])
    def test_validation_data_may_come_at_one_fit_and_not_at_another(self, frames, first):
        X, y = frames
        model = make(warm_start=True, max_iter=2)
        for held_out in (first, not first):
            model.fit(X, y, **({"X_val": X[:3], "y_val": y[:3]} if held_out else {}))
        losses = model.history_["valid_loss"]
        assert np.isfinite(losses).tolist() == [first] * 2 + [not first] * 2
        assert np.isfinite(model.history_["train_loss"]).all()
        kept = pickle.loads(pickle.dumps(model)).history_
        np.testing.assert_array_equal(kept["valid_loss"], losses)

    def test_callbacks_see_every_epoch(self, frames):
        class Recorder(Callback):
            seen = []

            def on_epoch_end(self, net, **kwargs):
                self.seen.append(len(net.history))

        model = make(warm_start=True, max_iter=2, net_params={"callbacks": [Recorder()]})
        model.fit(*frames).fit(*frames).partial_fit(*frames)
        assert Recorder.seen == [1, 2, 3, 4, 5]
