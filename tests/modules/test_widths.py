"""The width solver: nearest of all widths in the ratios, for any network that has them."""

import itertools
import math

import pytest
import torch
from torch import nn

from skmir.modules._compact_cnn import CompactCNN
from skmir.modules._crnn import CRNN
from skmir.modules._k1c2 import K1C2
from skmir.modules._k2c1 import K2C1
from skmir.modules._k2c2 import K2C2
from skmir.modules._widths import scaled_widths, sized, widths_for

NETWORKS = [K1C2, K2C1, K2C2, CRNN, CompactCNN]


def n_parameters(module):
    return sum(p.numel() for p in module.parameters())


def counted(cls, widths, *size):
    return n_parameters(cls(*size, **widths))


class Wide(nn.Module):
    """A network whose scale is a factor, and not the first layer's width."""

    def __init__(self, n_bins, n_frames, n_outputs, n_hidden, bias=True):
        super().__init__()
        self.layer = nn.Linear(n_bins * n_frames, n_hidden, bias=False)
        self.final_layer = nn.Linear(n_hidden, n_outputs, bias=bias)

    @staticmethod
    def widths(scale):
        return {"n_hidden": max(round(1000 * scale), 1)}


def test_ratios_are_rounded_down():
    ratios = {"n_filters": (1, 2, 2, 3, 4), "hidden_size": 1}
    assert scaled_widths(ratios, 20.75) == {"n_filters": [20, 41, 41, 62, 83], "hidden_size": 20}
    assert scaled_widths(ratios, 0) == {"n_filters": [1] * 5, "hidden_size": 1}


@pytest.mark.parametrize("target", [3, 4, 5, 6, 99.4, 99.6, 1e6])
def test_the_nearest_side_is_taken(target):
    """Counts 3, 5, 7, ...: of two that are equally near, the smaller."""
    width = widths_for(target, lambda scale: int(scale) + 1, lambda width: 2 * width + 1)
    assert width == max(math.ceil((target - 1) / 2 - 0.5), 1)


@pytest.mark.parametrize("target", [50, 117, 1000, 5432.1, 1e5])
@pytest.mark.parametrize("ratios", [(1, 2, 2, 3, 4), (1, 1, 2, 2), (3, 2), (1, 7)])
def test_no_other_widths_in_the_ratios_come_nearer(ratios, target):
    """Against every width there is: they change where the scale times a ratio is whole."""

    def widths(scale):
        return scaled_widths({"n": ratios}, scale)["n"]

    def count(found):
        return sum(a * b for a, b in itertools.pairwise((1, *found)))

    changes = {whole / part for part in ratios for whole in range(400 * part)}
    best = min(abs(count(widths(scale + 1e-7)) - target) for scale in changes)
    assert abs(count(widths_for(target, widths, count)) - target) == best


@pytest.mark.parametrize("cls", NETWORKS)
@pytest.mark.parametrize("size", [(96, 1366, 50), (64, 128, 10), (13, 1, 2)])
@pytest.mark.parametrize("target", [6e4, 3e5])
def test_every_network_comes_near_its_number_of_parameters(cls, size, target):
    widths = sized(cls, target, *size)
    assert counted(cls, widths, *size) == pytest.approx(target, rel=0.04)
    lists = [width for width in widths.values() if isinstance(width, list)]
    assert lists and all(type(unit) is int for width in lists for unit in width)


@pytest.mark.parametrize(("cls", "scale"), list(zip(NETWORKS, [15, 43.5, 20.75, 30, 32], strict=True)))
def test_the_defaults_are_in_the_ratios(cls, scale):
    sized_net, default = cls(40, 60, 2, **cls.widths(scale)), cls(40, 60, 2)
    assert [p.shape for p in sized_net.parameters()] == [p.shape for p in default.parameters()]


@pytest.mark.parametrize("cls", NETWORKS)
def test_widths_keep_their_ratios(cls):
    widths = cls.widths(10)
    assert widths == scaled_widths(cls.RATIOS, 10)
    assert len(widths["n_filters"]) == len(cls(40, 60, 2).conv_layers)
    for name, ratio in cls.RATIOS.items():
        assert widths[name] == ([10 * part for part in ratio] if isinstance(ratio, tuple) else 10 * ratio)


@pytest.mark.parametrize("cls", NETWORKS)
def test_a_target_below_the_narrowest_network(cls):
    size = (12, 20, 3)
    smallest = counted(cls, cls.widths(0), *size)
    with pytest.raises(ValueError, match=rf"n_parameters=7 .*narrowest network has {smallest} parameters"):
        sized(cls, 7, *size)
    assert counted(cls, sized(cls, smallest, *size), *size) == smallest


@pytest.mark.parametrize("target", [float("nan"), float("inf"), -5])
def test_a_target_that_is_no_number_of_parameters(target):
    with pytest.raises(ValueError, match=r"cannot be met.*Pass a finite number"):
        sized(Wide, target, 3, 4, 2)


@pytest.mark.parametrize("n_hidden", [1, 2, 10, 999, 1000, 12345])
def test_a_scale_may_be_a_factor(n_hidden):
    target = n_hidden * (3 * 4 + 2) + 2
    assert sized(Wide, target, 3, 4, 2) == {"n_hidden": n_hidden}


def test_further_arguments_reach_the_constructor():
    assert sized(Wide, 14 * 50, 3, 4, 2, bias=False) == {"n_hidden": 50}
    pools = [(2, 2), (2, 2), (2, 2)]
    wide = sized(CompactCNN, 1e5, 64, 64, 5, pools=pools)
    assert counted(CompactCNN, {**wide, "pools": pools}, 64, 64, 5) == pytest.approx(1e5, rel=0.04)
    assert wide != sized(CompactCNN, 1e5, 64, 64, 5)
    with pytest.raises(ValueError, match="conv layer 3"):
        sized(CompactCNN, 1e5, 4, 64, 5, pools=pools)


def test_the_search_draws_nothing_from_the_callers_generator():
    before = torch.get_rng_state()
    sized(CRNN, 1e5, 40, 60, 3)
    assert torch.equal(torch.get_rng_state(), before)
    assert CRNN(40, 60, 3).final_layer.weight.device.type == "cpu"
