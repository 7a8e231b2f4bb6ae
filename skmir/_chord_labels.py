"""Labels of chords, in the syntax of Harte, as in mir_eval: root and notes."""

import numpy as np

from ._extras import require
from ._parameter_checks import plain

SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# Semitones above the root.
QUALITIES = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "7": (0, 4, 7, 10),
    "maj6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "hdim7": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
}
NO_CHORD = "N"
UNKNOWN = "X"


def root_and_steps(label):
    """Return the root of a chord, 0 for C, and its notes in semitones above the root.

    Parameters
    ----------
    label : str
        A chord as for :func:`chord_templates`, other than "N".

    Returns
    -------
    root : int
    steps : tuple of int
        In [0, 12), ascending.

    Raises
    ------
    ValueError
        If the label is not a chord.
    ImportError
        If it needs mir_eval, which is not installed.
    """
    if not isinstance(label, str):
        raise ValueError(_what_labels_are(label))
    root, _, quality = label.partition(":")
    if set(label) & set("/(") or (quality and quality not in QUALITIES) or label == UNKNOWN:
        return _by_mir_eval(label)
    if root[:1] not in NATURALS or set(root[1:]) - set("b#") or (":" in label and not quality):
        raise ValueError(_what_labels_are(label))
    semitone = NATURALS[root[0]] + root.count("#") - root.count("b")
    return semitone % 12, QUALITIES[quality or "maj"]


def _by_mir_eval(label):
    if label == UNKNOWN:
        raise ValueError(
            "label 'X' means an unknown chord, which has no template. Leave out clips or frames with this "
            "label, or label them 'N' if they have no chord."
        )
    what = f"label {plain(label)!r}, which has parts other than a root and one of {list(QUALITIES)},"
    require(what, "eval", module="mir_eval")
    from mir_eval import chord

    try:
        root, bits, _ = chord.encode(label, reduce_extended_chords=True)
    except chord.InvalidChordException as error:
        raise ValueError(_what_labels_are(label)) from error
    return int(root), tuple(np.flatnonzero(bits).tolist())


def _what_labels_are(label):
    return (
        "labels must be chords such as 'C:maj', 'Bb:min7', 'F#:sus4' or 'N' (no chord), or MIDI numbers of "
        f"single notes, integers from 0 to 127, got {plain(label)!r}."
    )
