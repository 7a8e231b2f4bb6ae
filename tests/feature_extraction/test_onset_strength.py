"""Onset strength as a front end: librosa's results, what it finds, errors."""

import warnings

import librosa
import numpy as np
import pytest
import scipy.ndimage

from skmir.audio import load
from skmir.feature_extraction._onset_strength import OnsetStrength

SR = 22050
GRID = [
    {},
    {"hop_length": 256},
    {"hop_length": 441, "n_fft": 1024},
    {"hop_length": 3000},
    {"n_fft": 1023, "hop_length": 333},
    {"win_length": 1200, "window": "hamming"},
    {"n_mels": 40},
    {"n_mels": 41, "aggregate": "median"},
    {"aggregate": "median"},
    {"fmin": 27.5, "fmax": 8000.0},
    {"htk": True, "n_mels": 64},
    {"lag": 2},
    {"lag": 5, "max_size": 3},
    {"max_size": 2},
    {"max_size": 7, "n_mels": 138, "hop_length": 220},
    {"sr": 44100},
    {"sr": 8000, "n_fft": 256, "hop_length": 80, "n_mels": 20},
]


@pytest.fixture(scope="module")
def synthetic():
    """Three seconds of plucked tones, a new one each third of a second, in faint noise."""
    rng = np.random.RandomState(0)
    y = 0.003 * rng.randn(3 * SR)
    for i in range(9):
        time = np.arange(len(y) - i * SR // 3) / SR
        hz = 110 * 2 ** (rng.randint(24) / 12)
        y[i * SR // 3 :] += sum(0.3 / h * np.sin(2 * np.pi * hz * h * time) for h in range(1, 9)) * np.exp(
            -6 * time
        )
    return y.astype(np.float32)


@pytest.fixture(scope="module")
def real(real_data):
    """Four seconds of drums."""
    return load(real_data / "drum_loops" / "audio" / "funk_virtuosity_01.flac", duration=4.0)[0]


def assert_parity(parameters, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # librosa's on empty mel bands
        options = {**parameters, "aggregate": getattr(np, parameters.get("aggregate", "mean"))}
        expected = librosa.onset.onset_strength(y=y, **options)
        found = OnsetStrength(**parameters).fit_transform([y])[0]
    assert found.shape == (1, *expected.shape)
    assert found.dtype == y.dtype
    assert np.abs(found[0] - expected).max() <= 1e-4 * expected.max()


@pytest.mark.parametrize("parameters", GRID, ids=str)
def test_parity_on_a_synthetic_signal(parameters, synthetic):
    assert_parity(parameters, synthetic)


@pytest.mark.parametrize("parameters", GRID[::3], ids=str)
def test_parity_on_a_recording(parameters, real):
    assert_parity(parameters, real)


@pytest.mark.parametrize("parameters", [{}, {"lag": 5, "max_size": 3}], ids=str)
def test_parity_in_double_precision(parameters, synthetic):
    assert_parity(parameters, synthetic.astype(np.float64))


def test_peaks_are_the_onsets(synthetic):
    frames = OnsetStrength(hop_length=441).fit_transform([synthetic])[0, 0]
    highest = scipy.ndimage.maximum_filter1d(frames, 9)
    found = np.flatnonzero((frames == highest) & (frames > 0.2 * frames.max())) * 441 / SR
    np.testing.assert_allclose(found, np.arange(1, 9) / 3, atol=0.03)  # the first is in the zeros


def test_one_bin_with_a_name(synthetic):
    front_end = OnsetStrength()
    assert front_end.fit_transform(np.stack([synthetic, -synthetic])).shape == (2, 1, 1 + 3 * SR // 512)
    assert list(front_end.get_feature_names_out()) == ["onset00"]


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"lag": 0}, ValueError, "lag=0 must be an integer >= 1"),
        ({"max_size": 1.5}, TypeError, "max_size=1.5 must be an integer >= 1"),
        ({"aggregate": "sum"}, ValueError, r"aggregate='sum' is not one of \['mean', 'median'\]"),
        ({"fmax": 20000.0}, ValueError, "fmax=20000.0 must be a number"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        OnsetStrength(**parameters).fit(np.zeros((1, SR)))
