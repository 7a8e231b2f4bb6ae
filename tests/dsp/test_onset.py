"""Onset strength: where it peaks, what leaves it alone, what its parameters do."""

import pytest
import torch

from skmir.dsp._onset import _highest_nearby, _median, onset_strength

SR = 22050


def noise(seed=0, n_samples=2 * SR):
    return torch.randn(n_samples, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def burst(start, n_samples=2 * SR):
    y = noise(n_samples=n_samples)
    y[:start] = 0
    return y


@pytest.mark.parametrize("start", [8000, 11025, 30000])
@pytest.mark.parametrize(("n_fft", "hop_length"), [(2048, 512), (1024, 128), (4096, 441)])
def test_it_peaks_where_sound_begins(start, n_fft, hop_length):
    found = onset_strength(burst(start), n_fft=n_fft, hop_length=hop_length).argmax()
    assert abs(found * hop_length - start) <= 1.5 * hop_length


def test_it_is_the_rise_in_decibels():
    envelope = onset_strength(torch.cat([noise(), 10 * noise(1)]))
    assert envelope.sum() == pytest.approx(
        onset_strength(torch.cat([noise(), noise(1)])).sum().item() + 20, abs=3
    )


def test_loudness_is_left_out():
    y = burst(SR)
    torch.testing.assert_close(onset_strength(100 * y), onset_strength(y))


def test_silence_and_sounds_that_stay_or_end_are_no_onsets():
    assert (onset_strength(torch.zeros(SR)) == 0).all()
    tone = torch.sin(2 * torch.pi * 440 * torch.arange(4 * SR, dtype=torch.float64) / SR)
    tone[2 * SR :] *= torch.linspace(1, 0, 2 * SR)
    # The first frames hear the tone begin, and the last frames hear it cut off.
    assert onset_strength(tone, fmin=300, fmax=600, n_mels=16)[10:-5].max() < 0.2  # dB


def test_the_first_frames_are_zero():
    assert (onset_strength(noise(), lag=2) > 0).tolist()[:6] == [False] * 4 + [True] * 2
    assert (onset_strength(noise(), n_fft=512) > 0).tolist()[:2] == [False, True]


@pytest.mark.parametrize("n_samples", [1, 511, 512, 1024, 2048])
def test_the_number_of_frames_is_that_of_the_spectrogram(n_samples):
    envelope = onset_strength(torch.ones(n_samples), lag=3)
    assert envelope.tolist() == [0] * (1 + n_samples // 512)


def test_vibrato_is_no_onset_where_neighbours_count():
    time = torch.arange(4 * SR, dtype=torch.float64) / SR
    y = torch.sin(2 * torch.pi * 880 * time + 5 * torch.sin(2 * torch.pi * 6 * time))
    bands = {"n_mels": 64, "fmin": 300, "fmax": 2000}
    plain, filtered = (onset_strength(y, max_size=n, **bands)[20:-20].mean() for n in (1, 3))
    assert filtered < 0.2 * plain


def test_the_highest_nearby_is_found_at_the_ends_too():
    spectra = torch.tensor([[5.0, 1.0, 2.0, 0.0, -3.0]])
    assert _highest_nearby(spectra, 1) is spectra
    assert _highest_nearby(spectra, 2).tolist() == [[5, 5, 2, 2, 0]]
    assert _highest_nearby(spectra, 3).tolist() == [[5, 5, 2, 2, 0]]
    assert _highest_nearby(spectra, 5).tolist() == [[5, 5, 5, 2, 2]]


def test_the_median_lies_between_two_middle_values():
    assert _median(torch.tensor([[4.0, 1.0, 2.0, 8.0], [0.0, 0.0, 0.0, 9.0]])).tolist() == [3, 0]
    assert _median(torch.tensor([3.0, 1.0, 2.0])) == 2


def test_with_the_median_few_bands_are_no_onset():
    y = torch.sin(2 * torch.pi * 440 * torch.arange(2 * SR, dtype=torch.float64) / SR)
    y[:SR] = 0
    y += 0.01 * noise()
    mean, median = (
        onset_strength(y, aggregate=a)[SR // 512 - 1 : SR // 512 + 4].max() for a in ("mean", "median")
    )
    assert mean > 2 * median


def test_a_batch_is_the_same_as_one_by_one():
    y = torch.stack([burst(SR), 0.01 * noise(1)]).reshape(1, 2, -1)
    together = onset_strength(y, max_size=3, aggregate="median")
    assert together.dtype == torch.float64
    for i in range(2):
        torch.testing.assert_close(
            together[0, i], onset_strength(y[0, i], max_size=3, aggregate="median"), rtol=1e-9, atol=1e-9
        )


def test_an_unknown_aggregate_is_refused():
    with pytest.raises(ValueError, match=r"aggregate='sum' is not one of \['mean', 'median'\]"):
        onset_strength(torch.zeros(SR), aggregate="sum")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same():
    y = torch.stack([burst(SR), noise(1)]).float()
    torch.testing.assert_close(onset_strength(y.cuda()).cpu(), onset_strength(y), atol=1e-3, rtol=1e-3)
