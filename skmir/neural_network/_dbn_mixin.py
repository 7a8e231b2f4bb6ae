"""How a deep belief network is built, and pretrained layer by layer."""

import numpy as np
import torch
from sklearn.base import clone
from torch import nn

from .._parameter_checks import check_choice
from .._training import Windows
from ..modules import MLP
from ._parameters import mlp_parameters
from ._unsupervised import DeepBeliefNetwork, layer_of


class DBNMixin:
    """For estimators with ``hidden_layer_sizes``, ``pretraining``, ``activation`` and ``dropout``."""

    def _module_parameters(self):
        check_choice("activation", self.activation, MLP.ACTIVATIONS)
        if self.pretraining is not None:
            layer_of(self.pretraining)
            if self.activation == "maxout":
                raise ValueError(
                    "activation='maxout' takes the largest of several units, which no layer without labels "
                    "learns. Use pretraining=None, or another activation."
                )
        return mlp_parameters(self, super()._module_parameters(), activation=self.activation)

    def _make_module(self, **params):
        return MLP(**params)

    def _pretrain(self, module, frames, rows, seed, unlabelled):
        """Train a stack on the windows of all clips, and give its weights to the network."""
        if self.pretraining is None:
            return
        parts = [Windows(frames, self.n_frames_, "cpu", rows=rows)]
        if unlabelled is not None:
            parts.append(Windows(unlabelled, self.n_frames_, "cpu"))
        rows = [part.cut(*part.covering()).flatten(1).numpy() for part in parts]
        rows = np.concatenate(rows) if len(rows) > 1 else rows[0]
        del parts
        layers = [layer for layer in module.hidden_layers if isinstance(layer, nn.Linear)]
        stack = DeepBeliefNetwork(
            [layer.out_features for layer in layers],
            pretraining=self._layer(),
            device=self.device,
            random_state=seed,
            verbose=self.verbose,
        )
        for machine, layer in zip(stack.fit(rows).estimators_, layers, strict=True):
            _copy(machine, layer)
        nn.init.zeros_(module.final_layer.weight)
        nn.init.zeros_(module.final_layer.bias)

    def _layer(self):
        """Return the untrained layer, with what this network decides for it."""
        layer = clone(layer_of(self.pretraining))
        if isinstance(self.pretraining, str):
            layer.set_params(batch_size=int(self.batch_size))
        return layer.set_params(activation=self.activation) if hasattr(layer, "activation") else layer


def _copy(machine, layer):
    """Give a machine's weights to a layer, which sees rows that are not standardised."""
    weight = machine.components_ / machine.scale_
    bias = machine.intercept_hidden_ - weight @ machine.mean_
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.asarray(weight, dtype=np.float32)))
        layer.bias.copy_(torch.from_numpy(np.asarray(bias, dtype=np.float32)))
