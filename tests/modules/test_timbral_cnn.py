"""TimbralCNN: what its kernels span, and that a timbre of any pitch is the same."""

import pytest
import torch

from skmir.modules import TimbralCNN


def frames(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def make(*args, **params):
    """Return a network in evaluation mode, the same at each call."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return TimbralCNN(*args, **params).eval()


def test_kernels_are_the_papers():
    net = make(96, 1376, 3)
    assert [layer[0].kernel_size for layer in net.timbral_layers] == [
        *((86, 7), (86, 3), (86, 1)),
        *((38, 7), (38, 3), (38, 1)),
    ]
    assert [layer[0].out_channels for layer in net.timbral_layers] == [16, 32, 64] * 2


def test_numbers_of_parameters():
    per_height = [(7 * 1), (3 * 2), (1 * 4)]
    expected = sum(height * 5 * sum(per_height) + 5 * 7 for height in (86, 38)) + 2 * 35 * 9 + 9
    assert sum(p.numel() for p in TimbralCNN(96, 100, 9, n_filters=(5, 10, 20)).parameters()) == expected


@torch.no_grad()
def test_maps_are_maxima_over_frequency_and_keep_time():
    net = make(20, 15, 3, n_filters=(2, 3, 4))
    x = frames(2, 20, 15)
    maps = list(net.maps(x))
    assert [tuple(m.shape) for m in maps] == [(2, n, 15) for n in (2, 3, 4) * 2]
    for layer, found in zip(net.timbral_layers, maps, strict=True):
        torch.testing.assert_close(found, layer[0](x[:, None]).relu().amax(2))
    torch.testing.assert_close(net.features(x), torch.cat([m.mean(2) for m in maps], dim=1))
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)))


@torch.no_grad()
def test_a_timbre_of_another_pitch_is_the_same():
    """Low kernels do not notice where in frequency a sound is, as long as all of it is seen."""
    net = make(40, 12, 3, n_filters=(2, 3, 4))
    x = torch.zeros(1, 40, 12)
    x[:, 17:20] = frames(1, 3, 12)
    features, higher = net.features(x), net.features(x.roll(3, dims=1))
    torch.testing.assert_close(higher[:, 9:], features[:, 9:])
    assert not torch.allclose(higher[:, :9], features[:, :9], atol=1e-3)


@pytest.mark.parametrize("n_bins", [1, 2, 13, 96])
@pytest.mark.parametrize("n_frames", [1, 2, 43])
@torch.no_grad()
def test_any_size_goes_through(n_bins, n_frames):
    logits = make(n_bins, n_frames, 3, n_filters=(2, 3, 4))(frames(2, n_bins, n_frames))
    assert logits.shape == (2, 3) and logits.isfinite().all()


@pytest.mark.parametrize("n_filters", [(4, 4), (1, 2, 3, 4)])
def test_widths_are_one_a_length(n_filters):
    with pytest.raises(
        ValueError, match=r"n_filters=.* must hold 3 numbers, one per kernel length: \(7, 3, 1\) frames"
    ):
        TimbralCNN(96, 100, 3, n_filters=n_filters)


def test_every_parameter_learns():
    net = make(16, 40, 3, n_filters=(2, 3, 4)).train()
    net(frames(8, 16, 40)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_widths_keep_the_papers_ratio():
    assert TimbralCNN.widths(16) == {"n_filters": [16, 32, 64]}
