"""The network of learned chroma: layers, rectifiers, weights of one's own."""

import numpy as np
import pytest
import torch

from skmir.modules import ChromaNet


def rows(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("hidden", "expected"),
    [((), 84 * 12 + 12), ((64,), 84 * 64 + 64 + 64 * 12 + 12), ((64, 24), 84 * 64 + 64 + 65 * 24 + 25 * 12)],
)
def test_numbers_of_parameters(hidden, expected):
    net = ChromaNet(84, hidden_layer_sizes=hidden)
    assert sum(p.numel() for p in net.parameters()) == expected
    assert net(rows(5, 84)).shape == (5, 12)
    assert net(rows(5, 3, 84)).shape == (5, 3, 12)


@torch.no_grad()
@pytest.mark.parametrize("rectified", [True, False])
def test_by_hand(rectified):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        net = ChromaNet(6, 3, (8, 4), rectified)
    net.final_layer.bias -= net.final_layer.bias + 0.1  # some outputs below zero
    x = rows(50, 6)
    h = x
    for layer in net.layers()[:-1]:
        h = (h @ layer.weight.T + layer.bias).clamp(min=0)
    torch.testing.assert_close(net.features(x), h)
    y = h @ net.final_layer.weight.T + net.final_layer.bias
    torch.testing.assert_close(net(x), y.clamp(min=0) if rectified else y)
    assert (y < 0).any()


@torch.no_grad()
def test_features_without_hidden_layers_are_the_frames():
    x = rows(2, 6)
    assert torch.equal(ChromaNet(6).features(x), x)


@torch.no_grad()
@pytest.mark.parametrize("hidden", [(), (8,), (8, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arrays_make_the_network_again(hidden, dtype):
    net = ChromaNet(6, 3, hidden, rectified=False).to(torch.from_numpy(np.empty(0, dtype)).dtype)
    again = ChromaNet.from_arrays(*net.arrays(), rectified=False)
    x = rows(5, 6).to(net.final_layer.weight.dtype)
    assert torch.equal(again(x), net(x))
    assert again(x).dtype == x.dtype


def test_arrays_are_copies():
    net = ChromaNet(6)
    weights, biases = net.arrays()
    weights[0][:], biases[0][:] = 7, 7
    assert not (net.final_layer.weight == 7).any() and not (net.final_layer.bias == 7).any()


def test_every_parameter_learns():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = ChromaNet(12, 3, (16, 8))
    net(rows(64, 12)).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())
