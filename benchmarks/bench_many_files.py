"""Where the time goes with many files, and what grows faster than their number.

    python benchmarks/bench_many_files.py [--files 10000] [--csv FILE]

Files of 1 s in ten classes, ten files to a group, go through everything from a list of paths to scores:
features, folds, a support vector machine with a kernel and a linear one, and a convolutional network for one
epoch. Each step runs at a quarter, at half and at all of the files, each size in a process of its own, on one
thread. "x at four times" is the time of all files over that of a quarter: 4 if it is proportional, 16 if it
grows with the square. The last rows are a comparison of a linear machine on five folds, features included, in
one process, in two, and on two workers of a dask cluster.
"""

import argparse
import os
import pathlib
import tempfile
import time
import warnings

import joblib
import numpy as np
import pandas as pd
import soundfile
from before import Earlier
from machine import note_machine
from signals import SR, music
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skmir._cache._entries import RECENT
from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.model_selection import compare
from skmir.neural_network import CNNClassifier
from skmir.preprocessing import Delta, FramePooler, FrameScaler


class Clock:
    """Seconds of steps, by name."""

    def __init__(self):
        self.seconds = {}

    def __call__(self, name, step):
        start = time.perf_counter()
        result = step()
        self.seconds[name] = time.perf_counter() - start
        return result


def steps(paths):
    """Return the seconds of each step of one process, by name."""
    warnings.simplefilter("ignore")
    clock, y, groups = Clock(), *labels(paths)
    warm_up(paths[:20])
    guess = {"guess": DummyClassifier()}
    options = {"groups": groups, "random_state": 0, "baselines": False}
    clock("compare: folds, checks, a model that guesses", lambda: compare(guess, paths, y, **options))
    clock("StratifiedGroupKFold alone", lambda: list(StratifiedGroupKFold(5).split(paths, y, groups)))
    with tempfile.TemporaryDirectory() as memory:
        on_tables(clock, extracted(clock, MFCC(memory=memory), paths), y)
        on_frames(clock, extracted(clock, MelSpectrogram(memory=memory), paths), y)
    return clock.seconds


def labels(paths):
    return np.arange(len(paths)) % 10, np.arange(len(paths)) // 10


def warm_up(paths):
    MFCC().transform(paths)
    CNNClassifier(max_iter=1, device="cpu").fit(MelSpectrogram().transform(paths), labels(paths)[0])


def extracted(clock, front_end, paths):
    name = type(front_end).__name__
    clock(f"{name}, computed and kept", lambda: front_end.transform(paths))
    RECENT.forget()
    return clock(f"{name}, from the disk", lambda: front_end.transform(paths))


def on_tables(clock, frames, y):
    pooled = make_pipeline(Delta(order=(1, 2)), FramePooler(), StandardScaler())
    table = clock("Delta, FramePooler, StandardScaler", lambda: pooled.fit_transform(frames))
    svm = clock("SVC, fit on 120 columns", lambda: SVC(C=10, gamma=0.0025).fit(table, y))
    clock("SVC, predict a fifth of them", lambda: svm.predict(table[::5]))
    clock("LinearSVC, fit", lambda: LinearSVC(random_state=0).fit(table, y))


def on_frames(clock, frames, y):
    frames = clock("FrameScaler", lambda: FrameScaler().fit_transform(frames))
    network = CNNClassifier(max_iter=1, device="cpu", random_state=0)
    clock("CNNClassifier, one epoch", lambda: network.fit(frames, y))
    clock("CNNClassifier, predict a fifth of them", lambda: network.predict(frames[::5]))


def one_process(paths):
    compared(paths[:50], 1)
    return {"comparison of LinearSVC on MFCC, one process": compared(paths, 1)}


def two_processes(paths):
    compared(paths[:50], 2)  # starts the workers
    return {"comparison of LinearSVC on MFCC, two processes": compared(paths, 2)}


def two_dask_workers(paths):
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        compared(paths[:50], 2)
        return {"comparison of LinearSVC on MFCC, two dask workers": compared(paths, 2)}


def compared(paths, n_jobs):
    """Return the seconds of a comparison that begins with nothing kept."""
    warnings.simplefilter("ignore")
    y, groups = labels(paths)
    with tempfile.TemporaryDirectory() as memory:
        model = make_pipeline(MFCC(memory=memory), FramePooler(), StandardScaler(), LinearSVC(random_state=0))
        start = time.perf_counter()
        compare({"linear": model}, paths, y, groups=groups, random_state=0, n_jobs=n_jobs)
        return time.perf_counter() - start


def write(folder, n_files):
    """Write the files, and return their paths."""
    y = music(20.0)
    paths = [os.path.join(folder, f"{i}.wav") for i in range(n_files)]
    for i, path in enumerate(paths):
        start = i % 10 * 2 * SR + 37 * i % SR  # a class has chords of its own, a file its excerpt of them
        soundfile.write(path, np.roll(y, -start)[:SR] * (1 - i / 1e6), SR)
        os.utime(path, (1e9, 1e9))
    return paths


def in_a_process(function, *args):
    with Earlier(pathlib.Path(__file__).parents[1], __file__) as process:
        return process(function, *args)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10000, help="number of files at the largest size")
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    sizes = [args.files // 4, args.files // 2, args.files]
    columns = {}
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        paths = write(folder, args.files)
        for n in sizes:
            seconds = {}
            for function in ("steps", "one_process", "two_processes", "two_dask_workers"):
                seconds |= in_a_process(function, paths[:n])
            columns[f"s, {n:,} files"] = pd.Series(seconds)
    found = pd.DataFrame(columns)
    table = found.round(2)
    table["x at four times"] = (found.iloc[:, 2] / found.iloc[:, 0]).round(1)
    table["ms per file"] = (1000 * found.iloc[:, 2] / sizes[2]).round(3)
    table = table.rename_axis("step").reset_index()
    print(table.to_string(index=False))
    note_machine("one thread per process", args.csv)
    if args.csv:
        table.to_csv(args.csv, index=False)


if __name__ == "__main__":
    main()
