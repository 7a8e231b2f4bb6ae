"""The documentation says what there is: every public name, every option, and code that runs."""

import contextlib
import doctest
import inspect
import pathlib
import re
import sys
import types
import unittest

import librosa
import numpy as np
import pytest
from numpydoc.validate import validate
from sklearn.utils.estimator_checks import estimator_checks_generator

import skmir
from skmir.__main__ import main

ROOT = pathlib.Path(__file__).parents[1]

SUBPACKAGES = [name for name in skmir.__all__ if inspect.ismodule(getattr(skmir, name))]
PUBLIC = [f"skmir.{package}.{name}" for package in SUBPACKAGES for name in getattr(skmir, package).__all__]

# What numpydoc checks and this library does not ask for.
NOT_ASKED = {
    "ES01": "a summary line can say all",
    "EX01": "of methods; the class has the example",
    "PR07": "of parameters whose name, type and shape say all",
    "PR08": "a description may begin with a name in lower case, or with a value in quotes",
    "RT02": "results have names here",
    "RT03": "as PR07",
    "RT04": "as PR08",
    "SA01": "not everything has a relative",
    "SS05": "takes a plural noun for a verb",
}
WITHOUT_EXAMPLE = {
    "skmir.audio.stream": "for front ends",
    "skmir.audio.waveform": "for front ends",
    "skmir.model_selection.Comparison": "compare makes it, and has the example",
}


def public(name):
    """Return the object of a dotted name."""
    _, package, *rest = name.split(".")
    found = getattr(skmir, package)
    for part in rest:
        found = getattr(found, part)
    return found


def own_methods(name):
    """Return the dotted names of the public methods of a class that skmir itself defines."""
    members = inspect.getmembers(public(name), callable)
    return [
        f"{name}.{method}"
        for method, function in members
        if not method.startswith("_") and (function.__module__ or "").startswith("skmir")
    ]


CALLABLES = ["skmir.show_versions", *(name for name in PUBLIC if callable(public(name)))]
METHODS = [method for name in CALLABLES if inspect.isclass(public(name)) for method in own_methods(name)]


def test_the_lists_hold_what_they_should():
    assert {"skmir.audio.load", "skmir.modules.RBM", "skmir.neural_network.RBM"} <= set(CALLABLES)
    assert {"skmir.neural_network.CNNClassifier.fit", "skmir.feature_extraction.CQT.transform"} <= set(
        METHODS
    )
    assert not any(name.endswith(("get_params", "fit_transform", "set_fit_request")) for name in METHODS)


def names_in_api():
    """Return the dotted names that docs/api.rst lists: in tables, or at the start of a line."""
    package, names = None, set()
    for line in (ROOT / "docs" / "api.rst").read_text(encoding="utf-8").splitlines():
        if line.startswith(".. currentmodule:: "):
            package = line.split()[-1]
        elif found := re.match(r"   (\w+)$|``(\w+)``", line):
            names.add(f"{package}.{found[1] or found[2]}")
    return names


@pytest.mark.parametrize("name", ["skmir.show_versions", *PUBLIC])
def test_api_lists_every_public_name(name):
    assert name in names_in_api(), f"list {name} in docs/api.rst"


@pytest.mark.parametrize("name", [*CALLABLES, *METHODS])
def test_docstring_is_complete(name):
    errors = [error for error in validate(name)["errors"] if error[0] not in NOT_ASKED]
    assert errors == []


@pytest.mark.parametrize("name", [name for name in CALLABLES if name not in WITHOUT_EXAMPLE])
def test_docstring_has_an_example(name):
    assert doctest.DocTestFinder(recurse=False).find(public(name))[0].examples


def test_guide_lists_every_option_of_the_command(capsys):
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["compare", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    guide = (ROOT / "docs" / "user_guide" / "comparing.rst").read_text(encoding="utf-8")
    assert len(options) > 10
    assert options == set(re.findall(r"^   \* - ``(--[a-z-]+)", guide, re.MULTILINE))


def code_in_contributing():
    """Return path to code of the files that CONTRIBUTING.md shows."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n# skmir/(\S+)\.py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return {f"skmir.{path.replace('/', '.')}": code for path, code in blocks}


@pytest.fixture
def contributed(monkeypatch):
    """The classes of CONTRIBUTING.md, where they would be if its files were part of skmir."""
    classes = {}
    for name, code in code_in_contributing().items():
        module = types.ModuleType(name)
        module.__package__ = name.rpartition(".")[0]
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(code, name, "exec"), vars(module))
        found = {c.__name__: c for c in vars(module).values() if getattr(c, "__module__", None) == name}
        for class_name, found_class in found.items():
            monkeypatch.setattr(sys.modules[module.__package__], class_name, found_class, raising=False)
        classes |= found
    return classes


def test_contributing_shows_three_classes_whose_examples_run(contributed):
    assert set(contributed) == {"TimeConv", "TimeConvClassifier", "SpectralCentroid"}
    for shown in contributed.values():
        results = doctest.DocTestRunner().run(doctest.DocTestFinder(recurse=False).find(shown)[0])
        assert results.attempted and not results.failed


@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
def test_contributing_shows_estimators_that_pass_all_checks(contributed):
    left_out = {
        "check_sample_weight_equivalence_on_dense_data": "a repeated row meets other batches",
        "check_sample_weight_equivalence_on_sparse_data": "as on dense data",
        "check_class_weight_classifiers": "1000 epochs; tests/test_common.py runs it on another network",
    }
    for estimator in (contributed["SpectralCentroid"](), contributed["TimeConvClassifier"](8, max_iter=25)):
        checks = [check for _, check in estimator_checks_generator(estimator, legacy=True)]
        assert len(checks) > 40
        for check in checks:
            if check.func.__name__ not in left_out:
                with contextlib.suppress(unittest.SkipTest):  # by scikit-learn, of checks that do not apply
                    check(estimator)


def test_contributing_shows_a_front_end_equal_to_librosa(contributed, rng):
    y = rng.randn(22050)
    frames = contributed["SpectralCentroid"](n_fft=1000, hop_length=300).fit_transform(y[np.newaxis])[0]
    expected = librosa.feature.spectral_centroid(y=y, n_fft=1000, hop_length=300)
    np.testing.assert_allclose(frames, expected, rtol=1e-4)


def test_contributing_lists_the_commands_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    commands = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()) - {"help"}
    assert commands == set(re.findall(r"^\| `make ([\w-]+)` ", text, re.MULTILINE))
