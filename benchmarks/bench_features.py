"""How fast the front ends are beside librosa and native libraries in the same run, and how far from librosa.

    python benchmarks/bench_features.py [--rounds 5] [--csv FILE] [--before TREE]
    python benchmarks/bench_features.py --distances [--csv FILE]
    python benchmarks/bench_features.py --device cuda [--rounds 5] [--csv FILE]

All get the same clips, 24 of 10 s at 22,050 Hz, at librosa's defaults. Contenders take turns of at least
0.3 s, in which they process all clips as often as they can, and the fastest time of each counts, so that
other work of the machine affects all alike and none pays for waking an idle processor. All run on one
thread, clip by clip: librosa; sonara (Rust); audioflux and essentia (C and C++); nnAudio (on torch),
whose modules are built beforehand, also on all clips as one batch, of which the faster counts; and skmir
through ``transform``, checks included, which also runs with two threads, and in two processes at once,
which share no lock: more than they gain, threads cannot gain on this machine. ``pip install nnAudio
sonara audioflux essentia`` installs the others, of which each may be missing. nnAudio has its turns after
the others, since the memory that it takes and gives back slows the next contender. ``--before`` is the
folder of an earlier checkout of skmir, which takes turns too, in a process of its own.

With ``--distances`` the table is how far each library's results are from librosa's: the largest difference,
over the frames that both have, over librosa's peak.

With ``--device cuda`` batches that are on the device already are transformed there; the figure is the
multiple of real time, and the share of the time that reading the waveforms and writing the results once
would take at the bandwidth that a copy reaches.
"""

import argparse
import contextlib
import functools
import pathlib
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import torch
from before import Earlier
from machine import note_machine
from rivals import LIBRARIES, rivals
from signals import music
from threadpoolctl import threadpool_limits

import skmir
from skmir.feature_extraction import CQT, DFT, MFCC, Chroma, MelSpectrogram, SpectralShape

N_CLIPS, SECONDS = 24, 10.0
TURN = 0.3  # s
FRONT_ENDS = {
    "DFT": DFT(),
    "MelSpectrogram": MelSpectrogram(),
    "MFCC": MFCC(),
    "Chroma(kind='stft')": Chroma(),
    "SpectralShape": SpectralShape(),
    "CQT": CQT(),
    "Chroma(kind='cqt')": Chroma(kind="cqt"),
}


@functools.cache
def clips():
    """Return the clips, an array of shape (n_clips, n_samples); it takes long to make, so some are moved."""
    different = [music(SECONDS, seed) for seed in range(4)]
    return np.stack([np.roll(different[i % 4], 1000 * i) for i in range(N_CLIPS)])


def turn(way):
    """Return the least seconds in which a function processes all clips, as often as a turn has time for."""
    X, best, end = clips(), np.inf, time.perf_counter() + TURN
    while (start := time.perf_counter()) < end:
        way(X)
        best = min(best, time.perf_counter() - start)
    return best


def turn_of_skmir(name, n_jobs):
    """Return what ``turn`` does, for a front end of skmir."""
    return turn(FRONT_ENDS[name].set_params(n_jobs=n_jobs).transform)


def average_of_skmir(name):
    """Return the mean seconds in which one thread processes all clips, over a turn."""
    way, X, n, start = FRONT_ENDS[name].set_params(n_jobs=1).transform, clips(), 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < TURN:
        way(X)
        n += 1
    return elapsed / n


def turn_of_processes(name, processes):
    """Return the seconds per pass over all clips of processes that work at the same time."""
    with ThreadPoolExecutor(len(processes)) as pool:
        seconds = pool.map(lambda process: process("average_of_skmir", name), processes)
        return 1 / sum(1 / s for s in seconds)


def turns_of_skmir(name, earlier, processes):
    """Return contender to a list of one function, which takes a turn and returns seconds."""
    found = {}
    for n_jobs, threads in ((1, ""), (2, ", 2 threads")):
        if earlier is not None:
            found[f"before{threads}"] = [functools.partial(earlier, "turn_of_skmir", name, n_jobs)]
        found[f"skmir{threads}"] = [functools.partial(turn_of_skmir, name, n_jobs)]
    return found | {"skmir, 2 processes": [functools.partial(turn_of_processes, name, processes)]}


def fastest(contenders, rounds):
    """Return the least seconds of each contender, who take turns; infinity if it has nothing to run."""
    best = dict.fromkeys(contenders, np.inf)
    for _ in range(rounds):
        for name, ways in contenders.items():
            best[name] = min([best[name], *(way() for way in ways)])
    return best


