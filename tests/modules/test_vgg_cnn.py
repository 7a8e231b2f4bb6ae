"""VGGCNN: maps of every layer at the paper's size, means of them, sizes that do not fit."""

import itertools

import pytest
import torch

from skmir.modules._vgg_cnn import VGGCNN, pools_for
from skmir.modules._widths import sized


def frames(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def make(*args, **params):
    """Return a network in evaluation mode, the same at each call."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return VGGCNN(*args, **params).eval()


@torch.no_grad()
def test_maps_of_every_layer_at_the_papers_size():
    net = make(96, 1376, 10, n_filters=(2,) * 5)
    shapes = [tuple(maps.shape[1:]) for maps in net.maps(frames(1, 96, 1376))]
    assert shapes == [(2, 48, 344), (2, 16, 86), (2, 8, 17), (2, 4, 4), (2, 1, 1)]
    assert net(frames(1, 96, 1376)).shape == (1, 10)


@torch.no_grad()
def test_features_are_the_means_of_all_maps():
    net = make(96, 300, 3, n_filters=(2, 3, 4, 5, 6))
    x = frames(2, 96, 300)
    expected = torch.cat([maps.mean((2, 3)) for maps in net.maps(x)], dim=1)
    assert expected.shape == (2, 20)
    torch.testing.assert_close(net.features(x), expected)
    torch.testing.assert_close(net(x), net.final_layer(expected))


@torch.no_grad()
def test_pooling_before_the_activation_is_pooling_after_it():
    net = make(12, 20, 3, n_filters=(4,), pools=[(1, 2)])
    convolution, pool, elu = net.conv_layers[0]
    x = frames(2, 1, 12, 20)
    expected = pool(elu(convolution(x)))
    assert (expected < 0).any()
    torch.testing.assert_close(net.conv_layers[0](x), expected, rtol=0, atol=0)


@pytest.mark.parametrize("n_filters", [(32,) * 5, (3, 5, 7)])
def test_numbers_of_parameters(n_filters):
    maps = itertools.pairwise((1, *n_filters))
    expected = sum(9 * i * o + o for i, o in maps) + sum(n_filters) * 7 + 7
    assert sum(p.numel() for p in VGGCNN(96, 1376, 7, n_filters).parameters()) == expected


@pytest.mark.parametrize("n_bins", [1, 12, 40, 96, 128])
@pytest.mark.parametrize("n_frames", [1, 7, 43, 1279, 1280])
@torch.no_grad()
def test_any_size_goes_through_from_the_fewest_frames_on(n_bins, n_frames):
    net = make(n_bins, n_frames, 3, n_filters=(2,) * 5)
    assert net.min_frames <= n_frames
    for n in (net.min_frames, n_frames, n_frames + 5):
        logits = net(frames(2, n_bins, n))
        assert logits.shape == (2, 3) and logits.isfinite().all()


def test_the_papers_pools_serve_where_they_fit():
    paper = ((2, 4), (3, 4), (2, 5), (2, 4), (4, 4))
    assert pools_for(96, 1280, 5) == pools_for(128, 2000, 5) == paper
    assert [p[0] for p in pools_for(95, 1280, 5)] != [2, 3, 2, 2, 4]
    assert [p[1] for p in pools_for(95, 1280, 5)] == [4, 4, 5, 4, 4]
    assert make(96, 1400, 2).min_frames == 1280


def test_pools_of_ones_own():
    net = make(8, 9, 2, n_filters=(2, 2), pools=[(2, 3), (2, 2)])
    assert net.min_frames == 6
    assert [tuple(m.shape[2:]) for m in net.maps(frames(1, 8, 9))] == [(4, 3), (2, 1)]
    with pytest.raises(ValueError, match=r"leave nothing after conv layer 2: 3 of 9 frames"):
        VGGCNN(8, 9, 2, n_filters=(2, 2), pools=[(2, 3), (2, 4)])


@torch.no_grad()
def test_activation_decides():
    x = frames(2, 12, 20)
    params = {"n_filters": (4,), "pools": [(1, 1)]}
    relu, elu = (make(12, 20, 2, activation=name, **params) for name in ("relu", "elu"))
    (below,), (maps,) = elu.maps(x), relu.maps(x)
    assert (below < 0).any()
    torch.testing.assert_close(below.relu(), maps)


@torch.no_grad()
def test_frames_may_lie_in_memory_time_by_time():
    net = make(12, 20, 3)
    x = frames(2, 20, 12).transpose(1, 2)
    assert not x.is_contiguous()
    torch.testing.assert_close(net(x), net(x.contiguous()))


def test_every_parameter_learns():
    net = make(16, 40, 3, n_filters=(4,) * 5).train()
    net(frames(8, 16, 40)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_a_wanted_number_of_parameters_is_met():
    widths = sized(VGGCNN, 1e5, n_bins=96, n_frames=1376, n_outputs=8)
    n_parameters = sum(p.numel() for p in VGGCNN(96, 1376, 8, **widths).parameters())
    assert n_parameters == pytest.approx(1e5, rel=0.03)
