"""k2c1 against the paper: widths, numbers of parameters, maps of every layer, a kernel over all bins."""

import itertools

import pytest
import torch

from skmir.modules._k2c1 import K2C1
from skmir.modules._widths import sized

WIDTHS = {  # Table 1 of Choi et al. (2017): three convolutions, and two with the dense layers
    0.1e6: (43, 87),
    0.25e6: (72, 145),
    0.5e6: (106, 212),
    1e6: (152, 304),
    3e6: (265, 535),
}


def filters(narrow, wide):
    return (narrow, narrow, narrow, wide, wide)


def n_parameters(module):
    return sum(p.numel() for p in module.parameters())


def frames(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("target", "widths"), WIDTHS.items())
def test_the_papers_widths_give_the_papers_numbers_of_parameters(target, widths):
    n_filters = filters(*widths)
    count = n_parameters(K2C1(96, 1366, 50, n_filters))
    assert count == pytest.approx(target, rel=0.03)
    convolutions = sum(4 * i * o + 2 * o for i, o in itertools.pairwise((96, *n_filters)))
    sizes = (*[n_filters[-1]] * 3, 50)
    assert count == 2 * 96 + convolutions + sum(i * o + o for i, o in itertools.pairwise(sizes))


@pytest.mark.parametrize(("target", "widths"), WIDTHS.items())
def test_the_papers_widths_are_found_from_its_numbers_of_parameters(target, widths):
    """But for a unit, or one in a hundred: the paper's own numbers are that far from the round ones."""
    found = sized(K2C1, target, 96, 1366, 50)
    assert found["n_filters"] == pytest.approx(filters(*widths), abs=1, rel=0.01)
    assert found["hidden_layer_sizes"] == pytest.approx([widths[1]] * 2, abs=1, rel=0.01)


def test_the_default_is_the_smallest_of_the_paper():
    assert n_parameters(K2C1(96, 1366, 50)) == n_parameters(K2C1(96, 1366, 50, filters(*WIDTHS[0.1e6])))


@torch.no_grad()
def test_maps_of_every_layer_at_the_papers_size():
    net = K2C1(96, 1366, 50).eval()
    shapes = []
    for block in net.conv_layers:
        block.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[1:])))
    assert net(torch.zeros(1, 96, 1366)).shape == (1, 50)
    assert shapes == [(43, 1, 341), (43, 1, 85), (43, 1, 21), (87, 1, 5), (87, 1, 1)]


@pytest.mark.parametrize("n_bins", [1, 2, 13, 40, 128])
@pytest.mark.parametrize("n_frames", [1, 2, 3, 43, 128, 130])
@torch.no_grad()
def test_any_size_goes_through(n_bins, n_frames):
    net = K2C1(n_bins, n_frames, 3, (4, 4, 4, 4, 4)).eval()
    logits = net(frames(2, n_bins, n_frames))
    assert logits.shape == (2, 3) and logits.isfinite().all()


@pytest.mark.parametrize("n_filters", [(4,), (4, 6), (4, 6, 8), (4, 4, 4, 4, 4, 4)])
@pytest.mark.parametrize("hidden", [None, (), (5,), (5, 6, 7)])
@torch.no_grad()
def test_any_depth_goes_through(n_filters, hidden):
    net = K2C1(40, 60, 3, n_filters, hidden).eval()
    assert len(net.conv_layers) == len(n_filters)
    assert net(torch.zeros(2, 40, 60)).shape == (2, 3)


@torch.no_grad()
def test_the_first_kernels_are_all_bins_high():
    """By hand, as the paper draws it: one image, kernels of n_bins x 4."""
    net = K2C1(6, 20, 2, (4, 4)).eval()
    x = frames(3, 6, 20)
    maps = []
    net.conv_layers[0][1].register_forward_hook(lambda module, args, output: maps.append(output))
    net(x)
    kernels = net.conv_layers[0][1].weight  # (4, 6, 1, 4)
    image = torch.nn.functional.pad(net.input_norm(x)[:, None], (1, 2))  # (3, 1, 6, 23)
    expected = torch.nn.functional.conv2d(image, kernels.permute(0, 2, 1, 3))
    assert expected.shape == (3, 4, 1, 20)
    torch.testing.assert_close(maps[0], expected, atol=1e-5, rtol=1e-4)


def test_the_first_layer_normalises_each_bin():
    net = K2C1(6, 20, 2, (4, 4)).train()
    seen = []
    net.conv_layers.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    gain = torch.tensor([1.0, 10, 100, 1000, 1e4, 1e5])[:, None]
    net(gain * frames(16, 6, 20) + gain)
    torch.testing.assert_close(seen[0].mean(dim=(0, 2, 3)), torch.zeros(6), atol=1e-4, rtol=0)
    torch.testing.assert_close(seen[0].std(dim=(0, 2, 3)), torch.ones(6), atol=1e-2, rtol=0)


@torch.no_grad()
def test_features_are_what_the_last_layer_sees():
    net = K2C1(6, 20, 2, (4, 5), (7, 3), dropout=0.5).eval()
    x = frames(4, 6, 20)
    assert net.features(x).shape == (4, 3)
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)))


def test_dropout_follows_each_dense_layer():
    net = K2C1(6, 20, 2, (4, 4), (64, 64), dropout=0.5)
    assert [m.p for m in net.modules() if isinstance(m, torch.nn.Dropout)] == [0.5, 0.5]
    x = frames(4, 6, 20)
    for hidden in ((64, 64), (64,)):
        net = K2C1(6, 20, 2, (4, 4), hidden, dropout=0.5)
        assert not torch.equal(net.train()(x), net(x))
        assert torch.equal(net.eval()(x), net(x))


def test_every_parameter_learns():
    net = K2C1(12, 20, 3, (4, 4)).train()
    net(frames(8, 12, 20)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


@torch.no_grad()
def test_pools_may_be_given():
    net = K2C1(12, 20, 3, (4, 4), pools=[10, 2]).eval()
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
        K2C1(12, 20, 3, (4, 4), pools=pools)
