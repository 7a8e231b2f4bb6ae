"""How the estimators of a convolutional network build it."""

import inspect
import numbers

from .._parameter_checks import check_choice, check_number, check_share
from ..modules import K1C2, K2C1, K2C2, CompactCNN, PitchCNN, TemporalCNN, TimbreRhythmCNN, sized
from ._parameters import check_sizes, is_module_class

ARCHITECTURES = {
    "compact": CompactCNN,
    "k1c2": K1C2,
    "k2c1": K2C1,
    "k2c2": K2C2,
    "pitch": PitchCNN,
    "temporal": TemporalCNN,
    "timbre_rhythm": TimbreRhythmCNN,
}


class CNNMixin:
    """For estimators with the parameters ``architecture``, ``n_filters``, ``n_parameters``, ``dropout``."""

    def _module_parameters(self):
        cls = self.architecture
        if not is_module_class(cls):
            cls = check_choice("architecture", cls, ARCHITECTURES, also="a class of torch.nn.Module")
        check_share("dropout", self.dropout)
        params = super()._module_parameters()
        options = {"dropout": self.dropout} if _takes(cls, "dropout") else {}
        if self.n_filters is not None:
            options["n_filters"] = check_sizes("n_filters", self.n_filters, at_least=1)
            _check_taken(cls, "n_filters", self.n_filters, "None")
        own = inspect.signature(type(self)).parameters.get("dropout")  # a subclass may do without it
        default = 0.0 if own is None else own.default
        if self.dropout not in (0, default):  # without any, 0 is true, and the default nobody's wish
            _check_taken(cls, "dropout", self.dropout, default)
        widths = widths_of(cls, self.n_parameters, {"n_filters": self.n_filters}, params)
        return {"architecture": self.architecture, **params, **options, **widths}

    def _make_module(self, architecture, **params):
        return ARCHITECTURES.get(architecture, architecture)(**params)


def widths_of(cls, n_parameters, explicit, sizes):
    """Return the widths that give a network a number of parameters.

    Parameters
    ----------
    cls : nn.Module class
        With ``widths``, as :func:`skmir.modules.sized` needs it.
    n_parameters : int or None
        None gives no widths.
    explicit : dict
        The parameters that say widths themselves; all must be None.
    sizes : dict
        n_bins, n_frames and n_outputs.

    Returns
    -------
    widths : dict
        Arguments of the constructor.

    Raises
    ------
    ValueError
        Where widths are said twice, the class has no widths that could grow, or is larger already.
    """
    if n_parameters is None:
        return {}
    check_number("n_parameters", n_parameters, kind=numbers.Integral, low=1)
    given = [name for name, value in explicit.items() if value is not None]
    if given:
        raise ValueError(
            f"n_parameters={n_parameters} and {given[0]}={explicit[given[0]]!r} both say how wide the "
            "network is. Leave one at None."
        )
    if not hasattr(cls, "widths"):
        raise ValueError(
            f"n_parameters={n_parameters} needs to know which widths of {cls.__name__} may grow. Give it a "
            "static method widths(scale) that returns its width arguments as a dict, or leave n_parameters "
            "at None."
        )
    return sized(cls, n_parameters, **sizes)


def _takes(cls, name):
    """Return whether a class's constructor has an argument of a name."""
    return name in inspect.signature(cls).parameters


def _check_taken(cls, name, value, default):
    """Raise where a parameter was set that the network's constructor does not take."""
    if not _takes(cls, name):
        raise ValueError(
            f"{name}={value!r} has no effect: {cls.__name__} takes "
            f"{', '.join(inspect.signature(cls).parameters)}. Leave {name} at {default}, or give the "
            f"constructor of {cls.__name__} an argument {name}."
        )
