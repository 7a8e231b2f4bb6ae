"""How well the default models do on real recordings, every network over the same seeds.

    python benchmarks/bench_accuracy.py [DATA] [--sets NAME ...] [--models NAME ...] [--seeds 3] [--csv FILE]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). The same models of
``default_models`` run on every set: "SVM" and "LDA", which draw nothing at random, and networks, once per
seed; by default "CNN" is the only network. ``--models SVM LDA`` takes some minutes.

Folds hold groups (instruments, sources, speakers, tunes) together: those that the set brings, or for
``instrument_notes`` five folds of whole sources. The score is balanced accuracy, the mean over folds; for
a network, each fold's score is the mean over seeds first. Intervals are of 95 %, with the variance as
Nadeau and Bengio correct it. "pooled" is the balanced accuracy of the predictions for all clips, each made
while the clip was held out: if folds are small and lack classes, the two differ.

The defaults of the CNN and the statistics of the LDA were chosen by scores inside the training part of fold 0
of each set (docs/decisions.rst); "fold 0" is the score on that fold, which had no part in choosing.

With ``--csv FILE`` a description of the machine goes to FILE with ``.machine.txt`` at its end.
"""

import argparse
import os
import pathlib
import tempfile

import numpy as np
import pandas as pd
from machine import note_machine
from seeds import CLASSIC, columns, interval, mean_scores, over_seeds
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GroupKFold, PredefinedSplit

from skmir.model_selection import compare, default_models
from skmir.model_selection._results._corrected_statistics import corrected_interval

ROOT = pathlib.Path(__file__).resolve().parents[1]
SETS = (
    "instrument_notes",
    "medley_solos",
    "midi_families",
    "drum_hits",
    "spoken_digits",
    "music_speech_other",
    "folk_dances",
)


def load(folder, name):
    """Return paths, labels, and folds as a list of (train, test)."""
    table = pd.read_csv(folder / name / "labels.csv")
    if name == "midi_families":
        table = table[table["kind"] == "solo"]
    paths = [str(folder / name / file) for file in table["file"]]
    labels = table["label"].to_numpy(dtype=str)
    if name == "instrument_notes":
        splits = GroupKFold(5).split(paths, labels, table["source"])
    else:
        splits = PredefinedSplit(table["fold"]).split()
    return paths, labels, list(splits)


def run(folder, name, models, n_seeds, n_jobs, memory):
    """Return the rows of the table for one set: a dict per model."""
    paths, labels, splits = load(folder, name)
    runs = over_seeds(models, n_seeds, memory)
    result = compare(runs, paths, labels, cv=splits, n_jobs=n_jobs, random_state=0, verbose=1)
    ratio = np.mean([len(test) / len(train) for train, test in splits])
    scores = mean_scores(result, models, n_seeds)
    rows = []
    for model in models:
        names = columns(model, n_seeds)
        low, high = corrected_interval(scores[model], ratio)
        row = {"set": name, "clips": len(paths), "model": model}
        row |= {"mean": scores[model].mean(), "low": low, "high": high}
        for other in (m for m in CLASSIC if m in models and model not in CLASSIC):
            difference = scores[model] - scores[other]
            bounds = corrected_interval(difference, ratio)
            row |= {f"less {other}": difference.mean()}
            row |= dict(zip((f"low {other}", f"high {other}"), bounds, strict=True))
        row["pooled"] = np.mean([pooled_score(labels, result.predictions_[run]) for run in names])
        row["fold 0"] = scores[model].iloc[0]
        row["fit s"] = result.table_.loc[names, "fit_time"].mean()
        rows.append(row)
    return rows


def pooled_score(labels, predictions):
    """Return the balanced accuracy of the predictions for all clips that were held out once."""
    seen = ~np.ma.getmaskarray(predictions)
    return balanced_accuracy_score(labels[seen], predictions.data[seen])


def published(table, models):
    """Return the table as the documentation shows it: a row per set, a column per model."""
    classic = [model for model in models if model in CLASSIC]
    networks = [model for model in models if model not in CLASSIC]
    pooled = f"pooled: {', '.join(models)}"
    rows = {}
    for (name, clips), part in table.groupby(["set", "clips"], sort=False):
        part = part.set_index("model")
        cell = {m: f"{r['mean']:.3f} ({interval(r['low'], r['high'])})" for m, r in part.iterrows()}
        for network in networks:
            row = part.loc[network]
            for other in classic:
                bounds = f"({interval(row[f'low {other}'], row[f'high {other}'], '+.2f')})"
                cell[f"{network} less {other}"] = f"{row[f'less {other}']:+.3f} {bounds}"
        cell[pooled] = ", ".join(f"{part.loc[m, 'pooled']:.3f}" for m in models)
        cell |= {f"{m} fit, s": f"{part.loc[m, 'fit s']:.{0 if m in networks else 1}f}" for m in models}
        rows[f"{name} ({clips})"] = cell
    return (
        pd.DataFrame({**rows, "mean": _means(table, models, pooled)}).T.rename_axis("set (clips)").fillna("")
    )


def _means(table, models, pooled):
    """Return the last row, means over sets, and print those on fold 0."""
    means = table.groupby("model")[["mean", "pooled", "fold 0"]].mean().loc[models]
    last = {model: f"{means.loc[model, 'mean']:.3f}" for model in models}
    for network in (model for model in models if model not in CLASSIC):
        for other in (model for model in models if model in CLASSIC):
            difference = means.loc[network, "mean"] - means.loc[other, "mean"]
            last[f"{network} less {other}"] = f"{difference:+.3f}"
    last[pooled] = ", ".join(f"{means.loc[m, 'pooled']:.3f}" for m in models)
    print("\nfold 0 of each set, which had no part in choosing, mean over sets:")
    print(means["fold 0"].round(3).to_string())
    return last


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--models", nargs="+", choices=list(default_models()), default=["SVM", "LDA", "CNN"])
    parser.add_argument("--seeds", type=int, default=3, help="number of seeds of each network")
    parser.add_argument("--csv", help="where to write the table")
    parser.add_argument("--n-jobs", type=int, default=-1)
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as memory:
        for name in args.sets:
            rows += run(pathlib.Path(args.data), name, args.models, args.seeds, args.n_jobs, memory)
            print(pd.DataFrame(rows[-len(args.models) :]).round(3).to_string(), flush=True)
    table = published(pd.DataFrame(rows), args.models)
    print(table.to_string())
    note_machine(f"one thread per fit, n_jobs={args.n_jobs}", args.csv)
    if args.csv:
        table.to_csv(args.csv)


if __name__ == "__main__":
    main()
