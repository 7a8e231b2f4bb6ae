"""What is imported when, and from which floor: DESIGN.md, sections 2 and 4."""

import ast
import pathlib
import subprocess
import sys

import pytest

import skmir

PACKAGE = pathlib.Path(skmir.__file__).parent

# The floor of each module or subpackage of skmir; a file imports from lower floors and its own folder only.
FLOORS = {
    "_version": -1,
    "_waveforms": -1,
    "_saving": 0,
    "_output": 0,
    "_extras": 0,
    "_fitting": 0,
    "_validation": 0,
    "_parameter_checks": -1,
    "_declared_parameters": -1,
    "_random": 0,
    "_device": 0,
    "_cache": 0,
    "_show_versions": 0,
    "_model_names": 0,
    "_options": 0,
    "audio": 1,
    "dsp": 1,
    "modules": 1,
    "datasets": 1,
    "metrics": 1,
    "augmentation": 2,
    "feature_extraction": 3,
    "preprocessing": 3,
    "compose": 3,
    "_training": 3,
    "neural_network": 4,
    "sequence": 5,
    "model_selection": 5,
    "inspection": 5,
    "_early_checks": 5,
    "_recordings": 5,
    "_trusted_types": 6,
    "__main__": 6,
}
FILES = sorted(PACKAGE.rglob("*.py"))


def loaded_by(statement, packages):
    """Which of the packages a fresh interpreter has loaded after a statement."""
    code = f"import sys; {statement}; sys.stdout.write(' '.join(p for p in {packages!r} if p in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_import_skmir_loads_nothing_heavy():
    heavy = ["torch", "librosa", "numba", "matplotlib", "pandas", "skorch", "sklearn", "scipy", "numpy"]
    assert loaded_by("import skmir", heavy) == []


def test_slow_and_optional_packages_wait_for_their_use():
    """One interpreter imports the three: what it has not loaded, none of them loads."""
    slow = ["librosa", "numba", "matplotlib", "mir_eval", "mirdata", "torchaudio", "skorch"]
    imports = "import skmir.audio, skmir.datasets, skmir.feature_extraction"
    seen = ["torch", "soundfile"]  # they are loaded: the test sees what is
    assert loaded_by(imports, [*slow, *seen]) == seen


def part_of(file):
    """The first name below skmir that a file belongs to: 'audio' for skmir/audio/_load.py."""
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_modules(file):
    """Pairs of line and dotted absolute name for each import of a file, at any depth of the code."""
    package = ["skmir", *file.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{origin}.{alias.name}"


def violations(file):
    """The imports of a file that its floor does not allow, as 'file:line imports name'."""
    part, found = part_of(file), []
    for line, name in imported_modules(file):
        root, _, rest = name.partition(".")
        target = rest.split(".")[0]
        if root == "skorch" and part != "_training":
            found.append(f"{file.relative_to(PACKAGE)}:{line} imports {name}: only _training may")
        if root == "skmir" and part != "__init__" and target != part:
            if target not in FLOORS:
                found.append(f"{file.relative_to(PACKAGE)}:{line} imports {name}, which is on no floor")
            elif FLOORS[target] >= FLOORS[part]:
                found.append(
                    f"{file.relative_to(PACKAGE)}:{line} on floor {FLOORS[part]} imports {name} of floor "
                    f"{FLOORS[target]}"
                )
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_come_from_lower_floors(file):
    assert part_of(file) in {*FLOORS, "__init__"}, f"{file} belongs to no floor"
    assert violations(file) == []


@pytest.mark.parametrize(
    ("place", "code", "expected"),
    [
        (
            "audio/_x.py",
            "from ..feature_extraction import MFCC",
            ["on floor 1 imports skmir.feature_extraction.MFCC"],
        ),
        ("audio/_x.py", "from ..datasets import load_folder", ["on floor 1 imports skmir.datasets"]),
        ("audio/_x.py", "from .. import dsp", ["on floor 1 imports skmir.dsp"]),
        (
            "audio/_x.py",
            "def f():\n    import skmir.compose",
            ["audio/_x.py:2 on floor 1 imports skmir.compose"],
        ),
        ("audio/_x.py", "from .. import __version__", ["imports skmir.__version__, which is on no floor"]),
        ("audio/_x.py", "import skorch.callbacks", ["imports skorch.callbacks: only _training may"]),
        ("_x/sub/_y.py", "from ...audio import load", None),
        ("audio/_x.py", "from .._random import seeded\nfrom ._load import load\nimport numpy", []),
        ("audio/sub/_x.py", "from .._load import load\nfrom ..._device import resolve_device", []),
        ("_training/_x.py", "import skorch\nfrom ..modules import CRNN", []),
        ("compose/_x.py", "import skmir.audio as a\nfrom skmir.dsp import stft", []),
    ],
)
def test_the_test_of_floors_finds_what_it_should(tmp_path, monkeypatch, place, code, expected):
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    monkeypatch.setitem(FLOORS, "_x", 0)
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.write_text(code)
    found = violations(file)
    if expected is None:
        assert found == [f"{pathlib.Path(place)}:1 on floor 0 imports skmir.audio.load of floor 1"]
        return
    assert len(found) == len(expected)
    for line, words in zip(found, expected, strict=True):
        assert words in line


def test_every_subpackage_is_reached_from_the_root():
    there = {path.parent.name for path in PACKAGE.glob("[!_]*/__init__.py")}
    assert there <= set(dir(skmir))
