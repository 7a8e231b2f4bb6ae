"""The list of what a loader of models trusts holds the public classes, and nothing else."""

import importlib
import inspect
import pathlib

from torch import nn

import skmir
from skmir._trusted_types import trusted_types


def public_classes():
    """Every public class of every subpackage, found by the folders and not by what is under test."""
    folder = pathlib.Path(skmir.__file__).parent
    for name in sorted(path.parent.name for path in folder.glob("[!_]*/__init__.py")):
        module = importlib.import_module(f"skmir.{name}")
        yield from filter(inspect.isclass, (getattr(module, item) for item in module.__all__))


def test_the_trusted_types_are_the_public_ones_and_no_others():
    kinds = [kind for kind in public_classes() if issubclass(kind, nn.Module) or hasattr(kind, "get_params")]
    assert len(kinds) > 60
    assert trusted_types == sorted({f"{kind.__module__}.{kind.__name__}" for kind in kinds})
