"""Time of a grid search over a classifier, against its bound: every clip's features computed once.

    python benchmarks/bench_cache.py [--rounds 5] [--csv FILE]

Twelve SVMs in five folds on MFCC statistics of 60 clips of 5 s, given as paths. The bound computes the MFCC
of all clips once, then searches over the rest of the same pipeline on the result. The others search over
the whole pipeline: as it is, with scikit-learn's ``memory``, and with the front end's. Contenders take turns,
and the fastest of several rounds counts. Every round starts with an empty cache, except for the last two
lines: one reads entries that another process has left on the disk, the other has read them before.
"""

import argparse
import os
import tempfile
import time

import joblib
import numpy as np
import pandas as pd
import soundfile
from machine import note_machine
from signals import SR, music
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir._cache._entries import RECENT
from skmir.feature_extraction import MFCC, FeatureCache
from skmir.preprocessing import FramePooler

N_CLIPS, SECONDS = 60, 5.0
GRID = {"svc__C": [0.1, 1, 10, 100], "svc__gamma": ["scale", 0.01, 0.1]}
REST = [FramePooler(), StandardScaler(), SVC()]


def search(steps, X, y, n_jobs, memory=None):
    GridSearchCV(make_pipeline(*steps, memory=memory), GRID, cv=5, n_jobs=n_jobs).fit(X, y)


def forget():
    """Let this process and joblib's workers, which live from search to search, forget what they have read."""
    RECENT.forget()
    joblib.Parallel(n_jobs=2)(joblib.delayed(_forget)() for _ in range(8))


def _forget():
    from skmir._cache._entries import RECENT  # the worker's own

    time.sleep(0.05)  # so that each worker gets some
    RECENT.forget()


def empty(folder):
    forget()
    FeatureCache(folder).clear()


def contenders(paths, y, folder, n_jobs):
    """Return what is timed: a preparation, which does not count, and the search."""
    ours, theirs = os.path.join(folder, "ours"), joblib.Memory(os.path.join(folder, "theirs"), verbose=0)

    def bound():
        search(REST, MFCC().transform(paths), y, n_jobs)

    def kept():
        search([MFCC(memory=ours), *REST], paths, y, n_jobs)

    def nothing():
        pass

    return {
        "bound: features once, then the search": (nothing, bound),
        "plain pipeline": (nothing, lambda: search([MFCC(), *REST], paths, y, n_jobs)),
        "scikit-learn's Pipeline(memory=)": (
            lambda: theirs.clear(warn=False),
            lambda: search([MFCC(), *REST], paths, y, n_jobs, memory=theirs),
        ),
        "MFCC(memory=), empty cache": (lambda: empty(ours), kept),
        "MFCC(memory=), filled by another process": (forget, kept),
        "MFCC(memory=), the same again": (nothing, kept),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    y = np.arange(N_CLIPS) % 3
    columns = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{i}.wav") for i in range(N_CLIPS)]
        for i, path in enumerate(paths):
            soundfile.write(path, music(SECONDS, seed=i), SR)
            os.utime(path, (1e9, 1e9))
        for n_jobs in (1, 2):
            found = contenders(paths, y, folder, n_jobs)
            best = dict.fromkeys(found, np.inf)
            for i in range(args.rounds + 1):
                for name, (prepare, run) in found.items():
                    prepare()
                    start = time.perf_counter()
                    run()
                    if i:
                        best[name] = min(best[name], time.perf_counter() - start)
            seconds = pd.Series(best)
            columns[f"s, n_jobs={n_jobs}"] = seconds.round(2)
            columns[f"x bound, n_jobs={n_jobs}"] = (seconds / seconds.iloc[0]).round(2)
    table = pd.DataFrame(columns)
    print(table.to_string())
    note_machine("threads and jobs as the columns say", args.csv)
    if args.csv:
        table.to_csv(args.csv, index_label="grid search, 12 candidates x 5 folds")


if __name__ == "__main__":
    main()
