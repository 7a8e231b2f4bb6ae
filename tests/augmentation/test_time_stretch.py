"""Time is stretched, pitch is not, and labels go along."""

import librosa
import numpy as np
import pandas as pd
import pytest

from skmir.audio import load
from skmir.augmentation._time_stretch import TimeStretch

SR = 22050


@pytest.mark.parametrize("rate", [0.5, 0.8, 1, 1.25, 2])
def test_length(rate):
    for n_samples in (10000, 22051):
        y = TimeStretch(rate).apply(np.ones(n_samples), SR, 0)
        assert len(y) == round(n_samples / rate)


@pytest.mark.parametrize("rate", [0.8, 1.25])
def test_pitch_stays(rate):
    y = np.sin(2 * np.pi * 440 * np.arange(SR) / SR)
    stretched = TimeStretch(rate).apply(y, SR, 0)
    spectrum = np.abs(np.fft.rfft(stretched * np.hanning(len(stretched)), 2**18))
    assert spectrum.argmax() * SR / 2**18 == pytest.approx(440, rel=2e-3)


@pytest.mark.parametrize("rate", [0.8, 1.25])
@pytest.mark.parametrize("n_fft", [256, 1024])
def test_clicks_come_where_they_belong(rate, n_fft):
    y = np.zeros(3 * SR)
    clicks = np.array([5000, 20000, 33000, 60000])
    y[clicks] = 1
    power = TimeStretch(rate, n_fft=n_fft).apply(y, SR, 0) ** 2
    for click in np.rint(clicks / rate).astype(int):
        place = np.arange(click - 2500, click + 2500)
        center = (power[place] * place).sum() / power[place].sum()
        assert abs(center - click) < n_fft / 2


def test_beats_of_real_drums_are_where_the_label_says(real_data):
    """Onset strength at the annotated times, moved, is as far above its mean as before."""
    row = pd.read_csv(real_data / "drum_loops" / "labels.csv").iloc[0]
    y, _ = load(real_data / "drum_loops" / row["file"])
    times = pd.read_csv(real_data / "drum_loops" / row["onsets"])["time"].to_numpy()

    def contrast(y, times):
        strength = librosa.onset.onset_strength(y=y, sr=SR)
        frames = np.minimum(librosa.time_to_frames(times, sr=SR), len(strength) - 2)
        return np.mean([strength[max(f - 1, 0) : f + 3].max() for f in frames]) / strength.mean()

    before = contrast(y, times)
    for rate in (0.8, 1.25):
        stretch = TimeStretch(rate)
        (moved,) = stretch.change_targets([times], "times", [{"rate": rate}])
        stretched = stretch.apply(y, SR, 0)
        assert contrast(stretched, moved) > 0.8 * before
        assert contrast(stretched, times[times < len(stretched) / SR]) < 0.8 * before


def test_labels_go_along():
    stretch, draws = TimeStretch(), [{"rate": 1.25}, {"rate": 0.5}]
    assert stretch.change_targets([100, 120.0], "tempo", draws) == [125, 60]
    moved = stretch.change_targets([[0.5, 1.0], np.array([2.0])], "times", draws)
    np.testing.assert_allclose(moved[0], [0.4, 0.8])
    np.testing.assert_allclose(moved[1], [4])
    for kind, labels in (("chords", ["C:maj"]), ("notes", np.array([440.0]))):
        intervals, same = stretch.change_targets([([[0, 1]], labels)] * 2, kind, draws)[0]
        np.testing.assert_allclose(intervals, [[0, 0.8]])
        assert same is labels
