"""The compact network: sizes, numbers of parameters, and a tempogram that knows periods."""

import numpy as np
import pytest
import torch

from skmir.modules import TimbreRhythmCNN, sized
from skmir.modules._timbre_rhythm_cnn import RHYTHM_FRAMES, BandTempogram


def n_parameters(module):
    return sum(p.numel() for p in module.parameters())


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def clicks(period, n_frames=600, n_bins=8, phase=0):
    """Return frames in which all bins are 1 once a period."""
    x = torch.zeros(1, n_bins, n_frames)
    x[..., phase::period] = 1
    return x


@pytest.mark.parametrize("n_bins", [1, 2, 13, 40, 128])
@pytest.mark.parametrize("n_frames", [1, 2, 3, 43, 130, 199, 200, 700])
@torch.no_grad()
def test_any_size_goes_through(n_bins, n_frames):
    net = TimbreRhythmCNN(n_bins, n_frames, 3, (2, 4, 4, 4), n_tall_filters=2, n_rhythm_filters=4).eval()
    logits = net(noise(2, n_bins, n_frames))
    assert logits.shape == (2, 3) and logits.isfinite().all()


def test_numbers_of_parameters():
    short, long = (TimbreRhythmCNN(128, n, 10) for n in (RHYTHM_FRAMES - 1, RHYTHM_FRAMES))
    over_both = 35 * 16 + 2 * 16 + 9 * 16 * 32 + 2 * 32
    tall = 64 * 3 * 32 + 2 * 32
    over_time = 3 * (32 * 16 + 32) * 128 + 2 * 128 + 3 * 128 * 128 + 2 * 128  # maps of 16 bins, tall ones
    deep = 15 * 24 + 2 * 24 + 9 * 24 * 48 + 2 * 48 + 9 * 48 * 64 + 2 * 64  # 2 bins are left
    assert n_parameters(short) == over_both + tall + over_time + deep + 2 * (256 * 10 + 10)
    over_lags = 2 * 16 + 9 * 16 * 64 + 2 * 64 + 5 * 64 * 64 + 2 * 64
    assert n_parameters(long) == n_parameters(short) + over_lags + 2 * 128 * 10


@pytest.mark.parametrize("n_frames", [100, 600])
@pytest.mark.parametrize("target", [50_000, 400_000])
def test_a_number_of_parameters_is_met(n_frames, target):
    size = {"n_bins": 96, "n_frames": n_frames, "n_outputs": 10}
    net = TimbreRhythmCNN(**size, **sized(TimbreRhythmCNN, target, **size))
    assert n_parameters(net) == pytest.approx(target, rel=0.05)


def test_numbers_of_widths():
    with pytest.raises(ValueError, match=r"n_filters=\(8, 16\) must hold 4 numbers"):
        TimbreRhythmCNN(40, 60, 3, (8, 16))
    with pytest.raises(ValueError, match=r"n_deep_filters=\(8, 16\) must hold 3 numbers"):
        TimbreRhythmCNN(40, 60, 3, n_deep_filters=(8, 16))


@pytest.mark.parametrize("n_frames", [60, 300])
def test_towers_learn_by_themselves_and_are_averaged(n_frames):
    net, x = TimbreRhythmCNN(24, n_frames, 3, (4, 4, 8, 8)).train(), noise(8, 24, n_frames)
    net(x)[:, 1].square().sum().backward()
    learning = {name.split(".")[0] for name, p in net.named_parameters() if p.grad.any()}
    rhythm = {"rhythm_layers"} if n_frames >= RHYTHM_FRAMES else set()
    assert learning == {"deep_layers", "final_layer"} | rhythm
    net.eval()
    with torch.no_grad():
        features = net.features(x)
        (a, b), (start, end) = net.final_layer.layers, net.final_layer.spans[1]
        torch.testing.assert_close(net(x), (a(features[:, : a.in_features]) + b(features[:, start:end])) / 2)
    assert end == features.shape[1]


@torch.no_grad()
def test_absolute_frequency_is_kept():
    """The same sound in another place is another sound: no pooling over all bins stands before the mixing."""
    net = TimbreRhythmCNN(64, 60, 3).eval()
    x = torch.zeros(2, 64, 60)
    x[0, 8:16], x[1, 40:48] = 1, 1
    features = net.features(x)
    assert (features[0] - features[1]).abs().max() > 1e-3


@torch.no_grad()
def test_tall_filters_know_a_shape_wherever_in_frequency_it_lies():
    net = TimbreRhythmCNN(64, 60, 3).eval()
    filters = net.tall_layers[0].weight[:, 0, :, 1]  # the middle frame's column of each filter, (32, 32)
    x = torch.zeros(32, 1, 64, 60)
    for lowest in (0, 8, 32):
        x.zero_()
        x[:, 0, lowest : lowest + 32, 30] = filters
        answers = net.tall_layers(x).amax(dim=(2, 3))  # (32 shapes, 32 filters)
        assert (answers.argmax(dim=1) == torch.arange(32)).float().mean() > 0.9


@torch.no_grad()
@pytest.mark.parametrize("period", [12, 30, 77])
def test_the_tempogram_is_largest_at_the_period(period):
    tempogram = BandTempogram(n_bins=8, n_bands=4, n_lags=400, longest=172)
    values = tempogram(clicks(period))[0]
    lags = np.geomspace(6, 172, 400)
    multiples = np.abs(lags / period - np.round(lags / period)) * period < 0.5
    assert lags[values[0].argmax()] == pytest.approx(period, abs=1)
    assert values[:, ~multiples & (lags > 8)].max() < 0.5 * values.max()
    torch.testing.assert_close(values[0], values[3])  # all bands hear the same


@torch.no_grad()
def test_the_tempogram_does_not_mind_where_a_pattern_starts_and_how_loud_it_is():
    tempogram = BandTempogram(8, 4, 40, 172)
    expected = tempogram(clicks(30))
    for other in (clicks(30, phase=7), 5 * clicks(30), clicks(30) - 3):
        torch.testing.assert_close(tempogram(other), expected, atol=0.1, rtol=0)
    assert not tempogram(torch.zeros(1, 8, 600)).any()  # silence repeats nothing


@torch.no_grad()
def test_another_tempo_is_a_shift_of_the_tempogram():
    tempogram = BandTempogram(8, 1, 400, 172)
    slow, fast = (tempogram(clicks(period))[0, 0] for period in (60, 40))
    per_octave = 399 / np.log2(172 / 6)
    shift = round(np.log2(60 / 40) * per_octave)
    moved = torch.roll(fast, shift)[shift:]
    assert np.corrcoef(moved[40:], slow[shift:][40:])[0, 1] > 0.7
    assert np.corrcoef(fast[shift + 40 :], slow[shift + 40 :])[0, 1] < 0.5


@pytest.mark.parametrize("n_frames", [60, 300])
def test_every_parameter_learns(n_frames):
    net = TimbreRhythmCNN(24, n_frames, 3, (4, 4, 8, 8), n_rhythm_filters=8).train()
    net(noise(8, 24, n_frames)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


@torch.no_grad()
def test_bfloat16_reaches_all_but_the_tempogram():
    net = TimbreRhythmCNN(24, 300, 3).eval()
    x = noise(2, 24, 300)
    with torch.autocast("cpu", torch.bfloat16):
        half = net(x).float()
    torch.testing.assert_close(half, net(x), atol=0.1, rtol=0.1)
