"""The convolutional Boltzmann machine against sums over all of its states."""

import itertools
import math

import pytest
import torch

from skmir.modules import ConvRBM

# Two filters of three frames over six frames: four positions each, two blocks of two. A block has three
# states, none on or one of two, so that four blocks have 81.
BLOCK = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).double()
H = torch.stack(
    [torch.stack(state).reshape(2, 4) for state in itertools.product(BLOCK, repeat=4)]
)  # (81, 2, 4)


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def machine_of(visible="gaussian", n_channels=1, scale=0.5, sigma=0.7):
    machine = ConvRBM(n_channels, 2, 3, 2, visible, sigma).double()
    for parameter in machine.parameters():
        torch.nn.init.normal_(parameter, std=scale)
    return machine.requires_grad_(False)


def energies(machine, v):
    """Return E(v, h) of shape (B, 81), by the definition, position by position."""
    interaction = torch.zeros(len(v), len(H), dtype=torch.float64)
    for k, t in itertools.product(range(2), range(4)):
        answer = (v[:, :, t : t + 3] * machine.weight[k]).sum((1, 2)) + machine.hidden_bias[k]
        interaction += answer[:, None] * H[None, :, k, t]
    bias = machine.visible_bias[:, None]
    if machine.visible == "bernoulli":
        return -(v * bias).sum((1, 2))[:, None] - interaction
    return (0.5 * (v - bias).square().sum((1, 2))[:, None] - interaction) / machine.variance


def binary_inputs():
    """Return every state of six frames of one binary channel."""
    return torch.tensor(list(itertools.product([0.0, 1.0], repeat=6))).double()[:, None]  # (64, 1, 6)


def inputs_for(machine):
    if machine.visible == "bernoulli":
        return binary_inputs()
    return torch.randn(20, machine.weight.shape[1], 6, dtype=torch.float64)


KINDS = [("gaussian", 1), ("gaussian", 3), ("bernoulli", 1)]


@pytest.mark.parametrize(("visible", "n_channels"), KINDS)
def test_detection_and_pooling_are_those_of_the_joint_law(visible, n_channels):
    machine = machine_of(visible, n_channels)
    v = inputs_for(machine)
    law = torch.softmax(-energies(machine, v), 1)  # P(h|v)
    torch.testing.assert_close(machine.detection(v), torch.einsum("bs,skt->bkt", law, H))
    any_on = H.reshape(81, 2, 2, 2).amax(3)
    torch.testing.assert_close(machine(v), torch.einsum("bs,skt->bkt", law, any_on))


@pytest.mark.parametrize(("visible", "n_channels"), KINDS)
def test_the_free_energy_is_minus_the_log_of_the_sum_over_hidden_states(visible, n_channels):
    machine = machine_of(visible, n_channels)
    v = inputs_for(machine)
    torch.testing.assert_close(machine.free_energy(v), -torch.logsumexp(-energies(machine, v), 1))


def test_visible_means_are_those_of_the_joint_law():
    machine, v = machine_of("bernoulli"), binary_inputs()
    law = torch.softmax(-energies(machine, v), 0)  # P(v|h), (64, 81)
    torch.testing.assert_close(machine.mean_visibles(H), torch.einsum("vs,vct->sct", law, v))


@pytest.mark.parametrize("n_channels", [1, 2])
def test_gaussian_visible_means_are_where_the_energy_is_least(n_channels):
    machine = machine_of(n_channels=n_channels)
    means = machine.mean_visibles(H).requires_grad_(True)
    energy = torch.stack([energies(machine, v[None])[0, s] for s, v in enumerate(means)]).sum()
    (slope,) = torch.autograd.grad(energy, means)
    torch.testing.assert_close(slope, torch.zeros_like(slope), atol=1e-12, rtol=0)
    assert means.abs().max() > 0.5


