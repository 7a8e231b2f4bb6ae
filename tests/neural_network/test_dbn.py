"""The deep belief network: pretraining gives the network its initial weights."""

import numpy as np
import pytest
import sklearn
import torch
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from torch import nn

from skmir.modules import MLP, Maxout
from skmir.modules._mlp import ACTIVATIONS
from skmir.neural_network import RBM, DeepBeliefNetwork, DenoisingAutoencoder
from skmir.neural_network._dbn import _copy
from skmir.neural_network._split import validation_split
from skmir.neural_network._unsupervised._deep_belief_network import layer_of
from skmir.preprocessing import FrameScaler


@pytest.fixture
def rows(rng):
    """Rows of any scale and offset, which a machine standardises and the network does not."""
    return (rng.randn(60, 6) * [1, 5, 0.2, 30, 1, 2] + [0, 3, -1, 100, 5, 0]).astype(np.float32)


@pytest.fixture
def start(network, monkeypatch):
    """Fit without training on labels, so that the weights are the initial ones."""

    def start(*data, X_unlabelled=None, **params):
        model = network("dbn", **params)
        monkeypatch.setattr("skmir.neural_network._base.train", lambda net, *args, **kwargs: net.initialize())
        return model.fit(*data, X_unlabelled=X_unlabelled)

    return start


def linear(model):
    return [layer for layer in model.module_.hidden_layers if isinstance(layer, nn.Linear)]


