"""What holds for every test: a compile cache of its own process, and a limit of time."""

import os
import pathlib
import runpy

import pytest

ROOT = pathlib.Path(__file__).parents[1]


def test_no_other_process_of_the_tests_compiles_to_the_same_folder(monkeypatch):
    configure = runpy.run_path(str(ROOT / "conftest.py"))["pytest_configure"]
    folders = set()
    for worker in ("gw0", "gw1"):
        monkeypatch.setenv("NUMBA_CACHE_DIR", "started-by")
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        configure(None)
        folders.add(os.environ["NUMBA_CACHE_DIR"])
    assert folders == {str(pathlib.Path("started-by") / worker) for worker in ("gw0", "gw1")}


def test_this_process_has_its_own():
    assert pathlib.Path(os.environ["NUMBA_CACHE_DIR"]).name == os.environ.get("PYTEST_XDIST_WORKER", "main")


def test_numba_takes_the_folder():
    config = pytest.importorskip("numba").config
    assert os.environ["NUMBA_CACHE_DIR"] == config.CACHE_DIR


def test_a_test_that_hangs_is_ended(request):
    assert 0 < float(request.config.getini("faulthandler_timeout")) < 3600
    assert request.config.getini("faulthandler_exit_on_timeout") is True
