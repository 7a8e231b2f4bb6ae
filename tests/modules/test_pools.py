"""Pool sizes for inputs of any size: nothing is left over, and nothing becomes empty."""

import math

import pytest

from skmir.modules._crnn import MIN_STEPS
from skmir.modules._crnn import PAPER_POOLS as CRNN_POOLS
from skmir.modules._crnn import pools_for as crnn_pools
from skmir.modules._k2c2 import PAPER_POOLS as K2C2_POOLS
from skmir.modules._k2c2 import pools_for as k2c2_pools
from skmir.modules._pools import keep_steps, reduce_to_one, reduced

SIZES = [*range(1, 200), 252, 255, 256, 257, 431, 512, 1023, 1025, 1366, 1440, 2049, 2584, 10007]
N_LAYERS = [1, 2, 3, 4, 5, 7]


def stages(size, pools):
    """Return the length after every layer."""
    return [reduced(size, pools[: i + 1]) for i in range(len(pools))]


@pytest.mark.parametrize("n_layers", N_LAYERS)
def test_an_axis_of_any_length_is_reduced_to_one(n_layers):
    for size in SIZES:
        pools = reduce_to_one(size, n_layers)
        assert len(pools) == n_layers
        assert reduced(size, pools) == 1, (size, pools)
        assert min(stages(size, pools)) >= 1 and min(pools) >= 1, (size, pools)


@pytest.mark.parametrize("n_layers", N_LAYERS)
@pytest.mark.parametrize("at_least", [1, 8])
def test_an_axis_keeps_the_steps_it_has_to(n_layers, at_least):
    for size in SIZES:
        pools = keep_steps(size, n_layers, at_least)
        assert len(pools) == n_layers and min(pools) >= 1
        left = reduced(size, pools)
        assert left == size if size < 2 * at_least else left >= at_least, (size, pools)


def test_a_long_axis_is_shortened():
    """Keeping everything would keep enough, but the recurrent layers would then be slow."""
    for n_layers in (3, 4, 5):
        for size in (512, 1366, 10007):
            assert reduced(size, keep_steps(size, n_layers, 8)) <= size / 8


def test_pools_are_as_even_as_whole_numbers_allow():
    for base in (2, 3, 4, 5):
        for n_layers in N_LAYERS:
            assert reduce_to_one(base**n_layers, n_layers) == (base,) * n_layers
    assert all(list(reduce_to_one(size, 4)) == sorted(reduce_to_one(size, 4)) for size in SIZES)


def test_a_root_that_is_whole_is_not_rounded_down():
    """The floating-point cube root of 64 lies below 4."""
    assert math.pow(64, 1 / 3) < 4
    assert reduce_to_one(64, 3) == (4, 4, 4)
    assert keep_steps(64 * 8, 3, 8) == (4, 4, 4)


def test_the_papers_pools_serve_the_papers_input():
    assert k2c2_pools(96, 1366, 5) == K2C2_POOLS == ((2, 4), (2, 4), (2, 4), (3, 5), (4, 4))
    assert crnn_pools(96, 1366, 4) == CRNN_POOLS == ((2, 2), (3, 3), (4, 4), (4, 4))
    assert reduced(1366, [time for _, time in CRNN_POOLS]) == 14
    assert reduced(1440, [time for _, time in CRNN_POOLS]) == 15


def test_other_depths_and_sizes_get_pools_of_their_own():
    assert k2c2_pools(96, 1366, 4) != K2C2_POOLS
    assert k2c2_pools(96, 128, 5) != K2C2_POOLS  # the paper's would leave an empty map
    assert crnn_pools(96, 128, 4) != CRNN_POOLS


@pytest.mark.parametrize("n_bins", [1, 2, 12, 13, 40, 84, 96, 128, 1025])
@pytest.mark.parametrize("n_layers", [1, 2, 4, 5])
def test_pools_of_both_networks_fit_any_input(n_bins, n_layers):
    for n_frames in SIZES:
        frequency, time = zip(*k2c2_pools(n_bins, n_frames, n_layers), strict=True)
        assert reduced(n_bins, frequency) == reduced(n_frames, time) == 1
        frequency, time = zip(*crnn_pools(n_bins, n_frames, n_layers), strict=True)
        assert reduced(n_bins, frequency) == 1
        assert reduced(n_frames, time) >= min(n_frames, MIN_STEPS), n_frames
