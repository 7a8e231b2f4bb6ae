"""Transpose chords and keys by semitones."""

import re
from collections import Counter

from .._chord_labels import NATURALS, SHARPS

FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
NO_ROOT = {"N", "X", ""}  # no chord, and an unknown chord, in mir_eval's syntax
# A root, and the rest as in "Bb:min7/b3", "Bb", "Bb major", "Bbm7" and "Bb/5", but not the start of a word.
_LABEL = re.compile(r"([A-G])([#b]*)((?:[:/ (]|maj|min|m\b|m\d|M|dim|aug|sus|\d).*)?")


def transpose(labels, semitones):
    """Return transposed chords or keys, spelled consistently with each other.

    A root takes the name that its pitch class has most often in ``labels``. A root that does not occur there
    is written with a sharp, or with a flat if there are more flats than sharps.

    Parameters
    ----------
    labels : list of str
        The labels of all clips, so that all take the same names.
    semitones : list of int, of the same length

    Returns
    -------
    labels : list of str

    Raises
    ------
    ValueError
        If a label does not begin with a root.
    """
    parts = [_parse(label) for label in labels]
    names = _spelling([part for part in parts if part])
    return [
        f"{names[(part[0] + int(n)) % 12]}{part[2]}" if part and int(n) else str(label)
        for label, part, n in zip(labels, parts, semitones, strict=True)
    ]


def _parse(label):
    """Return the pitch class, the root's name and the rest of a label; None if there is no root."""
    if str(label) in NO_ROOT:
        return None
    found = _LABEL.fullmatch(str(label))
    if not found:
        raise ValueError(
            "A chord or key must begin with a root, as in 'Bb:min7' or 'F# minor', or be 'N' or 'X', got the "
            f"label {str(label)!r}. If it names something else, choose another target."
        )
    letter, accidentals, rest = found.groups(default="")
    pitch_class = NATURALS[letter] + accidentals.count("#") - accidentals.count("b")
    return pitch_class % 12, letter + accidentals, rest


def _spelling(parts):
    """Return a name for each of the 12 pitch classes."""
    roots = Counter(root for _, root, _ in parts)
    n_sharps = sum(n for root, n in roots.items() if "#" in root)
    n_flats = sum(n for root, n in roots.items() if "b" in root)
    names = list(FLATS if n_flats > n_sharps else SHARPS)
    for pitch_class, root, _ in sorted(parts, key=lambda part: (roots[part[1]], part[1])):
        names[pitch_class] = root
    return names
