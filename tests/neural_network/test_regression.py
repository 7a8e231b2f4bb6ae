"""Regressors: numbers of any scale, one or several per clip."""

import pickle

import numpy as np
import pandas as pd
import pytest
import small_networks
import torch
from sklearn.base import clone, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from small_networks import REGRESSORS, each

from skmir.neural_network import CNNRegressor, MLPRegressor
from skmir.neural_network._cnn import ARCHITECTURES
from skmir.preprocessing import FrameScaler


def make(kind=MLPRegressor, **params):
    return small_networks.make(kind, **params)


@pytest.fixture
def numbers(rng):
    """Clips with a number each: how loud they are on the whole."""
    y = rng.uniform(-1, 1, 60)
    X = 0.5 * rng.randn(60, 8, 6) + y[:, np.newaxis, np.newaxis]
    return X.astype(np.float32), y


class TestLearning:
    @each(REGRESSORS)
    def test_twenty_random_numbers_are_learned_by_heart(self, kind, rng):
        X, y = rng.randn(20, 8, 6), rng.randn(20)
        model = make(kind, max_iter=60, learning_rate_init=0.03, dropout=0.0, weight_decay=0.0).fit(X, y)
        assert model.score(X, y) > 0.9
        assert model.score(X, y) == r2_score(y, model.predict(X))

    @each(REGRESSORS)
    def test_networks_generalise_to_new_clips(self, kind, numbers):
        scores = cross_val_score(make(kind, max_iter=15, learning_rate_init=0.02), *numbers, cv=2)
        assert scores.min() > 0.6  # of the mean it is 0

    @pytest.mark.parametrize("architecture", sorted(set(ARCHITECTURES) - {"pitch"}))
    def test_every_architecture_gives_numbers(self, architecture, numbers):
        X, y = numbers
        n_filters = (16, 16) if architecture == "multi_scale" else (4, 4, 4, 4)
        params = {"architecture": architecture, "n_filters": n_filters, "dropout": 0.0}
        model = make(CNNRegressor, **params, max_iter=10, learning_rate_init=0.02).fit(X, 100 * y)
        losses = model.history_["train_loss"]
        assert losses[-1] < 0.7 * losses[0]
        assert 10 < model.predict(X).std() < 100

    def test_a_pipeline_and_a_search(self, numbers):
        model = make_pipeline(FrameScaler(log=False), make(max_iter=20))
        search = GridSearchCV(model, {"mlpregressor__learning_rate_init": [1e-9, 0.01]}, cv=2)
        assert search.fit(*numbers).best_params_ == {"mlpregressor__learning_rate_init": 0.01}


class TestShapes:
    @each(REGRESSORS)
    def test_are_those_of_y(self, kind, numbers):
        X, y = numbers
        for target, shape in ((y, (60,)), (y[:, np.newaxis], (60, 1)), (np.c_[y, -y, y**2], (60, 3))):
            model = make(kind).fit(X, target)
            prediction = model.predict(X)
            assert prediction.shape == target.shape == shape
            assert prediction.dtype == np.float64
            assert model.n_outputs_ == len(model.y_mean_) == (1 if target.ndim == 1 else shape[1])

    def test_a_column_is_the_same_as_a_vector(self, numbers):
        X, y = numbers
        one, other = make().fit(X, y), make().fit(X, y[:, np.newaxis])
        np.testing.assert_array_equal(one.predict(X), other.predict(X)[:, 0])

    def test_several_numbers_are_learned_each_in_its_scale(self, numbers):
        X, y = numbers
        Y = np.c_[y, 1e6 * y, 3 - 1e-6 * y]
        model = make(max_iter=60).fit(X, Y)
        assert r2_score(Y, model.predict(X), multioutput="raw_values").min() > 0.8

    @pytest.mark.parametrize("kind", [list, pd.Series, lambda y: y.astype(np.float32), lambda y: y.round(3)])
    def test_y_of_any_type(self, numbers, kind):
        X, y = numbers
        y = y.astype(np.float32).astype(float)
        found, expected = (make().fit(X, target).predict(X) for target in (kind(y), y))
        np.testing.assert_allclose(found, expected, atol=2e-3)

    def test_whole_numbers(self, numbers):
        X, y = numbers
        found, expected = (
            make().fit(X, target) for target in ((100 * y).astype(int), (100 * y).astype(int) * 1.0)
        )
        np.testing.assert_array_equal(found.predict(X), expected.predict(X))

    def test_it_is_a_regressor(self):
        assert is_regressor(make())
        assert not hasattr(make(), "predict_proba") and "class_weight" not in make().get_params()


