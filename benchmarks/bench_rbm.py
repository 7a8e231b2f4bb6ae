"""How long a restricted Boltzmann machine takes to learn, and how well, compared with scikit-learn's.

    python benchmarks/bench_rbm.py [--passes 5] [--repeats 3] [--device cpu] [--csv FILE]

513 visible units (spectra of synthesised notes, each bin scaled to [0, 1]), 256 hidden ones, batches of 100,
the same learning rate and number of passes. scikit-learn's ``BernoulliRBM`` is trained by persistent
contrastive divergence, and so is the first of ours; the second is trained by CD-1. All run in turns, and the
fastest turn of each counts. "pseudo-likelihood" is exact, of held-out rows, by one function for all.
"""

import argparse
import time

import numpy as np
import pandas as pd
from machine import note_machine
from sklearn.neural_network import BernoulliRBM
from sklearn.preprocessing import MinMaxScaler
from threadpoolctl import threadpool_limits

from skmir.datasets import make_instruments
from skmir.feature_extraction import DFT
from skmir.neural_network import RBM

SHARED = {"n_components": 256, "learning_rate": 0.01, "batch_size": 100, "random_state": 0}


def spectra():
    """Return rows to learn from and rows held out, in [0, 1]."""
    notes = make_instruments(n_instruments=4, n_notes=4, duration=1.0, random_state=0)
    frames = DFT(n_fft=1024, hop_length=512).fit_transform(notes.data)
    rows = np.log1p(100 * np.concatenate([clip.T for clip in frames])).astype(np.float64)
    rows = MinMaxScaler().fit_transform(rows)[np.random.RandomState(0).permutation(len(rows))]
    return rows[:-500], rows[-500:]


def contenders(n_passes, n_threads, device):
    """Return the machines by name."""
    ours = {"visible": "bernoulli", "momentum": 0, "weight_decay": 0, "n_threads": n_threads}
    ours |= {"device": device, "n_iter": n_passes, **SHARED}
    return {
        "scikit-learn, PCD": BernoulliRBM(n_iter=n_passes, **SHARED),
        "skmir, PCD": RBM(persistent=True, **ours),
        "skmir, CD-1": RBM(**ours),
    }


def score(model, rows):
    """Return the mean exact pseudo-likelihood of rows."""
    if isinstance(model, BernoulliRBM):
        other = RBM(256, visible="bernoulli", n_iter=1, device="cpu").fit(rows)
        for name in ("components_", "intercept_hidden_", "intercept_visible_"):
            setattr(other, name, getattr(model, name).astype(np.float32))
        model = other
    return model.score_samples(rows).mean()


def measure(train, test, *, n_passes, n_repeats, n_threads, device):
    """Return one row per contender."""
    models = contenders(n_passes, n_threads, device)
    seconds = {name: [] for name in models}
    with threadpool_limits(n_threads):
        for _ in range(n_repeats):
            for name, model in models.items():
                start = time.perf_counter()
                model.fit(train)
                seconds[name].append(time.perf_counter() - start)
    fastest = {name: min(times) for name, times in seconds.items()}
    return [
        {
            "threads": n_threads,
            "model": name,
            "ms per pass": 1000 * fastest[name] / n_passes,
            "x scikit-learn": fastest[name] / fastest["scikit-learn, PCD"],
            "pseudo-likelihood": score(model, test),
        }
        for name, model in models.items()
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    train, test = spectra()
    print(f"{len(train)} rows of {train.shape[1]} values")
    rows = []
    for n_threads in (1, 2):
        rows += measure(
            train,
            test,
            n_passes=args.passes,
            n_repeats=args.repeats,
            n_threads=n_threads,
            device=args.device,
        )
    table = pd.DataFrame(rows).round({"ms per pass": 0, "x scikit-learn": 2, "pseudo-likelihood": 1})
    print(table.to_string(index=False))
    note_machine("threads as the first column says", args.csv)
    if args.csv:
        table.to_csv(args.csv, index=False)


if __name__ == "__main__":
    main()
