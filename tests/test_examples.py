"""Every example of the gallery runs as a script, without a warning of its own, and draws something."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("plot_*.py"))
# About 6 seconds each, or more: ``make docs`` runs them, as it runs all, and ends if one raises.
SLOW = {
    "plot_architectures",
    "plot_compare_models",
    "plot_beats",
    "plot_chords",
    "plot_convolutional_dbn",
    "plot_dbn_layers",
    "plot_few_labels",
    "plot_from_folder",
    "plot_leakage",
    "plot_learned_chroma",
    "plot_learned_features",
    "plot_learning_curves",
    "plot_mixtures",
    "plot_pooling",
    "plot_onsets",
    "plot_pretrained_cnn",
    "plot_random_features",
    "plot_recommendation",
    "plot_regularisers",
    "plot_report",
    "plot_rhythm_melody_dbn",
    "plot_saliency",
    "plot_search",
    "plot_tags",
    "plot_similarity",
    "plot_timbre_space",
    "plot_transfer",
    "plot_transcription",
    "plot_tutorial_tasks",
    "plot_unfrozen",
    "plot_waveform_augmentation",
}
# What scikit-learn 1.6 says of a class of optuna-integration's, which is not the example's doing.
FOREIGN = "The OptunaSearchCV or classes from which it inherits use `_get_tags`"


RUN = """
import os, runpy, sys
import matplotlib.pyplot as plt
os.chdir(sys.argv[2])
runpy.run_path(sys.argv[1], run_name="__main__")
sys.stderr.write(f"figures: {len(plt.get_fignums())}")
"""


def test_there_are_examples():
    assert len(EXAMPLES) >= 4


def test_slow_examples_are_examples():
    assert {path.stem for path in EXAMPLES} > SLOW


@pytest.mark.parametrize(
    ("example", "benchmark", "functions"),
    [
        ("plot_recommendation", "bench_recommendation", ["factorize", "best_factors"]),
        ("plot_rhythm_melody_dbn", "bench_styles", ["windows_of"]),
    ],
)
def test_what_an_example_shows_is_what_its_benchmark_measures(example, benchmark, functions):
    paths = ROOT / "examples" / f"{example}.py", ROOT / "benchmarks" / f"{benchmark}.py"
    assert code_of(paths[0], functions) == code_of(paths[1], functions)


def code_of(path, functions):
    """Return the code of some functions of a script, without docstrings."""
    found = {
        node.name: ast.dump(ast.Module(node.body[1:], []))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name in functions
    }
    assert sorted(found) == sorted(functions)
    return found


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in SLOW else [])
        for path in EXAMPLES
    ],
)
def test_example_runs(example, forks, tmp_path):
    status, _, said = forks.run(RUN, example, tmp_path)
    assert status == 0, said
    assert not any("Warning" in line for line in said.splitlines() if FOREIGN not in line), said
    assert int(said.rpartition("figures: ")[2]) >= 1
    assert list(tmp_path.iterdir()) == []
