"""The skorch net of this library: skorch's training loop, reduced to what each step needs.

skorch records each batch and calls each callback for it. If no callback asks for batches, an epoch here is
a bare loop: nothing is read back from the device before its end.
"""

import contextlib
import math

import torch
from skorch import NeuralNet
from skorch.callbacks import Callback

from ._batches import RandomBatches
from ._dense_conditions import dense_step
from ._initialization import limit_norms
from ._transfer import start_training

ON_BATCH = ("on_batch_begin", "on_batch_end", "on_grad_computed")


class Stopped(Exception):
    """A callback has ended the training."""


class Waiting(torch.optim.Optimizer):
    """Stands for an optimiser that is not built yet."""

    def __init__(self):
        """Build nothing, and so load nothing."""


class Net(NeuralNet):
    """A skorch net whose training steps follow a recipe.

    Attributes
    ----------
    step_ : Step
        Set by ``train``, while it runs.
    scored_ : dict of str to (estimator, X, y), or None
        What scorers get after each epoch; set by ``train``, while it runs.
    """

    _optimizer_waits = False

    def initialize_for_prediction(self):
        """Build everything but the optimiser, which is built if somebody asks for it.

        With the first optimiser of a process, torch imports its compiler, which takes about a second.
        """
        self._optimizer_waits = True
        return self.initialize()

    def initialize_optimizer(self, *args, **kwargs):
        """Build the optimiser, unless it waits until somebody asks for it."""
        if not self._optimizer_waits:
            return super().initialize_optimizer(*args, **kwargs)
        self.optimizer_ = Waiting()  # skorch takes note of the name, and of the parameters that go with it
        del vars(self)["optimizer_"]
        return self

    def __getattr__(self, name):
        """Build the optimiser that was put off; Python asks here for attributes that do not exist."""
        if name == "optimizer_" and vars(self).pop("_optimizer_waits", False):
            return self.initialize_optimizer().optimizer_
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def initialize_callbacks(self):
        """Make the callbacks; refuse options of unknown callbacks, which skorch would ignore."""
        super().initialize_callbacks()
        options = {name for name, value in vars(self).items() if name.startswith("callbacks__") and value}
        known = [name for name, _ in self.callbacks_]
        for option in options:
            if option.split("__")[1] not in known:
                raise ValueError(f"net_params holds {option!r}, but the callbacks are {', '.join(known)}.")
        return self

    def train(self, examples):
        """Train for ``max_epochs``, or until a callback stops the training."""
        self.notify("on_train_begin", X=examples, y=None)
        with contextlib.suppress(Stopped):
            self.fit_loop(examples)
        self.notify("on_train_end", X=examples, y=None)

    def notify(self, method_name, **cb_kwargs):
        """Call all callbacks; tell apart their requests to stop and a user's interrupt.

        skorch's callbacks stop a training by a KeyboardInterrupt, and its ``fit`` therefore treats an
        interrupt from the keyboard in the same way: a half-trained network would pass for a fitted one.
        """
        try:
            super().notify(method_name, **cb_kwargs)
        except KeyboardInterrupt as interrupt:
            raise Stopped from interrupt

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Run an epoch; batch by batch through skorch only if a callback asks for batches."""
        if iterator is None:
            return
        if self._batches_are_watched() or isinstance(self.optimizer_, torch.optim.LBFGS):
            super().run_single_epoch(iterator, training, prefix, step_fn, **fit_params)
        else:
            self.history.new_batch()
            loss, n_examples = (self._train_epoch if training else self._valid_epoch)(iterator)
            self.history.record_batch(f"{prefix}_loss", loss)
            self.history.record_batch(f"{prefix}_batch_size", n_examples)
            self.history.record(f"{prefix}_batch_count", len(iterator))
        losses = [batch.get(f"{prefix}_loss", 0.0) for batch in self.history[-1]["batches"]]
        if not all(map(math.isfinite, losses)):
            raise diverged(self, f"its {prefix}_loss is")

    def get_iterator(self, dataset, training=False):
        """Return the batches; training batches are drawn from the fit's own generator."""
        if training and self.iterator_train is RandomBatches:
            return RandomBatches(dataset, self.batch_size, self.step_.generator)
        return super().get_iterator(dataset, training)

    def train_step(self, batch, **fit_params):
        """Take a step through skorch, for callbacks that ask for it and optimisers that try several."""
        self.step_.set_rate(self.optimizer_)
        step = super().train_step(self.step_.augment(batch), **fit_params)
        self.step_.limit(self.module_)
        return step

    def train_step_single(self, batch, **fit_params):
        """Compute the loss and its gradient."""
        start_training(self.module_)
        loss, outputs = self._loss(batch)
        self._backward(loss)
        self._clip_gradients()
        return {"loss": loss.detach(), "y_pred": outputs.detach()}

    def get_loss(self, y_pred, y_true, **kwargs):
        """Return the loss; skorch would first convert targets and weights, which may be None, to tensors."""
        return self.criterion_(y_pred, y_true)

    def _train_epoch(self, iterator):
        module, optimizer, step = self.module_, self.optimizer_, self.step_
        start_training(module)
        gradients, update = dense_step(self, iterator.examples) or (self._autograd(), optimizer.step)
        total, n_examples = 0.0, 0
        for batch in iterator:
            step.set_rate(optimizer)
            loss = gradients(step.augment(batch))
            self._clip_gradients()
            update()
            step.limit(module)
            n = len(batch[1][0])
            total, n_examples = total + loss.detach() * n, n_examples + n
        return float(total) / n_examples, n_examples

    def _autograd(self):
        """Return the function that sets the gradients of all parameters for a batch, and returns its loss."""
        parameters = list(self.module_.parameters())

        def gradients(batch):
            for weights in parameters:  # faster than zero_grad, which makes many other checks
                weights.grad = None
            loss, _ = self._loss(batch)
            self._backward(loss)
            return loss

        return gradients

    @torch.no_grad()
    def _valid_epoch(self, iterator):
        self.module_.eval()
        total, n_examples = 0.0, 0
        for x, targets in iterator:
            n = len(targets[0])
            total, n_examples = total + self.criterion_(call(self.module_, x), targets) * n, n_examples + n
        return float(total) / n_examples, n_examples

    def _loss(self, batch):
        """Return the loss and the outputs."""
        x, targets = batch
        module = self.module_ if self.step_.forward is None else self.step_.forward
        if self.step_.bf16:
            with torch.autocast(self.step_.device_type, torch.bfloat16):
                outputs = call(module, x)
                loss = self.criterion_(outputs, targets)
        else:
            outputs = call(module, x)
            loss = self.criterion_(outputs, targets)
        for penalty in self.step_.penalties:
            loss = loss + penalty()
        return loss, outputs

    def _backward(self, loss):
        loss.backward()

    def _clip_gradients(self):
        if self.step_.clip_grad_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.module_.parameters(), self.step_.clip_grad_norm)

    def _batches_are_watched(self):
        return any(
            getattr(type(callback), name) is not getattr(Callback, name)
            for _, callback in self.callbacks_
            for name in ON_BATCH
        )


