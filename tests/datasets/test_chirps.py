"""What make_chirps promises: shapes that differ, and spectra that do not."""

import itertools

import numpy as np
import pytest
from scipy.signal import spectrogram

from skmir.datasets._synthetic._chirps import SHAPES, draw_event, make_chirps

SR = 22050


@pytest.fixture(scope="module")
def chirps():
    return make_chirps(n_clips=20, random_state=0)


def events(name, n=30):
    """Events of a shape, drawn from seeds 0, 1, ..."""
    return [draw_event(name, SR, np.random.default_rng(seed)) for seed in range(n)]


def track(y):
    """The mean frequency in Hz of the first and of the last third of an event."""
    hz, _, power = spectrogram(y, SR, nperseg=256, noverlap=192, nfft=2048)
    means = hz @ power / power.sum(axis=0)
    third = max(len(means) // 3, 1)
    return means[:third].mean(), means[-third:].mean()


def spread(y):
    """The standard deviation of the spectrum of an event, in octaves."""
    power = np.abs(np.fft.rfft(y, 2**15)[1:]) ** 2
    octaves = np.log2(np.arange(1, len(power) + 1))
    mean = octaves @ power / power.sum()
    return np.sqrt((octaves - mean) ** 2 @ power / power.sum())


def test_shape_and_names(chirps):
    assert chirps.data.shape == (100, 2 * SR)
    assert chirps.data.dtype == np.float32
    assert chirps.target_names == ["falling", "long", "rising", "short", "wide"]
    np.testing.assert_array_equal(chirps.target, np.tile(np.arange(5), 20))
    assert chirps.sr == SR
    assert chirps.DESCR == "100 clips of chirps, tones and bands of noise, 20 of each of five shapes."


def test_levels(chirps):
    peaks = 20 * np.log10(np.abs(chirps.data).max(axis=1))
    assert peaks.min() >= -20.01 and peaks.max() <= -0.99
    assert np.ptp(peaks) > 10


def test_chirps_rise_and_fall_and_tones_do_not():
    for name, low, high in (("rising", 1.25, 2), ("falling", 0.5, 0.8), ("long", 0.98, 1.02)):
        for y in events(name):
            first, last = track(y)
            assert low < last / first < high, name


def test_lengths():
    for name, (seconds, _, _) in SHAPES.items():
        lengths = [len(y) / SR for y in events(name)]
        assert min(lengths) > 0.85 * seconds and max(lengths) < 1.16 * seconds, name


def test_wide_events_are_wide_and_long_ones_narrow():
    spreads = {name: np.median([spread(y) for y in events(name)]) for name in ("wide", "long", "short")}
    assert spreads["wide"] > 0.15 > 0.1 > spreads["short"] > spreads["long"]


def test_all_shapes_have_the_same_energy():
    for name in SHAPES:
        for y in events(name, 5):
            assert y @ y == pytest.approx(0.1 * SR)


def test_the_classes_share_a_spectrum():
    """The mean spectra of classes differ no more than those of two halves of one class, by much."""
    chirps = make_chirps(n_clips=40, random_state=1)
    power = np.abs(np.fft.rfft(chirps.data)) ** 2
    power /= power.sum(axis=1, keepdims=True)
    hz = np.fft.rfftfreq(2 * SR, 1 / SR)
    edges = 400 * 2 ** np.arange(0, 4.1, 0.5)  # half octaves from 400 Hz up to 6.4 kHz
    bands = np.stack([power[:, (hz >= a) & (hz < b)].sum(axis=1) for a, b in itertools.pairwise(edges)])
    means = np.stack([bands[:, chirps.target == i].mean(axis=1) for i in range(5)])  # (5, 8)
    assert np.abs(means - means.mean(axis=0)).max() < 0.08
    assert means.max() > 0.2


def test_the_seed_decides(chirps):
    again = make_chirps(n_clips=3, random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(again.data, chirps.data[:15])  # more clips leave the first alone
    other = make_chirps(n_clips=1, random_state=1)
    assert np.abs(other.data[0] - chirps.data[0]).max() > 0.01


def test_the_global_generator_goes_on(snapshot_generators):
    check = snapshot_generators()
    make_chirps(n_clips=1, random_state=0)
    assert check()


@pytest.mark.parametrize(
    ("duration", "sr", "n_samples"), [(0.5, 8000, 4000), (0.7, 16000, 11200), (1, 44100.0, 44100)]
)
def test_duration_and_rate(duration, sr, n_samples):
    chirps = make_chirps(n_clips=1, n_events=1, duration=duration, sr=sr, random_state=0)
    assert chirps.data.shape == (5, n_samples)
    assert np.isfinite(chirps.data).all()


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("n_clips", 0, ValueError),
        ("n_events", 2.5, TypeError),
        ("duration", 0.4, ValueError),
        ("sr", 4000, ValueError),
    ],
)
def test_refusals(parameter, value, error):
    with pytest.raises(error, match=f"{parameter}={value} must be a"):
        make_chirps(**{parameter: value})
