"""The one training loop: a module, examples and a loss in, a trained skorch net out.

It knows nothing of labels or of scikit-learn. AdamW follows a learning rate that warms up over the
first quarter and falls to zero with a cosine; under early stopping, whose end is not known before,
the rate is constant.
"""

import copy
import math

import torch
from skorch import NeuralNet
from skorch.callbacks import EarlyStopping, LRScheduler
from skorch.helper import predefined_split
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from ._batches import CoveringBatches, RandomBatches, n_batches
from ._progress import EpochBar

WARM_UP = 0.25


class WeightedLoss(nn.Module):
    """The mean of a loss that gives one value an example, each times its weight."""

    def __init__(self, loss):
        super().__init__()
        self.loss = loss

    def forward(self, outputs, targets_and_weights):
        """Return a scalar, for outputs (B, n_outputs), targets (B, ...) and weights (B,)."""
        targets, weights = targets_and_weights
        return (self.loss(outputs, targets) * weights).mean()


def make_net(
    module, loss, *, learning_rate, weight_decay, max_iter, batch_size, device, callbacks, net_params
):
    """Return an untrained skorch net with this library's iterators and optimiser.

    Parameters
    ----------
    module : torch.nn.Module
    loss : torch.nn.Module
        Takes outputs and targets, gives one value an example.
    learning_rate, weight_decay : float
        Of AdamW.
    max_iter : int
        Epochs.
    batch_size : int
        Clips a batch.
    device : torch.device
    callbacks : list of (str, skorch callback)
    net_params : dict or None
        Anything else that ``skorch.NeuralNet`` takes; it wins over what stands here, but its callbacks
        come on top, as copies: skorch writes into callbacks.

    Returns
    -------
    net : skorch.NeuralNet
    """
    params = {
        "criterion": WeightedLoss(loss),
        "optimizer": torch.optim.AdamW,
        "optimizer__weight_decay": weight_decay,
        "lr": learning_rate,
        "max_epochs": max_iter,
        "batch_size": batch_size,
        "iterator_train": RandomBatches,
        "iterator_valid": CoveringBatches,
        "train_split": None,
        "callbacks__print_log": None,
        "verbose": 0,
        "device": str(device),
    }
    extra = dict(net_params or {})
    callbacks = [*callbacks, *copy.deepcopy(extra.pop("callbacks", None) or [])]
    return NeuralNet(module, **{**params, **extra}, callbacks=callbacks)


def train(net, examples, valid=None, *, generator):
    """Train a net in place.

    Parameters
    ----------
    net : skorch.NeuralNet
    examples : Examples
        To train on.
    valid : Examples or None
        To validate on.
    generator : torch.Generator
        Of the batches.

    Returns
    -------
    net : skorch.NeuralNet
        Its module is back on the CPU: device memory is free for the next fit.

    Raises
    ------
    ValueError
        Where the weights have grown beyond bounds.
    """
    net.set_params(
        iterator_train__generator=generator,
        train_split=None if valid is None else predefined_split(valid),
    )
    net.fit(examples, None)
    net.module_.eval().to("cpu")
    if not all(weights.isfinite().all() for weights in net.module_.state_dict().values()):
        raise ValueError(
            f"The network diverged: its weights are not finite after {len(net.history)} epochs at "
            f"learning_rate_init={net.lr:g}. Lower it ({net.lr / 10:g} is the next to try), and see that the "
            "input is standardised (FrameScaler, StandardScaler)."
        )
    return net


def callbacks_for(*, n_examples, batch_size, max_iter, patience=None, verbose=0):
    """Return the callbacks of a fit: the schedule or early stopping, and the bar.

    Parameters
    ----------
    n_examples, batch_size, max_iter : int
        They say how many steps the schedule has.
    patience : int or None, default=None
        Epochs without a lower validation loss after which training stops, and the best epoch's
        weights come back; None trains for ``max_iter`` epochs.
    verbose : int, default=0
        1 draws a bar of epochs on stderr.

    Returns
    -------
    callbacks : list of (str, skorch callback)
    """
    callbacks = []
    if patience is None:
        shape = one_cycle(max_iter * n_batches(n_examples, batch_size))
        schedule = LRScheduler(policy=LambdaLR, lr_lambda=shape, step_every="batch")
        callbacks.append(("schedule", schedule))
    else:
        stopping = EarlyStopping(monitor="valid_loss", patience=patience, threshold=0, load_best=True)
        callbacks.append(("early_stopping", stopping))
    if verbose:
        callbacks.append(("bar", EpochBar()))
    return callbacks


def one_cycle(n_steps):
    """Return the factor on the learning rate at a step: up in a line, down with a cosine."""
    warm_up = max(round(WARM_UP * n_steps), 1)

    def factor(step):
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(n_steps - warm_up, 1)))

    return factor
