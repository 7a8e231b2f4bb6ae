"""The Fourier transform: where tones land, what scaling does, batches, ends, blocks."""

import numpy as np
import pytest
import torch

from skmir.dsp import _frame, mel_spectrogram, spectrogram, stft

SR = 22050


def sine(hz, n_samples=SR, dtype=torch.float32):
    time = torch.arange(n_samples, dtype=torch.float64) / SR
    return torch.sin(2 * torch.pi * hz * time).to(dtype)


@pytest.mark.parametrize("hz", [100.0, 440.0, 5000.0])
def test_a_sine_lands_in_its_bin(hz):
    assert (spectrogram(sine(hz))[:, 5:-5].argmax(dim=0) == round(hz / SR * 2048)).all()


def test_doubling_the_amplitude_doubles_magnitudes_and_quadruples_power():
    y = torch.randn(SR, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(spectrogram(2 * y), 2 * spectrogram(y))
    torch.testing.assert_close(spectrogram(2 * y, power=2.0), 4 * spectrogram(y, power=2.0))
    torch.testing.assert_close(spectrogram(y, power=3.0), spectrogram(y) ** 3)
    torch.testing.assert_close(spectrogram(y), stft(y).abs(), atol=1e-4, rtol=1e-5)


def test_a_frame_is_the_transform_of_its_windowed_samples():
    y = sine(440, dtype=torch.float64)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(512) / 512)
    frame = np.fft.rfft(y[300:812].numpy() * hann)
    np.testing.assert_allclose(
        stft(y, n_fft=512, hop_length=100, center=False)[:, 3].numpy(), frame, atol=1e-9
    )


def test_centred_frames_have_their_middle_at_multiples_of_the_hop():
    y = torch.zeros(4096)
    y[1024] = 1
    energy = spectrogram(y, n_fft=512, hop_length=128).sum(dim=0)
    assert energy.argmax() == 8


def test_a_short_window_stands_in_the_middle_of_the_frame():
    y = torch.zeros(2048)
    y[:400] = 1
    y[-400:] = 1
    assert spectrogram(y, n_fft=2048, win_length=1024, center=False).abs().max() == 0


def test_a_batch_is_the_same_as_one_by_one():
    y = torch.randn(2, 3, 5000, generator=torch.Generator().manual_seed(0))
    together = mel_spectrogram(y, n_mels=32)
    assert together.shape == (2, 3, 32, 10)
    for i, j in np.ndindex(2, 3):
        torch.testing.assert_close(together[i, j], mel_spectrogram(y[i, j], n_mels=32))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_precision_is_kept(dtype):
    y = sine(440, dtype=dtype)
    assert spectrogram(y).dtype == mel_spectrogram(y).dtype == dtype


def test_blocks_change_nothing(monkeypatch):
    y = torch.randn(SR, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    whole, bands = spectrogram(y), mel_spectrogram(y)
    monkeypatch.setattr(_frame, "BLOCK", 3 * 2048)
    torch.testing.assert_close(spectrogram(y), whole)
    torch.testing.assert_close(mel_spectrogram(y), bands)


@pytest.mark.parametrize("mode", _frame.PAD_MODES)
@pytest.mark.parametrize("n_samples", [40, 100])
def test_padding_is_numpys(mode, n_samples):
    y = torch.arange(n_samples)
    assert _frame.pad(y, 30, mode).tolist() == np.pad(y.numpy(), 30, mode=mode).tolist()


def test_a_clip_too_short_to_mirror_is_refused():
    with pytest.raises(ValueError, match=r"pad_mode='reflect' mirrors 1024 samples .* there are 1024"):
        stft(torch.zeros(1024), pad_mode="reflect")
    stft(torch.zeros(1025), pad_mode="reflect")


def test_a_clip_shorter_than_a_frame_is_refused_where_not_centred():
    with pytest.raises(ValueError, match="a frame of 2048 samples does not fit into 2047"):
        stft(torch.zeros(2047), center=False)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same():
    y = sine(440)
    torch.testing.assert_close(mel_spectrogram(y.cuda()).cpu(), mel_spectrogram(y), atol=1e-3, rtol=1e-4)
