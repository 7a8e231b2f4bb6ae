"""The documentation says what there is: every public name, every option, and code that runs."""

import ast
import contextlib
import doctest
import importlib
import inspect
import pathlib
import re
import shlex
import sys
import unittest

import librosa
import numpy as np
import pytest
from numpydoc.validate import validate
from sklearn.utils.estimator_checks import check_estimator, estimator_checks_generator

import skmir
from skmir.__main__ import _parser, main
from skmir._commands import COMMANDS

ROOT = pathlib.Path(__file__).parents[1]

SUBPACKAGES = [name for name in skmir.__all__ if inspect.ismodule(getattr(skmir, name))]
ROOT_FUNCTIONS = ["skmir.load", "skmir.load_card", "skmir.save", "skmir.show_versions"]
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
    "skmir.model_selection.DatasetCheck": "check_dataset makes it, and has the example",
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


CALLABLES = [*ROOT_FUNCTIONS, *(name for name in PUBLIC if callable(public(name)))]
METHODS = [method for name in CALLABLES if inspect.isclass(public(name)) for method in own_methods(name)]


def test_the_lists_hold_what_they_should():
    assert {"skmir.audio.load", "skmir.modules.RBMLayer", "skmir.neural_network.RBM"} <= set(CALLABLES)
    assert {"skmir.neural_network.CNNClassifier.fit", "skmir.feature_extraction.CQT.transform"} <= set(
        METHODS
    )
    assert not any(name.endswith("set_fit_request") for name in METHODS)
    assert "skmir.preprocessing.FramePooler.fit_transform" not in METHODS  # but of scikit-learn
    with_parameters_of_a_module = {
        f"skmir.neural_network.{network}{kind}.{method}"
        for network in ("CNN", "CNNSequence", "MLP", "RNN", "RNNSequence")
        for kind in ("Classifier", "Regressor")
        for method in ("get_params", "set_params")
    }
    with_parameters_of_a_module |= {
        f"skmir.neural_network.SiameseEmbedding.{method}" for method in ("get_params", "set_params")
    }
    assert {name for name in METHODS if name.endswith("t_params")} == with_parameters_of_a_module


def names_in_api():
    """Return the dotted names that docs/api.rst lists: in tables, or at the start of a line."""
    package, names = None, set()
    for line in (ROOT / "docs" / "api.rst").read_text(encoding="utf-8").splitlines():
        if line.startswith(".. currentmodule:: "):
            package = line.split()[-1]
        elif found := re.match(r"   (\w+)$|``(\w+)``", line):
            names.add(f"{package}.{found[1] or found[2]}")
    return names


