"""What make_tones promises: the family is in the spectrum, and pitch and level tell nothing."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.datasets._synthetic._tones import FAMILIES, make_tones

SR = 11025


@pytest.fixture(scope="module")
def tones():
    return make_tones(n_clips=350, random_state=0)


@pytest.fixture(scope="module")
def mixtures():
    return make_tones(n_clips=350, n_sources=3, random_state=0)


def spectra(y, size=2**14):
    return np.abs(np.fft.rfft(y * np.hanning(y.shape[-1]), size))


def test_shape_and_names(tones, mixtures):
    for data in (tones, mixtures):
        assert data.data.shape == (350, 1102)
        assert data.data.dtype == np.float32
        assert data.target_names == ["bass", "brass", "guitar", "organ", "piano", "strings", "woodwind"]
        assert data.sr == SR
    assert tones.DESCR == "350 synthesised clips of 1 of 7 families of tones each."
    assert tones.pitches.shape == (350, 1)
    assert mixtures.pitches.shape == (350, 3)


def test_levels(tones, mixtures):
    for data in (tones, mixtures):
        assert np.isfinite(data.data).all()
        peaks = 20 * np.log10(np.abs(data.data).max(axis=1))
        assert peaks.min() >= -20.01 and peaks.max() <= -0.99
        assert np.ptp(peaks) > 15


def test_one_source_is_a_class_and_families_take_turns(tones):
    np.testing.assert_array_equal(tones.target, np.arange(350) % 7)


def test_several_sources_are_an_indicator_of_different_families(mixtures):
    assert mixtures.target.shape == (350, 7)
    assert (mixtures.target.sum(axis=1) == 3).all()
    assert mixtures.target[np.arange(350), np.arange(350) % 7].all()
    together = mixtures.target.T @ mixtures.target  # how often two families sound together
    assert together[~np.eye(7, dtype=bool)].min() > 25


def test_seven_sources_are_all_families():
    assert (make_tones(n_clips=3, n_sources=7, random_state=0).target == 1).all()


def test_energy_is_at_multiples_of_the_pitch():
    long = make_tones(n_clips=14, duration=1, random_state=0)
    hz = np.fft.rfftfreq(2**14, 1 / SR)
    for amplitudes, pitch in zip(spectra(long.data), long.pitches[:, 0], strict=True):
        power = amplitudes**2
        harmonic = np.abs(hz / pitch - np.maximum(np.round(hz / pitch), 1)) * pitch < 4
        assert power[harmonic].sum() > 0.9 * power.sum()
        assert harmonic.mean() < 0.1


def test_pitches_fill_two_octaves_and_tell_nothing(tones):
    assert 110 <= tones.pitches.min() < 115 and 420 < tones.pitches.max() <= 440
    model = make_pipeline(StandardScaler(), LogisticRegression())
    for table in (np.log(tones.pitches), np.abs(tones.data).max(axis=1, keepdims=True)):
        assert cross_val_score(model, table, tones.target).mean() < 0.22


def test_families_differ_and_a_spread_of_them_makes_it_harder(tones):
    model = make_pipeline(StandardScaler(), LogisticRegression())

    def accuracy(data):
        table = spectra(data.data, 1102)
        table /= table.max(axis=1, keepdims=True)
        return cross_val_score(model, table, data.target).mean()

    clear = accuracy(make_tones(n_clips=350, spread=0.05, random_state=0))
    assert clear > 0.75
    assert 0.45 < accuracy(tones) < clear - 0.1


def test_without_spread_a_family_has_one_spectrum():
    """The level of the second harmonic under the first is the family's, whatever the clip."""
    clips = make_tones(n_clips=70, spread=0, duration=0.5, random_state=0)
    hz = np.fft.rfftfreq(2**14, 1 / SR)
    for i, name in enumerate(clips.target_names):
        family = FAMILIES[name]
        for j in np.flatnonzero(clips.target == i):
            amplitudes, pitch = spectra(clips.data[j]), clips.pitches[j, 0]
            first, second = (amplitudes[np.abs(hz - k * pitch) < 20].max() for k in (1, 2))
            octaves = np.log2(pitch * np.array([[1], [2]]) / family.formants)
            raised = 15 * np.exp(-0.5 * (octaves / 0.25) ** 2).sum(axis=1)
            expected = 20 * np.log10(family.even) - 6.02 * family.tilt + raised[1] - raised[0]
            assert 20 * np.log10(second / first) == pytest.approx(expected, abs=1)


def test_nothing_above_the_nyquist_frequency_folds_back():
    clips = make_tones(n_clips=28, sr=8000, duration=1, random_state=0)
    amplitudes = spectra(clips.data)
    hz = np.fft.rfftfreq(2**14, 1 / 8000)
    assert (amplitudes[:, hz > 0.47 * 8000].max(axis=1) < 0.02 * amplitudes.max(axis=1)).all()


@pytest.mark.parametrize("n_sources", [1, 3])
def test_the_seed_decides(tones, mixtures, n_sources):
    expected = tones if n_sources == 1 else mixtures
    again = make_tones(n_clips=350, n_sources=n_sources, random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(again.data, expected.data)
    np.testing.assert_array_equal(again.target, expected.target)
    other = make_tones(n_clips=1, n_sources=n_sources, random_state=1)
    assert np.abs(other.data[0] - expected.data[0]).max() > 0.01


def test_more_clips_leave_the_first_ones_alone(mixtures):
    few = make_tones(n_clips=9, n_sources=3, random_state=0)
    np.testing.assert_array_equal(few.data, mixtures.data[:9])
    np.testing.assert_array_equal(few.target, mixtures.target[:9])


def test_the_global_generator_goes_on():
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    make_tones(n_clips=1, random_state=0)
    assert np.random.rand() == expected


@pytest.mark.parametrize(
    ("duration", "sr", "n_samples"), [(0.05, 8000, 400), (0.35, 16000, 5600), (0.5, 44100.0, 22050)]
)
def test_duration_and_rate(duration, sr, n_samples):
    clips = make_tones(n_clips=7, duration=duration, sr=sr, random_state=0)
    assert clips.data.shape == (7, n_samples)
    assert np.isfinite(clips.data).all()


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("n_clips", 0, ValueError),
        ("n_clips", 2.5, TypeError),
        ("n_sources", 0, ValueError),
        ("n_sources", 8, ValueError),
        ("spread", 1.5, ValueError),
        ("spread", None, TypeError),
        ("duration", 0.01, ValueError),
        ("sr", 4000, ValueError),
    ],
)
def test_refusals(parameter, value, error):
    with pytest.raises(error, match=f"{parameter}={value} must be a"):
        make_tones(**{parameter: value})