@torch.no_grad()
def test_a_copied_layer_is_the_machine_on_rows_as_they_are(rows):
    machine = RBM(5, n_iter=5, device="cpu", random_state=0).fit(rows)
    layer = nn.Linear(6, 5)
    _copy(machine, layer)
    copied = torch.sigmoid(layer(torch.tensor(rows)))
    np.testing.assert_allclose(copied, machine.transform(rows), atol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("pretraining", ["rbm", "dae"])
def test_the_network_starts_as_a_stack(start, rows, pretraining):
    """Each layer is trained on the outputs of the layer below for all clips."""
    y = np.tile([0, 1, 2], 20)
    model = start(rows, y, hidden_layer_sizes=(5, 4), pretraining=pretraining, batch_size=20, random_state=3)
    stack = DeepBeliefNetwork(
        (5, 4),
        pretraining=layer_of(pretraining).set_params(batch_size=20),
        layer="all",
        device="cpu",
        random_state=int(np.random.RandomState(3).randint(2**31 - 1)),
    ).fit(rows)
    hidden = torch.tensor(rows)
    found = [hidden := torch.sigmoid(layer(hidden)) for layer in linear(model)]
    np.testing.assert_allclose(np.hstack(found), stack.transform(rows), atol=1e-4)
    assert not model.module_.final_layer.weight.any() and not model.module_.final_layer.bias.any()


def test_without_pretraining_weights_are_torchs_own(start, rows):
    y = np.tile([0, 1, 2], 20)
    random, pretrained = (start(rows, y, pretraining=p) for p in (None, "rbm"))
    for one, other in zip(linear(random), linear(pretrained), strict=True):
        assert one.weight.shape == other.weight.shape
        assert not torch.equal(one.weight, other.weight)
    assert random.module_.final_layer.weight.any()
    assert random.n_parameters_ == pretrained.n_parameters_


def test_parameters_that_change_pretraining(start, rows):
    y = np.tile([0, 1, 2], 20)
    first = linear(start(rows, y))[0].weight
    for params in (
        {"pretraining": RBM(n_iter=5)},
        {"pretraining": RBM(n_iter=2, learning_rate=0.02)},
        {"pretraining": RBM(n_iter=2, batch_size=8)},
        {"pretraining": RBM(n_iter=2, persistent=True)},
        {"pretraining": "dae"},
        {"random_state": 1},
    ):
        assert not torch.equal(linear(start(rows, y, **params))[0].weight, first), params
    for params in ({"max_iter": 9}, {"learning_rate_init": 0.5}, {"class_weight": "balanced"}):
        assert torch.equal(linear(start(rows, y, **params))[0].weight, first), params
    assert torch.equal(linear(start(rows, y[::-1].copy()))[0].weight, first)  # labels say nothing yet


def test_pretraining_sees_the_training_part_only(start, rows, monkeypatch):
    """Clips held out for early stopping are held out of pretraining too."""
    sides = []

    def split(*args):
        sides.append(validation_split(*args))
        return sides[-1]

    monkeypatch.setattr("skmir.neural_network._base.validation_split", split)

    def first_weights(X):
        return linear(start(X, np.tile([0, 1], 30), early_stopping=True, validation_fraction=0.3))[0].weight

    expected = first_weights(rows)
    for side, same in zip(sides[0], (False, True), strict=True):
        changed = rows.copy()
        changed[side[0]] += 7
        assert torch.equal(first_weights(changed), expected) == same


def test_the_network_is_a_sigmoid_mlp(network, frames):
    model = network("dbn", hidden_layer_sizes=(8, 6), dropout=0.1).fit(*frames)
    assert isinstance(model.module_, MLP)
    assert [type(layer) for layer in model.module_.hidden_layers] == [nn.Linear, nn.Sigmoid, nn.Dropout] * 2


def test_frames_of_unequal_length_are_pretrained_on_as_well(network, ragged):
    X, y = ragged
    assert network("dbn").fit(X, y).predict(X).shape == (12,)


def test_unlabelled_clips_are_pretrained_on(start, rows):
    y = np.tile([0, 1, 2], 10)
    few, many, all_ = (
        linear(start(X, y, X_unlabelled=more))[0].weight
        for X, more in ((rows[:30], None), (rows[:30], rows[30:]), (rows[:30], rows))
    )
    assert not torch.equal(few, many) and not torch.equal(many, all_)
    whole = linear(start(rows, np.tile(y, 2)))[0].weight
    torch.testing.assert_close(many, whole)  # the same rows, some of them without labels


@pytest.mark.parametrize("routing", [True, False])
def test_unlabelled_clips_pass_through_a_pipeline(network, frames, routing):
    X, y = frames
    with sklearn.config_context(enable_metadata_routing=routing):
        if routing:
            model = Pipeline(
                [("scale", FrameScaler()), ("dbn", network("dbn"))], transform_input=["X_unlabelled"]
            )
            model.fit(X[:12], y[:12], X_unlabelled=100 + 20 * X[12:])
            scaled = FrameScaler().fit(X[:12])
            direct = network("dbn").fit(
                scaled.transform(X[:12]), y[:12], X_unlabelled=scaled.transform(100 + 20 * X[12:])
            )
            np.testing.assert_array_equal(model.predict_proba(X), direct.predict_proba(scaled.transform(X)))
        else:
            model = make_pipeline(network("dbn")).fit(X[:12], y[:12], dbnclassifier__X_unlabelled=X[12:])
            direct = network("dbn").fit(X[:12], y[:12], X_unlabelled=X[12:])
            np.testing.assert_array_equal(model.predict_proba(X), direct.predict_proba(X))


def test_unlabelled_clips_without_pretraining_are_refused(network, frames):
    X, y = frames
    with pytest.raises(ValueError, match="X_unlabelled needs pretraining, got pretraining=None"):
        network("dbn", pretraining=None).fit(X, y, X_unlabelled=X)
    with pytest.raises(ValueError, match="bins"):
        network("dbn").fit(X, y, X_unlabelled=X[:, :4])


@pytest.mark.parametrize("activation", ["relu", "tanh", "elu", "leaky_relu", "softplus"])
def test_activations_are_those_of_the_autoencoders(start, rows, activation):
    y = np.tile([0, 1, 2], 20)
    model = start(rows, y, pretraining=DenoisingAutoencoder(n_iter=2), activation=activation)
    layers = [type(layer) for layer in model.module_.hidden_layers]
    assert layers == [nn.Linear, ACTIVATIONS[activation], nn.Dropout] * 2
    random = start(rows, y, pretraining=None, activation=activation)
    assert not torch.equal(linear(model)[1].weight, linear(random)[1].weight)


def test_maxout_starts_from_random_weights(network, frames):
    with pytest.raises(
        ValueError, match=r"activation='maxout' must go with pretraining=None, got pretraining=RBM\("
    ):
        network("dbn", activation="maxout").fit(*frames)
    model = network("dbn", activation="maxout", pretraining=None).fit(*frames)
    assert any(isinstance(layer, Maxout) for layer in model.module_.hidden_layers)


def test_a_search_compares_pretraining_with_none(network, frames):
    grid = {"pretraining": [None, "rbm", "dae", RBM(n_iter=1, sparsity_target=0.1)]}
    search = GridSearchCV(network("dbn", max_iter=1), grid, cv=2).fit(*frames)
    assert all(np.isfinite(search.cv_results_["mean_test_score"]))


@pytest.mark.parametrize("pretraining", ["pca", 3, nn.Linear(2, 2)])
def test_invalid_pretraining_is_refused(network, frames, pretraining):
    with pytest.raises(ValueError, match="is not one of"):
        network("dbn", pretraining=pretraining).fit(*frames)
