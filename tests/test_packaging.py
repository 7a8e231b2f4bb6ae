"""What is shipped, and with which versions it is tried: sdist, citation, lower bounds."""

import configparser
import pathlib
import re
import runpy
import shutil
import subprocess

import pytest

import skmir

ROOT = pathlib.Path(__file__).parents[1]
TOOL = ROOT / "tools" / "oldest_requirements.py"
NOT_SHIPPED = {".gitignore", "MANIFEST.in"}  # the second is in every sdist by itself


def manifest():
    """Return the files and folders that MANIFEST.in names."""
    words = set()
    for line in (ROOT / "MANIFEST.in").read_text(encoding="utf-8").splitlines():
        command, *rest = line.split() or [""]
        if command in ("include", "graft"):
            words |= set(rest)
    return words


def test_the_sdist_holds_everything_that_make_needs():
    wanted = {"tests", "docs", "examples", "benchmarks", "Makefile", "constraints.txt", "CHANGELOG.md"}
    assert wanted | {"CITATION.cff", "conftest.py", "tools"} <= manifest()


def test_the_sdist_holds_what_the_repository_holds():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    command = ["git", "ls-tree", "--name-only", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) - NOT_SHIPPED - {"skmir"} <= manifest()


def test_what_the_manifest_names_exists():
    for name in manifest():
        assert (ROOT / name).exists(), name


def test_the_citation_names_the_version():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", citation, re.MULTILINE).group(1) == skmir.__version__


@pytest.fixture
def oldest():
    return runpy.run_path(str(TOOL))["oldest"]


def test_every_requirement_has_a_lower_bound(oldest):
    text = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    found = dict(line.split("==") for line in oldest(text))
    config = configparser.ConfigParser()
    config.read_string(text)
    for name in ("numpy", "torch", "pytest", "matplotlib"):
        assert name in found
    assert f"numpy >= {found['numpy']}" in config["options"]["install_requires"]


def test_extras_agree_on_lower_bounds():
    """The extra "test" repeats what others bring: a bound raised in one is raised in all."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    bounds = {}
    for text in config["options.extras_require"].values():
        for line in filter(None, text.splitlines()):
            name, bound = line.split(" >= ")
            assert bounds.setdefault(name, bound) == bound, name


SETUP = (
    "[options]\ninstall_requires =\n    numpy >= 2.0\n{}\n[options.extras_require]\nplot =\ntest =\n    {}\n"
)


def test_lower_bounds_as_constraints(oldest):
    assert oldest(SETUP.format("    soxr>=0.4", "pytest >= 8")) == ["numpy==2.0", "pytest==8", "soxr==0.4"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("scipy", "requirement 'scipy' has no lower bound"),
        ("scipy < 2", "requirement 'scipy < 2' has no lower bound"),
        ("numpy >= 2.1", "numpy has two lower bounds, 2.0 and 2.1"),
    ],
)
def test_requirements_without_one_lower_bound_are_refused(oldest, line, message):
    with pytest.raises(ValueError, match=message):
        oldest(SETUP.format("", line))


def test_constraints_name_everything_that_is_required():
    names = {
        line.split("==")[0].lower()
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = "\n".join([config["options"]["install_requires"], *config["options.extras_require"].values()])
    required = {line.split()[0].lower().replace("_", "-") for line in lines.splitlines() if line.strip()}
    assert required <= {name.replace("_", "-") for name in names}
