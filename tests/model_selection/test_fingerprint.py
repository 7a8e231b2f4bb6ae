"""Landmarks and waveforms of copies agree where, and only where, they are copies."""

import numpy as np
import pytest

from skmir.model_selection._leakage._fingerprint import HOP, SR, count_shared, fingerprint
from skmir.model_selection._leakage._landmark_candidates import candidates
from skmir.model_selection._leakage._similarity import align


@pytest.fixture
def melody(rng):
    """6 s of decaying tones with partials, one every 0.12 s, in a little noise."""
    y = 0.001 * rng.randn(6 * SR)
    time = np.arange(SR // 2) / SR
    for start in np.arange(0, len(y) - SR // 2, 960):
        tones = sum(np.sin(2 * np.pi * k * rng.uniform(100, 800) * time) / k for k in range(1, 5))
        y[start : start + SR // 2] += np.exp(-8 * time) * tones
    return y.astype(np.float32)


def test_a_fingerprint_shares_all_with_itself(melody):
    own = fingerprint(melody)
    assert len(own.codes) == len(own.frames) > 500
    shared, possible = count_shared(own, own, 0)
    assert shared == possible > 0.95 * len(own.codes)
    assert np.linalg.norm(own.profile) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("delay", [HOP * 40, 5000, 7777])
def test_a_cut_shares_landmarks_at_its_delay_alone(melody, delay):
    whole, cut = fingerprint(melody), fingerprint(melody[delay:])
    shared, possible = count_shared(whole, cut, delay)
    assert shared > 0.3 * possible
    assert count_shared(cut, whole, -delay)[0] == pytest.approx(shared, rel=0.1)
    assert count_shared(whole, cut, delay + 20 * HOP)[0] < 0.1 * shared
    ((a, b, found),) = candidates([whole, cut])
    assert (a, b) == (0, 1)
    assert abs(found - delay) <= HOP


def test_a_fingerprint_knows_no_level(melody):
    loud, soft = fingerprint(melody), fingerprint(melody / 64)
    np.testing.assert_array_equal(loud.codes, soft.codes)
    np.testing.assert_allclose(loud.profile, soft.profile, atol=1e-5)


@pytest.mark.parametrize("n_samples", [50, 600])
def test_clips_too_short_for_landmarks(rng, n_samples):
    short = fingerprint(rng.randn(n_samples).astype(np.float32))
    assert short.n_samples == n_samples
    assert candidates([short, short]) == [(0, 1, None)]


def test_silence_has_no_fingerprint():
    silent = fingerprint(np.zeros(SR, dtype=np.float32))
    assert not len(silent.codes) and not silent.profile.any()
    assert candidates([silent] * 3) == []


@pytest.mark.parametrize("delay", [-4321, -1, 0, 1, 777, 12345])
@pytest.mark.parametrize("gain", [1, -0.01])
@pytest.mark.parametrize("guess", [True, False])
def test_alignment_is_exact_to_the_sample(melody, delay, gain, guess):
    a = melody[max(0, -delay) :]
    b = gain * melody[max(0, delay) :]
    similarity, found, overlap = align(a, b, delay + 100 if guess else None)
    assert found == delay
    assert similarity == pytest.approx(1, abs=1e-3)
    assert overlap == min(len(a), len(b))


def test_two_takes_of_one_note_are_not_alike(rng):
    """Equal pitch and envelope; the partials' phases differ, as they do from take to take."""
    time = np.arange(SR) / SR

    def take():
        partials = [np.sin(2 * np.pi * 220 * k * time + rng.uniform(0, 7)) / k for k in range(1, 15)]
        return (np.exp(-2 * time) * sum(partials) + 0.001 * rng.randn(SR)).astype(np.float32)

    a, b = take(), take()
    plain = np.corrcoef(a, np.roll(b, np.argmax(np.correlate(a, b, "full")) - SR + 1))[0, 1]
    assert plain > 0.5  # an ordinary correlation would take them for one
    assert align(a, b, None)[0] < 0.5
    assert align(a, (a + 0.003 * rng.randn(SR)).astype(np.float32), None)[0] > 0.5


def test_noise_is_not_alike(rng):
    a, b = rng.randn(2, 2 * SR).astype(np.float32)
    assert align(a, b, 0)[0] < 0.1
    assert align(a, np.zeros_like(a), 0) == (0, 0, 2 * SR)
