"""Deep belief networks compared with SVMs and with the same network without pretraining, on real recordings.

    python benchmarks/bench_dbn.py [DATA] [--sets NAME ...] [--seeds 3] [--csv FILE] [--n-jobs 2]

The comparison of Hamel, Wood and Eck (ISMIR 2009): which instrument families sound, each a tag of its own,
by the F-score over all tags and clips together (their "Global"). DATA is the folder of real recordings
(default: $SKMIR_TEST_DATA, or ../shared/data). Sets: "solo" and "poly" are the two kinds of
``midi_families``, in its own folds; "notes" is ``instrument_notes`` in five folds of whole sources. Folds
share instruments in "poly" only.

All models see the same table: mean and standard deviation over the clip of 20 MFCCs and of 64 mel bands in
dB, standardised on the training fold. "linear SVM" and "RBF SVM" are one machine per tag, with C and gamma
searched in the training fold, groups kept together. "MLP" is ``DBNClassifier(pretraining=None)`` with
three layers of 100 sigmoid units, which starts from torch's weights, "Glorot MLP" is the same network from
the weights of Glorot and Bengio; "DBN" and "DAE" are the same network pretrained on the training fold, by
Boltzmann machines or by denoising autoencoders, in 100 passes. All other parameters are at their defaults.

A fold's score for a network is its mean over seeds. Intervals are of 95 %, with the variance as Nadeau and
Bengio correct it; "DBN less MLP" and so on are means of the differences fold by fold.
"""

import argparse
import os
import pathlib
import warnings

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, GroupKFold, PredefinedSplit
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, StandardScaler
from sklearn.svm import SVC

from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.model_selection._results._corrected_statistics import corrected_interval
from skmir.neural_network import RBM, DBNClassifier, DenoisingAutoencoder, TrainingRecipe
from skmir.preprocessing import FramePooler, FrameScaler

ROOT = pathlib.Path(__file__).resolve().parents[1]
SETS = {"solo": "midi_families", "poly": "midi_families", "notes": "instrument_notes"}
SHAPE = (100, 100, 100)
# Epochs and weights as in the table: the F-score over all decisions counts clips, not classes.
TRAINING = {"max_iter": 60, "class_weight": None, "device": "cpu"}
NETWORKS = {
    "MLP": {"pretraining": None},
    "Glorot MLP": {"pretraining": None, "recipe": TrainingRecipe(init="glorot_uniform")},
    "DBN": {"pretraining": RBM(n_iter=100)},
    "DAE": {"pretraining": DenoisingAutoencoder(n_iter=100)},
}
DIFFERENCES = (("DBN", "MLP"), ("DAE", "MLP"), ("DBN", "Glorot MLP"), ("DBN", "RBF SVM"))


def load(folder, name):
    """Return paths, an indicator of families, groups, and folds as a list of (train, test)."""
    table = pd.read_csv(folder / SETS[name] / "labels.csv")
    if name != "notes":
        table = table[table["kind"] == name]
    paths = [str(folder / SETS[name] / file) for file in table["file"]]
    y = MultiLabelBinarizer().fit_transform(table["label"].str.split("|"))
    groups = table["source" if name == "notes" else "group"].to_numpy(dtype=str)
    if name == "notes":
        return paths, y, groups, list(GroupKFold(5).split(paths, y, groups))
    return paths, y, groups, list(PredefinedSplit(table["fold"]).split())


def features(paths):
    """Return the table that all models see; nothing in it is learned."""
    mfcc = make_pipeline(MFCC(n_jobs=-1), FramePooler())
    decibels = FrameScaler(with_mean=False, with_std=False)
    mel = make_pipeline(MelSpectrogram(n_mels=64, n_jobs=-1), decibels, FramePooler())
    return np.hstack([mfcc.fit_transform(paths), mel.fit_transform(paths)]).astype(np.float32)


def support_vectors(kernel):
    """Return one machine per tag, in a search over its parameters."""
    grid = {"estimator__C": [0.01, 0.1, 1.0]} if kernel == "linear" else None
    grid = grid or {"estimator__C": [1.0, 10.0, 100.0], "estimator__gamma": [0.0003, 0.001, 0.003, 0.01]}
    model = OneVsRestClassifier(SVC(kernel=kernel))
    return GridSearchCV(model, grid, scoring="f1_micro", cv=GroupKFold(3))


def score(name, seed, X, y, groups, train, test):
    """Return the F-score of a model on a fold."""
    scaler = StandardScaler().fit(X[train])
    X_train, X_test = scaler.transform(X[train]), scaler.transform(X[test])
    if name in NETWORKS:
        network = DBNClassifier(SHAPE, **NETWORKS[name], **TRAINING, random_state=seed)
        predicted = network.fit(X_train, y[train]).predict(X_test)
    else:
        search = support_vectors("linear" if name == "linear SVM" else "rbf")
        with warnings.catch_warnings():
            # A part of the fold may hold no clip of a family: its machine then says no.
            warnings.filterwarnings("ignore", "Label not", UserWarning)
            predicted = search.fit(X_train, y[train], groups=groups[train]).predict(X_test)
    return f1_score(y[test], predicted, average="micro", zero_division=0)


def run(folder, name, seeds, n_jobs):
    """Return the row of the table for one set."""
    paths, y, groups, splits = load(folder, name)
    X = features(paths)
    models = [("linear SVM", 0), ("RBF SVM", 0)] + [(net, seed) for net in NETWORKS for seed in range(seeds)]
    jobs = [(model, seed, i) for model, seed in models for i in range(len(splits))]
    scores = Parallel(n_jobs)(
        delayed(score)(model, seed, X, y, groups, *splits[i]) for model, seed, i in jobs
    )
    table = pd.DataFrame(jobs, columns=["model", "seed", "fold"]).assign(score=scores)
    print(table.pivot_table(index="model", columns="seed", values="score").round(3).to_string(), flush=True)
    folds = table.pivot_table(index="fold", columns="model", values="score")
    ratio = np.mean([len(test) / len(train) for train, test in splits])
    row = {"set (clips)": f"{name} ({len(paths)})", "tags per clip": f"{y.sum(axis=1).mean():.1f}"}
    for model in ("linear SVM", "RBF SVM", *NETWORKS):
        low, high = corrected_interval(folds[model], ratio)
        row[model] = f"{folds[model].mean():.3f} ({low:.2f} to {high:.2f})"
    for one, other in DIFFERENCES:
        difference = folds[one] - folds[other]
        low, high = corrected_interval(difference, ratio)
        row[f"{one} less {other}"] = f"{difference.mean():+.3f} ({low:+.2f} to {high:+.2f})"
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--csv", help="where to write the table")
    parser.add_argument("--n-jobs", type=int, default=2)
    args = parser.parse_args()
    rows = [run(pathlib.Path(args.data), name, args.seeds, args.n_jobs) for name in args.sets]
    table = pd.DataFrame(rows).set_index("set (clips)")
    print(table.T.to_string())
    if args.csv:
        table.to_csv(args.csv)


if __name__ == "__main__":
    main()
