"""partial_fit continues training epoch by epoch, also from a saved model."""

import copy
import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from small_networks import each, make, targets

from skmir.augmentation import GaussianNoise
from skmir.neural_network import (
    CNNClassifier,
    MLPRegressor,
    RNNClassifier,
    TrainingRecipe,
)

CONSTANT = TrainingRecipe(learning_rate="constant")


def partly(model, X, y, n=3, **params):
    for _ in range(n):
        model.partial_fit(X, y, **params)
    return model


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.module_.parameters()])


class TestPartialFit:
    @each()
    @pytest.mark.parametrize("params", [{}, {"augmentation": GaussianNoise(0.1), "dropout": 0.5}])
    def test_three_calls_are_three_epochs_of_fit(self, frames, kind, params):
        X, y = frames[0], targets(kind, frames[1])
        whole = make(kind, recipe=CONSTANT, **params).fit(X, y)
        parts = partly(make(kind, max_iter=99, **params), X, y)
        assert torch.equal(weights(parts), weights(whole))
        np.testing.assert_array_equal(parts.predict(X), whole.predict(X))
        np.testing.assert_array_equal(parts.history_["train_loss"], whole.history_["train_loss"])
        assert parts.n_iter_ == whole.n_iter_ == 3
        for name, state in whole.random_state_.items():
            np.testing.assert_array_equal(parts.random_state_[name], state)

    def test_clips_of_unequal_length_go_on_as_well(self, ragged):
        X, y = ragged
        for kind in (RNNClassifier, CNNClassifier):
            whole = make(kind, recipe=CONSTANT).fit(X, y)
            assert torch.equal(weights(partly(make(kind), X, y)), weights(whole))

    def test_other_clips_may_come_each_time(self, frames):
        X, y = frames
        model = make()
        for i in range(60):
            rows = np.arange(i % 3, 24, 3) if i else slice(None)
            model.partial_fit(X[rows], y[rows])
        assert model.score(X, y) > 0.9
        assert model.n_iter_ == 60

    def test_classes_are_said_at_first(self, frames):
        X, y = frames
        model = make()
        for _ in range(20):
            for label in ("horn", "bass", "drum"):
                model.partial_fit(X[y == label], y[y == label], classes=["horn", "bass", "lute", "drum"])
        assert model.classes_.tolist() == ["bass", "drum", "horn", "lute"]
        assert model.predict_proba(X).shape == (24, 4)
        assert model.predict_proba(X)[:, 3].max() < 0.2
        assert set(model.predict(X)) <= set(y)

    def test_all_classes_in_y_need_not_be_said(self, frames):
        X, y = frames
        said, learned = make().partial_fit(X, y, classes=np.unique(y)), make().partial_fit(X, y)
        assert torch.equal(weights(said), weights(learned))

    @pytest.mark.parametrize("classes", [None, ["bass", "drum"]])
    def test_an_unknown_label_is_refused(self, frames, classes):
        X, y = frames
        known = y != "horn"
        model = make().partial_fit(X[known], y[known], classes=classes)
        message = r"y must hold .* knows, \['bass', 'drum'\], got \['horn'\].*pass classes= to the first"
        before = weights(model)
        with pytest.raises(ValueError, match=message):
            model.partial_fit(X, y)
        assert torch.equal(weights(model), before)
        model.partial_fit(X[known], y[known])  # it is none the worse for it

    def test_a_label_outside_the_classes_said_is_refused_at_once(self, frames):
        with pytest.raises(ValueError, match=r"y must hold .*, got \['drum', 'horn'\]"):
            make().partial_fit(*frames, classes=["bass"])

    def test_other_classes_than_at_first_are_refused(self, frames):
        X, y = frames
        model = make().partial_fit(X, y, classes=["bass", "drum", "horn"])
        model.partial_fit(X, y, classes=["horn", "drum", "bass"])  # the same
        with pytest.raises(
            ValueError, match=r"classes=\['bass', .*'lute'\] .*first call.*\['bass', 'drum', 'horn'\]"
        ):
            model.partial_fit(X, y, classes=["bass", "drum", "horn", "lute"])

    def test_tags_go_on(self, frames):
        Y = (np.arange(72).reshape(24, 3) % 5 < 2).astype(int)
        whole = make(recipe=CONSTANT).fit(frames[0], Y)
        assert torch.equal(weights(partly(make(), frames[0], Y, classes=[0, 1, 2])), weights(whole))
        with pytest.raises(ValueError, match=r"y must be an indicator of 3 tags, got the shape \(24, 2\)"):
            whole.partial_fit(frames[0], Y[:, :2])

    def test_weights_of_clips_count(self, frames):
        sample_weight = np.arange(24.0)
        whole = make(recipe=CONSTANT).fit(*frames, sample_weight=sample_weight)
        parts = partly(make(), *frames, sample_weight=sample_weight)
        assert torch.equal(weights(parts), weights(whole))
        assert not torch.equal(weights(parts), weights(partly(make(), *frames)))

    def test_early_stopping_is_refused(self, frames):
        with pytest.raises(ValueError, match=r"early_stopping=True needs all epochs in one call.*call fit"):
            make(early_stopping=True).partial_fit(*frames)

    def test_other_bins_are_refused(self, frames):
        model = make().partial_fit(*frames)
        with pytest.raises(ValueError, match=r"clip 0 of X has 7 bins .* was fitted on 8"):
            model.partial_fit(frames[0][:, :7], frames[1])

    def test_it_goes_on_from_fit(self, frames):
        model = make().fit(*frames)
        before = weights(model)
        assert model.partial_fit(*frames).n_iter_ == 4
        assert 0 < float((weights(model) - before).norm()) < 0.5 * float(before.norm())

    def test_fit_begins_anew(self, frames):
        model = partly(make(), *frames)
        assert torch.equal(weights(model.fit(*frames)), weights(make().fit(*frames)))
        assert model.n_iter_ == 3

    def test_a_regressor_keeps_its_scale(self, frames):
        model = make(MLPRegressor).partial_fit(frames[0], np.arange(24.0))
        before = model.y_mean_.copy(), model.y_scale_.copy()
        model.partial_fit(frames[0], np.full(24, 100.0))
        np.testing.assert_array_equal((model.y_mean_, model.y_scale_), before)
        with pytest.raises(ValueError, match="y must have one column per network output, 1, got 2"):
            model.partial_fit(frames[0], np.ones((24, 2)))

    def test_an_optimiser_that_takes_several_looks_goes_on(self, frames):
        recipe = TrainingRecipe("lbfgs")
        model = make(recipe=recipe, weight_decay=0.0, learning_rate_init=1.0, batch_size=24, dropout=0.0)
        losses = partly(model, *frames, 4).history_["train_loss"]
        assert (np.diff(losses) < 1e-6).all() and losses[1] < 0.5 * losses[0]

    def test_the_recipe_may_say_another_schedule(self, frames):
        falling = partly(make(recipe=TrainingRecipe(learning_rate="cosine")), *frames)
        assert not torch.equal(weights(falling), weights(partly(make(), *frames)))

    def test_parameters_may_change_between_calls(self, frames):
        model = make().partial_fit(*frames)
        before = weights(model)
        assert torch.equal(weights(model.set_params(learning_rate_init=1e-30).partial_fit(*frames)), before)

    def test_the_processes_generators_are_left_alone(self, frames, snapshot_generators):
        check = snapshot_generators()
        model = make(dropout=0.5)
        for _ in range(2):
            model.partial_fit(*frames)
            assert check()

    def test_draws_of_the_process_in_between_do_not_matter(self, frames):
        expected = weights(partly(make(dropout=0.5), *frames))
        model = make(dropout=0.5)
        with torch.random.fork_rng(devices=[]):
            for seed in range(3):
                torch.manual_seed(seed)
                model.partial_fit(*frames)
        assert torch.equal(weights(model), expected)


