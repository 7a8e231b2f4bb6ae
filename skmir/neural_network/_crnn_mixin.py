"""How the estimators of the convolutional recurrent network build it."""

import numbers

from .._parameter_checks import check_number, check_share
from ..modules import CRNN
from ._cnn_mixin import widths_of
from ._parameters import check_sizes


class CRNNMixin:
    """For estimators with the parameters ``n_filters``, ``hidden_size``, ``n_parameters``, ``dropout``."""

    def _module_parameters(self):
        check_number("hidden_size", self.hidden_size, kind=numbers.Integral, low=1, none=True)
        check_share("dropout", self.dropout)
        params = super()._module_parameters()
        explicit = {"n_filters": self.n_filters, "hidden_size": self.hidden_size}
        widths = widths_of(CRNN, self.n_parameters, explicit, params)
        if self.n_filters is not None:
            widths["n_filters"] = check_sizes("n_filters", self.n_filters, at_least=1)
        if self.hidden_size is not None:
            widths["hidden_size"] = int(self.hidden_size)
        return {**params, **widths, "dropout": self.dropout}

    def _make_module(self, **params):
        return CRNN(**params)
