"""The public classes of skmir."""

import inspect

from sklearn.base import BaseEstimator

import skmir


def public_estimators():
    """Return the public classes of all subpackages that are estimators."""
    modules = [getattr(skmir, name) for name in skmir.__all__ if inspect.ismodule(getattr(skmir, name))]
    classes = [getattr(module, name) for module in modules for name in module.__all__]
    # What has parameters and nothing to fit (a recipe, an augmentation) is a parameter of estimators.
    return {c for c in classes if inspect.isclass(c) and issubclass(c, BaseEstimator) and hasattr(c, "fit")}
