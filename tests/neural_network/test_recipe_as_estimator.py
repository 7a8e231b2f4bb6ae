"""The recipe as an estimator, and its effects on labels and probabilities."""

import itertools

import numpy as np
import pytest
import torch
from scipy.special import expit, logit, softmax
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from torch import nn

from skmir._training._recipe import OPTIMIZERS
from skmir.neural_network import MLPRegressor, TrainingRecipe
from skmir.preprocessing import FrameScaler

Y = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])[np.arange(24) % 4]  # tags, the last on no clip
STILL = {"learning_rate_init": 1e-30, "weight_decay": 0.0, "dropout": 0.0, "batch_size": 24, "max_iter": 1}


@pytest.fixture
def fitted(network, frames):
    """Fit a small network with a recipe."""

    def fit(y=frames[1], **params):
        names = TrainingRecipe().get_params()
        recipe = TrainingRecipe(**{key: value for key, value in params.items() if key in names})
        others = {key: value for key, value in params.items() if key not in names}
        return network("mlp", recipe=recipe, **others).fit(frames[0], y)

    return fit


def weights(model):
    """Return all weights as one tensor."""
    return torch.cat([p.detach().flatten() for p in model.module_.parameters()])


class TestAsAnEstimator:
    @pytest.mark.parametrize("recipe", [{"optimizer": "sgd"}, "sgd", TrainingRecipe, False])
    def test_other_things_than_recipes_are_refused(self, network, frames, recipe):
        with pytest.raises(TypeError, match=r"recipe=.* must be a TrainingRecipe, such as TrainingRecipe"):
            network("mlp", recipe=recipe).fit(*frames)

    @pytest.mark.parametrize(
        ("params", "error", "message"),
        [
            ({"optimizer": "adamax"}, ValueError, r"optimizer='adamax' is not one of \['adagrad'.*"),
            ({"optimizer": nn.Linear}, ValueError, "optimizer=<class .*Linear'> is not one of"),
            ({"optimizer": None}, ValueError, "optimizer=None is not one of"),
            ({"learning_rate": "cyclic"}, ValueError, "learning_rate='cyclic' is not one of .*'auto'"),
            ({"learning_rate": 0.1}, ValueError, "learning_rate=0.1 is not one of"),
            ({"momentum": 1.0}, ValueError, "momentum=1.0"),
            ({"clip_grad_norm": 0}, ValueError, "clip_grad_norm=0 must be a number > 0 or None"),
            ({"label_smoothing": 1}, ValueError, "label_smoothing=1 must be"),
            ({"label_smoothing": -0.1}, ValueError, "label_smoothing=-0.1"),
            ({"input_dropout": 1.0}, ValueError, "input_dropout=1.0"),
            ({"noise": -1}, ValueError, "noise=-1 must be a number >= 0"),
            ({"noise": np.nan}, ValueError, "noise=nan"),
            ({"l1_activation": "0.1"}, TypeError, "l1_activation='0.1' must be a number"),
            ({"max_norm": 0}, ValueError, "max_norm=0 must be a number > 0 or None"),
            ({"init": "xavier"}, ValueError, "init='xavier' is not one of .*'glorot_normal'"),
            (
                {"precision": "float16"},
                ValueError,
                r"precision='float16' is not one of \['bf16', 'float32'\]",
            ),
            ({"n_threads": 1.0}, TypeError, "n_threads=1.0 must be an integer"),
        ],
        ids=str,
    )
    def test_invalid_options_are_refused(self, fitted, params, error, message):
        with pytest.raises(error, match=message):
            fitted(**params)

    @pytest.mark.parametrize("kind", [np.float32, np.float64])
    def test_numpys_numbers_are_taken(self, fitted, frames, kind):
        """Searches give numpy's numbers."""
        numbers = {"momentum": 0.5, "clip_grad_norm": 1.0, "label_smoothing": 0.25, "input_dropout": 0.25}
        numbers |= {"noise": 0.5, "l1_activation": 0.25, "max_norm": 2.0}
        typed = {name: kind(value) for name, value in numbers.items()}
        numbers |= {"learning_rate_init": 2**-6, "weight_decay": 2**-6}
        typed = {name: kind(value) for name, value in numbers.items()}
        for y, optimizer in itertools.product((frames[1], Y), OPTIMIZERS):
            if optimizer == "lbfgs":
                typed["weight_decay"] = numbers["weight_decay"] = 0
            expected = fitted(y=y, optimizer=optimizer, n_threads=1, **numbers)
            found = fitted(y=y, optimizer=optimizer, n_threads=np.int64(1), **typed)
            torch.testing.assert_close(weights(found), weights(expected))

    def test_a_search_reaches_into_it(self, network, frames):
        recipe = TrainingRecipe("sgd", max_norm=7.0)
        pipeline = make_pipeline(FrameScaler(log=False), network("mlp", recipe=recipe))
        grid = {
            "mlpclassifier__recipe__optimizer": ["sgd", "adagrad"],
            "mlpclassifier__recipe__label_smoothing": [0.0, 0.3],
        }
        search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(*frames)
        best = search.best_estimator_[-1].recipe
        assert search.best_params_ == {
            "mlpclassifier__recipe__optimizer": best.optimizer,
            "mlpclassifier__recipe__label_smoothing": best.label_smoothing,
        }
        assert best.max_norm == 7.0
        assert recipe.get_params() == TrainingRecipe("sgd", max_norm=7.0).get_params()

    def test_a_clone_keeps_it(self, fitted):
        model = fitted(optimizer="sgd", noise=0.3, max_norm=2.0)
        copied = clone(model)
        assert copied.recipe is not model.recipe
        assert copied.recipe.get_params() == model.recipe.get_params()
        assert copied.get_params()["recipe__noise"] == 0.3

    def test_none_is_the_defaults(self, network, frames):
        one, other = (network("mlp", recipe=recipe).fit(*frames) for recipe in (None, TrainingRecipe()))
        assert torch.equal(weights(one), weights(other))


