"""The constant-Q transform: where tones land, transposition, lengths, limits."""

import numpy as np
import pytest
import torch

from skmir.dsp import cqt, cqt_frequencies
from skmir.dsp._cqt import _n_early_halvings, _octaves
from skmir.dsp._cqt_filters import check_cqt, cqt_span

SR = 22050


def sine(hz, n_samples=SR, dtype=torch.float32):
    time = torch.arange(n_samples, dtype=torch.float64) / SR
    return torch.sin(2 * torch.pi * hz * time).to(dtype)


@pytest.mark.parametrize("bins_per_octave", [12, 24, 36])
@pytest.mark.parametrize("semitones", [20, 45, 70])
def test_a_note_lands_in_its_bin(semitones, bins_per_octave):
    y = sine(cqt_frequencies(84)[semitones], 2 * SR)
    found = cqt(y, n_bins=7 * bins_per_octave, bins_per_octave=bins_per_octave)[:, 35:50]
    assert (found.argmax(dim=0) == semitones * bins_per_octave // 12).all()


def test_a_transposition_is_a_shift():
    time = torch.arange(2 * SR, dtype=torch.float64) / SR
    low = sum(torch.sin(2 * torch.pi * 110 * h * time) / h for h in range(1, 8))
    high = sum(torch.sin(2 * torch.pi * 220 * h * time) / h for h in range(1, 8))
    a, b = cqt(low)[:, 43], cqt(high)[:, 43]
    # Each bin is divided by the root of its filter's length, so that the same amplitude gives more below.
    torch.testing.assert_close(a[10:60], b[22:72] * 2**0.5, atol=0.03 * a.max().item(), rtol=0.05)


def test_the_response_is_linear():
    y = torch.randn(SR, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(cqt(2 * y), 2 * cqt(y), rtol=1e-4, atol=1e-6)


def test_tuning_moves_the_bins():
    y = sine(440 * 2 ** (0.4 / 12), 2 * SR)
    assert cqt(y, tuning=0.4)[45, 40] > 1.05 * cqt(y)[45, 40]
    torch.testing.assert_close(cqt(y, tuning=None), cqt(y, tuning=0.4), atol=0.2, rtol=0.05)


@pytest.mark.parametrize("hop_length", [512, 441, 96])
@pytest.mark.parametrize("n_samples", [1, 5, 511, 512, 22050])
def test_the_number_of_frames_is_set_by_the_hop(n_samples, hop_length):
    assert cqt(torch.zeros(n_samples), hop_length=hop_length).shape == (84, 1 + n_samples // hop_length)


def test_a_batch_is_the_same_as_one_by_one():
    y = torch.randn(2, 3, 5000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    together = cqt(y)
    assert together.dtype == torch.float64
    for i, j in np.ndindex(2, 3):
        torch.testing.assert_close(together[i, j], cqt(y[i, j]))


def test_octaves_go_down_from_the_top_and_halve_the_hop_while_it_is_even():
    assert [tuple(o) for o in _octaves(30, 12, 24)] == [(18, 30, 0, 24), (6, 18, 1, 12), (0, 6, 2, 6)]
    assert [tuple(o) for o in _octaves(30, 12, 18)] == [(18, 30, 0, 18), (6, 18, 1, 9), (0, 6, 1, 9)]
    assert [tuple(o) for o in _octaves(5, 12, 512)] == [(0, 5, 0, 512)]


@pytest.mark.parametrize(
    ("headroom", "hop_length", "n_octaves", "expected"),
    [(1.5, 512, 7, 0), (40.0, 512, 7, 3), (40.0, 512, 1, 4), (40.0, 441, 1, 0), (1.0, 512, 7, 0)],
)
def test_the_rate_is_halved_early_where_pitch_and_hop_allow(headroom, hop_length, n_octaves, expected):
    assert _n_early_halvings(headroom, hop_length, n_octaves) == expected


def test_bins_above_half_the_sampling_rate_are_refused():
    with pytest.raises(ValueError, match=r"n_bins=110 .* fmin=32.7 Hz .* sr=22050"):
        check_cqt(n_bins=110)
    with pytest.raises(ValueError, match=r"sr=8000 Hz"):
        cqt(torch.zeros(8000), sr=8000)


def test_a_clip_too_short_to_mirror_is_refused():
    with pytest.raises(ValueError, match="mirrors 8192 samples at each end"):
        cqt(torch.zeros(8192), pad_mode="reflect")
    cqt(torch.zeros(8193), pad_mode="reflect")


def test_the_span_is_the_longest_filters_length():
    assert cqt_span(fmin=440) == pytest.approx(cqt_span(fmin=220) / 2)
    assert cqt_span(filter_scale=2) == pytest.approx(2 * cqt_span())
