"""Every front end agrees with librosa to 1e-4 of the peak, over a grid of parameters."""

import warnings

import librosa
import numpy as np
import pytest

from skmir.audio import load
from skmir.feature_extraction import CQT, DFT, MFCC, Chroma, MelSpectrogram, SpectralShape

DFT_GRID = [
    {},
    {"n_fft": 512, "hop_length": 127},
    {"n_fft": 1023, "hop_length": 333},
    {"n_fft": 1024, "hop_length": 1500},
    {"win_length": 1200, "hop_length": 441},
    {"win_length": 1201, "window": "hamming"},
    {"window": ("kaiser", 6.0)},
    {"window": "blackmanharris", "n_fft": 4096},
    {"center": False},
    {"center": False, "n_fft": 1000, "hop_length": 999},
    {"pad_mode": "reflect"},
    {"pad_mode": "edge", "hop_length": 2000},
    {"pad_mode": "symmetric", "n_fft": 8192},
]
POWER_GRID = [{"power": 2.0}, {"power": 0.5}, {"power": 3.0, "win_length": 999, "hop_length": 511}]
MEL_BANDS = [
    {"n_mels": 40},
    {"n_mels": 13, "htk": True},
    {"n_mels": 64, "fmin": 27.5, "fmax": 8000.0},
    {"htk": True, "fmin": 300.0},
    {"sr": 44100, "fmax": 16000.0},
    {"sr": 8000, "n_mels": 20, "n_fft": 256, "hop_length": 80},
]
MEL_GRID = [
    *DFT_GRID,
    *MEL_BANDS,
    {"power": 1.0},
    {"norm": None},
    {"norm": 1},
    {"norm": np.inf, "htk": True},
]
MFCC_GRID = [
    *[p for p in DFT_GRID if not {"center", "pad_mode"} & set(p)],
    *MEL_BANDS[:1],
    *MEL_BANDS[2:],
    {"n_mfcc": 1},
    {"n_mfcc": 128},
    {"n_mfcc": 13, "lifter": 22},
    {"lifter": 40.5},
    {"dct_type": 3},
    {"norm": None},
    {"dct_type": 3, "norm": None, "lifter": 22},
    {"dct_type": 1, "norm": None},
]
CQT_GRID = [
    {},
    {"hop_length": 256},
    {"hop_length": 441},
    {"hop_length": 36},
    {"hop_length": 4096, "n_bins": 30},
    {"n_bins": 1},
    {"n_bins": 1, "fmin": 440.0},
    {"n_bins": 12},
    {"n_bins": 25},
    {"n_bins": 50, "fmin": 55.0, "bins_per_octave": 24},
    {"n_bins": 216, "bins_per_octave": 36, "fmin": 65.4},
    {"n_bins": 100, "bins_per_octave": 36, "hop_length": 441, "fmin": 110.0},
    {"n_bins": 24, "fmin": 27.5},  # halved three times before the top octave
    {"tuning": 0.3},
    {"tuning": None},
    {"tuning": None, "bins_per_octave": 24, "n_bins": 140},
    {"filter_scale": 0.5},
    {"filter_scale": 2, "n_bins": 72},
    {"norm": 2},
    {"norm": None},
    {"norm": np.inf, "sparsity": 0.0},
    {"sparsity": 0.2},
    {"window": "hamming"},
    {"pad_mode": "reflect"},
    {"pad_mode": "edge", "hop_length": 441},
    {"sr": 44100, "n_bins": 96},
    {"sr": 8000, "n_bins": 60, "hop_length": 80},
]
CHROMA_STFT_GRID = [
    {},
    {"tuning": 0.0},
    {"tuning": -0.23},
    {"n_chroma": 24},
    {"n_chroma": 24, "tuning": 0.4},
    {"n_fft": 4096, "hop_length": 1000},
    {"n_fft": 4095, "window": "hamming", "win_length": 3000},
    {"norm": None},
    {"norm": 1},
    {"norm": 2},
    {"sr": 44100},
    {"sr": 8000, "n_fft": 512, "hop_length": 125},
]
CHROMA_CQT_GRID = [
    {},
    {"tuning": 0.0},
    {"tuning": 0.3},
    {"n_chroma": 24, "bins_per_octave": 24},
    {"n_chroma": 24, "bins_per_octave": 48, "tuning": 0.0, "n_octaves": 6},
    {"bins_per_octave": 12},
    {"hop_length": 256},
    {"hop_length": 441, "n_octaves": 5},
    {"n_octaves": 3, "fmin": 110.0},
    {"fmin": 61.7},
    {"norm": None},
    {"norm": 2},
    {"norm": 1, "threshold": 0.05},
    {"sr": 44100, "n_octaves": 8},
]

SHAPE_GRID = [
    {},
    {"n_fft": 1024, "hop_length": 333},
    {"n_fft": 1023},
    {"n_fft": 4096, "sr": 44100},
    {"win_length": 1201, "window": "hamming"},
]
CONTRAST_GRID = [
    {"fmin": 100.0, "n_bands": 4},
    {"n_bands": 1},
    {"quantile": 0.1},
    {"quantile": 0.6, "linear": True},
    {"sr": 8000, "n_bands": 5},
]


