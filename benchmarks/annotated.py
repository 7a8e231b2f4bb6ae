"""What the benchmarks on annotated recordings share: sets and folds, fits, tables with intervals, options."""

import argparse
import os
import pathlib
import tempfile
import time
import warnings

import mir_eval
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from machine import note_machine
from sklearn.base import BaseEstimator, clone
from threadpoolctl import threadpool_limits

from skmir.datasets import load_annotations
from skmir.metrics import get_scorer
from skmir.metrics._notes import _cells

ROOT = pathlib.Path(__file__).resolve().parents[1]


def with_seeds(name, n_seeds, make):
    """Return runs of a network: a detector per seed."""
    return {f"{name}, seed {seed}": make(seed) for seed in range(n_seeds)}


def load_set(data, name, kind):
    """Return paths, annotations, groups, and folds as a list of (train, test)."""
    read = load_annotations(data / name, kind)
    table = pd.read_csv(data / name / "labels.csv").set_index("file")
    table = table.loc[[str(pathlib.Path(path).relative_to(data / name)) for path in read.data]]
    by_piece = name == "piano_performances"
    folds = table["label" if by_piece else "fold"].to_numpy()
    groups = table["label" if by_piece else "group"].to_numpy()
    splits = [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in np.unique(folds)]
    return list(read.data), list(read.target), groups, splits


def run(models, X, y, splits, args):
    """Return the held-out predictions of each model for each clip, and its mean fit seconds."""
    jobs = [(name, fold) for name in models for fold in range(len(splits))]
    done = Parallel(args.n_jobs)(delayed(predict_fold)(models[name], X, y, *splits[i]) for name, i in jobs)
    found = {}
    for (name, fold), (by_decoder, fit_seconds) in zip(jobs, done, strict=True):
        for decoder, predictions in by_decoder.items():
            all_clips, times = found.setdefault(named(name, decoder), ([None] * len(X), []))
            times.append(fit_seconds)
            for i, prediction in zip(splits[fold][1], predictions, strict=True):
                all_clips[i] = prediction
    return {name: (all_clips, np.mean(times)) for name, (all_clips, times) in found.items()}


def predict_fold(model, X, y, train, test):
    """Return the predictions for the test clips, by decoder, and the CPU seconds of the fit."""
    model, decoders = model if isinstance(model, tuple) else (model, {"": None})
    X_train, y_train, X_test = [X[i] for i in train], [y[i] for i in train], [X[i] for i in test]
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        start = time.process_time()
        model = clone(model).fit(X_train, y_train)
        fit_seconds = time.process_time() - start
        if None in decoders.values():
            return {"": model.predict(X_test)}, fit_seconds
        seen, unseen = model.predict_frames(X_train), model.predict_frames(X_test)
        found = {}
        for name, decoder in decoders.items():
            found[name] = model.set_params(decoder=decoder).fit_decoder(seen, y_train).decode(unseen)
        return found, fit_seconds


def named(model, decoder):
    """Return the name of a model with a decoder: "TCN + HMM, seed 0"."""
    start, comma, end = model.partition(", seed")
    return f"{start} + {decoder}{comma}{end}" if decoder else model


def table_of(scores, name, found, y, groups):
    """Return a row per model: scores with intervals, averaged over seeds, and fit seconds."""
    runs = {}
    for run_name in found:
        runs.setdefault(run_name.partition(", seed")[0], []).append(run_name)
    rows = []
    for model, names in runs.items():
        row = {"set": name, "model": model, "seeds": len(names)}
        for score in scores:
            by_seed = [score_of(score, y, found[run_name][0]) for run_name in names]
            row[score] = np.mean(by_seed)
            row[f"{score}_low"], row[f"{score}_high"] = interval(
                score, y, [found[n][0] for n in names], groups
            )
        row["fit_s"] = np.mean([found[run_name][1] for run_name in names])
        rows.append(row)
    return pd.DataFrame(rows)


def score_of(name, y_true, y_pred):
    """Return the value of a scorer for predictions that are there already."""

    class Done(BaseEstimator):
        def predict(self, X):
            return y_pred

    return get_scorer(name)(Done(), None, y_true)


def interval(score, y, predictions, groups, n_draws=2000):
    """Return a bootstrap interval of 95 % over groups, of the mean over runs; NaN if there are few groups."""
    kinds, number = np.unique(groups, return_inverse=True)
    if len(kinds) < 3:
        return np.nan, np.nan
    of_clips = np.mean([parts_of_clips(score, y, one) for one in predictions], axis=0)  # (n_clips, 2)
    of_groups = np.stack([np.bincount(number, part) for part in of_clips.T], axis=1)
    drawn = np.random.RandomState(0).randint(len(kinds), size=(n_draws, len(kinds)))
    part, whole = of_groups[drawn].sum(axis=1).T
    return tuple(np.quantile(part / whole, [0.025, 0.975]))


def parts_of_clips(score, y_true, y_pred):
    """Return two numbers per clip; a score of clips is the sum of the first over that of the second.

    They are the clip's own score, times what it weighs, and that weight: what is counted together in a score
    of all clips; 1 if that is the mean over the clips.
    """
    pairs = list(zip(y_true, y_pred, strict=True))
    weights = np.array([weight_of(score, *pair) for pair in pairs], dtype=float)
    own = [score_of(score, [truth], [found]) for truth, found in pairs]
    return np.stack([np.where(weights > 0, own, 0) * weights, weights], axis=1)


def weight_of(score, truth, found):
    """Return what a clip weighs in a score of all clips: events, notes, or seconds of chords to compare."""
    if score.startswith("onset"):
        return len(truth) + len(found)
    if score.startswith("note"):
        return len(truth[1]) + len(found[1])
    if score.startswith("frame"):
        return len(_cells(*truth, 100)) + len(_cells(*found, 100))
    if score.startswith("chord"):
        comparison = getattr(mir_eval.chord, score.removeprefix("chord_"))
        return (comparison(truth[1], truth[1]) >= 0) @ np.diff(truth[0], axis=1)[:, 0]
    return 1


def show(table):
    """Print a table."""
    print(table.round(3).to_string(index=False), flush=True)


def run_parts(parts, name, doc):
    """Run the parts that the command names, print their tables, and write them if it says so.

    Parameters
    ----------
    parts : dict of str to function
        Each takes the options and returns a list of tables.
    name : str
        Beginning of the names of the tables' files.
    doc : str
        The script's docstring.
    """
    parser = argparse.ArgumentParser(description=doc.partition("\n")[0])
    default = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--memory")
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--csv", type=pathlib.Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        args.memory = args.memory or folder
        for part in args.parts:
            print(f"\n{part}")
            table = pd.concat(parts[part](args))
            if args.csv:
                csv = args.csv / f"{name}_{part}.csv"
                table.round(4).to_csv(csv, index=False)
                note_machine("of one CPU, with one thread per fit", csv)
