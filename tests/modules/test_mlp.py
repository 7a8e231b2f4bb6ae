"""The multi-layer perceptron: sizes, activations, dropout."""

import pytest
import torch
from torch import nn

from skmir.modules import MLP
from skmir.modules._maxout import Maxout
from skmir.modules._mlp import ACTIVATIONS as NAMES

ACTIVATIONS = {
    "relu": lambda x: x.clamp(min=0),
    "elu": lambda x: torch.where(x > 0, x, torch.exp(x) - 1),
    "tanh": torch.tanh,
    "sigmoid": lambda x: 1 / (1 + torch.exp(-x)),
    "leaky_relu": lambda x: torch.where(x > 0, x, 0.01 * x),
    "softplus": lambda x: torch.log(1 + torch.exp(x)),
}


class Square(nn.Module):
    """An activation of the user's own."""

    def forward(self, x):
        return x.square()


def frames(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def n_parameters(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [((), 12 * 5 + 5), ((7,), 12 * 7 + 7 + 7 * 5 + 5), ((7, 3), 12 * 7 + 7 + 7 * 3 + 3 + 3 * 5 + 5)],
)
def test_numbers_of_parameters(hidden, expected):
    net = MLP(12, 5, hidden)
    assert n_parameters(net) == expected
    assert net(frames(2, 4, 3)).shape == (2, 5)


@pytest.mark.parametrize("n_pieces", [1, 2, 4])
def test_maxout_has_its_pieces_times_the_parameters(n_pieces):
    net = MLP(12, 5, (7, 3), "maxout", n_pieces=n_pieces)
    assert n_parameters(net) == n_pieces * (12 * 7 + 7 + 7 * 3 + 3) + 3 * 5 + 5
    assert net(frames(2, 4, 3)).shape == (2, 5)


def test_there_is_a_hand_made_version_of_each_activation():
    assert set(ACTIVATIONS) | {"maxout"} == set(NAMES)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@torch.no_grad()
def test_activations_by_hand(activation):
    check_by_hand(activation, ACTIVATIONS[activation])


@torch.no_grad()
def test_an_activation_of_ones_own():
    check_by_hand(Square, torch.square)


def check_by_hand(activation, function):
    net = MLP(6, 3, (8, 4), activation).eval()
    first, second = net.hidden_layers[0], net.hidden_layers[3]
    x = frames(5, 2, 3)
    h = function(x.reshape(5, 6) @ first.weight.T + first.bias)
    h = function(h @ second.weight.T + second.bias)
    expected = h @ net.final_layer.weight.T + net.final_layer.bias
    torch.testing.assert_close(net(x), expected, atol=1e-6, rtol=1e-5)


@torch.no_grad()
def test_maxout_by_hand():
    net = MLP(6, 3, (8, 4), "maxout", n_pieces=3).eval()
    first, second = (layer for layer in net.hidden_layers if isinstance(layer, Maxout))
    x = frames(5, 2, 3)
    h = first.pieces(x.reshape(5, 6)).reshape(5, 8, 3).amax(2)
    h = second.pieces(h).reshape(5, 4, 3).amax(2)
    torch.testing.assert_close(net(x), net.final_layer(h))


@pytest.mark.parametrize("activation", [*NAMES, Square, Maxout])
def test_every_parameter_learns(activation):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = MLP(12, 3, (16, 8), activation).train()
    net(frames(32, 4, 3)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


@torch.no_grad()
def test_features_are_what_the_last_layer_sees():
    net = MLP(6, 3, (8, 4), dropout=0.5).eval()
    x = frames(5, 2, 3)
    assert net.features(x).shape == (5, 4)
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)), rtol=0, atol=0)
    assert torch.equal(MLP(6, 3, ()).features(x), x.flatten(1))


@torch.no_grad()
def test_frames_may_lie_in_memory_time_by_time():
    net = MLP(6, 3).eval()
    x = frames(5, 3, 2).transpose(1, 2)
    assert not x.is_contiguous()
    assert torch.equal(net(x), net(x.contiguous()))


@torch.no_grad()
def test_dropout_acts_in_training_only():
    net = MLP(6, 3, (64,), dropout=0.5)
    x = frames(4, 6)
    assert not torch.equal(net.train()(x), net(x))
    assert torch.equal(net.eval()(x), net(x))


def test_an_unknown_activation_is_no_network():
    with pytest.raises(KeyError, match="softmax"):
        MLP(6, 3, activation="softmax")
