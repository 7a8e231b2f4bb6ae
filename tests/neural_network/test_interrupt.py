"""The training loop: what interrupts it, what it leaves behind, and what it reports."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.exceptions import NotFittedError
from skorch.callbacks import Callback
from torch import nn

from skmir.neural_network import CNNClassifier, MLPClassifier, MLPRegressor, RNNClassifier, TrainingRecipe


class Breaking(nn.Module):
    """A network whose forward pass raises a given error in the second epoch; an epoch has three steps."""

    error = None
    steps = 0
    made = []

    def __init__(self, n_bins, n_frames, n_outputs):
        super().__init__()
        self.made.append(self)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(n_bins * n_frames, 8), nn.ReLU(), nn.Dropout(0.5))
        self.final_layer = nn.Linear(8, n_outputs)

    def forward(self, x):
        cls = type(self)
        cls.steps += self.training
        if self.training and cls.error is not None and cls.steps == 5:
            raise cls.error
        return self.final_layer(self.layers(x))


class BatchWatcher(Callback):
    """Looks at batches."""

    def __init__(self):
        self.seen = []

    def on_batch_end(self, net, batch, training, loss, y_pred, **kwargs):
        _, (targets, _) = batch
        self.seen.append((training, len(targets), tuple(y_pred.shape), float(loss), y_pred.requires_grad))


class EpochWatcher(Callback):
    """Looks at epochs only."""

    def __init__(self):
        self.seen = []

    def on_epoch_end(self, net, **kwargs):
        self.seen.append(net.history[-1, "train_loss"])


LOOPS = {"bare": None, "watched": {"callbacks": [BatchWatcher()]}}
each_loop = pytest.mark.parametrize("loop", LOOPS)


@pytest.fixture
def breaking(monkeypatch):
    """Make a network that breaks in its second epoch, until it is told not to."""
    monkeypatch.setattr(Breaking, "steps", 0)
    monkeypatch.setattr(Breaking, "made", [])

    def make(error, loop="bare", **params):
        monkeypatch.setattr(Breaking, "error", error)
        recipe = TrainingRecipe(l1_activation=0.01)
        return CNNClassifier(
            Breaking,
            **{
                "batch_size": 8,
                "max_iter": 3,
                "recipe": recipe,
                "device": "cpu",
                "random_state": 0,
                **params,
            },
            net_params=LOOPS[loop],
        )

    return make


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.module_.parameters()])


class TestInterrupts:
    @each_loop
    @pytest.mark.parametrize("error", [KeyboardInterrupt("stop"), RuntimeError("out of memory")])
    @pytest.mark.parametrize("method", ["fit", "partial_fit"])
    def test_come_out_of_fit_and_leave_nothing_behind(
        self, breaking, frames, snapshot_generators, two_threads, loop, error, method
    ):
        check = snapshot_generators()
        model = breaking(error, loop)
        with pytest.raises(type(error), match=str(error)):
            for _ in range(3):
                getattr(model, method)(*frames)
        assert check()
        assert torch.get_num_threads() == 2
        (module,) = Breaking.made
        assert not any(layer._forward_hooks for layer in module.modules())
        assert not module.training

    @each_loop
    def test_no_half_trained_network_passes_for_a_fitted_one(self, breaking, frames, loop):
        model = breaking(KeyboardInterrupt("stop"), loop)
        with pytest.raises(KeyboardInterrupt, match="stop"):
            model.fit(*frames)
        with pytest.raises(NotFittedError, match="not fitted yet"):
            model.predict(frames[0])
        assert not hasattr(model, "history_")

    @each_loop
    @pytest.mark.parametrize("method", ["fit", "partial_fit"])
    def test_the_next_training_is_a_first_one(self, breaking, frames, loop, method):
        model = breaking(KeyboardInterrupt("stop"), loop, warm_start=True)
        with pytest.raises(KeyboardInterrupt, match="stop"):
            model.fit(*frames)
        fresh = breaking(None, loop)
        for each in (model, fresh):
            getattr(each, method)(*frames)
        assert torch.equal(weights(model), weights(fresh))
        assert model.n_iter_ == (3 if method == "fit" else 1)

    @each_loop
    def test_in_validation(self, breaking, frames, loop, monkeypatch):
        def forward(self, x):
            if not self.training:
                raise KeyboardInterrupt("stop")
            return self.final_layer(self.layers(x))

        monkeypatch.setattr(Breaking, "forward", forward)
        with pytest.raises(KeyboardInterrupt, match="stop"):
            breaking(None, loop, early_stopping=True, validation_fraction=0.25).fit(*frames)
        (module,) = Breaking.made
        assert not module.training and not any(layer._forward_hooks for layer in module.modules())


class TestStops:
    """skorch's callbacks stop training with the same exception, which is not an error then."""

    @each_loop
    def test_early_stopping_still_stops(self, rng, loop):
        X, y = rng.randn(40, 8, 12), np.arange(40) % 2
        params = {"early_stopping": True, "validation_fraction": 0.25, "n_iter_no_change": 3, "max_iter": 90}
        model = MLPClassifier((8,), random_state=0, device="cpu", net_params=LOOPS[loop], **params).fit(X, y)
        assert model.n_iter_ < 90
        losses = model.history_["valid_loss"]
        assert losses[-4] == losses.min()

    @pytest.mark.parametrize("moment", ["on_epoch_begin", "on_epoch_end", "on_batch_begin", "on_batch_end"])
    def test_a_stop_by_a_callback_is_not_an_interrupt(self, frames, moment):
        def stop(self, net, **kwargs):
            if len(net.history) == 2:
                raise KeyboardInterrupt

        ended = []
        methods = {moment: stop, "on_train_end": lambda self, net, **kwargs: ended.append(len(net.history))}
        callback = type("Stop", (Callback,), methods)()
        model = MLPClassifier((8,), device="cpu", max_iter=9, net_params={"callbacks": [callback]}).fit(
            *frames
        )
        assert model.n_iter_ == 2 and ended == [2]
        assert model.predict(frames[0]).shape == (24,)
        assert len(model.history_["train_loss"]) == 2

    def test_a_callbacks_error_comes_out(self, frames):
        class Broken(Callback):
            def on_epoch_end(self, net, **kwargs):
                raise RuntimeError("disk full")

        with pytest.raises(RuntimeError, match="disk full"):
            MLPClassifier((8,), device="cpu", net_params={"callbacks": [Broken()]}).fit(*frames)


