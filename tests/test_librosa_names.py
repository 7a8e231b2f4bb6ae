"""librosa is what tests and examples compare with, under names that all of its versions in use have.

The versions are 0.11.0 and 1.0.0. The last does not run on Python 3.11, so that no one environment
shows which names they share: ``helpers/librosa_names.txt`` lists these.
"""

import ast
import doctest
import importlib
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
SHARED = set((ROOT / "tests" / "helpers" / "librosa_names.txt").read_text(encoding="utf-8").split())
FILES = sorted(
    path
    for folder in ("skmir", "tests", "docs", "examples", "benchmarks")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".rst") and not {"auto_examples", "generated", "_build"} & set(path.parts)
)


def dotted(node):
    """Return the name that a chain of attributes spells, such as "librosa.feature.mfcc", or None."""
    if isinstance(node, ast.Attribute):
        start = dotted(node.value)
        return start and f"{start}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else None


def imported(tree):
    """Return what each name stands for that is imported from librosa, and all that is imported."""
    alias, names = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for a in (a for a in node.names if a.name.split(".")[0] == "librosa"):
                alias[a.asname or "librosa"] = a.name if a.asname else "librosa"
                names.add(a.name)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module.split(".")[0] == "librosa":
            for a in node.names:
                alias[a.asname or a.name] = f"{node.module}.{a.name}"
                names.add(f"{node.module}.{a.name}")
    return alias, names


def librosa_names(code):
    """Return the names of librosa that Python code uses.

    Examples
    --------
    >>> sorted(librosa_names("from librosa import feature as f; import librosa; f.mfcc(librosa.load(1))"))
    ['librosa', 'librosa.feature', 'librosa.feature.mfcc', 'librosa.load']
    """
    tree = ast.parse(code)
    alias, names = imported(tree)
    for node in ast.walk(tree):
        first, _, rest = (dotted(node) or "").partition(".")
        if rest and first in alias:
            names.add(f"{alias[first]}.{rest}")
    return names


def code_of(path):
    """Return a file's Python code: all of a module, the examples of a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    return "".join(example.source for example in doctest.DocTestParser().get_examples(text))


@pytest.fixture(scope="module")
def used():
    """A dict of the names in use to one file each that uses them."""
    used = {name: path for path in FILES for name in librosa_names(code_of(path))}
    return {name: path for name, path in used.items() if name != "librosa"}


def test_all_names_in_use_are_in_all_versions(used):
    assert "librosa.feature.mfcc" in used
    missing = [f"{name} in {path}" for name, path in used.items() if name not in SHARED]
    assert not missing, "not in every version of librosa that is in use: " + ", ".join(missing)


def test_the_list_is_true_of_the_version_installed(used):
    """As far as it is used: to load the rest of librosa would take half a minute."""
    for name in SHARED & set(used):
        module, _, attribute = name.rpartition(".")
        try:
            getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            pytest.fail(f"librosa has no {name}: {error}")


def test_a_name_that_is_gone_would_be_found():
    assert "librosa.get_fftlib" in librosa_names("import librosa\nlibrosa.get_fftlib().fft(x)")
    assert "librosa.get_fftlib" not in SHARED
    assert "librosa.beat.tempo" in librosa_names("from librosa import beat as b\nb.tempo(y=y)")


def test_skmir_itself_needs_no_librosa():
    """Nor numba: on a fresh machine, what it compiles took half a minute in each process."""
    for path in (path for path in FILES if path.is_relative_to(ROOT / "skmir")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        roots = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        roots |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not roots & {"librosa", "numba"}, path
