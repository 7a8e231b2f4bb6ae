"""Systems in musical time, and the first tasks of a tutorial, on real recordings.

    python benchmarks/bench_styles.py [DATA] [--parts pretraining ...] [--seeds 3] [--csv docs/tables]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). Folds are those of the
sets, which keep instruments, songs and tunes together; scores are means over folds and seeds, with intervals
of 95 % over folds, whose scores are averaged over seeds first, with the variance as Nadeau and Bengio correct
it.

Parts: "pretraining" is the network of Dieleman, Brakel and Schrauwen (ISMIR 2011) in one stream: chroma and
12 MFCC of sixths of beats, standardised and whitened to 12 components on the training fold, go to
``CNNClassifier("temporal")`` with four convolutions of 32 filters. "pretrained" starts from the filters that
``ConvolutionalDBN((32, 32))`` has learned from all clips of the training fold without labels (in
``midi_families``, also from those in which several families play), with no target of sparsity; the labelled
clips are the first of each class in an order that the seed draws, the same for both. Balanced accuracy.

"beats" is after Schmidt and Kim (ISMIR 2013): autocorrelation in windows of the percussive part of a mel
spectrum (rhythm) and of the harmonic part of a constant-Q transform (melody), and the mean level of each, go
to a deep belief network of 64 and 32 units; "DBN features" are its units, averaged over a clip, for a
logistic regression (balanced accuracy on the style of ``folk_dances``) or a ridge regression (R2 of a made-up
arousal, the sum of the logarithm of the tempo and of a gain drawn for each clip, both standardised, with
noise of a tenth of its variance). Time is counted in sixths of beats, or in frames of 46 ms.

"tasks" are two of the ISMIR 2018 tutorial, by balanced accuracy: whether the phrase of ``medley_solos`` is
sung, and the dance of ``folk_dances``. "SVM" and "LDA" are the default models; "CompactCNN" is the tutorial's
network, which sees 6 s at a time, "CNN" the default one, both on 48 mel bands, one frame per 46 ms.
"""

import warnings

import numpy as np
import pandas as pd
from annotated import run_parts, show
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import balanced_accuracy_score, r2_score
from sklearn.model_selection import PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from skmir.audio import AudioLoader
from skmir.compose import FrameClassifier, FrameTransformer
from skmir.feature_extraction import CQT, MFCC, BeatSynchronizer, Chroma, MelSpectrogram
from skmir.model_selection import default_models
from skmir.model_selection._results._corrected_statistics import corrected_interval
from skmir.neural_network import (
    RBM,
    CNNClassifier,
    ConvolutionalDBN,
    DBNClassifier,
    DeepBeliefNetwork,
    TrainingRecipe,
)
from skmir.preprocessing import HPSS, FramePooler, FrameScaler, LogCompression, PCAWhitener

HOP = 1024  # of frames that are not counted in beats
BY_BEAT = {"subdivisions": 6, "start_bpm": 140}
N_LABELS = (4, 8)
SHAPE = (64, 32)


def load(args, name):
    """Return paths, the table of a set, and its folds as a list of (train, test)."""
    table = pd.read_csv(args.data / name / "labels.csv")
    paths = [str(args.data / name / file) for file in table["file"]]
    return paths, table, list(PredefinedSplit(table["fold"]).split())


def take(frames, rows):
    return [frames[i] for i in rows]


def over_jobs(function, args, jobs):
    """Return the results of a function for each job, each with one thread."""

    def quiet(*job):
        with warnings.catch_warnings(), threadpool_limits(1):
            # Clips are few, and some folds of families lack a class: the intervals say so.
            warnings.simplefilter("ignore")
            return function(*job)

    return Parallel(args.n_jobs)(delayed(quiet)(*job) for job in jobs)


def summary(scores, splits, **names):
    """Return a row: the mean of scores of shape (n_seeds, n_folds), and an interval."""
    folds = np.mean(scores, axis=0)
    low, high = corrected_interval(folds, np.mean([len(test) / len(train) for train, test in splits]))
    return {**names, "seeds": len(scores), "mean": folds.mean(), "low": low, "high": high}


# pretraining


