"""The guide's table: the default models on synthesised notes, every network over the same seeds.

    python benchmarks/bench_instruments.py [--seeds 3] [--models NAME ...] [--n-jobs -1] [--memory DIR]

The clips, folds and models are those of ``make compare``, which runs each network with one seed. Here a
network's score on a fold is the mean over seeds; intervals and tests are of these means. The table, in
Markdown, goes to standard output, with a description of the machine. It takes about 12 minutes on two cores.
"""

import argparse
import tempfile

from machine import note_machine
from seeds import markdown, over_seeds, seeds_table

from skmir.datasets import make_instruments
from skmir.model_selection import compare, default_models


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = list(default_models())
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--models", nargs="+", choices=names, default=names, help="the first is the reference"
    )
    parser.add_argument("--n-jobs", type=int, default=-1)
    parser.add_argument("--memory", help="folder for results, so that a run can be interrupted")
    args = parser.parse_args()
    notes = make_instruments(random_state=0)
    with tempfile.TemporaryDirectory() as features:
        result = compare(
            over_seeds(args.models, args.seeds, features),
            notes.data,
            notes.target,
            groups=notes.groups,
            memory=args.memory,
            n_jobs=args.n_jobs,
            random_state=0,
            verbose=1,
        )
    print(markdown(seeds_table(result, args.models, args.seeds)))
    print(f"\nMean over {args.seeds} seeds of each network.")
    note_machine(f"one thread per fit, n_jobs={args.n_jobs}")


if __name__ == "__main__":
    main()
