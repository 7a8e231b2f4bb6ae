"""What it costs a comparison to read its files: how often each is decoded, and how long it all takes.

    python benchmarks/bench_decoding.py [--rounds 3] [--before TREE] [--csv FILE]

``compare`` runs the two classic default models, and logistic regression on the log-mel spectrum in 64 bands
as the default recurrent network hears it: six front ends in all, those of all default models. No network is
trained, since its seconds would hide those of reading. The 40 files are of 10 s, FLAC in stereo at 44.1 kHz,
so that each must be decoded and resampled. Every round starts with an empty folder for frames. ``--before``
measures an earlier checkout in turns with this one; the least time of several rounds counts.
"""

import argparse
import os
import pathlib
import tempfile
import time
import warnings

import numpy as np
import pandas as pd
import soundfile
from before import Earlier
from machine import note_machine
from signals import music
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir._reading import _stream
from skmir.feature_extraction import MelSpectrogram
from skmir.model_selection import compare, default_models
from skmir.preprocessing import FramePooler

N_FILES, RATE = 40, 44100
decoded = []


def count(path, of=_stream.load, **given):
    decoded.append(path)
    return of(path, **given)


def measure(paths, n_jobs):
    """Return seconds of a comparison and, if all of it ran in this process, decodings per file."""
    decoded.clear()
    _stream.load = count
    with tempfile.TemporaryDirectory() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = default_models(["SVM", "LDA"], memory=memory)
        front_end = MelSpectrogram(n_mels=64, memory=memory)
        models["mel"] = make_pipeline(front_end, FramePooler(), StandardScaler(), LogisticRegression())
        start = time.perf_counter()
        compare(models, paths, np.arange(N_FILES) % 4, random_state=0, n_jobs=n_jobs)
        seconds = time.perf_counter() - start
    return seconds, len(decoded) / N_FILES if n_jobs == 1 else np.nan


def write(folder):
    """Write the files, and return their paths."""
    paths = [os.path.join(folder, f"{i}.flac") for i in range(N_FILES)]
    left = np.repeat(music(), 2)  # 10 s at twice the rate
    for i, path in enumerate(paths):
        soundfile.write(path, np.roll(np.stack([left, 0.9 * left], axis=1), 1000 * i, axis=0), RATE)
        os.utime(path, (1e9, 1e9))
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", metavar="TREE", help="folder of an earlier checkout, measured as well")
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    trees = {"now": pathlib.Path(__file__).parents[1], **({"before": args.before} if args.before else {})}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        paths = write(folder)
        versions = {name: Earlier(tree, __file__) for name, tree in trees.items()}
        for n_jobs in (1, 2):
            best = dict.fromkeys(versions, (np.inf, np.nan))
            for _ in range(args.rounds):
                for name, version in versions.items():
                    best[name] = min(best[name], version("measure", paths, n_jobs))
            found = {"comparison of six front ends on 40 files": f"n_jobs={n_jobs}"}
            for name, (seconds, times) in best.items():
                found |= {f"s, {name}": round(seconds, 2), f"decodings per file, {name}": times}
            rows.append(found)
    table = pd.DataFrame(rows)
    print(table.to_string(index=False))
    note_machine("one thread per job", args.csv)
    if args.csv:
        table.to_csv(args.csv, index=False)


if __name__ == "__main__":
    main()
