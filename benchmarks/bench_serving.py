"""How many clips per second the threads of one server predict, and whether they agree with one thread.

    python benchmarks/bench_serving.py [--threads 1 2] [--requests 40] [--repeats 3] [--csv FILE]

A pipeline from waveform to probabilities (mel spectrogram, scaler, the default CNN), and its network alone on
frames that have been computed. Each request is one clip of 10 s; all threads share one fitted pipeline and
take requests from one queue. "clips/s" is the rate of the fastest repeat. "equal" says whether every answer
is the same, bit for bit, as with one thread. "locked" is the same with a lock around each request, as if
predictions took turns.
"""

import argparse
import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import MelSpectrogram
from skmir.neural_network import CNNClassifier
from skmir.preprocessing import FrameScaler


def fitted():
    """Return a fitted pipeline, and the clips that are asked about."""
    rng = np.random.RandomState(0)
    clips = rng.randn(8, 220500).astype(np.float32)
    model = make_pipeline(
        MelSpectrogram(), FrameScaler(), CNNClassifier(max_iter=1, device="cpu", random_state=0)
    )
    return model.fit(clips, np.arange(8) % 2), clips


def serve(predict, requests, n_threads, lock):
    """Return seconds and answers of all requests, answered by a number of threads."""

    def answer(clip):
        with lock:
            return predict(clip[np.newaxis])

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(answer, requests[:n_threads]))  # threads are up, and their memory is
        start = time.perf_counter()
        answers = list(pool.map(answer, requests))
        return time.perf_counter() - start, np.concatenate(answers)


def measure(name, predict, clips, options):
    """Return a row for each number of threads, with and without a lock."""
    requests = [clips[i % len(clips)] for i in range(options.requests)]
    expected = np.concatenate([predict(clip[np.newaxis]) for clip in requests])
    rows = []
    for n_threads in options.threads:
        for locked in (True, False):
            lock = threading.Lock() if locked else contextlib.nullcontext()
            runs = [serve(predict, requests, n_threads, lock) for _ in range(options.repeats)]
            equal = all(np.array_equal(answers, expected) for _, answers in runs)
            rate = len(requests) / min(seconds for seconds, _ in runs)
            what = "locked" if locked else "side by side"
            rows.append(
                {"what": name, "threads": n_threads, "how": what, "clips/s": round(rate, 1), "equal": equal}
            )
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--csv")
    options = parser.parse_args()
    model, clips = fitted()
    rows = measure("waveforms", model.predict_proba, clips, options)
    rows += measure("frames", model[-1].predict_proba, model[:-1].transform(clips), options)
    table = pd.DataFrame(rows)
    print(table.to_string(index=False))
    if options.csv:
        table.to_csv(options.csv, index=False)


if __name__ == "__main__":
    main()