class Step:
    """The parts of a training step other than forward, backward and update.

    Parameters
    ----------
    rates : iterator of float
        The learning rate of each step.
    augmentation : callable
        Maps (frames, targets) to augmented ones; None leaves them unchanged.
    penalties : list of callable
        Each returns a term that is added to the loss.
    forward : callable or None
        Replaces the module if it is compiled.
    recipe : TrainingRecipe
        Sets clip_grad_norm, max_norm and precision.
    generator : torch.Generator
        Draws the batches.
    device_type : str
        "cpu" or "cuda".
    """

    def __init__(self, *, rates, augmentation, penalties, forward, recipe, generator, device_type):
        self.rates = rates
        self.augmentation = augmentation
        self.penalties = penalties
        self.forward = forward
        self.clip_grad_norm = recipe.clip_grad_norm
        self.max_norm = recipe.max_norm
        self.bf16 = recipe.precision == "bf16"
        self.generator = generator
        self.device_type = device_type

    def set_rate(self, optimizer):
        """Set the optimiser's learning rate for this step."""
        rate = next(self.rates)
        for group in optimizer.param_groups:
            group["lr"] = rate * group.get("rate_factor", 1.0)

    def augment(self, batch):
        """Return a batch with augmented frames, and mixed targets if the augmentation mixes them."""
        if self.augmentation is None:
            return batch
        x, (targets, weights) = batch
        if isinstance(x, dict):
            frames, targets = self.augmentation(x["x"], targets)
            return {**x, "x": frames}, (targets, weights)
        x, targets = self.augmentation(x, targets)
        return x, (targets, weights)

    def limit(self, module):
        """Limit the norms of the weights."""
        if self.max_norm is not None:
            limit_norms(module, self.max_norm)


def call(module, x):
    """Return a module's outputs for frames, or for frames with their lengths as a dict."""
    return module(**x) if isinstance(x, dict) else module(x)


def diverged(net, what):
    """Return the error for a training that has diverged, with advice.

    Parameters
    ----------
    net : Net
    what : str
        Subject and verb of the sentence that says what is not finite.
    """
    return ValueError(
        f"The network diverged: {what} not finite after {len(net.history)} epochs at learning_rate_init="
        f"{net.lr:g}. Lower it ({net.lr / 10:g} is the next to try), and make sure that the input is "
        "standardised (FrameScaler, StandardScaler)."
    )
