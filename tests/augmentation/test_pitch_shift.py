"""Pitch moves, time does not, and labels go along."""

import librosa
import numpy as np
import pandas as pd
import pytest

from skmir.audio import load
from skmir.augmentation._pitch_shift import PitchShift

SR = 22050


def frequency(y):
    """The strongest frequency of a waveform, in Hz."""
    spectrum = np.abs(np.fft.rfft(y * np.hanning(len(y)), 2**18))
    return spectrum.argmax() * SR / 2**18


@pytest.mark.parametrize("n_steps", [12, -12, 7, -1, 0.5])
def test_a_tone_goes_up_by_semitones(n_steps):
    y = np.sin(2 * np.pi * 440 * np.arange(SR) / SR)
    higher = PitchShift(n_steps, whole=False).apply(y, SR, 0)
    assert frequency(higher) == pytest.approx(440 * 2 ** (n_steps / 12), rel=2e-3)
    assert np.sqrt(np.mean(higher[2000:-2000] ** 2)) == pytest.approx(np.sqrt(0.5), rel=0.15)


def test_no_step_changes_nothing(rng):
    y = rng.randn(5000).astype(np.float32)
    np.testing.assert_array_equal(PitchShift(0).apply(y, SR, 0), y)


def test_attacks_stay_within_a_window():
    y = np.zeros(2 * SR)
    clicks = [5000, 20000, 33000]
    y[clicks] = 1
    for n_fft in (512, 2048):
        for n_steps in (-3, 4):
            power = PitchShift(n_steps, n_fft=n_fft).apply(y, SR, 0) ** 2
            for click in clicks:
                place = np.arange(click - 4000, click + 4000)
                center = (power[place] * place).sum() / power[place].sum()
                assert abs(center - click) < n_fft / 2


@pytest.mark.filterwarnings("ignore:n_fft=1024 is too large")  # librosa's, in its chroma
def test_chroma_of_real_chords_turn(real_data):
    table = pd.read_csv(real_data / "chord_triads" / "labels.csv").iloc[::60]
    for file in table["file"]:
        y, _ = load(real_data / "chord_triads" / file)
        before, after = (
            librosa.feature.chroma_cqt(y=x, sr=SR).mean(axis=1) for x in (y, PitchShift(3).apply(y, SR, 0))
        )
        assert np.corrcoef(np.roll(before, 3), after)[0, 1] > 0.97
        assert np.corrcoef(before, after)[0, 1] < 0.7


def test_whole_steps_are_equally_likely():
    steps = [PitchShift((-1.5, 2)).draw(i)["n_steps"] for i in range(800)]
    values, counts = np.unique(steps, return_counts=True)
    assert values.tolist() == [-1, 0, 1, 2]
    assert counts.min() > 150
    assert all(isinstance(n, int) for n in steps)


def test_labels_go_up():
    shift, draws = PitchShift(), [{"n_steps": 2}, {"n_steps": -1}]
    assert shift.change_targets(["C:maj/3", "Bb:min7"], "chord", draws) == ["D:maj/3", "A:min7"]
    assert shift.change_targets(["F# minor", "X"], "key", draws) == ["G# minor", "X"]
    assert shift.change_targets([60, 71], "midi", draws) == [62, 70]
    pitches = shift.change_targets([440.0, np.array([0.0, 440.0])], "pitch", draws)
    assert pitches[0] == pytest.approx(493.883, abs=1e-3)
    np.testing.assert_allclose(pitches[1], [0, 415.305], atol=1e-3)
    intervals = np.array([[0.0, 1.0]])
    ((times, notes), _) = shift.change_targets([(intervals, np.array([220.0]))] * 2, "notes", draws)
    assert times is intervals
    assert notes == pytest.approx([246.942], abs=1e-3)


def test_chords_of_all_clips_are_spelled_alike():
    intervals = np.array([[0, 1], [1, 2.0]])
    clips = [(intervals, ["Eb:maj", "N"]), (intervals, ["C:maj", "C:min"])]
    moved = PitchShift().change_targets(clips, "chords", [{"n_steps": 1}, {"n_steps": 3}])
    assert [labels for _, labels in moved] == [["E:maj", "N"], ["Eb:maj", "Eb:min"]]


def test_parts_of_semitones_leave_no_name():
    glide = PitchShift((-1, 1), whole=False)
    for kind in ("midi", "key", "chord", "chords"):
        with pytest.raises(ValueError, match=rf"kind '{kind}' wrong. Use PitchShift\(whole=True\)"):
            glide.change_targets([], kind, [])
    assert glide.change_targets([440.0], "pitch", [{"n_steps": 0.5}]) == pytest.approx([452.893], abs=1e-3)