class TestCallbacks:
    PARAMS = {"max_iter": 3, "batch_size": 10, "device": "cpu", "random_state": 0, "dropout": 0.0}

    def fit(self, frames, callback, kind=MLPClassifier, **params):
        held_out = {"X_val": frames[0][:6], "y_val": frames[1][:6]}
        model = kind(net_params={"callbacks": [callback]}, **self.PARAMS, **params).fit(*frames, **held_out)
        return model, dict(model.net_.callbacks_)[type(callback).__name__]

    @pytest.mark.parametrize("kind", [MLPClassifier, RNNClassifier])
    def test_that_look_at_batches_see_each(self, frames, kind):
        model, watcher = self.fit(frames, BatchWatcher(), kind)
        assert [(t, n) for t, n, *_ in watcher.seen] == [(True, 10), (True, 10), (True, 4), (False, 6)] * 3
        assert all(shape == (n, 3) and not grad for _, n, shape, _, grad in watcher.seen)
        assert all(len(row["batches"]) == 4 for row in model.net_.history)
        for epoch, row in enumerate(np.reshape([loss for *_, loss, _ in watcher.seen], (3, 4))):
            expected = np.average(row[:3], weights=[10, 10, 4])
            assert model.history_["train_loss"][epoch] == pytest.approx(expected, rel=1e-6)
            assert model.history_["valid_loss"][epoch] == pytest.approx(row[3], rel=1e-6)

    def test_that_do_not_are_not_shown_any(self, frames):
        model, watcher = self.fit(frames, EpochWatcher())
        np.testing.assert_array_equal(watcher.seen, model.history_["train_loss"])
        assert all(len(row["batches"]) == 2 for row in model.net_.history)  # in training, and in validation

    def test_gradients_are_shown_clipped(self, frames):
        class Gradients(Callback):
            norms = []

            def on_grad_computed(self, net, named_parameters, **kwargs):
                grads = [p.grad.flatten() for _, p in named_parameters]
                self.norms.append(float(torch.cat(grads).norm()))

        self.fit(frames, Gradients(), recipe=TrainingRecipe(clip_grad_norm=1e-3))
        assert len(Gradients.norms) == 9
        np.testing.assert_allclose(Gradients.norms, 1e-3, rtol=1e-3)


class TestHistory:
    @pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
    @each_loop
    def test_is_a_table(self, frames, kind, loop):
        X, y = frames[0], np.arange(24) % 3
        model = kind((8,), max_iter=4, device="cpu", net_params=LOOPS[loop]).fit(X, y, X_val=X, y_val=y)
        table = pd.DataFrame(model.history_)
        assert table.columns.tolist() == ["epoch", "train_loss", "valid_loss", "dur"]
        assert table["epoch"].tolist() == [1, 2, 3, 4] and table["epoch"].dtype.kind == "i"
        assert (table["dur"] > 0).all() and table.notna().all(axis=None)

    def test_before_fit_there_is_none(self):
        assert not hasattr(MLPClassifier(), "history_") and not hasattr(MLPClassifier(), "n_iter_")

    @pytest.mark.parametrize("method", ["fit", "partial_fit"])
    @pytest.mark.parametrize("kind", [MLPRegressor, RNNClassifier])
    def test_the_bar_shows_it_on_stderr(self, frames, capfd, kind, method):
        y = np.arange(24) % 3
        quiet, loud = (kind(max_iter=2, verbose=v, device="cpu", random_state=0) for v in (0, 1))
        getattr(quiet, method)(frames[0], y)
        assert capfd.readouterr() == ("", "")
        getattr(loud, method)(frames[0], y)
        out, err = capfd.readouterr()
        assert out == "" and f"/{2 if method == 'fit' else 1} [" in err and "train_loss" in err
        np.testing.assert_array_equal(quiet.predict(frames[0]), loud.predict(frames[0]))
