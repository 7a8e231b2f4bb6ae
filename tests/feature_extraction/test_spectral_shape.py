"""Spectral shape: what is known of simple sounds, names, and errors. Parity is in test_parity.py."""

import numpy as np
import pytest
import torch

from skmir.dsp import spectral_shape
from skmir.feature_extraction import SpectralShape

SR = 22050


def sine(hz, seconds=1.0, sr=SR):
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * sr)) / sr)


def middle(y, *features, **parameters):
    """Return the values of the frame in the middle of a clip, by name."""
    front_end = SpectralShape(features, **parameters)
    frames = front_end.fit_transform([y])[0]
    return dict(zip(front_end.get_feature_names_out(), frames[:, frames.shape[1] // 2], strict=True))


@pytest.mark.parametrize("hz", [440, 2000, 7000])
def test_a_sine_is_a_narrow_line(hz):
    found = middle(sine(hz), "centroid", "bandwidth", "rolloff", "flatness", "zero_crossing_rate", "rms")
    assert found["centroid"] == pytest.approx(hz, abs=5)
    assert found["rolloff"] == pytest.approx(hz, abs=2 * SR / 2048)
    assert found["bandwidth"] < 100
    assert found["flatness"] < 1e-3
    assert found["zero_crossing_rate"] == pytest.approx(2 * hz / SR, abs=2 / 2048)
    assert found["rms"] == pytest.approx(np.sqrt(0.5), abs=0.01)


def test_white_noise_is_flat(rng):
    found = middle(rng.randn(10 * SR), "centroid", "rolloff", "flatness")
    assert found["centroid"] == pytest.approx(SR / 4, rel=0.05)
    assert found["rolloff"] == pytest.approx(0.85 * SR / 2, rel=0.05)
    assert found["flatness"] == pytest.approx(np.exp(-np.euler_gamma), rel=0.1)  # of exponential powers


def test_bandwidth_of_two_lines_is_half_their_distance():
    low, high = 100 * SR / 2048, 500 * SR / 2048  # in the middle of their bins, so that both weigh as much
    two = middle(sine(low) + sine(high), "centroid", "bandwidth")
    assert two["centroid"] == pytest.approx((low + high) / 2, rel=0.01)
    assert two["bandwidth"] == pytest.approx((high - low) / 2, rel=0.01)


def test_contrast_is_high_in_the_octave_that_holds_a_tone(rng):
    found = middle(sine(600) + 1e-3 * rng.randn(SR), "contrast")
    assert max(found, key=found.get) == "contrast2"  # from 400 to 800 Hz


def test_twice_the_amplitude_changes_only_the_level(rng):
    y = rng.randn(1, SR)
    names = SpectralShape().get_feature_names_out()
    ratio = SpectralShape().transform(2 * y)[0] / np.maximum(SpectralShape().transform(y)[0], 1e-30)
    for name, values in zip(names, ratio, strict=True):
        np.testing.assert_allclose(values[1:], 2 if name in ("flux", "rms") else 1, rtol=1e-6, err_msg=name)


def test_flux_is_the_mean_rise_and_0_where_sound_only_fades():
    y = np.zeros(SR)
    y[SR // 2 :] = sine(1000, 0.5)
    flux = SpectralShape(("flux",)).fit_transform([y])[0, 0]
    assert flux[0] == 0
    assert abs(int(flux.argmax()) - SR / 2 / 512) < 3
    fading = SpectralShape(("flux",)).fit_transform([sine(1000) * np.exp(-3 * np.arange(SR) / SR)])[0, 0]
    assert fading[5:-5].max() < 1e-3 * fading.max()


def test_silence_is_finite_and_0_but_for_flatness():
    for dtype in (np.float32, np.float64):
        frames = SpectralShape().fit_transform(np.zeros((2, SR), dtype))
        names = list(SpectralShape().get_feature_names_out())
        for i, name in enumerate(names):
            np.testing.assert_allclose(frames[:, i], 1 if name == "flatness" else 0, atol=1e-5)


def test_features_alone_are_those_of_all_in_their_order(rng):
    y = rng.randn(2, SR)
    every = SpectralShape()
    frames = dict(zip(every.get_feature_names_out(), every.fit_transform(y).swapaxes(0, 1), strict=True))
    some = SpectralShape(("rms", "contrast", "centroid"))
    names = some.get_feature_names_out().tolist()
    assert names == ["rms", *[f"contrast{i}" for i in range(7)], "centroid"]
    for name, values in zip(names, some.fit_transform(y).swapaxes(0, 1), strict=True):
        assert np.array_equal(values, frames[name]), name


def test_a_long_clip_in_blocks_is_the_same_as_in_one(rng, monkeypatch):
    y = torch.from_numpy(rng.randn(2, 40000))
    expected = spectral_shape(y)
    monkeypatch.setattr("skmir.dsp._frame.BLOCK", 3 * 2048)
    torch.testing.assert_close(spectral_shape(y), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        ({"features": ("centroid", "loudness")}, "'loudness' is not one of"),
        ({"features": "centroid"}, "features must be a tuple"),
        ({"features": ()}, "features must be a tuple"),
        ({"features": ("rms", "rms")}, "each descriptor once"),
        ({"sr": 8000}, r"starts at 6400 Hz .*must start below sr / 2 = 4000 Hz.*smaller n_bands"),
        ({"n_fft": 64}, "band from 0 to 200 Hz holds too few .*larger n_fft"),
        ({"roll_percent": 1.0}, "roll_percent=1.0 must be a number > 0 and < 1"),
        ({"quantile": 0}, "quantile=0 must be a number > 0 and < 1"),
        ({"fmin": 0.0}, "fmin=0.0 must be a number > 0"),
        ({"n_bands": 0}, "n_bands=0 must be an integer >= 1"),
    ],
    ids=str,
)
def test_parameters_out_of_range(parameters, match):
    with pytest.raises(ValueError, match=match):
        SpectralShape(**parameters).fit(np.zeros((1, SR)))


def test_where_there_is_no_contrast_its_bands_do_not_matter():
    assert SpectralShape(("centroid",), sr=8000).fit_transform(np.zeros((1, 8000))).shape == (1, 1, 16)