class TestScale:
    @each(REGRESSORS)
    @pytest.mark.parametrize(("factor", "offset"), [(1000, 5), (1e-6, 1)])
    def test_of_targets_does_not_matter(self, kind, numbers, factor, offset):
        X, y = numbers
        plain, scaled = make(kind).fit(X, y), make(kind).fit(X, factor * y + offset)
        np.testing.assert_allclose(scaled.y_mean_, factor * plain.y_mean_ + offset)
        np.testing.assert_allclose(scaled.y_scale_, factor * plain.y_scale_)
        np.testing.assert_allclose((scaled.predict(X) - offset) / factor, plain.predict(X), atol=1e-3)
        np.testing.assert_allclose(scaled.history_["train_loss"], plain.history_["train_loss"], rtol=1e-3)

    def test_is_that_of_the_training_clips(self, numbers):
        X, y = numbers
        model = make().fit(X, np.c_[y, 7 * y])
        np.testing.assert_allclose(model.y_mean_, [y.mean(), 7 * y.mean()])
        np.testing.assert_allclose(model.y_scale_, [y.std(), 7 * y.std()])

    def test_outputs_are_standardised_numbers(self, numbers):
        X, y = numbers
        model = make().fit(X, 50 + 10 * y)
        with torch.no_grad():
            outputs = model.module_(torch.from_numpy(X))[:, 0].double().numpy()
        np.testing.assert_allclose(model.predict(X), outputs * model.y_scale_ + model.y_mean_, atol=1e-4)
        expected = make(max_iter=1, learning_rate_init=1e-30, dropout=0.0, batch_size=60).fit(X, 50 + 10 * y)
        error = ((expected.predict(X) - 50 - 10 * y) / expected.y_scale_) ** 2
        np.testing.assert_allclose(expected.history_["train_loss"], error.mean(), rtol=1e-4)

    @pytest.mark.parametrize("value", [0.0, 0.1, -1e6])
    def test_one_number_is_near_at_any_size(self, numbers, value):
        X, _ = numbers
        model = make(max_iter=10, learning_rate_init=0.02).fit(X, np.full(60, value))
        np.testing.assert_allclose(model.predict(X), value, atol=1)
        assert model.y_scale_[0] > 0 and model.y_mean_[0] == pytest.approx(value)


class TestWeights:
    @each(REGRESSORS)
    def test_targets_of_clips_of_weight_zero_do_not_matter(self, kind, numbers):
        X, y = numbers
        sample_weight = (np.arange(60) % 3 > 0).astype(float)
        other = np.where(sample_weight > 0, y, 1e6)
        one, same = (make(kind).fit(X, target, sample_weight=sample_weight) for target in (y, other))
        np.testing.assert_array_equal(one.predict(X), same.predict(X))
        assert not np.array_equal(one.predict(X), make(kind).fit(X, y).predict(X))

    def test_the_scale_is_that_of_the_weighted_clips(self, numbers):
        """A clip of weight 2 counts as two clips."""
        X, y = numbers
        sample_weight = np.arange(60) % 3
        model = make().fit(X, y, sample_weight=sample_weight)
        repeated = np.repeat(y, sample_weight)
        np.testing.assert_allclose((model.y_mean_[0], model.y_scale_[0]), (repeated.mean(), repeated.std()))

    @each(REGRESSORS)
    def test_their_scale_does_not_matter(self, kind, numbers):
        X, y = numbers
        expected = make(kind).fit(X, y).predict(X)
        found = make(kind).fit(X, y, sample_weight=np.full(60, 1e-6)).predict(X)
        np.testing.assert_allclose(found, expected, atol=1e-5)

    def test_clips_of_weight_zero_teach_nothing(self, numbers):
        """Half of the clips have wrong targets."""
        X, y = numbers
        lies = np.arange(60) < 30
        told = np.where(lies, -y, y)
        honest, lying = (make(max_iter=40).fit(X, told, sample_weight=w.astype(float)) for w in (~lies, lies))
        assert honest.score(X, y) > 0.7 and lying.score(X, -y) > 0.7

    @pytest.mark.parametrize(
        ("sample_weight", "message"),
        [
            (-np.ones(60), "sample_weight must be zero or more"),
            (np.zeros(60), "above zero for at least one"),
            (np.ones(59), "inconsistent numbers of samples"),
        ],
    )
    def test_that_are_invalid_are_refused(self, numbers, sample_weight, message):
        with pytest.raises(ValueError, match=message):
            make().fit(*numbers, sample_weight=sample_weight)


