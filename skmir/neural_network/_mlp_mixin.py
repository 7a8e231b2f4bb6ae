"""How the estimators of a multi-layer perceptron build it."""

from .._parameter_checks import check_choice
from ..modules import MLP
from ._parameters import is_module_class, mlp_parameters


class MLPMixin:
    """For estimators with the parameters ``hidden_layer_sizes``, ``activation`` and ``dropout``."""

    def _module_parameters(self):
        if not is_module_class(self.activation):
            check_choice("activation", self.activation, MLP.ACTIVATIONS, also="a class of torch.nn.Module")
        return mlp_parameters(self, super()._module_parameters(), activation=self.activation)

    def _make_module(self, **params):
        return MLP(**params)
