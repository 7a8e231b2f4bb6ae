"""Findings about single recordings: those that cannot be used, and those that hold no good sound."""

import numpy as np

from ..._recordings import DOUBTS
from ._finding import Finding, about_files

_CLIPPED, _DISTORTED = 1e-3, 0.05  # share of clipped samples that is worth knowing, and that is wrong
_WORDS = {  # what is found, and what it means
    "distorted": (
        f"clipped for {_DISTORTED:.0%} of the time or more",
        "The tops of the waves are cut off, and the distortion fills the spectrum. Record them again at a "
        "lower level, or fetch the originals.",
    ),
    "clipped": (
        f"clipped for {_CLIPPED:.1%} of the time or more",
        "Some clipping is common in loud masters. It matters if it is more frequent in some classes.",
    ),
    "one_sided": (
        "silent in some of the channels",
        "Models hear the mean of the channels, which is softer than the channel with the sound.",
    ),
    "short": (
        "shorter than a frame of a spectrum ({frame} samples at {sr:g} Hz)",
        "Zeros are added at both ends.",
    ),
}


def sound_findings(recordings, *, sr, frame):
    """Yield findings about single recordings.

    Parameters
    ----------
    recordings : DataFrame
        Facts, one row per recording.
    sr : float
        Sampling rate in Hz to which models resample recordings.
    frame : int
        Samples at ``sr`` in a frame of a spectrum.
    """
    yield from _unusable(recordings)
    usable = recordings["error"].isna()
    files = recordings["file"].tolist()

    def found(mask):
        return np.flatnonzero(mask & usable)

    silent = ("silent", "Models may take silence for a sign of a class. Leave them out.")
    for kind, words in {"silent": silent, **DOUBTS}.items():
        yield from about_files(kind, True, found(recordings[kind]), files, *words)
    distorted = recordings["clipped"] >= _DISTORTED
    masks = {
        "distorted": distorted,
        "clipped": (recordings["clipped"] >= _CLIPPED) & ~distorted,
        "one_sided": recordings["one_sided"] & ~recordings["silent"],
        "short": recordings["n_samples"] < frame,
    }
    for kind, mask in masks.items():
        what, advice = _WORDS[kind]
        yield from about_files(
            kind, kind == "distorted", found(mask), files, what.format(frame=frame, sr=sr), advice
        )
    yield from _low_rates(recordings, found(recordings["sr"] < sr), sr)


def _unusable(recordings):
    errors = recordings["error"].dropna()
    if len(errors):
        what = f"{len(errors):,} of {len(recordings):,} recordings cannot be used"
        advice = "Training and prediction stop at such files. Mend them, or leave them out."
        details = tuple(" ".join(error.split()) for error in errors)
        yield Finding("unusable", True, what, advice, tuple(map(int, errors.index)), details)


def _low_rates(recordings, low, sr):
    rates = sorted(recordings["sr"].iloc[low].unique())
    if not rates:
        return
    if len(low) == recordings["sr"].notna().sum():
        most = f"of {rates[0]:g} Hz" if len(rates) == 1 else f"of at most {rates[-1]:g} Hz"
        yield Finding(
            "low_rate",
            False,
            f"All recordings have a sampling rate {most}",
            f"Front ends resample to {sr:g} Hz by default, and the upper bands stay empty. In Python, a "
            f"front end with sr={rates[-1]:g} is faster.",
            tuple(map(int, low)),
        )
        return
    yield from about_files(
        "low_rate",
        False,
        low,
        recordings["file"].tolist(),
        f"at a sampling rate below {sr:g} Hz",
        f"Front ends resample to {sr:g} Hz by default. The upper bands of these recordings stay empty, which "
        "may give them away. In Python, pass the lowest rate as sr= to the front end.",
    )