def on_cpu(rounds, tree):
    others, rows = rivals(), {}
    with contextlib.ExitStack() as stack:
        stack.enter_context(threadpool_limits(1))
        earlier = stack.enter_context(Earlier(tree, __file__)) if tree else None
        here = pathlib.Path(skmir.__file__).parents[1]
        processes = [stack.enter_context(Earlier(here, __file__)) for _ in range(2)]
        for name in FRONT_ENDS:
            contenders = {
                library: [functools.partial(turn, way) for way in others.get(library, {}).get(name, ())]
                for library in ("librosa", *LIBRARIES)
            }
            last = {"nnAudio": contenders.pop("nnAudio")}
            seconds = fastest(contenders | turns_of_skmir(name, earlier, processes), rounds)
            rows[name] = row_of(seconds | fastest(last, max(1, rounds // 2)), others)
            print(pd.DataFrame(rows[name], index=[name]).to_string(), flush=True)
    return pd.DataFrame.from_dict(rows, orient="index")


def row_of(seconds, others):
    """Return a row of the table from the seconds of each contender."""
    audio, reference = N_CLIPS * SECONDS, seconds.pop("librosa")
    row = {"librosa, x real time": round(audio / reference)}
    for contender in (*LIBRARIES, *(name for name in seconds if name not in LIBRARIES)):
        s = seconds[contender]
        row[contender] = f"{reference / s:.1f}x" if np.isfinite(s) else nothing(contender, others)
    return row | {"skmir, x real time": round(audio / seconds["skmir, 2 threads"])}


def nothing(library, others):
    """Return what stands in the table in place of a figure."""
    return "none" if library in others else "not installed"


def distances(n_clips=3):
    """Return the table of distances from librosa."""
    others, X, rows = rivals(), clips()[:n_clips], {}
    reference = others.pop("librosa")
    ours = {name: [front_end.transform] for name, front_end in FRONT_ENDS.items()}
    for name in FRONT_ENDS:
        expected, row = reference[name][0](X), rows.setdefault(name, {})
        for library in (*LIBRARIES, "skmir"):
            ways = (others | {"skmir": ours}).get(library, {}).get(name)
            row[library] = f"{distance(ways[0](X), expected):.0e}" if ways else nothing(library, others)
    return pd.DataFrame.from_dict(rows, orient="index")


def distance(found, expected):
    """Return the largest difference of frames over the peak of the expected ones, of several clips."""
    found = [frames[:, : reference.shape[1]] for frames, reference in zip(found, expected, strict=True)]
    pairs = [(a, b[:, : a.shape[1]]) for a, b in zip(found, expected, strict=True)]
    return max(np.abs(a - b).max() / np.abs(b).max() for a, b in pairs)


def on_gpu(rounds, device):
    X = np.tile(clips(), (16, 1))
    y = torch.from_numpy(X).to(device)
    bandwidth = _bandwidth(device)
    rows = {}
    for name, front_end in FRONT_ENDS.items():
        if "Chroma" in name:
            front_end = front_end.set_params(tuning=0.0)  # estimated clip by clip otherwise
        result = front_end._frames(y)
        seconds = _timed(lambda front_end=front_end: front_end._frames(y), rounds)
        bound = (y.nbytes + result.nbytes) / bandwidth
        rows[name] = {
            "x real time": round(len(X) * SECONDS / seconds),
            "share of the bandwidth bound": f"{bound / seconds:.2f}",
            "difference / peak": f"{_gpu_difference(front_end, X[:4], result[:4]):.1e}",
        }
        print(pd.DataFrame(rows[name], index=[name]).to_string(), flush=True)
    return pd.DataFrame.from_dict(rows, orient="index")


def _bandwidth(device):
    """Return bytes per second, read and written, of a copy."""
    a = torch.empty(2**28, device=device)
    b = torch.empty_like(a)
    return 2 * a.nbytes / _timed(lambda: b.copy_(a), 10)


def _timed(function, rounds):
    best = np.inf
    for _ in range(rounds + 1):
        torch.cuda.synchronize()
        start = time.perf_counter()
        function()
        torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start)
    return best


def _gpu_difference(front_end, X, result):
    expected = front_end.transform(X)
    return np.abs(result.cpu().numpy() - expected).max() / np.abs(expected).max()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--csv", help="where to write the table")
    parser.add_argument(
        "--before", metavar="TREE", help="an earlier checkout of skmir, to be measured as well"
    )
    parser.add_argument(
        "--distances", action="store_true", help="tell how far the results are from librosa's"
    )
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # nnAudio's and librosa's
    if args.distances:
        table = distances()
        print("Largest difference from librosa over its peak\n")
    elif args.device == "cpu":
        table = on_cpu(args.rounds, args.before)
        print("\nTimes as fast as librosa's loop; the last column is of skmir with two threads\n")
    else:
        table = on_gpu(args.rounds, args.device)
    print(table.to_string())
    if not args.distances:
        note_machine("threads as the columns say", args.csv)
    if args.csv:
        table.to_csv(args.csv, index_label="front end")


if __name__ == "__main__":
    main()
