"""Pool sizes for inputs of any size: nothing is left over, and nothing becomes empty."""

import math

import pytest

from skmir.modules._compact_cnn import FREQUENCY_POOLS, TIME_POOLS
from skmir.modules._compact_cnn import pools_for as compact_pools
from skmir.modules._crnn import MIN_STEPS
from skmir.modules._crnn import PAPER_POOLS as CRNN_POOLS
from skmir.modules._crnn import pools_for as crnn_pools
from skmir.modules._k1c2 import PAPER_POOLS as K1C2_POOLS
from skmir.modules._k2c1 import PAPER_POOLS as K2C1_POOLS
from skmir.modules._k2c2 import PAPER_POOLS as K2C2_POOLS
from skmir.modules._k2c2 import pools_for as k2c2_pools
from skmir.modules._pools import check_pools, keep_steps, reduce_to_one, reduced, time_pools

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


def test_pools_in_time_are_the_papers_where_they_reduce_it_to_one():
    assert time_pools(None, K1C2_POOLS, 1366, 4) == K1C2_POOLS == (4, 5, 8, 8)
    assert time_pools(None, K2C1_POOLS, 1366, 5) == K2C1_POOLS == (4, 4, 4, 4, 4)
    assert stages(1366, K1C2_POOLS) == [341, 68, 8, 1]
    assert stages(1366, K2C1_POOLS) == [341, 85, 21, 5, 1]
    assert time_pools(None, K1C2_POOLS, 1366, 3) == reduce_to_one(1366, 3)
    for size in SIZES:
        assert reduced(size, time_pools(None, K1C2_POOLS, size, 4)) == 1


def test_the_tutorials_pools_reduce_what_they_are_listed_for_to_one():
    assert math.prod(TIME_POOLS) == 1280
    for n_bins, pools in FREQUENCY_POOLS.items():
        assert math.prod(pools) == n_bins
        for bins in (n_bins, n_bins + 1):
            assert compact_pools(bins, 1280, 5) == tuple(zip(pools, TIME_POOLS, strict=True))
            assert compact_pools(bins, 1280, 3) == compact_pools(bins, 1280, 5)[:3]


def test_few_layers_of_the_compact_network_leave_bins_below_the_listed_ones_too():
    frequency, time = zip(*compact_pools(40, 43, 3), strict=True)
    assert (reduced(40, frequency), reduced(43, time)) == (5, 1)
    assert reduced(64, FREQUENCY_POOLS[64][:3]) == 8


@pytest.mark.parametrize("n_layers", [1, 2, 3, 4, 5, 6, 8])
def test_pools_of_the_compact_network_leave_something(n_layers):
    for size in SIZES:
        frequency, time = zip(*compact_pools(size, size, n_layers), strict=True)
        assert len(frequency) == n_layers
        assert min(*stages(size, frequency), *stages(size, time)) >= 1, size
        if size < 160:  # no more steps than the tutorial's own 80 frames leave
            assert reduced(size, time) == 1 or n_layers < 3


def test_pools_that_are_given_are_taken():
    assert check_pools([[2, 4], [3, 5]], 2, 6, 20, bins_left=1, frames_left=1) == ((2, 4), (3, 5))
    assert check_pools([(2, 2)], 1, 6, 20) == ((2, 2),)  # more is left, and nobody minds
    assert time_pools([2, 5], (4, 5), 11, 2) == (2, 5)


def test_an_empty_map_is_an_error_that_says_where_and_what_is_needed():
    """128 frames with the paper's pools: 32, 8, 2, and then five are to be one."""
    match = r"after conv layer 4: 2 of 128 frames are left there, and it pools 5.*at least 1280 frames"
    with pytest.raises(ValueError, match=match):
        check_pools(K2C2_POOLS, 5, 96, 128)
    check_pools(K2C2_POOLS, 5, 96, 1280)
    match = r"after conv layer 2: 3 of 6 bins are left there, and it pools 4.*at least 8 bins"
    with pytest.raises(ValueError, match=match):
        check_pools([(2, 1), (4, 1)], 2, 6, 128)
    with pytest.raises(ValueError, match=r"conv layer 3: 2 of 40 frames.*at least 80 frames"):
        time_pools([4, 4, 5], None, 40, 3)


@pytest.mark.parametrize("size", [1, 2, 9, 64, 1366])
@pytest.mark.parametrize("pools", [(1, 1), (2, 3), (4, 4), (5, 2, 3)])
def test_the_number_of_frames_named_is_the_least_that_passes(size, pools):
    pairs = [(1, pool) for pool in pools]
    least = math.prod(pools)
    if size >= least:
        check_pools(pairs, len(pools), 1, size)
    else:
        with pytest.raises(ValueError, match=f"at least {least} frames"):
            check_pools(pairs, len(pools), 1, size)
    check_pools(pairs, len(pools), 1, least)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 99])
def test_the_products_named_are_those_that_leave_one(size):
    leave_one = [pool for pool in range(1, size + 1) if reduced(size, [pool]) == 1]
    for pool in range(1, size + 1):
        if pool in leave_one:
            assert time_pools([pool], (), size, 1) == (pool,)
        else:
            with pytest.raises(ValueError, match=f"between {leave_one[0]} and {leave_one[-1]},"):
                time_pools([pool], (), size, 1)


@pytest.mark.parametrize(
    ("pools", "match"),
    [
        ([2, 2], r"pools=\[2, 2\] must be pairs.*each of 2 conv layers"),
        (2, "pools=2 must be pairs"),
        ([(2, 2, 2), (2, 2, 2)], "must be pairs"),
        ([(2, 2)], "pools must be one per conv layer, 2 in all, got 1"),
        ([(2, 2), (2, 0)], "pools of frames must be ints >= 1, got 0 in"),
        ([(2, 2), (1.5, 2)], "pools of bins must be ints >= 1, got 1.5 in"),
    ],
)
def test_pools_that_are_none(pools, match):
    with pytest.raises(ValueError, match=match):
        check_pools(pools, 2, 40, 40)


@pytest.mark.parametrize(
    ("pools", "match"),
    [
        (4, "pools=4: give one int for each of 2 conv layers"),
        ([4], "pools must be one per conv layer, 2 in all, got 1"),
        ([(2, 4), (2, 4)], r"must be ints >= 1, got \(2, 4\) in"),
    ],
)
def test_pools_in_time_that_are_none(pools, match):
    with pytest.raises(ValueError, match=match):
        time_pools(pools, (), 40, 2)
