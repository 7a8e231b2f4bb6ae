"""How well the default models do on real recordings, every network over the same seeds.

    python benchmarks/bench_accuracy.py [DATA] [--sets NAME ...] [--models NAME ...] [--seeds 3] [--csv FILE]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). The same models of
``default_models`` run on every set: "SVM" and "LDA", which draw nothing at random, and others, once per
seed; by default "CNN" and "ensemble". ``--models SVM LDA`` takes some minutes.

Folds hold groups (instruments, sources, speakers, tunes) together: those that the set brings, or for
``instrument_notes`` five folds of whole sources. Models whose ``fit`` takes groups get them. The score is
balanced accuracy, the mean over folds; for a model with seeds, each fold's score is the mean over seeds
first. Intervals are of 95 %, with the variance as Nadeau and Bengio correct it; behind a difference stand the
folds on which the first model is ahead, and those on which it is behind. "pooled" is the balanced accuracy of
the predictions for all clips, each made while the clip was held out: if folds are small and lack classes, the
two differ.

"ensemble" votes with the fitted "CNN" of the same fold and seed, which is not fitted a second time: it would
be the same, bit for bit, since ``random_state`` alone decides. Its seconds are those of both parts.

The defaults of the CNN, of the ensemble and the statistics of the LDA were chosen by scores inside the
training part of fold 0 of each set (docs/decisions.rst); "fold 0" is the score on that fold, which had no
part in choosing.

With ``--results FOLDER`` the predictions of each fold are kept there, and found again: a run that was
interrupted goes on. Delete them when the code changes. With ``--csv FILE`` a description of the machine goes
to FILE with ``.machine.txt`` at its end.
"""

import argparse
import os
import pathlib
import tempfile
import time
import warnings

import joblib
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from machine import note_machine
from seeds import CLASSIC, interval
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GroupKFold, PredefinedSplit
from threadpoolctl import threadpool_limits

from skmir.model_selection import default_models
from skmir.model_selection._group_routes import named
from skmir.model_selection._results._corrected_statistics import corrected_interval
from skmir.model_selection._seeds import seeded_clone

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
MODELS = ("SVM", "LDA", "CNN", "ensemble")
LESS = (("CNN", "SVM"), ("CNN", "LDA"), ("ensemble", "LDA"), ("ensemble", "CNN"))  # differences shown


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


def groups_of(folder, name):
    """Return the group of each clip, which folds hold together."""
    table = pd.read_csv(folder / name / "labels.csv")
    if name == "midi_families":
        table = table[table["kind"] == "solo"]
    return table["source" if name == "instrument_notes" else "group"].to_numpy(dtype=str)


def run(args, name, memory):
    """Return the rows of the table for one set: a dict per model."""
    folder = pathlib.Path(args.data)
    paths, labels, splits = load(folder, name)
    groups = groups_of(folder, name)
    jobs = [(seed, i) for i in range(len(splits)) for seed in range(args.seeds)]
    results = Parallel(args.n_jobs)(
        delayed(kept)(args, name, seed, i, paths, labels, groups, splits[i], memory) for seed, i in jobs
    )
    ratio = np.mean([len(test) / len(train) for train, test in splits])
    tests = [test for _, test in splits]
    scores, rows = {}, []
    for model in args.models:
        runs = range(1 if model in CLASSIC else args.seeds)
        found = {job: one[model] for job, one in zip(jobs, results, strict=True) if job[0] in runs}
        folds = [[found[seed, i][0] for seed in runs] for i in range(len(splits))]  # fold, seed, clip
        scores[model] = np.array(
            [np.mean([score(labels[t], y) for y in fold]) for t, fold in zip(tests, folds, strict=True)]
        )
        row = {"set": name, "clips": len(paths), "model": model, **summary(scores, model, ratio)}
        held_out = labels[np.concatenate(tests)]
        row["pooled"] = np.mean([score(held_out, np.concatenate(y)) for y in zip(*folds, strict=True)])
        row["fit s"] = np.mean([seconds for _, seconds in found.values()])
        rows.append(row)
    return rows


def summary(scores, model, ratio):
    """Return mean and interval of a model's scores, and of its differences from others, as a dict."""
    low, high = corrected_interval(scores[model], ratio)
    row = {"mean": scores[model].mean(), "low": low, "high": high, "fold 0": scores[model][0]}
    for other in (other for first, other in LESS if first == model and other in scores):
        difference = scores[model] - scores[other]
        low, high = corrected_interval(difference, ratio)
        row |= {f"less {other}": difference.mean(), f"low {other}": low, f"high {other}": high}
        row |= {f"up {other}": (difference > 1e-9).sum(), f"down {other}": (difference < -1e-9).sum()}
    return row


