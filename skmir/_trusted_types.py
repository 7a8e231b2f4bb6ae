"""The public names of this library: the types that a saved model may hold, and the paths that files name."""

import functools
import importlib
import pkgutil
import types

from sklearn.base import BaseEstimator
from torch import nn

# What OneVsRestClassifier has for a tag that no training clip has, or each of them: a constant.
_CONSTANT = "sklearn.multiclass._ConstantPredictor"
_OF_LAYERS = ("torch.nn.modules.", f"{__package__}.modules.", f"{__package__}.neural_network.")


def public_types():
    """Return the classes that a fitted pipeline may hold: public estimators, augmentations, networks.

    Returns
    -------
    types : list of type
    """
    return [item for _, _, item in _public_objects() if _may_be_held(item)]


def _may_be_held(item):
    return isinstance(item, type) and issubclass(item, BaseEstimator | nn.Module)


@functools.cache
def public_paths():
    """Return the subpackage and the name by which each public class and function is imported.

    The subpackage that holds the class's own file comes before others that offer the class as well.

    Returns
    -------
    paths : dict of (str, str) to (str, str)
        ``("skmir.neural_network._cnn", "CNNClassifier")`` to ``("skmir.neural_network", "CNNClassifier")``.
    """
    paths = {}
    for package, name, item in _public_objects():
        if isinstance(item, type | types.FunctionType) and item.__module__.startswith(f"{__package__}."):
            private = item.__module__, item.__name__
            if private not in paths or item.__module__.startswith(f"{package}."):
                paths[private] = package, name
    return paths


def _public_objects():
    """Yield each public object, with the subpackage that offers it and its name there."""
    package = importlib.import_module(__package__)
    for part in pkgutil.iter_modules(package.__path__):
        # No model holds a base class itself, and what is made from one is its author's: base is left out.
        if not part.name.startswith("_") and part.name != "base":
            module = importlib.import_module(f"{__package__}.{part.name}")
            for name in module.__all__:
                yield module.__name__, name, getattr(module, name)


def _layers():
    """Return torch's own layers, and those that the networks of this library are made of."""
    importlib.import_module(f"{__package__}.neural_network")
    found, waiting = {}, [nn.Module]
    while waiting:
        for layer in waiting.pop().__subclasses__():
            if layer.__module__.startswith(_OF_LAYERS):
                found[layer] = None
            waiting.append(layer)
    return list(found)


# None of them runs code from a file: attributes are set, and networks are rebuilt from sizes, or from their
# attributes and layers, and loaded with arrays. Whether to trust anything else in a model (a user's own
# network, a callback) is up to its user. Files by skmir.save name public paths; files by skops.io.dump name
# those of private files.
trusted_types = sorted(
    {
        f"{module}.{name}"
        for package, public_name, item in _public_objects()
        if _may_be_held(item)
        for module, name in [(package, public_name), (item.__module__, item.__name__)]
    }
    | {f"{layer.__module__}.{layer.__qualname__}" for layer in _layers()}
    | {_CONSTANT}
)
