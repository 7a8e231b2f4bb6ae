"""Training of a Boltzmann machine: steps along the gradient that Gibbs chains estimate.

Hinton, "A practical guide to training restricted Boltzmann machines", 2010.
"""

import torch

from ._layer_training import LayerTraining

MEMORY = 0.9  # share of the past in the running mean that the sparsity target is held against


class ContrastiveDivergence(LayerTraining):
    """Contrastive divergence, with chains that may persist, and a sparsity target.

    Parameters
    ----------
    machine : torch.nn.Module
        With ``weight``, ``hidden_bias``, ``visible_bias`` and ``contrastive_divergence``.
    learning_rate, momentum, weight_decay, state
        As in :class:`LayerTraining`.
    sparsity_target, sparsity_cost : float or None, float
        The share of the data for which a hidden unit should be on, None for no such wish, and the weight
        of the distance to it in the step on the hidden biases.
    k : int
        Gibbs steps.
    persistent : bool
        Whether chains go on from batch to batch.
    sample : bool
        Whether visible units are sampled, in chains that do not.
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

        Persistent chains do not end near the data that they are held against: there it is the error of one
        mean step from the last batch, which takes a product of matrices in place of one a batch.
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
