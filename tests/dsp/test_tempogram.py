"""The tempogram: periods, symmetry, ends, blocks."""

import numpy as np
import pytest
import torch

from skmir.dsp import _frame
from skmir.dsp._tempogram import tempogram


def pulses(period, n_frames=400, dtype=torch.float64):
    envelope = torch.zeros(n_frames, dtype=dtype)
    envelope[::period] = 1
    return envelope


@pytest.mark.parametrize("period", [7, 20, 45])
def test_a_period_gives_peaks_at_its_multiples(period):
    lags = tempogram(pulses(period), win_length=150)[:, 200]
    for multiple in range(period, 120, period):
        around = lags[multiple - period // 2 : multiple + period // 2 + 1]
        assert around.argmax() == period // 2
    off = torch.arange(150) % period != 0
    assert lags[off].abs().max() < 1e-9


def test_a_change_of_tempo_is_seen_where_it_is():
    envelope = torch.cat([pulses(20), pulses(31)])
    found = tempogram(envelope, win_length=128)[10:40].argmax(dim=0) + 10
    assert (found[100:300] == 20).all()
    assert (found[500:700] == 31).all()


def test_it_is_the_autocorrelation_of_the_windowed_envelope(rng):
    envelope = rng.rand(60)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(31) / 31)
    windowed = envelope[12:43] * window
    expected = np.correlate(windowed, windowed, mode="full")[30:]
    found = tempogram(torch.from_numpy(envelope), win_length=31, center=False, norm=None)
    assert found.shape == (31, 30)
    np.testing.assert_allclose(found[:, 12], expected, atol=1e-12)
    np.testing.assert_allclose(
        tempogram(torch.from_numpy(envelope), win_length=31, norm=None)[:, 27], expected, atol=1e-12
    )


def test_lag_zero_is_the_largest_so_that_it_is_one():
    found = tempogram(torch.rand(500, generator=torch.Generator().manual_seed(0)))
    assert torch.equal(found[0], torch.ones(500))
    assert found.max() == 1


def test_loudness_is_normalised_away_and_else_squared():
    envelope = torch.rand(200, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(tempogram(3 * envelope), tempogram(envelope))
    torch.testing.assert_close(tempogram(3 * envelope, norm=None), 9 * tempogram(envelope, norm=None))


@pytest.mark.parametrize("win_length", [1, 2, 7, 8, 384])
@pytest.mark.parametrize("n_frames", [1, 7, 8, 50])
def test_centred_windows_leave_the_number_of_frames(win_length, n_frames):
    found = tempogram(torch.ones(n_frames), win_length=win_length, window="boxcar")
    assert found.shape == (win_length, n_frames)
    assert found.isfinite().all()


def test_silence_stays_zero():
    assert (tempogram(torch.zeros(100), win_length=32) == 0).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_batch_is_the_same_as_one_by_one(dtype):
    envelopes = torch.rand(2, 3, 90, dtype=dtype, generator=torch.Generator().manual_seed(0))
    together = tempogram(envelopes, win_length=40)
    assert together.dtype == dtype
    for i, j in np.ndindex(2, 3):
        torch.testing.assert_close(together[i, j], tempogram(envelopes[i, j], win_length=40))


def test_blocks_change_nothing(monkeypatch):
    envelope = torch.rand(500, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    whole = tempogram(envelope, win_length=64)
    monkeypatch.setattr(_frame, "BLOCK", 3 * 64)
    torch.testing.assert_close(tempogram(envelope, win_length=64), whole)


def test_too_few_frames_are_refused_where_not_centred():
    with pytest.raises(ValueError, match=r"win_length=384 frames does not fit into 100. Use center=True"):
        tempogram(torch.zeros(100), center=False)
    assert tempogram(torch.zeros(384), center=False).shape == (384, 1)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same():
    envelopes = torch.rand(3, 500, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(tempogram(envelopes.cuda()).cpu(), tempogram(envelopes), atol=1e-5, rtol=1e-4)
