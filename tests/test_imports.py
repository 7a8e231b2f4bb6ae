"""What is imported when, and from which floor: DESIGN.md, sections 2 and 4."""

import ast
import functools
import graphlib
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
    "_extras": -1,
    "_annotation_kinds": -1,
    "_comparison_records": -1,
    "_text_table": -1,
    "_saved_modules": -1,
    "_step_modules": -1,
    "_stored_frames": -1,
    "_frame_rows": 0,
    "_module_parts": 0,
    "_saving": 0,
    "_output": 0,
    "_fitting": 0,
    "_validation": 0,
    "_annotations": 0,
    "_chord_labels": 0,
    "_parameter_checks": -1,
    "_declared_parameters": -1,
    "_random": 0,
    "_device": 0,
    "_cache": 0,
    "_show_versions": 0,
    "_model_names": 0,
    "_options": 0,
    "_reading": 1,
    "dsp": 1,
    "modules": 1,
    "datasets": 1,
    "metrics": 1,
    "audio": 2,
    "augmentation": 2,
    "feature_extraction": 3,
    "preprocessing": 3,
    "compose": 3,
    "_training": 3,
    "neural_network": 4,
    "sequence": 5,
    "model_selection": 6,
    "inspection": 5,
    "base": 5,
    "_early_checks": 5,
    "_recordings": 5,
    "_trusted_types": 6,
    "_model_files": -1,
    "_persistence": 7,
    "_commands": 8,
    "__main__": 9,
}
FILES = sorted(PACKAGE.rglob("*.py"))
# Beginnings of what these parts of skmir may import of scikit-learn; others may import anything.
SKLEARN = {
    "_training": ("sklearn.base.BaseEstimator", "sklearn.frozen.", "sklearn.utils."),
    "dsp": (),
    "modules": (),
}
# Imports from a private file of another package: who, from where, and why there is no better way.
PRIVATE = {
    ("_training/_loop.py", "augmentation._augment"): (
        "checks the networks' parameter augmentation; users get it checked by fit and by augment"
    ),
    ("_training/_epoch_scoring.py", "metrics._named_scorers"): "as for _recipe.py",
    (
        "_training/_recipe.py",
        "metrics._named_scorers",
    ): "checks the recipe's scoring as compare checks its own",
    ("model_selection/_scoring.py", "metrics._named_scorers"): "as for _recipe.py",
    ("feature_extraction/_chroma.py", "dsp._chroma_weights"): (
        "the weights from which training starts are those that chroma_stft and chroma_cqt compute with"
    ),
    ("feature_extraction/_log_filtered_spectrogram.py", "dsp._log_filter"): "as for dsp._chroma_weights",
    ("feature_extraction/_mel_spectrogram.py", "dsp._mel_weights"): "as for dsp._chroma_weights",
    ("feature_extraction/_log_filtered_spectrogram.py", "dsp._frame"): (
        "cuts resolutions to one number of frames, as cqt cuts octaves"
    ),
    ("feature_extraction/_chroma.py", "dsp._cqt_filters"): (
        "how long the filters are, and whether they fit below sr / 2, is known before the first clip"
    ),
    ("feature_extraction/_cqt.py", "dsp._cqt_filters"): "as for _chroma.py",
    (
        "feature_extraction/_mfcc.py",
        "dsp._cepstrum",
    ): "inverse_transform undoes what cepstrum does",
    ("feature_extraction/_parameters.py", "dsp._frame"): "the choices for pad_mode, which dsp.stft takes",
    ("feature_extraction/_spectral_shape.py", "dsp._spectral_shape"): (
        "the names of the rows, how many there are, and whether the bands fit below sr / 2"
    ),
    ("inspection/_filters_display.py", "dsp._wavelets"): "draws the very filters that cqt computes with",
    ("inspection/_bin_axis.py", "dsp._mel_weights"): "draws bands on the very scale they are spaced on",
    ("inspection/_unwrap.py", "feature_extraction._base"): "asks what is a front end",
    ("inspection/_integrated_gradients.py", "neural_network._classifier"): "asks what is a network",
    ("neural_network/_features/_random_networks.py", "modules._widths"): (
        "sized counts parameters, random features count maps; the search is one"
    ),
    ("neural_network/_features/_frozen_module.py", "modules._pretrained"): (
        "the names of trained weights, and the file whose content tells caches apart"
    ),
    ("neural_network/_features/_network_embedding.py", "feature_extraction._base"): (
        "a front end; skmir.base, which offers its base to others, is above neural_network"
    ),
    ("neural_network/_unfrozen/_computed_once.py", "feature_extraction._base"): "asks what is a front end",
    ("neural_network/_unfrozen/_cut_pipeline.py", "feature_extraction._base"): "asks what is a front end",
    ("neural_network/_unfrozen/_cut_pipeline.py", "compose._conversion"): (
        "a Pipeline's steps one by one, in the middle and at the end: some may have no module"
    ),
    ("neural_network/_unfrozen/_random_start.py", "compose._conversion"): "as for _cut_pipeline.py",
    ("neural_network/_unfrozen/_unfrozen_classifier.py", "compose._conversion"): "as for _cut_pipeline.py",
    ("neural_network/_unfrozen/_training_on.py", "compose._fit_parameter"): (
        "how groups reach a network at the end of the Pipeline"
    ),
    ("preprocessing/_cqt_to_chroma.py", "dsp._chroma_weights"): "the very weights of chroma_cqt",
    ("neural_network/_onnx_graph.py", "feature_extraction._base"): "as for _network_embedding.py",
    ("neural_network/_base.py", "modules._heads"): "asks whether a module has several last layers",
    ("model_selection/_default_models.py", "feature_extraction._base"): "asks what is a front end",
    ("model_selection/_running/_features_ahead.py", "feature_extraction._base"): "as for _default_models.py",
    ("model_selection/_running/_features_ahead.py", "feature_extraction._compute"): (
        "decodes each file once for all models; users get it from compare"
    ),
    ("model_selection/_running/_features_ahead.py", "sequence._detector"): "asks what is a detector",
    (
        "model_selection/_running/_responses.py",
        "metrics._tag_scorer",
    ): "asks what scores predictions alone",
    ("compose/_frame_classifier.py", "metrics._score_table"): "every form of scores of tags has one reader",
    (
        "model_selection/_tag_thresholds.py",
        "metrics._score_table",
    ): "every form of scores of tags has one reader",
    ("model_selection/_doubts.py", "neural_network._base"): "asks what is a network",
    ("model_selection/_running/_bar.py", "neural_network._base"): "asks what is a network",
    (
        "sequence/_beat_dynamic_programming.py",
        "feature_extraction._beat_tracking",
    ): "the same algorithm, on any activation",
    ("sequence/_detector.py", "compose._fit_parameter"): "how groups reach a network, or one in a Pipeline",
    ("sequence/_periods.py", "feature_extraction._beat_tracking"): "the mean tempogram, in blocks",
    ("sequence/_event_detector.py", "feature_extraction._positive_difference"): (
        "after how many frames a window has fallen to diff_ratio, for signal baselines"
    ),
    ("base.py", "augmentation._base"): "makes the base class public",
    ("base.py", "feature_extraction._base"): "makes the base class public",
    ("base.py", "neural_network._classifier"): "makes the base class public",
    ("base.py", "neural_network._regressor"): "makes the base class public",
    ("base.py", "preprocessing._base"): "makes the base class public",
    (
        "_commands/_table.py",
        "datasets._folders",
    ): "lists folders without scikit-learn's Bunch, which is slow to import",
    ("_commands/_model_specs.py", "neural_network._base"): "asks what is a network",
    ("_commands/_compare.py", "datasets._annotated"): "load_annotations without it",
    ("_commands/_train.py", "model_selection._fit_on_all"): "fits with the very seeds and groups of compare",
    (
        "_commands/_files.py",
        "datasets._folders",
    ): "recordings below a folder, without their classes",
    (
        "datasets/_annotated/_annotation_folder.py",
        "datasets._folders._annotation_table",
    ): "brings pandas, which annotations beside their recordings do not need",
    ("model_selection/_dataset/_dataset_page.py", "inspection._report"): "all pages look alike",
    ("_commands/_prediction_rows.py", "metrics._score_table"): "every form of scores of tags has one reader",
}


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


