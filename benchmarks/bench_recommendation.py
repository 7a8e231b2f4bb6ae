"""Recommending clips that nobody has heard, from their sound, after van den Oord et al. (NIPS 2013).

    python benchmarks/bench_recommendation.py [DATA] [--sets NAME ...] [--runs 6] [--csv FILE] [--n-jobs 2]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). The recordings are real,
the listeners are those of ``make_listeners``: 200 of them, with tastes of which half can be heard in the
families (or tags) of a clip. A run draws listeners by its own seed; its score is the mean over the folds of
the set, which keep instruments, sources or recordings together. Weighted matrix factorisation of the plays of
the training clips gives 10 factors per clip and per listener; a model predicts the factors of the test clips,
and each listener's test clips are ranked by the product of factors. AUC and mean average precision are means
over the listeners who have played some of the test clips.

"random" ranks at random. "ridge" is a ridge regression on 584 statistics of MFCC, mel spectrum, chroma,
spectral shape and tempogram (those of the default model "ridge"), "transfer" one on all layers of a network
trained on MagnaTagATune (skipped without the package musicnn), both with their penalty chosen in the training
clips.
"CNN" is ``CNNRegressor`` on 48 log-mel bands, a frame per 46 ms, with van den Oord's architecture as
"CNN, temporal". "factors" are those that the plays of the test clips themselves give: the best that any
prediction of factors can do. "wins" counts the runs in which a model has a higher AUC than the row above it.
"""

import argparse
import os
import pathlib
import warnings

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, StandardScaler
from threadpoolctl import threadpool_limits

from skmir.datasets import make_listeners
from skmir.feature_extraction import MelSpectrogram
from skmir.metrics import tag_average_precision, tag_roc_auc
from skmir.model_selection import default_models
from skmir.modules import MusiCNN
from skmir.neural_network import CNNRegressor, NetworkEmbedding
from skmir.preprocessing import FramePooler, FrameScaler

ROOT = pathlib.Path(__file__).resolve().parents[1]
SETS = ("midi_families", "instrument_notes", "sound_tags")
MODELS = ("random", "CNN, temporal", "CNN", "ridge", "transfer", "factors")
PENALTIES = 10.0 ** np.arange(0, 7)


def factorize(plays, n_factors=10, n_iter=8, penalty=5.0):
    """Return factors of listeners and of clips: weighted matrix factorisation, least squares in turn."""
    clips = 0.1 * np.random.RandomState(0).standard_normal((plays.shape[1], n_factors))
    for _ in range(n_iter):
        listeners = best_factors(plays, clips, penalty)
        clips = best_factors(plays.T, listeners, penalty)
    return listeners, clips


def best_factors(plays, other, penalty=5.0):
    """Return the factors of the rows of plays, given those of its columns."""
    surplus = 2 * np.log1p(plays / 1e-6)  # of the confidence, which is 1 if there are no plays
    squares = (other[:, :, np.newaxis] * other[:, np.newaxis]).reshape(len(other), -1)
    matrices = (squares.sum(axis=0) + surplus @ squares).reshape(-1, *2 * [other.shape[1]])
    targets = np.where(plays > 0, 1 + surplus, 0) @ other
    return np.linalg.solve(matrices + penalty * np.eye(other.shape[1]), targets[..., np.newaxis])[..., 0]


def load(folder, name):
    """Return paths, an indicator of families or tags, and folds as a list of (train, test)."""
    table = pd.read_csv(folder / name / "labels.csv")
    paths = [str(folder / name / file) for file in table["file"]]
    styles = MultiLabelBinarizer().fit_transform(table["label"].str.split("|"))
    return paths, styles, list(PredefinedSplit(table["fold"]).split())


