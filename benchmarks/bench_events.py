"""Onsets, beats and tempi: networks, signal baselines and librosa, on the same folds.

    python benchmarks/bench_events.py [DATA] [--parts onsets beats tempo downbeats vibrato silence speed]
        [--seeds 3] [--memory FOLDER] [--n-jobs 2] [--csv FOLDER]

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

With ``--memory FOLDER`` frames are kept there. With ``--csv FOLDER`` the table of each part goes to
``events_PART.csv`` in it, and a description of the machine to ``events_PART.machine.txt``. Parts that run
together share networks: tempi are those of the beats that the same trackers found.
"""

import time

import librosa
import numpy as np
import pandas as pd
from annotated import load_set, run, run_parts, show, table_of, with_seeds
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, KFold

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
    DownbeatTracker,
    OnsetDetector,
    PeakPicker,
    TempoEstimator,
)

ONSET_SETS = ("drum_loops", "chord_songs", "folk_dances", "piano_performances")
BEAT_SETS = ("drum_loops", "chord_songs", "folk_dances")
GUITAR = "guitarset_excerpt"
FOUND = {}  # what has run, by part and set
SCORES = {
    "onsets": ["onset_f25", "onset_f50"],
    "beats": ["beat_f", "cmlt", "amlt"],
    "downbeats": ["downbeat_f", "beat_f"],
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
    """Return the ways to a tempo that need no network."""
    flux = BeatTracker(front_ends(memory)["flux"], "flux")
    return {f"{method} of flux": TempoEstimator(method, flux) for method in ("autocorrelation", "tempogram")}


def downbeat_models(memory, n_seeds):
    """Return the network with the HMM over bars, once per seed."""
    front_end = front_ends(memory)["beats"]
    return with_seeds("TCN + HMM", n_seeds, lambda seed: DownbeatTracker(front_end, random_state=seed))


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


MODELS = {
    "onsets": onset_models,
    "beats": beat_models,
    "tempo": tempo_models,
    "downbeats": downbeat_models,
    "vibrato": vibrato_models,
}


def tempi_of(beats):
    """Return the tempo of beats, from their median distance, in beats per minute; 0 if there are none."""
    return np.array([60 / np.median(np.diff(times)) if len(times) > 1 else 0.0 for times in beats])


def found_in(part, name, kind, args):
    """Return annotations and groups of a set, and what a part's models predict for its clips: run once."""
    if (part, name) not in FOUND:
        X, y, groups, splits = load_set(args.data, name, kind)
        truth = tempi_of(y) if part == "tempo" else y
        predictions = run(MODELS[part](args.memory, args.seeds), X, truth, splits, args)
        FOUND[part, name] = truth, groups, predictions
    return FOUND[part, name]


def sets_part(part, sets, kind, args):
    """Return the table of a part on its sets."""
    tables = []
    for name in sets:
        y, groups, found = found_in(part, name, kind, args)
        if part == "tempo":
            tracked = found_in("beats", name, kind, args)[2]
            found = found | {
                f"beats of {model}": (tempi_of(beats), seconds)
                for model, (beats, seconds) in tracked.items()
                if "HMM" in model
            }
        tables.append(table_of(SCORES[part], name, found, y, groups))
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
    table = table_of(SCORES[part], GUITAR, found, [truth], np.array(["player"]))
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


def downbeats(args):
    """Return the table of beats with their places in the bar."""
    return sets_part("downbeats", BEAT_SETS, "bars", args)


def vibrato(args):
    """Return the table of synthetic onsets with slow attacks, vibrato and tremolo."""
    X, y = make_onsets(60, sounds="vibrato", random_state=0)
    groups = np.arange(len(X))
    splits = list(KFold(2, shuffle=True, random_state=0).split(groups))
    found = run(vibrato_models(args.memory, args.seeds), list(X), list(y), splits, args)
    table = table_of(SCORES["vibrato"], "make_onsets", found, list(y), groups)
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


PARTS = {f.__name__: f for f in (onsets, beats, tempo, downbeats, vibrato, silence, speed)}


if __name__ == "__main__":
    run_parts(PARTS, "events", __doc__)
