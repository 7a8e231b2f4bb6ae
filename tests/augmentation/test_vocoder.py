"""The phase vocoder: librosa's results, also for long and very short clips."""

import librosa
import numpy as np
import pytest

from skmir.augmentation._vocoder import pitch_shift, time_stretch

SR = 22050


@pytest.fixture
def y(rng):
    """A second of a sweep and a tone in noise."""
    time = np.arange(SR) / SR
    return (
        np.sin(2 * np.pi * 440 * time) + np.sin(2 * np.pi * (200 + 900 * time) * time) + 0.1 * rng.randn(SR)
    )


def agree(found, expected, n_fft, atol):
    """Ends are compared in length only: librosa 1.0 ends a clip in another way than librosa 0.11."""
    assert found.shape == expected.shape
    inner = slice(None, -4 * n_fft)
    np.testing.assert_allclose(found[inner], expected[inner], atol=atol * np.abs(expected).max())


@pytest.mark.parametrize("n_fft", [256, 1000, 1024])
@pytest.mark.parametrize("rate", [0.37, 0.8, 1.25, 3])
def test_stretched_as_by_librosa(y, rate, n_fft):
    agree(time_stretch(y, rate, n_fft), librosa.effects.time_stretch(y, rate=rate, n_fft=n_fft), n_fft, 1e-8)


@pytest.mark.parametrize("n_fft", [256, 2048])
@pytest.mark.parametrize("n_steps", [-24, -1, 0.5, 7])
def test_shifted_as_by_librosa(y, n_steps, n_fft):
    expected = librosa.effects.pitch_shift(y, sr=SR, n_steps=n_steps, n_fft=n_fft)
    agree(pitch_shift(y, n_steps, n_fft, SR), expected, n_fft, 1e-6)


def test_float32_stays_near_float64_in_a_long_clip(y):
    y = np.tile(y, 60)
    found = time_stretch(y.astype(np.float32), 0.9, 512)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, time_stretch(y, 0.9, 512), atol=2e-3 * np.abs(y).max())


@pytest.mark.parametrize("n_samples", [1, 63, 65, 300])
def test_clips_shorter_than_the_window(rng, n_samples):
    y = rng.randn(n_samples).astype(np.float32)
    assert len(time_stretch(y, 2, 1024)) == round(max(64, n_samples) / 2)
    assert pitch_shift(y, 5, 1024, SR).shape == y.shape


def test_silence_and_next_to_nothing_stay_so(y):
    y = np.concatenate([1e-42 * y, np.zeros(SR), y]).astype(np.float32)
    found = time_stretch(y, 0.8, 512)
    assert np.abs(found[: 2 * SR]).max() < 1e-30
    assert np.abs(found).max() < 2 * np.abs(y).max()