@pytest.mark.parametrize("name", [*ROOT_FUNCTIONS, *PUBLIC])
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
    """Return name to code of the modules that CONTRIBUTING.md shows, in their order."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^```python\n# (\w+)\.py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def code_in_guide():
    """Return the code of the guide's page on classes of one's own, without what it prints."""
    text = (ROOT / "docs" / "user_guide" / "extending.rst").read_text(encoding="utf-8")
    return [example.source for example in doctest.DocTestParser().get_examples(text)]


def imports_from_skmir(code):
    """Return pairs of module and name for everything that code, and examples in it, imports from skmir."""
    trees = [ast.parse(code)]
    texts = [node.value for node in ast.walk(trees[0]) if isinstance(node, ast.Constant)]
    for text in filter(lambda text: isinstance(text, str), texts):
        trees += [ast.parse(example.source) for example in doctest.DocTestParser().get_examples(text)]
    found = []
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            found += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [("." * node.level + (node.module or ""), alias.name) for alias in node.names]
    return [(module, name) for module, name in found if module.split(".")[0] in ("skmir", "")]


def is_public(module, name):
    """Return whether an import is one of ``from skmir import room`` or ``from skmir.room import name``."""
    if module == "skmir":
        return name in skmir.__all__
    package, _, room = module.partition(".")
    return package == "skmir" and room in skmir.__all__ and name in getattr(skmir, room).__all__


def load(modules, folder, monkeypatch):
    """Write modules into a folder that is no part of skmir, and return the classes that they define."""
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name, code in modules.items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
        monkeypatch.setitem(sys.modules, name, None)  # so that it is taken out again afterwards
        del sys.modules[name]
    importlib.invalidate_caches()
    classes = {}
    for name in modules:
        members = vars(importlib.import_module(name)).values()
        classes |= {c.__name__: c for c in members if getattr(c, "__module__", None) == name}
    return classes


@pytest.fixture
def contributed(tmp_path, monkeypatch):
    """The classes of CONTRIBUTING.md, in modules outside of skmir."""
    return load(code_in_contributing(), tmp_path, monkeypatch)


def test_contributing_shows_three_classes_whose_examples_run(contributed):
    assert set(contributed) == {"TimeConv", "TimeConvClassifier", "SpectralCentroid"}
    for shown in contributed.values():
        results = doctest.DocTestRunner().run(doctest.DocTestFinder(recurse=False).find(shown)[0])
        assert results.attempted and not results.failed


@pytest.mark.parametrize("place", ["CONTRIBUTING.md", "guide"])
def test_classes_of_ones_own_need_public_names_only(place):
    code = "".join(code_in_contributing().values() if place == "CONTRIBUTING.md" else code_in_guide())
    imported = imports_from_skmir(code)
    assert len([name for module, name in imported if module == "skmir.base"]) >= 5
    assert [pair for pair in imported if not is_public(*pair)] == []


def test_the_test_of_public_names_finds_what_it_should():
    code = """
