"""Chords of clips that have one each: a label, or a root."""

import numpy as np
from sklearn.utils import check_array

from .._annotations import kind_of_annotations
from .._chord_labels import NO_CHORD, SHARPS
from .._parameter_checks import shown

_WHOLE = 1e9  # in s; the end of the only chord of a clip


def form_of(y):
    """Return whether y is one chord per clip, and whether it is a root."""
    one_each = kind_of_annotations(y) is None
    return one_each, one_each and not all(isinstance(label, str) for label in y)


def one_chord_each(y):
    """Return annotations of clips that have one chord each."""
    if y is None:
        raise ValueError("ChordRecognizer requires y to be passed, but the target y is None.")
    labels = y if isinstance(y, list | tuple) else np.asarray(y)
    if len(labels) and all(isinstance(label, str) for label in labels):
        names = [str(label) for label in labels]
    else:
        roots = check_array(y, ensure_2d=False, dtype=float, input_name="y")
        if roots.ndim != 1:
            raise ValueError(
                "y must be a list with one annotation per clip, each a pair of intervals and chords, or one "
                f"chord per clip, got {shown(y, width=120)}."
            )
        names = [NO_CHORD if root < 0 else f"{SHARPS[int(root) % 12]}:maj" for root in roots]
    return [(np.array([[0.0, _WHOLE]]), [name]) for name in names]


def longest(intervals, labels):
    """Return the chord that lasts longest, the first of several."""
    seconds = dict.fromkeys(labels, 0.0)
    for (start, end), label in zip(intervals, labels, strict=True):
        seconds[label] += end - start
    return max(seconds, key=seconds.get)
