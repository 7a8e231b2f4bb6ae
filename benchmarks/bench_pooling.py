"""Statistics of windows, for tags of real recordings: which, of how many frames, and at how many time scales.

    python benchmarks/bench_pooling.py [--data FOLDER] [--parts statistics ...] [--seeds 3] [--csv FILE]

The studies of Hamel, Lemieux, Bengio and Eck (ISMIR 2011) on ``sound_tags``, in its own five folds, groups
kept together. FOLDER holds the real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). Frames are the
paper's: 1024 samples every 512, at 22050 Hz. Inputs are 20 MFCCs, the logarithm of 128 mel bands, and 120
principal components of these (PMSC), learned from 10,000 frames of the training fold.

"PFC" is the pooled-features classifier: one layer of 1,000 sigmoid units on the statistics of a window; each
window is an example, and a clip's score is the mean over its windows. "stacked" has the statistics of several
widths side by side, and "MTSL" is multi-time-scale learning, ``CNNClassifier("multi_scale")``. All other
parameters are at their defaults. Part "statistics" compares statistics, "inputs" inputs, "widths" lengths of
windows, and "scales" one scale with several.

The score is AUC-tag, the mean over tags of the area under the ROC curve. That of a fold is the mean over
seeds; the table has the mean over folds, an interval of 95 % with the variance as Nadeau and Bengio correct
it, and the difference from the first row of the part, fold by fold, with its interval. The script ends with
an error if four statistics do not lead the mean alone by 0.015.
"""

import argparse
import os
import pathlib
import time
import warnings

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer

from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.metrics import tag_roc_auc
from skmir.model_selection._results._corrected_statistics import corrected_interval
from skmir.neural_network import CNNClassifier, MLPClassifier
from skmir.preprocessing import FrameScaler, LogCompression, PCAWhitener, WindowPooler

ROOT = pathlib.Path(__file__).resolve().parents[1]
STFT = {"n_fft": 1024, "hop_length": 512}
FOUR = ("mean", "var", "max", "min")
SIX = (*FOUR, "third_moment", "fourth_moment")
WHOLE = 10_000  # frames, more than any clip has
MARGIN = 0.015  # by which four statistics must lead the mean


def pfc(statistics=FOUR, widths=64):
    """Return the steps of a pooled-features classifier, for a seed."""
    return lambda seed: [
        WindowPooler(statistics, widths=widths),
        FrameScaler(log=False),
        MLPClassifier((1000,), activation="sigmoid", n_frames=1, device="cpu", random_state=seed),
    ]


def mtsl(**params):
    """Return the step of multi-time-scale learning, for a seed."""
    return lambda seed: [CNNClassifier("multi_scale", **params, device="cpu", random_state=seed)]


PARTS = {  # of (row, input, model); the first row is what the others are compared with
    "statistics": [
        ("PFC, mean", "PMSC", pfc(("mean",))),
        *((f"PFC, {name}", "PMSC", pfc((name,))) for name in ("var", "max", "min")),
        ("PFC, mean and var", "PMSC", pfc(("mean", "var"))),
        ("PFC, four", "PMSC", pfc(FOUR)),
        ("PFC, six", "PMSC", pfc(SIX)),
    ],
    "inputs": [(f"PFC, four, {name}", name, pfc()) for name in ("PMSC", "log mel", "MFCC")],
    "widths": [
        ("PFC, 64 frames", "PMSC", pfc()),
        *((f"PFC, {width} frames", "PMSC", pfc(widths=width)) for width in (4, 8, 16, 32, 128)),
        ("PFC, whole clips", "PMSC", pfc(widths=WHOLE)),
    ],
    "scales": [
        ("PFC, 64 frames", "PMSC", pfc()),
        ("PFC, stacked 16, 64, whole", "PMSC", pfc(widths=(16, 64, WHOLE))),
        ("MTSL, 8 and 32 frames", "PMSC", mtsl()),
        ("MTSL, 8 and 32 frames, log mel", "log mel", mtsl()),
    ],
}


