"""Augmentations that change values where they stand, and the one that moves them in time."""

import numpy as np
import pytest
import torch

from skmir.augmentation import FrequencyResponse, Gain, GaussianNoise, InputDropout, TimeShift


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def x():
    return torch.randn(1000, 8, 12, generator=generator(3), dtype=torch.float64)


def test_a_gain_is_one_number_a_clip_uniform_on_both_sides(x):
    added = (Gain(1.5)(x, None, generator())[0] - x).numpy()
    gains = added[:, 0, 0]
    np.testing.assert_allclose(added, np.broadcast_to(gains[:, None, None], added.shape), atol=1e-12)
    assert np.abs(gains).max() <= 1.5
    np.testing.assert_allclose(np.histogram(gains, 5, (-1.5, 1.5))[0], 200, atol=60)


def test_noise_has_its_scale_and_no_memory(x):
    noise = (GaussianNoise(0.3)(x, None, generator())[0] - x).numpy()  # 96,000 values
    np.testing.assert_allclose(noise.mean(), 0, atol=0.005)
    np.testing.assert_allclose(noise.std(), 0.3, rtol=0.01)
    np.testing.assert_allclose((np.abs(noise) < 0.3).mean(), 0.6827, atol=0.007)  # as of a Gaussian
    for axis in range(3):
        neighbours = np.corrcoef(noise.ravel(), np.roll(noise, 1, axis).ravel())[0, 1]
        assert abs(neighbours) < 0.02


def test_noise_has_no_clip_in_common_with_the_next_batch(x):
    source = generator()
    first, second = ((GaussianNoise(1)(x, None, source)[0] - x).numpy() for _ in range(2))
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.02


@pytest.mark.parametrize("rate", [0.1, 0.6])
def test_dropout_drops_its_rate_and_keeps_means(x, rate):
    x = x + 10
    dropped, _ = InputDropout(rate)(x, None, generator())
    gone = dropped == 0
    assert torch.allclose(dropped[~gone], x[~gone] / (1 - rate), atol=1e-12)
    np.testing.assert_allclose(gone.double().mean(), rate, atol=0.01)
    np.testing.assert_allclose(dropped.mean(), x.mean(), rtol=0.015)


def test_a_response_is_a_bell_over_the_bins():
    x = torch.zeros(2000, 40, 3, dtype=torch.float64)
    bells, _ = FrequencyResponse(2.0, width=(3, 5))(x, None, generator())
    assert torch.equal(bells[:, :, 0], bells[:, :, 2])
    bells = bells[:, :, 0].numpy()
    assert np.abs(bells).max() <= 2
    heights = bells[np.arange(2000), np.abs(bells).argmax(1)]
    np.testing.assert_allclose(np.histogram(heights, 4, (-2, 2))[0], 500, atol=100)
    centres = np.abs(bells).argmax(1)
    np.testing.assert_allclose(np.histogram(centres, 4, (0, 40))[0], 500, atol=100)
    assert {0, 39} <= set(centres)
    # A parabola is the logarithm of a bell; its second difference is -1 / width**2.
    inside = (np.abs(heights) > 0.5) & (centres > 5) & (centres < 34)
    curvatures = [
        np.diff(np.log(np.abs(bell[c - 1 : c + 2])), 2)[0]
        for bell, c in zip(bells[inside], centres[inside], strict=True)
    ]
    widths = 1 / np.sqrt(-np.array(curvatures))
    assert 3 - 1e-6 <= widths.min() < 3.1 and 4.9 < widths.max() <= 5 + 1e-6
    np.testing.assert_allclose(widths.mean(), 4, atol=0.1)


def test_a_response_is_added_to_what_is_there(x):
    bells, _ = FrequencyResponse(1)(torch.zeros_like(x), None, generator())
    assert torch.allclose(FrequencyResponse(1)(x, None, generator())[0], x + bells, atol=1e-12)


@pytest.mark.parametrize("max_shift", [None, 0, 2, 30])
def test_a_shift_rolls_each_clip(x, max_shift):
    moved, _ = TimeShift(max_shift)(x, None, generator())
    shifts = set()
    for clip, found in zip(x, moved, strict=True):
        matches = [s for s in range(12) if torch.equal(found, torch.roll(clip, s, 1))]
        assert len(matches) == 1
        shifts.add(matches[0])
    expected = {None: range(12), 0: [0], 2: [10, 11, 0, 1, 2], 30: range(12)}[max_shift]
    assert shifts == set(expected)


def test_every_shift_is_as_likely(x):
    position = torch.zeros(5000, 1, 5)
    position[:, :, 0] = 1
    for augmentation in (TimeShift(), TimeShift(2)):
        moved, _ = augmentation(position, None, generator())
        np.testing.assert_allclose(moved.mean((0, 1)), 0.2, atol=0.03)
