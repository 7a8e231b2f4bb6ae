"""How a deep belief network is built, and pretrained layer by layer."""

import numpy as np
import torch
from sklearn.base import clone
from torch import nn

from ..modules import MLP
from ._parameters import mlp_parameters
from ._rbm import RBM
from ._windows import Windows


class DBNMixin:
    """For estimators with the parameters ``hidden_layer_sizes``, ``pretraining`` and ``dropout``."""

    def _module_parameters(self):
        if not isinstance(self.pretraining, RBM) and self.pretraining not in ("rbm", None):
            raise ValueError(f"pretraining={self.pretraining!r} is not 'rbm', an RBM, or None.")
        return mlp_parameters(self, super()._module_parameters(), activation="sigmoid")

    def _make_module(self, **params):
        return MLP(**params)

    def _pretrain(self, module, frames, seed):
        """Greedily train a machine a layer, and give its weights to the network."""
        if self.pretraining is None:
            return
        windows = Windows(frames, self.n_frames_, "cpu")
        rows = windows.cut(*windows.covering()).flatten(1).numpy()
        layers = [layer for layer in module.hidden_layers if isinstance(layer, nn.Linear)]
        for depth, layer in enumerate(layers):
            machine = self._machine(depth, layer.out_features, seed)
            rows = machine.fit(rows).transform(rows)
            _copy(machine, layer)
        nn.init.zeros_(module.final_layer.weight)
        nn.init.zeros_(module.final_layer.bias)

    def _machine(self, depth, n_components, seed):
        """Return an untrained machine for a layer."""
        template = RBM(batch_size=self.batch_size) if self.pretraining == "rbm" else self.pretraining
        return clone(template).set_params(
            n_components=n_components,
            visible="bernoulli" if depth else "gaussian",
            learning_rate=template.learning_rate * (1 if depth else 0.1),
            device=self.device,
            random_state=seed + depth,
            verbose=self.verbose,
        )


def _copy(machine, layer):
    """Give a machine's weights to a layer, which sees rows that are not standardised."""
    weight = machine.components_ / machine.scale_
    bias = machine.intercept_hidden_ - weight @ machine.mean_
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.asarray(weight, dtype=np.float32)))
        layer.bias.copy_(torch.from_numpy(np.asarray(bias, dtype=np.float32)))