def load(folder):
    """Return paths, an indicator of tags, and folds as a list of (train, test)."""
    table = pd.read_csv(folder / "labels.csv")
    y = MultiLabelBinarizer().fit_transform(table["label"].str.split("|"))
    folds = table["fold"].to_numpy()
    splits = [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in np.unique(folds)]
    return [str(folder / file) for file in table["file"]], y, splits


def inputs(paths, memory=None):
    """Return the frames of each input, and the steps that follow them in a pipeline."""
    front_end = {**STFT, "n_mels": 128, "memory": memory, "n_jobs": -1}
    mel = LogCompression().fit_transform(MelSpectrogram(**front_end).fit_transform(paths))
    mfcc = MFCC(n_mfcc=20, **front_end).fit_transform(paths)
    whitener = PCAWhitener(120, max_frames=10_000, random_state=0)
    scaler = FrameScaler(log=False)
    return {"PMSC": (mel, [whitener]), "log mel": (mel, [scaler]), "MFCC": (mfcc, [scaler])}


def score(frames, steps, y, train, test):
    """Return AUC-tag on a fold, and CPU seconds."""
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tags that a training fold lacks
        model = make_pipeline(*steps).fit([frames[i] for i in train], y[train])
        scores = model.predict_proba([frames[i] for i in test])
    return tag_roc_auc(y[test], scores), time.process_time() - start


def run(rows, X, y, splits, seeds, n_jobs):
    """Return a table of the rows of a part."""
    jobs = [(row, seed, i) for row in range(len(rows)) for seed in range(seeds) for i in range(len(splits))]
    done = Parallel(n_jobs)(
        delayed(score)(X[rows[row][1]][0], [*X[rows[row][1]][1], *rows[row][2](seed)], y, *splits[i])
        for row, seed, i in jobs
    )
    table = pd.DataFrame(jobs, columns=["row", "seed", "fold"])
    table[["score", "cpu"]] = done
    folds = table.pivot_table(index="fold", columns="row", values="score")
    print(table.pivot_table(index="row", columns="seed", values="score").round(3).to_string(), flush=True)
    ratio = np.mean([len(test) / len(train) for train, test in splits])
    lines = []
    for row, (name, _, _) in enumerate(rows):
        line = {"model": name, "AUC-tag": round(folds[row].mean(), 3)}
        line["95 % interval"] = "{:.2f} to {:.2f}".format(*corrected_interval(folds[row], ratio))
        if row:
            difference = folds[row] - folds[0]
            low, high = corrected_interval(difference, ratio)
            line["less the first row"] = f"{difference.mean():+.3f} ({low:+.2f} to {high:+.2f})"
        lines.append(line)
    seconds = table.groupby("row")["cpu"].mean().round(1)
    return pd.DataFrame(lines).assign(**{"CPU s per fold": seconds.to_numpy()})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=pathlib.Path, default=default, help="folder of the real recordings")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--csv", help="where to write the table")
    parser.add_argument("--memory", help="folder in which front ends keep frames")
    parser.add_argument("--n-jobs", type=int, default=2)
    args = parser.parse_args()
    paths, y, splits = load(pathlib.Path(args.data) / "sound_tags")
    X = inputs(paths, args.memory)
    tables = []
    for part in args.parts:
        table = run(PARTS[part], X, y, splits, args.seeds, args.n_jobs)
        print(table.to_string(index=False), flush=True)
        tables.append(table.assign(part=part).set_index("part"))
    if args.csv:
        pd.concat(tables).to_csv(args.csv)
    if "statistics" in args.parts:
        found = tables[args.parts.index("statistics")].set_index("model")["AUC-tag"]
        assert found["PFC, four"] > found["PFC, mean"] + MARGIN, found


if __name__ == "__main__":
    main()
