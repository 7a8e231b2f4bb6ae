"""Notes of a piano: a classifier for each note, dense networks, and one network that all pitches share.

    python benchmarks/bench_transcription.py [DATA] [--parts piano speed] [--seeds 3] [--memory FOLDER]
        [--n-jobs 2] [--csv FOLDER]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). Models are trained on
five pianists' performances of one piece of ``piano_performances`` and predict those of the other: no note
sequence is known. Networks run once per seed.

Scores are those of the predictions for all performances: notes with onsets within 50 ms, the same with
offsets, and frames of 10 ms. Intervals are of 95 %, by a bootstrap over the ten performances; a network's
score is the mean over its seeds, drawn with the same performances. There are but two pieces, so that
intervals say nothing of other pieces.

"HMM" smooths each note by itself, with priors; "HMM, no priors" does not divide by them; "threshold" takes
what is at least 0.5. "DBN features" are two layers of a deep belief network, as Nam et al. (2011) have them,
on single frames. "MLP" is a dense network of 256 units for all notes at once.

With ``--memory FOLDER`` frames are kept there. With ``--csv FOLDER`` the table of each part goes to
``transcription_PART.csv`` in it.
"""

import time

import numpy as np
import pandas as pd
from annotated import load_set, run, run_parts, show, table_of, with_seeds
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmir.audio import load
from skmir.compose import FrameTransformer
from skmir.feature_extraction import CQT
from skmir.neural_network import DeepBeliefNetwork, MLPClassifier
from skmir.preprocessing import FrameScaler
from skmir.sequence import NoteHMM, NotePicker, PianoTranscriber

SCORES = ["note_f", "note_offset_f", "frame_f", "frame_accuracy"]
FRAMES = {
    "threshold": NotePicker(0.5, 0.5),
    "HMM": NoteHMM(),
    "HMM, no priors": NoteHMM(prior_weight=0.0),
}


def models(memory, n_seeds):
    """Return a classifier per note on two kinds of features, and networks once per seed."""
    cqt = CQT(fmin=27.5, n_bins=264, bins_per_octave=36, memory=memory)
    front_end = make_pipeline(cqt, FrameScaler())
    decibels = make_pipeline(cqt, FrameScaler(with_mean=False, with_std=False))
    logistic = LogisticRegression(C=0.01, max_iter=200)

    def dbn(seed):
        features = DeepBeliefNetwork((256, 256), random_state=seed)
        return PianoTranscriber(make_pipeline(*front_end, FrameTransformer(features)), logistic), FRAMES

    def mlp(seed):
        return PianoTranscriber(front_end, MLPClassifier((256,), random_state=seed)), FRAMES

    def harmonic(seed):
        picks = {"onsets": NotePicker(), "HMM": NoteHMM()}
        return PianoTranscriber(decibels, random_state=seed), picks

    return {
        "logistic regression": (PianoTranscriber(front_end, logistic), FRAMES),
        **with_seeds("DBN features, logistic regression", min(n_seeds, 1), dbn),
        **with_seeds("MLP", n_seeds, mlp),
        **with_seeds("HarmonicCNN", n_seeds, harmonic),
    }


def piano(args):
    """Return the table of notes."""
    X, y, _, splits = load_set(args.data, "piano_performances", "notes")
    found = run(models(args.memory, args.seeds), X, y, splits, args)
    table = table_of(SCORES, "piano_performances", found, y, np.arange(len(X)))
    show(table)
    return [table]


def speed(args):
    """Return by how much prediction, from waveforms to notes, is faster than the music."""
    X, y, _, _ = load_set(args.data, "piano_performances", "notes")
    clips = [load(path, sr=22050)[0] for path in X[:3]]
    rows = []
    for name, network in (
        ("logistic regression + HMM", LogisticRegression(C=0.01, max_iter=50)),
        ("HarmonicCNN", None),
    ):
        model = PianoTranscriber(network=network, random_state=0)
        if network is None:
            model.set_params(network=model._network().set_params(max_iter=1))
        model.fit(clips[:1], y[:1])
        start = time.process_time()
        model.predict(clips)
        seconds = time.process_time() - start
        rows.append({"model": name, "times real time": sum(map(len, clips)) / 22050 / seconds})
    show(pd.DataFrame(rows))
    return [pd.DataFrame(rows)]


PARTS = {f.__name__: f for f in (piano, speed)}


if __name__ == "__main__":
    run_parts(PARTS, "transcription", __doc__)
