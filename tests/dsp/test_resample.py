"""Halving the sampling rate: the ways for gradients and graphs give what soxr gives."""

import pytest
import torch

from skmir.dsp._resample import halve


@pytest.mark.parametrize("n_halvings", [1, 2, 3])
@pytest.mark.parametrize("n_samples", [3, 100, 9001, 9002, 9003, 9005])
def test_with_a_gradient_it_is_the_same(n_halvings, n_samples):
    y = torch.randn(2, n_samples, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = halve(y, n_halvings)
    low = halve(y.clone().requires_grad_(), n_halvings)
    assert low.shape == expected.shape
    torch.testing.assert_close(low.detach(), expected, rtol=0, atol=3e-6)  # soxr computes in float32
