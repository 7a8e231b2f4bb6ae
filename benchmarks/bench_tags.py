"""How well models tag real sounds, by every metric of tags, and how much thresholds gain.

    python benchmarks/bench_tags.py [--data FOLDER] [--models NAME ...] [--seeds 3] [--csv FILE]

FOLDER holds ``sound_tags`` (default: $SKMIR_TEST_DATA, or ../shared/data): 520 sounds of at most 4 s with 20
weak tags. ``MultilabelStratifiedGroupKFold`` makes the five folds: sounds with the same stem of a name stay
together, and each tag is in each fold (which is not so in the folds of the set itself). Scores are means over
the folds, of the network the mean over seeds in each fold first; intervals are of 95 %, with the variance as
Nadeau and Bengio correct it. Features are learned, and models fitted, on the training part alone.

"tag frequency" gives each clip the shares of the tags in training. "MFCC" stands for means and standard
deviations of MFCC and two derivatives, "statistics" for the 584 of the default model for tags,
"transfer" for the mean over windows of 3 s of all layers of a network that was trained on MagnaTagATune (in
the package musicnn; the row is left out if it is not installed). "CNN" is the default network.

"f1" is the mean F1 of the tags by ``predict``, with a threshold of .5 for probabilities and 0 for decision
values; "f1_tuned" that with thresholds chosen per tag on five grouped folds of the training part, beside the
interval of the difference. The network is not fitted five times more for it.

With ``--results FOLDER`` the scores of each fold are kept there, and found again: a run that was interrupted
goes on. Delete them when the code changes.
"""

import argparse
import importlib.util
import json
import os
import pathlib
import tempfile
import time
import warnings

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from seeds import interval
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, StandardScaler
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from skmir.metrics import tag_scores
from skmir.model_selection import MultilabelStratifiedGroupKFold, TunedTagThresholdsCV, default_models
from skmir.model_selection._results._corrected_statistics import corrected_interval
from skmir.modules import MusiCNN
from skmir.neural_network import NetworkEmbedding
from skmir.preprocessing import FramePooler

ROOT = pathlib.Path(__file__).resolve().parents[1]
METRICS = ("auc_tag", "auc_clip", "tag_map", "precision_at_3", "r_precision")
MODELS = (
    "tag frequency",
    "MFCC + SVC",
    "MFCC + logistic regression",
    "statistics + SVC",
    "statistics + logistic regression",
    "transfer + logistic regression",
    "CNN",
)


def load(folder):
    """Return paths, tags as an indicator, groups, and folds as a list of (train, test)."""
    table = pd.read_csv(folder / "sound_tags" / "labels.csv")
    paths = [str(folder / "sound_tags" / file) for file in table["file"]]
    y = MultiLabelBinarizer().fit_transform(table["label"].str.split("|"))
    groups = table["group"].to_numpy()
    return paths, y, groups, list(MultilabelStratifiedGroupKFold(5).split(paths, y, groups))


def make(name, memory):
    """Return a model by its name."""
    features, _, classifier = name.partition(" + ")
    if name == "tag frequency":
        return DummyClassifier(strategy="prior")
    if name == "CNN":
        return default_models(["CNN"], memory=memory)["CNN"]
    last = {
        "SVC": SVC(C=10),
        "logistic regression": LogisticRegression(C=1 if features == "MFCC" else 0.01, max_iter=300),
    }[classifier]
    return make_pipeline(*steps(features, memory), StandardScaler(), OneVsRestClassifier(last))


def steps(features, memory):
    """Return the steps from clips to a table of features."""
    if features == "transfer":
        layers = [*MusiCNN.map_layers, "penultimate"]
        embedding = NetworkEmbedding("MTT_musicnn", layers=layers, pool=("mean", "max"), memory=memory)
        return embedding, FramePooler(("mean",))
    default = {"MFCC": "SVM", "statistics": "logistic regression"}[features]
    model = default_models([default], task="tags", memory=memory)[default]
    return [step for _, step in model.steps[:-2]]  # without the StandardScaler and the classifier


