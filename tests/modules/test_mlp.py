"""The multi-layer perceptron: sizes, activations, dropout."""

import pytest
import torch

from skmir.modules import MLP

ACTIVATIONS = {
    "relu": lambda x: x.clamp(min=0),
    "elu": lambda x: torch.where(x > 0, x, torch.exp(x) - 1),
    "tanh": torch.tanh,
    "sigmoid": lambda x: 1 / (1 + torch.exp(-x)),
}


def frames(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [((), 12 * 5 + 5), ((7,), 12 * 7 + 7 + 7 * 5 + 5), ((7, 3), 12 * 7 + 7 + 7 * 3 + 3 + 3 * 5 + 5)],
)
def test_numbers_of_parameters(hidden, expected):
    net = MLP(12, 5, hidden)
    assert sum(p.numel() for p in net.parameters()) == expected
    assert net(frames(2, 4, 3)).shape == (2, 5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@torch.no_grad()
def test_activations_by_hand(activation):
    net = MLP(6, 3, (8, 4), activation).eval()
    first, second = net.hidden_layers[0], net.hidden_layers[3]
    function = ACTIVATIONS[activation]
    x = frames(5, 2, 3)
    h = function(x.reshape(5, 6) @ first.weight.T + first.bias)
    h = function(h @ second.weight.T + second.bias)
    expected = h @ net.final_layer.weight.T + net.final_layer.bias
    torch.testing.assert_close(net(x), expected, atol=1e-6, rtol=1e-5)


@torch.no_grad()
def test_dropout_acts_in_training_only():
    net = MLP(6, 3, (64,), dropout=0.5)
    x = frames(4, 6)
    assert not torch.equal(net.train()(x), net(x))
    assert torch.equal(net.eval()(x), net(x))


def test_an_unknown_activation_is_no_network():
    with pytest.raises(KeyError, match="softmax"):
        MLP(6, 3, activation="softmax")