def test_a_block_is_drawn_as_its_probabilities_say():
    machine = machine_of(scale=1.0)
    p = machine.detection(torch.randn(1, 1, 6, dtype=torch.float64))
    h = machine.sample_detection(p.expand(100_000, -1, -1))
    assert set(h.unique().tolist()) == {0.0, 1.0}
    assert h.reshape(-1, 2, 2, 2).sum(3).max() == 1  # at most one of a block
    torch.testing.assert_close(h.mean(0), p[0], atol=8e-3, rtol=0)  # 0.5 / sqrt(1e5) is 1.6e-3
    assert not machine.sample_detection(torch.full_like(p, torch.nan)).any()


def expected_cd(machine, data, k):
    """Return what CD-k is on average: the law of the hidden states is followed exactly, step by step."""
    means = machine.mean_visibles(H)  # (81, n_channels, 6)
    step = torch.softmax(-energies(machine, means), 1)  # P(h'|E(v|h))
    law = torch.softmax(-energies(machine, data), 1).mean(0) @ torch.linalg.matrix_power(step, k - 1)

    def statistics(v, weights):
        h = torch.softmax(-energies(machine, v), 1)
        on = torch.einsum("bs,skt->bkt", h, H)
        windows = v.unfold(2, 3, 1)  # (B, n_channels, 4, 3)
        pairs = torch.einsum("b,bkt,bctl->kcl", weights, on, windows) / 4
        return pairs, torch.einsum("b,bkt->k", weights, on) / 4, torch.einsum("b,bct->c", weights, v) / 4

    uniform = torch.full((len(data),), 1 / len(data), dtype=torch.float64)
    below, above = statistics(data, uniform), statistics(means, law)
    return [end - start for start, end in zip(below, above, strict=True)]


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize(("visible", "n_channels"), KINDS)
def test_contrastive_divergence_is_right_on_average(visible, n_channels, k):
    machine = machine_of(visible, n_channels, scale=0.8)
    data = inputs_for(machine)[[1, 3, 8, 11, 15]]
    vk, h0 = machine.contrastive_divergence(data.repeat(8000, 1, 1), k)
    assert vk.shape == (40_000, n_channels, 6)
    torch.testing.assert_close(h0[:5], machine.detection(data).mean(2))
    gradient = machine.weight.grad, machine.hidden_bias.grad, machine.visible_bias.grad
    expected = expected_cd(machine, data, k)
    for sampled, exact in zip(gradient, expected, strict=True):
        torch.testing.assert_close(sampled, exact, atol=1e-2, rtol=0)  # 0.5 / sqrt(4e4) is 2.5e-3
    assert max(exact.abs().max() for exact in expected) > 0.1


@pytest.mark.parametrize("persistent", [True, False])
def test_sampled_chains_approach_the_exact_gradient(persistent):
    machine, everything = machine_of("bernoulli"), binary_inputs()
    data = everything[[1, 1, 6, 40, 63]]
    machine.requires_grad_(True)
    log_likelihood = -machine.free_energy(data) - torch.logsumexp(-machine.free_energy(everything), 0)
    exact = torch.autograd.grad(-log_likelihood.mean() / 4, list(machine.parameters()))  # a position
    machine.requires_grad_(False)
    if persistent:
        chains = torch.rand(40_000, 1, 6, dtype=torch.float64).round()
        for _ in range(20):
            chains, _ = machine.contrastive_divergence(data, chains=chains)
    else:
        machine.contrastive_divergence(data.repeat(8000, 1, 1), 20, sample=True)
    for parameter, expected in zip(machine.parameters(), exact, strict=True):
        torch.testing.assert_close(parameter.grad, expected, atol=1e-2, rtol=0)


