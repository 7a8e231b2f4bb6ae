"""Training of a network whose outputs should equal templates."""

import numpy as np
import torch
from tqdm.auto import trange


def sum_to_one(rows, compression=None):
    """Return frames whose magnitudes have the sum 1; silence stays 0.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_bins)
    compression : float or None, default=None
        See :class:`LearnedChroma`.

    Returns
    -------
    rows : ndarray of shape (n_rows, n_bins)
    """
    if compression is not None:
        relative = rows / _not_zero(np.abs(rows).max(axis=1, keepdims=True))
        rows = np.copysign(np.log1p(compression * np.abs(relative)), relative)
    return rows / _not_zero(np.abs(rows).sum(axis=1, keepdims=True))


def _not_zero(sizes):
    return np.where(sizes < np.finfo(sizes.dtype).tiny, 1, sizes)


def train_towards(
    module, rows, targets, *, learning_rate, weight_decay, l1, max_iter, batch_size, generator, verbose
):
    """Train a module in place, and return the loss of each pass.

    The loss is the squared distance to the target, summed over outputs and averaged over rows. Adam steps
    along its gradient; after each step the weights of all layers, but not the biases, shrink.

    Parameters
    ----------
    module : ChromaNet
        Module on the device.
    rows : tensor of shape (n_rows, n_bins)
        Frames on the device.
    targets : tensor of shape (n_rows, n_outputs)
        Templates on the device.
    learning_rate : float
        Learning rate of Adam.
    weight_decay : float
        Each step multiplies the weights by ``1 - learning_rate * weight_decay``.
    l1 : float
        Each step moves the weights by ``learning_rate * l1`` towards 0, where they stop.
    max_iter : int
        Number of passes.
    batch_size : int
        Number of rows per batch.
    generator : torch.Generator
        Source of the order of the rows.
    verbose : bool
        Whether a progress bar is drawn on stderr.

    Returns
    -------
    losses : list of float
        Mean per pass of the losses of its batches, each computed before its step.
    """
    weights, biases = zip(*((layer.weight, layer.bias) for layer in module.layers()), strict=True)
    groups = [{"params": weights, "weight_decay": weight_decay}, {"params": biases}]
    optimizer = torch.optim.AdamW(groups, lr=learning_rate, weight_decay=0.0, fused=True)
    losses = []
    for _ in trange(max_iter, unit="pass", disable=not verbose, leave=False):
        total = torch.zeros((), device=rows.device)
        for batch in torch.randperm(len(rows), generator=generator).to(rows.device).split(batch_size):
            loss = (module(rows[batch]) - targets[batch]).square().sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if l1:
                _shrink(weights, learning_rate * l1)
            total += loss.detach() * len(batch)
        losses.append(float(total) / len(rows))
        if not (np.isfinite(losses[-1]) and all(w.isfinite().all() for w in module.parameters())):
            raise ValueError(
                f"LearnedChroma diverged in pass {len(losses)} with learning_rate={learning_rate}. Lower it "
                f"({learning_rate / 10:g} is the next to try)."
            )
    return losses


@torch.no_grad()
def _shrink(weights, step):
    for weight in weights:
        weight.copy_(torch.nn.functional.softshrink(weight, step))
