"""Modules with outputs per frame: any number of bins and frames, and the context that they say they have."""

import pytest
import torch

from skmir.modules import TCN, HarmonicCNN, OnsetCNN, SequenceCRNN, SequenceRNN, sized
from skmir.modules._tcn import levels_for

KINDS = [TCN, OnsetCNN, SequenceRNN, SequenceCRNN]


def make(kind, n_bins, *, n_outputs=2, **params):
    """Return a network in evaluation mode, the same at each call."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return kind(n_bins, 40, n_outputs, **params).eval()


def frames(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_bins", [1, 2, 4, 11, 84])
def test_any_number_of_bins_and_frames(kind, n_bins):
    net = make(kind, n_bins, n_outputs=3)
    for n_frames in (1, 2, 33):
        assert net(frames(2, n_bins, n_frames)).shape == (2, 3, n_frames)


@pytest.mark.parametrize(
    ("kind", "params", "context"),
    [
        (TCN, {}, 31),  # 1 + 2 * (1 + 2 + 4 + 8)
        (TCN, {"first_layers": "2d"}, 32),
        (OnsetCNN, {}, 7),
        (HarmonicCNN, {"n_outputs": 4}, 16),  # 2 * (1 + 1 + 2 + 4)
    ],
)
def test_an_output_depends_on_its_context_and_no_further(kind, params, context):
    net, x, at = make(kind, 12, **params), frames(1, 12, 101).requires_grad_(), 50
    assert net.context == context
    net(x)[0, 0, at].backward()
    used = torch.nonzero(x.grad[0].abs().sum(0))[:, 0]
    assert (used.min(), used.max()) == (at - context, at + context)


def test_dilations_fit_into_the_windows():
    assert [levels_for(n, 5) for n in (1, 7, 8, 500, 512, 10**6)] == [1, 1, 2, 7, 8, 11]
    assert make(TCN, 12, n_levels=3, kernel_size=3).context == 1 + 1 + 2 + 4


@pytest.mark.parametrize("kind", [SequenceRNN, SequenceCRNN])
def test_recurrent_layers_do_not_see_beyond_the_lengths(kind):
    net, x, lengths = make(kind, 6), frames(3, 6, 20), torch.tensor([20, 5, 9])
    together = net(x, lengths)
    for clip, n in enumerate(lengths.tolist()):
        alone = net(x[clip : clip + 1, :, : n + 3])  # the convolutions look 3 frames further
        if kind is SequenceRNN:
            alone = net(x[clip : clip + 1, :, :n])
            torch.testing.assert_close(together[clip, :, :n], alone[0])
        else:
            assert not torch.allclose(together[clip, :, :n], net(x)[clip, :, :n]) or n == 20


def test_one_direction_hears_no_later_frame():
    net, x = make(SequenceRNN, 6, bidirectional=False), frames(1, 6, 20)
    later = x.clone()
    later[:, :, 12:] += 1
    assert torch.equal(net(x)[:, :, :12], net(later)[:, :, :12])


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_frame_by_frame_is_all_at_once(cell):
    net, x = make(SequenceRNN, 6, cell=cell, hidden_layer_sizes=(5, 4), bidirectional=False), frames(2, 6, 9)
    states, outputs = None, []
    for i in range(9):
        logits, states = net.step(x[:, :, i], states)
        outputs.append(logits)
    torch.testing.assert_close(torch.stack(outputs, dim=2), net(x))


def test_channels_are_spectrograms_of_their_own():
    net, x = make(OnsetCNN, 12, n_channels=3), frames(1, 12, 9)
    weights = net.conv_layers[0].weight
    assert weights.shape[1] == 3
    with torch.no_grad():
        weights[:, 1] = 0  # the second spectrogram: bins 4 to 7
    louder = x.clone()
    louder[:, 4:8] += 5
    torch.testing.assert_close(net(x), net(louder))
    with pytest.raises(ValueError, match="n_channels=5 must divide the number of bins, 12"):
        OnsetCNN(12, 9, 2, n_channels=5)


def test_all_pitches_share_their_weights():
    net, x = make(HarmonicCNN, 144, n_outputs=2 * 48, harmonics=(1, 2)), torch.zeros(1, 144, 20)
    x[0, 60:66, 8:12] = frames(6, 4)
    higher = torch.roll(x, 3, dims=1)  # a semitone
    for found, expected in zip(net(higher)[0].split(48), net(x)[0].split(48), strict=True):  # two heads
        torch.testing.assert_close(found[2:], expected[1:-1])
    assert not torch.allclose(net(x)[0, 20], net(x)[0, 21])


def test_harmonics_are_looked_up_where_they_are():
    """A pitch hears its octave through the harmonic 2, and nothing further if that is the highest."""
    net, x = make(HarmonicCNN, 144, n_outputs=48, harmonics=(1, 2)), frames(1, 144, 5).requires_grad_()
    net(x)[0, 10, 2].backward()  # bins 29 to 31 and three more on each side
    used = torch.nonzero(x.grad[0].abs().sum(1))[:, 0].tolist()
    assert used == [*range(26, 35), *range(62, 71)]


@pytest.mark.parametrize("n_outputs", [1, 49])
def test_pitches_and_outputs_must_fit(n_outputs):
    with pytest.raises(ValueError, match="must be a multiple of the number of pitches, 48, of 144 bins"):
        HarmonicCNN(144, 9, n_outputs)


@pytest.mark.parametrize("kind", [OnsetCNN, SequenceCRNN])
def test_widths_grow_to_a_number_of_parameters(kind):
    net = kind(40, 100, 2, **sized(kind, 20_000, 40, 100, 2))
    assert abs(sum(p.numel() for p in net.parameters()) / 20_000 - 1) < 0.1
