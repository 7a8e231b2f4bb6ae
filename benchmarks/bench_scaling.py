"""How time and memory grow with clips, epochs and candidates: each step at sizes that double.

    python benchmarks/bench_scaling.py [--sizes 4] [--csv FILE]

Each figure comes from a process of its own, on one thread, which does the step once on a few clips before the
clock starts. Files are copies of one of 10 s (names differ, so that each is decoded, and the samples of each
but the first begin elsewhere, so that each has an entry of its own in a cache). "peak" is the largest growth
of the process's resident memory, the result included. "x at doubling" is a row's time over the time of the
row before, which has half the size: 2 if time is proportional, 4 if it grows with the square.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd
import soundfile
from machine import note_machine
from signals import SR, music

MIB = 2**20
FIRST = {"features": 25, "kept features": 50, "pooled": 25, "network": 25, "svm": 500, "search": 1}
STEPS = {
    "features": "MelSpectrogram on files of 10 s",
    "kept features": "the same, from the cache on disk",
    "pooled": "MelSpectrogram and FramePooler",
    "network": "CNNClassifier, one epoch, 128 bins x 128 frames",
    "svm": "SVC on 256 columns",
    "search": "search, 20 clips, 5 folds: n candidates",
}


def files(folder, n):
    return [os.path.join(folder, f"{i}.wav") for i in range(n)]


def extraction(n, folder, cache=None, pooled=False):
    """Return a function that transforms n files, and one that warms up."""
    from sklearn.pipeline import make_pipeline

    from skmir.feature_extraction import MelSpectrogram
    from skmir.preprocessing import FramePooler

    steps = [MelSpectrogram(memory=cache), *([FramePooler()] if pooled else [])]
    MelSpectrogram().transform(files(folder, 2))
    return lambda: make_pipeline(*steps).fit_transform(files(folder, n))


def network(n):
    from skmir.neural_network import CNNClassifier

    rng = np.random.RandomState(0)
    X, y = rng.randn(n, 128, 128).astype(np.float32), np.arange(n) % 10
    model = CNNClassifier(max_iter=1, device="cpu", random_state=0)
    model.fit(X[:20], y[:20])
    return lambda: model.fit(X, y)


def svm(n):
    from sklearn.svm import SVC

    rng = np.random.RandomState(0)
    X, y = rng.randn(n, 256), np.arange(n) % 10
    SVC().fit(X[:100], y[:100])
    return lambda: SVC().fit(X, y)


def search(n, folder, cache):
    """Search over an SVM's C: the front end's settings are the same for all candidates."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    from skmir.feature_extraction import MelSpectrogram
    from skmir.preprocessing import FramePooler

    MelSpectrogram().transform(files(folder, 2))
    model = make_pipeline(MelSpectrogram(memory=cache), FramePooler(), StandardScaler(), SVC())
    grid = {"svc__C": np.logspace(-2, 2, n)}
    return lambda: GridSearchCV(model, grid, cv=5, refit=False).fit(files(folder, 20), np.arange(20) % 2)


def child(step, n, folder):
    """Print seconds, bytes at the peak, and entries in the cache."""
    from skmir.feature_extraction import FeatureCache

    with tempfile.TemporaryDirectory() as cache:
        cache = os.path.join(folder, "kept") if step == "kept features" else cache
        run = {
            "features": lambda: extraction(n, folder),
            "kept features": lambda: extraction(n, folder, cache),
            "pooled": lambda: extraction(n, folder, pooled=True),
            "network": lambda: network(n),
            "svm": lambda: svm(n),
            "search": lambda: search(n, folder, cache),
        }[step]()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        run()
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        n_entries = int(FeatureCache(cache).sizes()["n_entries"].sum()) if step == "search" else ""
        print(seconds, peak * 1024, n_entries)


def measure(step, n, folder):
    command = [sys.executable, __file__, "child", step, str(n), folder]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    seconds, peak, *n_entries = done.stdout.split()
    return float(seconds), float(peak) / MIB, *(n_entries or [""])


def rows_of(step, n_sizes, folder):
    """Return one row per size, the smallest first."""
    rows = []
    for n in FIRST[step] * 2 ** np.arange(n_sizes):
        if step == "kept features":
            measure(step, n, folder)  # so that they are kept
        seconds, peak, n_entries = measure(step, n, folder)
        before = rows[-1]["s"] if rows else np.nan
        rows.append(
            {
                "step": STEPS[step],
                "n": n,
                "s": round(seconds, 3),
                "ms each": round(1000 * seconds / n, 2),
                "x at doubling": round(seconds / before, 2),
                "peak, MiB": round(peak, 1),
                "entries": n_entries,
            }
        )
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, default=4, help="how many sizes, each twice the one before")
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        y = music()
        for i, path in enumerate(files(folder, max(FIRST["kept features"], 20) * 2 ** (args.sizes - 1))):
            soundfile.write(path, np.roll(y, 100 * i), SR)
            os.utime(path, (1e9, 1e9))
        table = pd.DataFrame([row for step in STEPS for row in rows_of(step, args.sizes, folder)])
    print(table.to_string(index=False))
    note_machine("one thread", args.csv)
    if args.csv:
        table.to_csv(args.csv, index=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        main()
