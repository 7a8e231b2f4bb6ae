"""A user's own module class as a parameter, together with the arguments of its constructor."""

import functools
import inspect

import numpy as np
from torch import nn

from .._declared_parameters import DeclaredParameters
from .._parameter_checks import check_choice
from ._parameters import is_module_class

PREFIX = "module__"


class OwnModuleMixin(DeclaredParameters):
    """For networks with a parameter, named by ``_OWN_MODULE``, that may be a class of ``torch.nn.Module``.

    Arguments of that class's constructor are parameters of the network too, as in skorch: ``module__depth=3``
    in ``__init__``, ``set_params`` or a search gives the constructor ``depth=3``. They are checked in
    ``fit``, since the class, which decides which arguments exist, may be set after them.
    """

    _OWN_MODULE = "architecture"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "__dataclass_fields__" in vars(cls):  # otherwise the class has written, or inherits, an __init__
            cls.__init__ = _with_module_parameters(cls.__init__)

    def get_params(self, deep=True):
        """Return the parameters, including those of the module.

        Parameters
        ----------
        deep : bool, default=True
            Whether the parameters of nested estimators are returned as well.

        Returns
        -------
        params : dict of str to object
        """
        own = {name: value for name, value in vars(self).items() if name.startswith(PREFIX)}
        return {**super().get_params(deep), **own}

    def set_params(self, **params):
        """Set parameters, including those of the module.

        Parameters
        ----------
        **params : object
            Values by name; ``module__depth`` sets the argument ``depth`` of your own module class.

        Returns
        -------
        self : object
            The network itself.
        """
        own = {name: value for name, value in params.items() if name.startswith(PREFIX)}
        super().set_params(**{name: value for name, value in params.items() if name not in own})
        vars(self).update(own)
        return self

    def _check_module(self, known, given_by_network):
        """Check the module that a user chose, and the arguments that are passed on to its constructor.

        Parameters
        ----------
        known : dict of str to class
            Modules by name.
        given_by_network : dict of str to str
            Arguments of the constructor that the network gives, mapped to how a user can set each.

        Returns
        -------
        module_class : type
        own : dict of str to object
            Further arguments of its constructor.

        Raises
        ------
        TypeError
            If the parameter is an instance of a module, or a ``functools.partial``.
        ValueError
            If the name is not known, if the constructor does not take an argument, or if it needs another.
        """
        name, chosen = self._OWN_MODULE, getattr(self, self._OWN_MODULE)
        if isinstance(chosen, nn.Module | functools.partial):
            raise TypeError(_pass_the_class(self, chosen, given_by_network))
        own = {key: value for key, value in vars(self).items() if key.startswith(PREFIX)}
        if is_module_class(chosen):
            own = {key.removeprefix(PREFIX): _plain(value) for key, value in own.items()}
            _check_arguments(name, chosen, own, given_by_network)
            return chosen, own
        cls = check_choice(name, chosen, known, also="a class of torch.nn.Module")
        for key, value in own.items():
            raise ValueError(
                f"{key}={value!r} needs a class passed as {name}, got the name {name}={chosen!r}. Leave "
                f"{key} out, or pass a class. {_choices(cls, given_by_network)}"
            )
        return cls, own


def _with_module_parameters(init):
    """Return an ``__init__`` that also takes arguments such as ``module__depth=3``, and only assigns them.

    Its signature stays as it is: scikit-learn takes each name in a signature for one parameter.
    """

    @functools.wraps(init)  # with its ``__signature__``
    def init_with_module_parameters(self, *args, **params):
        own = {name: params.pop(name) for name in list(params) if name.startswith(PREFIX)}
        init(self, *args, **params)
        vars(self).update(own)

    return init_with_module_parameters


def _plain(value):
    """Return numpy's numbers, which searches give, as Python's: torch does not take them everywhere."""
    return value.item() if isinstance(value, np.generic) else value


def _check_arguments(name, cls, own, given_by_network):
    """Raise unless a constructor takes the arguments, and gets all arguments that it needs."""
    parameters = inspect.signature(cls).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    for argument, value in own.items():
        if argument in given_by_network:
            raise ValueError(f"{PREFIX}{argument}={value!r} has no effect: {given_by_network[argument]}.")
        if argument not in parameters and not takes_any:
            raise ValueError(
                f"{PREFIX}{argument}={value!r} is not an argument of {cls.__name__}, which is passed as "
                f"{name}. {_choices(cls, given_by_network)}"
            )
    for argument in _arguments(cls, given_by_network):
        if parameters[argument].default is inspect.Parameter.empty and argument not in own:
            raise ValueError(
                f"{cls.__name__}, which is passed as {name}, needs {argument}. Pass {PREFIX}{argument}=... "
                "to the network, or give the argument a default."
            )


def _arguments(cls, given_by_network):
    """Return the names of the arguments of a constructor that a user can set."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(cls).parameters.values()
    return [p.name for p in parameters if p.kind in named and p.name not in given_by_network]


def _choices(cls, given_by_network):
    """Return a sentence that lists the arguments that may be passed on to a class."""
    names = [PREFIX + name for name in _arguments(cls, given_by_network)]
    return f"{cls.__name__} takes {', '.join(names) or 'no such arguments'}."


def _pass_the_class(network, chosen, given_by_network):
    """Return the error text for a module, or a partial, that is passed in place of its class."""
    if isinstance(chosen, functools.partial):
        cls, got = chosen.func, "a functools.partial"
        arguments = {name: repr(value) for name, value in chosen.keywords.items()}
    else:
        cls, got = type(chosen), f"an instance of {type(chosen).__name__}"
        arguments = dict.fromkeys(_arguments(cls, given_by_network), "...")
    name, own = network._OWN_MODULE, getattr(cls, "__name__", "Own")
    beside = "".join(f", {PREFIX}{argument}={value}" for argument, value in arguments.items())
    return (
        f"{name} must be a name or a class of torch.nn.Module, got {got}. Pass the class, and arguments of "
        f"its constructor beside it: {type(network).__name__}({name}={own}{beside})."
    )
