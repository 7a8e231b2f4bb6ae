"""Search by similarity on single notes of instruments: features, classic projections and learned embeddings.

    python benchmarks/bench_similarity.py [DATA] [--seeds 3] [--memory FOLDER] [--csv FILE]
    python benchmarks/bench_similarity.py [DATA] --unseen [--seeds 3] [--memory FOLDER] [--csv FILE]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). Every model learns from
the training clips of a fold; each test clip is then a query among the test clips. Clips of the query's own
instrument, from the same source, are left out, except in the last column; a clip is relevant if it is of the
same family. Scores are means over queries: mean average precision with its lowest and highest seed, and the
precision of the nearest 1 and 10.

Folds are five per seed, drawn so that no instrument of a source is on both sides (StratifiedGroupKFold); the
seed is that of the networks too. The folds of the set's own table, which keep sources apart, leave most
queries without a clip that they could find. With ``--unseen``, no family is on both sides: half of the
families is for training, and the other for test, in turn.

A table row holds mean, deviation, maximum and deviation of differences of MFCC, and mean and deviation of
log-mel bands. If the package musicnn is installed, there are rows of means and maxima of all layers of its
trained tagger: ``pip install --no-deps musicnn==0.1.0``.
"""

import argparse
import os
import pathlib
import time
import warnings

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from machine import note_machine
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.metrics import retrieval_scores
from skmir.modules import MusiCNN
from skmir.neural_network import CNNClassifier, NetworkEmbedding, NetworkFeatures, SiameseEmbedding
from skmir.preprocessing import FramePooler, FrameScaler

ROOT = pathlib.Path(__file__).resolve().parents[1]


def features(data, memory):
    """Return the clips of the set in each form, their families, and their groups."""
    folder = data / "instrument_notes"
    labels = pd.read_csv(folder / "labels.csv")
    paths = [str(folder / file) for file in labels["file"]]
    mfcc = MFCC(memory=memory).fit_transform(paths)
    mel = MelSpectrogram(memory=memory).fit_transform(paths)
    log_mel = [np.log(x + 1e-6) for x in mel]
    statistics = [
        FramePooler(("mean", "std", "max", "delta_std")).fit_transform(mfcc),
        FramePooler(("mean", "std")).fit_transform(log_mel),
    ]
    forms = {"statistics": np.hstack(statistics), "frames": list(mel)}
    transfer = embeddings_of_musicnn(paths, memory)
    if transfer is not None:
        forms["MusiCNN"] = transfer
    return forms, labels["label"].to_numpy(), labels["group"].to_numpy()


def embeddings_of_musicnn(paths, memory):
    """Return the mean embedding of each clip, of all layers, or None if the weights are not installed."""
    layers = [*MusiCNN.map_layers, "penultimate"]
    front_end = NetworkEmbedding("MTT_musicnn", layers=layers, pool=("mean", "max"), memory=memory)
    try:
        return FramePooler(("mean",)).fit_transform(front_end.fit_transform(paths))
    except ImportError as error:
        print(f"No rows of MusiCNN: {error}")
        return None


def lda():
    return LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto")


def siamese(seed, *args, **params):
    return SiameseEmbedding(*args, random_state=seed, **params)


