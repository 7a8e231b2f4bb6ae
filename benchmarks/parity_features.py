"""How far the front ends are from librosa, in float32: a table of the largest differences.

    python benchmarks/parity_features.py [RECORDING]

A row varies one parameter of a front end, or a few together, the others at librosa's defaults. The
figure is the largest difference between the two results, over the largest magnitude in librosa's.
"""

import argparse
import warnings

import librosa
import numpy as np

from skmir.audio import load
from skmir.feature_extraction import CQT, DFT, MFCC, Chroma, MelSpectrogram

STFT = [
    {},
    *[{"n_fft": n} for n in (256, 1023, 8192)],
    *[{"hop_length": n} for n in (127, 441, 3000)],
    *[{"win_length": n, "n_fft": 2048} for n in (400, 1201)],
    *[{"window": w} for w in ("hamming", "blackman", ("kaiser", 6.0))],
]
ENDS = [{"center": False}, *[{"pad_mode": mode} for mode in ("edge", "reflect", "symmetric")]]
MEL = [
    *[{"sr": sr} for sr in (8000, 16000, 44100)],
    *[{"n_mels": n} for n in (13, 64, 256)],
    *[{"fmin": 300.0}, {"fmax": 5000.0}, {"htk": True}],
]
CQ = [
    {},
    *[{"sr": sr, "n_bins": 60} for sr in (8000, 44100)],
    *[{"hop_length": n} for n in (256, 441, 96)],
    *[{"fmin": f, "n_bins": n} for f, n in ((27.5, 88), (440.0, 30), (27.5, 12))],
    *[{"n_bins": n} for n in (1, 7, 50)],
    *[{"bins_per_octave": b, "n_bins": 6 * b + 5} for b in (24, 36)],
    *[{"tuning": t} for t in (0.3, -0.5, None)],
    *[{"filter_scale": s} for s in (0.5, 2)],
    *[{"norm": p} for p in (None, 2, np.inf)],
    *[{"sparsity": s} for s in (0.0, 0.1)],
    *[{"window": w} for w in ("hamming", "blackman")],
    *[{"pad_mode": mode} for mode in ("edge", "reflect", "symmetric")],
]
CHROMA = [
    *[{"n_chroma": 24}, {"tuning": 0.0}, {"tuning": 0.3}],
    *[{"norm": p} for p in (None, 1, 2)],
]
GRIDS = [
    (DFT, "abs(stft)", {}, [*STFT, *ENDS, {"power": 2.0}]),
    (MelSpectrogram, "melspectrogram", {}, [*STFT, *ENDS, *MEL, {"power": 1.0}, {"norm": None}, {"norm": 2}]),
    (
        MFCC,
        "mfcc",
        {},
        [
            *STFT,
            *[{**p, "n_mfcc": min(20, p.get("n_mels", 20))} for p in MEL],
            *[{"n_mfcc": n} for n in (1, 40)],
            *[{"dct_type": 1, "norm": None}, {"dct_type": 3}, {"norm": None}],
            *[{"lifter": n} for n in (22, 40.5)],
        ],
    ),
    (CQT, "abs(cqt)", {}, CQ),
    (Chroma, "chroma_stft", {"kind": "stft"}, [*STFT, *CHROMA]),
    (
        Chroma,
        "chroma_cqt",
        {"kind": "cqt"},
        [
            {},
            *[{"bins_per_octave": b} for b in (12, 24)],
            *[{"n_chroma": 24, "bins_per_octave": 48}, {"tuning": 0.0}, {"tuning": 0.3}],
            *[{"norm": p} for p in (None, 1, 2)],
            *[{"hop_length": n, "n_octaves": 5} for n in (256, 441)],
            *[{"fmin": 110.0, "n_octaves": 4}, {"threshold": 0.01}],
        ],
    ),
]
REFERENCES = {
    "abs(stft)": lambda y, hop_length=512, power=1.0, **p: (
        np.abs(librosa.stft(y, hop_length=hop_length, **p)) ** power
    ),
    "melspectrogram": lambda y, **p: librosa.feature.melspectrogram(y=y, **p),
    "mfcc": lambda y, **p: librosa.feature.mfcc(y=y, **p),
    "abs(cqt)": lambda y, **p: np.abs(librosa.cqt(y, **p)),
    "chroma_stft": lambda y, **p: librosa.feature.chroma_stft(y=y, **p),
    "chroma_cqt": lambda y, **p: librosa.feature.chroma_cqt(y=y, **p),
}


def synthetic(seconds=5.0):
    """Return decaying harmonic tones in noise, at 22,050 Hz."""
    rng = np.random.RandomState(0)
    time = np.arange(round(seconds * 22050)) / 22050
    y = 0.01 * rng.randn(len(time))
    for hz in (65.4, 110.0, 196.3, 330.0):
        for harmonic in range(1, 15):
            phase = rng.uniform(0, 2 * np.pi)
            y += 0.1 / harmonic * np.exp(-time) * np.sin(2 * np.pi * hz * harmonic * time + phase)
    return y.astype(np.float32)


def difference(front_end, reference, parameters, y):
    """Return the largest difference over librosa's peak."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # librosa's, of empty mel bands and long frames
        expected = REFERENCES[reference](y, **parameters)
        found = front_end.set_params(**parameters).transform([y])[0]
    if found.shape != expected.shape:
        raise AssertionError(f"{front_end}: {found.shape} where librosa has {expected.shape}")
    return np.abs(found - expected).max() / np.abs(expected).max()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recording", nargs="?", help="a file, of which 5 s are used; else a synthetic signal")
    path = parser.parse_args().recording
    y = load(path, offset=1.0, duration=5.0)[0] if path else synthetic()
    worst = {}
    print(f"{'front end':16s} {'parameters varied':48s} |skmir - librosa| / peak")
    for front_end, reference, fixed, grid in GRIDS:
        for parameters in grid:
            error = difference(front_end(**fixed), reference, parameters, y)
            worst[reference] = max(worst.get(reference, 0), error)
            varied = ", ".join(f"{name}={value!r}" for name, value in parameters.items()) or "(defaults)"
            print(f"{reference:16s} {varied:48s} {error:.1e}")
    print("\nworst of each")
    for reference, error in worst.items():
        print(f"{reference:16s} {error:.1e}")


if __name__ == "__main__":
    main()
