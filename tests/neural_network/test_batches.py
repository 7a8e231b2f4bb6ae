"""Batches: each clip once per epoch, no batch of one clip, and equal batches for equal seeds."""

import numpy as np
import pytest
import torch

from skmir._training._batches import CoveringBatches, Examples, RandomBatches, n_batches
from skmir._training._windows import Windows


def examples(n, length=6, n_frames=4):
    """Return examples whose frames, target and weight each hold the number of their clip."""
    frames = [np.full((2, length), i, np.float32) for i in range(n)]
    return Examples(Windows(frames, n_frames, "cpu"), torch.arange(n), torch.arange(n) / 10)


def batches(n, batch_size, seed=0):
    return RandomBatches(examples(n), batch_size, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("batch_size", [2, 3, 8, 32])
@pytest.mark.parametrize("n", [2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 64, 65])
def test_each_clip_comes_once_an_epoch_and_never_alone(n, batch_size):
    epoch = list(batches(n, batch_size))
    sizes = [len(x) for x, _ in epoch]
    assert min(sizes) >= 2 and sum(sizes) == n
    assert all(size == batch_size for size in sizes[:-1])
    assert sizes[-1] <= batch_size + 1
    assert sorted(torch.cat([targets for _, (targets, _) in epoch]).tolist()) == list(range(n))
    assert len(epoch) == len(batches(n, batch_size)) == n_batches(n, batch_size)


def test_a_rest_of_one_joins_the_batch_before():
    assert [len(x) for x, _ in batches(9, 4)] == [4, 5]
    assert [len(x) for x, _ in batches(10, 4)] == [4, 4, 2]
    assert [len(x) for x, _ in batches(3, 2)] == [3]


def test_a_single_clip_is_a_batch():
    assert [len(x) for x, _ in batches(1, 4)] == [1]
    assert n_batches(1, 4) == 1


def test_frames_targets_and_weights_stay_together():
    for x, (targets, weights) in batches(11, 4):
        assert x.shape[1:] == (2, 4)
        assert torch.equal(x[:, 0, 0], targets.float())
        torch.testing.assert_close(weights, targets / 10)


def test_the_seed_decides_order_and_windows():
    def epochs(seed):
        run = RandomBatches(varied, 4, torch.Generator().manual_seed(seed))
        return [torch.cat([x for x, _ in run]) for _ in range(2)]

    rng = np.random.RandomState(0)
    varied = Examples(Windows(rng.randn(20, 2, 30).astype("f"), 4, "cpu"), torch.arange(20), torch.ones(20))
    for one, other in zip(epochs(0), epochs(0), strict=True):
        assert torch.equal(one, other)
    assert not torch.equal(epochs(0)[0], epochs(1)[0])
    first, second = epochs(0)
    assert not torch.equal(first, second)  # an epoch is not the last one again


def test_the_global_generator_is_not_asked():
    before = torch.get_rng_state()
    list(batches(9, 4))
    assert torch.equal(torch.get_rng_state(), before)


def test_covering_batches_come_in_order_and_cover():
    data = examples(5, length=6, n_frames=4)  # two windows a clip
    run = [(x, targets) for x, (targets, _) in CoveringBatches(data, 4)]
    assert [len(x) for x, _ in run] == [4, 4, 2]
    assert torch.cat([targets for _, targets in run]).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert torch.equal(torch.cat([x for x, _ in run])[:, 0, 0], torch.arange(5).repeat_interleave(2).float())


def test_one_example_is_a_batch_of_one():
    x, (target, weight) = examples(3)[2]
    assert x.shape == (1, 2, 4) and (x == 2).all()
    assert target.tolist() == [2] and weight.item() == pytest.approx(0.2)
