"""Find clips that may share a recording, by an inverted index of landmarks and by similar mean spectra."""

import numpy as np

from ._fingerprint import HOP, SR

_MIN_VOTES = 5
_MIN_SHARE = 0.03  # of the landmarks that could have voted: in long clips, a few votes occur by chance
# Maximum number of clips with the same landmark to compare, so that common ones do not take quadratic time.
_LONGEST_RUN = 300
_PLAIN = 100  # with fewer landmarks, a clip is compared by its mean spectrum as well
_SHORT = 2 * SR  # with fewer samples, likewise
_ALIKE = 0.97  # minimum cosine of the mean spectra of clips that are compared
_N_ALIKE = 6  # number of the most similar clips with which each clip is compared
_BLOCK = 512  # rows of the matrix of cosines that are computed at a time


def candidates(fingerprints):
    """Return the pairs of clips worth comparing.

    Parameters
    ----------
    fingerprints : list of Fingerprint

    Returns
    -------
    pairs : list of (int, int, int or None)
        Two positions, the lower one first, and the number of samples from the beginning of the first clip
        to the beginning of the second, or None if it is not known.
    """
    return _by_landmarks(fingerprints) + _by_profile(fingerprints)


def _by_landmarks(fingerprints):
    """Return the pairs that share landmarks at the same distance in time."""
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
    """Return about how many landmarks lie where both clips sound, in the clip that has fewer of them."""
    overlap = min(a.n_samples, b.n_samples + delay) - max(0, delay)
    return overlap * min(len(a.codes) / a.n_samples, len(b.codes) / b.n_samples)


def _shared(places, frames, ends, index, clip):
    """Return the later clips that have a clip's landmarks, and how many frames earlier they have them."""
    counts = np.minimum(ends[places] - places - 1, _LONGEST_RUN)
    runs = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    found = np.repeat(places + 1, counts) + runs
    others, delays = index[1][found], np.repeat(frames, counts) - index[2][found]
    later = others > clip
    return others[later], delays[later]


def _elected(others, delays):
    """Yield each clip, the delay that most landmarks vote for, within one frame, and the number of votes."""
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
    """Return the pairs of short or plain clips that have similar mean spectra."""
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
