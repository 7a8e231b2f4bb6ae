"""The deep belief network: pretraining gives the network its first weights."""

import numpy as np
import pytest
import torch
from torch import nn

from skmir.modules import MLP
from skmir.neural_network import RBM
from skmir.neural_network._dbn_mixin import _copy
from skmir.neural_network._split import validation_split


@pytest.fixture
def rows(rng):
    """Rows of any scale and offset: what a machine standardises and the network does not."""
    return (rng.randn(60, 6) * [1, 5, 0.2, 30, 1, 2] + [0, 3, -1, 100, 5, 0]).astype(np.float32)


@pytest.fixture
def start(network, monkeypatch):
    """Fit without training on labels: what is found are first weights."""

    def start(*data, **params):
        model = network("dbn", **params)
        monkeypatch.setattr("skmir.neural_network._base.train", lambda net, *args, **kwargs: net.initialize())
        return model.fit(*data)

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
def test_the_network_starts_as_a_stack_of_machines(start, rows):
    """Each layer's machine is trained on the hidden probabilities of the one below, on all clips."""
    y = np.tile([0, 1, 2], 20)
    model = start(rows, y, hidden_layer_sizes=(5, 4), random_state=3)
    seed = int(np.random.RandomState(3).randint(2**31 - 1))
    hidden = rows
    for depth, layer in enumerate(linear(model)):
        machine = RBM(
            layer.out_features,
            visible="bernoulli" if depth else "gaussian",
            learning_rate=0.01 if depth else 0.001,
            n_iter=2,
            device="cpu",
            random_state=seed + depth,
        ).fit(hidden)
        expected = machine.transform(hidden)
        found = torch.sigmoid(layer(torch.tensor(hidden)))
        np.testing.assert_allclose(found, expected, atol=1e-4)
        hidden = expected
    assert not model.module_.final_layer.weight.any() and not model.module_.final_layer.bias.any()


def test_without_pretraining_weights_are_torchs_own(start, rows):
    y = np.tile([0, 1, 2], 20)
    random, pretrained = (start(rows, y, pretraining=p) for p in (None, "rbm"))
    for one, other in zip(linear(random), linear(pretrained), strict=True):
        assert one.weight.shape == other.weight.shape
        assert not torch.equal(one.weight, other.weight)
    assert random.module_.final_layer.weight.any()
    assert random.n_parameters_ == pretrained.n_parameters_


def test_what_decides_pretraining(start, rows):
    y = np.tile([0, 1, 2], 20)
    first = linear(start(rows, y))[0].weight
    for params in (
        {"pretraining": RBM(n_iter=5)},
        {"pretraining": RBM(n_iter=2, learning_rate=0.02)},
        {"pretraining": RBM(n_iter=2, batch_size=8)},
        {"random_state": 1},
    ):
        assert not torch.equal(linear(start(rows, y, **params))[0].weight, first), params
    for params in ({"max_iter": 9}, {"learning_rate_init": 0.5}, {"class_weight": "balanced"}):
        assert torch.equal(linear(start(rows, y, **params))[0].weight, first), params
    assert torch.equal(linear(start(rows, y[::-1].copy()))[0].weight, first)  # labels say nothing yet


def test_pretraining_sees_the_training_part_only(start, rows, monkeypatch):
    """Clips held out for early stopping are held out of everything."""
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
