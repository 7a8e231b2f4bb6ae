"""Passes of stochastic gradient descent over rows, which can stop and continue bit for bit."""

import math
import numbers

import torch

from ..._parameter_checks import check_number
from ...modules import DenoisingAutoencoderLayer


class LayerTraining:
    """Stochastic gradient descent with momentum and weight decay, for one layer without labels.

    A subclass has ``_step(batch)``, which changes the weights and returns a batch's mean error. Only
    parameters of the module whose name contains "weight" are decayed.

    Parameters
    ----------
    module : torch.nn.Module
        It must be on the device that it is trained on.
    learning_rate : float
        Learning rate of weights and biases.
    momentum : tuple of (float, float, int)
        First value, final value, and number of passes with the first.
    weight_decay : float
        Decay of the weights, not of the biases.
    state : dict of str to ndarray or None, default=None
        Result of ``state()``, to continue training.
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
            Number of passes so far, which decides the momentum.
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
        """Return the velocities, and whatever else training needs to continue, as plain arrays."""
        kept = self._kept()
        for name, parameter in self.module.named_parameters():
            kept[name] = self.optimizer.state[parameter].get("momentum_buffer")
        return {name: value.cpu().numpy().copy() for name, value in kept.items() if value is not None}

    def _kept(self):
        """Return further tensors of the state by name, or None for tensors that do not exist yet."""
        return {}


def check_finite(error, module, where, estimator):
    """Raise if an error or a weight is not finite.

    Parameters
    ----------
    error : float
        Error of the last pass.
    module : torch.nn.Module
    where : str
        Name of the pass, for the error.
    estimator : estimator
        It must have a ``learning_rate``.

    Raises
    ------
    ValueError
        If one is not finite; the message suggests a learning rate.
    """
    if math.isfinite(error) and all(values.isfinite().all() for values in module.state_dict().values()):
        return
    rate = estimator.learning_rate
    raise ValueError(
        f"{type(estimator).__name__} diverged in {where} with learning_rate={rate}. Lower it ({rate / 10:g} "
        "is the next to try), and make sure that X is scaled (FrameScaler, StandardScaler, PCAWhitener)."
    )


def check_momentum(momentum):
    """Return (first value, final value, number of passes with the first), given as one number or three."""
    three = (momentum, momentum, 0) if isinstance(momentum, numbers.Real) else tuple(momentum)
    if len(three) != 3:
        raise ValueError(
            f"momentum={momentum!r} must be one number, or three: its first value, its final value, and "
            "the number of passes with the first."
        )
    for value in three[:2]:
        check_number("momentum", value, low=0, high=1)
    check_number("momentum", three[2], kind=numbers.Integral, low=0)
    return three


class Denoising(LayerTraining):
    """Gradient descent on the loss between clean rows and rows decoded from corrupted ones.

    Parameters
    ----------
    module : skmir.modules.DenoisingAutoencoderLayer
        It must be on the device that it is trained on.
    corruption : {"masking", "gaussian", "salt_and_pepper"}
        Kind of corruption.
    level : float
        Amount of corruption.
    low, high : tensor of shape (n_visible,)
        The extreme values that "salt_and_pepper" uses.
    learning_rate, momentum, weight_decay, state
        As in :class:`LayerTraining`.
    """

    def __init__(
        self,
        module,
        *,
        corruption,
        level,
        low,
        high,
        learning_rate,
        momentum,
        weight_decay,
        state=None,
    ):
        super().__init__(
            module, learning_rate=learning_rate, momentum=momentum, weight_decay=weight_decay, state=state
        )
        self.corrupt = DenoisingAutoencoderLayer.CORRUPTIONS[corruption]
        self.level, self.low, self.high = level, low, high

    @torch.enable_grad()
    def _step(self, v):
        corrupted = self.corrupt(v, self.level, self.low, self.high)
        self.optimizer.zero_grad()
        loss = self.module.loss(corrupted, v)
        loss.backward()
        self.optimizer.step()
        return loss.detach()


MEMORY = 0.9  # share of the past in the running mean that is compared with the sparsity target


class ContrastiveDivergence(LayerTraining):
    """Contrastive divergence, with chains that may persist, and a sparsity target.

    Parameters
    ----------
    machine : torch.nn.Module
        It must have ``weight``, ``hidden_bias``, ``visible_bias`` and ``contrastive_divergence``.
    learning_rate, momentum, weight_decay, state
        As in :class:`LayerTraining`.
    sparsity_target, sparsity_cost : float or None, float
        The share of the data for which a hidden unit should be on, or None for no target, and the weight
        of the distance to it in the step on the hidden biases.
    k : int
        Number of Gibbs steps.
    persistent : bool
        Whether chains continue from batch to batch.
    sample : bool
        Whether visible units are sampled, in chains that are not persistent.
    """

    def __init__(
        self,
        machine,
        *,
        learning_rate,
        momentum,
        weight_decay,
        sparsity_target,
        sparsity_cost,
        k,
        persistent,
        sample,
        state=None,
    ):
        super().__init__(
            machine, learning_rate=learning_rate, momentum=momentum, weight_decay=weight_decay, state=state
        )
        self.sparsity_target, self.sparsity_cost = sparsity_target, sparsity_cost
        self.k, self.persistent, self.sample = k, persistent, sample
        state = {} if state is None else state
        self.chains, self.activity = (
            torch.tensor(state[name], device=machine.weight.device) if name in state else None
            for name in ("chains", "activity")
        )

    def run(self, batches, n_passes_before):
        """Make a pass, and return the mean squared error of the reconstruction.

        Persistent chains do not end near the data that they are compared with. For them, the error is that
        of one mean step from the last batch, which takes one matrix product instead of one per batch.
        """
        error = super().run(batches, n_passes_before)
        if not self.persistent:
            return error
        with torch.no_grad():
            reconstructed = self.module.mean_visibles(self.module(self.last))
            return float(torch.nn.functional.mse_loss(reconstructed, self.last))

    def _kept(self):
        return {"chains": self.chains, "activity": self.activity}

    def _step(self, v0):
        if self.persistent and self.chains is None:
            self.chains = v0
        chains = self.chains if self.persistent else None
        vk, h0 = self.module.contrastive_divergence(v0, self.k, chains=chains, sample=self.sample)
        if self.sparsity_target is not None:
            self._ask_for_sparsity(h0)
        self.optimizer.step()
        if not self.persistent:
            return torch.nn.functional.mse_loss(vk, v0)
        self.chains, self.last = vk, v0
        return 0.0

    def _ask_for_sparsity(self, h0):
        on = h0.mean(dim=0)
        self.activity = on if self.activity is None else torch.lerp(on, self.activity, MEMORY)
        self.module.hidden_bias.grad += self.sparsity_cost * (self.activity - self.sparsity_target)
