"""Mixing of clips and their targets."""

import numpy as np
import pytest
import scipy.stats
import torch

from skmir.augmentation import Mixup


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def x():
    return torch.randn(50, 4, 6, generator=generator(3), dtype=torch.float64)


def shares(augmentation, n, seed=0):
    """Return the n x n weights with which clips are mixed: the targets of n classes of one clip each."""
    _, weights = augmentation(torch.zeros(n, 1, 1), torch.eye(n, dtype=torch.float64), generator(seed))
    return weights


@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
def test_clips_and_targets_are_mixed_alike(x, alpha):
    weights = shares(Mixup(alpha), 50)
    one_hot = torch.eye(5, dtype=torch.float64).repeat(10, 1)
    mixed, targets = Mixup(alpha)(x, one_hot, generator())
    assert torch.allclose(mixed, torch.einsum("ij,jbt->ibt", weights, x), atol=1e-12)
    assert torch.allclose(targets, weights @ one_hot, atol=1e-12)
    assert torch.allclose(targets.sum(1), torch.ones(50, dtype=torch.float64), atol=1e-12)
    assert (targets >= 0).all()


def test_a_clip_is_mixed_with_one_other(x):
    weights = shares(Mixup(5.0), 50)
    assert (weights > 0).sum(1).max() == 2
    assert ((weights > 0).sum(0) <= 2).all()  # and is the partner of one
    partners = (weights * (1 - torch.eye(50))).argmax(1)
    assert len(set(partners.tolist())) > 40


@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
def test_shares_follow_their_distribution_and_each_clip_has_one(alpha):
    weights = shares(Mixup(alpha), 1000)
    own, partner = weights.diagonal(), (weights * (1 - torch.eye(1000))).sum(1)
    mixed = (partner > 0).numpy()  # where alpha is small, some shares are 1 in floating point
    assert scipy.stats.kstest(own[mixed].numpy(), scipy.stats.beta(alpha, alpha).cdf).pvalue > 0.01
    assert len(own.unique()) > 900


def test_means_stay(x):
    """The expectation of a mixed batch is half itself and half the mean of the batch."""
    draws = [Mixup(1.0)(x, None, generator(seed))[0] for seed in range(2000)]
    expected = 0.5 * x + 0.5 * x.mean(0)
    np.testing.assert_allclose(torch.stack(draws).mean(0), expected, atol=0.15)


def test_tags_and_values_are_mixed_in_their_shape_and_dtype(x):
    for targets in (torch.rand(50, 7), torch.rand(50), torch.rand(50, 2, 3, dtype=torch.float64)):
        _, mixed = Mixup(1.0)(x, targets, generator())
        assert mixed.shape == targets.shape and mixed.dtype == targets.dtype
        assert not torch.equal(mixed, targets)
        assert mixed.min() >= targets.min() and mixed.max() <= targets.max()


def test_a_clip_alone_is_its_own_partner(x):
    mixed, targets = Mixup(1.0)(x[:1], torch.ones(1, 3), generator())
    assert torch.equal(mixed, x[:1]) and torch.equal(targets, torch.ones(1, 3))


@pytest.mark.parametrize("alpha", [1e-6, 1e-3, 1e6])
def test_extreme_parameters_give_shares(alpha):
    weights = shares(Mixup(alpha), 200)
    assert weights.isfinite().all() and weights.min() >= 0 and weights.max() <= 1
    if alpha > 1:
        assert torch.allclose(weights.amax(1)[weights.amax(1) < 1], torch.tensor(0.5).double(), atol=0.01)


def test_labels_are_refused(x):
    with pytest.raises(
        TypeError, match=r"targets of torch.int64, but labels cannot be mixed\. Pass them one-hot"
    ):
        Mixup()(x, torch.arange(50), generator())
    with pytest.raises(TypeError, match=r"targets of torch\.bool"):
        Mixup()(x, torch.ones(50, 3, dtype=torch.bool), generator())
    with pytest.raises(
        ValueError, match=r"targets must have one row per clip, 50 in all, got the shape \(49, 3\)"
    ):
        Mixup()(x, torch.ones(49, 3), generator())
    with pytest.raises(
        ValueError, match=r"targets must have one row per clip, 50 in all, got the shape \(\)"
    ):
        Mixup()(x, torch.tensor(1.0), generator())
