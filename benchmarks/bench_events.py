"""Onsets, beats and tempi: networks, signal baselines and librosa, on the same folds.

    python benchmarks/bench_events.py [DATA] [--parts onsets beats tempo vibrato silence speed] [--seeds 3]
        [--memory FOLDER] [--n-jobs 2] [--csv FILE]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). Every model of a part
runs on the same folds, which hold groups together: songs, tunes, drum kits; of the
piano performances, the piece (every pianist plays all pieces). ``guitarset_excerpt`` is predicted by models
trained on all songs and dances. Networks run once per seed.

Scores are those of the predictions for all clips, each made while its clip was held out: onsets of all
clips counted together, beats and tempi as means over clips. Intervals are of 95 %, by a bootstrap over
groups; a network's score is the mean over its seeds, drawn with the same groups. With two groups (the drum
kits) or a single clip there is no interval.

"librosa" is ``librosa.onset.onset_detect`` with a hop of 220 samples, since the 23 ms of its default hop are
nearly the whole tolerance, and ``librosa.beat.beat_track``. Signal baselines and decoders are fitted on the
training clips: thresholds, and one shift in time, unless they are "not moved". "flux, tuned" chooses flux or
SuperFlux, and the distance of the frames that it compares, on three folds of the training clips.

With ``--memory FOLDER`` frames are kept there. With ``--csv FILE`` the table goes to FILE, which needs a
single part, and a description of the machine to FILE with ``.machine.txt`` at its end.
"""

import argparse
import os
import pathlib
import tempfile
import time
import warnings

import librosa
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from machine import note_machine
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, KFold
from threadpoolctl import threadpool_limits

from skmir.audio import load
from skmir.datasets import load_annotations, make_onsets, read_annotations
from skmir.feature_extraction import LogFilteredSpectrogram
from skmir.metrics import get_scorer
from skmir.neural_network import CNNSequenceClassifier, RNNSequenceClassifier
from skmir.sequence import (
    BeatAutocorrelation,
    BeatDynamicProgramming,
    BeatHMM,
    BeatTracker,
    OnsetDetector,
    PeakPicker,
    TempoEstimator,
)

ROOT = pathlib.Path(__file__).resolve().parents[1]
ONSET_SETS = ("drum_loops", "chord_songs", "folk_dances", "piano_performances")
BEAT_SETS = ("drum_loops", "chord_songs", "folk_dances")
GUITAR = "guitarset_excerpt"
SCORES = {
    "onsets": ["onset_f25", "onset_f50"],
    "beats": ["beat_f", "cmlt", "amlt"],
    "tempo": ["tempo_acc1", "tempo_acc2"],
    "vibrato": ["onset_f25", "onset_f50"],
}


class LibrosaOnsets(BaseEstimator):
    """``librosa.onset.onset_detect``, which learns nothing."""

    def __init__(self, hop_length=220):
        self.hop_length = hop_length

    def fit(self, X, y=None):
        """Return self."""
        self.fitted_ = True
        return self

    def predict(self, X):
        """Return the onsets of each clip, in s."""
        options = {"sr": 22050, "hop_length": self.hop_length, "units": "time"}
        return [librosa.onset.onset_detect(y=waveform(x), **options) for x in X]


class LibrosaBeats(BaseEstimator):
    """``librosa.beat.beat_track``, which learns nothing."""

    def fit(self, X, y=None):
        """Return self."""
        self.fitted_ = True
        return self

    def predict(self, X):
        """Return the beats of each clip, in s."""
        return [librosa.beat.beat_track(y=waveform(x), sr=22050, units="time")[1] for x in X]


def waveform(clip):
    """Return the samples of a path, or of a clip as it is."""
    return load(clip, sr=22050)[0] if isinstance(clip, str) else np.asarray(clip, np.float32)


def front_end(memory, **params):
    """Return a detector's usual front end, with frames kept on disk."""
    return LogFilteredSpectrogram(22050, hop_length=220, memory=memory, **params)


def front_ends(memory):
    """Return the front ends that detectors take if they are given none, with frames kept on disk."""
    return {
        "onsets": front_end(memory, n_fft=(512, 1024, 2048), bands_per_octave=6, mul=5, diff_ratio=0.25),
        "beats": front_end(memory, n_fft=2048, bands_per_octave=12),
        "flux": front_end(memory, n_fft=1024, bands_per_octave=24, mul=10),
    }


def with_seeds(name, n_seeds, make):
    """Return runs of a network: a detector per seed."""
    return {f"{name}, seed {seed}": make(seed) for seed in range(n_seeds)}


