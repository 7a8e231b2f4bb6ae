"""What make_rhythm promises: the tempo is the class, and the drum's sound tells nothing of it."""

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold

from skmir.datasets import make_rhythm

SR = 12000


@pytest.fixture(scope="module")
def rhythm():
    return make_rhythm(n_drums=6, duration=6, sr=SR, random_state=0)


def test_shape_and_names(rhythm):
    assert rhythm.data.shape == (6 * 5, 6 * SR)
    assert rhythm.data.dtype == np.float32
    assert rhythm.target_names == ["54 bpm", "64 bpm", "78 bpm", "100 bpm", "140 bpm"]
    assert rhythm.sr == SR
    assert rhythm.DESCR == "30 synthesised clips of 6 drums at 5 tempi."


def test_every_drum_plays_in_every_tempo(rhythm):
    for group in np.unique(rhythm.groups):
        assert rhythm.target[rhythm.groups == group].tolist() == [0, 1, 2, 3, 4]
    folds = GroupKFold(3).split(rhythm.data, groups=rhythm.groups)
    assert [np.bincount(rhythm.target[test]).tolist() for _, test in folds] == [[2] * 5] * 3


def test_levels(rhythm):
    assert np.isfinite(rhythm.data).all()
    peaks = 20 * np.log10(np.abs(rhythm.data).max(axis=1))
    assert peaks.min() >= -13.01 and peaks.max() <= -0.99
    assert np.ptp(peaks) > 6


def onsets(y):
    """Samples at which the level jumps from that of the background, at most one in 0.3 s."""
    level = np.sqrt(np.convolve(y**2, np.ones(120) / 120, "same"))
    found = []
    for i in np.flatnonzero(level > 0.15 * level.max()):
        if not found or i - found[-1] > 0.3 * SR:
            found.append(i)
    return np.array(found)


def test_hits_follow_each_other_in_the_tempo_that_is_said(rhythm):
    names = np.array([float(name.split()[0]) for name in rhythm.target_names])
    assert (np.abs(rhythm.tempi / names[rhythm.target] - 1) <= 0.02).all()
    assert len(np.unique(rhythm.tempi)) == len(rhythm.tempi)
    for y, tempo in zip(rhythm.data, rhythm.tempi, strict=True):
        period = np.median(np.diff(onsets(y)))
        assert period == pytest.approx(60 / tempo * SR, rel=0.03)


def test_deviation_can_be_none():
    rhythm = make_rhythm(n_drums=2, tempi=(60, 90.5), deviation=0, duration=1, sr=SR, random_state=0)
    assert rhythm.tempi.tolist() == [60, 90.5, 60, 90.5]
    assert rhythm.target_names == ["60 bpm", "90.5 bpm"]


def test_drums_differ_in_sound_and_a_drum_keeps_its_own(rhythm):
    spectra = np.log(
        np.abs(np.fft.rfft(rhythm.data, axis=1))[:, : 30000 // 100 * 100].reshape(30, 100, -1).mean(2)
    )
    spectra -= spectra.mean(1, keepdims=True)
    distances = np.linalg.norm(spectra[:, None] - spectra[None], axis=2)
    same = rhythm.groups[:, None] == rhythm.groups[None]
    others = ~np.eye(30, dtype=bool)
    assert distances[same & others].mean() < 0.5 * distances[~same].mean()


def test_the_seed_decides(rhythm):
    again = make_rhythm(n_drums=6, duration=6, sr=SR, random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(again.data, rhythm.data)
    other = make_rhythm(n_drums=1, duration=6, sr=SR, random_state=1)
    assert np.abs(other.data[0] - rhythm.data[0]).max() > 0.01


def test_more_drums_leave_the_first_ones_alone(rhythm):
    few = make_rhythm(n_drums=2, duration=6, sr=SR, random_state=0)
    np.testing.assert_array_equal(few.data, rhythm.data[:10])


def test_the_global_generator_goes_on():
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    make_rhythm(n_drums=1, duration=1, random_state=0)
    assert np.random.rand() == expected


@pytest.mark.parametrize(
    ("duration", "sr", "n_samples"), [(0.1, 8000, 800), (0.35, 16000, 5600), (1.5, 44100.0, 66150)]
)
def test_duration_and_rate(duration, sr, n_samples):
    rhythm = make_rhythm(n_drums=3, duration=duration, sr=sr, random_state=0)
    assert rhythm.data.shape == (15, n_samples)
    assert np.isfinite(rhythm.data).all()


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("n_drums", 0, ValueError),
        ("n_drums", 2.5, TypeError),
        ("deviation", 0.6, ValueError),
        ("duration", 0.01, ValueError),
        ("duration", None, TypeError),
        ("sr", 4000, ValueError),
    ],
)
def test_refusals(parameter, value, error):
    with pytest.raises(error, match=f"{parameter}={value} must be a"):
        make_rhythm(**{parameter: value})


@pytest.mark.parametrize("tempi", [(), (60, 60)])
def test_tempi_are_some_and_differ(tempi):
    with pytest.raises(ValueError, match=r"must hold at least one tempo, and no tempo twice"):
        make_rhythm(tempi=tempi)


@pytest.mark.parametrize("tempi", [(60, 0), 0, (1000,)])
def test_tempi_are_above_zero_and_not_too_fast(tempi):
    with pytest.raises(ValueError, match=r"tempi=\d+ must be a number > 0 and <= 600"):
        make_rhythm(tempi=tempi)
