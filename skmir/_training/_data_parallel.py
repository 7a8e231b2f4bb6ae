"""Train one network in several processes, each with its share of every batch, through accelerate.

Each process holds all clips and draws the same batches with the same augmentation, of which it takes every
n-th clip. The average of the processes' gradients is then that of the whole batch, as in one process.
"""

import copy

import torch
from skorch.callbacks import PrintLog
from skorch.hf import AccelerateMixin

from .._random import MAX_SEED
from ._net import Net


class DataParallelNet(AccelerateMixin, Net):
    """A skorch net that several processes train together.

    skorch's mixin passes the module and the optimiser to accelerate, which averages the gradients. It would
    also let accelerate distribute the batches of a DataLoader, but there is none here.

    Parameters
    ----------
    accelerator : accelerate.Accelerator
        A copy of the user's accelerator; it is kept, and written to.
    """

    def initialize(self):
        """Build everything, but do not pass it to accelerate, which has it during training only."""
        return super(AccelerateMixin, self).initialize()

    def train(self, examples):
        """Train, and then restore the plain module and optimiser."""
        _check_settings(self, examples)
        _check_alike(self, examples)
        self._initialize_accelerator()
        try:
            _draw_apart(self.accelerator)
            super().train(examples)
            if self.accelerator.num_processes > 1:  # each has the batch normalisation of different clips
                for values in self.module_.buffers():
                    torch.distributed.broadcast(values, 0)
        finally:
            self._unwrap_accelerator()
            self.optimizer_ = getattr(self.optimizer_, "optimizer", self.optimizer_)
            self.accelerator.free_memory()

    def on_train_end(self, net, X=None, y=None, **kwargs):
        """Do nothing: skorch's mixin would unwrap the module before callbacks restore the best weights."""

    def train_step_single(self, batch, **fit_params):
        """Compute the loss of the whole batch and its gradient."""
        step = Net.train_step_single(self, batch, **fit_params)
        return {**step, "loss": self._over_processes(step["loss"])}

    def _initialize_accelerator(self):
        # Unlike the mixin, this does not pass the loss: torch refuses modules without weights.
        self.module_, self.optimizer_ = self.accelerator.prepare(self.module_, self.optimizer_)
        self._wrapped_with_accelerator = True

    def _train_epoch(self, iterator):
        loss, n_examples = super()._train_epoch(iterator)
        loss = torch.tensor(loss, dtype=torch.float64, device=self.accelerator.device)
        return float(self._over_processes(loss)), n_examples

    def _loss(self, batch):
        own, factor = share(batch, self.accelerator.process_index, self.accelerator.num_processes)
        loss, outputs = super()._loss(own)
        return loss * factor, outputs

    def _backward(self, loss):
        self.accelerator.backward(loss)

    def _clip_gradients(self):
        if self.step_.clip_grad_norm is not None:
            self.accelerator.clip_grad_norm_(self.module_.parameters(), self.step_.clip_grad_norm)

    def _over_processes(self, loss):
        """Return the mean over processes, so that all of them decide alike when to stop."""
        return self.accelerator.reduce(loss, "mean")


def accelerated(accelerator):
    """Return skorch's parameters for a net with a copy of the user's accelerator, which collects objects.

    The accelerator chooses the device, and would also print a log, which nobody asked for.
    """
    accelerator = copy.copy(accelerator)
    accelerator.free_memory()  # otherwise the copy would continue to write into the original's lists
    return {
        "accelerator": accelerator,
        "device": None,
        "callbacks__print_log": PrintLog(),
        "callbacks__print_log__sink": _nowhere,
    }


def _nowhere(text):
    """Discard a line of a log."""


def share(batch, process, n_processes):
    """Return the part of a batch for one process, and the factor for its mean loss.

    Parameters
    ----------
    batch : (windows, (targets, weights))
        A batch of n clips.
    process, n_processes : int

    Returns
    -------
    batch : (windows, (targets, weights))
        Every ``n_processes``-th clip; a process for which none is left gets one that does not count.
    factor : float
        With this factor, the mean over processes of the means over their clips is the mean over all clips.
    """
    x, (targets, weights) = batch
    n = len(targets)
    rows = slice(process, None, n_processes) if process < n else slice(1)
    windows = {name: value[rows] for name, value in x.items()} if isinstance(x, dict) else x[rows]
    own = windows, (targets[rows], None if weights is None else weights[rows])
    return own, n_processes * len(range(process, n, n_processes)) / n


def _check_settings(net, examples):
    """Raise for settings that do not work with an accelerator."""
    accelerator = net.accelerator
    if isinstance(net.optimizer_, torch.optim.LBFGS):
        raise ValueError("optimizer='lbfgs' does not work with accelerate. Use another optimizer.")
    if net.step_.forward is not None:
        raise ValueError("compile=True and an accelerator in net_params do not go together. Drop one.")
    if accelerator.gradient_accumulation_steps != 1:
        raise ValueError(
            f"gradient_accumulation_steps={accelerator.gradient_accumulation_steps} of the accelerator must "
            "be 1 here: batch_size is the number of clips per step, over all processes."
        )
    if torch.empty(0, device=accelerator.device).device != examples.targets.device:
        raise ValueError(
            f"The accelerator is on {accelerator.device}, but the network on {examples.targets.device}. Set "
            f"device={str(accelerator.device)!r}."
        )


def _check_alike(net, examples):
    """Raise if the processes would draw different batches, and then wait for one another forever."""
    state = [*net.step_.generator.get_state().tolist(), len(examples), net.batch_size, net.max_epochs]
    states = net.accelerator.gather(torch.tensor([state], device=net.accelerator.device))
    if not (states == states[0]).all():
        raise ValueError(
            "The processes of this training differ in their clips, parameters or seed. Pass the same to "
            "each process, and an int as random_state."
        )


def _draw_apart(accelerator):
    """Let each process draw its own dropout: with one seed, all shares would get the same."""
    if accelerator.num_processes == 1:
        return
    seed = int(torch.randint(MAX_SEED, (accelerator.num_processes,))[accelerator.process_index])
    torch.default_generator.manual_seed(seed)
    if torch.device(accelerator.device).type == "cuda":
        torch.cuda.manual_seed(seed)
