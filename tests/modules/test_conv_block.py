"""The convolutional block, and the order of its layers."""

import pytest
import torch
from torch import nn

from skmir.modules._conv_block import ConvBlock, as_image


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
