"""How far the front ends are from librosa, in float32: a table of the largest differences.

    python benchmarks/parity_features.py [RECORDING ...] [--csv FILE]

Each row varies one parameter of a front end, or a few together, with the others at librosa's defaults. The
figure is the largest difference between the two results, over the largest magnitude in librosa's. The CSV
has one row per front end and parameter: the worst over its values, on a synthetic signal and on 5 s of each
recording.
"""

import argparse
import pathlib
import warnings

import librosa
import numpy as np
import pandas as pd
from signals import music

from skmir.audio import load
from skmir.feature_extraction import (
    CQT,
    DFT,
    MFCC,
    Chroma,
    MelSpectrogram,
    OnsetStrength,
    SpectralShape,
    Tempogram,
)

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
    (
        OnsetStrength,
        "onset_strength",
        {},
        [
            {},
            *[{"n_fft": n} for n in (1024, 4096)],
            *[{"hop_length": n} for n in (127, 441)],
            *[{"lag": 2}, {"max_size": 3}, {"n_mels": 40}, {"aggregate": "median"}],
        ],
    ),
    (
        Tempogram,
        "tempogram",
        {},
        [
            {},
            *[{"hop_length": n} for n in (127, 441)],
            *[{"win_length": n} for n in (100, 385)],
            *[{"norm": p} for p in (None, 1, 2)],
            *[{"window": "hamming"}, {"center": False, "win_length": 100}],
        ],
    ),
    *[
        (SpectralShape, name, {"features": (name,)}, [*STFT, *more])
        for name, more in {
            "centroid": [],
            "bandwidth": [],
            "rolloff": [{"roll_percent": share} for share in (0.1, 0.5)],
            "contrast": [{"fmin": 100.0}, {"n_bands": 4}, {"quantile": 0.1}, {"linear": True}],
            "flatness": [],
        }.items()
    ],
    *[
        (SpectralShape, name, {"features": (name,)}, [{}, {"hop_length": 441}, {"n_fft": 1023}])
        for name in ("flux", "zero_crossing_rate", "rms")
    ],
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
    "onset_strength": lambda y, aggregate="mean", **p: librosa.onset.onset_strength(
        y=y, aggregate=getattr(np, aggregate), **p
    )[np.newaxis],
    "tempogram": lambda y, **p: librosa.feature.tempogram(y=y, **p),
    **{
        name: lambda y, name=name, **p: getattr(librosa.feature, f"spectral_{name}")(y=y, **p)
        for name in ("centroid", "bandwidth", "rolloff", "contrast", "flatness")
    },
    "flux": lambda y, hop_length=512, **p: librosa.onset.onset_strength(
        S=np.abs(librosa.stft(y, hop_length=hop_length, **p)), center=False
    )[np.newaxis],
    "zero_crossing_rate": lambda y, n_fft=2048, **p: librosa.feature.zero_crossing_rate(
        y, frame_length=n_fft, **p
    ),
    "rms": lambda y, n_fft=2048, **p: librosa.feature.rms(y=y, frame_length=n_fft, **p),
}


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
    parser.add_argument("recordings", nargs="*", help="files; 5 s of each are used")
    parser.add_argument("--csv", help="where to write the table")
    args = parser.parse_args()
    signals = {"synthetic": music(5.0)}
    for path in args.recordings:
        signals[pathlib.Path(path).name] = load(path, offset=1.0, duration=5.0)[0]
    rows = []
    print(f"{'front end':16s} {'parameters varied':48s} |skmir - librosa| / peak, worst of {len(signals)}")
    for front_end, reference, fixed, grid in GRIDS:
        for parameters in grid:
            varied = ", ".join(f"{name}={value!r}" for name, value in parameters.items()) or "(defaults)"
            errors = {
                name: difference(front_end(**fixed), reference, parameters, y) for name, y in signals.items()
            }
            name = f"{front_end.__name__}({_text(fixed)})"
            rows.append([name, ", ".join(parameters) or "(defaults)", *errors.values()])
            print(f"{reference:16s} {varied:48s} {max(errors.values()):.1e}")
    table = pd.DataFrame(rows, columns=["front end", "varied", *signals])
    print("\nworst of each")
    print(table.groupby("front end", sort=False)[list(signals)].max().to_string(float_format="{:.1e}".format))
    if args.csv:
        worst = table.groupby(["front end", "varied"], sort=False).max()
        worst.map("{:.1e}".format).to_csv(args.csv)


def _text(parameters):
    return ", ".join(f"{name}={value!r}" for name, value in parameters.items())


if __name__ == "__main__":
    main()
