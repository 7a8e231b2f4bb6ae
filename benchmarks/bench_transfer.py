"""Networks trained for tags of music, on other recordings and other labels.

    python benchmarks/bench_transfer.py [DATA] [--parts layers zero_shot fine_tuning] [--sets NAME ...]
        [--networks NAME ...] [--memory FOLDER] [--csv FOLDER] [--seeds 1]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). The weights are in the
package musicnn: ``pip install --no-deps musicnn==0.1.0``. Each part prints a table, and writes it to FOLDER:

``transfer_layers.csv``: means and maxima of the maps of all layers, and the penultimate layer, of windows of
3 s, averaged over the windows of each clip; then a logistic regression (C=0.01, classes weighted alike). The
folds and the score, balanced accuracy, are those of bench_accuracy.py, whose table ``accuracy.csv`` gives the
columns of the SVM on MFCCs, the LDA on statistics and the default CNN (three seeds). The networks' columns
draw nothing at random. That short clips are repeated was chosen by the score on ``instrument_notes``.

``transfer_zero_shot.csv``: area under the ROC curve of a tag's probability for a class of ``medley_solos``,
with no training at all.

``transfer_fine_tuning.csv``: on ``medley_solos``, MusiCNN trained further with a new
last layer, against the same network from random weights.
"""

import argparse
import os
import pathlib
import warnings

import numpy as np
import pandas as pd
from bench_accuracy import SETS, load
from machine import note_machine
from seeds import interval
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.feature_extraction import MelSpectrogram
from skmir.model_selection._results._corrected_statistics import corrected_interval
from skmir.modules import MusiCNN, VGGTagger
from skmir.neural_network import CNNClassifier, NetworkEmbedding, PretrainedTagger, TrainingRecipe
from skmir.preprocessing import FramePooler, LogCompression

ROOT = pathlib.Path(__file__).resolve().parents[1]
PARTS = ("layers", "zero_shot", "fine_tuning")
NETWORKS = ("MTT_musicnn", "MSD_musicnn", "MTT_vgg")
# A class of medley_solos, and the tags of "MTT_musicnn" whose mean probability stands for it.
VOICE = ("vocal", "vocals", "singing", "voice", "female", "female vocal", "female voice", "woman")
ZERO_SHOT = {
    "female singer": VOICE,
    "piano": ("piano",),
    "flute": ("flute",),
    "violin": ("violin",),
    "distorted electric guitar": ("guitar",),
}
FRAMES = 62  # 1 s, for fine-tuning: the 3 s of the layers as features would take three times as long


def embedding(name, memory):
    """Return a front end for all layers of a network."""
    layers = VGGTagger.map_layers if "vgg" in name else [*MusiCNN.map_layers, "penultimate"]
    return NetworkEmbedding(name, layers=layers, pool=("mean", "max"), memory=memory, n_jobs=2)


def transferred(folder, sets, networks, memory):
    """Return a row per set: scores of each network's layers, mean and interval over folds."""
    rows = []
    for name in sets:
        paths, labels, splits = load(folder, name)
        ratio = np.mean([len(test) / len(train) for train, test in splits])
        row = {"set (clips)": f"{name} ({len(paths)})"}
        for network in networks:
            table = FramePooler(("mean",)).fit_transform(embedding(network, memory).transform(paths))
            scores = [score(linear(), table, labels, *split) for split in splits]
            bounds = corrected_interval(np.array(scores), ratio)
            row[network] = f"{np.mean(scores):.3f} ({interval(*bounds)})"
        rows.append(row)
        print(row, flush=True)
    return pd.DataFrame(rows).set_index("set (clips)")


def linear():
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=2000)
    return make_pipeline(StandardScaler(), model)


def score(model, X, labels, train, test):
    model.fit([X[i] for i in train], labels[train])
    predicted = model.predict([X[i] for i in test])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fold may lack a class, since groups stay together
        return balanced_accuracy_score(labels[test], predicted)


def zero_shot(folder, memory):
    """Return a row per class: the tags, and the area under the curve."""
    paths, labels, _ = load(folder, "medley_solos")
    tagger = PretrainedTagger("MTT_musicnn", memory=memory, n_jobs=2)
    probabilities = pd.DataFrame(tagger.predict_proba(paths), columns=tagger.classes_)
    rows = [
        {
            "class": label,
            "tags": ", ".join(tags),
            "clips": int((labels == label).sum()),
            "AUC": round(roc_auc_score(labels == label, probabilities[list(tags)].mean(axis=1)), 3),
        }
        for label, tags in ZERO_SHOT.items()
    ]
    return pd.DataFrame(rows).set_index("class")


def fine_tuned(folder, memory, n_seeds):
    """Return a row per way of training: the mean over folds, and over seeds, and each fold's score."""
    paths, labels, splits = load(folder, "medley_solos")
    mel = MelSpectrogram(16000, n_mels=96, n_fft=512, hop_length=256, memory=memory)
    frames = list(make_pipeline(mel, LogCompression()).fit_transform(paths))
    source = MusiCNN.pretrained("MTT_musicnn")
    ways = {
        "random weights": TrainingRecipe(),
        "trained layers, further at a tenth of the rate": TrainingRecipe(init=source, lower_rate=0.1),
    }
    rows = {}
    for seed in range(n_seeds):
        for name, recipe in ways.items():
            model = CNNClassifier(
                MusiCNN, recipe=recipe, n_frames=FRAMES, max_iter=15, dropout=0.5, random_state=seed
            )
            scores = [score(model, frames, labels, *split) for split in splits]
            rows.setdefault(name, []).append(scores)
            print(name, seed, np.round(scores, 3), flush=True)
    table = pd.DataFrame({name: np.mean(scores, axis=0) for name, scores in rows.items()}).T
    table = table.rename(columns=lambda fold: f"fold {fold}")
    table.insert(0, "balanced accuracy", table.mean(axis=1))
    return table.round(3).rename_axis("MusiCNN on medley_solos")


def beside(table):
    """Put the columns of the default models, as accuracy.csv has them, in front."""
    known = pd.read_csv(ROOT / "docs" / "tables" / "accuracy.csv", index_col=0)
    return known[["SVM", "LDA", "CNN"]].join(table, how="inner").loc[table.index]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--memory", help="folder in which embeddings are kept")
    parser.add_argument("--csv", type=pathlib.Path, help="folder for the tables")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=["layers", "zero_shot"])
    parser.add_argument("--seeds", type=int, default=1, help="of fine-tuning, 50 minutes each on one core")
    args = parser.parse_args()
    folder = pathlib.Path(args.data)
    for part in args.parts:
        if part == "layers":
            table = beside(transferred(folder, args.sets, args.networks, args.memory))
        elif part == "zero_shot":
            table = zero_shot(folder, args.memory)
        else:
            table = fine_tuned(folder, args.memory, args.seeds)
        print(f"\n{part}\n{table.to_string()}")
        if args.csv:
            table.to_csv(args.csv / f"transfer_{part}.csv")
    note_machine("one thread per fit, n_jobs=2 for embeddings")


if __name__ == "__main__":
    main()