def kept(args, name, seed, i, *rest):
    """Return the results of a fold, from the folder of results if they are there."""
    if args.results is None:
        return run_fold(args.models, seed, *rest)
    file = pathlib.Path(args.results) / f"{name}-{seed}-{i}.joblib"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        joblib.dump(run_fold(args.models, seed, *rest), file)
    return joblib.load(file)


def run_fold(models, seed, paths, labels, groups, split, memory):
    """Return predictions for the test clips, and the CPU seconds of the fit, by model."""
    train, test = split
    X, y = [paths[i] for i in train], labels[train]
    fitted, results = {}, {}
    for name, model in default_models(models, memory=memory).items():
        if seed and name in CLASSIC:
            continue
        model = seeded_clone(model, seed)
        before = 0
        if name == "ensemble" and "CNN" in fitted:
            model.set_params(CNN=FrozenEstimator(fitted["CNN"]))
            before = results["CNN"][1]
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")  # of clips shorter than a frame, and of folds that lack classes
            start = time.process_time()
            fitted[name] = model.fit(X, y, **dict.fromkeys(named(model)[0], groups[train]))
            seconds = before + time.process_time() - start
            results[name] = fitted[name].predict([paths[i] for i in test]), seconds
    return results


def score(labels, predicted):
    """Return the balanced accuracy of predictions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fold may lack a class that is predicted
        return balanced_accuracy_score(labels, predicted)


def published(table, models):
    """Return the table as the documentation shows it: a row per set, a column per model."""
    pairs = [(first, other) for first, other in LESS if first in models and other in models]
    pooled = f"pooled: {', '.join(models)}"
    rows = {}
    for (name, clips), part in table.groupby(["set", "clips"], sort=False):
        part = part.set_index("model")
        cell = {m: f"{r['mean']:.3f} ({interval(r['low'], r['high'])})" for m, r in part.iterrows()}
        for first, other in pairs:
            row = part.loc[first]
            bounds = f"({interval(row[f'low {other}'], row[f'high {other}'], '+.2f')})"
            folds = f"{row[f'up {other}']:.0f} up, {row[f'down {other}']:.0f} down"
            cell[f"{first} less {other}"] = f"{row[f'less {other}']:+.3f} {bounds}, {folds}"
        cell[pooled] = ", ".join(f"{part.loc[m, 'pooled']:.3f}" for m in models)
        seconds = ", ".join(f"{part.loc[m, 'fit s']:.{1 if m in CLASSIC else 0}f}" for m in models)
        cell[f"fit, s: {', '.join(models)}"] = seconds
        rows[f"{name} ({clips})"] = cell
    means = _means(table, models, pairs, pooled)
    return pd.DataFrame({**rows, "mean": means}).T.rename_axis("set (clips)").fillna("")


def _means(table, models, pairs, pooled):
    """Return the last row, means over sets, and print those on fold 0."""
    means = table.groupby("model")[["mean", "pooled", "fold 0"]].mean().loc[models]
    last = {model: f"{means.loc[model, 'mean']:.3f}" for model in models}
    for first, other in pairs:
        difference = means.loc[first, "mean"] - means.loc[other, "mean"]
        part = table[table["model"] == first]
        up, down = int(part[f"up {other}"].sum()), int(part[f"down {other}"].sum())
        last[f"{first} less {other}"] = f"{difference:+.3f}, {up} up, {down} down"
    last[pooled] = ", ".join(f"{means.loc[m, 'pooled']:.3f}" for m in models)
    print("\nfold 0 of each set, which had no part in choosing, mean over sets:")
    print(means["fold 0"].round(3).to_string())
    return last


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--models", nargs="+", choices=list(default_models()), default=list(MODELS))
    parser.add_argument("--seeds", type=int, default=3, help="number of seeds of each network")
    parser.add_argument("--results", help="folder in which results of folds are kept")
    parser.add_argument("--csv", help="where to write the table")
    parser.add_argument("--n-jobs", type=int, default=-1)
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as memory:
        for name in args.sets:
            rows += run(args, name, memory)
            print(pd.DataFrame(rows[-len(args.models) :]).round(3).to_string(), flush=True)
    table = published(pd.DataFrame(rows), args.models)
    print(table.to_string())
    note_machine(f"one thread per fit, n_jobs={args.n_jobs}", args.csv)
    if args.csv:
        table.to_csv(args.csv)


if __name__ == "__main__":
    main()
