"""The static curve, the time constants, and the make-up gain."""

import numpy as np
import pytest

from skmir.audio import load
from skmir.augmentation._compression import Compression

SR = 22050


def level(y):
    return 20 * np.log10(np.abs(y).max())


def steps(levels, seconds=1.0):
    """A tone of 1 kHz at one level after the other, in dB."""
    amplitude = np.repeat(10 ** (np.array(levels) / 20), int(seconds * SR))
    return amplitude * np.sin(2 * np.pi * 1000 * np.arange(len(amplitude)) / SR)


@pytest.mark.parametrize("ratio", [1, 2, 4, 20])
def test_static_curve(ratio):
    levels = [-60, -45, -30, -20, -10, 0]
    y = Compression(-30, ratio, makeup_gain=0).apply(steps(levels), SR, 0)
    settled = [level(part[SR // 2 :]) for part in np.split(y, len(levels))]
    expected = [x if x <= -30 else -30 + (x + 30) / ratio for x in levels]
    np.testing.assert_allclose(settled, expected, atol=0.3)


def test_threshold_is_relative_to_the_peak():
    y = steps([-20, 0])
    loud, soft = (Compression(-10, 4, makeup_gain=0).apply(gain * y, SR, 0) / gain for gain in (1, 0.01))
    np.testing.assert_allclose(loud, soft, atol=1e-5)


def test_makeup_gain():
    y = 0.5 * steps([-30, 0])
    assert level(Compression(-20, 4).apply(y, SR, 0)) == pytest.approx(level(y), abs=1e-3)
    plain, louder = (Compression(-20, 4, makeup_gain=gain).apply(y, SR, 0) for gain in (0, 6))
    np.testing.assert_allclose(louder, plain * 10 ** (6 / 20), atol=1e-6)


def test_time_constants():
    """After one constant, 63 % of the change in dB is done: 15 of the 20 dB above, at a ratio of 4."""
    y = steps([-40, 0, -40])
    gain = Compression(-20, 4, attack=50, release=200, makeup_gain=0).apply(y, SR, 0) / np.where(y, y, 1)

    def reduction(second):
        part = slice(int(second * SR) - 50, int(second * SR) + 50)
        return -20 * np.log10(np.median(gain[part][np.abs(y[part]) > 1e-4]))

    assert reduction(0.9) == pytest.approx(0, abs=0.01)
    assert reduction(1.05) == pytest.approx(15 * 0.632, abs=0.5)
    assert reduction(1.9) == pytest.approx(15, abs=0.2)
    assert reduction(2.2) == pytest.approx(15 * 0.368, abs=0.5)


def test_real_music_has_a_smaller_crest(real_data):
    """Where attacks do not pass before the gain has fallen."""
    compression = Compression(-30, 8, attack=0)
    for file in sorted((real_data / "medley_solos" / "audio").rglob("*.flac"))[::30]:
        y, _ = load(file)
        crests = [level(x) - 10 * np.log10(np.mean(x**2)) for x in (y, compression.apply(y, SR, 0))]
        assert crests[1] < crests[0] - 1
