"""Parameters that are passed on to skorch, and the progress bar on stderr."""

import inspect

import numpy as np
import pytest
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback, EarlyStopping, GradientNormClipping

from skmir._training._net_params import OURS
from skmir.neural_network import MLPClassifier, MLPRegressor

SPLIT = {"early_stopping": True, "validation_fraction": 0.25}


class Recorder(Callback):
    """Records its inputs in its attributes."""

    def __init__(self):
        self.epochs = []

    def on_epoch_end(self, net, **kwargs):
        self.epochs.append(len(net.history))


def test_another_optimizer_is_used(each_network, frames):
    model = each_network(net_params={"optimizer": torch.optim.SGD, "optimizer__momentum": 0.5})
    net = model.fit(*frames).net_
    assert type(net.optimizer_) is torch.optim.SGD
    assert net.optimizer_.param_groups[0]["momentum"] == 0.5
    assert net.optimizer_.param_groups[0]["weight_decay"] == 0.02


def test_the_default_optimizer_has_the_users_numbers(network, frames):
    net = network("mlp", learning_rate_init=0.01, weight_decay=0.1, **SPLIT).fit(*frames).net_
    group = net.optimizer_.param_groups[0]
    assert type(net.optimizer_) is torch.optim.AdamW
    assert (group["lr"], group["weight_decay"]) == (0.01, 0.1)


def test_the_learning_rate_warms_up_and_falls(network, frames):
    class Rates(Callback):
        def on_batch_end(self, net, training, **kwargs):
            net.history.record_batch("lr", net.optimizer_.param_groups[0]["lr"])

    model = network(
        "mlp", max_iter=20, batch_size=4, learning_rate_init=0.01, net_params={"callbacks": [Rates()]}
    )
    rates = np.ravel(model.fit(*frames).net_.history[:, "batches", :, "lr"])
    assert rates.shape == (120,)  # six steps an epoch
    peak = rates.argmax()
    assert rates.max() == pytest.approx(0.01, rel=0.02)
    assert 28 <= peak <= 31  # a quarter of them
    assert (np.diff(rates[: peak + 1]) > 0).all() and (np.diff(rates[peak + 1 :]) < 0).all()
    assert rates[-1] < 1e-3


@pytest.mark.parametrize("named", [False, True])
def test_callbacks_come_on_top(network, frames, named):
    recorder = Recorder()
    callbacks = [("mine", recorder)] if named else [recorder]
    model = network("mlp", max_iter=4, net_params={"callbacks": callbacks}, **SPLIT).fit(*frames)
    names = dict(model.net_.callbacks_)
    assert "early_stopping" in names
    assert names["mine" if named else "Recorder"].epochs == [1, 2, 3, 4]


def test_the_callers_callback_is_not_changed(network, frames):
    """skorch writes into callbacks; a second fit, or a parallel one, would meet the first one's marks."""
    recorder, stopping = Recorder(), EarlyStopping(patience=2)
    before = dict(vars(stopping))
    params = {"callbacks": [recorder, ("stop", stopping)]}
    model = network("mlp", net_params=params, early_stopping=True, validation_fraction=0.25)
    for _ in range(2):
        model.fit(*frames)
        assert dict(model.net_.callbacks_)["Recorder"].epochs == [1, 2, 3]
    assert recorder.epochs == []
    assert vars(stopping) == before
    assert params == {"callbacks": [recorder, ("stop", stopping)]}
    assert params["callbacks"][1][1] is stopping


def test_a_callback_that_stops_does_stop(network, frames):
    stop = EarlyStopping(monitor="train_loss", threshold=1e9, threshold_mode="abs", patience=2)
    assert network("mlp", max_iter=50, net_params={"callbacks": [stop]}).fit(*frames).n_iter_ < 5


def test_no_callbacks_may_be_said_as_none(network, frames):
    expected = network("mlp").fit(*frames).predict_proba(frames[0])
    for params in ({}, {"callbacks": None}, {"callbacks": []}):
        model = network("mlp", net_params=params).fit(*frames)
        np.testing.assert_array_equal(model.predict_proba(frames[0]), expected)


