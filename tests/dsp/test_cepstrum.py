"""Decibels and cosines."""

import numpy as np
import pytest
import scipy.fft
import torch

from skmir.dsp import cepstrum, power_to_db


def test_four_times_the_power_is_six_decibels():
    power = torch.rand(8, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 0.1
    rise = power_to_db(4 * power) - power_to_db(power)
    torch.testing.assert_close(rise, torch.full_like(rise, 6.0205999))


def test_decibels_are_relative_to_ref_and_limited_below():
    power = torch.tensor([[1.0, 1e-5, 1e-20]], dtype=torch.float64)
    assert power_to_db(power).tolist() == [[0, -50, -80]]
    assert power_to_db(power, ref=10.0, top_db=None).tolist() == [[-10, -60, -110]]


def test_each_clip_of_a_batch_has_its_own_limit():
    power = torch.tensor([[[1.0, 1e-9]], [[1e-4, 1e-9]]], dtype=torch.float64)
    assert power_to_db(power).squeeze(1).tolist() == [[0, -80], [-40, -90]]


@pytest.mark.parametrize(("dct_type", "norm"), [(1, None), (2, None), (2, "ortho"), (3, "ortho")])
def test_coefficients_are_scipys(rng, dct_type, norm):
    spectra = rng.randn(2, 16, 5)
    expected = scipy.fft.dct(spectra, type=dct_type, norm=norm, axis=-2)[:, :6]
    found = cepstrum(torch.from_numpy(spectra), n_coefficients=6, dct_type=dct_type, norm=norm)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_louder_spectrum_moves_the_first_coefficient_only(rng):
    spectra = torch.from_numpy(rng.randn(16, 5))
    change = cepstrum(spectra + 10, n_coefficients=16) - cepstrum(spectra, n_coefficients=16)
    assert torch.allclose(change[0], torch.tensor(40.0, dtype=torch.float64))
    assert change[1:].abs().max() < 1e-12


def test_the_lifter_multiplies_each_coefficient(rng):
    spectra = torch.from_numpy(rng.randn(16, 5))
    ratios = (cepstrum(spectra, n_coefficients=9, lifter=22) / cepstrum(spectra, n_coefficients=9))[:, 0]
    n = np.arange(1, 10)
    np.testing.assert_allclose(ratios, 1 + 11 * np.sin(np.pi * n / 22))


def test_more_coefficients_than_bins_are_refused():
    with pytest.raises(ValueError, match="n_coefficients=20 must be at most the number of bins, 16"):
        cepstrum(torch.zeros(16, 5))
