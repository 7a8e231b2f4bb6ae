"""Steps of perceptrons by hand end with the same bits as autograd's, and are taken only where they do."""

import contextlib
import pickle

import numpy as np
import pytest
import torch
from sklearn.frozen import FrozenEstimator
from skorch.callbacks import Callback
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from skmir._training import _dense, _dense_conditions, _net
from skmir.augmentation import Mixup
from skmir.base import BaseAugmentation
from skmir.modules import MLP
from skmir.neural_network import (
    CNNClassifier,
    DBNClassifier,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    TrainingRecipe,
)

N = 45  # in batches of 11, the last has 12; in batches of 32, the last has 13


@pytest.fixture
def data():
    """Return frames of 7 bins and 3 frames, and their targets by kind."""
    rng = np.random.RandomState(0)
    X = rng.randn(N, 7, 3).astype(np.float32)
    tags = (X[:, :4, 0] > 0).astype(int)
    numbers = X[:, :2, 1] + rng.rand(N, 2)
    return X, {"classes": np.arange(N) % 5, "tags": tags, "numbers": numbers, "number": numbers[:, 0]}


@pytest.fixture
def by_hand(monkeypatch):
    """Return a list with an entry per epoch from now on: whether its steps were computed by hand."""
    taken = []

    def recorded(net, examples):
        functions = _dense_conditions.dense_step(net, examples)
        taken.append(functions is not None)
        return functions

    monkeypatch.setattr(_net, "dense_step", recorded)
    return taken


@contextlib.contextmanager
def autograd():
    """Send all steps through autograd."""
    _dense_conditions.ENABLED = False
    try:
        yield
    finally:
        _dense_conditions.ENABLED = True


def small(kind=MLPClassifier, recipe=(), **params):
    recipe = TrainingRecipe(**dict(recipe))
    params = {"hidden_layer_sizes": (16,), "max_iter": 3, "batch_size": 11, **params}
    return kind(**params, recipe=recipe, device="cpu", random_state=0)


def state_of(model):
    """Return what training leaves behind: weights, losses, states of generators and of the optimiser."""
    net = model.net_
    optimizer = [value for state in net.optimizer_.state.values() for value in state.values()]
    history = [torch.tensor(model.history_[name]) for name in model.history_ if name != "dur"]
    generators = [torch.from_numpy(state) for state in model.random_state_.values()]
    gradients = [parameter.grad for parameter in model.module_.parameters()]
    return [*model.module_.state_dict().values(), *history, *generators, *optimizer, *gradients]


def same(one, other):
    """Return whether two models have the same bits."""
    pairs = list(zip(state_of(one), state_of(other), strict=True))
    return all(torch.equal(a, b) for a, b in pairs)


