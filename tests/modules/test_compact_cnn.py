"""The compact CNN: maps of every layer with the tutorial's pools, any size and depth, dropout."""

import itertools

import pytest
import torch

from skmir.modules._compact_cnn import CompactCNN


def frames(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def maps_of(net, x):
    """Return the shape after every convolutional layer."""
    shapes = []
    for block in net.conv_layers:
        block.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[1:])))
    net(x)
    return shapes


@torch.no_grad()
def test_maps_of_every_layer_at_the_tutorials_size():
    net = CompactCNN(80, 80, 8).eval()
    assert maps_of(net, torch.zeros(1, 80, 80)) == [(32, 40, 20), (64, 13, 5), (64, 6, 1)]
    assert net.features(torch.zeros(1, 80, 80)).shape == (1, 128)


@torch.no_grad()
def test_maps_of_five_layers():
    net = CompactCNN(96, 1366, 8, (2, 3, 4, 5, 6)).eval()
    expected = [(2, 48, 341), (3, 16, 85), (4, 8, 17), (5, 4, 4), (6, 1, 1)]
    assert maps_of(net, torch.zeros(1, 96, 1366)) == expected


@pytest.mark.parametrize("hidden", [(), (7,), (12, 5)])
def test_numbers_of_parameters(hidden):
    count = sum(p.numel() for p in CompactCNN(80, 80, 8, hidden_layer_sizes=hidden).parameters())
    convolutions = sum(9 * i * o + 2 * o for i, o in itertools.pairwise((1, 32, 64, 64)))
    sizes = (64 * 6 * 1, *hidden, 8)
    assert count == 2 * 80 + convolutions + sum(i * o + o for i, o in itertools.pairwise(sizes))


@pytest.mark.parametrize("n_bins", [1, 2, 13, 40, 64, 100, 300])
@pytest.mark.parametrize("n_frames", [1, 2, 3, 43, 128, 130])
@pytest.mark.parametrize("n_layers", [1, 3, 4, 5, 7])
@torch.no_grad()
def test_any_size_and_depth_goes_through(n_bins, n_frames, n_layers):
    net = CompactCNN(n_bins, n_frames, 3, (4,) * n_layers, (6,)).eval()
    logits = net(frames(2, n_bins, n_frames))
    assert logits.shape == (2, 3) and logits.isfinite().all()


def test_the_first_layer_normalises_each_bin():
    net = CompactCNN(6, 20, 2, (4, 4)).train()
    seen = []
    net.conv_layers.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    gain = torch.tensor([1.0, 10, 100, 1000, 1e4, 1e5])[:, None]
    net(gain * frames(16, 6, 20) + gain)
    torch.testing.assert_close(seen[0].mean(dim=(0, 1, 3)), torch.zeros(6), atol=1e-4, rtol=0)
    torch.testing.assert_close(seen[0].std(dim=(0, 1, 3)), torch.ones(6), atol=1e-2, rtol=0)


@torch.no_grad()
def test_the_dense_layers_by_hand():
    net = CompactCNN(12, 20, 3, (4, 4), (6, 5)).eval()
    x = frames(4, 12, 20)
    h = net.conv_layers(net.input_norm(x)[:, None]).reshape(4, -1)
    first, second = (layer for layer in net.hidden_layers if isinstance(layer, torch.nn.Linear))
    h = (h @ first.weight.T + first.bias).clamp(min=0)
    h = (h @ second.weight.T + second.bias).clamp(min=0)
    torch.testing.assert_close(net.features(x), h, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(net(x), net.final_layer(h), atol=1e-5, rtol=1e-4)


def test_dropout_precedes_each_dense_layer_as_in_the_tutorial():
    net = CompactCNN(12, 20, 3, (4, 4), (6, 5))
    kinds = [torch.nn.Dropout, torch.nn.Linear, torch.nn.ReLU]
    assert [type(layer) for layer in net.hidden_layers] == 2 * kinds
    assert {layer.p for layer in net.hidden_layers if isinstance(layer, torch.nn.Dropout)} == {0.2}
    x = frames(4, 12, 20)
    assert not torch.equal(net.train()(x), net(x))
    assert torch.equal(net.eval()(x), net(x))


def test_every_parameter_learns():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = CompactCNN(12, 20, 3, (4, 4), (16,), dropout=0.0).train()
    net(frames(32, 12, 20)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


@torch.no_grad()
def test_pools_may_be_given():
    net = CompactCNN(12, 20, 3, (4, 5), pools=[(2, 3), (3, 1)]).eval()
    assert maps_of(net, torch.zeros(2, 12, 20)) == [(4, 6, 6), (5, 2, 6)]


@pytest.mark.parametrize(
    ("pools", "match"),
    [
        ([(2, 4), (2, 8)], r"after conv layer 2: 5 of 20 frames.*at least 32 frames"),
        ([(16, 1), (1, 1)], r"after conv layer 1: 12 of 12 bins.*at least 16 bins"),
    ],
)
def test_pools_that_do_not_fit(pools, match):
    with pytest.raises(ValueError, match=match):
        CompactCNN(12, 20, 3, (4, 4), pools=pools)