class TestLabelSmoothing:
    @pytest.mark.parametrize("share", [0.0, 0.1, 0.6])
    def test_of_classes_is_the_formula(self, fitted, frames, share):
        X, y = frames
        model = fitted(label_smoothing=share, **STILL)
        log_proba = model.predict_log_proba(X)
        own = log_proba[np.arange(24), np.searchsorted(model.classes_, y)]
        expected = -((1 - share) * own + share * log_proba.mean(axis=1)).mean()
        np.testing.assert_allclose(model.history_["train_loss"], expected, rtol=1e-5)

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.6])
    def test_of_tags_is_the_formula(self, fitted, frames, share):
        model = fitted(y=Y, label_smoothing=share, **STILL)
        p, target = model.predict_proba(frames[0]), (1 - share) * Y + share / 2
        expected = -(target * np.log(p) + (1 - target) * np.log(1 - p)).mean()
        np.testing.assert_allclose(model.history_["train_loss"], expected, rtol=1e-5)

    def test_is_none_in_regression(self, frames):
        X, y = frames[0], np.arange(24.0)
        one, other = (
            MLPRegressor((8,), max_iter=3, random_state=0, recipe=TrainingRecipe(label_smoothing=s)).fit(X, y)
            for s in (0.0, 0.5)
        )
        np.testing.assert_array_equal(one.predict(X), other.predict(X))


class TestPriorCorrection:
    @staticmethod
    def correct(model):
        return clone(model.recipe).set_params(prior_correction=True)

    def test_divides_by_how_common_each_class_is(self, fitted, frames):
        y = np.repeat(["a", "b", "c"], [15, 6, 3])
        model = fitted(y=y, class_weight=None)
        plain, scores = model.predict_proba(frames[0]), model.decision_function(frames[0])
        np.testing.assert_allclose(model.class_prior_, [15 / 24, 6 / 24, 3 / 24])
        model.set_params(recipe=self.correct(model))
        expected = plain / [15, 6, 3]
        expected /= expected.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(model.predict_proba(frames[0]), expected, rtol=1e-5)
        np.testing.assert_allclose(np.exp(model.predict_log_proba(frames[0])), expected, rtol=1e-5)
        np.testing.assert_array_equal(model.predict(frames[0]), model.classes_[expected.argmax(axis=1)])
        np.testing.assert_allclose(softmax(model.decision_function(frames[0]), axis=1), expected, rtol=1e-5)
        assert model.decision_function(frames[0]).dtype == scores.dtype == np.float32

    def test_of_two_classes(self, fitted, frames):
        model = fitted(y=np.arange(24) < 6, class_weight=None)
        plain = model.predict_proba(frames[0])
        model.set_params(recipe=self.correct(model))
        expected = plain / [18, 6]
        np.testing.assert_allclose(
            model.predict_proba(frames[0]), expected / expected.sum(axis=1, keepdims=True), rtol=1e-5
        )
        np.testing.assert_array_equal(model.predict(frames[0]), model.decision_function(frames[0]) > 0)

    def test_divides_the_odds_of_tags_by_theirs(self, fitted, frames):
        model = fitted(y=Y)
        plain = model.predict_proba(frames[0])
        np.testing.assert_allclose(model.class_prior_, [0.5, 0.5, 0])
        prior = np.array([0.25, 0.5, 0.5])  # a half changes nothing; and what was never seen stays
        model.class_prior_ = np.array([0.25, 0.5, 0], np.float32)
        model.set_params(recipe=self.correct(model))
        expected = expit(logit(plain) - logit(prior))
        np.testing.assert_allclose(model.predict_proba(frames[0]), expected, rtol=1e-4)

    def test_changes_nothing_where_classes_are_balanced(self, fitted, frames):
        y = np.repeat(["a", "b", "c"], [15, 6, 3])
        model = fitted(y=y, class_weight="balanced")
        plain = model.predict_proba(frames[0])
        model.set_params(recipe=self.correct(model))
        np.testing.assert_allclose(model.class_prior_, 1 / 3, rtol=1e-6)
        np.testing.assert_allclose(model.predict_proba(frames[0]), plain, rtol=1e-5)

    def test_leaves_a_class_that_was_never_seen(self, network, frames):
        X, y = frames
        model = network("mlp", recipe=TrainingRecipe(prior_correction=True))
        model.partial_fit(X, y, classes=["bass", "drum", "horn", "lute"])
        assert model.class_prior_.tolist()[-1] == 0
        assert np.isfinite(model.decision_function(X)).all()
        corrected = model.decision_function(X)
        plain = model.set_params(recipe=None).decision_function(X)
        np.testing.assert_array_equal(corrected[:, 3], plain[:, 3])
        np.testing.assert_allclose(corrected[:, :3], plain[:, :3] + np.log(3), rtol=1e-5)
