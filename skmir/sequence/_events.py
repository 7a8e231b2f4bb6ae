"""Events in time: which are combined, which match, and how well they agree."""

import numpy as np


def combine_events(events, gap):
    """Return events without those at most ``gap`` after the last one that is kept.

    Parameters
    ----------
    events : ndarray of shape (n_events,)
        Sorted, in any unit.
    gap : float
        In the same unit.

    Returns
    -------
    kept : ndarray of shape (n_kept,)
    """
    kept = []
    while len(events):
        is_first = np.append(True, np.diff(events) > gap)
        firsts = events[is_first]
        kept.append(firsts)
        events = events[events > firsts[np.cumsum(is_first) - 1] + gap]  # first of the rest of each group
    return np.sort(np.concatenate(kept)) if kept else events


def n_matches(truth, found, window):
    """Return the greatest number of pairs at most ``window`` apart, of which each event is in one at most.

    Parameters
    ----------
    truth, found : ndarray of shape (n_events,)
        Sorted, in any unit.
    window : float
        In the same unit.

    Returns
    -------
    n_pairs : int
    """
    # For windows of equal length, to pair the earliest event with the earliest that it may have is best.
    truth, found = truth.tolist(), found.tolist()
    i = j = n_pairs = 0
    while i < len(truth) and j < len(found):
        if abs(truth[i] - found[j]) <= window:
            n_pairs, i, j = n_pairs + 1, i + 1, j + 1
        elif truth[i] < found[j]:
            i += 1
        else:
            j += 1
    return n_pairs


def f_measure(truth, found, window):
    """Return the F-measure of the events of all clips together; 1 if there is nothing, and nothing is found.

    Parameters
    ----------
    truth, found : list of ndarray of shape (n_events_i,)
        Sorted, one array per clip.
    window : float
        Greatest distance of two events that match.

    Returns
    -------
    f : float in [0, 1]
    """
    n_events = sum(map(len, truth)) + sum(map(len, found))
    if not n_events:
        return 1.0
    return 2 * sum(n_matches(a, b, window) for a, b in zip(truth, found, strict=True)) / n_events
