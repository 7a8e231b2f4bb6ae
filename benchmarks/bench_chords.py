"""Chords: templates and a network, with and without a model of sequences, on the same folds.

    python benchmarks/bench_chords.py [DATA] [--parts majmin speed] [--seeds 3] [--memory FOLDER]
        [--n-jobs 2] [--csv FOLDER]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). Folds hold songs, and
tunes, together; ``guitarset_excerpt`` is predicted by models trained on all songs and dances. Networks run
once per seed.

Scores are weighted recalls of chords (WCSR) by ``mir_eval``, of the predictions for all clips, each made
while its clip was held out. Intervals are of 95 %, by a bootstrap over groups; a network's score is the mean
over its seeds, drawn with the same groups. A single recording has no interval.

"templates" are compared with chroma of a constant-Q transform, "Gaussian fold" with chroma that weigh octaves
by a Gaussian over pitch, "learned chroma" with those that LearnedChroma learns from the training clips.
"tuned" chooses the decoder on three folds of the training clips. "Viterbi" counts changes of chords in
training; "beam" is a recurrent network over chords.

With ``--memory FOLDER`` frames are kept there. With ``--csv FOLDER`` the table of each part goes to
``chords_PART.csv`` in it.
"""

import time

import numpy as np
import pandas as pd
from annotated import load_set, run, run_parts, show, table_of, with_seeds
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmir.audio import load
from skmir.compose import FrameTransformer
from skmir.datasets import read_annotations
from skmir.feature_extraction import CQT, Chroma
from skmir.model_selection import DecoderSearchCV
from skmir.neural_network import LearnedChroma
from skmir.preprocessing import FrameScaler
from skmir.sequence import Argmax, BeamSearch, ChordRecognizer, Viterbi

SETS = ("chord_songs", "folk_dances")
GUITAR = "guitarset_excerpt"
SCORES = ["chord_majmin", "chord_root"]
DECODERS = {"argmax": Argmax(), "Viterbi": Viterbi(None)}
SEARCHED = [
    Argmax(),
    Viterbi(None),
    *[Viterbi(p, prior_weight=w) for p in (0.9, 0.95, 0.98) for w in (0, 0.5)],
]


def gaussian_fold(rows):
    """Return chroma of rows of semitones from C1 on; a Gaussian of 15 semitones around E4 weighs octaves."""
    weights = np.exp(-0.5 * ((np.arange(rows.shape[1]) - 40) / 15) ** 2)
    return (rows * weights).reshape(len(rows), -1, 12).sum(axis=1)


def models(memory, n_seeds):
    """Return templates with three kinds of chroma, and a network once per seed."""
    chroma = Chroma(kind="cqt", hop_length=2048, memory=memory)
    semitones = CQT(hop_length=2048, n_bins=84, memory=memory)
    folded = make_pipeline(semitones, FrameTransformer(FunctionTransformer(gaussian_fold)))
    decibels = make_pipeline(
        CQT(hop_length=2048, bins_per_octave=24, n_bins=168, memory=memory), FrameScaler()
    )

    def learned(seed):
        return ChordRecognizer(semitones, LearnedChroma(), random_state=seed), DECODERS

    def tcn(seed):
        return ChordRecognizer(decibels, random_state=seed), DECODERS | {
            "beam": BeamSearch(random_state=seed)
        }

    templates = ChordRecognizer(chroma, "templates")
    return {
        "templates": (templates, DECODERS | {"beam": BeamSearch(random_state=0)}),
        "templates, tuned": DecoderSearchCV(templates, {"decoder": SEARCHED}, cv=KFold(3)),
        "Gaussian fold": (ChordRecognizer(folded, "templates"), DECODERS),
        **with_seeds("learned chroma", n_seeds, learned),
        **with_seeds("TCN", n_seeds, tcn),
    }


def majmin(args):
    """Return the table of major and minor chords."""
    tables, X_all, y_all = [], [], []
    for name in SETS:
        X, y, groups, splits = load_set(args.data, name, "chords")
        found = run(models(args.memory, args.seeds), X, y, splits, args)
        tables.append(table_of(SCORES, name, found, y, groups))
        show(tables[-1])
        X_all, y_all = X_all + X, y_all + y
    folder = args.data / GUITAR
    recording = str(folder / pd.read_csv(folder / "labels.csv")["file"][0])
    truth = read_annotations(folder / "chords_instructed.csv", "chords")
    splits = [(np.arange(len(X_all)), np.array([len(X_all)]))]
    found = run(models(args.memory, args.seeds), [*X_all, recording], [*y_all, truth], splits, args)
    found = {name: (predictions[-1:], seconds) for name, (predictions, seconds) in found.items()}
    tables.append(table_of(SCORES, GUITAR, found, [truth], np.array(["player"])))
    show(tables[-1])
    return tables


def speed(args):
    """Return by how much prediction, from waveforms to chords, is faster than the music."""
    X, y, _, _ = load_set(args.data, "chord_songs", "chords")
    clips = [load(path, sr=22050)[0] for path in X[:8]]
    seconds = sum(map(len, clips)) / 22050
    rows = []
    for name, network, decoder in (
        ("templates + Viterbi", "templates", None),
        ("TCN + Viterbi", None, None),
        ("TCN + beam", None, BeamSearch(random_state=0)),
    ):
        model = ChordRecognizer(network=network, decoder=decoder, random_state=0).fit(clips[:4], y[:4])
        start = time.process_time()
        model.predict(clips)
        rows.append({"model": name, "times real time": seconds / (time.process_time() - start)})
    show(pd.DataFrame(rows))
    return [pd.DataFrame(rows)]


PARTS = {f.__name__: f for f in (majmin, speed)}


if __name__ == "__main__":
    run_parts(PARTS, "chords", __doc__)
