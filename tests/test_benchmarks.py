"""The piece with which a benchmark measures another checkout beside this one."""

import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
SCRIPT = """
import skmir

def tree():
    print("not an answer")
    return skmir.__file__

def fails(reason):
    raise ValueError(reason)
"""


@pytest.fixture
def earlier():
    """Return the class, from a folder that is no package."""
    spec = importlib.util.spec_from_file_location("before", ROOT / "benchmarks" / "before.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Earlier


def test_a_function_runs_with_the_other_checkout(earlier, tmp_path):
    other = tmp_path / "other" / "skmir" / "__init__.py"
    other.parent.mkdir(parents=True)
    other.touch()
    script = tmp_path / "bench_something.py"
    script.write_text(SCRIPT)
    with earlier(tmp_path / "other", script) as process:
        assert process("tree") == str(other.resolve())
        with pytest.raises(RuntimeError, match=r"fails with the earlier checkout:\n(.|\n)*too slow"):
            process("fails", "too slow")
        assert process("tree") == str(other.resolve())


def test_a_folder_without_skmir_is_refused(earlier, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no skmir in"):
        earlier(tmp_path, tmp_path / "bench_something.py")
