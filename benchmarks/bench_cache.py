"""Time of a grid search over a classifier, against its bound: every clip's features computed once.

    python benchmarks/bench_cache.py [--rounds 5] [--before TREE] [--csv FILE]

Twelve SVMs in five folds on MFCC statistics of 60 clips of 5 s, given as paths, as one array, and as a list
of arrays. The bound computes the MFCC of all clips once, then searches over the rest of the same pipeline on
the result. The others search over the whole pipeline: as it is, with scikit-learn's ``memory``, and with the
front end's. Contenders take turns, and the fastest of several rounds counts. Every round starts with an empty
cache, except for "filled by another process", which reads entries that another process has left on the disk,
and "the same again", which has read them before.

"index alone" is the time in which scikit-learn copies the rows of one array for the folds, which no front end
can spare a search. ``--before`` adds the times of an earlier checkout, measured in the same turns.
"""

import argparse
import functools
import os
import tempfile
import time

import joblib
import numpy as np
import pandas as pd
import soundfile
from before import Earlier
from machine import note_machine
from signals import SR, music
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir._cache._entries import RECENT
from skmir.feature_extraction import MFCC, FeatureCache
from skmir.preprocessing import FramePooler

N_CLIPS, SECONDS = 60, 5.0
GRID = {"svc__C": [0.1, 1, 10, 100], "svc__gamma": ["scale", 0.01, 0.1]}
REST = [FramePooler(), StandardScaler(), SVC()]
Y = np.arange(N_CLIPS) % 3
BOUND, INDEX = "bound: features once, then the search", "index alone"
PLAIN, THEIRS = "plain pipeline", "scikit-learn's Pipeline(memory=)"
EMPTY, FILLED = "MFCC(memory=), empty cache", "MFCC(memory=), filled by another process"
AGAIN = "MFCC(memory=), the same again"
CONTENDERS = {
    "files": (BOUND, PLAIN, THEIRS, EMPTY, FILLED, AGAIN),
    "one array": (BOUND, INDEX, EMPTY, FILLED, AGAIN),
    "list of arrays": (BOUND, EMPTY, FILLED, AGAIN),
}
SLOW = (PLAIN, THEIRS)  # two rounds of these are enough


def search(steps, X, n_jobs, memory=None):
    GridSearchCV(make_pipeline(*steps, memory=memory), GRID, cv=5, n_jobs=n_jobs).fit(X, Y)


def index(X):
    """Cut the clips into folds as often as the search does."""
    for _ in range(len(GRID["svc__C"]) * len(GRID["svc__gamma"])):
        for train, test in StratifiedKFold(5).split(X, Y):
            X[train], X[test]


def forget():
    """Let this process and joblib's workers, which live from search to search, forget what they have read."""
    RECENT.forget()
    joblib.Parallel(n_jobs=2)(joblib.delayed(_forget)() for _ in range(8))


def _forget():
    from skmir._cache._entries import RECENT  # the worker's own

    time.sleep(0.05)  # so that each worker gets some
    RECENT.forget()


@functools.cache
def clips(form, folder):
    """Return all clips in one of three forms."""
    paths = [os.path.join(folder, f"{i}.wav") for i in range(N_CLIPS)]
    if form == "files":
        return paths
    waveforms = [soundfile.read(path, dtype="float32")[0] for path in paths]
    return np.stack(waveforms) if form == "one array" else waveforms


def seconds(form, name, folder, cache, n_jobs):
    """Return the time of one contender; what it needs beforehand does not count."""
    X, theirs = clips(form, folder), joblib.Memory(os.path.join(cache, "theirs"), verbose=0)
    cache = os.path.join(cache, form)
    run = {
        BOUND: lambda: search(REST, MFCC().transform(X), n_jobs),
        INDEX: lambda: index(X),
        PLAIN: lambda: search([MFCC(), *REST], X, n_jobs),
        THEIRS: lambda: search([MFCC(), *REST], X, n_jobs, memory=theirs),
    }.get(name, lambda: search([MFCC(memory=cache), *REST], X, n_jobs))
    if name == THEIRS:
        theirs.clear(warn=False)
    if name in (EMPTY, FILLED):
        forget()
    if name == EMPTY:
        FeatureCache(cache).clear()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def best_of(rounds, form, folder, n_jobs, earlier):
    """Return the least time of each contender, now and before, by its name."""
    versions = {"": seconds, **({", before": functools.partial(earlier, "seconds")} if earlier else {})}
    best = {version: dict.fromkeys(CONTENDERS[form], np.inf) for version in versions}
    for i in range(rounds + 1):
        for name in [name for name in CONTENDERS[form] if i < 2 or name not in SLOW]:
            for version, timed in versions.items():
                cache = os.path.join(folder, f"cache{version}")
                found = timed(form, name, folder, cache, n_jobs)
                if i:  # the first round warms up
                    best[version][name] = min(best[version][name], found)
    return best


def table_of(form, rounds, folder, earlier):
    """Return the rows of one form of clips."""
    columns = {}
    for n_jobs in (1, 2):
        for version, best in best_of(rounds, form, folder, n_jobs, earlier).items():
            found = pd.Series(best)
            columns[f"s, n_jobs={n_jobs}{version}"] = found.round(2)
            columns[f"x bound, n_jobs={n_jobs}{version}"] = (found / found[BOUND]).round(2)
    return pd.DataFrame(columns).rename_axis("grid search, 12 candidates x 5 folds").reset_index()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--before", metavar="TREE", help="folder of an earlier checkout, measured as well")
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    earlier = Earlier(args.before, __file__) if args.before else None
    with tempfile.TemporaryDirectory() as folder:
        for i in range(N_CLIPS):
            path = os.path.join(folder, f"{i}.wav")
            soundfile.write(path, music(SECONDS, seed=i), SR)
            os.utime(path, (1e9, 1e9))
        tables = {form: table_of(form, args.rounds, folder, earlier) for form in CONTENDERS}
    table = pd.concat(tables, names=["clips"]).reset_index("clips")
    print(table.to_string(index=False))
    note_machine("threads and jobs as the columns say", args.csv)
    if args.csv:
        table.to_csv(args.csv, index=False)


if __name__ == "__main__":
    main()
