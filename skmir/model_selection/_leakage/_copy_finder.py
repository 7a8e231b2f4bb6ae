"""Find clips that are copies of each other, or cut from the same stretch of one recording."""

import functools
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import soxr

from ..._cache import LRUCache, array_digest, file_digest
from ..._reading import stream, waveform
from ..._validation import is_path
from ...audio import load
from ._fingerprint import SR, Fingerprint, count_shared, fingerprint
from ._landmark_candidates import candidates
from ._similarity import align

_KEPT = 2**28  # bytes of waveforms that are kept in memory and not read again
_CLEAR = 0.78  # similarity that is enough without landmarks: two takes of a drum or a word stayed below
_LEAST = 0.4  # minimum similarity, however many landmarks are shared
_TOGETHER = 0.65  # minimum sum of similarity and share of common landmarks
_MIN_SHARED = 15  # landmarks
_CAUTION = 60  # landmarks counted as missing, so that a few do not make up a large share
_MIN_OVERLAP = 0.9 * SR  # samples; a shorter overlap may be one note that two recordings have in common
_MOST = 0.8  # minimum overlap as a share of the shorter clip, if that is less than _MIN_OVERLAP


@dataclass(frozen=True)
class Copy:
    """Two clips that hold the same sound.

    Parameters
    ----------
    clip, other : int
        Positions of the clips; ``clip`` is the lower one.
    kind : {"same_file", "same_audio", "same_recording"}
    offset : float
        Time from the beginning of ``clip`` to the beginning of ``other``, in s.
    overlap : float
        Duration for which both sound, in s.
    similarity : float
        In [0, 1].
    """

    clip: int
    other: int
    kind: str
    offset: float
    overlap: float
    similarity: float


@dataclass(frozen=True)
class _Clip:
    """Facts about a clip: hashes of its bytes and its samples, its length in s, its fingerprint."""

    content: str
    samples: str
    duration: float
    fingerprint: Fingerprint


class CopyFinder:
    """Finds the pairs of clips that hold the same sound.

    Parameters
    ----------
    clips : list of str, or list of ndarray of shape (n_samples_i,)
        Paths or waveforms.
    sr : float
        Sampling rate of waveforms, in Hz.
    n_jobs : int or None
        Number of threads.
    verbose : int
        1 draws a progress bar.
    """

    def __init__(self, clips, *, sr, n_jobs, verbose):
        self._clips, self._sr = clips, sr
        self._threads = {"n_jobs": n_jobs, "verbose": verbose}
        self._waveforms = LRUCache(_KEPT)

    def find(self):
        """Return the pairs, as a list of Copy, sorted by position."""
        return self.find_among(self._know_all())

    def find_among(self, known):
        """Return the pairs among clips whose facts are known; None is a clip to leave out."""
        classes = defaultdict(list)
        for position, clip in enumerate(known):
            if clip is not None:
                classes[clip.samples].append(position)
        classes = list(classes.values())
        copies = [_equal(known, pair) for members in classes for pair in combinations(members, 2)]
        first = [known[members[0]].fingerprint for members in classes]
        best = {}
        for a, b, delay in candidates(first) if first else ():
            low = [self._low(classes[number][0]) for number in (a, b)]
            match = _compare(*low, first[a], first[b], delay)
            if match is not None and match[-1] > best.get((a, b), (0,))[-1]:
                best[a, b] = match
        for (a, b), match in best.items():
            copies += [_ordered(pair, *match) for pair in product(classes[a], classes[b])]
        return sorted(copies, key=lambda copy: (copy.clip, copy.other))

    def _know_all(self):
        positions = range(len(self._clips))
        know = functools.partial(_know, sr=self._sr)
        return list(stream(know, positions, self._clips, then=self.keep, **self._threads))

    def keep(self, result):
        """Keep a clip's samples at ``SR`` while there is room; return the facts, for ``find_among``.

        Parameters
        ----------
        result : tuple
            See :func:`clip_facts`.
        """
        position, packed, clip = result
        self._waveforms.put(position, [packed])
        return clip

    def _low(self, position):
        """Return a clip's samples at ``SR``, read again if they were not kept."""
        kept = self._waveforms.get(position)
        if kept is None:
            kept = [_packed(_at_low_rate(*_read(position, self._clips[position], self._sr)))]
        return kept[0].astype(np.float32)


def _know(position, clip, *, sr):
    return clip_facts(position, clip, *_read(position, clip, sr))


def clip_facts(position, clip, y, rate):
    """Return a clip's position, its samples at ``SR``, and the facts about it, for :class:`CopyFinder`.

    Parameters
    ----------
    position : int
    clip : str or ndarray of shape (n_samples,)
        A path or a waveform.
    y : ndarray of float32 of shape (n_samples,)
        Its samples.
    rate : float
        Their rate in Hz.
    """
    low = _at_low_rate(y, rate)
    content = file_digest(clip) if is_path(clip) else array_digest(clip)
    known = _Clip(content, f"{rate:g} {array_digest(y)}", len(y) / rate, fingerprint(low))
    return position, _packed(low), known


def _read(position, clip, sr):
    """Return a clip's samples, float32, and their rate in Hz."""
    if is_path(clip):
        return load(clip, sr=None)
    return waveform(position, clip, sr=sr)[0].astype(np.float32), sr


def _compare(a, b, a_print, b_print, delay):
    """Return offset and overlap in s, and similarity, if two clips hold the same sound, else None."""
    similarity, delay, overlap = align(a, b, delay)
    if overlap < min(_MIN_OVERLAP, _MOST * min(len(a), len(b))):
        return None
    if similarity < _CLEAR:
        n_shared, n_possible = count_shared(a_print, b_print, delay)
        if n_shared < _MIN_SHARED or similarity < _LEAST:
            return None
        if similarity + n_shared / (n_possible + _CAUTION) < _TOGETHER:
            return None
    return delay / SR, overlap / SR, similarity


def _at_low_rate(y, rate):
    return y if rate == SR else soxr.resample(y, rate, SR).astype(np.float32, copy=False)


def _packed(y):
    """Return samples in half the memory, without the level of the clip, which does not matter here."""
    highest = np.abs(y).max(initial=0)
    return np.round(y * (32767 / highest)).astype(np.int16) if highest else np.zeros(len(y), np.int16)


def _equal(known, pair):
    a, b = pair
    kind = "same_file" if known[a].content == known[b].content else "same_audio"
    return Copy(a, b, kind, 0.0, known[a].duration, 1.0)


def _ordered(pair, offset, overlap, similarity):
    a, b = pair
    if a > b:
        a, b, offset = b, a, -offset
    return Copy(a, b, "same_recording", offset, overlap, similarity)
