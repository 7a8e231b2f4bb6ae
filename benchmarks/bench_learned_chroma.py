"""Learned chroma compared with folded octaves, on recorded triads.

    python benchmarks/bench_learned_chroma.py [DATA] [--csv FILE]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). Constant-Q magnitudes
of six octaves from E2, each frame divided by its sum; a clip's chord is the template nearest by cosine to the
mean of its frames. "octave fold" adds the octaves up, "Gaussian fold" weights them by pitch first; learned
chroma learn from the other folds of the set. The score is accuracy, the mean over the set's folds.
"""

import argparse
import os
import pathlib

import numpy as np
import pandas as pd
from librosa import note_to_hz

from skmir.feature_extraction import CQT
from skmir.neural_network import LearnedChroma, chord_templates

ROOT = pathlib.Path(__file__).resolve().parents[1]
FMIN, N_BINS = note_to_hz("E2"), 72


def folds_of_octaves():
    """Return the two matrices from bins to pitch classes, C first."""
    fold = np.zeros((12, N_BINS))
    fold[(4 + np.arange(N_BINS)) % 12, np.arange(N_BINS)] = 1  # the lowest bin is an E
    gaussian = np.exp(-0.5 * ((40 + np.arange(N_BINS) - 63) / 15) ** 2)  # MIDI numbers; the centre is D#4
    return {"octave fold": fold, "Gaussian fold": fold * gaussian}


def accuracy(chroma, labels, names):
    """Return the share of clips whose nearest template is their chord."""
    templates = chord_templates(names)
    templates = templates / np.linalg.norm(templates, axis=1, keepdims=True)
    means = np.array([clip.mean(axis=1) for clip in chroma])
    return np.mean(names[(means @ templates.T).argmax(axis=1)] == labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    folder = pathlib.Path(args.data) / "chord_triads"
    table = pd.read_csv(folder / "labels.csv")
    labels, names = table["label"].to_numpy(), np.unique(table["label"])
    front_end = CQT(22050, fmin=FMIN, n_bins=N_BINS, hop_length=4096, duration=1.5)
    frames = front_end.fit_transform([str(folder / file) for file in table["file"]])
    models = {
        "learned, 1 layer": LearnedChroma(fmin=FMIN, random_state=0),
        "learned, 64 hidden units": LearnedChroma((64,), fmin=FMIN, random_state=0),
        "learned, 1 pass from octaves": LearnedChroma(max_iter=1, fmin=FMIN, random_state=0),
        "learned, 1 pass from random weights": LearnedChroma(max_iter=1, init="random", random_state=0),
    }
    scores = {name: [] for name in [*folds_of_octaves(), *models]}
    for fold in np.unique(table["fold"]):
        train, test = np.flatnonzero(table["fold"] != fold), np.flatnonzero(table["fold"] == fold)
        for name, matrix in folds_of_octaves().items():
            chroma = [matrix @ (x / x.sum(axis=0)) for x in frames[test]]
            scores[name].append(accuracy(chroma, labels[test], names))
        for name, model in models.items():
            chroma = model.fit(frames[train], labels[train]).transform(frames[test])
            scores[name].append(accuracy(chroma, labels[test], names))
    result = pd.Series({name: np.mean(values) for name, values in scores.items()}, name="accuracy").round(3)
    print(result.to_string())
    if args.csv:
        result.rename_axis("chroma").to_csv(args.csv)


if __name__ == "__main__":
    main()