def models_of(forms, seed, unseen):
    """Return name to (form, transformer, metric), each with an own seed."""
    models = {
        "statistics": ("statistics", FunctionTransformer(), "cosine"),
        "statistics, standardised": ("statistics", StandardScaler(), "cosine"),
        "statistics, standardised, Euclidean": ("statistics", StandardScaler(), "euclidean"),
        "statistics, PCA": ("statistics", make_pipeline(StandardScaler(), PCA(32, random_state=0)), "cosine"),
        "statistics, LDA": ("statistics", make_pipeline(StandardScaler(), lda()), "cosine"),
    }
    for loss, margin in (("supcon", 1.0), ("triplet", 0.2), ("contrastive", 1.0)):
        network = siamese(seed, "mlp", loss=loss, margin=margin)
        models[f"statistics, {loss}"] = ("statistics", make_pipeline(StandardScaler(), network), "cosine")
    if not unseen:
        classifier = NetworkFeatures(CNNClassifier(random_state=seed))
        models["frames, CNN's last features"] = ("frames", make_pipeline(FrameScaler(), classifier), "cosine")
        models["frames, supcon"] = ("frames", make_pipeline(FrameScaler(), siamese(seed)), "cosine")
    if "MusiCNN" in forms:
        models["MusiCNN"] = ("MusiCNN", FunctionTransformer(), "cosine")
        models["MusiCNN, standardised"] = ("MusiCNN", StandardScaler(), "cosine")
        models["MusiCNN, LDA"] = ("MusiCNN", make_pipeline(StandardScaler(), lda()), "cosine")
        network = make_pipeline(StandardScaler(), siamese(seed, "mlp"))
        models["MusiCNN, supcon"] = ("MusiCNN", network, "cosine")
    return models


def splits_of(y, groups, seed, unseen):
    """Return the folds of a seed."""
    if not unseen:
        return list(StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(y, y, groups))
    families = np.random.RandomState(seed).permutation(np.unique(y))
    halves = [np.flatnonzero(np.isin(y, part)) for part in np.array_split(families, 2)]
    return [(halves[0], halves[1]), (halves[1], halves[0])]


def search(model, X, y, groups, train, test, metric):
    """Return the scores of a model in a fold, and the CPU seconds of its fit."""
    X_train, X_test = ([X[i] for i in rows] if isinstance(X, list) else X[rows] for rows in (train, test))
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # of short clips
        start = time.process_time()
        model.fit(X_train, y[train])
        seconds = time.process_time() - start
        embedding = model.transform(X_test)
    scores = retrieval_scores(embedding, y[test], exclude=groups[test], metric=metric)
    everywhere = retrieval_scores(embedding, y[test], metric=metric)
    return {**scores, "map_with_own_group": everywhere["mean_average_precision"], "fit_s": seconds}


def table_of(forms, y, groups, args):
    """Return a row per model."""
    jobs = [
        (seed, name, form, model, metric, train, test)
        for seed in range(args.seeds)
        for name, (form, model, metric) in models_of(forms, seed, args.unseen).items()
        for train, test in splits_of(y, groups, seed, args.unseen)
    ]
    found = Parallel(args.n_jobs)(
        delayed(search)(model, forms[form], y, groups, train, test, metric)
        for _, _, form, model, metric, train, test in jobs
    )
    names = pd.DataFrame([job[:2] for job in jobs], columns=["seed", "model"])
    runs = names.join(pd.DataFrame(found))
    kept = {"mean_average_precision": "map", "precision_at_1": "p1", "precision_at_10": "p10"}
    runs = runs.rename(columns=kept)
    scores = [*kept.values(), "map_with_own_group"]
    rows = {}
    for name, one in runs.groupby("model", sort=False):
        of_seeds = [np.average(part["map"], weights=part["n_queries"]) for _, part in one.groupby("seed")]
        row = {score: np.average(one[score], weights=one["n_queries"]) for score in scores}
        row |= {"map_low": min(of_seeds), "map_high": max(of_seeds)}
        rows[name] = row | {"queries": int(one["n_queries"].sum()), "fit_s": one["fit_s"].mean()}
    columns = ["map", "map_low", "map_high", "p1", "p10", "map_with_own_group", "queries", "fit_s"]
    return pd.DataFrame.from_dict(rows, orient="index")[columns].rename_axis("model")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--unseen", action="store_true", help="families for test are not in training")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--memory", help="folder in which front ends keep features")
    parser.add_argument("--n-jobs", type=int, default=1)
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    forms, y, groups = features(pathlib.Path(args.data), args.memory)
    table = table_of(forms, y, groups, args).round(3)
    print(table.to_string())
    if args.csv:
        table.to_csv(args.csv)
        note_machine("of one CPU, with one thread per fit", args.csv)


if __name__ == "__main__":
    main()