class TestClips:
    @each(REGRESSORS)
    def test_of_unequal_length_score_alone_as_in_a_list(self, kind, ragged):
        X, _ = ragged
        model = make(kind).fit(X, np.arange(12.0))
        alone = np.concatenate([model.predict([x]) for x in X])
        np.testing.assert_allclose(model.predict(X), alone, atol=1e-4)

    def test_a_long_clip_is_the_mean_of_its_windows(self, ragged):
        X, _ = ragged
        model = make().fit(X, np.arange(12.0))
        windows = np.stack([X[2][:, start : start + 12] for start in (0, 9, 19, 28)])
        np.testing.assert_allclose(model.predict([X[2]])[0], model.predict(windows).mean(), atol=1e-4)

    def test_a_table_is_one_frame_a_clip(self, numbers):
        X, y = numbers
        table, image = make().fit(X[:, :, 0], y), make().fit(X[:, :, :1], y)
        np.testing.assert_array_equal(table.predict(X[:, :, 0]), image.predict(X[:, :, :1]))
        assert table.n_features_in_ == 8


class TestTheRest:
    @each(REGRESSORS)
    def test_the_seed_decides(self, kind, numbers):
        X, y = numbers
        one, same, other = (make(kind, random_state=s, dropout=0.3).fit(X, y).predict(X) for s in (0, 0, 1))
        np.testing.assert_array_equal(one, same)
        assert not np.array_equal(one, other)

    @each(REGRESSORS)
    def test_it_comes_back_from_a_pickle(self, kind, numbers):
        X, y = numbers
        for target in (y, np.c_[y, y]):
            model = make(kind).fit(X, target)
            kept = pickle.loads(pickle.dumps(model))
            np.testing.assert_array_equal(kept.predict(X), model.predict(X))
            np.testing.assert_array_equal(kept.fit(X, target).predict(X), model.predict(X))

    @each(REGRESSORS)
    def test_early_stopping(self, kind, rng):
        X, y = rng.randn(40, 8, 12), rng.randn(40)
        params = {"early_stopping": True, "validation_fraction": 0.25, "n_iter_no_change": 3}
        model = make(kind, max_iter=60, learning_rate_init=0.03, **params).fit(X, y)
        losses = model.history_["valid_loss"]
        assert model.n_iter_ < 60 and losses[-4] == losses.min()

    def test_a_refit_forgets_everything(self, numbers, rng):
        X, y = numbers
        model = make().fit(X, np.c_[y, y])
        fresh, other = clone(model), (rng.randn(10, 5, 30), rng.randn(10))
        assert not hasattr(fresh, "y_mean_")
        np.testing.assert_array_equal(
            model.fit(*other).predict(other[0]), fresh.fit(*other).predict(other[0])
        )

    @each(REGRESSORS)
    @pytest.mark.parametrize(
        ("y", "message"),
        [
            (None, "requires y to be passed, but the target y is None. A regressor learns from numbers"),
            (np.r_[np.nan, np.ones(59)], "y contains NaN"),
            (np.r_[np.inf, np.ones(59)], "y contains infinity"),
            (np.ones(59), "inconsistent numbers of samples"),
            (["low"] * 60, "could not convert string to float"),
            (np.ones((60, 2, 2)), "dim 3"),
        ],
        ids=["none", "nan", "infinity", "too few", "strings", "three dimensions"],
    )
    def test_other_targets_than_numbers_are_refused(self, kind, numbers, y, message):
        with pytest.raises(ValueError, match=message):
            make(kind).fit(numbers[0], y)

    @each(REGRESSORS)
    def test_one_clip_is_too_few(self, kind, numbers):
        with pytest.raises(ValueError, match="needs at least two clips"):
            make(kind).fit(numbers[0][:1], numbers[1][:1])

    def test_nothing_is_predicted_before_fit(self, numbers):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            make().predict(numbers[0])

    def test_the_callers_numbers_are_left_alone(self, numbers):
        X, y = numbers
        before = y.copy()
        y.setflags(write=False)
        make().fit(X, y)
        np.testing.assert_array_equal(y, before)
