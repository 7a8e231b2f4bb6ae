"""The public names of this library: the types that a saved model may hold, and the paths that files name."""

import functools
import importlib
import pkgutil
import types

from sklearn.base import BaseEstimator
from torch import nn

# What scikit-learn keeps in fitted models: a constant in OneVsRestClassifier for a tag that no training clip
# has, or each of them, and a dict of the models that vote.
_OF_SCIKIT_LEARN = {"sklearn.multiclass._ConstantPredictor", "sklearn.utils._bunch.Bunch"}
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


def _public_objects(packages=None):
    """Yield each public object, with the subpackage that offers it and its name there."""
    for name in _packages() if packages is None else packages:
        module = importlib.import_module(f"{__package__}.{name}")
        for public_name in module.__all__:
            yield module.__name__, public_name, getattr(module, public_name)


def _packages():
    # No model holds a base class itself, and what is made from one is its author's: base is left out.
    parts = pkgutil.iter_modules(importlib.import_module(__package__).__path__)
    return [part.name for part in parts if not part.name.startswith("_") and part.name != "base"]


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


def trusted_among(names):
    """Return the trusted types that a file can refer to, without importing what it does not name.

    Parameters
    ----------
    names : iterable of str
        Dotted names in the file, which has not been checked.

    Returns
    -------
    trusted : list of str
        Those of :data:`trusted_types` that are in the subpackages of the names.
    """
    names = list(names)
    named = {name.split(".")[1] for name in names if name.startswith(f"{__package__}.")}
    packages = tuple(package for package in _packages() if package in named)
    return _names_of(packages, with_layers=any(name.startswith(_OF_LAYERS) for name in names))


# None of them runs code from a file: attributes are set, and networks are rebuilt from sizes, or from their
# attributes and layers, and loaded with arrays. Whether to trust anything else in a model (a user's own
# network, a callback) is up to its user. Files by skmir.save name public paths; files by skops.io.dump name
# those of private files.
@functools.cache
def _names_of(packages, with_layers):
    names = {
        f"{module}.{name}"
        for package, public_name, item in _public_objects(packages)
        if _may_be_held(item)
        for module, name in [(package, public_name), (item.__module__, item.__name__)]
    }
    layers = _layers() if with_layers else []
    return sorted(names | {f"{layer.__module__}.{layer.__qualname__}" for layer in layers} | _OF_SCIKIT_LEARN)


def __getattr__(name):
    """Return ``trusted_types``, for which all subpackages are imported."""
    if name == "trusted_types":
        return _names_of(tuple(_packages()), with_layers=True)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
