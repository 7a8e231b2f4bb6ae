"""How fast the front ends are, against librosa's loop and nnAudio in the same run, and how far from librosa.

    python benchmarks/bench_features.py [--rounds 7] [--csv FILE] [--device cuda]

All get the same clips, 24 of 10 s at 22,050 Hz, at librosa's defaults. Contenders take turns of at least 0.3
s, in which they process all clips as often as they can, and the fastest time of each counts, so that other
work of the machine affects all alike and none pays for waking an idle processor. nnAudio has its turns after
the others, since the memory that it takes and gives back slows the next contender. librosa runs clip by clip,
on one core as users run it; skmir through ``transform``, checks included, with one and two threads; nnAudio
(``pip install nnaudio``), whose module is built beforehand, on all clips as one batch and one by one, of
which the faster counts, with one and two threads.

With ``--device cuda`` batches that are on the device already are transformed there; the figure is the
multiple of real time, and the share of the time that reading the waveforms and writing the results once
would take at the bandwidth that a copy reaches.
"""

import argparse
import functools
import time
import warnings

import librosa
import numpy as np
import pandas as pd
import torch
from machine import note_machine
from signals import SR, music

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
LIBROSA = {
    "DFT": lambda y: np.abs(librosa.stft(y)),
    "MelSpectrogram": lambda y: librosa.feature.melspectrogram(y=y),
    "MFCC": lambda y: librosa.feature.mfcc(y=y),
    "Chroma(kind='stft')": lambda y: librosa.feature.chroma_stft(y=y),
    "SpectralShape": lambda y: spectral_shape(y),
    "CQT": lambda y: np.abs(librosa.cqt(y)),
    "Chroma(kind='cqt')": lambda y: librosa.feature.chroma_cqt(y=y),
}


def spectral_shape(y):
    """Return all descriptors by librosa's functions, which share one spectrogram where they can."""
    feature, S = librosa.feature, np.abs(librosa.stft(y))
    names = ("centroid", "bandwidth", "rolloff", "contrast", "flatness")
    return np.concatenate(
        [
            *(getattr(feature, f"spectral_{name}")(S=S) for name in names),
            librosa.onset.onset_strength(S=S, center=False)[np.newaxis],
            feature.zero_crossing_rate(y),
            feature.rms(y=y),
        ]
    )


def nnaudio_modules():
    """Return nnAudio's modules by name, nothing if it is not installed."""
    try:
        from nnAudio import features
    except ImportError:
        return {}
    quiet = {"verbose": False}
    stft = features.STFT(
        n_fft=2048, hop_length=512, output_format="Magnitude", pad_mode="constant", sr=SR, **quiet
    )
    return {
        "DFT": [stft],
        "MelSpectrogram": [features.MelSpectrogram(sr=SR, pad_mode="constant", **quiet)],
        "MFCC": [features.MFCC(sr=SR, pad_mode="constant", **quiet)],
        "CQT": [
            features.CQT2010v2(sr=SR, pad_mode="constant", **quiet),
            features.CQT1992v2(sr=SR, pad_mode="constant", **quiet),
        ],
    }


def contenders(name, X):
    """Return the functions of librosa and skmir by name."""
    front_end = FRONT_ENDS[name]
    return {
        "librosa": [lambda: [LIBROSA[name](y) for y in X]],
        "skmir, 1": [lambda: front_end.set_params(n_jobs=1).transform(X)],
        "skmir, 2": [lambda: front_end.set_params(n_jobs=2).transform(X)],
    }


def nnaudio_contenders(name, X, modules):
    """Return the functions of nnAudio by name, if it has such a front end."""
    batch = torch.from_numpy(X)

    def run(module, n_threads, parts):
        torch.set_num_threads(n_threads)
        with torch.inference_mode():
            return [module(part) for part in parts]

    return {
        f"nnAudio, {n}": [
            functools.partial(run, module, n, parts) for module in modules[name] for parts in ([batch], batch)
        ]
        for n in ((1, 2) if name in modules else ())
    }


def fastest(contenders, rounds):
    """Return the least seconds of each contender, who take turns."""
    best = dict.fromkeys(contenders, np.inf)
    for _ in range(rounds):
        for name, ways in contenders.items():
            for way in ways:
                end = time.perf_counter() + TURN
                while (start := time.perf_counter()) < end:
                    way()
                    best[name] = min(best[name], time.perf_counter() - start)
    return best


def difference(name, X):
    """Return the largest difference from librosa over its peak."""
    found = FRONT_ENDS[name].transform(X)
    pairs = [(frames, LIBROSA[name](y)) for frames, y in zip(found, X, strict=True)]
    return max(np.abs(a - b).max() / np.abs(b).max() for a, b in pairs)


def on_cpu(rounds):
    X = np.stack([music(SECONDS, seed) for seed in range(N_CLIPS)])
    modules, rows = nnaudio_modules(), {}
    for name in FRONT_ENDS:
        ours, theirs = contenders(name, X), nnaudio_contenders(name, X, modules)
        seconds = {**fastest(ours, rounds), **fastest(theirs, max(1, rounds // 2))}
        audio, reference = N_CLIPS * SECONDS, seconds.pop("librosa")
        row = {"librosa, x real time": round(audio / reference)}
        for contender, s in seconds.items():
            row[f"{contender} thread{'s' * contender.endswith('2')}"] = f"{reference / s:.1f}x"
        row["x real time"] = round(audio / seconds["skmir, 2"])
        row["difference / peak"] = f"{difference(name, X):.1e}"
        rows[name] = row
        print(pd.DataFrame(row, index=[name]).to_string(), flush=True)
    return pd.DataFrame.from_dict(rows, orient="index").fillna("none")


def on_gpu(rounds, device):
    X = np.stack([music(SECONDS, seed) for seed in range(N_CLIPS)])
    X = np.tile(X, (16, 1))
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
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--csv", help="where to write the table")
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # nnAudio's and librosa's
    table = on_cpu(args.rounds) if args.device == "cpu" else on_gpu(args.rounds, args.device)
    print(
        "\nTimes as fast as librosa's loop; x real time is of skmir with two threads\n"
        * (args.device == "cpu")
    )
    print(table.to_string())
    note_machine("threads as the columns say", args.csv)
    if args.csv:
        table.to_csv(args.csv, index_label="front end")


if __name__ == "__main__":
    main()
