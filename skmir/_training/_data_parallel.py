"""One network trained by several processes, each with its share of every batch, through accelerate.

Each process holds all clips and draws the same batches, augmented alike, of which it takes every n-th clip.
The gradient that the processes average is then that of the whole batch, as one process computes it.
"""

import copy

import torch
from skorch.callbacks import PrintLog
from skorch.hf import AccelerateMixin

from .._random import MAX_SEED
from ._net import Net


class DataParallelNet(AccelerateMixin, Net):
    """A skorch net whose steps several processes take together.

    skorch's mixin hands the module and the optimiser to accelerate, which averages the gradients. It would
    let accelerate share out a DataLoader's batches as well, of which there is none here.

    Parameters
    ----------
    accelerator : accelerate.Accelerator
        Kept, and written to: a copy of the user's.
    """

    def initialize(self):
        """Build everything, but leave it as it is: it is accelerate's in training only."""
        return super(AccelerateMixin, self).initialize()

    def train(self, examples):
        """Train, and return the module and the optimiser to what they were."""
        _check_settings(self, examples)
        _check_alike(self, examples)
        self._initialize_accelerator()
        try:
            _draw_apart(self.accelerator)
            super().train(examples)
            if self.accelerator.num_processes > 1:  # batch normalisation has seen other clips in each
                for values in self.module_.buffers():
                    torch.distributed.broadcast(values, 0)
        finally:
            self._unwrap_accelerator()
            self.optimizer_ = getattr(self.optimizer_, "optimizer", self.optimizer_)
            self.accelerator.free_memory()

    def on_train_end(self, net, X=None, y=None, **kwargs):
        """Do nothing: skorch's mixin would unwrap the module before callbacks put the best weights back."""

    def train_step_single(self, batch, **fit_params):
        """Compute the loss of the whole batch and its gradient."""
        step = Net.train_step_single(self, batch, **fit_params)
        return {**step, "loss": self._over_processes(step["loss"])}

    def _initialize_accelerator(self):
        # Not the mixin's own: it hands over the loss as well, and torch refuses what has no weights.
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
        if self.step_.clip_grad_norm is not None:
            self.accelerator.clip_grad_norm_(self.module_.parameters(), self.step_.clip_grad_norm)

    def _over_processes(self, loss):
        """Return the mean, which decides alike in all processes when to stop."""
        return self.accelerator.reduce(loss, "mean")


def accelerated(accelerator):
    """Return skorch's parameters of a net with a copy of the user's accelerator, which gathers what it meets.

    The device is the accelerator's own matter, and so would a log on the screen be, which nobody asked for.
    """
    accelerator = copy.copy(accelerator)
    accelerator.free_memory()  # of the copy, which else would go on writing into the original's lists
    return {
        "accelerator": accelerator,
        "device": None,
        "callbacks__print_log": PrintLog(),
        "callbacks__print_log__sink": _nowhere,
    }


def _nowhere(text):
    """Take a line of a log."""


def share(batch, process, n_processes):
    """Return what one process takes of a batch, and the factor on its mean loss.

    Parameters
    ----------
    batch : (windows, (targets, weights))
        Of n clips.
    process, n_processes : int

    Returns
    -------
    batch : (windows, (targets, weights))
        Each ``n_processes``-th clip; a process for which none is left takes one that does not count.
    factor : float
        Makes the mean over processes of the mean over each one's clips that over all clips.
    """
    x, (targets, weights) = batch
    n = len(targets)
    rows = slice(process, None, n_processes) if process < n else slice(1)
    windows = {name: value[rows] for name, value in x.items()} if isinstance(x, dict) else x[rows]
    own = windows, (targets[rows], None if weights is None else weights[rows])
    return own, n_processes * len(range(process, n, n_processes)) / n


def _check_settings(net, examples):
    """Raise for what cannot be had together with an accelerator."""
    accelerator = net.accelerator
    if isinstance(net.optimizer_, torch.optim.LBFGS):
        raise ValueError("optimizer='lbfgs' tries several steps, which accelerate cannot. Take another.")
    if net.step_.forward is not None:
        raise ValueError("compile=True and an accelerator in net_params do not go together. Drop one.")
    if accelerator.gradient_accumulation_steps != 1:
        raise ValueError(
            f"gradient_accumulation_steps={accelerator.gradient_accumulation_steps} of the accelerator must "
            "be 1 here: batch_size says how many clips, over all processes, make a step."
        )
    if torch.empty(0, device=accelerator.device).device != examples.targets.device:
        raise ValueError(
            f"The accelerator is on {accelerator.device} and the network on {examples.targets.device}. Set "
            f"device={str(accelerator.device)!r}."
        )


def _check_alike(net, examples):
    """Raise where the processes are about to draw different batches, and would wait for one another."""
    state = [*net.step_.generator.get_state().tolist(), len(examples), net.batch_size, net.max_epochs]
    states = net.accelerator.gather(torch.tensor([state], device=net.accelerator.device))
    if not (states == states[0]).all():
        raise ValueError(
            "The processes of this training differ in their clips, parameters or seed. Pass the same to "
            "each, and an int as random_state."
        )


def _draw_apart(accelerator):
    """Let each process draw its own dropout: with one seed, the first clips of all shares would have one."""
    if accelerator.num_processes == 1:
        return
    seed = int(torch.randint(MAX_SEED, (accelerator.num_processes,))[accelerator.process_index])
    torch.default_generator.manual_seed(seed)
    if torch.device(accelerator.device).type == "cuda":
        torch.cuda.manual_seed(seed)
