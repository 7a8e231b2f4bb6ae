"""The recurrent network: cells, clips of unequal length in one batch, the last state."""

import inspect

import pytest
import torch
from torch import nn

from skmir.modules._rnn import CELLS, RNN
from skmir.modules._widths import sized

N_GATES = {"gru": 3, "lstm": 4, "tanh": 1}
LENGTHS = torch.tensor([5, 12, 1, 9])


class ReluRNN(nn.RNN):
    """A cell of the user's own."""

    def __init__(self, *args, **params):
        super().__init__(*args, nonlinearity="relu", **params)


def frames(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def make(*args, **params):
    """Return a network in evaluation mode, the same at each call."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return RNN(*args, **params).eval()


def fill_beyond(x, value):
    """Return a copy with the frames past each clip's length filled."""
    x = x.clone()
    for clip, n in zip(x, LENGTHS, strict=True):
        clip[:, n:] = value
    return x


def every_network(test):
    test = pytest.mark.parametrize("cell", [*CELLS, ReluRNN])(test)
    test = pytest.mark.parametrize("bidirectional", [False, True])(test)
    return pytest.mark.parametrize("hidden", [(6,), (6, 5, 4)])(test)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("hidden", [(6,), (6, 5, 4)])
def test_numbers_of_parameters(cell, bidirectional, hidden):
    directions = 1 + bidirectional
    expected, n_inputs = 0, 7
    for n_units in hidden:
        expected += directions * N_GATES[cell] * n_units * (n_inputs + n_units + 2)
        n_inputs = directions * n_units
    net = RNN(7, 12, 3, cell, hidden, bidirectional)
    assert sum(p.numel() for p in net.parameters()) == expected + 3 * n_inputs + 3


def test_onset_network_of_bock_et_al():
    """266 inputs, three bidirectional layers of 25 tanh units; the last of them has 50 outputs."""
    net = make(266, 100, 1, "tanh", (25, 25, 25), True)
    assert [layer.hidden_size for layer in net.recurrent_layers] == [25, 25, 25]
    assert [layer.input_size for layer in net.recurrent_layers] == [266, 50, 50]
    assert net.features(torch.zeros(1, 266, 100)).shape == (1, 50)


@torch.no_grad()
def test_tanh_layers_by_hand():
    net = make(7, 12, 3, "tanh", (6, 5))
    x = frames(4, 7, 12).transpose(1, 2)
    for layer in net.recurrent_layers:
        state, states = torch.zeros(4, layer.hidden_size), []
        for t in range(12):
            total = x[:, t] @ layer.weight_ih_l0.T + layer.bias_ih_l0 + layer.bias_hh_l0
            state = torch.tanh(total + state @ layer.weight_hh_l0.T)
            states.append(state)
        x = torch.stack(states, dim=1)
    expected = x[:, -1] @ net.final_layer.weight.T + net.final_layer.bias
    torch.testing.assert_close(net(frames(4, 7, 12)), expected, atol=1e-6, rtol=1e-5)


@every_network
@torch.no_grad()
def test_maps_of_every_layer(cell, bidirectional, hidden):
    net = make(7, 12, 3, cell, hidden, bidirectional)
    shapes = []
    for layer in net.recurrent_layers:
        layer.register_forward_hook(lambda module, args, output: shapes.append(tuple(output[0].shape)))
    assert net(frames(4, 7, 12)).shape == (4, 3)
    assert shapes == [(4, 12, (1 + bidirectional) * n_units) for n_units in hidden]


@every_network
@torch.no_grad()
def test_clips_of_unequal_length_score_together_as_they_do_alone(cell, bidirectional, hidden):
    net = make(7, 12, 3, cell, hidden, bidirectional)
    x = frames(4, 7, 12)
    alone = torch.cat([net(clip[None, :, :n]) for clip, n in zip(x, LENGTHS, strict=True)])
    torch.testing.assert_close(net(x, LENGTHS), alone, atol=1e-6, rtol=0)
    assert not torch.allclose(net(x), alone, atol=1e-3)


@every_network
@pytest.mark.parametrize("beyond", [0.0, 1e30, float("nan"), float("inf")])
@torch.no_grad()
def test_what_lies_beyond_a_clips_length_has_no_influence(cell, bidirectional, hidden, beyond):
    net = make(7, 12, 3, cell, hidden, bidirectional)
    x = frames(4, 7, 12)
    other = fill_beyond(x, beyond)
    assert not torch.equal(x, other)
    assert torch.equal(net(other, LENGTHS), net(x, LENGTHS))


@every_network
def test_gradients_do_not_see_what_lies_beyond(cell, bidirectional, hidden):
    x = frames(4, 7, 12)
    gradients = []
    for inputs in (x, fill_beyond(x, float("nan"))):
        net = make(7, 12, 3, cell, hidden, bidirectional).train()
        inputs.requires_grad_()
        net(inputs, LENGTHS).logsumexp(1).sum().backward()
        gradients.append([inputs.grad, *(p.grad for p in net.parameters())])
    for clean, spoilt in zip(*gradients, strict=True):
        assert torch.equal(clean, spoilt)
    for clip, n in zip(gradients[0][0], LENGTHS, strict=True):
        assert (clip[:, n:] == 0).all() and (clip[:, 0] != 0).any()


def test_gradients_are_the_sum_of_those_of_each_clip_alone():
    x = frames(4, 7, 12)
    together, alone = make(7, 12, 3, "gru", (6, 5), True), make(7, 12, 3, "gru", (6, 5), True)
    together(x, LENGTHS).logsumexp(1).sum().backward()
    for clip, n in zip(x, LENGTHS, strict=True):
        alone(clip[None, :, :n]).logsumexp(1).sum().backward()
    for a, b in zip(together.parameters(), alone.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, atol=1e-6, rtol=1e-5)


@every_network
@torch.no_grad()
def test_full_lengths_are_none(cell, bidirectional, hidden):
    net = make(7, 12, 3, cell, hidden, bidirectional)
    x = frames(4, 7, 12)
    torch.testing.assert_close(net(x, torch.full((4,), 12)), net(x), atol=1e-6, rtol=0)


@torch.no_grad()
def test_features_are_the_last_states_of_the_last_layer():
    net = make(7, 12, 3, "lstm", (6, 5), bidirectional=True)
    outputs = []
    net.recurrent_layers[-1].register_forward_hook(lambda module, args, output: outputs.append(output[0]))
    features = net.features(frames(4, 7, 12))
    assert features.shape == (4, 10)
    assert torch.equal(features[:, :5], outputs[0][:, -1, :5])  # forwards: at the last frame
    assert torch.equal(features[:, 5:], outputs[0][:, 0, 5:])  # backwards: at the first


@torch.no_grad()
def test_a_clip_backwards_swaps_the_directions():
    net = make(7, 12, 3, "tanh", (6,), bidirectional=True)
    layer = net.recurrent_layers[0]
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
        getattr(layer, f"{name}_reverse").copy_(getattr(layer, name))
    x = frames(4, 7, 12)
    forwards, backwards = net.features(x), net.features(x.flip(2))
    torch.testing.assert_close(backwards, forwards.roll(6, dims=1))
    assert not torch.allclose(backwards, forwards, atol=1e-3)


@every_network
@pytest.mark.parametrize("n_bins", [1, 40])
@pytest.mark.parametrize("n_frames", [1, 2, 30])
@torch.no_grad()
def test_any_size_goes_through(cell, bidirectional, hidden, n_bins, n_frames):
    net = make(n_bins, 12, 3, cell, hidden, bidirectional)  # whatever n_frames it was built with
    logits = net(frames(2, n_bins, n_frames))
    assert logits.shape == (2, 3) and logits.isfinite().all()


@torch.no_grad()
def test_frames_may_lie_in_memory_time_by_time():
    net = make(7, 12, 3)
    x = frames(4, 12, 7).transpose(1, 2)
    assert not x.is_contiguous()
    torch.testing.assert_close(net(x), net(x.contiguous()))
    torch.testing.assert_close(net(x, LENGTHS), net(x.contiguous(), LENGTHS))


@pytest.mark.parametrize("lengths", [None, torch.tensor([12, 7])])
@torch.no_grad()
def test_dropout_acts_on_each_layers_outputs_in_training(lengths):
    net = make(7, 12, 3, "gru", (64, 64), dropout=0.5)
    seen = []
    net.recurrent_layers[0].register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    net.recurrent_layers[1].register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    net.final_layer.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    x = frames(2, 7, 12)
    net.train()(x, lengths)
    values = [v.data if isinstance(v, nn.utils.rnn.PackedSequence) else v for v in seen]
    assert not (values[0] == 0).any()
    assert all(0.3 < (v == 0).float().mean() < 0.7 for v in values[1:])
    assert torch.equal(net.eval()(x, lengths), net(x, lengths))
    assert not any((v == 0).any() for v in (net.features(x), net.features(x, lengths)))


@pytest.mark.parametrize("lengths", [[5, 13], [0, 12], [-1, 12]])
def test_lengths_that_clips_do_not_have_are_refused(lengths):
    with pytest.raises(
        ValueError, match=rf"must lie between 1 and 12, .* got lengths from {lengths[0]} to {lengths[1]}\."
    ):
        make(7, 12, 3)(frames(2, 7, 12), torch.tensor(lengths))


def test_there_must_be_a_layer():
    with pytest.raises(ValueError, match="hidden_layer_sizes is empty"):
        RNN(7, 12, 3, hidden_layer_sizes=())


def test_an_unknown_cell_is_no_network():
    with pytest.raises(KeyError, match="transformer"):
        RNN(7, 12, 3, "transformer")


@every_network
def test_every_parameter_learns(cell, bidirectional, hidden):
    net = make(7, 12, 3, cell, hidden, bidirectional).train()
    net(frames(4, 7, 12), LENGTHS).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_widths_are_of_one_layer():
    default = inspect.signature(RNN).parameters["hidden_layer_sizes"].default
    assert RNN.widths(64) == {"hidden_layer_sizes": list(default)}


def test_a_wanted_number_of_parameters_is_met():
    widths = sized(RNN, 1e5, n_bins=40, n_frames=128, n_outputs=10)
    net = RNN(40, 128, 10, **widths)
    assert sum(p.numel() for p in net.parameters()) == pytest.approx(1e5, rel=0.02)
