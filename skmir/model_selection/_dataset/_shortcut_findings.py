"""Findings about facts that have nothing to do with music and tell the classes apart."""

from ._finding import Finding
from ._shortcuts import N_SHUFFLES, find_shortcuts

# Gain over guessing (0 to 1) from which a shortcut is worth knowing, and from which it is wrong. Level and
# length may belong to the sound; the way a file was written never does. One class of eleven with an encoding
# of its own is a gain of 0.1.
_LIMITS = {
    "length": (0.1, 0.6),
    "level": (0.1, 0.6),
    "sampling rate and number of channels": (0.03, 0.1),
    "encoding": (0.03, 0.1),
}
_CURES = {
    "length": "Cut all recordings to one length, unless their length is part of what classes mean.",
    "level": "Scale all recordings to one level, unless loudness is part of what classes mean.",
    "sampling rate and number of channels": "Convert all recordings to mono at the lowest rate; where that "
    "leaves a different upper limit of frequency, get recordings of the same kind for all classes.",
    "encoding": "Get all recordings in one encoding: lossy coding leaves traces which converting does not "
    "remove, so coding all recordings in the same way is the second best.",
}


def shortcut_findings(recordings, labels, groups, random_state):
    """Yield findings about facts by which a shallow tree tells the classes better than guessing does.

    Parameters
    ----------
    recordings : DataFrame
        Facts, one row per recording that can be used.
    labels : ndarray of shape (n_recordings,)
    groups : ndarray of shape (n_recordings,) or None
    random_state : RandomState
    """
    notable = {facts: least for facts, (least, _) in _LIMITS.items()}
    for found in find_shortcuts(recordings, labels, groups, notable, random_state):
        is_wrong = found.gain >= _LIMITS[found.facts][1]
        yield Finding("shortcut", is_wrong, _what(found, groups, is_wrong), _CURES[found.facts])


def _what(found, groups, is_wrong):
    much = "much" if is_wrong else "something"
    unseen = "recordings" if groups is None else "groups"
    return (
        f"The {found.facts} alone says {much} about the class. A small decision tree that knows nothing else "
        f"gives the right class a probability of {found.score:.2f} on average, for {unseen} that it did not "
        f"learn from; guessing gives it {found.chance:.2f}, and with shuffled labels ({N_SHUFFLES} times) "
        f"the highest was {found.best_shuffled:.2f} (p = {found.p:.3f})"
    )