def onset_models(memory, n_seeds):
    """Return librosa, signal baselines, and the network, once per seed."""
    ends = front_ends(memory)
    superflux = OnsetDetector(ends["flux"], "superflux")
    tuned = {"diff_ratio": [0.1, 0.25, 0.5, 0.75], "network": ["flux", "superflux"]}
    return {
        "librosa": LibrosaOnsets(),
        "flux": OnsetDetector(ends["flux"], "flux"),
        "SuperFlux": superflux,
        "SuperFlux, not moved": clone(superflux).set_params(max_shift=0),
        "flux, tuned": GridSearchCV(superflux, tuned, scoring=get_scorer("onset_f25"), cv=KFold(3)),
        **with_seeds("TCN", n_seeds, lambda seed: OnsetDetector(ends["onsets"], random_state=seed)),
    }


def beat_models(memory, n_seeds):
    """Return librosa, the flux and the network with decoders, the network once per seed."""
    ends = front_ends(memory)

    decoders = {
        "peaks": PeakPicker(),
        "autocorrelation": BeatAutocorrelation(),
        "dynamic programming": BeatDynamicProgramming(),
        "HMM": BeatHMM(),
    }

    def tcn(seed):
        return BeatTracker(ends["beats"], random_state=seed), decoders

    flux = BeatTracker(ends["flux"], "flux")
    return {"librosa": LibrosaBeats(), "flux": (flux, decoders), **with_seeds("TCN", n_seeds, tcn)}


def tempo_models(memory, n_seeds):
    """Return the ways to a tempo, of the flux and of a network."""
    ends = front_ends(memory)
    flux = BeatTracker(ends["flux"], "flux")

    def tcn(seed):
        return TempoEstimator("beats", BeatTracker(ends["beats"], random_state=seed))

    return {
        "autocorrelation of flux": TempoEstimator("autocorrelation", flux),
        "tempogram of flux": TempoEstimator("tempogram", flux),
        "beats of flux": TempoEstimator("beats", flux),
        **with_seeds("beats of TCN", n_seeds, tcn),
    }


def vibrato_models(memory, n_seeds):
    """Return the flux, and three kinds of network once per seed."""
    ends = front_ends(memory)

    def detector(network):
        return lambda seed: OnsetDetector(ends["onsets"], network, random_state=seed)

    return {
        "flux": OnsetDetector(ends["flux"], "flux"),
        "SuperFlux": OnsetDetector(ends["flux"], "superflux"),
        **with_seeds("RNN", n_seeds, detector(RNNSequenceClassifier())),
        **with_seeds("CNN", n_seeds, detector(CNNSequenceClassifier())),
        **with_seeds("TCN", n_seeds, detector(None)),
    }


MODELS = {"onsets": onset_models, "beats": beat_models, "tempo": tempo_models, "vibrato": vibrato_models}


def load_set(data, name, kind):
    """Return paths, annotations, groups, and folds as a list of (train, test)."""
    read = load_annotations(data / name, kind)
    table = pd.read_csv(data / name / "labels.csv").set_index("file")
    table = table.loc[[str(pathlib.Path(path).relative_to(data / name)) for path in read.data]]
    by_piece = name == "piano_performances"
    folds = table["label" if by_piece else "fold"].to_numpy()
    groups = table["label" if by_piece else "group"].to_numpy()
    splits = [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in np.unique(folds)]
    return list(read.data), list(read.target), groups, splits


def tempi_of(beats):
    """Return the tempo of annotated beats, from their median distance, in beats per minute."""
    return np.array([60 / np.median(np.diff(times)) for times in beats])


def run(models, X, y, splits, args):
    """Return the held-out predictions of each model, and its mean fit seconds."""
    jobs = [(name, fold) for name in models for fold in range(len(splits))]
    done = Parallel(args.n_jobs)(delayed(predict_fold)(models[name], X, y, *splits[i]) for name, i in jobs)
    found = {}
    for (name, fold), (by_decoder, fit_seconds) in zip(jobs, done, strict=True):
        for decoder, predictions in by_decoder.items():
            all_clips, times = found.setdefault(named(name, decoder), ([None] * len(X), []))
            times.append(fit_seconds)
            for i, prediction in zip(splits[fold][1], predictions, strict=True):
                all_clips[i] = prediction
    return {name: (all_clips, np.mean(times)) for name, (all_clips, times) in found.items()}


def predict_fold(model, X, y, train, test):
    """Return the predictions for the test clips, by decoder, and the CPU seconds of the fit."""
    model, decoders = model if isinstance(model, tuple) else (model, {"": None})
    X_train, y_train, X_test = [X[i] for i in train], [y[i] for i in train], [X[i] for i in test]
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        start = time.process_time()
        model = clone(model).fit(X_train, y_train)
        fit_seconds = time.process_time() - start
        if None in decoders.values():
            return {"": model.predict(X_test)}, fit_seconds
        seen, unseen = model.predict_frames(X_train), model.predict_frames(X_test)
        found = {}
        for name, decoder in decoders.items():
            found[name] = model.set_params(decoder=decoder).fit_decoder(seen, y_train).decode(unseen)
        return found, fit_seconds


