"""k1c2 against the paper: numbers of parameters, maps of every layer, bins kept apart."""

import itertools

import pytest
import torch

from skmir.modules._k1c2 import K1C2


def n_parameters(module):
    return sum(p.numel() for p in module.parameters())


def frames(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("n_filters", [(15, 15, 30, 30), (8, 9, 10, 11)])
@pytest.mark.parametrize("hidden", [None, (7,), (12, 5)])
def test_numbers_of_parameters(n_filters, hidden):
    """The paper's own widths are not known for certain, so this is held against arithmetic alone."""
    count = n_parameters(K1C2(96, 1366, 50, n_filters, hidden))
    convolutions = sum(4 * i * o + 2 * o for i, o in itertools.pairwise((1, *n_filters)))
    sizes = (96 * n_filters[-1], *(hidden or [n_filters[-1]] * 2), 50)
    assert count == 2 * 96 + convolutions + sum(i * o + o for i, o in itertools.pairwise(sizes))


@torch.no_grad()
def test_maps_of_every_layer_at_the_papers_size():
    net = K1C2(96, 1366, 50).eval()
    shapes = []
    for block in net.conv_layers:
        block.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[1:])))
    assert net(torch.zeros(1, 96, 1366)).shape == (1, 50)
    assert shapes == [(15, 96, 341), (15, 96, 68), (30, 96, 8), (30, 96, 1)]


@pytest.mark.parametrize("n_bins", [1, 2, 13, 40, 128])
@pytest.mark.parametrize("n_frames", [1, 2, 3, 43, 128, 130])
@torch.no_grad()
def test_any_size_goes_through(n_bins, n_frames):
    net = K1C2(n_bins, n_frames, 3, (4, 4, 4, 4)).eval()
    logits = net(frames(2, n_bins, n_frames))
    assert logits.shape == (2, 3) and logits.isfinite().all()


@pytest.mark.parametrize("n_filters", [(4,), (4, 6), (4, 6, 8), (4, 4, 4, 4, 4, 4)])
@pytest.mark.parametrize("hidden", [None, (), (5,), (5, 6, 7)])
@torch.no_grad()
def test_any_depth_goes_through(n_filters, hidden):
    net = K1C2(40, 60, 3, n_filters, hidden).eval()
    assert len(net.conv_layers) == len(n_filters)
    assert net(torch.zeros(2, 40, 60)).shape == (2, 3)


@torch.no_grad()
def test_kernels_see_one_bin_at_a_time_and_are_the_same_in_each():
    net = K1C2(6, 20, 2, (4, 4)).eval()
    maps = []
    net.conv_layers.register_forward_hook(lambda module, args, output: maps.append(output))
    x = frames(1, 6, 20)
    changed = x.clone()
    changed[:, 2] += 1
    for clip in (x, changed, x.flip(1)):
        net(clip)
    others = [0, 1, 3, 4, 5]
    torch.testing.assert_close(maps[0][:, :, others], maps[1][:, :, others])
    assert (maps[0][:, :, 2] - maps[1][:, :, 2]).abs().max() > 1e-3
    torch.testing.assert_close(maps[2], maps[0].flip(2))


@torch.no_grad()
def test_the_dense_layers_tell_bins_apart():
    net = K1C2(6, 20, 2, (4, 4)).eval()
    x = frames(3, 6, 20)
    assert (net(x) - net(x.flip(1))).abs().max() > 1e-3


def test_the_first_layer_normalises_each_bin():
    net = K1C2(6, 20, 2, (4, 4)).train()
    seen = []
    net.conv_layers.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    gain = torch.tensor([1.0, 10, 100, 1000, 1e4, 1e5])[:, None]
    net(gain * frames(16, 6, 20) + gain)
    torch.testing.assert_close(seen[0].mean(dim=(0, 1, 3)), torch.zeros(6), atol=1e-4, rtol=0)
    torch.testing.assert_close(seen[0].std(dim=(0, 1, 3)), torch.ones(6), atol=1e-2, rtol=0)


@torch.no_grad()
def test_features_are_what_the_last_layer_sees():
    net = K1C2(6, 20, 2, (4, 5), (7, 3), dropout=0.5).eval()
    x = frames(4, 6, 20)
    assert net.features(x).shape == (4, 3)
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)))


def test_dropout_follows_each_dense_layer():
    net = K1C2(6, 20, 2, (4, 4), (64, 64), dropout=0.5)
    assert [m.p for m in net.modules() if isinstance(m, torch.nn.Dropout)] == [0.5, 0.5]
    x = frames(4, 6, 20)
    for hidden in ((64, 64), (64,)):
        net = K1C2(6, 20, 2, (4, 4), hidden, dropout=0.5)
        assert not torch.equal(net.train()(x), net(x))
        assert torch.equal(net.eval()(x), net(x))


def test_every_parameter_learns():
    net = K1C2(12, 20, 3, (4, 4)).train()
    net(frames(8, 12, 20)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


@torch.no_grad()
def test_pools_may_be_given():
    net = K1C2(12, 20, 3, (4, 4), pools=[10, 2]).eval()
    shapes = []
    for block in net.conv_layers:
        block.register_forward_hook(lambda module, args, output: shapes.append(output.shape[3]))
    assert net(frames(2, 12, 20)).shape == (2, 3)
    assert shapes == [2, 1]


@pytest.mark.parametrize(
    ("pools", "match"),
    [
        ([4, 8], r"after conv layer 2: 5 of 20 frames.*at least 32 frames"),
        ([2, 2], r"leave 5 of 20 frames after conv layer 2.*between 11 and 20,"),
    ],
)
def test_pools_that_do_not_fit(pools, match):
    with pytest.raises(ValueError, match=match):
        K1C2(12, 20, 3, (4, 4), pools=pools)
