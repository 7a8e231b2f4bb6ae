"""The list of what a loader of models trusts holds the public classes, and nothing else."""

import importlib
import inspect
import pathlib

from torch import nn

import skmir
from skmir._trusted_types import public_paths, trusted_among, trusted_types


def public_classes():
    """Every public class of every subpackage, found by the folders and not by what is under test."""
    folder = pathlib.Path(skmir.__file__).parent
    for name in sorted(path.parent.name for path in folder.glob("[!_]*/__init__.py")):
        module = importlib.import_module(f"skmir.{name}")
        yield from (
            (module, kind) for item in module.__all__ if inspect.isclass(kind := getattr(module, item))
        )


def test_the_trusted_types_are_the_public_ones_and_no_others():
    found = [
        (module, kind)
        for module, kind in public_classes()
        if issubclass(kind, nn.Module) or hasattr(kind, "get_params")
    ]
    assert len(found) > 60
    public = {f"{module.__name__}.{kind.__name__}" for module, kind in found}
    private = {f"{kind.__module__}.{kind.__name__}" for _, kind in found}  # as skops.io.dump names them
    # One predicts what it was told, the other is a dict: neither runs anything.
    of_scikit_learn = {"sklearn.multiclass._ConstantPredictor", "sklearn.utils._bunch.Bunch"}
    assert of_scikit_learn < set(trusted_types)
    others = set(trusted_types) - public - private
    assert trusted_types == sorted(public | private | others)
    assert "torch.nn.modules.linear.Linear" in others  # a module of one's own is made of torch's layers
    for name in others - of_scikit_learn:
        module, _, kind = name.rpartition(".")
        assert module.startswith(("torch.nn.modules.", "skmir.modules._", "skmir.neural_network._"))
        assert issubclass(attribute((module, kind)), nn.Module)


def test_a_file_is_trusted_with_the_types_of_the_subpackages_that_it_names():
    def of(*packages):
        beginnings = (
            "sklearn.",
            *(f"skmir.{package}." for package in packages),
        )  # and the constant
        return [name for name in trusted_types if name.startswith(beginnings)]

    assert trusted_among(["sklearn.svm._classes.SVC", "skmirror.A", "skmir._cache.A", "skmir.base.A"]) == of()
    assert trusted_among(["skmir.audio.A", "skmir.preprocessing._a.A"]) == of("audio", "preprocessing")
    with_layers = trusted_among(["torch.nn.modules.linear.Linear"])
    assert "torch.nn.modules.linear.Linear" in with_layers and set(with_layers) < set(trusted_types)


def test_public_paths_lead_to_the_classes_that_private_ones_lead_to():
    paths = public_paths()
    assert paths["skmir.neural_network._cnn", "CNNClassifier"] == ("skmir.neural_network", "CNNClassifier")
    assert len(paths) > 100
    for private, public in paths.items():
        assert not any(part.startswith("_") for part in public[0].split("."))
        assert attribute(public) is attribute(private)


def attribute(path):
    module, name = path
    return getattr(importlib.import_module(module), name)
