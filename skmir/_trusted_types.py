"""The classes of this library that a saved model may hold, and that a loader of models has to trust."""

import importlib
import pkgutil

from sklearn.base import BaseEstimator
from torch import nn


def public_types():
    """Return the classes that a fitted pipeline may hold: public estimators, augmentations, networks.

    Returns
    -------
    types : list of type
    """
    package = importlib.import_module(__package__)
    names = [part.name for part in pkgutil.iter_modules(package.__path__) if not part.name.startswith("_")]
    modules = [importlib.import_module(f"{__package__}.{name}") for name in names]
    public = [getattr(module, name) for module in modules for name in module.__all__]
    return [item for item in public if isinstance(item, type) and issubclass(item, BaseEstimator | nn.Module)]


# None of them runs code from a file: attributes are set, and networks are rebuilt from sizes and loaded with
# arrays. Whether to trust anything else in a model (a user's own network, a callback) is up to its user.
trusted_types = sorted({f"{item.__module__}.{item.__name__}" for item in public_types()})