def test_a_folder_of_annotations_is_looked_at_before_anything_slow_is_loaded():
    slow = ["pandas", "sklearn", "torch", "scipy", "pretty_midi"]
    statement = "from skmir.datasets._annotated import list_annotations"
    assert loaded_by(statement, [*slow, "soundfile"]) == ["soundfile"]


def part_of(file):
    """The first name below skmir that a file belongs to: 'audio' for skmir/audio/_loader.py."""
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_modules(file):
    """Pairs of line and dotted absolute name for each import of a file, at any depth of the code."""
    return names_in(file.read_text(encoding="utf-8"), ("skmir", *file.relative_to(PACKAGE).parent.parts))


@functools.cache
def names_in(text, package):
    return list(_names_in(text, package))


def _names_in(text, package):
    for node in ast.walk(ast.parse(text)):
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
            "dsp/_x.py",
            "from ..feature_extraction import MFCC",
            ["on floor 1 imports skmir.feature_extraction.MFCC"],
        ),
        ("dsp/_x.py", "from ..datasets import load_folder", ["on floor 1 imports skmir.datasets"]),
        ("dsp/_x.py", "from .. import modules", ["on floor 1 imports skmir.modules"]),
        (
            "dsp/_x.py",
            "def f():\n    import skmir.compose",
            ["dsp/_x.py:2 on floor 1 imports skmir.compose"],
        ),
        ("dsp/_x.py", "from .. import __version__", ["imports skmir.__version__, which is on no floor"]),
        ("dsp/_x.py", "import skorch.callbacks", ["imports skorch.callbacks: only _training may"]),
        ("_x/sub/_y.py", "from ...audio import load", None),
        ("dsp/_x.py", "from .._random import seeded\nfrom ._stft import stft\nimport numpy", []),
        ("dsp/sub/_x.py", "from .._stft import stft\nfrom ..._device import resolve_device", []),
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
        assert found == [f"{pathlib.Path(place)}:1 on floor 0 imports skmir.audio.load of floor 2"]
        return
    assert len(found) == len(expected)
    for line, words in zip(found, expected, strict=True):
        assert words in line


