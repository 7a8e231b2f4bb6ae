"""SingleLayerCNN: the 7 x 96 and the 7 x 86 of the paper, and what they are at other sizes."""

import pytest
import torch

from skmir.modules import SingleLayerCNN


def frames(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("height", "kernel"), [(1.0, (96, 7)), (0.9, (86, 7))])
def test_kernels_are_the_papers(height, kernel):
    net = SingleLayerCNN(96, 1376, 3, height=height)
    assert net.conv_layers[0][0].kernel_size == kernel
    assert sum(p.numel() for p in net.parameters()) == 160 * (kernel[0] * 7 + 1) + 160 * 3 + 3


@pytest.mark.parametrize("height", [1.0, 0.5])
@torch.no_grad()
def test_maps_are_maxima_over_the_frequency_that_is_left(height):
    net = SingleLayerCNN(10, 30, 3, n_filters=(4,), height=height)
    x = frames(2, 10, 30)
    (maps,) = net.maps(x)
    convolved = torch.nn.functional.elu(net.conv_layers[0][0](x[:, None]))
    assert convolved.shape == (2, 4, 1 if height == 1 else 6, 24)
    torch.testing.assert_close(maps, convolved.amax(2))
    torch.testing.assert_close(net.features(x), maps.mean(2))
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)))


@pytest.mark.parametrize("n_bins", [1, 2, 96])
@pytest.mark.parametrize("n_frames", [7, 8, 43])
@torch.no_grad()
def test_any_size_from_the_least_goes_through(n_bins, n_frames):
    assert n_frames >= SingleLayerCNN.min_frames == 7
    logits = SingleLayerCNN(n_bins, n_frames, 3, height=0.9)(frames(2, n_bins, n_frames))
    assert logits.shape == (2, 3) and logits.isfinite().all()


def test_inputs_that_are_too_short_are_told_the_least():
    with pytest.raises(ValueError, match=r"n_frames=6 is too few: .* layer 1, .* at least 7"):
        SingleLayerCNN(96, 6, 3)


def test_there_is_one_width():
    with pytest.raises(ValueError, match=r"n_filters=\(4, 4\) must hold one number"):
        SingleLayerCNN(96, 100, 3, n_filters=(4, 4))


def test_every_parameter_learns():
    net = SingleLayerCNN(16, 40, 3, n_filters=(4,))
    net(frames(8, 16, 40)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())
