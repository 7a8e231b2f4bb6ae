"""Every example of the gallery runs as a script, without a warning of its own, and draws something."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("plot_*.py"))

# Runs the example named first as a script, and says how many figures it drew.
RUN = """
import runpy, sys
import matplotlib.pyplot as plt
runpy.run_path(sys.argv[1], run_name="__main__")
sys.stderr.write(f"figures: {len(plt.get_fignums())}")
"""
# What scikit-learn 1.6 says of a class of optuna-integration's, which is not the example's doing.
FOREIGN = "The OptunaSearchCV or classes from which it inherits use `_get_tags`"


def run(example, folder):
    environment = {**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", RUN, str(example)], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_there_are_examples():
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(example, tmp_path):
    done = run(example, tmp_path)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if FOREIGN not in line]
    assert not any("Warning" in line for line in said), done.stderr
    assert int(done.stderr.rpartition("figures: ")[2]) >= 1
    assert list(tmp_path.iterdir()) == []
