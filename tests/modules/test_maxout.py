"""Maxout against its definition, and against what it can stand for."""

import pytest
import torch

from skmir.modules._maxout import Maxout


def inputs(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("n_pieces", [1, 2, 3, 5])
@torch.no_grad()
def test_a_unit_is_the_largest_of_its_pieces(n_pieces):
    layer = Maxout(6, 4, n_pieces)
    x = inputs(5, 6)
    weight = layer.pieces.weight.reshape(4, n_pieces, 6)
    bias = layer.pieces.bias.reshape(4, n_pieces)
    units = [[x @ weight[i, k] + bias[i, k] for k in range(n_pieces)] for i in range(4)]
    expected = torch.stack([torch.stack(pieces).amax(0) for pieces in units], dim=1)
    torch.testing.assert_close(layer(x), expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("n_pieces", [1, 2, 3])
def test_numbers_of_parameters(n_pieces):
    assert sum(p.numel() for p in Maxout(6, 4, n_pieces).parameters()) == n_pieces * (6 * 4 + 4)


@torch.no_grad()
def test_one_piece_of_zeros_makes_a_rectifier():
    layer = Maxout(3, 3)
    layer.pieces.bias.zero_()
    layer.pieces.weight.zero_()[::2] = torch.eye(3)
    x = inputs(50, 3)
    torch.testing.assert_close(layer(x), x.relu(), rtol=0, atol=0)


@torch.no_grad()
def test_two_opposite_pieces_make_the_absolute_value():
    layer = Maxout(3, 3)
    layer.pieces.bias.zero_()
    layer.pieces.weight[::2], layer.pieces.weight[1::2] = torch.eye(3), -torch.eye(3)
    x = inputs(50, 3)
    torch.testing.assert_close(layer(x), x.abs(), rtol=0, atol=0)


def test_only_the_largest_piece_learns():
    layer = Maxout(2, 1, 2)
    with torch.no_grad():
        layer.pieces.weight.zero_()
        layer.pieces.bias.copy_(torch.tensor([1.0, 2.0]))
    layer(torch.ones(1, 2)).sum().backward()
    assert layer.pieces.bias.grad.tolist() == [0, 1]
    assert layer.pieces.weight.grad.tolist() == [[0, 0], [1, 1]]


def test_leading_dimensions_stay():
    assert Maxout(6, 4, 3)(inputs(2, 7, 6)).shape == (2, 7, 4)
