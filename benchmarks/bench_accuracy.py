"""How well the default network does on real recordings, beside the classic pipelines, over seeds.

    python benchmarks/bench_accuracy.py [DATA] [--sets NAME ...] [--seeds 3] [--csv FILE] [--n-jobs 2]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). On every set the same
three pipelines: "SVM" and "LDA" of ``default_models``, and the default network,

    make_pipeline(MelSpectrogram(), FrameScaler(), CNNClassifier(random_state=seed))

Folds hold groups (instruments, sources, speakers, tunes) together: those that the set brings, or for
``instrument_notes`` five folds of whole sources. The score is balanced accuracy, the mean over folds; for
the network, each fold's score is the mean over seeds first. Intervals are of 95 %, with the variance as
Nadeau and Bengio correct it. "pooled" is the balanced accuracy of the predictions for all clips, each made
while the clip was held out: where folds are small and lack classes, the two differ.

The network's defaults were chosen by scores inside the training part of fold 0 of each set
(docs/decisions.rst); "fold 0" is the score on that fold, which had no part in choosing.
"""

import argparse
import os
import pathlib
import tempfile

import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GroupKFold, PredefinedSplit
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import MelSpectrogram
from skmir.model_selection import compare, default_models
from skmir.model_selection._statistics import corrected_interval
from skmir.neural_network import CNNClassifier
from skmir.preprocessing import FrameScaler

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


def models(seeds, memory):
    """Return the classic pipelines, and the network once a seed."""
    network = {
        f"CNN {seed}": make_pipeline(
            MelSpectrogram(memory=memory), FrameScaler(), CNNClassifier(random_state=seed)
        )
        for seed in range(seeds)
    }
    return {**default_models(["SVM", "LDA"], memory=memory), **network}


def run(folder, name, seeds, n_jobs, memory):
    """Return the rows of the table for one set: a dict a model."""
    paths, labels, splits = load(folder, name)
    result = compare(
        models(seeds, memory), paths, labels, cv=splits, n_jobs=n_jobs, random_state=0, verbose=1
    )
    ratio = np.mean([len(test) / len(train) for train, test in splits])
    columns = [f"CNN {seed}" for seed in range(seeds)]
    scores = {
        "SVM": result.scores_["SVM"],
        "LDA": result.scores_["LDA"],
        "CNN": result.scores_[columns].mean(axis=1),
    }
    pooled = {model: pooled_score(labels, result.predictions_[model]) for model in result.scores_}
    pooled["CNN"] = np.mean([pooled[column] for column in columns])
    rows = []
    for model, values in scores.items():
        low, high = corrected_interval(values, ratio)
        row = {
            "set": name,
            "clips": len(paths),
            "model": model,
            "mean": values.mean(),
            "low": low,
            "high": high,
        }
        for other in ("SVM", "LDA"):
            difference = values - scores[other]
            bounds = corrected_interval(difference, ratio) if model == "CNN" else (np.nan, np.nan)
            row |= {f"less {other}": difference.mean()} | dict(
                zip((f"low {other}", f"high {other}"), bounds, strict=True)
            )
        seconds = result.table_.loc[columns if model == "CNN" else [model], "fit_time"].mean()
        rows.append({**row, "pooled": pooled[model], "fold 0": values.iloc[0], "fit s": seconds})
    return rows


def pooled_score(labels, predictions):
    """Return the balanced accuracy of the predictions for all clips that were held out once."""
    seen = ~np.ma.getmaskarray(predictions)
    return balanced_accuracy_score(labels[seen], predictions.data[seen])


def published(table):
    """Return the table as the documentation shows it: a row a set, a column a model."""
    rows = {}
    for (name, clips), part in table.groupby(["set", "clips"], sort=False):
        part = part.set_index("model")
        cell = {m: f"{r['mean']:.3f} ({r['low']:.2f} to {r['high']:.2f})" for m, r in part.iterrows()}
        network = part.loc["CNN"]
        for other in ("SVM", "LDA"):
            low, high = network[f"low {other}"], network[f"high {other}"]
            cell[f"CNN less {other}"] = f"{network[f'less {other}']:+.3f} ({low:+.2f} to {high:+.2f})"
        cell["pooled: SVM, LDA, CNN"] = ", ".join(
            f"{part.loc[m, 'pooled']:.3f}" for m in ("SVM", "LDA", "CNN")
        )
        cell["CNN fit, s"] = f"{network['fit s']:.0f}"
        rows[f"{name} ({clips})"] = cell
    means = table.groupby("model")[["mean", "pooled", "fold 0"]].mean()
    last = {model: f"{means.loc[model, 'mean']:.3f}" for model in ("SVM", "LDA", "CNN")}
    last["CNN less SVM"] = f"{means.loc['CNN', 'mean'] - means.loc['SVM', 'mean']:+.3f}"
    last["CNN less LDA"] = f"{means.loc['CNN', 'mean'] - means.loc['LDA', 'mean']:+.3f}"
    last["pooled: SVM, LDA, CNN"] = ", ".join(f"{means.loc[m, 'pooled']:.3f}" for m in ("SVM", "LDA", "CNN"))
    print("\nfold 0 of each set, which had no part in choosing, mean over sets:")
    print(means["fold 0"].round(3).to_string())
    return pd.DataFrame({**rows, "mean": last}).T.rename_axis("set (clips)").fillna("")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--csv", help="where to write the table")
    parser.add_argument("--n-jobs", type=int, default=-1)
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as memory:
        for name in args.sets:
            rows += run(pathlib.Path(args.data), name, args.seeds, args.n_jobs, memory)
            print(pd.DataFrame(rows[-3:]).round(3).to_string(), flush=True)
    table = published(pd.DataFrame(rows))
    print(table.to_string())
    if args.csv:
        table.to_csv(args.csv)


if __name__ == "__main__":
    main()
