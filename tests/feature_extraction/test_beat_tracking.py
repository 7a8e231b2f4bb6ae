"""Beats in an onset envelope: librosa's, and none where nothing is heard."""

import librosa
import numpy as np
import pytest

from skmir.feature_extraction._beat_tracking import track_beats

CLOCK = {"sr": 22050, "hop_length": 512}


def envelopes(rng):
    """Noise, sparse noise, and pulses in noise, of several lengths."""
    for n_frames in (10, 87, 400, 1300):
        noise = rng.gamma(0.5, size=n_frames)
        yield noise
        yield np.where(rng.rand(n_frames) < 0.8, 0, noise)
        pulses = np.zeros(n_frames)
        pulses[5 :: rng.randint(12, 40)] = 1
        yield np.convolve(pulses, [0.5, 1, 0.3])[:n_frames] + 0.05 * noise


@pytest.mark.parametrize(("start_bpm", "tightness"), [(120, 100), (80, 400), (60, 3)])
def test_librosas_beats(rng, start_bpm, tightness):
    options = {**CLOCK, "start_bpm": start_bpm, "tightness": tightness}
    for envelope in envelopes(rng):
        _, expected = librosa.beat.beat_track(onset_envelope=envelope, trim=False, **options)
        np.testing.assert_array_equal(track_beats(envelope, **options), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("period", [20, 33, 47])
def test_pulses_are_the_beats(period, dtype):
    envelope = np.zeros(600, dtype)
    envelope[period::period] = 1
    options = {"start_bpm": 60 * 22050 / 512 / period, "tightness": 100}
    beats = track_beats(envelope, **CLOCK, **options)
    pulses = np.arange(period, 600, period)
    assert np.abs(beats[:, np.newaxis] - pulses).min(axis=0).max() <= 1
    assert len(beats) <= len(pulses) + 2  # the faint ends of the smoothed pulses may pass for beats


@pytest.mark.parametrize("envelope", [np.zeros(50), np.eye(1, 50)[0], np.ones(1), np.zeros(1)], ids=str)
def test_no_beat_where_nothing_begins(envelope):
    assert len(track_beats(envelope, **CLOCK, start_bpm=120, tightness=100)) == 0


def test_the_envelope_is_left_alone(rng):
    envelope = rng.gamma(1, size=200)
    before = envelope.copy()
    track_beats(envelope, **CLOCK, start_bpm=120, tightness=100)
    np.testing.assert_array_equal(envelope, before)
