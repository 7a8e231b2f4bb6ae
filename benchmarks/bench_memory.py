"""Peak memory of a front end on 200 and on 2,000 files, compared with the size of its result.

    python benchmarks/bench_memory.py [--csv FILE]

Each figure comes from a process of its own, on copies of one file of 10 s (names differ, so that each is
decoded). The peak is that of the process's resident memory, minus its size before ``transform``. A Pipeline
would keep only the statistics of FramePooler; here the frames themselves are kept.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile

import pandas as pd
import soundfile
from signals import SR, music

FRONT_ENDS = {
    "MFCC()": "MFCC()",
    "MFCC(n_jobs=2)": "MFCC(n_jobs=2)",
    "MelSpectrogram(n_jobs=2)": "MelSpectrogram(n_jobs=2)",
    "Chroma(kind='cqt', n_jobs=2)": "Chroma(kind='cqt', n_jobs=2)",
    "MFCC(memory=...)": "MFCC(memory=sys.argv[2] + '/cache' + sys.argv[3])",
}
MIB = 2**20


def child(expression, folder, n_clips):
    """Print bytes of peak memory and of the result."""
    import skmir.feature_extraction as extraction

    paths = [os.path.join(folder, f"{i}.wav") for i in range(n_clips)]
    front_end = eval(expression, {**vars(extraction), "sys": sys})
    front_end.set_params(memory=None).transform(paths[:2])  # imports, filter banks
    front_end = eval(expression, {**vars(extraction), "sys": sys})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    frames = front_end.transform(paths)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(after - before, frames.nbytes)


def measure(expression, folder, n_clips):
    """Return peak memory and size of the result, in MiB."""
    command = [sys.executable, __file__, expression, folder, str(n_clips)]
    peak, size = map(int, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    return peak / MIB, size / MIB


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        soundfile.write(os.path.join(folder, "0.wav"), music(), SR)
        for i in range(1, 2000):
            os.link(os.path.join(folder, "0.wav"), os.path.join(folder, f"{i}.wav"))
        for name, expression in FRONT_ENDS.items():
            rows[name] = {}
            for n_clips in (200, 2000):
                peak, size = measure(expression, folder, n_clips)
                rows[name][f"{n_clips} clips: frames, MiB"] = round(size, 1)
                rows[name][f"{n_clips} clips: peak beyond them, MiB"] = round(peak - size, 1)
            rows[name]["all 2,000 waveforms, MiB"] = round(2000 * 10 * SR * 4 / MIB)
    table = pd.DataFrame.from_dict(rows, orient="index")
    print(table.to_string())
    if args.csv:
        table.to_csv(args.csv, index_label="front end")


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] in FRONT_ENDS.values():
        child(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main()
