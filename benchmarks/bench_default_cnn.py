"""Seconds of the default CNN's fit on real recordings, beside those of an earlier checkout, and its weights.

    python benchmarks/bench_default_cnn.py [DATA] [--sets NAME ...] [--rounds 1] [--before TREE] [--csv FILE]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). ``CNNClassifier()`` is
fitted on the training clips of each set's first fold, on one thread; mel spectra are computed before and not
counted. "page faults" are the pages of memory, in thousands, that the system had to provide. With
``--before`` (see before.py) both checkouts take turns on the same frames, and the fastest round counts; "same
weights" says whether those after three epochs agree in their last bit, and the last row is the geometric mean
of the ratios. With ``--csv FILE`` a description of the machine goes to FILE with ``.machine.txt`` at its end.
"""

import argparse
import contextlib
import functools
import hashlib
import itertools
import math
import os
import pathlib
import resource
import tempfile
import time

import joblib
import numpy as np
import pandas as pd
from before import Earlier
from bench_accuracy import SETS, load
from machine import note_machine
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import MelSpectrogram
from skmir.neural_network import CNNClassifier
from skmir.preprocessing import FrameScaler

ROOT = pathlib.Path(__file__).resolve().parents[1]


def fitted(file, max_iter="auto"):
    """Fit on frames and labels in a file; return seconds, page faults, epochs and a digest of the weights."""
    frames, labels = joblib.load(file)
    network = CNNClassifier(max_iter=max_iter, random_state=0, device="cpu")
    faults, start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, time.perf_counter()
    network.fit(frames, labels)
    seconds = time.perf_counter() - start
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults
    weights = hashlib.sha256()
    for value in network.module_.state_dict().values():
        weights.update(value.contiguous().numpy().tobytes())
    return seconds, faults, network.n_iter_, weights.hexdigest()


def row(data, name, earlier, rounds):
    """Return a line of the table, and the ratio of seconds or None."""
    paths, labels, splits = load(data, name)
    train = splits[0][0]
    frames = make_pipeline(MelSpectrogram(), FrameScaler()).fit_transform([paths[clip] for clip in train])
    columns = ("now",) if earlier is None else ("before", "now")
    best, weights = {}, set()
    with tempfile.TemporaryDirectory() as folder:
        file = str(pathlib.Path(folder, "frames"))
        joblib.dump((frames, labels[train]), file)
        for turn, column in itertools.product(range(rounds), columns):
            fit = fitted if column == "now" else functools.partial(earlier, "fitted")
            if not turn:
                weights.add(fit(file, 3)[-1])
            result = fit(file)
            best[column] = min(result, best.get(column, result))
    line = {
        "set": name,
        "clips": len(train),
        "frames, median": round(float(np.median([clip.shape[1] for clip in frames]))),
    }
    for column, (seconds, faults, epochs, _) in best.items():
        suffix = "" if column == "now" else ", before"
        line[f"epochs{suffix}"] = epochs
        line[f"page faults{suffix}, thousands"] = f"{faults / 1000:.0f}"
        line[f"s{suffix}"] = f"{seconds:.1f}"
    if earlier is None:
        return line, None
    ratio = best["now"][0] / best["before"][0]
    return line | {"s / before": f"{ratio:.2f}", "same weights": "yes" if len(weights) == 1 else "no"}, ratio


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--before", metavar="TREE", help="a checkout of skmir to measure beside this one")
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    with contextlib.ExitStack() as stack:
        earlier = stack.enter_context(Earlier(args.before, __file__)) if args.before else None
        lines, ratios = zip(
            *(row(pathlib.Path(args.data), name, earlier, args.rounds) for name in args.sets), strict=True
        )
    result = pd.DataFrame(lines).astype(str)
    if earlier is not None:
        mean = {"set": "geometric mean", "s / before": f"{math.exp(np.log(ratios).mean()):.2f}"}
        result = pd.concat([result, pd.DataFrame([mean])]).fillna("")
    print(result.to_string(index=False))
    note_machine("one thread", args.csv)
    if args.csv:
        result.to_csv(args.csv, index=False)


if __name__ == "__main__":
    main()