def features(paths, memory):
    """Return what each model sees of the clips; nothing in it is learned."""
    statistics = default_models("ridge", task="regression", memory=memory)["ridge"][0]
    found = {
        "ridge": statistics.fit_transform(paths),
        "CNN": MelSpectrogram(n_mels=48, hop_length=1024, memory=memory).fit_transform(paths),
    }
    try:
        network = NetworkEmbedding(layers=MusiCNN.map_layers, pool=("mean", "max"), memory=memory)
        found["transfer"] = make_pipeline(network, FramePooler(("mean",))).fit_transform(paths)
    except ImportError as error:
        print(f"transfer is left out: {error}")
    return found


def predicted(model, X, factors, train, test, seed):
    """Return the factors that a model predicts for the test clips."""
    if model.startswith("CNN"):
        kind = {"architecture": "temporal"} if model.endswith("temporal") else {}
        network = CNNRegressor(**kind, device="cpu", random_state=seed)
        regressor = make_pipeline(FrameScaler(), network)
    else:
        regressor = make_pipeline(StandardScaler(), RidgeCV(PENALTIES))
    return regressor.fit([X[i] for i in train], factors).predict([X[i] for i in test])


def run(seed, X, styles, splits, models):
    """Return a row of scores per model: the means over folds with the listeners of one seed."""
    plays = make_listeners(styles, random_state=seed).data
    rows = []
    for fold, (train, test) in enumerate(splits):
        listeners, factors = factorize(plays[:, train])
        played = plays[:, test] > 0
        for model in models:
            if model == "random":
                scores = np.random.RandomState([seed, fold]).random_sample(played.shape)
            elif model == "factors":
                scores = listeners @ best_factors(plays[:, test].T, listeners).T
            else:
                found = X["CNN" if model.startswith("CNN") else model]
                scores = listeners @ predicted(model, found, factors, train, test, seed).T
            row = {"model": model, "seed": seed, "fold": fold}
            row["AUC"] = tag_roc_auc(played, scores, average="samples")
            row["mAP"] = tag_average_precision(played, scores, average="samples")
            rows.append(row)
    means = pd.DataFrame(rows).groupby("model", sort=False)[["AUC", "mAP"]].mean()
    return means.assign(seed=seed).reset_index()


def quiet_run(*args):
    """Run with one thread, and without warnings about short clips and single seeds."""
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        return run(*args)


def table_of(runs, name):
    """Return a row per model: means, lowest and highest run, and in how many runs it beats the row above."""
    by_run = runs.pivot(index="seed", columns="model", values="AUC")
    order = by_run.mean().sort_values().index
    rows, above = [], None
    for model in order:
        mine = runs[runs["model"] == model]
        row = {"set": name, "model": model, "runs": len(mine)}
        for score in ("AUC", "mAP"):
            row |= {score: mine[score].mean(), f"{score} low": mine[score].min()}
            row[f"{score} high"] = mine[score].max()
        row["wins"] = "" if above is None else int((by_run[model] > by_run[above]).sum())
        rows.append(row)
        above = model
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=["midi_families"])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--runs", type=int, default=6, help="number of draws of listeners")
    parser.add_argument("--memory", help="folder in which features are kept")
    parser.add_argument("--csv", help="where to write the table")
    parser.add_argument("--n-jobs", type=int, default=2)
    args = parser.parse_args()
    tables = []
    for name in args.sets:
        paths, styles, splits = load(pathlib.Path(args.data), name)
        X = features(paths, args.memory)
        models = [model for model in args.models if model != "transfer" or "transfer" in X]
        jobs = (delayed(quiet_run)(seed, X, styles, splits, models) for seed in range(args.runs))
        runs = []
        for scores in Parallel(args.n_jobs, return_as="generator")(jobs):
            print(scores.round(3).to_string(index=False), flush=True)
            runs.append(scores)
        tables.append(table_of(pd.concat(runs), name))
        print(tables[-1].round(3).to_string(index=False), flush=True)
    if args.csv:
        pd.concat(tables).round(3).to_csv(args.csv, index=False)


if __name__ == "__main__":
    main()
