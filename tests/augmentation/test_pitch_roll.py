"""Transposition by bins."""

import numpy as np
import pytest
import torch

from skmir.augmentation import PitchRoll
from skmir.feature_extraction import CQT


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def x():
    """Frames of 200 clips of 10 bins; no two values are the same."""
    return torch.randperm(200 * 10 * 6, generator=generator(5)).view(200, 10, 6).double()


def shift_of(clip, rolled):
    """Return by how many bins a clip went up, from the bins that are found inside."""
    n = len(clip)
    shifts = [s for s in range(1 - n, n) if torch.equal(rolled[max(s, 0) : n + s], clip[max(-s, 0) : n - s])]
    assert len(shifts) == 1
    return shifts[0]


@pytest.mark.parametrize("bins_per_step", [1, 2])
@pytest.mark.parametrize("fill", ["edge", "mean", "min", -3.5])
def test_bins_move_and_vacated_ones_are_filled(x, bins_per_step, fill):
    rolled, _ = PitchRoll(3, bins_per_step=bins_per_step, fill=fill)(x, None, generator())
    shifts = []
    for clip, found in zip(x, rolled, strict=True):
        shift = shift_of(clip, found)
        shifts.append(shift)
        inside = slice(max(shift, 0), 10 + min(shift, 0))
        assert torch.equal(found[inside], torch.roll(clip, shift, 0)[inside])
        vacated = found[:shift] if shift > 0 else found[10 + shift :]
        expected = {
            "edge": clip[0] if shift > 0 else clip[-1],
            "mean": clip.mean(),
            "min": clip.min(),
        }.get(fill, torch.tensor(-3.5, dtype=torch.float64))
        assert torch.allclose(vacated, expected.expand_as(vacated), atol=1e-9)
    assert set(shifts) == {bins_per_step * step for step in range(-3, 4)}


def test_every_step_is_as_likely(x):
    rolled, _ = PitchRoll(2)(x.repeat(20, 1, 1), None, generator())
    found = [shift_of(clip, other) for clip, other in zip(x.repeat(20, 1, 1), rolled, strict=True)]
    shares = np.bincount(np.array(found) + 2, minlength=5) / 4000
    np.testing.assert_allclose(shares, 0.2, atol=0.03)  # 0.03 is more than four standard errors


def test_a_shift_leaves_something_of_a_clip(x):
    rolled, _ = PitchRoll(100, bins_per_step=3)(x, None, generator())
    shifts = {shift_of(clip, found) for clip, found in zip(x, rolled, strict=True)}
    assert shifts == {-9, -6, -3, 0, 3, 6, 9}


def test_what_leaves_comes_back_when_circular(x):
    rolled, _ = PitchRoll(25, mode="circular", fill="min")(x, None, generator())
    shifts = set()
    for clip, found in zip(x, rolled, strict=True):
        matches = [s for s in range(10) if torch.equal(found, torch.roll(clip, s, 0))]
        assert len(matches) == 1
        shifts.add(matches[0])
    assert shifts == set(range(10))


def test_a_step_wider_than_the_circle_goes_round_it(x):
    rolled, _ = PitchRoll(1, bins_per_step=13, mode="circular")(x, None, generator())
    for shift in (-3, 0, 3):
        assert any(
            torch.equal(found, torch.roll(clip, shift, 0)) for clip, found in zip(x, rolled, strict=True)
        )


def test_an_octave_changes_no_chroma(x):
    chroma = torch.cat([x, x[:, :2] + 0.5], 1)
    rolled, _ = PitchRoll(1, bins_per_step=12, mode="circular")(chroma, None, generator())
    assert torch.equal(rolled, chroma)


def test_it_transposes_a_tone():
    """A tone moved by bins is the tone played as many semitones higher, or lower."""
    time = np.arange(22050) / 22050
    played = {s: np.sin(2 * np.pi * 440 * 2 ** (s / 12) * time).astype(np.float32) for s in range(-3, 4)}
    front_end = CQT(n_bins=48, fmin=110.0)
    spectra = {s: front_end.fit_transform([y])[0].mean(1) for s, y in played.items()}
    spectra = {
        s: spectrum / spectrum.max() for s, spectrum in spectra.items()
    }  # a CQT's height falls with pitch
    x = torch.from_numpy(np.tile(spectra[0], (60, 1)))[:, :, None]
    rolled, _ = PitchRoll(3)(x, None, generator())
    seen = set()
    for found in rolled[:, :, 0].numpy():
        distance = {s: np.abs(found - spectrum).max() for s, spectrum in spectra.items()}
        nearest = min(distance, key=distance.get)
        assert distance.pop(nearest) < 0.02 and min(distance.values()) > 0.4
        seen.add(nearest)
    assert seen == set(range(-3, 4))
