"""TemporalFiltersCNN: the lengths of its kernels, and that it hears loudness only, and tempo."""

import pytest
import torch

from skmir.modules import TemporalFiltersCNN, TimbralCNN


def frames(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def make(*args, **params):
    """Return a network in evaluation mode, the same at each call."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return TemporalFiltersCNN(*args, **params).eval()


def test_kernels_are_the_papers():
    net = make(96, 1376, 3)
    assert [layer[1].kernel_size for layer in net.temporal_layers] == [(165,), (128,), (64,), (32,)]
    assert [layer[1].out_channels for layer in net.temporal_layers] == [12, 28, 60, 124]
    assert sum(p.numel() for p in net.parameters()) == (
        12 * 166 + 28 * 129 + 60 * 65 + 124 * 33 + 224 * 3 + 3
    )


@torch.no_grad()
def test_maps_are_convolutions_of_the_mean_over_frequency():
    net = make(6, 200, 3, n_filters=(2, 3, 4, 5))
    x = frames(2, 6, 200)
    maps = list(net.maps(x))
    assert [tuple(m.shape) for m in maps] == [(2, n, 200) for n in (2, 3, 4, 5)]
    for (_, convolution, _), found in zip(net.temporal_layers, maps, strict=True):
        loudness = x.mean(1, keepdim=True)
        whole = torch.nn.functional.conv1d(loudness, convolution.weight, convolution.bias, padding=200)
        before = 200 - (convolution.kernel_size[0] - 1) // 2
        torch.testing.assert_close(found, whole[..., before : before + 200].relu(), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(net.features(x), torch.cat([m.mean(2) for m in maps], dim=1))
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)))


@torch.no_grad()
def test_only_loudness_is_heard():
    net = make(6, 200, 3)
    x = frames(2, 6, 200)
    torch.testing.assert_close(net.features(x.flip(1)), net.features(x), atol=1e-6, rtol=1e-5)


@torch.no_grad()
def test_two_tempi_of_equal_loudness_differ():
    net = make(1, 480, 3)
    slow, fast = torch.zeros(1, 1, 480), torch.zeros(1, 1, 480)
    slow[..., ::40], fast[..., ::20] = 2.0, 1.0
    assert slow.mean() == fast.mean()
    one, other = net.features(slow), net.features(fast)
    shifted = net.features(slow.roll(10, dims=2))
    assert (one - other).norm() > 5 * (one - shifted).norm()


@pytest.mark.parametrize("n_bins", [1, 96])
@pytest.mark.parametrize("n_frames", [1, 2, 43])
@torch.no_grad()
def test_any_size_goes_through(n_bins, n_frames):
    logits = make(n_bins, n_frames, 3)(frames(2, n_bins, n_frames))
    assert logits.shape == (2, 3) and logits.isfinite().all()


@pytest.mark.parametrize("n_filters", [(4, 4), (1, 2, 3, 4, 5)])
def test_widths_are_one_a_length(n_filters):
    with pytest.raises(ValueError, match=r"n_filters=.* must hold 4 numbers, .*\(165, 128, 64, 32\) frames"):
        TemporalFiltersCNN(96, 100, 3, n_filters=n_filters)


def test_every_parameter_learns():
    net = make(16, 200, 3, n_filters=(2, 3, 4, 5)).train()
    net(frames(8, 16, 200)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


@pytest.mark.parametrize("scale", [4, 8, 128, 256])
def test_widths_are_those_of_the_authors_program(scale):
    """It takes a quarter of the width from each of n, 2 n, 4 n and 8 n maps."""
    widths = TemporalFiltersCNN.widths(scale)
    assert widths == {"n_filters": [scale * factor - scale // 4 for factor in (1, 2, 4, 8)]}
    assert sum(widths["n_filters"]) == 2 * sum(TimbralCNN.widths(scale)["n_filters"])
