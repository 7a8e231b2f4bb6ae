"""The convolutional blocks, and the order of their layers."""

import warnings

import pytest
import torch
from torch import nn

from skmir.modules._conv_block import ConvBlock, TimeConvBlock, as_image, as_row, dense_layers


@pytest.fixture
def block():
    """A block in evaluation mode whose normalisation does something."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        block = ConvBlock(3, 8, (2, 4)).train()
        for _ in range(3):
            block(2 * torch.randn(4, 3, 16, 24) + 1)
        nn.init.normal_(block[1].weight)  # negative gains turn minima into maxima
        nn.init.normal_(block[1].bias)
    return block.eval()


def images(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def test_pooling_before_elu_is_the_papers_pooling_after_elu(block):
    x = images(5, 3, 16, 24)
    convolution, norm, pool, elu, _ = block
    result, paper = block(x), pool(elu(norm(convolution(x))))
    assert (paper < 0).any() and (paper > 0).any()
    torch.testing.assert_close(result, paper, rtol=0, atol=0)


def test_convolutions_have_no_bias_beside_batch_normalisation(block):
    assert [name for name, _ in block.named_parameters()] == ["0.weight", "1.weight", "1.bias"]


def test_the_kernel_is_three_by_three_and_keeps_the_size(block):
    assert block[0].weight.shape == (8, 3, 3, 3)
    assert block[0](torch.zeros(1, 3, 7, 5)).shape == (1, 8, 7, 5)
    assert block(torch.zeros(1, 3, 7, 9)).shape == (1, 8, 3, 2)


def test_dropout_acts_in_training_only():
    block = ConvBlock(1, 4, (1, 1), dropout=0.5)
    x = images(2, 1, 6, 6)
    share = (block.train()(x) == 0).float().mean()
    assert 0.3 < share < 0.7
    assert not (block.eval()(x) == 0).any()


def test_images_are_frames_with_a_channel():
    x = images(2, 5, 7)
    image = as_image(x)
    assert image.shape == (2, 1, 5, 7)
    assert image.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(image[:, 0], x)


def test_frames_as_a_row_have_their_bins_for_channels():
    x = images(2, 5, 7)
    row = as_row(x)
    assert row.shape == (2, 5, 1, 7)
    assert row.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(row[:, :, 0], x)


@torch.no_grad()
def test_kernels_along_time_keep_rows_apart():
    block = TimeConvBlock(2, 3, pool=2).eval()
    x = images(4, 2, 6, 12)
    whole = block(x)
    assert whole.shape == (4, 3, 6, 6)
    for row in range(6):
        torch.testing.assert_close(block(x[:, :, [row]]), whole[:, :, [row]])


@pytest.mark.parametrize("n_frames", [1, 2, 3, 4, 9])
@torch.no_grad()
def test_same_padding_of_an_even_kernel(n_frames):
    """As torch's own padding="same": one zero before, two behind."""
    pad, convolution, *_ = TimeConvBlock(2, 3, pool=1)
    x = images(4, 2, 6, n_frames)
    with warnings.catch_warnings(action="ignore"):
        expected = torch.nn.functional.conv2d(x, convolution.weight, padding="same")
    torch.testing.assert_close(convolution(pad(x)), expected)
    impulse = torch.zeros(1, 2, 1, 9)
    impulse[..., 4] = 1
    assert convolution(pad(impulse))[0, 0, 0].nonzero().flatten().tolist() == [2, 3, 4, 5]


@torch.no_grad()
def test_an_even_kernel_does_not_warn():
    with warnings.catch_warnings(record=True, action="always") as caught:
        TimeConvBlock(1, 2, pool=2)(images(2, 1, 3, 8))
    assert not caught


@torch.no_grad()
def test_dense_layers_by_hand():
    layers = dense_layers(6, (4, 3), dropout=0.5).eval()
    first, second = layers[0], layers[3]
    x = images(5, 6)
    elu = nn.functional.elu
    expected = elu(elu(x @ first.weight.T + first.bias) @ second.weight.T + second.bias)
    torch.testing.assert_close(layers(x), expected)


def test_dropout_lies_between_dense_layers_only():
    assert [type(layer) for layer in dense_layers(6, (4, 3), 0.5)] == [
        nn.Linear,
        nn.ELU,
        nn.Dropout,
        nn.Linear,
        nn.ELU,
    ]
    assert len(dense_layers(6, (), 0.5)) == 0
