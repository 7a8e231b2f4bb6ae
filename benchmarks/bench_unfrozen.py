"""Pipelines as they were designed, and trained on from there as one network, on chords and on timbre.

    python benchmarks/bench_unfrozen.py [DATA] [--sets chords timbre] [--seeds 3] [--csv FILE]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). "chords" are the
recorded triads of ``chord_triads``: constant-Q magnitudes, their logarithm, the sum of octaves, mean and
deviation over frames, logistic regression. "timbre" are the instruments of ``medley_solos``: MFCC, mean and
deviation, logistic regression. "frozen" is that Pipeline; "head only" trains its last step on, "unfrozen" all
steps that can learn, "stopped early" for as many epochs as a validation part of the training fold asks for,
and "random start" the same network from random weights. "no fold" leaves the sum of octaves out. Parameters
are at their defaults; those of the random start were chosen as the defaults were, by cross-validation over
pairs of the same folds (docs/decisions.rst), so that scores are somewhat optimistic.

Folds are the sets' own, groups kept together. A fold's score is the mean of balanced accuracy over seeds; the
table has the mean over folds with an interval of 95 %, its variance as Nadeau and Bengio correct it, the
difference from "frozen" with its interval, on how many folds it is up and down, and seconds per fit and fold.
Features are computed once, and not counted.
"""

import argparse
import os
import pathlib
import tempfile

import numpy as np
import pandas as pd
from seeds import interval
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.feature_extraction import CQT, MFCC
from skmir.model_selection import compare
from skmir.model_selection._results._corrected_statistics import corrected_interval
from skmir.neural_network import UnfrozenClassifier
from skmir.preprocessing import CQTToChroma, FramePooler, LogCompression

ROOT = pathlib.Path(__file__).resolve().parents[1]


def head():
    """Return the steps from frames to classes."""
    return [FramePooler(), StandardScaler(), LogisticRegression(max_iter=1000)]


def chords(memory):
    """Return the rows of the first set: a function from a seed to a model for each."""
    spectra = [CQT(memory=memory), LogCompression(10, base=np.e)]
    folded = make_pipeline(*spectra, CQTToChroma(), *head())
    return {
        **rows(folded, ["frozen", "head only", "unfrozen", "stopped early", "random start"]),
        "no fold": lambda seed: make_pipeline(*spectra, *head()),
    }


def timbre(memory):
    """Return the rows of the second set."""
    return rows(
        make_pipeline(MFCC(memory=memory), *head()), ["frozen", "head only", "unfrozen", "stopped early"]
    )


SETS = {"chords": ("chord_triads", chords), "timbre": ("medley_solos", timbre)}
SETTINGS = {
    "head only": {"trainable": ["logisticregression"]},
    "unfrozen": {},
    "stopped early": {"early_stopping": True},
    # The best of four: rate .01 and anchor .1; rate .01; rate .03; rate .03 for 300 epochs, these without.
    "random start": {"init": "random", "anchor": 0.0, "learning_rate_init": 0.03, "max_iter": 300},
}


def rows(pipeline, names):
    """Return a function from a seed to a model for each name."""

    def model_of(name):
        if name == "frozen":
            return lambda seed: pipeline
        return lambda seed: UnfrozenClassifier(pipeline, **SETTINGS[name], random_state=seed, device="cpu")

    return {name: model_of(name) for name in names}


def run(folder, models, n_seeds):
    """Return the rows of the table for one set."""
    table = pd.read_csv(folder / "labels.csv")
    paths, labels = [str(folder / file) for file in table["file"]], table["label"].to_numpy(dtype=str)
    UnfrozenClassifier(models["frozen"](0), max_iter=0).fit(
        paths, labels
    )  # all features are kept from now on
    runs = {(name, seed): model(seed) for name, model in models.items() for seed in range(n_seeds)}
    result = compare(
        {f"{name} {seed}": model for (name, seed), model in runs.items()},
        paths,
        labels,
        groups=table["group"].to_numpy(),
        cv=PredefinedSplit(table["fold"]),
        baselines=False,
        verbose=1,
    )
    scores = pd.DataFrame(
        {name: result.scores_[[f"{name} {seed}" for seed in range(n_seeds)]].mean(axis=1) for name in models}
    )
    print(scores.round(3).to_string(), flush=True)
    ratio = np.mean([len(test) / len(train) for train, test in result.splits_])
    lines = []
    for name in models:
        less = (scores[name] - scores["frozen"]).to_numpy()
        times = result.table_.loc[[f"{name} {seed}" for seed in range(n_seeds)], "fit_time"]
        line = {
            "model": name,
            "balanced accuracy": f"{scores[name].mean():.3f}",
            "95 % interval": interval(*corrected_interval(scores[name].to_numpy(), ratio)),
            "less frozen": "",
            "folds up, down": "",
            "fit, s": f"{times.mean():.1f}",
        }
        if name != "frozen":
            low_high = interval(*corrected_interval(less, ratio), form="+.2f")
            line["less frozen"] = f"{less.mean():+.3f} ({low_high})"
            line["folds up, down"] = f"{(less > 0).sum()}, {(less < 0).sum()}"
        lines.append(line)
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as memory:
        for name in args.sets:
            folder, models = SETS[name]
            compare_all = run(pathlib.Path(args.data) / folder, models(memory), args.seeds)
            lines += [{"set": name, **line} for line in compare_all]
    result = pd.DataFrame(lines)
    print(result.to_string(index=False))
    if args.csv:
        result.to_csv(args.csv, index=False)


if __name__ == "__main__":
    main()
