"""The default models on synthesised notes, with a figure, and on real recordings, with one seed.

Usage: python benchmarks/compare_real.py [DATA] [--sets NAME ...] [--n-jobs N]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). The figure goes to
docs/images/compare_instruments.png, the tables, in Markdown, to standard output. All sets take about 15
minutes on two cores. bench_instruments.py makes the guide's table, over seeds (docs/user_guide/accuracy.rst).
"""

import argparse
import os
import pathlib

import matplotlib
from machine import note_machine
from seeds import markdown

from skmir.datasets import load_folder, make_instruments
from skmir.inspection import ComparisonDisplay
from skmir.model_selection import compare, default_models

matplotlib.use("agg")
ROOT = pathlib.Path(__file__).resolve().parents[1]
# Name to (column of groups, folds); "synthesised" is made here.
SETS = {
    "synthesised": (None, 5),
    "instrument_notes": ("source", 5),
    "medley_solos": ("group", 5),
    "spoken_digits": ("group", 4),
    "folk_dances": ("group", 5),
}
FIGURE = ROOT / "docs" / "images" / "compare_instruments.png"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=["synthesised"])
    parser.add_argument("--n-jobs", type=int, default=-1)
    args = parser.parse_args()
    for name in args.sets:
        column, n_folds = SETS[name]
        if name == "synthesised":
            draw(run("synthesised notes", make_instruments(random_state=0), n_folds, args.n_jobs))
        else:
            data = load_folder(pathlib.Path(args.data) / name, group_column=column)
            run(name, data, n_folds, args.n_jobs)


def draw(result):
    """Write the figure of docs/user_guide/accuracy.rst."""
    FIGURE.parent.mkdir(exist_ok=True)
    display = ComparisonDisplay.from_comparison(result)
    display.figure_.savefig(FIGURE, dpi=120, bbox_inches="tight")


def run(title, data, n_folds, n_jobs):
    """Compare the default models as the command does, and print the table."""
    result = compare(
        default_models(),
        data.data,
        data.target,
        groups=data.groups,
        cv=n_folds,
        n_jobs=n_jobs,
        random_state=0,
        verbose=1,
    )
    n_groups = len(set(data.groups))
    print(f"\n{title}: {len(data.data)} clips, {len(data.target_names)} classes, {n_groups} groups\n")
    print(f"{markdown(result.table_)}\n", flush=True)
    note_machine(f"one thread per fit, n_jobs={n_jobs}")
    return result


if __name__ == "__main__":
    main()
