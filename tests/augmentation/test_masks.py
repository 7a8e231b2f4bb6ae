"""Masks in time and in frequency."""

import numpy as np
import pytest
import torch

from skmir.augmentation import FrequencyMask, TimeMask


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def x():
    """Frames of 2000 clips, 20 bins, 20 frames; all above 1."""
    return 2 + torch.rand(2000, 20, 20, generator=generator(3))


CASES = [(TimeMask, 2), (FrequencyMask, 1)]


def hidden(mask, axis, x):
    """Return which frames (or bins) of each clip are hidden, as an array of shape (B, size)."""
    masked, _ = mask.set_params(fill=0.0)(x, None, generator())
    other = 3 - axis
    assert torch.equal((masked == 0).all(other), (masked == 0).any(other))  # whole frames, whole bins
    assert torch.equal(masked[masked != 0], x[masked != 0])
    return (masked == 0).all(other).numpy()


def starts_and_widths(places):
    """Return where the one stretch of each row starts, and its width; rows without one are left out."""
    rows = places[places.any(1)].astype(int)
    edges = np.diff(rows, axis=1, prepend=0, append=0)
    assert ((edges == 1).sum(1) == 1).all()
    return (edges == 1).argmax(1), rows.sum(1)


@pytest.mark.parametrize(("kind", "axis"), CASES)
@pytest.mark.parametrize("max_width", [1, 6, 20, 100])
def test_one_stretch_of_each_width_is_hidden(x, kind, axis, max_width):
    places = hidden(kind(max_width), axis, x)
    _, widths = starts_and_widths(places)
    longest = min(max_width, 20)
    assert set(widths) == set(range(1, longest + 1))
    np.testing.assert_allclose((~places.any(1)).mean(), 1 / (longest + 1), atol=0.05)  # width 0
    np.testing.assert_allclose(widths.sum() / 2000, longest / 2, rtol=0.08)


@pytest.mark.parametrize(("kind", "axis"), CASES)
def test_a_mask_may_start_at_the_beginning_and_end_at_the_end(x, kind, axis):
    starts, widths = starts_and_widths(hidden(kind(5), axis, x))
    assert set(starts[widths == 5]) == set(range(16))
    assert set(starts[widths == 1]) == set(range(20))


@pytest.mark.parametrize(("kind", "axis"), CASES)
def test_several_masks(x, kind, axis):
    places = hidden(kind(3, n_masks=3), axis, x)
    assert places.sum(1).max() <= 9
    assert places.sum(1).max() > 6  # more than two masks hide
    stretches = (np.diff(places.astype(int), axis=1, prepend=0) == 1).sum(1)
    assert set(stretches) == {0, 1, 2, 3}


@pytest.mark.parametrize(("share", "longest"), [(0.3, 6), (0.29, 5), (0.04, 0), (1.0, 15)])
def test_the_share_bounds_a_mask_in_time(x, share, longest):
    places = hidden(TimeMask(15, max_share=share), 2, x)
    assert places.sum(1).max() == longest


def test_a_share_that_floating_point_misses_by_a_hair():
    places = hidden(TimeMask(100, max_share=0.29), 2, torch.ones(3000, 1, 100))  # 0.29 * 100 < 29
    assert places.sum(1).max() == 29


@pytest.mark.parametrize("kind", [TimeMask, FrequencyMask])
def test_what_is_hidden_is_filled_with_the_clips_own(x, kind):
    visible, _ = kind(8, fill=0.0)(x, None, generator())
    for fill, values in (("mean", x.mean((1, 2))), ("min", x.amin((1, 2)))):
        masked, _ = kind(8, fill=fill)(x, None, generator())
        expected = torch.where(visible == 0, values[:, None, None], x)
        assert torch.allclose(masked, expected, atol=1e-6)
    numbered, _ = kind(8, fill=-1.5)(x, None, generator())
    assert torch.equal(numbered, torch.where(visible == 0, -1.5, x))


def test_the_mean_is_the_default(x):
    for kind in (TimeMask, FrequencyMask):
        assert torch.equal(kind(8)(x, None, generator())[0], kind(8, fill="mean")(x, None, generator())[0])
