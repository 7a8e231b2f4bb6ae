"""Every example of the gallery runs as a script, without a warning of its own, and draws something."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("plot_*.py"))
# About 6 seconds each, or more: ``make docs`` runs them, as it runs all, and ends if one raises.
SLOW = {
    "plot_architectures",
    "plot_convolutional_dbn",
    "plot_dbn_layers",
    "plot_few_labels",
    "plot_leakage",
    "plot_learned_chroma",
    "plot_learned_features",
    "plot_learning_curves",
    "plot_mixtures",
    "plot_random_features",
    "plot_regularisers",
    "plot_report",
    "plot_search",
    "plot_waveform_augmentation",
}
# What scikit-learn 1.6 says of a class of optuna-integration's, which is not the example's doing.
FOREIGN = "The OptunaSearchCV or classes from which it inherits use `_get_tags`"


# Runs each example that it is told in a process of its own, forked where all that is slow to load is loaded,
# and says how it ended. What the example says on stderr, and how many figures it drew, is in a file.
RUN = """
import os, runpy, sys
import matplotlib.pyplot as plt
import skmir.datasets, skmir.inspection, skmir.model_selection, skmir.neural_network
for line in sys.stdin:
    example, folder, said = line.rstrip().split("\\t")
    if not (child := os.fork()):
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT), 2)
        os.dup2(2, 1)
        os.chdir(folder)
        runpy.run_path(example, run_name="__main__")
        sys.stderr.write(f"figures: {len(plt.get_fignums())}")
        sys.exit()
    print(os.waitpid(child, 0)[1], flush=True)
"""


@pytest.fixture(scope="module")
def interpreter():
    """A process that runs examples."""
    environment = {**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", RUN]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, text=True) as process:
        yield process


def test_there_are_examples():
    assert len(EXAMPLES) >= 4


def test_slow_examples_are_examples():
    assert {path.stem for path in EXAMPLES} > SLOW


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in SLOW else [])
        for path in EXAMPLES
    ],
)
def test_example_runs(example, interpreter, tmp_path):
    folder, said = tmp_path / "folder", tmp_path / "said"
    folder.mkdir()
    interpreter.stdin.write(f"{example}\t{folder}\t{said}\n")
    interpreter.stdin.flush()
    status = interpreter.stdout.readline()
    said = said.read_text(encoding="utf-8")
    assert status == "0\n", said
    assert not any("Warning" in line for line in said.splitlines() if FOREIGN not in line), said
    assert int(said.rpartition("figures: ")[2]) >= 1
    assert list(folder.iterdir()) == []
