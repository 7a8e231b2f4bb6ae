"""The Boltzmann machine against sums over all of its states."""

import itertools
import math

import pytest
import torch

from skmir.modules import RBMLayer

V = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)))  # every state of four visible units
H = torch.tensor(list(itertools.product([0.0, 1.0], repeat=2)))  # and of two hidden ones


@pytest.fixture
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def machine_of(visible="bernoulli", scale=1.0):
    machine = RBMLayer(4, 2, visible).double()
    for parameter in machine.parameters():
        torch.nn.init.normal_(parameter, std=scale)
    return machine.requires_grad_(False)


def energies(machine):
    """Return E(v, h) of a binary machine, of shape (16, 4): -b'v - c'h - v'Wh."""
    v, h = V.double(), H.double()
    return -(v @ machine.visible_bias)[:, None] - h @ machine.hidden_bias - v @ machine.weight.T @ h.T


def joint(machine):
    """Return P(v, h), of shape (16, 4)."""
    return torch.softmax(-energies(machine).flatten(), 0).reshape(16, 4)


def exact_gradient(machine, data):
    """Return the gradient of the mean negative log-likelihood by differentiating the sums themselves."""
    machine.requires_grad_(True)
    rows = (data @ torch.tensor([8.0, 4, 2, 1], dtype=torch.float64)).long()
    loss = -torch.log_softmax(torch.logsumexp(-energies(machine), 1), 0)[rows].mean()
    gradient = torch.autograd.grad(loss, list(machine.parameters()))
    machine.requires_grad_(False)
    return gradient


def expected_cd(machine, data, k):
    """Return what CD-k is on average: the law of the hidden states is followed exactly, step by step.

    Visible units are means, so a step leads from h to h' with the probability P(h' | E(v|h)).
    """
    means = machine.mean_visibles(H.double())  # (4, 4), a row for each h
    hidden = machine(means)  # P(h'=1 | E(v|h)), (4, 2)
    step = torch.stack([(hidden * h + (1 - hidden) * (1 - h)).prod(1) for h in H.double()], 1)
    p0 = machine(data)
    law = torch.stack([(p0 * h + (1 - p0) * (1 - h)).prod(1) for h in H.double()], 1).mean(0)  # (4,)
    law = law @ torch.linalg.matrix_power(step, k - 1)
    weight = torch.einsum("s,sh,sv->hv", law, hidden, means) - p0.T @ data / len(data)
    return weight, law @ means - data.mean(0), law @ hidden - p0.mean(0)


def sampled_cd(machine, data, k, n):
    """Return CD-k, averaged over n chains from each row."""
    machine.contrastive_divergence(data.repeat(n, 1), k)
    return machine.weight.grad, machine.visible_bias.grad, machine.hidden_bias.grad


def test_the_free_energy_is_minus_the_log_of_the_sum_over_hidden_states(seed):
    machine = machine_of()
    expected = -torch.logsumexp(-energies(machine), 1)
    torch.testing.assert_close(machine.free_energy(V.double()), expected)


def test_hidden_probabilities_are_those_of_the_joint_law(seed):
    machine = machine_of()
    p = joint(machine)
    torch.testing.assert_close(machine(V.double()), (p / p.sum(1, keepdim=True)) @ H.double())


def test_visible_means_are_those_of_the_joint_law(seed):
    machine = machine_of()
    p = joint(machine)
    torch.testing.assert_close(machine.mean_visibles(H.double()), (p / p.sum(0)).T @ V.double())


@pytest.mark.parametrize("k", [1, 2, 5])
def test_contrastive_divergence_is_right_on_average(seed, k):
    machine = machine_of()
    data = V[[1, 1, 6, 11, 15]].double()
    for sampled, expected in zip(
        sampled_cd(machine, data, k, 20000), expected_cd(machine, data, k), strict=True
    ):
        torch.testing.assert_close(sampled, expected, atol=6e-3, rtol=0)  # 0.5 / sqrt(1e5) is 1.6e-3


@pytest.mark.parametrize("scale", [0.1, 0.03, 0.01])
def test_many_steps_approach_the_gradient_of_the_likelihood(seed, scale):
    """But for a term in proportion to the weights, the price of visible units that are means.

    The hidden units then miss the variance p (1 - p) of the visible ones, at most 1/4, through a slope
    of at most 1/4: a sixteenth of each weight.
    """
    machine = machine_of(scale=scale)
    data = V[[1, 1, 6, 11, 15]].double()
    approached = expected_cd(machine, data, 50)
    for name, many, exact in zip("Wbc", approached, exact_gradient(machine, data), strict=True):
        assert (many - exact).abs().max() < machine.weight.abs().max() / 15, name
        if name != "c":  # without weights there is no gradient on the hidden biases
            assert exact.abs().max() > 0.04


def test_steps_along_the_gradient_raise_the_likelihood(seed):
    machine = machine_of(scale=0.1).requires_grad_(True)
    data = V[[1, 1, 6, 6, 6, 15]].double()

    def log_likelihood():
        return (-machine.free_energy(data) - torch.logsumexp(-machine.free_energy(V.double()), 0)).mean()

    before = log_likelihood()
    optimizer = torch.optim.SGD(machine.parameters(), lr=0.1)
    for _ in range(500):
        machine.contrastive_divergence(data.repeat(20, 1))
        optimizer.step()
    assert log_likelihood() > before + 0.5


