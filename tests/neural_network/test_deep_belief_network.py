"""The stack of layers that learn without labels."""

import pickle
import re

import numpy as np
import pytest
from sklearn.base import clone

from skmir.neural_network import RBM, DeepBeliefNetwork, DenoisingAutoencoder

EACH = {
    "rbm": RBM(n_iter=3),
    "bernoulli": RBM(n_iter=3, visible="bernoulli"),
    "dae": DenoisingAutoencoder(n_iter=3),
    "relu": DenoisingAutoencoder(n_iter=3, activation="relu"),
}


@pytest.fixture
def rows(rng):
    return rng.rand(80, 6)


def stack(pretraining="rbm", **params):
    defaults = {"hidden_layer_sizes": (5, 4, 3), "device": "cpu", "random_state": 0}
    return DeepBeliefNetwork(pretraining=EACH.get(pretraining, pretraining), **{**defaults, **params})


@pytest.mark.parametrize("name", EACH)
def test_each_layer_learns_from_the_one_below(rows, name):
    model = stack(name, layer="all").fit(rows)
    hidden, layers = rows, []
    for depth, layer in enumerate(model.estimators_):
        assert layer.visible == (
            EACH[name].visible if not depth else "gaussian" if name == "relu" else "bernoulli"
        )
        np.testing.assert_array_equal(clone(layer).fit(hidden).components_, layer.components_)
        hidden = layer.transform(hidden)
        layers.append(hidden)
    np.testing.assert_array_equal(model.transform(rows), np.hstack(layers))
    for number, expected in enumerate(layers, start=1):
        np.testing.assert_array_equal(model.set_params(layer=number).transform(rows), expected)
        assert len(model.get_feature_names_out()) == expected.shape[1]
    np.testing.assert_array_equal(model.set_params(layer="last").transform(rows), layers[-1])


def test_the_first_gaussian_layer_learns_slower(rows):
    rates = {name: [m.learning_rate for m in stack(name).fit(rows).estimators_] for name in EACH}
    np.testing.assert_allclose(rates["rbm"], [0.001, 0.01, 0.01])
    np.testing.assert_allclose(rates["bernoulli"], [0.01, 0.01, 0.01])


def test_names_are_layers_with_their_defaults(rows):
    by_name = stack("rbm", hidden_layer_sizes=5).set_params(pretraining="rbm").fit(rows)
    by_object = stack(hidden_layer_sizes=(5,)).set_params(pretraining=RBM()).fit(rows)
    np.testing.assert_array_equal(by_name.transform(rows), by_object.transform(rows))
    template = RBM(n_iter=2)
    stack().set_params(pretraining=template).fit(rows)
    assert not hasattr(template, "components_") and template.n_components == 256


def test_seeds_pickles_and_sizes(rows):
    one, same, other = (stack(random_state=seed).fit(rows).transform(rows) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    model = stack("dae").fit(rows)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).transform(rows), model.transform(rows))
    assert model.n_parameters_ == sum(layer.n_parameters_ for layer in model.estimators_)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"layer": 4}, "layer=4 must be 'last', 'all', or a number from 1 to 3"),
        ({"layer": 0}, "layer=0 must be"),
        ({"layer": True}, "layer=True must be"),
        ({"pretraining": "pca"}, "pretraining='pca' is not one of ['dae', 'rbm'], nor an RBM or"),
        ({"pretraining": None}, "pretraining=None is not one of"),
        ({"hidden_layer_sizes": (4, 0)}, "hidden_layer_sizes"),
    ],
)
def test_invalid_parameters_are_refused(rows, params, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        stack().set_params(**params).fit(rows)