def test_gradients_can_be_clipped(network, frames):
    clip = GradientNormClipping(1e-12)
    params = {"optimizer": torch.optim.SGD, "callbacks": [clip]}
    model = network("mlp", weight_decay=0.0, dropout=0.0, net_params=params).fit(*frames)
    np.testing.assert_allclose(model.history_["train_loss"], model.history_["train_loss"][0], rtol=1e-5)


def test_the_names_of_skorch_are_all_known_here():
    """A new parameter in a new version of skorch makes this test fail."""
    ours = {"callbacks", "optimizer", *OURS}
    assert set(inspect.signature(NeuralNet).parameters) - {"kwargs"} <= ours


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"train_split": None}, "'train_split', which has no effect here: set early_stopping=True"),
        ({"train_split__cv": 3}, "'train_split__cv', which has no effect here: set early_stopping=True"),
        ({"iterator_train__shuffle": False}, "the order of the clips follows random_state"),
        ({"criterion": torch.nn.NLLLoss}, "the loss follows from y"),
        ({"criterion__weight": torch.ones(3)}, "the loss follows from y"),
        ({"module__n_filters": 3}, "takes a module class of your own"),
        ({"lr": 0.1}, "set learning_rate_init"),
        ({"optimizer__lr": 0.1}, "set learning_rate_init"),
        ({"optimizer__weight_decay": 0.1}, "set weight_decay"),
        ({"optimizer__momentum": 0.1}, r"set recipe=TrainingRecipe\('sgd', momentum=...\)"),
        ({"max_epochs": 3}, "set max_iter"),
        ({"batch_size": 3}, "set batch_size of the network itself"),
        ({"device": "cpu"}, "set device of the network itself"),
        ({"warm_start": True}, "set warm_start of the network itself"),
        ({"verbose": 1}, "set verbose of the network itself"),
        ({"compile": True}, r"set recipe=TrainingRecipe\(compile=True\)"),
        ({"classes": [0, 1]}, "pass classes to the first partial_fit"),
        (
            {"optimiser": torch.optim.SGD},
            "'optimiser', which skorch .* Did you mean 'optimizer'?",
        ),
        ({"callback": []}, "Did you mean 'callbacks'?"),
        ({"optimizer__beta": (0.5, 0.9)}, "does not take: it takes lr, betas.*mean 'optimizer__betas'"),
        ({"optimizer": torch.optim.SGD, "optimizer__momntum": 0.9}, "Did you mean 'optimizer__momentum'"),
        ({3: 4}, "net_params holds 3, which skorch does not know"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "+".join(map(str, value)),
)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_options_without_effect_are_refused(frames, kind, params, message):
    with pytest.raises(ValueError, match=message):
        kind((4,), max_iter=1, device="cpu", net_params=params).fit(frames[0], np.arange(24) % 2)


def test_a_callback_that_is_not_there_cannot_be_set(network, frames):
    with pytest.raises(ValueError, match="early_stoping"):
        network("mlp", net_params={"callbacks__early_stoping__patience": 3}).fit(*frames)


def test_options_of_existing_callbacks_are_obeyed(network, frames):
    params = {"optimizer__betas": (0.5, 0.6), "callbacks__early_stopping__patience": 7}
    net = network("mlp", net_params=params, **SPLIT).fit(*frames).net_
    assert net.optimizer_.param_groups[0]["betas"] == (0.5, 0.6)
    assert dict(net.callbacks_)["early_stopping"].patience == 7


@pytest.mark.parametrize("params", [{}, SPLIT], ids=["schedule", "early stopping"])
def test_nothing_is_printed(each_network, frames, capfd, params):
    each_network(**params).fit(*frames).predict(frames[0])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("params", [{}, SPLIT], ids=["schedule", "early stopping"])
def test_the_bar_is_on_stderr(each_network, frames, capfd, params):
    each_network(verbose=1, **params).fit(*frames)
    out, err = capfd.readouterr()
    assert out == ""
    assert "/3 [" in err and "train_loss" in err
    assert ("valid_loss" in err) == bool(params)


def test_the_bar_changes_nothing(network, frames):
    quiet, loud = (network("cnn", verbose=v).fit(*frames).predict_proba(frames[0]) for v in (0, 1))
    np.testing.assert_array_equal(quiet, loud)