def disallowed_sklearn(file):
    """What a file imports of scikit-learn although its part of skmir may not."""
    allowed = SKLEARN.get(part_of(file))
    names = [name for _, name in imported_modules(file) if name.partition(".")[0] == "sklearn"]
    return [name for name in names if allowed is not None and not name.startswith(allowed)]


@pytest.mark.parametrize("part", SKLEARN)
def test_the_training_machine_and_what_is_below_it_know_no_estimators(part):
    files = [file for file in FILES if part_of(file) == part]
    assert files
    assert {str(file): found for file in files if (found := disallowed_sklearn(file))} == {}


def test_the_test_of_scikit_learn_finds_what_it_should(tmp_path, monkeypatch):
    code = "from sklearn.base import BaseEstimator, clone"
    (file,) = write_tree(tmp_path, monkeypatch, {"_training/_x.py": code})
    assert disallowed_sklearn(file) == ["sklearn.base.clone"]


def private_imports(file):
    """The private modules of other packages that a file imports from, as dotted names below skmir."""
    package, found = ["skmir", *file.relative_to(PACKAGE).parent.parts], set()
    for _, name in imported_modules(file):
        parts = name.split(".")
        shared = next((i for i, (a, b) in enumerate(zip(parts, package, strict=False)) if a != b), None)
        shared = min(len(parts), len(package)) if shared is None else shared
        # The first name below what both share is a sibling of the file, or of a package that it is in.
        below = range(shared + 1, len(parts))
        private = next((i for i in below if parts[i].startswith("_") and not parts[i].endswith("__")), None)
        if parts[0] == "skmir" and private is not None:
            found.add(".".join(parts[1 : private + 1]))
    return found


def test_private_imports_across_packages_have_a_reason():
    found = {(str(f.relative_to(PACKAGE).as_posix()), name) for f in FILES for name in private_imports(f)}
    assert found == set(PRIVATE), "give a reason in PRIVATE, or take out what is no longer imported"


def test_the_test_of_private_imports_finds_what_it_should(tmp_path, monkeypatch):
    code = (
        "from .._low import x\nfrom ..b import y\nfrom ..b._c import z\nfrom .. import b\n"
        "def f():\n    from skmir.b import _d\nfrom .._low import __version__\nfrom ._own import _e"
    )
    (file,) = write_tree(tmp_path, monkeypatch, {"a/_x.py": code})
    assert private_imports(file) == {"b._c", "b._d", "a._own._e"}


def write_tree(folder, monkeypatch, codes):
    """Write files of a made-up package, which takes the place of skmir; return their paths."""
    monkeypatch.setitem(globals(), "PACKAGE", folder)
    for place, code in codes.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(code)
    return [folder / place for place in codes]