def named(model, decoder):
    """Return the name of a model with a decoder: "TCN + HMM, seed 0"."""
    start, comma, end = model.partition(", seed")
    return f"{start} + {decoder}{comma}{end}" if decoder else model


def table_of(part, name, found, y, groups):
    """Return a row per model: scores with intervals, averaged over seeds, and fit seconds."""
    runs = {}
    for run_name in found:
        runs.setdefault(run_name.partition(", seed")[0], []).append(run_name)
    rows = []
    for model, names in runs.items():
        row = {"set": name, "model": model, "seeds": len(names)}
        for score in SCORES[part]:
            by_seed = [score_of(score, y, found[run_name][0]) for run_name in names]
            row[score] = np.mean(by_seed)
            row[f"{score}_low"], row[f"{score}_high"] = interval(
                score, y, [found[n][0] for n in names], groups
            )
        row["fit_s"] = np.mean([found[run_name][1] for run_name in names])
        rows.append(row)
    return pd.DataFrame(rows)


def score_of(name, y_true, y_pred):
    """Return the value of a scorer for predictions that are there already."""

    class Done(BaseEstimator):
        def predict(self, X):
            return y_pred

    return get_scorer(name)(Done(), None, y_true)


def interval(score, y, predictions, groups, n_draws=2000):
    """Return a bootstrap interval of 95 % over groups, of the mean over runs; NaN if there are few groups."""
    kinds, number = np.unique(groups, return_inverse=True)
    if len(kinds) < 3:
        return np.nan, np.nan
    of_clips = np.mean([parts_of_clips(score, y, one) for one in predictions], axis=0)  # (n_clips, 2)
    of_groups = np.stack([np.bincount(number, part) for part in of_clips.T], axis=1)
    drawn = np.random.RandomState(0).randint(len(kinds), size=(n_draws, len(kinds)))
    part, whole = of_groups[drawn].sum(axis=1).T
    return tuple(np.quantile(part / whole, [0.025, 0.975]))


def parts_of_clips(score, y_true, y_pred):
    """Return two numbers per clip; a score of clips is the sum of the first over that of the second.

    They are twice the matches, and all events, if events of all clips are counted together; or the clip's own
    score, and 1.
    """
    if score.startswith("onset"):
        events = np.array([len(truth) + len(found) for truth, found in zip(y_true, y_pred, strict=True)])
        own = [score_of(score, [truth], [found]) for truth, found in zip(y_true, y_pred, strict=True)]
        return np.stack([own * events, events], axis=1)
    own = [score_of(score, y_true[i : i + 1], y_pred[i : i + 1]) for i in range(len(y_true))]
    return np.stack([own, np.ones(len(own))], axis=1)


def sets_part(part, sets, kind, args):
    """Return the table of a part on its sets."""
    tables = []
    for name in sets:
        X, y, groups, splits = load_set(args.data, name, kind)
        y = tempi_of(y) if part == "tempo" else y
        found = run(MODELS[part](args.memory, args.seeds), X, y, splits, args)
        tables.append(table_of(part, name, found, y, groups))
        show(tables[-1])
    return tables


def guitar(part, kind, args):
    """Return the table of one real recording, by models trained on all songs and dances."""
    songs, dances = (load_set(args.data, name, kind) for name in ("chord_songs", "folk_dances"))
    folder = args.data / GUITAR
    recording = str(folder / pd.read_csv(folder / "labels.csv")["file"][0])
    if kind == "onsets":
        intervals, _ = read_annotations(folder / "notes.csv")
        truth = combined(intervals[:, 0])
    else:
        truth = read_annotations(folder / "beats.csv", "beats")
    X, y = songs[0] + dances[0] + [recording], songs[1] + dances[1] + [truth]
    splits = [(np.arange(len(X) - 1), np.array([len(X) - 1]))]
    found = run(MODELS[part](args.memory, args.seeds), X, y, splits, args)
    found = {name: (predictions[-1:], seconds) for name, (predictions, seconds) in found.items()}
    table = table_of(part, GUITAR, found, [truth], np.array(["player"]))
    show(table)
    return [table]


def combined(times, seconds=0.03):
    """Return times without those that follow an earlier one within so many seconds."""
    kept = []
    for t in np.sort(times):
        if not kept or t - kept[-1] > seconds:
            kept.append(t)
    return np.array(kept)


def onsets(args):
    """Return the table of onsets."""
    return sets_part("onsets", ONSET_SETS, "onsets", args) + guitar("onsets", "onsets", args)


