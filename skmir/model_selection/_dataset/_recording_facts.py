"""Facts about each recording, and what its copies are found by; each file is decoded once."""

import functools
import os
from dataclasses import asdict, dataclass

import numpy as np
import soundfile

from ..._reading import SILENT, Examination, examination, load, stream
from .._leakage import CopyFinder, clip_facts

_LOWEST = 1e-5  # RMS below which the level counts as -100 dB
_RUN = 4  # equal samples at the peak in a row: the top of a wave in 16 bits has fewer
_LOUD_ENOUGH = 0.5  # peak below which the steps of 16 bits alone make tops flat
# Encodings whose steps are small enough to tell a clipped wave from a coarse one.
_FINE = ("PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")


@dataclass(frozen=True)
class _Sound:
    """What the samples of a recording are like, beyond an Examination; see :func:`check_dataset`."""

    format: str = "unknown"
    encoding: str = "unknown"
    sr: float = np.nan
    duration: float = np.nan
    level: float = np.nan
    clipped: float = 0.0
    one_sided: bool = False


def listen(paths, *, sr, shortest, n_jobs=None, verbose=0):
    """Decode each recording once; return facts about it, and the pairs that hold the same sound.

    Parameters
    ----------
    paths : list of str
    sr : float
        Sampling rate in Hz to which models resample recordings.
    shortest : int
        Smallest number of samples at ``sr`` that models need.
    n_jobs : int or None, default=None
        Threads, as in joblib.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Returns
    -------
    facts : list of dict
        One per recording.
    copies : list of Copy
        Among the recordings that can be used and hold sound.
    """
    finder = CopyFinder(paths, sr=sr, n_jobs=n_jobs, verbose=verbose)
    one = functools.partial(_listen, sr=sr, shortest=shortest)
    facts, known = [], []

    def keep(result):
        examined, sound, clip = result
        return {**asdict(examined), **asdict(sound)}, None if clip is None else finder.keep(clip)

    found = stream(one, range(len(paths)), paths, then=keep, n_jobs=n_jobs, verbose=verbose)
    for fact, clip in found:
        facts.append(fact)
        known.append(clip)
    return facts, finder.find_among(known)


def _listen(position, path, *, sr, shortest):
    """Return an Examination, a _Sound, and what copies are found by, or None if it cannot be used."""
    kind = _kind(path)
    try:
        y, native = load(path, sr=None, mono=False)
    except (OSError, ValueError) as error:
        return Examination(path, str(error)), _Sound(*kind), None
    examined = examination(path, y, native, sr=sr, shortest=shortest)
    mono = y.mean(axis=0)
    sound = _Sound(
        *kind,
        sr=native,
        duration=len(mono) / native,
        level=_decibels(np.sqrt(np.mean(np.square(mono, dtype=np.float64)))),
        clipped=_clipped(y) if kind[1] in _FINE else 0.0,
        one_sided=_one_sided(y),
    )
    usable = examined.error is None and not (examined.silent or examined.cancels)
    return examined, sound, clip_facts(position, path, mono, native) if usable else None


def _kind(path):
    """Return the names of the container and the encoding, from the header alone."""
    try:
        with soundfile.SoundFile(path if os.name == "nt" else os.fsencode(path)) as file:
            return file.format, file.subtype
    except (OSError, RuntimeError):  # its reader may know better, and gives the error otherwise
        return os.path.splitext(path)[1][1:].upper() or "unknown", "unknown"


def _decibels(rms):
    return float(20 * np.log10(max(rms, _LOWEST)))


def _clipped(y):
    """Return the share of samples that lie in runs of equal samples at the highest or the lowest value."""
    n_clipped = 0
    for channel in y:
        for edge in (channel.min(), channel.max()):
            if abs(edge) >= _LOUD_ENOUGH:
                steps = np.diff(np.pad(channel == edge, 1).astype(np.int8))
                lengths = np.flatnonzero(steps == -1) - np.flatnonzero(steps == 1)
                n_clipped += int(lengths[lengths >= _RUN].sum())
    return n_clipped / y.size


def _one_sided(y):
    """Return whether some channels are silent and others are not."""
    is_silent = np.ptp(y, axis=1) < 2 * SILENT
    return bool(is_silent.any() and not is_silent.all())