def test_a_gaussian_machine_without_weights_is_a_normal_distribution(seed):
    machine = machine_of("gaussian")
    machine.weight.zero_()
    v = 3 * torch.randn(50, 4, dtype=torch.float64)
    normal = torch.distributions.Normal(machine.visible_bias, torch.ones(4).double())
    constant = machine.free_energy(v) + normal.log_prob(v).sum(1)
    expected = -2 * math.log(2 * math.pi) - torch.nn.functional.softplus(machine.hidden_bias).sum()
    torch.testing.assert_close(constant, expected.expand(50))


def test_the_gaussian_free_energy_sums_over_hidden_states(seed):
    machine = machine_of("gaussian")
    v = torch.randn(20, 4, dtype=torch.float64)
    squares = 0.5 * ((v - machine.visible_bias) ** 2).sum(1, keepdim=True)
    energy = squares - H.double() @ machine.hidden_bias - v @ machine.weight.T @ H.double().T
    torch.testing.assert_close(machine.free_energy(v), -torch.logsumexp(-energy, 1))
    p = torch.softmax(-energy, 1)
    torch.testing.assert_close(machine(v), p @ H.double())


def test_gaussian_visible_means_are_linear_and_have_no_bounds(seed):
    machine = machine_of("gaussian", scale=3.0)
    expected = machine.visible_bias + H.double() @ machine.weight
    torch.testing.assert_close(machine.mean_visibles(H.double()), expected)
    assert expected.abs().max() > 1


def test_first_weights_are_uniform_and_biases_zero(seed):
    machine = RBMLayer(200, 100)
    bound = math.sqrt(6 / (200 + 100))  # Glorot and Bengio (2010)
    assert machine.weight.abs().max().item() == pytest.approx(bound, rel=1e-3)
    assert machine.weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.02)
    assert machine.weight.mean().item() == pytest.approx(0, abs=1e-3)
    assert not machine.visible_bias.any() and not machine.hidden_bias.any()


def test_it_returns_the_end_of_the_chains_and_what_the_data_switch_on(seed):
    machine = machine_of("gaussian")
    machine.weight.zero_()
    data = torch.randn(30, 4, dtype=torch.float64)
    vk, h0 = machine.contrastive_divergence(data)
    torch.testing.assert_close(vk, machine.visible_bias.expand(30, 4))
    torch.testing.assert_close(h0, machine(data))


@pytest.mark.parametrize("scale", [0.5, 1.0])
@pytest.mark.parametrize("persistent", [True, False])
def test_sampled_chains_approach_the_exact_gradient(seed, scale, persistent):
    """Chains that go on, and ones of many steps, whose visible units are sampled, owe nothing to means."""
    machine = machine_of(scale=scale)
    data = V[[1, 1, 6, 11, 15]].double()
    if persistent:
        chains = torch.bernoulli(torch.full((100_000, 4), 0.5, dtype=torch.float64))
        for _ in range(40):
            chains, _ = machine.contrastive_divergence(data, chains=chains)
    else:
        machine.contrastive_divergence(data.repeat(20_000, 1), 40, sample=True)
    gradient = machine.weight.grad, machine.visible_bias.grad, machine.hidden_bias.grad
    for estimated, exact in zip(gradient, exact_gradient(machine, data), strict=True):
        torch.testing.assert_close(estimated, exact, atol=8e-3, rtol=0)  # 0.5 / sqrt(1e5) is 1.6e-3


def test_the_pseudo_likelihood_is_that_of_the_joint_law(seed):
    machine = machine_of(scale=2.0)
    p = dict(zip(map(tuple, V.int().tolist()), joint(machine).sum(1).tolist(), strict=True))
    expected = []
    for v in p:
        flipped = [tuple(1 - x if i == j else x for j, x in enumerate(v)) for i in range(4)]
        expected.append(sum(math.log(p[v] / (p[v] + p[other])) for other in flipped))
    computed = machine.pseudo_log_likelihood(V.double())
    torch.testing.assert_close(computed, torch.tensor(expected, dtype=torch.float64))


def test_gibbs_steps_lead_to_the_law_of_the_machine(seed):
    machine = machine_of()
    states = machine.gibbs(torch.zeros(100_000, 4, dtype=torch.float64), 40)
    counts = torch.bincount((states @ torch.tensor([8.0, 4, 2, 1], dtype=torch.float64)).long(), minlength=16)
    torch.testing.assert_close(counts / 1e5, joint(machine).sum(1).float(), atol=6e-3, rtol=0)


def test_gibbs_steps_of_a_gaussian_machine_have_unit_variance(seed):
    machine = machine_of("gaussian")
    machine.weight.zero_()
    states = machine.gibbs(torch.zeros(100_000, 4, dtype=torch.float64))
    torch.testing.assert_close(states.mean(0), machine.visible_bias.data, atol=0.02, rtol=0)
    torch.testing.assert_close(states.std(0), torch.ones(4).double(), atol=0.02, rtol=0)