def beats(args):
    """Return the table of beats."""
    return sets_part("beats", BEAT_SETS, "beats", args) + guitar("beats", "beats", args)


def tempo(args):
    """Return the table of tempi."""
    return sets_part("tempo", BEAT_SETS, "beats", args)


def vibrato(args):
    """Return the table of synthetic onsets with slow attacks, vibrato and tremolo."""
    X, y = make_onsets(60, sounds="vibrato", random_state=0)
    groups = np.arange(len(X))
    splits = list(KFold(2, shuffle=True, random_state=0).split(groups))
    found = run(vibrato_models(args.memory, args.seeds), list(X), list(y), splits, args)
    table = table_of("vibrato", "make_onsets", found, list(y), groups)
    show(table)
    return [table]


def silence(args):
    """Return how many events detectors that were trained on songs find in ten seconds of silence."""
    X, y, _, _ = load_set(args.data, "chord_songs", "onsets")
    _, y_beats, _, _ = load_set(args.data, "chord_songs", "beats")
    ends = front_ends(args.memory)
    quiet = [np.zeros(10 * 22050, np.float32), 1e-6 * np.random.RandomState(0).randn(10 * 22050)]
    rows = []
    for name, model, truth in (
        ("onsets, SuperFlux", OnsetDetector(ends["flux"], "superflux"), y),
        ("onsets, TCN", OnsetDetector(ends["onsets"], random_state=0), y),
        ("beats, flux + HMM", BeatTracker(ends["flux"], "flux"), y_beats),
        ("beats, TCN + HMM", BeatTracker(ends["beats"], random_state=0), y_beats),
    ):
        counts = [len(events) for events in model.fit(X, truth).predict(quiet)]
        rows.append({"model": name, "in zeros": counts[0], "in noise at -120 dB": counts[1]})
    show(pd.DataFrame(rows))
    return [pd.DataFrame(rows)]


def speed(args):
    """Return by how much prediction is faster than the music, and the decoders' for 1, 10 and 60 minutes."""
    data = load_annotations(args.data / "chord_songs", "onsets")
    X, y = [waveform(path) for path in data.data[:8]], list(data.target[:8])
    minutes = sum(map(len, X)) / 22050 / 60
    rows = []
    networks = {
        "flux": "flux",
        "TCN": None,
        "CNN": CNNSequenceClassifier(max_iter=1),
        "RNN, GRU of 32": RNNSequenceClassifier(hidden_layer_sizes=(32,), max_iter=1),
    }
    for name, network in networks.items():
        model = OnsetDetector(network=network, random_state=0).fit(X[:2], y[:2])
        rows.append({"what": f"OnsetDetector, {name}", "minutes": minutes, "s": seconds(model.predict, X)})
    activation = make_activation(60)
    for decoder in (PeakPicker(0.5), BeatHMM(), BeatAutocorrelation(), BeatDynamicProgramming()):
        for length in (1, 10, 60):
            part = [activation[: length * 6000]]
            decoder.fit(part, [np.arange(0, 60 * length, 0.5)])
            row = {"what": type(decoder).__name__, "minutes": length, "s": seconds(decoder.predict, part)}
            rows.append(row)
    table = pd.DataFrame(rows)
    table["times real time"] = 60 * table["minutes"] / table["s"]
    show(table)
    return [table]


def seconds(function, *args):
    """Return the CPU seconds of the quicker of two calls."""
    times = []
    for _ in range(2):
        start = time.process_time()
        function(*args)
        times.append(time.process_time() - start)
    return min(times)


def make_activation(minutes, fps=100):
    """Return activations of beats at 120 beats per minute, in noise."""
    rng = np.random.RandomState(0)
    n = minutes * 60 * fps
    return np.clip(0.2 * rng.rand(n) + 0.7 * (np.arange(n) % 50 == 7), 0, 1)


def show(table):
    """Print a table."""
    print(table.round(3).to_string(index=False), flush=True)


PARTS = {f.__name__: f for f in (onsets, beats, tempo, vibrato, silence, speed)}


def main():
    """Run the parts that the command names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    default = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--memory")
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--csv", type=pathlib.Path)
    args = parser.parse_args()
    if args.csv and len(args.parts) != 1:
        parser.error(f"--csv needs a single part, got --parts {' '.join(args.parts)}")
    with tempfile.TemporaryDirectory() as folder:
        args.memory = args.memory or folder
        for part in args.parts:
            print(f"\n{part}")
            table = pd.concat(PARTS[part](args))
            if args.csv:
                table.round(4).to_csv(args.csv, index=False)
                note_machine("of one CPU, with one thread per fit", args.csv)


if __name__ == "__main__":
    main()