@pytest.fixture(scope="module")
def synthetic():
    """Two seconds of three decaying harmonic tones in noise."""
    rng = np.random.RandomState(0)
    time = np.arange(44321) / 22050
    tones = sum(
        np.sin(2 * np.pi * f * h * time + h) / h * np.exp(-time)
        for f in (110.0, 221.0, 331.5)
        for h in range(1, 12)
    )
    return (0.2 * tones + 0.01 * rng.randn(len(time))).astype(np.float32)


@pytest.fixture(scope="module")
def real(real_data):
    """Two seconds of an orchestra."""
    return load(real_data / "real_tracks" / "brahms_hungarian5.hq.ogg", offset=3.0, duration=2.0)[0]


def dft(y, *, hop_length=512, power=1.0, **parameters):
    return np.abs(librosa.stft(y, hop_length=hop_length, **parameters)) ** power


def mfcc(y, **parameters):
    return librosa.feature.mfcc(y=y, **parameters)


def mel(y, **parameters):
    return librosa.feature.melspectrogram(y=y, **parameters)


def cqt(y, **parameters):
    return np.abs(librosa.cqt(y, **parameters))


def chroma_stft(y, **parameters):
    return librosa.feature.chroma_stft(y=y, **parameters)


def chroma_cqt(y, *, kind, **parameters):
    return librosa.feature.chroma_cqt(y=y, **parameters)


def shape(y, *, features, n_fft=2048, hop_length=512, sr=22050, win_length=None, window="hann", **parameters):
    """One descriptor, by librosa's function for it."""
    feature = librosa.feature
    waveform = {"frame_length": n_fft, "hop_length": hop_length}
    transform = {"n_fft": n_fft, "hop_length": hop_length, "win_length": win_length, "window": window}
    if features[0] == "flux":
        # librosa's spectral flux is the onset strength; of magnitudes, and not moved in time, it is this.
        found = librosa.onset.onset_strength(S=np.abs(librosa.stft(y, **transform)), center=False)[np.newaxis]
    elif features[0] == "rms":
        found = feature.rms(y=y, dtype=y.dtype, **waveform)
    elif features[0] == "zero_crossing_rate":
        found = feature.zero_crossing_rate(y, **waveform)
    elif features[0] == "flatness":
        found = feature.spectral_flatness(y=y, **transform)
    else:
        function = getattr(feature, f"spectral_{features[0]}")
        found = function(y=y, sr=sr, **transform, **parameters)
    return found.astype(y.dtype)


CASES = [
    pytest.param(front_end, reference, parameters, id=f"{reference.__name__}-{parameters}")
    for front_end, reference, grid in [
        (DFT, dft, DFT_GRID + POWER_GRID),
        (MelSpectrogram, mel, MEL_GRID),
        (MFCC, mfcc, MFCC_GRID),
        (CQT, cqt, CQT_GRID),
        (Chroma, chroma_stft, CHROMA_STFT_GRID),
        (Chroma, chroma_cqt, [{"kind": "cqt", **parameters} for parameters in CHROMA_CQT_GRID]),
        *[
            (SpectralShape, shape, [{"features": (name,), **parameters} for parameters in SHAPE_GRID])
            for name in SpectralShape().features
        ],
        (SpectralShape, shape, [{"features": ("contrast",), **parameters} for parameters in CONTRAST_GRID]),
        (SpectralShape, shape, [{"features": ("rolloff",), "roll_percent": share} for share in (0.01, 0.5)]),
    ]
    for parameters in grid
]


def assert_parity(front_end, reference, parameters, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # librosa's on empty mel bands and on long frames
        expected = reference(y, **parameters)
        found = front_end(**parameters).fit_transform([y])[0]
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype == y.dtype
    assert np.abs(found - expected).max() <= 1e-4 * np.abs(expected).max()


@pytest.mark.parametrize(("front_end", "reference", "parameters"), CASES)
def test_parity_on_a_synthetic_signal(front_end, reference, parameters, synthetic):
    assert_parity(front_end, reference, parameters, synthetic)


@pytest.mark.parametrize(("front_end", "reference", "parameters"), CASES[::3])
def test_parity_on_a_recording(front_end, reference, parameters, real):
    assert_parity(front_end, reference, parameters, real)


@pytest.mark.parametrize(
    ("front_end", "reference", "parameters"), [c for c in CASES if not {*c.values[2]} - {"kind", "features"}]
)
def test_parity_in_double_precision(front_end, reference, parameters, synthetic):
    assert_parity(front_end, reference, parameters, synthetic.astype(np.float64))


@pytest.mark.parametrize("parameters", [{"hop_length": 441, "n_bins": 180}, {"n_bins": 252}], ids=str)
def test_the_same_frequencies_of_each_filter_are_dropped(parameters, rng):
    """Which ones are can hang on the last bit; a filter that lacks one more is off by 1e-3."""
    y = rng.randn(22050).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a clip shorter than the longest filter
        for tuning in (-0.5, -0.2, 0.0, 0.03, 0.25):
            expected = np.abs(librosa.cqt(y, bins_per_octave=36, tuning=tuning, **parameters))
            found = CQT(bins_per_octave=36, tuning=tuning, **parameters).transform([y])[0]
            assert np.abs(found - expected).max() < 1e-5 * expected.max(), tuning