def run_fold(model, X, y, groups, train, test, seed):
    """Return all scores of a model on one fold, and the CPU seconds of its fit."""
    X_train, X_test = [X[i] for i in train], [X[i] for i in test]
    model = clone(model)
    is_network = model.__class__.__name__ == "Pipeline" and hasattr(model[-1], "max_iter")
    if is_network:
        model[-1].set_params(random_state=seed)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        start = time.process_time()
        model.fit(X_train, y[train])
        seconds = time.process_time() - start
        given = model.predict_proba if hasattr(model, "predict_proba") else model.decision_function
        scores = tag_scores(y[test], given(X_test)) | {
            "f1": f1(y[test], model.predict(X_test)),
            "fit_s": seconds,
        }
        if hasattr(model, "steps") and not is_network:
            tuned = TunedTagThresholdsCV(model, cv=MultilabelStratifiedGroupKFold(5))
            tuned.fit(X_train, y[train], groups=groups[train])
            scores["f1_tuned"] = f1(y[test], tuned.predict(X_test))
    return scores


def f1(truth, predictions):
    """Return the mean F1 of the tags that a test fold has."""
    return f1_score(
        truth, predictions, average="macro", labels=np.flatnonzero(truth.any(axis=0)), zero_division=0
    )


def row_of(name, runs, splits):
    """Return a row of the table; ``runs`` has the scores of each seed on each fold."""
    ratio = np.mean([len(test) / len(train) for train, test in splits])
    row = {"model": name, "seeds": len(runs)}
    by_fold = {
        metric: np.mean([[fold[metric] for fold in folds] for folds in runs], axis=0)
        for metric in (*METRICS, "f1", "f1_tuned", "fit_s")
        if metric in runs[0][0]
    }
    for metric in METRICS:
        row[metric] = by_fold[metric].mean()
        row[f"{metric}_low"], row[f"{metric}_high"] = corrected_interval(by_fold[metric], ratio)
    for metric in ("f1", "f1_tuned", "fit_s"):
        row[metric] = by_fold[metric].mean() if metric in by_fold else np.nan
    if "f1_tuned" in by_fold:
        gain = by_fold["f1_tuned"] - by_fold["f1"]
        row["gain_low"], row["gain_high"] = corrected_interval(gain, ratio)
    return row


def kept_or_run(folder, name, fold, seed, *arguments):
    """Return the scores of a fold from a file, or compute them and write the file."""
    file = None if folder is None else folder / f"{name}, fold {fold}, seed {seed}.json"
    if file is not None and file.exists():
        return json.loads(file.read_text(encoding="utf-8"))
    scores = run_fold(*arguments, seed)
    if file is not None:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(scores), encoding="utf-8")
    return scores


def published(table):
    """Return the table as the documentation shows it: each score with its interval."""
    rows = pd.DataFrame(index=table.index)
    rows["seeds"] = table["seeds"]
    for metric in METRICS:
        cells = zip(table[metric], table[f"{metric}_low"], table[f"{metric}_high"], strict=True)
        rows[metric] = [f"{mean:.3f} ({interval(low, high)})" for mean, low, high in cells]
    rows["f1"] = table["f1"].map("{:.3f}".format)
    gains = zip(table["f1_tuned"], table["gain_low"], table["gain_high"], strict=True)
    rows["f1_tuned (gain)"] = [
        "" if np.isnan(mean) else f"{mean:.3f} ({interval(low, high, '+.2f')})" for mean, low, high in gains
    ]
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=pathlib.Path, default=default)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--seeds", type=int, default=3, help="number of seeds of the network")
    parser.add_argument("--memory", help="folder in which front ends keep features")
    parser.add_argument("--results", type=pathlib.Path, help="folder in which scores of folds are kept")
    parser.add_argument("--csv", type=pathlib.Path, help="where to write the table")
    parser.add_argument("--n-jobs", type=int, default=1)
    args = parser.parse_args()
    X, y, groups, splits = load(pathlib.Path(args.data))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.models:
            if name.startswith("transfer") and importlib.util.find_spec("musicnn") is None:
                print(f"{name}: left out, since the package musicnn is not installed")
                continue
            model = make(name, args.memory or folder)
            runs = [(s, f) for s in range(args.seeds if name == "CNN" else 1) for f in range(len(splits))]
            done = Parallel(args.n_jobs)(
                delayed(kept_or_run)(args.results, name, fold, seed, model, X, y, groups, *splits[fold])
                for seed, fold in runs
            )
            by_seed = [done[i : i + len(splits)] for i in range(0, len(done), len(splits))]
            rows.append(row_of(name, by_seed, splits))
            print(pd.DataFrame(rows[-1:]).round(3).to_string(), flush=True)
    table = pd.DataFrame(rows).set_index("model")
    print(table.round(3).to_string())
    if args.csv is not None:
        published(table).to_csv(args.csv)


if __name__ == "__main__":
    main()
