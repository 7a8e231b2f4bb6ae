"""What a user hands through to skorch, and the bar on stderr."""

import numpy as np
import pytest
import torch
from skorch.callbacks import Callback, EarlyStopping, GradientNormClipping

SPLIT = {"early_stopping": True, "validation_fraction": 0.25}


class Recorder(Callback):
    """Writes down what it sees, in itself."""

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


def test_an_unknown_parameter_is_refused_by_name(network, frames):
    with pytest.raises(ValueError, match="optimiser"):
        network("mlp", net_params={"optimiser": torch.optim.SGD}).fit(*frames)


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
