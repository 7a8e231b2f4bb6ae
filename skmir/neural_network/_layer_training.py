"""Passes of stochastic gradient descent over rows, which can stop and go on bit for bit."""

import math
import numbers

import torch

from .._validation import check_number


class LayerTraining:
    """Stochastic gradient descent with momentum and weight decay, for one layer without labels.

    A subclass has ``_step(batch)``, which changes the weights and returns a batch's mean error. Parameters
    of the module whose name contains "weight" are decayed, and no others.

    Parameters
    ----------
    module : torch.nn.Module
        On the device that it is trained on.
    learning_rate : float
        Of weights and biases.
    momentum : tuple of (float, float, int)
        The first, the final, and the pass after which the final one holds.
    weight_decay : float
        On the weights.
    state : dict of str to ndarray or None, default=None
        What ``state`` returned, of training that is to go on.
    """

    def __init__(self, module, *, learning_rate, momentum, weight_decay, state=None):
        self.module, self.momentum = module, momentum
        named = dict(module.named_parameters())
        weights = [parameter for name, parameter in named.items() if "weight" in name]
        biases = [parameter for name, parameter in named.items() if "weight" not in name]
        self.optimizer = torch.optim.SGD(
            [{"params": weights, "weight_decay": weight_decay}, {"params": biases}],
            lr=learning_rate,
            momentum=momentum[0],
            fused=True,
        )
        for name, velocity in ({} if state is None else state).items():
            if name in named:
                velocity = torch.tensor(velocity, device=named[name].device)
                self.optimizer.state[named[name]]["momentum_buffer"] = velocity

    def run(self, batches, n_passes_before):
        """Make a pass, and return the mean error over rows.

        Parameters
        ----------
        batches : iterable of tensor
            Data.
        n_passes_before : int
            Passes so far: they decide the momentum.
        """
        first, final, change = self.momentum
        for group in self.optimizer.param_groups:
            group["momentum"] = first if n_passes_before < change else final
        total, n_rows = 0.0, 0
        for batch in batches:
            total = total + self._step(batch) * len(batch)
            n_rows += len(batch)
        return float(total) / n_rows

    def state(self):
        """Return velocities, and what else must be kept to go on, as plain arrays."""
        kept = self._kept()
        for name, parameter in self.module.named_parameters():
            kept[name] = self.optimizer.state[parameter].get("momentum_buffer")
        return {name: value.cpu().numpy().copy() for name, value in kept.items() if value is not None}

    def _kept(self):
        """Return further tensors of the state by name, or None for those that are not there."""
        return {}


def check_finite(error, module, where, estimator):
    """Raise where an error or a weight has grown beyond bounds.

    Parameters
    ----------
    error : float
        Of the last pass.
    module : torch.nn.Module
    where : str
        Names the pass.
    estimator : estimator
        With ``learning_rate``.

    Raises
    ------
    ValueError
        With the learning rate to try next.
    """
    if math.isfinite(error) and all(values.isfinite().all() for values in module.state_dict().values()):
        return
    rate = estimator.learning_rate
    raise ValueError(
        f"{type(estimator).__name__} diverged in {where} with learning_rate={rate}. Lower it: {rate / 10:g} "
        "is the next to try, and see that X is scaled (FrameScaler, StandardScaler, PCAWhitener)."
    )


def check_momentum(momentum):
    """Return (first, final, pass after which the final one holds), of a number or of the three."""
    three = (momentum, momentum, 0) if isinstance(momentum, numbers.Real) else tuple(momentum)
    if len(three) != 3:
        raise ValueError(
            f"momentum={momentum!r} must be a number, or three: the first, the final, and the pass after "
            "which the final one holds."
        )
    for value in three[:2]:
        check_number("momentum", value, low=0, high=1)
    check_number("momentum", three[2], kind=numbers.Integral, low=0)
    return three
