"""A network that starts from the layers of another one, with a new last layer."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from small_networks import SMALL, each, make, targets

from skmir.neural_network import CNNClassifier, ConvolutionalDBN, DBNClassifier, MLPClassifier, TrainingRecipe

PLAIN = [kind for kind in SMALL if kind is not DBNClassifier]


def recipe(network, **params):
    return TrainingRecipe(init=FrozenEstimator(network), **params)


def lower(network):
    """Return the values of all layers but the last, including statistics of batch normalisation."""
    state = network.module_.state_dict()
    return {name: value.clone() for name, value in state.items() if not name.startswith("final_layer")}


def same(one, other):
    return [name for name in one if torch.equal(one[name], other[name])]


@pytest.fixture
def other_task(frames):
    """The same clips with other labels: four classes."""
    X, _ = frames
    return X[:, :, ::-1].copy(), np.tile([3, 1, 4, 2], 6)


@each(PLAIN)
def test_frozen_layers_stay_and_the_last_one_learns(kind, frames, other_task):
    source = make(kind).fit(frames[0], targets(kind, frames[1]))
    before = lower(source)
    model = make(kind, recipe=recipe(source, lower_rate=0)).fit(other_task[0], other_task[1])
    assert same(lower(model), before) == list(before)
    assert same(lower(source), before) == list(before)  # it is left alone
    head = model.module_.final_layer
    assert model.n_parameters_ == sum(p.numel() for p in head.parameters())
    other = make(kind, recipe=recipe(source, lower_rate=0), max_iter=6).fit(other_task[0], other_task[1])
    assert not torch.equal(other.module_.final_layer.weight, head.weight)


@each(PLAIN)
@pytest.mark.parametrize("rate", [0.01, 1.0])
def test_lower_layers_move_with_their_rate(kind, frames, other_task, rate):
    source = make(kind).fit(frames[0], targets(kind, frames[1]))
    plain = TrainingRecipe("sgd", momentum=0.0, label_smoothing=0.0, init=FrozenEstimator(source))
    params = {"weight_decay": 0.0, "dropout": 0.0, "max_iter": 1, "batch_size": 24, "learning_rate_init": 0.5}

    def moved(lower_rate):
        model = make(kind, recipe=clone(plain).set_params(lower_rate=lower_rate), **params)
        after = lower(model.fit(*other_task))
        name = next(n for n in after if n.endswith("weight") or "weight_" in n)
        return (after[name] - lower(source)[name]).norm().item()

    assert moved(1.0) > 0
    assert moved(rate) == pytest.approx(rate * moved(1.0), rel=2e-2)


def test_transferred_layers_help_with_few_labels(rng):
    """Loud bins tell the class in both tasks, and 8 clips are too few to find them among noise."""
    y = np.tile([0, 1], 200)
    X = rng.randn(400, 40, 1)
    X[:, :4] += (2 * y - 1)[:, np.newaxis, np.newaxis]
    source = make(MLPClassifier, max_iter=20).fit(X[:300], y[:300])
    few, rest = slice(300, 308), slice(308, None)
    labels = np.where(y == 1, "up", "down")
    fresh = make(MLPClassifier, max_iter=20).fit(X[few], labels[few]).score(X[rest], labels[rest])
    tuned = make(MLPClassifier, max_iter=20, recipe=recipe(source, lower_rate=0.1))
    assert tuned.fit(X[few], labels[few]).score(X[rest], labels[rest]) > fresh + 0.05


def test_it_can_be_searched_cloned_and_kept(frames, other_task):
    source = make(CNNClassifier).fit(*frames)
    model = make(CNNClassifier, recipe=recipe(source))
    grid = {"recipe__lower_rate": [0, 0.1, 1.0], "recipe__init": [None, FrozenEstimator(source)]}
    assert np.isfinite(GridSearchCV(model, grid, cv=2).fit(*other_task).cv_results_["mean_test_score"]).all()
    assert np.isfinite(cross_val_score(clone(model), *other_task, cv=2)).all()
    fitted = model.set_params(recipe__lower_rate=0).fit(*other_task)
    kept = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(kept.predict_proba(other_task[0]), fitted.predict_proba(other_task[0]))
    assert kept.n_parameters_ == fitted.n_parameters_
    before = lower(kept)
    assert same(lower(kept.partial_fit(*other_task)), before) == list(before)


def test_another_shape_is_refused_with_what_to_do(frames):
    source = make(CNNClassifier).fit(*frames)
    for params, name in (({"n_filters": (6, 6)}, r"is \(4,"), ({"architecture": "compact"}, "is missing")):
        model = make(CNNClassifier, recipe=recipe(source), **params)
        with pytest.raises(ValueError, match=f"init: .* {name}.*Use its architecture"):
            model.fit(*frames)


def test_other_things_than_fitted_networks_are_refused(frames):
    X, y = frames
    with pytest.raises(NotFittedError, match="not fitted yet"):
        make(CNNClassifier, recipe=recipe(make(CNNClassifier))).fit(X, y)
    with pytest.raises(TypeError, match="Freeze it alone"):
        make(CNNClassifier, recipe=recipe(PCA(2).fit(X[:, :, 0]))).fit(X, y)
    with pytest.raises(TypeError, match="Freeze it alone"):
        pipeline = make_pipeline(make(CNNClassifier)).fit(X, y)
        make(CNNClassifier, recipe=recipe(pipeline)).fit(X, y)
    with pytest.raises(ValueError, match="lower_rate=2 must be"):
        make(CNNClassifier, recipe=TrainingRecipe(lower_rate=2)).fit(X, y)


class TestFilters:
    """Filters of a convolutional DBN are the initial weights of a CNN over time (Dieleman et al. 2011)."""

    @pytest.fixture
    def dbn(self, frames):
        return ConvolutionalDBN(
            (4, 4), filter_length=4, pool_size=2, n_iter=2, device="cpu", random_state=0
        ).fit(frames[0])

    def first(self, model):
        return [layer for layer in model.module_.modules() if isinstance(layer, torch.nn.Conv1d)]

    @pytest.mark.parametrize("lower_rate", [0, 1e-30])
    def test_are_the_first_convolutions(self, dbn, frames, lower_rate):
        params = {"architecture": "temporal", "n_filters": (4, 4, 5, 5)}
        model = make(CNNClassifier, recipe=recipe(dbn, lower_rate=lower_rate), **params).fit(*frames)
        convolutions = self.first(model)
        for layer, weight, bias in zip(convolutions, dbn.components_, dbn.intercept_hidden_, strict=False):
            np.testing.assert_allclose(layer.weight.detach(), weight, atol=1e-7)
            np.testing.assert_allclose(layer.bias.detach(), bias, atol=1e-7)
        fresh = make(CNNClassifier, **params).fit(*frames)
        assert not torch.equal(self.first(fresh)[0].weight, convolutions[0].weight)

    def test_that_do_not_fit_are_refused(self, dbn, frames):
        for params in (
            {"architecture": "temporal", "n_filters": (6, 6, 5, 5)},
            {"architecture": "k2c2", "n_filters": (4, 4)},
        ):
            with pytest.raises(ValueError, match=r"init: .*Use architecture='temporal'"):
                make(CNNClassifier, recipe=recipe(dbn), **params).fit(*frames)
