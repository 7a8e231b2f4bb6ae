"""Bands equally spaced in pitch: areas, places, octaves."""

import numpy as np
import pytest
import torch

from skmir.dsp import band_frequencies, filtered_spectrogram, spectrogram
from skmir.dsp._log_filter import _bank

SR = 44100
GRID = [(2048, 6), (1024, 12), (4096, 24), (1411, 3), (512, 12)]
every_bank = pytest.mark.parametrize(("n_fft", "bands_per_octave"), GRID)


def bank(n_fft, bands_per_octave, norm_filters=True, sr=SR):
    arguments = (sr, n_fft, bands_per_octave, 30.0, None, norm_filters, torch.float64, torch.device("cpu"))
    return _bank(*arguments).numpy()


def sine(hz, n_samples=SR):
    return torch.sin(2 * torch.pi * hz * torch.arange(n_samples, dtype=torch.float64) / SR)


@every_bank
def test_weights_have_the_sum_one_or_the_peak_one(n_fft, bands_per_octave):
    weights = bank(n_fft, bands_per_octave)
    assert weights.shape[0] == 1 + n_fft // 2
    assert weights.min() == 0
    np.testing.assert_allclose(weights.sum(axis=0), 1)
    peaks = bank(n_fft, bands_per_octave, norm_filters=False)
    np.testing.assert_array_equal(peaks.max(axis=0), 1)
    np.testing.assert_allclose(weights, peaks / peaks.sum(axis=0))


@every_bank
def test_triangles_rise_from_their_left_neighbour_and_fall_to_their_right(n_fft, bands_per_octave):
    weights = bank(n_fft, bands_per_octave, norm_filters=False)
    peaks = weights.argmax(axis=0)
    np.testing.assert_allclose(
        peaks * SR / n_fft, band_frequencies(sr=SR, n_fft=n_fft, bands_per_octave=bands_per_octave)
    )
    assert (np.diff(peaks) >= 1).all()
    for i in range(1, len(peaks) - 1):
        assert np.flatnonzero(weights[:, i]).min() == peaks[i - 1] + 1
        assert np.flatnonzero(weights[:, i]).max() == peaks[i + 1] - 1
    # Between the first peak and the last, neighbours together weigh each bin once.
    np.testing.assert_allclose(weights[peaks[0] : peaks[-1] + 1].sum(axis=1), 1)


@every_bank
def test_bands_are_equal_steps_in_pitch_as_far_as_bins_are_close_enough(n_fft, bands_per_octave):
    frequencies = band_frequencies(sr=SR, n_fft=n_fft, bands_per_octave=bands_per_octave)
    resolved = frequencies[frequencies > 3 * bands_per_octave * SR / n_fft]
    error = 0.5 * SR / n_fft / resolved  # half a bin, of the frequency
    pitches = bands_per_octave * np.log2(resolved / 440)
    steps = np.round(pitches)
    assert (np.diff(steps) == 1).all()
    assert (abs(pitches - steps) <= bands_per_octave * np.log2(1 + error) + 1e-9).all()


def test_bands_are_named_bins_at_the_bottom_each_once():
    frequencies = band_frequencies(sr=SR, n_fft=1024, bands_per_octave=12)
    np.testing.assert_allclose(frequencies[:6] * 1024 / SR, range(2, 8))


@pytest.mark.parametrize(
    ("bands_per_octave", "expected"), [((6, 6, 6), [39, 45, 49]), ((3, 6, 12), [21, 45, 91])]
)
def test_the_numbers_of_bands_that_onset_networks_take(bands_per_octave, expected):
    found = [
        len(band_frequencies(sr=SR, n_fft=n, bands_per_octave=b))
        for n, b in zip((1024, 2048, 4096), bands_per_octave, strict=True)
    ]
    assert found == expected
    assert 2 * sum(found) in (266, 314)


def test_140_bands_of_a_quarter_tone():  # as madmom's documentation gives for this setting
    assert len(band_frequencies(sr=SR, bands_per_octave=24)) == 140


@pytest.mark.parametrize("hz", [220.0, 440.0, 1000.0, 8000.0])
def test_a_sine_lands_in_its_band(hz):
    bands = filtered_spectrogram(sine(hz), sr=SR, n_fft=4096, bands_per_octave=12, norm_filters=False)
    peak = band_frequencies(sr=SR, n_fft=4096, bands_per_octave=12)[bands[:, 20:-20].mean(dim=1).argmax()]
    assert abs(12 * np.log2(peak / hz)) <= 0.6


@pytest.mark.parametrize("bands_per_octave", [6, 12])
@pytest.mark.parametrize("hz", [1000.0, 1760.0, 3000.0])
def test_an_octave_up_is_as_many_bands_up(hz, bands_per_octave):
    low, high = (
        filtered_spectrogram(
            sine(f), sr=SR, n_fft=4096, bands_per_octave=bands_per_octave, norm_filters=False
        )
        for f in (hz, 2 * hz)
    )
    assert high[:, 40].argmax() - low[:, 40].argmax() == bands_per_octave


def test_bands_are_weighted_sums_of_magnitudes():
    y = torch.randn(SR, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = bank(2048, 12, sr=22050).T @ spectrogram(y, hop_length=300).numpy()
    np.testing.assert_allclose(filtered_spectrogram(y, hop_length=300), expected)
    torch.testing.assert_close(filtered_spectrogram(2 * y), 2 * filtered_spectrogram(y))


def test_a_batch_is_the_same_as_one_by_one():
    y = torch.randn(2, 3, 5000, generator=torch.Generator().manual_seed(0))
    together = filtered_spectrogram(y)
    assert together.shape == (2, 3, 83, 10)
    for i, j in np.ndindex(2, 3):
        torch.testing.assert_close(together[i, j], filtered_spectrogram(y[i, j]), atol=1e-5, rtol=1e-4)


def test_the_highest_band_ends_where_it_is_told():
    for sr, fmax, expected in [(44100, None, 17000), (22050, None, 11025), (44100, 5000.0, 5000)]:
        weights = _bank(sr, 2048, 12, 30.0, fmax, True, torch.float64, torch.device("cpu")).numpy()
        end = np.flatnonzero(weights.any(axis=1)).max() + 1
        assert expected * 2 ** (-1 / 12) - 30 < end * sr / 2048 <= expected + 15


@pytest.mark.parametrize("octaves", [-4, -3, 1, 3])
def test_a_pitch_given_as_a_limit_counts(octaves):
    for k in range(12):
        limit = 440 * 2 ** (octaves + k / 12)
        low = band_frequencies(sr=SR, n_fft=2**17, fmin=limit)
        assert low[0] == pytest.approx(limit * 2 ** (1 / 12), abs=0.2)
        high = band_frequencies(sr=SR, n_fft=2**17, fmin=15.0, fmax=limit)
        assert high[-1] == pytest.approx(limit * 2 ** (-1 / 12), abs=0.2)


def test_limits_that_leave_nothing_are_refused():
    with pytest.raises(ValueError, match=r"fmax=17000 Hz must not be above sr / 2, 11025 Hz.* Use fmax=None"):
        filtered_spectrogram(torch.zeros(SR), fmax=17000.0)
    with pytest.raises(ValueError, match=r"n_fft=256 leaves no band between fmin=100 Hz and fmax=200 Hz"):
        band_frequencies(n_fft=256, fmin=100.0, fmax=200.0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same():
    y = torch.randn(2, SR, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        filtered_spectrogram(y.cuda()).cpu(), filtered_spectrogram(y), atol=1e-3, rtol=1e-4
    )
