"""What is missing, what for, and what installs it: one wording, and commands that work."""

import configparser
import functools
import pathlib
import sys

import pytest

from skmir.__main__ import main
from skmir._extras import MODULES, require
from skmir.datasets import make_instruments

ROOT = pathlib.Path(__file__).parents[1]


def setup():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


@pytest.mark.parametrize("extra", MODULES)
def test_the_error_says_what_is_missing_what_for_and_how_it_is_installed(extra, monkeypatch):
    package = MODULES[extra][0]
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError) as caught:
        require("the thing", extra)
    text = str(caught.value)
    assert text.startswith(f"the thing needs {package}")
    assert f"pip install {package}" in text
    assert f'pip install ".[{extra}]"' in text


@pytest.mark.parametrize("extra", MODULES)
def test_setup_has_the_extra_and_its_packages(extra):
    brought = setup()["options.extras_require"][extra]
    for module in MODULES[extra]:
        assert module.split(".")[0] in brought.split()


@pytest.mark.parametrize("option", ["--output", "--report"])
def test_the_command_gives_the_same_hint_before_it_starts(option, tmp_path, monkeypatch, capsys):
    few = functools.partial(make_instruments, n_notes=1)  # instead of eight, which take seconds
    monkeypatch.setattr("skmir.datasets.make_instruments", few)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    target = tmp_path / ("page.html" if option == "--report" else "results")
    assert main(["compare", option, str(target)]) == 2
    assert f"{option} needs matplotlib" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_no_page_and_no_message_installs_skmir_from_where_it_is_not():
    """No package of this name is published: extras come from a clone."""
    folders = ("skmir", "docs", "examples", "benchmarks")
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".rst")
    ]
    for path in [*files, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        text = path.read_text(encoding="utf-8")
        assert "pip install skmir" not in text, path
        assert "pip install 'skmir" not in text, path


def test_the_page_on_installing_lists_every_extra():
    page = (ROOT / "docs" / "install.rst").read_text(encoding="utf-8")
    for extra in setup()["options.extras_require"]:
        assert f"   * - ``{extra}``\n" in page, extra
