"""Which clips may share a recording: an inverted index of landmarks, and likeness of mean spectra."""

import numpy as np

from ._fingerprint import HOP, SR

_MIN_VOTES = 5
_MIN_SHARE = 0.03  # of the landmarks that could have voted: in long clips, a few do by chance
_LONGEST_RUN = 300  # clips with one and the same landmark that are compared, lest common ones cost the square
_PLAIN = 100  # landmarks below which a clip goes by its mean spectrum as well
_SHORT = 2 * SR  # samples likewise
_ALIKE = 0.97  # cosine of mean spectra from which on clips are compared
_N_ALIKE = 6  # clips most alike that each clip is compared with
_BLOCK = 512  # rows of the matrix of cosines at a time


def candidates(fingerprints):
    """Return the pairs of clips worth comparing.

    Parameters
    ----------
    fingerprints : list of Fingerprint

    Returns
    -------
    pairs : list of (int, int, int or None)
        Two positions, the first one the lower, and how many samples after the first clip's beginning the
        second one begins; None where that is not known.
    """
    return _by_landmarks(fingerprints) + _by_profile(fingerprints)


def _by_landmarks(fingerprints):
    """Return the pairs that share landmarks at one distance in time."""
    clips = np.repeat(np.arange(len(fingerprints)), [len(f.codes) for f in fingerprints])
    codes = np.concatenate([f.codes for f in fingerprints])
    frames = np.concatenate([f.frames for f in fingerprints]).astype(np.int64)
    order = np.argsort(codes, kind="stable")  # landmark by landmark, and there clip by clip
    index = codes[order], clips[order], frames[order]
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    ends = np.searchsorted(index[0], index[0], side="right")
    starts = np.searchsorted(clips, np.arange(len(fingerprints) + 1))
    pairs = []
    for clip, own in enumerate(map(slice, starts[:-1], starts[1:])):
        others, delays = _shared(places[own], frames[own], ends, index, clip)
        for other, delay, votes in _elected(others, delays):
            if votes >= _MIN_SHARE * _electorate(fingerprints[clip], fingerprints[other], delay):
                pairs.append((clip, other, delay))
    return pairs


def _electorate(a, b, delay):
    """Return about how many landmarks are where both clips sound, of the clip that has fewer there."""
    overlap = min(a.n_samples, b.n_samples + delay) - max(0, delay)
    return overlap * min(len(a.codes) / a.n_samples, len(b.codes) / b.n_samples)


def _shared(places, frames, ends, index, clip):
    """Return in which later clips a clip's landmarks are, and how many frames earlier they are there."""
    counts = np.minimum(ends[places] - places - 1, _LONGEST_RUN)
    runs = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    found = np.repeat(places + 1, counts) + runs
    others, delays = index[1][found], np.repeat(frames, counts) - index[2][found]
    later = others > clip
    return others[later], delays[later]


def _elected(others, delays):
    """Yield each clip, the delay that most landmarks vote for, give or take a frame, and their number."""
    if not len(others):
        return
    low, width = delays.min() - 1, np.ptp(delays) + 3
    ballots, votes = np.unique(others * width + delays - low, return_counts=True)
    total = votes.copy()
    for step in (-1, 1):
        near = np.minimum(np.searchsorted(ballots, ballots + step), len(ballots) - 1)
        total += np.where(ballots[near] == ballots + step, votes[near], 0)
    best = np.lexsort((votes, total, ballots // width))
    last = np.flatnonzero(np.diff(ballots[best] // width, append=-1))
    for winner in best[last]:
        if total[winner] >= _MIN_VOTES:
            other, delay = divmod(int(ballots[winner]), int(width))
            yield other, (delay + int(low)) * HOP, int(total[winner])


def _by_profile(fingerprints):
    """Return the pairs of short or plain clips whose mean spectra are alike."""
    few = [i for i, f in enumerate(fingerprints) if f.n_samples < _SHORT or len(f.codes) < _PLAIN]
    if len(few) < 2:
        return []
    profiles = np.stack([fingerprints[i].profile for i in few])
    pairs = set()
    for start in range(0, len(few), _BLOCK):
        cosines = profiles[start : start + _BLOCK] @ profiles.T
        cosines[np.arange(len(cosines)), start + np.arange(len(cosines))] = -1  # itself
        n_alike = min(_N_ALIKE, len(few) - 1)
        nearest = np.argpartition(-cosines, n_alike - 1, axis=1)[:, :n_alike]
        rows, columns = np.nonzero(np.take_along_axis(cosines, nearest, axis=1) > _ALIKE)
        for a, b in zip(start + rows, nearest[rows, columns], strict=True):
            pairs.add((few[min(a, b)], few[max(a, b)], None))
    return sorted(pairs)
