"""Chroma, its normalisation, and tuning."""

import librosa
import numpy as np
import pytest
import torch

from skmir.dsp import chroma_cqt, chroma_stft, estimate_tuning, normalize, spectrogram

SR = 22050


def chord(*pitches, n_samples=2 * SR, n_harmonics=3):
    """Return a sum of harmonic tones, of pitches in semitones from A4."""
    time = torch.arange(n_samples) / SR
    hz = [440 * 2 ** (p / 12) for p in pitches]
    return sum(torch.sin(2 * torch.pi * f * h * time) / h**2 for f in hz for h in range(1, n_harmonics + 1))


@pytest.mark.parametrize("chroma", [chroma_stft, chroma_cqt])
@pytest.mark.parametrize("pitch", [-12, 0, 3])
def test_a_tone_lands_in_its_pitch_class(chroma, pitch):
    assert (chroma(chord(pitch))[:, 20:60].argmax(dim=0) == (9 + pitch) % 12).all()


@pytest.mark.parametrize(("chroma", "tolerance"), [(chroma_stft, 0.15), (chroma_cqt, 0.05)])
def test_an_octave_up_changes_little(chroma, tolerance):
    low = chroma(chord(0, 4, 7), tuning=0.0)[:, 30:55].mean(dim=1)
    high = chroma(chord(12, 16, 19), tuning=0.0)[:, 30:55].mean(dim=1)
    other = chroma(chord(1, 5, 8), tuning=0.0)[:, 30:55].mean(dim=1)
    assert (low - high).abs().max() < tolerance
    assert (low - other).abs().max() > 3 * tolerance


@pytest.mark.parametrize("chroma", [chroma_stft, chroma_cqt])
def test_loudness_is_normalised_away(chroma):
    y = chord(0, 4, 7)
    torch.testing.assert_close(chroma(0.01 * y), chroma(y), atol=1e-4, rtol=1e-4)


def test_small_sums_are_set_to_zero():
    y = chord(0, 4, 7)
    assert (chroma_cqt(y, threshold=0.1, norm=None) == 0).any()
    assert (chroma_cqt(y, threshold=1e9) == 0).all()


@pytest.mark.parametrize("norm", [np.inf, 1, 2, 3.5])
def test_frames_have_norm_one(rng, norm):
    frames = torch.from_numpy(rng.rand(12, 7))
    np.testing.assert_allclose(np.linalg.norm(normalize(frames, norm), ord=norm, axis=0), 1)


@pytest.mark.parametrize("norm", [np.inf, -np.inf, 0, 1, 2, 3.5, None])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_normalisation_is_librosas(rng, norm, dtype):
    frames = rng.randn(12, 7).astype(dtype)
    frames[:, 0] = 0
    frames[:, 1] *= np.finfo(dtype).tiny / 100
    frames[3, 2] = 0
    found = normalize(torch.from_numpy(frames), norm)
    assert found.numpy().dtype == dtype
    np.testing.assert_allclose(found, librosa.util.normalize(frames, norm=norm, axis=-2), rtol=1e-6)


@pytest.mark.parametrize("cents", [-40, -10, 0, 15, 30])
def test_tuning_is_found(cents):
    y = chord(*(p + cents / 100 for p in (-17, -5, 0, 4, 7, 12)), n_harmonics=1)
    assert estimate_tuning(y) == pytest.approx(cents / 100, abs=0.05)


@pytest.mark.parametrize(("sr", "bins_per_octave"), [(22050, 12), (22050, 36), (44100, 12), (8000, 24)])
def test_tuning_is_librosas(rng, sr, bins_per_octave):
    y = chord(0.2, 4.2, 7.2, n_harmonics=6) + torch.from_numpy(0.1 * rng.randn(2 * SR)).float()
    expected = librosa.estimate_tuning(y=y.numpy(), sr=sr, bins_per_octave=bins_per_octave)
    assert estimate_tuning(y, sr=sr, bins_per_octave=bins_per_octave) == expected
    power = spectrogram(y, power=2.0)
    expected = librosa.estimate_tuning(S=power.numpy(), sr=sr)
    assert estimate_tuning(spectra=power, sr=sr) == expected


def test_silence_has_no_tuning():
    assert estimate_tuning(torch.zeros(SR)) == 0
    assert estimate_tuning(torch.zeros(SR), sr=100) == 0  # no bin of the transform counts
