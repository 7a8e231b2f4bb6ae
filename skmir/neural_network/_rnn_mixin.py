"""How the estimators of a recurrent network build it."""

from .._parameter_checks import check_choice, check_share
from ..modules import RNN
from ._parameters import check_sizes, is_module_class


class RNNMixin:
    """For estimators with ``cell``, ``hidden_layer_sizes``, ``bidirectional`` and ``dropout``."""

    _packed = True

    def _module_parameters(self):
        if not is_module_class(self.cell):
            check_choice("cell", self.cell, RNN.CELLS, also="a class of torch.nn.Module")
        check_share("dropout", self.dropout)
        return {
            **super()._module_parameters(),
            "cell": self.cell,
            "hidden_layer_sizes": check_sizes("hidden_layer_sizes", self.hidden_layer_sizes, at_least=1),
            "bidirectional": bool(self.bidirectional),
            "dropout": self.dropout,
        }

    def _make_module(self, **params):
        return RNN(**params)
