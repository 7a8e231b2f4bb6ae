"""PitchCNN: maps of every layer at the original's size, steps in pitch and time, sizes that do not fit."""

import inspect
import itertools

import pytest
import torch

from skmir.modules._pitch_cnn import PitchCNN
from skmir.modules._widths import sized

SMALL = {"n_filters": (4, 6), "kernels": ((5, 3), (4, 2)), "pools": ((2, 2), (1, 1))}
# The author's own kernels and pools in time, of each number of frames.
IN_TIME = {
    1: ((1, 1, 1), (1, 1, 1)),
    4: ((3, 2, 1), (1, 1, 1)),
    8: ((5, 3, 2), (1, 1, 1)),
    10: ((3, 3, 1), (2, 2, 1)),
    20: ((5, 5, 1), (2, 2, 2)),
}


def frames(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def make(*args, **params):
    """Return a network in evaluation mode, the same at each call."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return PitchCNN(*args, **params).eval()


def n_parameters(module):
    return sum(p.numel() for p in module.parameters())


@torch.no_grad()
def test_maps_of_every_layer_at_the_originals_size():
    net = make(252, 20, 157)
    shapes = []
    for layer in net.conv_layers:
        layer[0].register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[1:])))
        layer.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[1:])))
    assert net(torch.zeros(1, 252, 20)).shape == (1, 157)
    assert shapes == [(16, 240, 16), (16, 80, 8), (32, 44, 4), (32, 44, 2), (64, 12, 2), (64, 12, 1)]
    assert net.features(torch.zeros(1, 252, 20)).shape == (1, 64 * 12)


@pytest.mark.parametrize(("n_frames", "in_time"), IN_TIME.items())
def test_the_authors_other_windows_leave_twelve_pitches_too(n_frames, in_time):
    kernels = tuple(zip((13, 37, 33), in_time[0], strict=True))
    pools = tuple(zip((3, 1, 1), in_time[1], strict=True))
    net = make(252, n_frames, 5, kernels=kernels, pools=pools)
    x = frames(2, 252, n_frames)
    assert net.conv_layers(x.unsqueeze(1)).shape == (2, 64, 12, 1)
    assert net(x).isfinite().all()
    if n_frames > 1:
        with pytest.raises(ValueError, match=rf"n_frames={n_frames - 1} is too few: .* at least {n_frames},"):
            PitchCNN(252, n_frames - 1, 5, kernels=kernels, pools=pools)


@pytest.mark.parametrize("n_filters", [(10, 20, 40), (16, 32, 64), (3, 5, 7)])
@pytest.mark.parametrize(("n_bins", "n_pitches"), [(252, 12), (219, 1), (288, 24)])
def test_numbers_of_parameters(n_filters, n_bins, n_pitches):
    areas = (13 * 5, 37 * 5, 33)
    maps = (1, *n_filters)
    convolutions = sum(a * i * o + o for a, (i, o) in zip(areas, itertools.pairwise(maps), strict=True))
    expected = convolutions + n_filters[-1] * n_pitches * 25 + 25
    assert n_parameters(PitchCNN(n_bins, 20, 25, n_filters)) == expected


@torch.no_grad()
def test_logits_of_a_long_input_are_the_mean_of_those_of_its_patches():
    """One patch of 20 frames each 8 frames; frames that fill no further patch have no influence."""
    net = make(252, 52, 3)
    x = frames(2, 252, 52)
    patches = [x[:, :, start : start + 20] for start in range(0, 52 - 19, 8)]
    assert len(patches) == 5
    alone = make(252, 20, 3)  # of the same weights
    expected = torch.stack([alone(patch) for patch in patches]).mean(0)
    torch.testing.assert_close(net(x), expected, atol=1e-6, rtol=1e-5)
    assert not torch.allclose(net(x), alone(patches[0]), atol=1e-5)
    torch.testing.assert_close(make(252, 59, 3)(torch.cat([x, frames(2, 252, 7)], 2)), net(x))


@torch.no_grad()
def test_a_semitone_up_moves_the_map_by_one_position():
    net = make(252, 20, 3)
    x = frames(2, 255, 20)
    low, high = (net.features(part).reshape(2, 64, 12) for part in (x[:, 3:], x[:, :-3]))
    torch.testing.assert_close(high[:, :, 1:], low[:, :, :-1], atol=1e-6, rtol=1e-5)
    assert not torch.allclose(high, low, atol=1e-4)


@pytest.mark.parametrize("n_bins", [12, 13, 14, 40, 84])
@pytest.mark.parametrize("n_frames", [6, 7, 8, 43, 128])
@torch.no_grad()
def test_any_size_from_the_least_goes_through(n_bins, n_frames):
    net = make(n_bins, n_frames, 3, **SMALL)
    logits = net(frames(2, n_bins, n_frames))
    assert logits.shape == (2, 3) and logits.isfinite().all()


@pytest.mark.parametrize(
    ("n_bins", "n_frames", "message"),
    [
        (252, 1, r"n_frames=1 is too few: 1 left for convolutional layer 1, .* at least 20,"),
        (252, 19, r"n_frames=19 is too few: 1 left for convolutional layer 3, .* at least 20,"),
        (84, 20, r"n_bins=84 is too few: 24 left for convolutional layer 2, .* at least 219,"),
        (218, 20, r"n_bins=218 is too few: 32 left for convolutional layer 3, .* at least 219,"),
    ],
)
def test_inputs_that_are_too_small_are_told_the_least(n_bins, n_frames, message):
    with pytest.raises(ValueError, match=message):
        PitchCNN(n_bins, n_frames, 3)


@pytest.mark.parametrize("params", [{"n_filters": (4, 4)}, {"pools": ((1, 1),)}, {"kernels": ((1, 1),) * 4}])
def test_layers_must_agree_in_number(params):
    with pytest.raises(ValueError, match=r"n_filters, kernels and pools are for \d, \d and \d layers"):
        PitchCNN(252, 20, 3, **params)


def test_no_layer_is_no_network():
    with pytest.raises(ValueError, match="for 0, 0 and 0 layers"):
        PitchCNN(252, 20, 3, (), (), ())


@torch.no_grad()
def test_pooling_before_the_rectifier_is_pooling_after_it():
    net = make(12, 8, 3, **SMALL)
    convolution, pool, relu = net.conv_layers[0]
    x = frames(2, 1, 12, 8)
    expected = pool(relu(convolution(x)))
    assert (expected == 0).any() and (expected > 0).any()
    torch.testing.assert_close(net.conv_layers[0](x), expected, rtol=0, atol=0)


@torch.no_grad()
def test_frames_may_lie_in_memory_time_by_time():
    net = make(12, 8, 3, **SMALL)
    x = frames(2, 8, 12).transpose(1, 2)
    assert not x.is_contiguous()
    torch.testing.assert_close(net(x), net(x.contiguous()))


@torch.no_grad()
def test_dropout_is_of_the_last_layers_inputs():
    net = make(12, 8, 3, **SMALL, dropout=0.5)
    x = frames(2, 12, 8)
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)), rtol=0, atol=0)
    seen = []
    net.final_layer.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    net.train()(x)
    features = net.features(x)
    kept = seen[0] != 0
    assert kept.any() and not kept[features > 0].all()
    torch.testing.assert_close(seen[0][kept], 2 * features[kept])


def test_every_parameter_learns():
    for n_bins, n_frames, params in [(252, 20, {"n_filters": (4, 4, 8)}), (16, 12, SMALL)]:
        net = make(n_bins, n_frames, 3, **params).train()
        net(frames(8, n_bins, n_frames)).logsumexp(1).sum().backward()
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_widths_keep_the_originals_ratios():
    default = inspect.signature(PitchCNN).parameters["n_filters"].default
    assert PitchCNN.widths(16) == {"n_filters": list(default)}
    for first in (10, 12, 20, 24):
        assert PitchCNN.widths(first) == {"n_filters": [first, 2 * first, 4 * first]}


def test_a_wanted_number_of_parameters_is_met():
    widths = sized(PitchCNN, 1e5, n_bins=252, n_frames=20, n_outputs=25)
    assert n_parameters(PitchCNN(252, 20, 25, **widths)) == pytest.approx(1e5, rel=0.03)
