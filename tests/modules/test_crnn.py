"""The CRNN against the paper: widths, numbers of parameters, maps of every layer, order in time."""

import itertools

import pytest
import torch

from skmir.modules import CRNN
from skmir.modules._widths import sized

WIDTHS = {  # Table 1 of Choi et al. (2017): filters and recurrent units
    0.1e6: ((30, 60, 60, 60), 30),
    0.25e6: ((48, 96, 96, 96), 48),
    0.5e6: ((68, 137, 137, 137), 68),
    1e6: ((96, 195, 195, 195), 96),
    3e6: ((169, 339, 339, 339), 169),
}


def n_parameters(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("target", "widths"), WIDTHS.items())
def test_the_papers_widths_give_the_papers_numbers_of_parameters(target, widths):
    n_filters, hidden = widths
    count = n_parameters(CRNN(96, 1366, 50, n_filters, hidden))
    assert count == pytest.approx(target, rel=0.03)
    maps = (1, *n_filters)
    convolutions = sum(9 * i * o + 2 * o for i, o in itertools.pairwise(maps))
    recurrent = 3 * hidden * (n_filters[-1] + hidden + 2) + 3 * hidden * (2 * hidden + 2)
    assert count == 2 * 96 + convolutions + recurrent + 50 * hidden + 50


@pytest.mark.parametrize(("target", "widths"), WIDTHS.items())
def test_the_papers_widths_are_found_from_its_numbers_of_parameters(target, widths):
    """But for a unit, or one in a hundred: the paper's own numbers are that far from the round ones."""
    found = sized(CRNN, target, 96, 1366, 50)
    n_filters, hidden = widths
    assert found["n_filters"] == pytest.approx(n_filters, abs=1, rel=0.01)
    assert found["hidden_size"] == pytest.approx(hidden, abs=1, rel=0.01)


def test_the_default_is_the_smallest_of_the_paper():
    assert n_parameters(CRNN(96, 1366, 50)) == n_parameters(CRNN(96, 1366, 50, *WIDTHS[0.1e6]))


@torch.no_grad()
def test_maps_of_every_layer_at_the_papers_size():
    net = CRNN(96, 1366, 50).eval()
    shapes = []
    for block in net.conv_layers:
        block.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[1:])))
    net.recurrent_layers.register_forward_hook(
        lambda module, args, output: shapes.append(tuple(output[0].shape[1:]))
    )
    assert net(torch.zeros(1, 96, 1366)).shape == (1, 50)
    assert shapes == [(30, 48, 683), (60, 16, 227), (60, 4, 56), (60, 1, 14), (14, 30)]


@pytest.mark.parametrize("n_bins", [1, 2, 13, 40, 128])
@pytest.mark.parametrize("n_frames", [1, 2, 7, 8, 43, 130])
@torch.no_grad()
def test_any_size_goes_through_and_keeps_its_steps(n_bins, n_frames):
    net = CRNN(n_bins, n_frames, 3, (4, 4, 4, 4), 5).eval()
    steps = []
    net.recurrent_layers.register_forward_pre_hook(lambda module, args: steps.append(args[0].shape[1]))
    logits = net(torch.randn(2, n_bins, n_frames, generator=torch.Generator().manual_seed(0)))
    assert logits.shape == (2, 3) and logits.isfinite().all()
    assert steps[0] >= min(n_frames, 8)


@torch.no_grad()
def test_order_in_time_matters():
    """A clip played backwards is another clip: the last step has followed all the others."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = CRNN(8, 64, 2, (4, 4), 8).eval()
        x = torch.randn(3, 8, 64)
    assert (net(x) - net(x.flip(2))).abs().max() > 1e-3
    early = x.clone()
    early[:, :, :8] += 5
    assert (net(x) - net(early)).abs().max() > 1e-5  # the first frames are not forgotten


@torch.no_grad()
def test_the_last_step_of_the_second_layer_decides():
    net = CRNN(8, 64, 2, (4, 4), 4).eval()
    outputs = []
    net.recurrent_layers.register_forward_hook(lambda module, args, output: outputs.append(output))
    logits = net(torch.randn(3, 8, 64, generator=torch.Generator().manual_seed(0)))
    steps, last = outputs[0]  # (B, steps, hidden_size), (2, B, hidden_size)
    torch.testing.assert_close(steps[:, -1], last[1])
    torch.testing.assert_close(logits, net.final_layer(last[1]))


def test_dropout_is_the_papers():
    net = CRNN(8, 64, 2, (4, 4), 4)
    assert [block[-1].p for block in net.conv_layers] == [0.1, 0.1]
    assert net.dropout.p == 0.3


def test_every_parameter_learns():
    net = CRNN(12, 64, 3, (4, 4), 4).train()
    net(torch.randn(8, 12, 64, generator=torch.Generator().manual_seed(0))).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


@torch.no_grad()
def test_features_are_what_the_last_layer_sees():
    net = CRNN(12, 64, 3, (4, 5), 6).eval()
    x = torch.randn(4, 12, 64, generator=torch.Generator().manual_seed(0))
    assert net.features(x).shape == (4, 6)
    torch.testing.assert_close(net(x), net.final_layer(net.features(x)))


@torch.no_grad()
def test_dropout_precedes_the_last_layer():
    net = CRNN(12, 64, 3, (4, 4), 64, conv_dropout=0.0, dropout=0.5)
    x = torch.randn(4, 12, 64, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(net.train()(x), net(x))
    assert torch.equal(net.features(x), net.features(x))
    assert torch.equal(net.eval()(x), net(x))


@torch.no_grad()
def test_pools_may_be_given():
    net = CRNN(12, 64, 3, (4, 4), pools=[(6, 2), (2, 8)]).eval()
    shapes = []
    for block in net.conv_layers:
        block.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape[2:])))
    assert net(torch.zeros(2, 12, 64)).shape == (2, 3)
    assert shapes == [(2, 32), (1, 4)]


@pytest.mark.parametrize(
    ("pools", "match"),
    [
        ([(3, 8), (4, 16)], r"after conv layer 2: 8 of 64 frames.*at least 128 frames"),
        ([(16, 8), (1, 8)], r"after conv layer 1: 12 of 12 bins.*at least 16 bins"),
        ([(2, 8), (2, 8)], r"leave 3 of 12 bins after conv layer 2.*between 7 and 12,"),
    ],
)
def test_pools_that_do_not_fit(pools, match):
    with pytest.raises(ValueError, match=match):
        CRNN(12, 64, 3, (4, 4), pools=pools)
