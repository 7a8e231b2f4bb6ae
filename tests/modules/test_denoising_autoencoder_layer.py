"""The denoising autoencoder's equations, and what corruption does."""

import math

import pytest
import torch

from skmir.modules import DenoisingAutoencoderLayer
from skmir.modules._denoising_autoencoder_layer import CORRUPTIONS

LOW, HIGH = torch.full((50,), -2.0), torch.full((50,), 3.0)


@pytest.fixture(autouse=True)
def seed():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@pytest.mark.parametrize("visible", ["bernoulli", "gaussian"])
@pytest.mark.parametrize("tied", [True, False])
@torch.no_grad()
def test_the_equations(visible, tied):
    network = DenoisingAutoencoderLayer(6, 3, visible, tied_weights=tied)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter)
    v = torch.rand(5, 6)
    h = torch.sigmoid(v @ network.weight.T + network.hidden_bias)
    torch.testing.assert_close(network(v), h)
    decoded = h @ (network.weight if tied else network.decoder_weight) + network.visible_bias
    expected = torch.sigmoid(decoded) if visible == "bernoulli" else decoded
    torch.testing.assert_close(network.decode(h), expected)
    clean = torch.rand(5, 6)
    if visible == "bernoulli":
        loss = -(clean * expected.log() + (1 - clean) * (1 - expected).log()).sum(1).mean()
    else:
        loss = 0.5 * ((expected - clean) ** 2).sum(1).mean()
    torch.testing.assert_close(network.loss(v, clean), loss)
    assert len(list(network.parameters())) == (3 if tied else 4)


def test_first_weights_are_uniform_and_biases_zero():
    network = DenoisingAutoencoderLayer(200, 100, tied_weights=False)
    bound = math.sqrt(6 / 300)
    for weight in (network.weight, network.decoder_weight):
        assert weight.abs().max().item() == pytest.approx(bound, rel=1e-3)
    assert not network.hidden_bias.any() and not network.visible_bias.any()


def test_masking_zeroes_its_share():
    v = torch.full((400, 50), 7.0)
    corrupted = CORRUPTIONS["masking"](v, 0.3, LOW, HIGH)
    assert set(corrupted.unique().tolist()) == {0.0, 7.0}
    assert (corrupted == 0).float().mean().item() == pytest.approx(0.3, abs=0.02)


def test_gaussian_noise_has_its_deviation():
    v = torch.full((400, 50), 7.0)
    corrupted = CORRUPTIONS["gaussian"](v, 0.5, LOW, HIGH)
    assert corrupted.std().item() == pytest.approx(0.5, abs=0.02)
    assert corrupted.mean().item() == pytest.approx(7, abs=0.02)


def test_salt_and_pepper_puts_in_both_extremes():
    v = torch.zeros(400, 50)
    corrupted = CORRUPTIONS["salt_and_pepper"](v, 0.4, LOW, HIGH)
    for value, share in ((0.0, 0.6), (-2.0, 0.2), (3.0, 0.2)):
        assert (corrupted == value).float().mean().item() == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_without_a_level_nothing_changes(corruption):
    v = torch.randn(4, 50)
    torch.testing.assert_close(CORRUPTIONS[corruption](v, 0.0, LOW, HIGH), v)