def file_of(name):
    """The file of PACKAGE that defines a dotted name; None if the name is of another package.

    A name that a package's __init__ imports is looked up where that takes it from.
    """
    root, *parts = name.split(".")
    if root != "skmir":
        return None
    folder = PACKAGE
    while parts and (folder / parts[0]).is_dir():
        folder /= parts.pop(0)
    if parts and (module := folder / f"{parts[0]}.py").is_file():
        return module
    for init in (folder / "__init__.pyi", folder / "__init__.py"):  # the first is of lazily imported names
        if parts and init.is_file():
            origins = [origin for _, origin in imported_modules(init) if origin.split(".")[-1] == parts[0]]
            if origins and origins[0] != name:
                return file_of(origins[0])
    return folder / "__init__.py"


def import_graph(files):
    """For each file, the files that it imports from."""
    return {file: {file_of(name) for _, name in imported_modules(file)} - {None} for file in files}


def rooms_of(graph, folder):
    """The same graph for what lies in a folder: files, and packages as one each."""
    rooms = {}
    for file, imported in graph.items():
        if file.is_relative_to(folder):
            room = file.relative_to(folder).parts[0]
            others = {
                other.relative_to(folder).parts[0] for other in imported if other.is_relative_to(folder)
            }
            rooms.setdefault(room, set()).update(others - {room})
    return rooms


def circle_in(graph):
    """A circle of a graph, as a list that ends where it begins; None if there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return None


@pytest.fixture(scope="module")
def graph():
    return import_graph(FILES)


def test_no_circle_among_files(graph):
    assert sum(map(len, graph.values())) > 500  # it does see imports
    assert circle_in(graph) is None


@pytest.mark.parametrize(
    "folder",
    sorted({file.parent for file in FILES}),
    ids=lambda folder: folder.relative_to(PACKAGE.parent).as_posix(),
)
def test_no_circle_among_rooms(graph, folder):
    # Hence no file of a wing imports anything above it: what imports the wing itself.
    assert circle_in(rooms_of(graph, folder)) is None


TREE = {
    "a/__init__.py": "from ._x import f\nfrom ._wing import g",
    "a/_x.py": "def f(): pass",
    "a/_wing/__init__.py": "from ._y import g",
    "a/_wing/_y.py": "from .._x import f",
    "b/__init__.py": "",
    "b/_z.py": "from ..a import f, g\nimport skmir.a\nfrom math import pi",
}


def test_the_walker_resolves_names_to_the_files_that_define_them(tmp_path, monkeypatch):
    files = write_tree(tmp_path, monkeypatch, TREE)
    graph = {
        file.relative_to(tmp_path).as_posix(): {other.relative_to(tmp_path).as_posix() for other in others}
        for file, others in import_graph(files).items()
    }
    assert graph["b/_z.py"] == {"a/_x.py", "a/_wing/_y.py", "a/__init__.py"}
    assert graph["a/__init__.py"] == {"a/_x.py", "a/_wing/_y.py"}
    assert circle_in(import_graph(files)) is None
    assert circle_in(rooms_of(import_graph(files), tmp_path / "a")) is None


@pytest.mark.parametrize(
    ("place", "code", "files", "rooms"),
    [
        # Two files that import each other through the package.
        ("a/_x.py", "from . import g\ndef f(): pass", ["_x.py", "_y.py"], ["_wing", "_x.py"]),
        # No file is in a circle, but the wing imports from above itself.
        ("a/_v.py", "from ._wing import g", None, ["_v.py", "_wing"]),
        # The same inside a function.
        ("a/_x.py", "def f():\n    import skmir.a._wing._y", ["_x.py", "_y.py"], ["_wing", "_x.py"]),
    ],
)
def test_the_walker_finds_circles(tmp_path, monkeypatch, place, code, files, rooms):
    more = {"a/_wing/_w.py": "from .._v import h"} if place == "a/_v.py" else {}
    graph = import_graph(write_tree(tmp_path, monkeypatch, TREE | {place: code} | more))
    circle = circle_in(graph)
    assert (circle and sorted({file.name for file in circle})) == files
    assert sorted(set(circle_in(rooms_of(graph, tmp_path / "a")))) == rooms


def test_every_subpackage_is_reached_from_the_root():
    there = {path.parent.name for path in PACKAGE.glob("[!_]*/__init__.py")}
    there |= {path.stem for path in PACKAGE.glob("[!_]*.py")}
    assert "base" in there
    assert there <= set(dir(skmir))
