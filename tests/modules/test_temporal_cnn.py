"""TemporalCNN: maps of every layer at the original's size, the three ways of pooling time."""

import inspect
import itertools

import pytest
import torch
from torch.nn import functional

from skmir.modules._pools import reduced
from skmir.modules._temporal_cnn import EPS, MIN_STEPS, SOURCE_POOLS, TemporalCNN, pool_time, pools_for
from skmir.modules._widths import sized


def frames(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def make(*args, **params):
    """Return a network in evaluation mode, the same at each call."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return TemporalCNN(*args, **params).eval()


def n_parameters(module):
    return sum(p.numel() for p in module.parameters())


@torch.no_grad()
def test_maps_of_every_layer_at_the_originals_size():
    net = make(128, 599, 40)
    shapes = []
    for layer in (*net.conv_layers, *net.dense_layers):
        layer.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[1:])))
    assert net(torch.zeros(1, 128, 599)).shape == (1, 40)
    assert shapes == [(32, 149), (32, 74), (64, 37), (64, 37), (256,), (256,)]
    assert net.features(torch.zeros(1, 128, 599)).shape == (1, 256)


@pytest.mark.parametrize("n_filters", [(6,), (6, 5), (32, 32, 64, 64)])
@pytest.mark.parametrize("hidden", [(), (9,), (256, 256), (2048, 2048)])
def test_numbers_of_parameters(n_filters, hidden):
    net = TemporalCNN(128, 599, 40, n_filters, hidden)
    convolutions = sum(4 * i * o + o for i, o in itertools.pairwise((128, *n_filters)))
    dense = sum(i * o + o for i, o in itertools.pairwise((3 * n_filters[-1], *hidden, 40)))
    assert n_parameters(net) == convolutions + dense


def test_kernels_see_all_bins_and_four_steps():
    net = make(40, 64, 3)
    assert [layer[1].weight.shape[1:] for layer in net.conv_layers] == [(40, 4), (32, 4), (32, 4), (64, 4)]


@torch.no_grad()
def test_convolutions_are_padded_by_one_zero_before_and_two_behind():
    net = make(3, 5, 2, (1,), ())
    pad, convolution = net.conv_layers[0][:2]
    x = frames(1, 3, 5)
    padded = torch.cat([torch.zeros(1, 3, 1), x, torch.zeros(1, 3, 2)], dim=2)
    expected = torch.stack(
        [(padded[:, :, t : t + 4] * convolution.weight).sum() + convolution.bias[0] for t in range(5)]
    )
    torch.testing.assert_close(convolution(pad(x)).flatten(), expected)


@torch.no_grad()
def test_the_whole_network_by_hand():
    """Rectifiers follow all layers but the last; pools stand between convolutions, not behind the last."""
    net = make(6, 40, 3, (4, 5, 7), (9, 8))
    x = frames(2, 6, 40)
    h = x
    for layer, pool in zip(net.conv_layers, pools_for(40, 2), strict=False):
        h = functional.max_pool1d(layer[1](layer[0](h)).relu(), pool)
    h = net.conv_layers[-1][1](net.conv_layers[-1][0](h)).relu()
    h = torch.cat([h.mean(2), h.amax(2), torch.linalg.vector_norm(h, dim=2)], dim=1)
    for layer in net.dense_layers:
        h = layer[1](h).relu()
    torch.testing.assert_close(net(x), net.final_layer(h))


@torch.no_grad()
def test_time_is_pooled_by_mean_maximum_and_norm():
    x = frames(5, 7, 11)
    mean, maximum, norm = pool_time(x).split(7, dim=1)
    torch.testing.assert_close(mean, x.sum(2) / 11)
    torch.testing.assert_close(maximum, x.max(2).values)
    torch.testing.assert_close(norm, torch.linalg.vector_norm(x, dim=2))


def test_the_norms_gradient_is_finite_at_zero():
    x = torch.zeros(2, 3, 4, requires_grad=True)
    pooled = pool_time(x)
    assert pooled[:, 6:].max() <= 1.01 * EPS**0.5
    pooled.sum().backward()
    assert x.grad.isfinite().all()
    tiny = torch.full((2, 3, 4), 1e-30, requires_grad=True)
    pool_time(tiny).sum().backward()
    assert tiny.grad.isfinite().all() and tiny.grad.abs().max() < 1.5


def test_maps_that_are_all_zero_still_let_the_network_learn():
    net = make(6, 20, 3, (4, 4), (8,)).train()
    with torch.no_grad():
        net.conv_layers[-1][1].bias.fill_(-100.0)  # no unit of the last map is ever active
    net(frames(4, 6, 20)).logsumexp(1).sum().backward()
    assert all(p.grad.isfinite().all() for p in net.parameters())


@torch.no_grad()
def test_where_a_pattern_stands_in_time_does_not_matter():
    """Silence stays silence without biases, so that moving by what the pools take at once is exact."""
    net = make(6, 256, 3)
    for layer in net.conv_layers:
        layer[1].bias.zero_()
    x = torch.zeros(2, 6, 256)
    x[:, :, 64:80] = frames(2, 6, 16)
    early, late = net.features(x), net.features(x.roll(96, dims=2))
    assert early.abs().max() > 1e-3
    torch.testing.assert_close(late, early, atol=1e-6, rtol=1e-5)


@torch.no_grad()
def test_the_order_of_frames_near_each_other_matters():
    net = make(6, 64, 3)
    x = frames(2, 6, 64)
    assert (net(x) - net(x.flip(2))).abs().max() > 1e-4


@pytest.mark.parametrize("n_bins", [1, 2, 40, 128])
@pytest.mark.parametrize("n_frames", [1, 2, 3, 7, 15, 43, 127, 128])
@torch.no_grad()
def test_any_size_goes_through_and_keeps_its_steps(n_bins, n_frames):
    net = make(n_bins, n_frames, 3, (4, 4, 4, 4), (5,))
    x = frames(2, n_bins, n_frames)
    assert net(x).shape == (2, 3) and net(x).isfinite().all()
    assert net.conv_layers(x).shape[2] >= min(n_frames, MIN_STEPS)


def test_the_sources_pools_serve_where_they_leave_enough():
    assert pools_for(599, 3) == pools_for(128, 3) == SOURCE_POOLS == (4, 2, 2)
    for n_frames in range(1, 128):
        pools = pools_for(n_frames, 3)
        assert pools != SOURCE_POOLS
        assert reduced(n_frames, pools) >= min(n_frames, MIN_STEPS), n_frames


@pytest.mark.parametrize("n_filters", [(4,), (4, 6), (4, 6, 8), (4, 4, 4, 4, 4)])
@torch.no_grad()
def test_any_depth_goes_through(n_filters):
    net = make(12, 60, 3, n_filters, ())
    assert len(net.conv_layers) == len(n_filters)
    assert net.features(torch.zeros(2, 12, 60)).shape == (2, 3 * n_filters[-1])


@torch.no_grad()
def test_frames_may_lie_in_memory_time_by_time():
    net = make(12, 20, 3)
    x = frames(2, 20, 12).transpose(1, 2)
    assert not x.is_contiguous()
    torch.testing.assert_close(net(x), net(x.contiguous()))


@torch.no_grad()
def test_dropout_is_of_each_dense_layers_inputs_in_training():
    net = make(12, 20, 3, (4, 4), (64, 64)).train()
    layers = [net.dense_layers[0][1], net.dense_layers[1][1], net.final_layer]
    shares = []
    for layer in layers:
        layer.register_forward_pre_hook(lambda module, args: shares.append((args[0] == 0).float().mean()))
    x = frames(64, 12, 20)
    net.eval()(x)
    net.train()(x)
    assert len(shares) == 6
    for quiet, dropped in zip(shares[:3], shares[3:], strict=True):
        assert dropped > quiet + 0.15
    assert not torch.equal(net(x), net(x))
    assert torch.equal(net.eval()(x), net(x))


@torch.no_grad()
def test_features_are_what_the_last_layer_sees():
    net = make(12, 20, 3)
    x = frames(2, 12, 20)
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)), rtol=0, atol=0)


@pytest.mark.parametrize("n_frames", [1, 20, 130])
def test_every_parameter_learns(n_frames):
    net = make(12, n_frames, 3, (8, 8, 8, 8), (16, 16), dropout=0.0).train()
    net(frames(16, 12, n_frames)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_widths_grow_together():
    parameters = inspect.signature(TemporalCNN).parameters
    defaults = {name: list(parameters[name].default) for name in ("n_filters", "hidden_layer_sizes")}
    assert TemporalCNN.widths(32) == defaults
    source = TemporalCNN.widths(256)
    assert source["n_filters"][0] == 256 and source["hidden_layer_sizes"] == [2048, 2048]


def test_a_wanted_number_of_parameters_is_met():
    widths = sized(TemporalCNN, 1e5, n_bins=96, n_frames=128, n_outputs=10)
    assert n_parameters(TemporalCNN(96, 128, 10, **widths)) == pytest.approx(1e5, rel=0.04)
