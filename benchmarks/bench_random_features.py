"""Features of untrained networks compared with MFCC on real recordings.

    python benchmarks/bench_random_features.py [DATA] [--sets folk_dances drum_hits] [--csv FILE]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). The front end is Pons
and Serra's (12 kHz, 96 bands), with about 500 columns per network and one seed; MFCC with two differences are
their 120 columns. On each runs an SVM with a Gaussian kernel, with C and gamma searched inside the training
fold, groups kept together. Folds are those of bench_accuracy.py; the score is balanced accuracy, the mean
over folds.
"""

import argparse
import os
import pathlib
import warnings

import pandas as pd
from bench_accuracy import ROOT, load
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.neural_network import RandomConvFeatures
from skmir.preprocessing import Delta, FramePooler, FrameScaler

STFT = {"sr": 12000, "n_fft": 512, "hop_length": 256}
GRID = {"svc__C": [0.1, 2, 8, 32], "svc__gamma": ["auto", 2**-13, 2**-11, 2**-9, 2**-7]}
NETWORKS = ("vgg", "timbral", "temporal")


def scores(name, folder):
    """Return the mean score of each kind of features on a set."""
    paths, labels, splits = load(folder, name)
    groups = pd.read_csv(folder / name / "labels.csv")["group"].to_numpy()
    mel = MelSpectrogram(n_mels=96, **STFT).fit_transform(paths)
    mfcc = MFCC(**STFT).fit_transform(paths)
    features = {"MFCC": (mfcc, make_pipeline(Delta(order=(1, 2)), FramePooler()))}
    for network in NETWORKS:
        random_net = RandomConvFeatures(network, n_features=500, random_state=0)
        features[network] = (mel, make_pipeline(FrameScaler(), random_net))
    row = {}
    for kind, (frames, front_end) in features.items():
        folds = []
        for train, test in splits:
            table = front_end.fit_transform([frames[i] for i in train])
            inner = list(GroupKFold(4).split(train, groups=groups[train]))
            svm = make_pipeline(StandardScaler(), SVC())
            search = GridSearchCV(svm, GRID, cv=inner, scoring="balanced_accuracy").fit(table, labels[train])
            predicted = search.predict(front_end.transform([frames[i] for i in test]))
            folds.append(balanced_accuracy_score(labels[test], predicted))
        row[kind] = sum(folds) / len(folds)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", default=["folk_dances", "drum_hits"])
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    warnings.simplefilter(
        "ignore"
    )  # folds that lack classes, and short clips: bench_accuracy.py tells of them
    rows = {name: scores(name, pathlib.Path(args.data)) for name in args.sets}
    table = pd.DataFrame(rows).T.rename_axis("set").round(3)
    print(table.to_string())
    if args.csv:
        table.to_csv(args.csv)


if __name__ == "__main__":
    main()