def pretraining(args):
    """Compare pretrained filters with random ones."""
    tables = []
    for name in ("folk_dances", "midi_families"):
        paths, table, splits = load(args, name)
        labels = table["label"].to_numpy()
        usable = np.array(["|" not in label for label in labels])  # one family plays
        streams = streams_of(paths, args.memory)
        jobs = [(streams, labels, usable, *split, s) for s in range(args.seeds) for split in splits]
        scores = np.reshape(over_jobs(pretraining_fold, args, jobs), (args.seeds, len(splits), 2, -1))
        rows = []
        for i, n in enumerate((*N_LABELS, "all")):
            random, pretrained = scores[:, :, 0, i], scores[:, :, 1, i]
            names = {"set": name, "labels per class": n}
            rows.append(summary(random, splits, **names, weights="random"))
            rows.append(summary(pretrained, splits, **names, weights="pretrained"))
            rows.append(summary(pretrained - random, splits, **names, weights="difference"))
            rows[-1]["wins"] = f"{(pretrained > random).sum()} of {random.size}"
        tables.append(pd.DataFrame(rows).fillna({"wins": ""}))
        show(tables[-1])
    return tables


def streams_of(paths, memory):
    """Return chroma and timbre of parts of beats, one above the other."""
    kept = {"memory": memory}
    chroma, timbre = (
        BeatSynchronizer(front_end, **BY_BEAT, **kept).fit_transform(paths)
        for front_end in (Chroma(**kept), MFCC(n_mfcc=12, **kept))
    )
    return [np.vstack(pair) for pair in zip(chroma, timbre, strict=True)]


def pretraining_fold(streams, labels, usable, train, test, seed):
    """Return the scores from random and from pretrained weights, for each number of labels."""
    whiten = make_pipeline(FrameScaler(), PCAWhitener(12)).fit(take(streams, train))
    unlabelled = whiten.transform(take(streams, train))
    belief = ConvolutionalDBN(
        (32, 32),
        filter_length=4,
        pool_size=2,
        n_iter=20,
        sparsity_target=None,
        random_state=seed,
        device="cpu",
    ).fit(unlabelled)
    train, test = train[usable[train]], test[usable[test]]
    train = np.random.RandomState(seed).permutation(train)
    X_test = whiten.transform(take(streams, test))
    scores = []
    for recipe in (TrainingRecipe(), TrainingRecipe(init=FrozenEstimator(belief))):
        for n in (*N_LABELS, None):
            rows = np.concatenate([train[labels[train] == label][:n] for label in np.unique(labels[train])])
            network = CNNClassifier("temporal", n_filters=(32, 32, 32, 32), recipe=recipe, device="cpu")
            network.set_params(random_state=seed).fit(whiten.transform(take(streams, rows)), labels[rows])
            scores.append(balanced_accuracy_score(labels[test], network.predict(X_test)))
    return scores


# beats


def beats(args):
    """Compare rhythm and melody, alone and together, counted in beats and in seconds."""
    paths, table, splits = load(args, "folk_dances")
    clips = AudioLoader().fit_transform(paths)
    styles = table["label"].to_numpy()
    rng = np.random.RandomState(0)
    gains = rng.uniform(-20, 0, len(clips))  # in dB
    arousal = standardised(np.log(table["bpm"])) + standardised(gains)
    arousal += np.sqrt(0.1 / 0.9) * arousal.std() * rng.standard_normal(len(clips))
    clips = [10 ** (gain / 20) * y for gain, y in zip(gains, clips, strict=True)]
    rows = []
    for unit in ("beats", "seconds"):
        rhythm, melody = parts_of(clips, unit, args.memory)
        both = [np.vstack(pair) for pair in zip(rhythm, melody, strict=True)]
        for part, X in {"rhythm": rhythm, "melody": melody, "both": both}.items():
            for task, y in {"style": styles, "arousal": arousal}.items():
                for name in ("statistics", "DBN features", *["MLP", "DBN"] * (task == "style")):
                    jobs = [(name, task, X, y, *split, s) for s in range(args.seeds) for split in splits]
                    scores = np.reshape(over_jobs(beats_fold, args, jobs), (args.seeds, -1))
                    names = {"task": task, "time in": unit, "input": part, "model": name}
                    rows.append(summary(scores, splits, **names))
    table = pd.DataFrame(rows).sort_values("task", kind="stable", ascending=False)
    show(table)
    return [table]


def standardised(x):
    return (x - np.mean(x)) / np.std(x)


