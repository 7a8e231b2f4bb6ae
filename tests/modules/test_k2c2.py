"""k2c2 against the paper: widths, numbers of parameters, maps of every layer."""

import itertools

import pytest
import torch

from skmir.modules import K2C2
from skmir.modules._widths import sized

WIDTHS = {  # Table 1 of Choi et al. (2017)
    0.1e6: (20, 41, 41, 62, 83),
    0.25e6: (33, 66, 66, 100, 133),
    0.5e6: (47, 95, 95, 142, 190),
    1e6: (67, 135, 135, 203, 271),
    3e6: (118, 236, 236, 355, 473),
}


def n_parameters(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("target", "n_filters"), WIDTHS.items())
def test_the_papers_widths_give_the_papers_numbers_of_parameters(target, n_filters):
    count = n_parameters(K2C2(96, 1366, 50, n_filters))
    assert count == pytest.approx(target, rel=0.04)
    maps = (1, *n_filters)
    convolutions = sum(9 * i * o + 2 * o for i, o in itertools.pairwise(maps))
    assert count == 2 * 96 + convolutions + 50 * n_filters[-1] + 50


@pytest.mark.parametrize(("target", "n_filters"), WIDTHS.items())
def test_the_papers_widths_are_found_from_its_numbers_of_parameters(target, n_filters):
    """But for a unit, or one in a hundred: the paper's own numbers are that far from the round ones."""
    found = sized(K2C2, target, 96, 1366, 50)
    assert found["n_filters"] == pytest.approx(n_filters, abs=1, rel=0.01)


def test_the_default_is_the_smallest_of_the_paper():
    assert n_parameters(K2C2(96, 1366, 50)) == n_parameters(K2C2(96, 1366, 50, WIDTHS[0.1e6]))


@torch.no_grad()
def test_maps_of_every_layer_at_the_papers_size():
    net = K2C2(96, 1366, 50).eval()
    shapes = []
    for block in net.conv_layers:
        block.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[1:])))
    assert net(torch.zeros(1, 96, 1366)).shape == (1, 50)
    assert shapes == [(20, 48, 341), (41, 24, 85), (41, 12, 21), (62, 4, 4), (83, 1, 1)]


@pytest.mark.parametrize("n_bins", [1, 2, 13, 40, 128])
@pytest.mark.parametrize("n_frames", [1, 2, 3, 43, 128, 130])
@torch.no_grad()
def test_any_size_goes_through(n_bins, n_frames):
    net = K2C2(n_bins, n_frames, 3, (4, 4, 4, 4, 4)).eval()
    logits = net(torch.randn(2, n_bins, n_frames, generator=torch.Generator().manual_seed(0)))
    assert logits.shape == (2, 3) and logits.isfinite().all()


@pytest.mark.parametrize("n_filters", [(4,), (4, 6), (4, 6, 8)])
@torch.no_grad()
def test_any_depth_goes_through(n_filters):
    net = K2C2(40, 60, 3, n_filters).eval()
    assert len(net.conv_layers) == len(n_filters)
    assert net(torch.zeros(2, 40, 60)).shape == (2, 3)


def test_the_first_layer_normalises_each_bin():
    net = K2C2(6, 20, 2, (4, 4)).train()
    seen = []
    net.conv_layers.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    gain = torch.tensor([1.0, 10, 100, 1000, 1e4, 1e5])[:, None]
    net(gain * torch.randn(16, 6, 20, generator=torch.Generator().manual_seed(0)) + gain)
    torch.testing.assert_close(seen[0].mean(dim=(0, 1, 3)), torch.zeros(6), atol=1e-4, rtol=0)
    torch.testing.assert_close(seen[0].std(dim=(0, 1, 3)), torch.ones(6), atol=1e-2, rtol=0)


def test_every_parameter_learns():
    net = K2C2(12, 20, 3, (4, 4)).train()
    net(torch.randn(8, 12, 20, generator=torch.Generator().manual_seed(0))).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


@torch.no_grad()
def test_features_are_what_the_last_layer_sees():
    net = K2C2(12, 64, 3, (4, 5)).eval()
    x = torch.randn(4, 12, 64, generator=torch.Generator().manual_seed(0))
    assert net.features(x).shape == (4, 5)
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)))


@torch.no_grad()
def test_dropout_precedes_the_last_layer():
    net = K2C2(12, 64, 3, (4, 64), dropout=0.5)
    x = torch.randn(4, 12, 64, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(net.train()(x), net(x))
    assert torch.equal(net.features(x), net.features(x))
    assert torch.equal(net.eval()(x), net(x))


@torch.no_grad()
def test_pools_may_be_given():
    net = K2C2(12, 64, 3, (4, 4), pools=[(6, 8), (2, 8)]).eval()
    shapes = []
    for block in net.conv_layers:
        block.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[2:])))
    assert net(torch.zeros(2, 12, 64)).shape == (2, 3)
    assert shapes == [(2, 8), (1, 1)]


@pytest.mark.parametrize(
    ("pools", "match"),
    [
        ([(3, 8), (4, 16)], r"after conv layer 2: 8 of 64 frames.*at least 128 frames"),
        ([(16, 8), (1, 8)], r"after conv layer 1: 12 of 12 bins.*at least 16 bins"),
        ([(2, 8), (2, 8)], r"leave 3 of 12 bins after conv layer 2.*between 7 and 12,"),
        ([(3, 4), (4, 4)], r"leave 4 of 64 frames after conv layer 2.*between 33 and 64,"),
    ],
)
def test_pools_that_do_not_fit(pools, match):
    with pytest.raises(ValueError, match=match):
        K2C2(12, 64, 3, (4, 4), pools=pools)
