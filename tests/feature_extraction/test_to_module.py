"""A front end's module computes what transform does, on padded batches too, and its gradients are finite."""

import numpy as np
import pytest
import torch
from sklearn.base import clone

import skmir.feature_extraction
from skmir.base import BaseFrontEnd
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
)

SR = 22050
FRONT_ENDS = [
    DFT(),
    DFT(n_fft=1023, power=0.5, pad_mode="symmetric"),
    MelSpectrogram(),
    MelSpectrogram(n_mels=40, power=0.7, norm=1, htk=True, win_length=800, center=False),
    MFCC(),
    MFCC(n_mfcc=13, lifter=22, dct_type=3, norm=None, n_mels=40, duration=0.5, offset="center"),
    CQT(),
    CQT(tuning=None, n_bins=24, bins_per_octave=24, hop_length=1024, pad_mode="edge"),
    Chroma(),
    Chroma(tuning=0.1, norm=1),
    Chroma(kind="cqt", tuning=0, threshold=0.01, norm=2, fmin=110.0, n_octaves=4),
    OnsetStrength(max_size=3, aggregate="median"),
    Tempogram(),
    SpectralShape(),
    LogFilteredSpectrogram(diff_ratio=0.25, mul=5, offset=0.1),
    LogFilteredSpectrogram(n_fft=(1023, 2048), diff_ratio=0.25),
]
LEARN = ("MelSpectrogram", "MFCC", "Chroma", "LogFilteredSpectrogram")
pytestmark = pytest.mark.filterwarnings("ignore:.* clips are shorter than")
every_front_end = pytest.mark.parametrize("front_end", FRONT_ENDS, ids=lambda f: str(f).replace("\n", ""))


@pytest.fixture(scope="module")
def clips():
    """Clips of unequal length; one is silent in the middle."""
    rng = np.random.RandomState(0)
    tones = [np.sin(2 * np.pi * 220 * 2**i * np.arange(n) / SR) for i, n in enumerate((21000, 15001, 17003))]
    clips = [0.3 * y + 0.05 * rng.randn(len(y)) for y in tones]
    clips[1][4000:9000] = 0
    return clips


def padded(clips, dtype):
    """Return a batch whose padding is loud, and the clips' lengths."""
    longest = max(map(len, clips)) + 500
    batch = np.full((len(clips), longest), 1e3)
    for row, y in zip(batch, clips, strict=True):
        row[: len(y)] = y
    return torch.tensor(batch, dtype=dtype), torch.tensor([len(y) for y in clips])


def assert_own_frames(module, front_end, clips, dtype):
    waveforms, lengths = padded(clips, dtype)
    with torch.no_grad():
        found = module.to(dtype)(waveforms, lengths)
    expected = clone(front_end).transform([y.astype(str(dtype)[6:]) for y in clips])
    assert found.dtype == dtype
    assert module.out_lengths(lengths).tolist() == [x.shape[1] for x in expected]
    for x, own in zip(found.numpy(), expected, strict=True):
        # Decibels and coefficients of silence lie far below those of sound: what counts is the clip's scale.
        np.testing.assert_allclose(x[:, : own.shape[1]], own, rtol=1e-5, atol=1e-5 * np.abs(own).max())


def test_every_front_end_is_here():
    kinds = {type(front_end).__name__ for front_end in FRONT_ENDS}
    public = [getattr(skmir.feature_extraction, name) for name in skmir.feature_extraction.__all__]
    assert kinds == {kind.__name__ for kind in public if issubclass(kind, BaseFrontEnd)}


@every_front_end
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
def test_a_padded_batch_gives_each_clips_own_frames(front_end, dtype, clips):
    assert_own_frames(front_end.to_module(), front_end, clips, dtype)


@every_front_end
def test_gradients_are_finite_on_sound_and_on_silence(front_end, clips):
    module = front_end.to_module()
    waveforms = torch.zeros(3, 16000)  # the first is silent throughout, the second in the middle
    for row, y in zip(waveforms[1:], clips[1:], strict=True):
        row[: len(y)] = torch.tensor(y[:16000], dtype=torch.float32)
    waveforms.requires_grad_()
    frames = module(waveforms)
    with torch.no_grad():
        expected = module(waveforms)
    np.testing.assert_allclose(frames.detach(), expected, rtol=1e-5, atol=1e-5 * float(expected.abs().max()))
    weights = torch.randn(frames.shape, generator=torch.Generator().manual_seed(0))
    leaves = [waveforms, *module.parameters()]
    gradients = torch.autograd.grad((frames * weights).sum(), leaves)
    for gradient in gradients:
        assert gradient.isfinite().all()
    assert gradients[0].any() or not frames.requires_grad


@pytest.mark.parametrize("front_end", [f for f in FRONT_ENDS if type(f).__name__ in LEARN], ids=str)
def test_what_was_designed_is_a_stage_behind_a_simpler_front_end(front_end, clips):
    if front_end._alone():
        with pytest.raises(ValueError, match=r"Chroma has tuning=None, .* Set tuning to a number"):
            front_end._designed()
        return
    simpler, stage = front_end._designed()
    if stage is None:
        assert simpler is front_end
        assert isinstance(front_end.n_fft, tuple)
        return
    assert dict(stage.named_parameters())
    frames = simpler.transform([y.astype(np.float32) for y in clips])
    lengths = torch.tensor([x.shape[1] for x in frames])
    batch = torch.full((len(clips), len(frames[0]), int(lengths.max()) + 3), torch.inf)
    for row, x in zip(batch, frames, strict=True):
        row[:, : x.shape[1]] = torch.from_numpy(np.ascontiguousarray(x))
    expected = front_end.transform([y.astype(np.float32) for y in clips])
    found = stage(batch, lengths)
    found.sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in stage.parameters())
    for x, own in zip(found.detach().numpy(), expected, strict=True):
        np.testing.assert_allclose(x[:, : own.shape[1]], own, rtol=1e-5, atol=1e-5 * np.abs(own).max())


def test_filters_keep_their_range_and_stay_at_least_zero(clips):
    simpler, stage = Chroma(kind="cqt", tuning=0.0)._designed()
    frames = torch.tensor(simpler.transform([clips[0]])).float()
    before = stage.filters().detach()
    optimizer = torch.optim.Adam(stage.parameters(), lr=0.3)
    for _ in range(10):
        optimizer.zero_grad()
        stage(frames)[:, 0].mean().backward()
        optimizer.step()
    after = stage.filters().detach()
    assert (after >= 0).all()
    assert (after[before == 0] == 0).all()
    assert not torch.equal(after, before)


def test_a_random_place_is_refused():
    with pytest.raises(ValueError, match=r"DFT has offset='random', .* Use offset='center'"):
        DFT(offset="random", duration=1.0).to_module()
    with pytest.raises(ValueError, match=r"100 samples has none behind offset=0.5 s"):
        DFT(offset=0.5).to_module()(torch.zeros(1, 100))


class Peaks(BaseFrontEnd):
    """A front end of somebody else's."""

    _prefix = "peak"

    def _n_bins(self):
        return 1

    def _span(self):
        return self.hop_length, "hop_length", "a smaller hop_length"

    def _frames(self, y):
        return y.unfold(-1, self.hop_length, self.hop_length).abs().amax(-1, keepdim=True).mT


def test_a_front_end_of_somebody_else_has_a_module(clips):
    assert_own_frames(Peaks().to_module(), Peaks(), clips, torch.float32)