def parts_of(clips, unit, memory):
    """Return windows of the percussive and of the harmonic part of each clip."""
    hop = 512 if unit == "beats" else HOP
    kept = {"memory": memory, "hop_length": hop}
    percussive = make_pipeline(
        MelSpectrogram(n_mels=64, **kept), HPSS("percussive", kernel_size=(31, 13)), LogCompression()
    )
    harmonic = make_pipeline(
        CQT(fmin=130.8, n_bins=48, **kept), HPSS("harmonic", kernel_size=(31, 13)), LogCompression()
    )
    if unit == "beats":
        synchronous = [BeatSynchronizer(part, **BY_BEAT, memory=memory) for part in (percussive, harmonic)]
        percussive, harmonic = synchronous
    return [[windows_of(x) for x in part.fit_transform(clips)] for part in (percussive, harmonic)]


def windows_of(x, width=96, hop=12, n_lags=48):
    """Return the autocorrelation of each window over all bins, and its level: (n_lags + 1, n_windows)."""
    found = []
    for start in range(0, max(1, x.shape[1] - width + 1), hop):
        window = x[:, start : start + width]
        level, window = window.mean(), window - window.mean(axis=1, keepdims=True)
        by_lag = [np.vdot(window[:, lag:], window[:, : -lag or None]) for lag in range(n_lags + 1)]
        found.append([*np.array(by_lag[1:]) / max(by_lag[0], 1e-9), level])
    return np.array(found).T


def beats_fold(name, task, X, y, train, test, seed):
    """Return the score of a model on a fold."""
    machine = RBM(n_iter=30)
    if name in ("MLP", "DBN"):
        pretraining = machine if name == "DBN" else None
        network = DBNClassifier(SHAPE, pretraining=pretraining, max_iter=20, device="cpu", random_state=seed)
        model = FrameClassifier(make_pipeline(StandardScaler(), network))
    else:
        stack = DeepBeliefNetwork(SHAPE, layer="all", pretraining=machine, device="cpu", random_state=seed)
        steps = [FrameTransformer(make_pipeline(StandardScaler(), stack))] * (name == "DBN features")
        last = LogisticRegression(C=0.03) if task == "style" else RidgeCV(10.0 ** np.arange(-1, 4))
        model = make_pipeline(*steps, FramePooler(("mean",)), StandardScaler(), last)
    found = model.fit(take(X, train), y[train]).predict(take(X, test))
    return (balanced_accuracy_score if task == "style" else r2_score)(y[test], found)


# tasks


def tasks(args):
    """Compare the tutorial's network with the default one and with classic models."""
    tables = []
    for task, name in {"voice": "medley_solos", "dance": "folk_dances"}.items():
        paths, table, splits = load(args, name)
        labels = table["label"].to_numpy()
        if task == "voice":
            labels = np.where(labels == "female singer", "voice", "instruments")
        models = default_models(["SVM", "LDA"], memory=args.memory)
        mel = [MelSpectrogram(n_mels=48, hop_length=HOP, memory=args.memory), FrameScaler()]
        compact = {"architecture": "compact", "n_frames": 128}
        for network, kind in {"CompactCNN": compact, "CNN": {}}.items():
            models[network] = make_pipeline(*mel, CNNClassifier(**kind, device="cpu"))
        rows = []
        for model_name, model in models.items():
            classic = model_name in ("SVM", "LDA")  # nothing in them is random
            seeds = range(1 if classic else args.seeds)
            jobs = [(model, classic, paths, labels, *split, seed) for seed in seeds for split in splits]
            scores = np.reshape(over_jobs(tasks_fold, args, jobs), (len(seeds), -1))
            rows.append(summary(scores, splits, task=task, model=model_name))
        tables.append(pd.DataFrame(rows))
        show(tables[-1])
    return tables


def tasks_fold(model, classic, paths, labels, train, test, seed):
    """Return the balanced accuracy of a model on a fold."""
    model = clone(model)
    if not classic:
        model.set_params(cnnclassifier__random_state=seed)
    found = model.fit(take(paths, train), labels[train]).predict(take(paths, test))
    return balanced_accuracy_score(labels[test], found)


if __name__ == "__main__":
    run_parts({"pretraining": pretraining, "beats": beats, "tasks": tasks}, "styles", __doc__)