import skmir._validation
from skmir.base import check_number
from skmir.feature_extraction._base import BaseFrontEnd
from .._validation import check_frames
from skmir import _random, base
from skmir.dsp import FEATURES
text = "    >>> from skmir._device import resolve_device"
"""
    assert [pair for pair in imports_from_skmir(code) if not is_public(*pair)] == [
        ("skmir._validation", None),
        ("skmir.feature_extraction._base", "BaseFrontEnd"),
        (".._validation", "check_frames"),
        ("skmir", "_random"),
        ("skmir.dsp", "FEATURES"),
        ("skmir._device", "resolve_device"),
    ]


@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
def test_the_guide_shows_classes_that_pass_all_checks(tmp_path, monkeypatch):
    parts = [part for part in code_in_guide() if part.startswith(("class ", "import ", "from "))]
    classes = load({"classes_of_the_guide": "".join(parts)}, tmp_path, monkeypatch)
    assert len(classes) == 8
    for name in ("OctaveEnergies", "MovingAverage", "MedianRemover"):
        check_estimator(classes[name](), on_skip=None)


def test_contributing_says_how_imports_change_inside_skmir():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    row = r"^\| `(from skmir\S* import .*?)` \| `(from \..*?)`(?:, in `(\w+)`)? \|$"
    outside, inside = {}, {}
    for one, other, room in re.findall(row, text, re.MULTILINE):
        exec(one, {}, outside)
        exec(other, {"__package__": f"skmir.{room or 'modules'}"}, inside)
    assert outside == inside
    assert set(skmir.base.__all__) - {"DeclaredParameters"} <= set(inside)


@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
def test_contributing_shows_estimators_that_pass_all_checks(contributed):
    left_out = {
        "check_sample_weight_equivalence_on_dense_data": "a repeated row meets other batches",
        "check_sample_weight_equivalence_on_sparse_data": "as on dense data",
        "check_class_weight_classifiers": "1000 epochs; tests/test_common.py runs it on another network",
    }
    short, long = (contributed["TimeConvClassifier"](8, max_iter=n_epochs) for n_epochs in (2, 25))
    for estimator in (contributed["SpectralCentroid"](), short):
        checks = [check for _, check in estimator_checks_generator(estimator, legacy=True)]
        assert len(checks) > 40
        for check in checks:
            name = check.func.__name__
            if name not in left_out:
                with contextlib.suppress(unittest.SkipTest):  # by scikit-learn, of checks that do not apply
                    check(long if name == "check_classifiers_train" else estimator)


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


def test_contributing_lists_the_floors_and_describes_every_room():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = {
        name: int(floor)
        for floor, names in re.findall(r"^\| (-?\d) \| (.*) \|$", text, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", names)
    }
    tree = ast.parse((ROOT / "tests" / "test_imports.py").read_text(encoding="utf-8"))
    assigned = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}
    package = ROOT / "skmir"
    there = {path.name.removesuffix(".py") for path in package.iterdir()}
    floors = ast.literal_eval(assigned["FLOORS"]).items()
    assert listed == {name: floor for name, floor in floors if name in there}
    rooms = {path.parent.name for path in package.glob("*/__init__.py")} | {"base"}
    assert rooms == set(re.findall(r"^\*\*`(\w+)`\*\*", text, re.MULTILINE))
    wings = {path.parent.name for path in package.glob("*/*/__init__.py")}
    assert wings == set(re.findall(r"`(_\w+)/`", text))


def shown_commands():
    """Every line of the README and the guide that calls the command, continued lines joined."""
    names = "|".join(command.__name__.rpartition("_")[2] for command in COMMANDS)
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.rst"))]:
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(rf"^ *\$? ?(skmir (?:{names}) .*)$", text, re.MULTILINE):
            yield path.name, line


def test_commands_that_are_shown_exist():
    found = list(shown_commands())
    assert len({line.split()[1] for _, line in found}) == len(COMMANDS)
    for name, line in found:
        arguments = shlex.split(line, comments=True)[1:]
        try:
            _parser().parse_args(arguments)
        except SystemExit:
            pytest.fail(f"{name}: {line}")


def test_contributing_says_how_every_table_is_made():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `docs/tables/(\w+)\.csv`.* \| `python (.*)` \|$", text, re.MULTILINE)
    assert {table for table, _ in rows} == {path.stem for path in (ROOT / "docs" / "tables").glob("*.csv")}
    for table, command in rows:
        part = table.partition("_")[2]  # scripts of several parts are given the folder
        of_part = rf"--parts (?:\w+ )*{part}(?: .*)? --csv docs/tables"
        assert command.endswith(f" --csv docs/tables/{table}.csv") or re.search(of_part + "$", command)
    scripts = set(re.findall(r"python (benchmarks/\w+\.py)", text))
    runnable = [path for path in (ROOT / "benchmarks").glob("*.py") if "__main__" in path.read_text("utf-8")]
    assert scripts == {path.relative_to(ROOT).as_posix() for path in runnable}


def messages_of(path):
    """Return the texts of a module, with "..." for each value: constants and f-strings, whole."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "..." for part in node.values]
            yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_troubleshooting_quotes_messages_that_exist():
    page = (ROOT / "docs" / "user_guide" / "troubleshooting.rst").read_text(encoding="utf-8")
    quoted = re.findall(r"^\.\. code-block:: text\n   :class: wrapped\n\n((?:   .*\n)+)", page, re.MULTILINE)
    assert len(quoted) > 20
    texts = [text for path in (ROOT / "skmir").rglob("*.py") for text in messages_of(path)]
    code = "\n".join(texts)
    unknown = [part for text in quoted for part in fragments(text) if part not in code]
    assert unknown == []
    assert fragments("... is a made-up message ...")[0] not in code


def fragments(text):
    """Return what stands between the dots of a quoted message."""
    return [part.strip() for part in " ".join(text.split()).split("...") if part.strip(" .,;:)")]


def test_every_example_stands_once_among_the_tasks():
    page = (ROOT / "docs" / "examples.rst").read_text(encoding="utf-8")
    listed = re.findall(r"^   \.\./examples/(\w+)\.py$", page, re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in (ROOT / "examples").glob("plot_*.py"))
