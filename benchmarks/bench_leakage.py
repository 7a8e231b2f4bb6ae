"""How many planted copies check_leakage finds in real recordings, and which pairs it finds without any.

    python benchmarks/bench_leakage.py [DATA] [--every 1] [--csv FILE]

DATA is the folder of real recordings (default: $SKMIR_TEST_DATA, or ../shared/data). Some recordings of
each set are coded, whole, and cut to 1.5 s at a random place that is nowhere silent; a copy counts as found
if the pair of recording and copy is found, with the right offset (within 0.1 s). The second part lists pairs
found among all clips of the unchanged sets, with CPU time. The last part measures the index of landmarks for
1000 clips of half a minute: recordings of four sets in a row, cut, and repeated with other landmarks.
"""

import argparse
import io
import os
import pathlib
import time

import numpy as np
import pandas as pd
import soundfile
import soxr

from skmir.audio import load
from skmir.model_selection._leakage._copy_finder import CopyFinder
from skmir.model_selection._leakage._fingerprint import SR, Fingerprint, fingerprint
from skmir.model_selection._leakage._landmark_candidates import candidates

ROOT = pathlib.Path(__file__).resolve().parents[1]
SETS = {  # how many clips apart those are that are coded
    "instrument_notes": 30,
    "drum_hits": 10,
    "medley_solos": 8,
    "midi_families": 40,
    "spoken_digits": 40,
    "folk_dances": 12,
    "sound_tags": 40,
    "real_tracks": 1,
    "music_speech_other": None,
}
CODECS = {
    "MP3": {"format": "MP3", "subtype": "MPEG_LAYER_III"},
    "Ogg Vorbis": {"format": "OGG", "subtype": "VORBIS"},
    "Opus": {"format": "OGG", "subtype": "OPUS"},
    "MP3, lowest quality": {"format": "MP3", "subtype": "MPEG_LAYER_III", "compression_level": 0.9},
    "Opus, lowest quality": {"format": "OGG", "subtype": "OPUS", "compression_level": 0.9},
}
RATE, LENGTH = 48000, 72000


def files(folder, name):
    """Return the paths of a set."""
    return [str(folder / name / file) for file in pd.read_csv(folder / name / "labels.csv")["file"]]


def coded(y, codec):
    """Return samples as a codec gives them back, at 0.6 of their level."""
    file = io.BytesIO()
    soundfile.write(file, 0.6 * y, RATE, **codec)
    file.seek(0)
    y, rate = soundfile.read(file, dtype="float32")
    return soxr.resample(y, rate, RATE)


def cut(y, rng):
    """Return the beginning of 1.5 s in which no tenth is silent, or None if there is no such place."""
    for _ in range(50 if len(y) > 2 * RATE else 0):
        start = int(rng.integers(len(y) - LENGTH))
        tenths = y[start : start + LENGTH].reshape(15, -1)
        if np.square(tenths).mean(axis=1).min() > 1e-3 * np.square(y).mean():
            return start
    return None


def planted(folder, every):
    """Return the share of planted copies that are found, a row a codec."""
    rows = []
    for name, step in SETS.items():
        for path in files(folder, name)[:: step * every] if step else ():
            y = soxr.resample(load(path, sr=None, duration=12)[0], *_rates(path))
            start = cut(y, np.random.default_rng(len(y)))
            parts = {"whole clips": (0, len(y))} | (
                {} if start is None else {"cuts": (start, start + LENGTH)}
            )
            for (codec, how), (part, (first, last)) in _product(CODECS.items(), parts.items()):
                copies = CopyFinder([y, coded(y[first:last], how)], sr=RATE, n_jobs=1, verbose=0).find()
                found = any(abs(copy.offset - first / RATE) < 0.1 for copy in copies)
                rows.append({"codec": codec, "part": part, "found": found})
    return pd.DataFrame(rows).groupby(["codec", "part"])["found"].agg(["mean", "size"]).unstack()


def _rates(path):
    return soundfile.info(path).samplerate, RATE


def _product(a, b):
    return [(x, y) for x in list(a) for y in list(b)]


def unplanted(folder):
    """Return how many pairs are found in each set as it is."""
    rows = []
    for name in SETS:
        paths = files(folder, name)
        start = time.process_time()
        copies = CopyFinder(paths, sr=RATE, n_jobs=1, verbose=0).find()
        rows.append((name, len(paths), len(copies), time.process_time() - start))
    return pd.DataFrame(rows, columns=["set", "n_clips", "n_pairs", "cpu_s"])


def index(folder, n_clips=1000, seconds=30):
    """Return the number of landmarks of many clips, and the CPU time of comparing them in s."""
    names = ("folk_dances", "midi_families", "medley_solos", "real_tracks")
    y = np.concatenate([load(path, sr=SR)[0] for name in names for path in files(folder, name)])
    y = y[: len(y) // (seconds * SR) * seconds * SR].reshape(-1, seconds * SR)
    own, many = [fingerprint(row) for row in y], []
    for turn in range(-(-n_clips // len(own))):  # other frequencies: as many landmarks, and no copies
        many += [
            Fingerprint((f.codes + (7 * turn << 13)).astype(np.int32), f.frames, f.profile, f.n_samples)
            for f in own
        ]
    start = time.process_time()
    candidates(many[:n_clips])
    return sum(len(f.codes) for f in many[:n_clips]), time.process_time() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    default = os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=pathlib.Path, default=default)
    parser.add_argument("--every", type=int, default=1, help="code only every n-th of the recordings")
    parser.add_argument("--csv", help="write the table of codecs here")
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.data)
    table = planted(folder, arguments.every)
    print(table.round(3).to_string())
    if arguments.csv:
        table["mean"].round(3).to_csv(arguments.csv)
    print(unplanted(folder).round(1).to_string())
    print("{} landmarks of 1000 clips compared in {:.1f} s".format(*index(folder)))


if __name__ == "__main__":
    main()
