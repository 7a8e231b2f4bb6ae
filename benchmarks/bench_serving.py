"""What a service costs: cold start, memory, and latency of a clip of 10 s, with one and with two threads.

    python benchmarks/bench_serving.py [--starts 5] [--requests 40] [--threads 1 2] [--csv FILE]

The default SVM (MFCC, their slopes, mean and deviation) and the default CNN (mel spectrogram), saved by
skmir.save; and as a peer the same features by librosa with scikit-learn's SVC, saved by joblib. Each start
is a process of its own. "cold start" goes from the start of the process to its first answer about a WAV
file: imports, loading, prediction. "CPU" is the time of computing alone, which other programs disturb
least. "memory" is the peak of the resident memory (Linux). "median" and "p95" are latencies of further
requests, each about one file; with two threads, two requests are under way at any time. "per s" counts the
requests that are answered. All figures are of several starts: medians of starts, of CPU and of rates, the
largest memory, and quantiles of all latencies. "same" says whether all answers are those of one thread, bit
for bit. The row "imports alone" only imports torch and scikit-learn.
"""

import argparse
import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

SR, N_FILES, ONE_THREAD = (
    22050,
    8,
    {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
)


def skmir_model(path):
    """Return a function that answers about a file, from a model by skmir.save."""
    import skmir

    model = skmir.load(path)
    return lambda file: model.decision_function([file])[0]


def peer_features(file):
    """Return what MFCC, Delta(order=(1, 2)) and FramePooler return, by librosa."""
    import librosa
    import numpy as np

    mfcc = librosa.feature.mfcc(y=librosa.load(file, sr=SR)[0], sr=SR)
    frames = np.concatenate([mfcc, librosa.feature.delta(mfcc), librosa.feature.delta(mfcc, order=2)])
    return np.concatenate([frames.mean(axis=1), frames.std(axis=1)])


def peer_model(path):
    """Return a function that answers about a file, from a model by joblib."""
    import joblib

    model = joblib.load(path)
    return lambda file: model.decision_function(peer_features(file)[None])[0]


def imports_alone(path):
    """Return any function, after the imports that no model of both packages can avoid."""
    importlib.import_module("torch")
    importlib.import_module("sklearn.svm")
    return len


KINDS = {
    "SVM on MFCC": skmir_model,
    "CNN": skmir_model,
    "librosa and SVC": peer_model,
    "imports alone": imports_alone,
}


def serve(kind, path, start, threads, n_requests, files):
    """Print what one process measures of itself, as JSON."""
    answer = KINDS[kind](path)
    answer(files[0])
    found = {
        "cold": time.perf_counter() - start,
        "cold_cpu": time.process_time(),
        "latencies": {},
        "rates": {},
    }
    expected = [float(answer(file)) for file in files]
    begin = time.process_time()
    for file in files:
        answer(file)
    found["request_cpu"] = (time.process_time() - begin) / len(files)
    requests = [i % len(files) for i in range(n_requests)]

    def timed(i):
        begin = time.perf_counter()
        score = answer(files[i])
        return time.perf_counter() - begin, float(score) == expected[i]

    same = []
    for n_threads in threads:
        with ThreadPoolExecutor(n_threads) as pool:
            list(pool.map(timed, requests[: 2 * n_threads]))  # threads are up, and their memory is
            begin = time.perf_counter()
            latencies, equal = zip(*pool.map(timed, requests), strict=True)
            found["rates"][n_threads] = n_requests / (time.perf_counter() - begin)
        found["latencies"][n_threads] = latencies
        same += equal
    found["same"] = all(same)
    # getrusage would give the memory of the process that started this one, if that is larger.
    status = pathlib.Path("/proc/self/status").read_text()
    found["memory"] = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024
    print(json.dumps(found))


def write_files(folder):
    """Write the recordings; return their paths and labels."""
    import numpy as np
    import soundfile

    rng, time_ = np.random.RandomState(0), np.arange(10 * SR) / SR
    files, labels = [], ["low", "high"] * (N_FILES // 2)
    for i, label in enumerate(labels):
        y = 0.3 * np.sin(2 * np.pi * (220 if label == "low" else 440) * time_) + 0.05 * rng.randn(len(time_))
        files.append(str(folder / f"{i}.wav"))
        soundfile.write(files[-1], y, SR)
    return files, labels


def fit_models(folder, files, labels):
    """Fit and save all models; return their paths."""
    import joblib
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    import skmir
    from skmir.model_selection import default_models

    paths = {kind: str(folder / kind.replace(" ", "-")) for kind in KINDS}
    for kind, name, params in (("SVM on MFCC", "SVM", {}), ("CNN", "CNN", {"max_iter": 1, "device": "cpu"})):
        model = default_models(name)[name]
        model[-1].set_params(**params)
        skmir.save(model.fit(files, labels), paths[kind])
    peer = make_pipeline(StandardScaler(), SVC(C=10, class_weight="balanced"))
    joblib.dump(peer.fit([peer_features(file) for file in files], labels), paths["librosa and SVC"])
    return paths


def measure(options, folder):
    """Return what the processes of each kind have measured; kinds take turns."""
    files, labels = write_files(folder)
    paths = fit_models(folder, files, labels)
    found = {kind: [] for kind in KINDS}
    for repeat in range(1 + options.starts):  # the first start reads from the disk what others find in memory
        for kind, path in paths.items():
            task = [kind, path, time.perf_counter(), options.threads, options.requests, files]
            command = [sys.executable, __file__, "--serve", json.dumps(task)]
            environment = {**os.environ, **ONE_THREAD}
            done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
            if repeat:
                found[kind].append(json.loads(done.stdout))
    return found


def row_of(runs, threads):
    """Return a row of the table from the measurements of several starts."""
    import numpy as np

    def median(name):
        return float(np.median([run[name] for run in runs]))

    row = {
        "cold start (s)": round(median("cold"), 2),
        "cold start: CPU (s)": round(median("cold_cpu"), 2),
        "memory (MiB)": round(max(run["memory"] for run in runs)),
        "request: CPU (ms)": round(1e3 * median("request_cpu"), 1),
    }
    for n in map(str, threads):
        latencies = 1e3 * np.concatenate([run["latencies"][n] for run in runs])
        noun = "thread" if n == "1" else "threads"
        row[f"{n} {noun}: median (ms)"] = round(float(np.median(latencies)), 1)
        row[f"{n} {noun}: p95 (ms)"] = round(float(np.percentile(latencies, 95)), 1)
        row[f"{n} {noun}: per s"] = round(float(np.median([run["rates"][n] for run in runs])), 1)
    return {**row, "same": all(run["same"] for run in runs)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--csv")
    parser.add_argument("--serve", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        kind, path, start, threads, n_requests, files = options.serve
        serve(kind, path, start, threads, n_requests, files)
        return

    import pandas as pd
    from machine import note_machine

    with tempfile.TemporaryDirectory() as folder:
        found = measure(options, pathlib.Path(folder))
    rows = {kind: row_of(runs, options.threads) for kind, runs in found.items()}
    for column in [
        name for name in rows["imports alone"] if name.startswith(("request", "1 ", "2 ", "same"))
    ]:
        rows["imports alone"][column] = None
    table = pd.DataFrame.from_dict(rows, orient="index")
    print(table.to_string())
    if options.csv:
        table.to_csv(options.csv, index_label="model")
    note_machine("one thread of linear algebra per request", options.csv)


if __name__ == "__main__":
    main()
