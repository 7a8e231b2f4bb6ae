"""Peak memory and time of a cross-validation whose frames are in memory, or stay on disk.

    python benchmarks/bench_larger_than_memory.py [--sizes 2000 20000] [--in-memory 2000] [--csv FILE]

Each row is a process of its own: ``cross_val_score`` of MelSpectrogram, FrameScaler and the default CNN, one
epoch, two folds, on one thread. Files of 10 s at 8 kHz are synthesised before, each with other notes and
noise; 20,000 take 3.2 GB, and their frames 1.6 GB, in a temporary folder. The frames are on disk when the
process starts. "peak" is the growth of the process's resident memory from when it has fitted a few clips. A
step is one batch of 32 clips; "cold" is the same epoch after the operating system was told to forget the
frames, so that each window comes from the disk. Both ways must give the same scores, or the script fails.
Frames in memory, and steps, are left out for more clips than --in-memory. The whole takes some 7 minutes, of
which 20,000 clips take 5.
"""

import argparse
import json
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

MIB = 2**20
SR, SECONDS, FEW = 8000, 10, 40


def synthesise(folder, n):
    """Write n files of two classes, which differ in the loudness of the overtones."""
    rng = np.random.RandomState(0)
    times = np.arange(SR * SECONDS) / SR
    roots = 110 * 2 ** (np.arange(24) / 12)
    tones = {
        overtones: np.array(
            [sum(overtones**h * np.sin(2 * np.pi * hz * (h + 1) * times) for h in range(5)) for hz in roots]
        )
        for overtones in (0.5, 0.7)
    }
    for i, path in enumerate(files(folder, n)):
        bank = tones[0.7 if i % 2 else 0.5]
        chord = rng.choice(len(bank), 3, replace=False)
        y = rng.uniform(0.05, 0.1, 3) @ bank[chord] * (0.3 + 0.7 * (times * rng.uniform(1, 3) % 1))
        y += 0.01 * rng.standard_normal(len(y))
        soundfile.write(path, y, SR, subtype="PCM_16")


def files(folder, n):
    return [os.path.join(folder, f"{i:05}.wav") for i in range(n)]


def steps(folder, stored):
    from skmir.feature_extraction import MelSpectrogram
    from skmir.neural_network import CNNClassifier
    from skmir.preprocessing import FrameScaler

    memory = os.path.join(folder, "memory")
    front_end = MelSpectrogram(sr=SR, n_fft=1024, hop_length=256, n_mels=64, memory=memory, stored=stored)
    return front_end, FrameScaler(), CNNClassifier(max_iter=1, device="cpu", random_state=0)


def forget(folder):
    """Tell the operating system to drop the entries of the cache from its memory."""
    for root, _, names in os.walk(os.path.join(folder, "memory")):
        for name in names:
            file = os.open(os.path.join(root, name), os.O_RDONLY)
            os.fsync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB


def child(folder, n, stored, what):
    """Print what was measured as JSON."""
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline

    X, y = files(folder, n), np.arange(n) % 2
    model = make_pipeline(*steps(folder, stored))
    model.fit(X[:FEW], y[:FEW]).predict(X[:FEW])  # imports, kernels
    before = peak()
    if what == "cv":
        start = time.perf_counter()
        scores = cross_val_score(model, X, y, cv=2, scoring="neg_log_loss")
        found = {"s": time.perf_counter() - start, "peak": peak() - before, "scores": scores.tolist()}
    else:
        front_end, scaler, network = steps(folder, stored)
        frames = scaler.fit_transform(front_end.transform(X))
        if what == "cold":
            forget(folder)
        network.fit(frames, y)
        found = {"ms": 1000 * network.history_["dur"][0] / -(-n // network.batch_size)}
    print(json.dumps(found))


def measure(*arguments):
    command = [sys.executable, __file__, "--child", *map(str, arguments)]
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **one})
    return json.loads(done.stdout)


def fastest_steps(folder, n, n_turns):
    """Return the ms of a step by (stored, "warm" or "cold"): the fastest of turns that alternate."""
    kinds = [(False, "warm"), (True, "warm"), (True, "cold")]
    turns = [{kind: measure(folder, n, *kind)["ms"] for kind in kinds} for _ in range(n_turns)]
    return {kind: min(turn[kind] for turn in turns) for kind in kinds}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[2000, 20000], help="numbers of clips")
    parser.add_argument(
        "--in-memory", type=int, default=2000, help="the most clips whose frames are in memory"
    )
    parser.add_argument(
        "--turns", type=int, default=3, help="how often an epoch is timed; the fastest counts"
    )
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        synthesise(folder, max(args.sizes))
        for n in args.sizes:
            front_end, *_ = steps(folder, stored=True)
            size = sum(front_end.transform(files(folder, n)).lengths) * front_end.n_mels * 4 / MIB
            ways = [False, True] if n <= args.in_memory else [True]
            crossed = {stored: measure(folder, n, stored, "cv") for stored in ways}
            assert all(one["scores"] == crossed[True]["scores"] for one in crossed.values())
            steps_ms = fastest_steps(folder, n, args.turns) if False in ways else {}
            for stored in ways:
                row = {
                    "frames": "on disk" if stored else "in memory",
                    "clips": n,
                    "size of the frames, MiB": round(size),
                    "peak beyond the start, MiB": round(crossed[stored]["peak"]),
                    "cross_val_score, s": round(crossed[stored]["s"]),
                }
                if steps_ms:
                    warm = steps_ms[stored, "warm"]
                    row |= {
                        "a step, ms": round(warm, 1),
                        "x in memory": round(warm / steps_ms[False, "warm"], 2),
                    }
                if (stored, "cold") in steps_ms:
                    row["a step, cold, ms"] = round(steps_ms[stored, "cold"], 1)
                rows.append(row)
                print(row, file=sys.stderr)
    table = pd.DataFrame(rows)
    print(table.to_string(index=False))
    note_machine("one thread", args.csv)
    if args.csv:
        table.to_csv(args.csv, index=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        folder, n, stored, what = sys.argv[2:]
        child(folder, int(n), stored == "True", what)
    else:
        main()
