"""The ratio that was asked for, and the slope of a colour."""

import numpy as np
import pytest

from skmir.audio import load
from skmir.augmentation._add_noise import AddNoise, colored_noise

SR = 22050


def snr(y, noisy):
    return 10 * np.log10(np.mean(y.astype(float) ** 2) / np.mean((noisy.astype(float) - y) ** 2))


@pytest.mark.parametrize("color", ["white", "pink", "brown"])
@pytest.mark.parametrize("ratio", [-5, 0, 20, 40])
def test_ratio_on_real_recordings(real_data, color, ratio):
    files = sorted((real_data / "medley_solos" / "audio").rglob("*.flac"))[:2]
    files += sorted((real_data / "drum_hits" / "audio").rglob("*.flac"))[:2]
    for file in files:
        y, _ = load(file)
        noisy = AddNoise(ratio, color=color).apply(y, SR, 0)
        assert snr(y, noisy) == pytest.approx(ratio, abs=0.1)


def test_ratio_is_drawn_from_its_range():
    y = np.sin(np.arange(5000))
    ratios = [snr(y, AddNoise((10, 20)).apply(y, SR, i)) for i in range(40)]
    assert 10 <= min(ratios) < 12 < 18 < max(ratios) <= 20


@pytest.mark.parametrize(("slope", "expected"), [(0.0, 0), (-0.5, -3.01), (-1.0, -6.02)])
def test_slope_in_decibels_an_octave(slope, expected):
    noise = colored_noise(2**17, SR, slope, np.random.default_rng(0))
    assert np.mean(noise**2) == pytest.approx(1)
    power, frequencies = np.abs(np.fft.rfft(noise)) ** 2, np.fft.rfftfreq(2**17, 1 / SR)
    edges = 80 * 2.0 ** np.arange(8)  # octaves from 80 Hz to 10 kHz
    levels = [
        10 * np.log10(power[(frequencies >= low) & (frequencies < 2 * low)].mean()) for low in edges[:-1]
    ]
    assert np.polyfit(range(7), levels, 1)[0] == pytest.approx(expected, abs=0.25)


def test_brown_noise_is_heard():
    """Most of its power would lie below 20 Hz otherwise."""
    power = np.abs(np.fft.rfft(colored_noise(2**17, SR, -1.0, np.random.default_rng(0)))) ** 2
    assert power[np.fft.rfftfreq(2**17, 1 / SR) > 20].sum() > 0.4 * power.sum()


def test_all_colors_are_drawn():
    augmentation = AddNoise(color=("white", "brown"))
    assert {augmentation.draw(i)["color"] for i in range(20)} == {"white", "brown"}
