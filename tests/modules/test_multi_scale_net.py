"""MultiScaleNet: statistics of windows inside the network, by hand, and the gradient through them."""

import inspect

import numpy as np
import pytest
import torch

from skmir.modules import MLP, MultiScaleNet
from skmir.modules._multi_scale_net import STATISTICS, pool, pool_windows
from skmir.modules._widths import sized
from skmir.preprocessing import WindowPooler

SIX = ("mean", "var", "max", "min", "third_moment", "fourth_moment")


def frames(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def make(*args, **params):
    """Return a network in evaluation mode whose normalisations have learned something."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = MultiScaleNet(*args, **params).eval()
        for layer in net.modules():
            if isinstance(layer, torch.nn.BatchNorm1d):
                layer.running_mean.normal_()
                layer.running_var.uniform_(0.5, 2)
                torch.nn.init.uniform_(layer.weight, 0.5, 2)
                torch.nn.init.normal_(layer.bias)
    return net


def numbers(tensor):
    return tensor.detach().double().numpy()


def test_the_statistics_of_a_window_by_hand():
    x = torch.tensor([[[1.0, 3.0, 3.0, 5.0], [0.0, 0.0, 0.0, 4.0]]])
    pooled = pool(x, list(STATISTICS)).view(-1, 2)
    expected = {
        "mean": [3, 1],
        "var": [2, 3],
        "std": [2**0.5, 3**0.5],
        "max": [5, 4],
        "min": [1, 0],
        "third_moment": [0, 6],  # (-1 - 1 - 1 + 27) / 4
        "fourth_moment": [8, 21],  # (16 + 16) / 4, (1 + 1 + 1 + 81) / 4
        "third_root": [0, 6 ** (1 / 3)],
        "fourth_root": [8**0.25, 21**0.25],
    }
    torch.testing.assert_close(pooled, torch.tensor(list(expected.values()), dtype=x.dtype))
    assert list(expected) == list(STATISTICS)
    torch.testing.assert_close(pool(-x, ["third_root"]), -pool(x, ["third_root"]))


@pytest.mark.parametrize("n_frames", [1, 3, 4, 7, 8, 9, 10, 11, 16])
@pytest.mark.parametrize("width", [1, 4, 5, 30])
def test_windows_are_those_of_window_pooler(n_frames, width):
    x = frames(2, 3, n_frames, dtype=torch.float64)
    expected = WindowPooler(SIX, widths=width).fit_transform(x.numpy())
    np.testing.assert_allclose(pool_windows(x, width, SIX), expected, atol=1e-12)


@pytest.mark.parametrize("name", STATISTICS)
def test_the_gradient_flows_through_every_statistic(name):
    x = frames(2, 3, 36, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: pool_windows(x, 5, [name]), x)
    net = MultiScaleNet(3, 36, 2, (5,), scales=[(3, 9)], statistics=[name]).double()
    net(x).logsumexp(1).sum().backward()
    for parameter in (x, *net.parameters()):
        assert parameter.grad.abs().sum() > 0
    constant = torch.zeros(2, 3, 8, requires_grad=True)
    pool(constant, [name]).sum().backward()
    assert constant.grad.isfinite().all()


def norm(x, layer, axis):
    """Return normalised values along an axis of features, by numpy."""
    mean, var, weight, bias = (
        numbers(v).reshape([-1 if i == axis else 1 for i in range(x.ndim)])
        for v in (layer.running_mean, layer.running_var, layer.weight, layer.bias)
    )
    return (x - mean) / np.sqrt(var + layer.eps) * weight + bias


def window_layer(x, layer, width, statistics):
    """Return a dense sigmoid layer on statistics of windows, by numpy."""
    pooled = norm(WindowPooler(statistics, widths=width).fit_transform(x), layer.norm, 1)
    weight, bias = numbers(layer.dense_layer.weight)[:, :, 0], numbers(layer.dense_layer.bias)
    return 1 / (1 + np.exp(-(np.einsum("hs,bsw->bhw", weight, pooled) + bias[:, np.newaxis])))


@pytest.mark.parametrize("n_frames", [24, 29, 31, 3])
def test_the_whole_network_by_numpy(n_frames):
    """A shared layer on windows of 4, pooled over windows of 8 for another, and beside it one on 6."""
    net = make(5, n_frames, 3, (7, 6, 4), scales=[(4, 8), 6], statistics=SIX).double()
    x = frames(2, 5, n_frames, dtype=torch.float64)
    first, second = net.branches[0]
    short = window_layer(x.numpy(), first, 4, SIX)  # (B, 7, W)
    long = window_layer(short, second, 2, SIX)  # (B, 6, W')
    beside = window_layer(x.numpy(), net.branches[1][0], 6, SIX)
    whole = WindowPooler(SIX, widths=1000)
    pooled = np.concatenate([whole.fit_transform(h)[:, :, 0] for h in (long, beside)], axis=1)
    features = norm(pooled, net.feature_norm, 1)
    np.testing.assert_allclose(numbers(net.features(x)), features, atol=1e-9)
    logits = features @ numbers(net.final_layer.weight).T + numbers(net.final_layer.bias)
    np.testing.assert_allclose(numbers(net(x)), logits, atol=1e-9)


@torch.no_grad()
def test_one_window_over_the_whole_input_is_an_mlp_on_pooled_frames():
    """The units of a single window are their own mean and maximum, with a variance of zero."""
    statistics = ("mean", "var", "max")
    net = MultiScaleNet(5, 20, 3, (7,), scales=(20,), statistics=statistics).eval()
    net.feature_norm = torch.nn.Identity()
    mlp = MLP(15, 3, (7,), activation="sigmoid").eval()
    (layer,) = net.branches[0]
    mlp.hidden_layers[0].weight.copy_(layer.dense_layer.weight[:, :, 0])
    mlp.hidden_layers[0].bias.copy_(layer.dense_layer.bias)
    mean, _, maximum = net.final_layer.weight.split(7, dim=1)
    mlp.final_layer.weight.copy_(mean + maximum)
    mlp.final_layer.bias.copy_(net.final_layer.bias)
    x = frames(4, 5, 20)
    table = torch.from_numpy(WindowPooler(statistics, widths=20).fit_transform(x.numpy()))
    torch.testing.assert_close(net(x), mlp(layer.norm(table)), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_the_order_of_windows_counts_only_in_longer_windows():
    x = frames(2, 6, 32)
    windows = list(x.split(4, dim=2))
    swapped = torch.cat([windows[i] for i in (0, 5, 2, 3, 4, 1, 6, 7)], dim=2)
    within = torch.cat([w.flip(2) for w in windows], dim=2)
    flat, nested = make(6, 32, 3, scales=(4,)), make(6, 32, 3, scales=[(4, 8)])
    for net in (flat, nested):
        torch.testing.assert_close(net(within), net(x), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(flat(swapped), flat(x), atol=1e-4, rtol=1e-4)
    assert (nested(swapped) - nested(x)).abs().max() > 1e-3


@pytest.mark.parametrize("n_frames", [1, 2, 7, 9, 130])
def test_any_length_goes_through_and_every_parameter_learns(n_frames):
    net = MultiScaleNet(12, n_frames, 3, 8, scales=[2, (4, 64)]).train()
    net(frames(16, 12, n_frames)).logsumexp(1).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())
    with torch.no_grad():
        longer = net.eval()(frames(2, 12, n_frames + 3))
    assert longer.shape == (2, 3) and longer.isfinite().all()


def test_numbers_of_parameters():
    net = MultiScaleNet(12, 60, 3, (8, 9, 10), scales=[(4, 8), 16], statistics=("mean", "max"))
    norms = 2 * (24 + 16 + 24 + 38)
    dense = (24 * 8 + 8) + (16 * 9 + 9) + (24 * 10 + 10)
    assert sum(p.numel() for p in net.parameters()) == norms + dense + (38 * 3 + 3)
    widths = sized(MultiScaleNet, 1e5, n_bins=96, n_frames=128, n_outputs=10, scales=[4, (8, 32)])
    sized_net = MultiScaleNet(96, 128, 10, scales=[4, (8, 32)], **widths)
    assert sum(p.numel() for p in sized_net.parameters()) == pytest.approx(1e5, rel=0.02)
    (default,) = inspect.signature(MultiScaleNet).parameters["n_filters"].default
    assert MultiScaleNet.widths(default) == {"n_filters": [default]}


@torch.no_grad()
def test_dropout_is_of_the_output_layers_inputs_in_training():
    net = MultiScaleNet(6, 20, 3, dropout=0.5).train()
    seen = []
    net.final_layer.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    x = frames(8, 6, 20)
    net(x)
    net.eval()(x)
    assert (seen[0] == 0).float().mean() > 0.4 and (seen[1] == 0).float().mean() < 0.3
    torch.testing.assert_close(seen[1], net.features(x), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        *(
            (
                {"scales": scales},
                "must hold one or more numbers of frames, or sequences of them in which each",
            )
            for scales in ((), 8, [()], (0,), (2.0,), [(8, 8)], [(8, 12)], [(8, 4)], "8", [None])
        ),
        ({"n_filters": (3, 4, 5)}, r"n_filters=\(3, 4, 5\) must hold 1 number, or 2, one per dense layer"),
        ({"statistics": ("mean", "median")}, r"statistics='median' is not one of \['mean', 'var'"),
        ({"statistics": ()}, r"statistics=\(\) must hold one or more of"),
        ({"activation": "swish"}, "activation='swish' is not one of"),
    ],
)
def test_what_cannot_be_built_is_refused(params, message):
    with pytest.raises(ValueError, match=message):
        MultiScaleNet(4, 20, 2, **params)