class TestKept:
    @each()
    @pytest.mark.parametrize("keep", [lambda m: pickle.loads(pickle.dumps(m)), copy.deepcopy])
    def test_a_saved_model_goes_on(self, frames, kind, keep):
        """The generators' state is kept; the optimiser's is not, and plain SGD has none."""
        X, y = frames[0], targets(kind, frames[1])
        recipe = TrainingRecipe("sgd", momentum=0.0)
        straight = partly(make(kind, recipe=recipe, dropout=0.3), X, y, 2)
        kept = keep(straight)
        for name, state in straight.random_state_.items():
            np.testing.assert_array_equal(kept.random_state_[name], state)
        assert torch.equal(weights(kept.partial_fit(X, y)), weights(straight.partial_fit(X, y)))
        assert kept.n_iter_ == 3
        np.testing.assert_array_equal(kept.history_["train_loss"], straight.history_["train_loss"])

    def test_the_optimisers_state_is_lost(self, frames):
        straight = partly(make(), *frames, 2)
        kept = pickle.loads(pickle.dumps(straight)).partial_fit(*frames)
        assert np.isfinite(kept.decision_function(frames[0])).all()
        assert not torch.equal(weights(kept), weights(straight.partial_fit(*frames)))

    def test_a_clone_begins_again(self, frames):
        model = partly(make(), *frames)
        assert torch.equal(weights(clone(model).partial_fit(*frames)), weights(make().partial_fit(*frames)))

    def test_a_network_goes_on_on_the_current_device(self, frames):
        """The device of earlier training need not exist any more."""
        model = make().fit(*frames)
        for kept in (model, pickle.loads(pickle.dumps(model))):
            kept.set_params(device="cpu:0").partial_fit(*frames)
            assert kept.net_.device == "cpu:0"
