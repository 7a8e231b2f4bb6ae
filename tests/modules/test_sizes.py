"""What valid convolution and pooling leave of an axis, against torch's own layers."""

import itertools

import pytest
import torch
from torch import nn

from skmir.modules._sizes import least_size, sizes_after

STACKS = [
    [(1, 1)],
    [(5, 2)],
    [(4, 3), (2, 2)],
    [(13, 3), (37, 1), (33, 1)],
    [(5, 2), (5, 2), (1, 2)],
]


@pytest.mark.parametrize("layers", STACKS)
def test_sizes_are_those_of_torch(layers):
    least = least_size(layers)
    for size in range(least, least + 30):
        x, sizes = torch.zeros(1, 1, size), []
        for kernel, pool in layers:
            x = nn.MaxPool1d(pool)(nn.Conv1d(1, 1, kernel)(x))
            sizes.append(x.shape[2])
        assert sizes_after("n_frames", size, layers) == tuple(sizes)


@pytest.mark.parametrize("layers", STACKS)
def test_the_least_size_leaves_one_and_nothing_less_passes(layers):
    least = least_size(layers)
    assert sizes_after("n_frames", least, layers)[-1] == 1
    for size in range(least):
        with pytest.raises(ValueError, match=rf"n_frames={size} is too few: .* Give at least {least},"):
            sizes_after("n_frames", size, layers)


def test_the_error_names_the_layer_and_what_reaches_it():
    message = (
        r"n_bins=100 is too few: 29 left for convolutional layer 2, whose kernel of 37 and pool of 1 need "
        r"37\. Give at least 219, or smaller kernels and pools\."
    )
    with pytest.raises(ValueError, match=message):
        sizes_after("n_bins", 100, [(13, 3), (37, 1), (33, 1)])


def test_the_error_names_a_layer_that_only_its_pool_empties():
    """Six values pass a kernel of 5 as two; a pool of 3 leaves none."""
    with pytest.raises(ValueError, match=r"6 left for convolutional layer 1, .* need 7\. Give at least 7"):
        sizes_after("n_frames", 6, [(5, 3)])


def test_sizes_never_fall_as_the_axis_grows():
    for layers in STACKS:
        sizes = [sizes_after("n_bins", n, layers)[-1] for n in range(least_size(layers), 300)]
        assert all(a <= b for a, b in itertools.pairwise(sizes))