SETTINGS = {
    "defaults": {"dropout": 0.2, "batch_size": 32},
    "no hidden layers": {"hidden_layer_sizes": ()},
    "one unit": {"hidden_layer_sizes": (1,)},
    "three layers of odd sizes": {"hidden_layer_sizes": (37, 21, 5), "batch_size": 9},
    "more units than fit in a block": {"hidden_layer_sizes": (256, 128), "max_iter": 2},
    "without dropout": {"dropout": 0.0},
    "a table, whose batches begin anywhere in memory": {"table": True, "batch_size": 9},
    "elu": {"activation": "elu"},
    "tanh": {"activation": "tanh", "hidden_layer_sizes": (13,)},
    "sigmoid": {"activation": "sigmoid", "hidden_layer_sizes": (13, 16)},
    "leaky_relu": {"activation": "leaky_relu"},
    "softplus": {"activation": "softplus", "hidden_layer_sizes": (33,)},
    "steeper": {"activation": nn.LeakyReLU, "module__negative_slope": 0.2},
    "weights": {"class_weight": {0: 2.0, 1: 0.5, 2: 1.0, 3: 1.0, 4: 3.0}},
    "weights, no smoothing": {
        "class_weight": {0: 2.0, 1: 0.5, 2: 1.0, 3: 1.0, 4: 3.0},
        "recipe": {"label_smoothing": 0.0},
    },
    "no smoothing": {"recipe": {"label_smoothing": 0.0}},
    "limits": {"recipe": {"max_norm": 0.5, "clip_grad_norm": 0.1}},
    "noise": {"recipe": {"noise": 0.1, "input_dropout": 0.2}},
    "early stopping": {
        "early_stopping": True,
        "validation_fraction": 0.3,
        "max_iter": 6,
        "n_iter_no_change": 2,
    },
    "two threads": {"recipe": {"n_threads": 2}},
    "sgd": {"recipe": {"optimizer": "sgd"}},
    "adam": {"recipe": {"optimizer": "adam"}},
    "amsgrad": {"net_params": {"optimizer__amsgrad": True}},
    "not fused": {"net_params": {"optimizer": torch.optim.AdamW}},
    "stack": {"kind": DBNClassifier, "hidden_layer_sizes": (12, 8), "pretraining": "rbm"},
    "stack of autoencoders": {
        "kind": DBNClassifier,
        "hidden_layer_sizes": (12, 8),
        "pretraining": DenoisingAutoencoder(n_iter=2),
    },
    "tags": {"targets": "tags", "dropout": 0.3},
    "tags, weights": {"targets": "tags", "weights": True},
    "tags, no smoothing": {"targets": "tags", "recipe": {"label_smoothing": 0.0}},
    "tags, mixed": {"targets": "tags", "augmentation": Mixup()},
    "a number": {"targets": "number", "kind": MLPRegressor},
    "numbers, mixed": {"targets": "numbers", "kind": MLPRegressor, "augmentation": Mixup()},
    "numbers": {"targets": "numbers", "kind": MLPRegressor},
    "numbers, weights": {"targets": "numbers", "kind": MLPRegressor, "weights": True, "activation": "tanh"},
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_both_ways_end_with_the_same_bits(setting, data, by_hand):
    params = {**SETTINGS[setting]}
    X, y = data[0], data[1][params.pop("targets", "classes")]
    X = X[:, :, 0] if params.pop("table", False) else X
    weights = np.linspace(0.1, 2, N) if params.pop("weights", False) else None
    with autograd():
        expected = small(**params).fit(X, y, sample_weight=weights)
    assert not any(by_hand)
    by_hand.clear()
    model = small(**params).fit(X, y, sample_weight=weights)
    assert all(by_hand) and len(by_hand) == model.n_iter_
    assert same(model, expected)


def test_lower_layers_may_learn_more_slowly(data, by_hand):
    X, y = data[0], data[1]["classes"]
    init = FrozenEstimator(small(max_iter=1).fit(X, y))
    model = small(recipe={"init": init, "lower_rate": 0.3}).fit(X, y)
    assert all(by_hand) and len(model.net_.optimizer_.param_groups) == 2
    with autograd():
        assert same(model, small(recipe={"init": init, "lower_rate": 0.3}).fit(X, y))


def going_on(X, y, first=contextlib.nullcontext, second=contextlib.nullcontext):
    """Return a model after a fit, two calls of partial_fit, a round trip through pickle, and another fit."""
    with first():
        model = small(warm_start=True, max_iter=2).fit(X, y)
    with second():
        model.partial_fit(X[:20], y[:20]).partial_fit(X[20:], y[20:])
    with first():
        model.fit(X, y)
    with second():
        return pickle.loads(pickle.dumps(model)).fit(X, y)


@pytest.mark.parametrize("first", ["by hand", "autograd"])
@pytest.mark.parametrize("second", ["by hand", "autograd"])
def test_a_training_may_change_ways(first, second, data):
    X, y = data[0], data[1]["classes"]
    expected = going_on(X, y, autograd, autograd)
    ways = {"by hand": contextlib.nullcontext, "autograd": autograd}
    assert same(going_on(X, y, ways[first], ways[second]), expected)


class Interrupts(BaseAugmentation):
    """A user's interrupt in the middle of the second epoch."""

    steps = 0

    def _check_parameters(self):
        pass

    def _change(self, x, generator):
        self.steps += 1
        if self.steps == 6:
            raise KeyboardInterrupt("in the middle of an epoch")
        return x


def test_an_interrupted_training_goes_on_from_where_it_was(data, by_hand):
    X, y = data[0], data[1]["classes"]
    model, expected = (small(warm_start=True).fit(X, y) for _ in range(2))
    with pytest.raises(KeyboardInterrupt, match="in the middle"):
        model.set_params(augmentation=Interrupts()).fit(X, y)
    assert all(by_hand)
    assert same(model.set_params(augmentation=None).fit(X, y), expected.fit(X, y))


class Doubled(MLP):
    """A perceptron whose outputs are twice as large."""

    def forward(self, x):
        return 2 * super().forward(x)


class DoubledClassifier(MLPClassifier):
    def _make_module(self, **params):
        return Doubled(**params)


class InputDropoutClassifier(MLPClassifier):
    """A perceptron that drops inputs by a layer of its own."""

    def _make_module(self, **params):
        module = super()._make_module(**params)
        module.hidden_layers.insert(0, nn.Dropout(0.1))
        return module


class SharingClassifier(MLPClassifier):
    """A perceptron whose two hidden layers are one."""

    def _make_module(self, **params):
        module = super()._make_module(**params)
        module.hidden_layers[3].weight = module.hidden_layers[0].weight
        return module


OTHERS = {
    "maxout": {"activation": "maxout"},
    "another activation": {"activation": nn.SiLU},
    "in place": {"activation": nn.ELU, "module__inplace": True},
    "a subclass": {"kind": DoubledClassifier},
    "another first layer": {"kind": InputDropoutClassifier},
    "shared weights": {"kind": SharingClassifier, "hidden_layer_sizes": (21, 21)},
    "a penalty": {"recipe": {"l1_activation": 0.1}},
    "bf16": {"recipe": {"precision": "bf16"}},
    "mixed classes": {"augmentation": Mixup()},
    "compiled": {"recipe": {"compile": True}},
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_is_not_known_goes_through_autograd(case, data, by_hand, monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda module: module.forward)
    small(**OTHERS[case]).fit(data[0], data[1]["classes"])
    assert len(by_hand) == 3 and not any(by_hand)


def test_a_frozen_layer_and_other_networks_go_through_autograd(data, by_hand):
    X, y = data[0], data[1]["classes"]
    init = FrozenEstimator(small(max_iter=1).fit(X, y))
    by_hand.clear()
    small(recipe={"init": init, "lower_rate": 0.0}).fit(X, y)
    CNNClassifier(n_filters=(2, 2, 2, 2), max_iter=1, device="cpu").fit(X, y)
    assert len(by_hand) == 4 and not any(by_hand)


def test_several_processes_go_through_autograd(data, by_hand):
    accelerate = pytest.importorskip("accelerate")
    accelerator = accelerate.Accelerator(cpu=True)
    small(net_params={"accelerator": accelerator}).fit(data[0], data[1]["classes"])
    assert len(by_hand) == 3 and not any(by_hand)


def forward_hook(module, seen):
    return module.hidden_layers[0].register_forward_hook(lambda *_: seen.append(1))


def backward_hook(module, seen):
    return module.register_full_backward_hook(lambda *_: seen.append(1))


def gradient_hook(module, seen):
    return module.final_layer.bias.register_hook(lambda gradient: seen.append(1))


def accumulated_hook(module, seen):
    return module.final_layer.weight.register_post_accumulate_grad_hook(lambda parameter: seen.append(1))


def hook_of_all_modules(module, seen):
    return nn.modules.module.register_module_forward_hook(lambda *_: seen.append(1))


@pytest.mark.parametrize(
    "hook", [forward_hook, backward_hook, gradient_hook, accumulated_hook, hook_of_all_modules]
)
@pytest.mark.filterwarnings("ignore:Full backward hook")
def test_hooks_see_every_step(hook, data, by_hand):
    X, y = data[0], data[1]["classes"]
    model = small(max_iter=1).fit(X, y)
    by_hand.clear()
    seen = []
    handle = hook(model.module_, seen)
    model.partial_fit(X, y)
    handle.remove()
    assert len(seen) >= 4 and by_hand == [False]
    model.partial_fit(X, y)
    assert by_hand == [False, True]


def test_a_forward_of_ones_own_is_called(data, by_hand):
    X, y = data[0], data[1]["classes"]
    model = small(max_iter=1).fit(X, y)
    model.module_.forward = lambda x: 0 * model.module_.final_layer(model.module_.features(x))
    loss = model.partial_fit(X, y).history_["train_loss"][-1]
    assert by_hand == [True, False] and loss == pytest.approx(np.log(5))


@pytest.mark.parametrize(
    "around", [lambda: torch.autocast("cpu", torch.bfloat16), lambda: torch.autograd.set_detect_anomaly(True)]
)
def test_torchs_modes_reach_every_step(around, data, by_hand):
    with around():
        small().fit(data[0], data[1]["classes"])
    assert not any(by_hand)


class OptimizerHook(Callback):
    """Looks at each step of the optimiser."""

    seen = []

    def on_train_begin(self, net, **kwargs):
        self.handle = net.optimizer_.register_step_post_hook(lambda *_: self.seen.append(1))

    def on_train_end(self, net, **kwargs):
        self.handle.remove()


class EveryOptimizerHook(OptimizerHook):
    """Looks at each step of all optimisers."""

    def on_train_begin(self, net, **kwargs):
        self.handle = register_optimizer_step_post_hook(lambda *_: self.seen.append(1))


class Halved(Callback):
    """Halves the weight decay after each epoch, beside a schedule of torch, which counts steps."""

    def on_train_begin(self, net, **kwargs):
        self.schedule = torch.optim.lr_scheduler.LambdaLR(net.optimizer_, lambda epoch: 1.0)

    def on_epoch_end(self, net, **kwargs):
        self.schedule.step()
        net.optimizer_.param_groups[0]["weight_decay"] /= 2


@pytest.mark.parametrize("kind", [OptimizerHook, EveryOptimizerHook])
def test_hooks_of_the_optimiser_see_every_step(kind, data, by_hand):
    kind.seen.clear()
    small(net_params={"callbacks": [kind()]}).fit(data[0], data[1]["classes"])
    assert all(by_hand) and len(kind.seen) == 3 * 4


@pytest.mark.filterwarnings("error")
def test_schedules_of_torch_see_the_optimisers_steps(data, by_hand):
    X, y = data[0], data[1]["classes"]
    model = small(net_params={"callbacks": [Halved()]}).fit(X, y)
    assert all(by_hand) and model.net_.optimizer_.param_groups[0]["weight_decay"] == 0.02 / 8
    with autograd():
        assert same(model, small(net_params={"callbacks": [Halved()]}).fit(X, y))


BREAKS = {
    "a name that is missing": lambda unit, g, x, y: torch.ops.aten.no_such_backward(g, y),
    "another signature": lambda unit, g, x, y: torch.ops.aten.threshold_backward.default(g, y),
    "other bits": lambda unit, g, x, y: torch.where(y > 0, g * 1.000001, 0),
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_torch_that_computes_otherwise_goes_through_autograd(how, data, by_hand, monkeypatch):
    X, y = data[0], data[1]["classes"]
    expected = small().fit(X, y)
    monkeypatch.setitem(_dense.DERIVATIVES, nn.ReLU, BREAKS[how])
    _dense_conditions._holds_here.cache_clear()
    try:
        by_hand.clear()
        model = small().fit(X, y)
    finally:
        _dense_conditions._holds_here.cache_clear()
    assert not any(by_hand) and same(model, expected)


def test_names_of_hooks_that_torch_does_not_know_go_through_autograd(data, by_hand, monkeypatch):
    monkeypatch.setattr(_dense_conditions, "PARAMETER_HOOKS", ("_hooks_of_another_version",))
    small().fit(data[0], data[1]["classes"])
    assert not any(by_hand)


def test_the_trial_leaves_the_callers_generator_alone():
    _dense_conditions._holds_here.cache_clear()
    before = torch.get_rng_state()
    assert _dense_conditions._holds_here(nn.ReLU, _dense.ClassLoss)
    assert torch.equal(torch.get_rng_state(), before)
