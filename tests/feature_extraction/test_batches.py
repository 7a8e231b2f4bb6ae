"""Batches of equal clips, which is how a GPU works, give what clips give one by one."""

import os

import numpy as np
import pytest
import torch
from sklearn.base import clone

from skmir.dsp import _resample, cqt
from skmir.feature_extraction import (
    CQT,
    DFT,
    MFCC,
    Chroma,
    LogFilteredSpectrogram,
    MelSpectrogram,
    OnsetStrength,
    SpectralShape,
    Tempogram,
    _compute,
)
from skmir.feature_extraction._cached_frames import CachedFrames
from skmir.feature_extraction._frame_collector import FrameCollector

FRONT_ENDS = [
    DFT(),
    MelSpectrogram(),
    MFCC(),
    CQT(),
    CQT(tuning=None),
    Chroma(),
    Chroma(kind="cqt"),
    OnsetStrength(),
    Tempogram(),
    SpectralShape(),
    LogFilteredSpectrogram(n_fft=(1024, 2048), diff_ratio=0.25),
]


@pytest.fixture
def clips(rng):
    time = np.arange(40000) / 22050
    tones = [np.sin(2 * np.pi * 440 * 2 ** ((i + 0.1 * i) / 12) * time) for i in range(6)]
    return [(0.3 * y + 0.01 * rng.randn(len(y)))[: 40000 - 2000 * (i % 2)] for i, y in enumerate(tones)]


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=repr)
@pytest.mark.parametrize("batch", [1, 60000, 2**24])
def test_batches_are_the_clips_in_them(front_end, batch, clips, monkeypatch):
    monkeypatch.setattr(_compute, "BATCH", batch)
    collected = FrameCollector(len(clips))
    done = list(_compute._in_batches(front_end, CachedFrames(front_end), range(len(clips)), clips))
    for position, _, frames, n_samples in done:
        collected.put(position, frames)
        assert n_samples == len(clips[position])
    assert sorted(position for position, *_ in done) == list(range(len(clips)))
    for found, expected in zip(collected.get(), front_end.transform(clips), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-9 * abs(expected).max())


def test_batches_are_kept_like_clips(clips, tmp_path):
    front_end = MFCC(memory=tmp_path)
    expected = [x.copy() for x in MFCC().transform(clips)]
    list(_compute._in_batches(front_end, CachedFrames(front_end), range(6), clips))
    assert len(list(tmp_path.rglob("*.entry"))) == 6
    for found, x in zip(front_end.transform(clips), expected, strict=True):
        np.testing.assert_allclose(found, x, atol=1e-9 * abs(x).max())


def test_an_error_in_a_batch_names_a_clip(clips):
    front_end = DFT(pad_mode="reflect", n_fft=2**17)
    with pytest.raises(ValueError, match=r"clip \d of X, or one as long: pad_mode='reflect'"):
        list(_compute._in_batches(front_end, CachedFrames(front_end), range(6), clips))


@pytest.mark.parametrize("n_samples", [9000, 22050, 22051, 99999])
@pytest.mark.parametrize("n_halvings", [1, 2, 3])
def test_halving_in_the_frequency_domain_is_what_soxr_does(n_samples, n_halvings, rng):
    time = np.arange(n_samples) / 22050
    nyquist = 11025 / 2**n_halvings
    shares = (0.1, 0.4, 0.6, 0.85, 1.3, 1.9)  # the last two are above the new range
    tones = np.array([np.sin(2 * np.pi * share * nyquist * time + share) for share in shares])
    factor = 2**n_halvings
    y = torch.from_numpy(tones * np.hanning(n_samples))  # sounds that are cut off have all frequencies
    found, expected = _resample._by_fft(y, factor), _resample._by_soxr(y, factor)
    assert found.shape == expected.shape == (6, -(-n_samples // factor))
    # soxr can be a sample short at the end
    torch.testing.assert_close(found[:, :-1], expected[:, :-1], atol=1e-5 * factor**0.5, rtol=0)
    assert found[4:].abs().max() < 1e-5 * factor**0.5


@pytest.mark.parametrize(
    "parameters",
    [{}, {"bins_per_octave": 36, "n_bins": 252}, {"fmin": 27.5, "n_bins": 24}, {"hop_length": 256}],
)
def test_the_cqt_without_soxr_is_near_librosa(parameters, clips, monkeypatch):
    librosa = pytest.importorskip("librosa")
    monkeypatch.setattr(_resample, "_by_soxr", _resample._by_fft)
    y = clips[2] * np.hanning(len(clips[2]))
    expected = np.abs(librosa.cqt(y, **parameters))
    found = cqt(torch.from_numpy(y), **parameters).numpy()
    assert np.abs(found - expected).max() < 1e-3 * expected.max()


def test_gradients_flow_through_spectra(clips):
    y = torch.tensor(clips[0], requires_grad=True)
    for front_end in (DFT(), MelSpectrogram(), MFCC(), CQT(), Chroma(tuning=0.0), OnsetStrength()):
        (gradient,) = torch.autograd.grad(front_end._frames(y).sum(), y)
        assert gradient.shape == y.shape
        assert gradient.isfinite().all()
        assert gradient.abs().max() > 0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=repr)
def test_the_gpu_gives_the_same(front_end, clips, tmp_path):
    clips = [y.astype(np.float32) for y in clips]
    tolerance = 1e-3 if isinstance(front_end, CQT) or getattr(front_end, "kind", "") == "cqt" else 1e-4
    on_gpu = clone(front_end).set_params(device="cuda", memory=tmp_path)
    for found, expected in zip(on_gpu.transform(clips), front_end.transform(clips), strict=True):
        assert np.abs(found - expected).max() < tolerance * abs(expected).max()
    clone(front_end).set_params(memory=tmp_path).transform(clips)
    assert len(os.listdir(tmp_path / "skmir-cache")) == 3  # apart from the CPU's, and tmp
