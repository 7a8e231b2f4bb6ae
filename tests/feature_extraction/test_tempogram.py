"""The tempogram as a front end: librosa's results, tempi, ends, errors."""

import warnings

import librosa
import numpy as np
import pytest

from skmir.audio import load
from skmir.feature_extraction._tempogram import Tempogram

SR = 22050
GRID = [
    {},
    {"hop_length": 256},
    {"hop_length": 441},
    {"hop_length": 1024, "win_length": 100},
    {"win_length": 1},
    {"win_length": 2},
    {"win_length": 101},
    {"win_length": 192, "hop_length": 256},
    {"win_length": 500},
    {"norm": None},
    {"norm": 1},
    {"norm": 2, "win_length": 99},
    {"norm": 3.5},
    {"window": "hamming"},
    {"window": ("kaiser", 6.0), "win_length": 127},
    {"window": "boxcar"},
    {"center": False, "win_length": 100},
    {"center": False, "win_length": 171, "norm": 2, "window": "blackman"},
    {"center": False, "win_length": 260, "hop_length": 256, "norm": None},
    {"sr": 44100, "win_length": 300},
]


def clicks(bpm, seconds=6.0):
    """Return decaying bursts of noise, one a beat, over faint noise."""
    rng = np.random.RandomState(0)
    y = 0.003 * rng.randn(int(seconds * SR))
    for start in (np.arange(0.1, seconds, 60 / bpm) * SR).astype(int):
        burst = rng.randn(3000) * np.exp(-np.arange(3000) / 600)
        y[start : start + 3000] += 0.3 * burst[: len(y) - start]
    return y.astype(np.float32)


@pytest.fixture(scope="module")
def synthetic():
    return clicks(130)


@pytest.fixture(scope="module")
def real(real_data):
    """Six seconds of drums."""
    return load(real_data / "drum_loops" / "audio" / "funk_virtuosity_01.flac", duration=6.0)[0]


def assert_parity(parameters, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # librosa's on empty mel bands
        expected = librosa.feature.tempogram(y=y, **parameters)
        found = Tempogram(**parameters).fit_transform([y])[0]
    assert found.shape == expected.shape
    assert found.dtype == y.dtype
    assert np.abs(found - expected).max() <= 1e-4 * expected.max()


@pytest.mark.parametrize("parameters", GRID, ids=str)
def test_parity_on_a_synthetic_signal(parameters, synthetic):
    assert_parity(parameters, synthetic)


@pytest.mark.parametrize("parameters", GRID[::3], ids=str)
def test_parity_on_a_recording(parameters, real):
    assert_parity(parameters, real)


@pytest.mark.parametrize("parameters", [{}, {"norm": 2, "win_length": 99}], ids=str)
def test_parity_in_double_precision(parameters, synthetic):
    assert_parity(parameters, synthetic.astype(np.float64))


def test_the_onset_strengths_parameters_reach_it(synthetic):
    onset = {"n_fft": 1024, "n_mels": 40, "fmin": 50.0, "fmax": 5000.0, "htk": True, "lag": 2, "max_size": 3}
    envelope = librosa.onset.onset_strength(y=synthetic, **onset)
    expected = librosa.feature.tempogram(onset_envelope=envelope, win_length=100)
    found = Tempogram(win_length=100, **onset).fit_transform([synthetic])[0]
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("bpm", [70, 100, 155])
def test_the_tempo_is_the_highest_of_its_neighbours(bpm):
    frames = Tempogram(hop_length=256, win_length=300).fit_transform([clicks(bpm, 8.0)])[0]
    beat = round(60 / bpm * SR / 256)
    around = frames[beat - beat // 3 : beat + beat // 3 + 1, 200:-200].mean(axis=1)
    assert abs(around.argmax() - beat // 3) <= 1


def test_names_are_lags():
    names = Tempogram().get_feature_names_out()
    assert (names[0], names[-1], len(names)) == ("lag000", "lag383", 384)


def test_a_clip_shorter_than_the_window_is_refused_where_not_centred(synthetic):
    y = synthetic[: 2 * SR]
    assert Tempogram(win_length=87, center=False).fit_transform([y]).shape == (1, 87, 1)
    with pytest.raises(
        ValueError,
        match=r"clip 0 of X is too short: .* 44544 samples, for win_length=88 frames of hop_length=512, are "
        r"needed if center=False. Leave it out, or use center=True, .* or a smaller win_length",
    ):
        Tempogram(win_length=88, center=False).fit_transform([y])


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"win_length": 0}, ValueError, "win_length=0 must be an integer >= 1"),
        ({"n_fft": 1}, ValueError, "n_fft=1 must be an integer >= 2"),
        ({"lag": 0}, ValueError, "lag=0 must be an integer >= 1"),
        ({"max_size": 0}, ValueError, "max_size=0 must be an integer >= 1"),
        ({"center": 1}, TypeError, "center=1 must be True or False"),
        ({"window": "round"}, ValueError, "window='round' must be one that scipy.signal.get_window takes"),
        ({"norm": "max"}, ValueError, "norm='max' must be a number >= 0"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        Tempogram(**parameters).fit(np.zeros((1, SR)))