def test_the_gradient_of_gaussian_units_is_scaled_by_their_variance():
    """Of a machine without filters the data's own statistics are all there is to follow."""
    machine = machine_of(sigma=0.7)
    machine.weight.zero_()
    data = torch.randn(50, 1, 6, dtype=torch.float64)
    machine.requires_grad_(True)
    (exact,) = torch.autograd.grad(machine.free_energy(data).mean(), machine.visible_bias)
    machine.requires_grad_(False)
    machine.contrastive_divergence(data)
    torch.testing.assert_close(machine.visible_bias.grad, exact * 0.7**2 / 4)


def test_steps_along_the_gradient_raise_the_likelihood():
    machine, everything = machine_of("bernoulli", scale=0.1), binary_inputs()
    data = everything[[7, 7, 14, 14, 28, 63]]
    machine.requires_grad_(True)

    def log_likelihood():
        free = machine.free_energy
        return (-free(data) - torch.logsumexp(-free(everything), 0)).mean()

    before = log_likelihood()
    optimizer = torch.optim.SGD(machine.parameters(), lr=0.3)
    for _ in range(300):
        machine.contrastive_divergence(data.repeat(20, 1, 1))
        optimizer.step()
    assert log_likelihood() > before + 0.3


def test_gaussian_samples_have_the_standard_deviation():
    machine = machine_of(sigma=0.7)
    machine.weight.zero_()
    vk, _ = machine.contrastive_divergence(torch.zeros(20_000, 1, 6).double(), sample=True)
    assert vk.std().item() == pytest.approx(0.7, abs=0.01)
    assert vk.mean().item() == pytest.approx(machine.visible_bias.item(), abs=0.01)


def test_sigma_is_a_scale_of_the_data():
    """Half the deviation and half the data are the same machine with filters half as large."""
    whole, half = machine_of(sigma=1.0), machine_of(sigma=0.5)
    half.weight.copy_(whole.weight / 2)
    half.hidden_bias.copy_(whole.hidden_bias / 4)
    v = torch.randn(5, 1, 6, dtype=torch.float64)
    torch.testing.assert_close(half.detection(v / 2), whole.detection(v))


def test_a_shift_by_a_block_shifts_the_answer():
    machine = machine_of(n_channels=2)
    v = torch.randn(1, 2, 30, dtype=torch.float64)
    torch.testing.assert_close(machine(v[..., 4:]), machine(v)[..., 2:])


def test_large_values_do_not_overflow():
    machine = machine_of()
    v = 1e6 * torch.randn(4, 1, 6, dtype=torch.float64)
    for values in (machine(v), machine.detection(v)):
        assert values.isfinite().all() and values.min() >= 0 and values.max() <= 1
    assert machine.free_energy(v).isfinite().all()


@pytest.mark.parametrize(("n_frames", "n_blocks", "n_used"), [(4, 1, 4), (5, 1, 4), (6, 2, 6), (11, 4, 10)])
def test_frames_that_fill_no_block_are_left_out(n_frames, n_blocks, n_used):
    machine = machine_of()
    assert (machine.n_blocks(n_frames), machine.n_used(n_frames)) == (n_blocks, n_used)
    v = torch.randn(3, 1, n_frames, dtype=torch.float64)
    assert machine(v).shape == (3, 2, n_blocks)
    for method in (machine.forward, machine.detection, machine.free_energy):
        torch.testing.assert_close(method(v), method(v[..., :n_used]))
    vk, h0 = machine.contrastive_divergence(v)
    assert vk.shape == (3, 1, n_used) and h0.shape == (3, 2)


def test_a_clip_without_a_block_is_refused():
    with pytest.raises(ValueError, match=r"3 frames has no block of 2 positions .* 4 frames are needed"):
        machine_of()(torch.zeros(1, 1, 3).double())


def test_first_values():
    machine = ConvRBM(50, 80, 8, 3)
    assert machine.weight.shape == (80, 50, 8)
    assert machine.weight.std().item() == pytest.approx(0.01, rel=0.02)
    assert math.isclose(machine.hidden_bias.unique().item(), -0.1, rel_tol=1e-6)
    assert not machine.visible_bias.any()
