"""Templates of chords, given their labels."""

import numbers

import numpy as np
from sklearn.utils import check_consistent_length

from ..._chord_labels import NO_CHORD, root_and_steps
from ..._parameter_checks import plain


def chord_templates(labels):
    """Return the pitch classes of chords, each row of sum 1.

    Parameters
    ----------
    labels : array-like of shape (n_labels,)
        Chords in mir_eval's syntax: a root, a colon and a quality, such as "C:maj", "Bb:min7", "F#:hdim7". A
        root alone means a major triad, and "N" means "no chord": all pitch classes get equal shares. Degrees,
        bass notes and qualities other than Humphrey's thirteen ("D:maj(9)", "A:min/b3", "C:9") are parsed by
        mir_eval. Integers are single notes, given as MIDI numbers.

    Returns
    -------
    templates : ndarray of shape (n_labels, 12)
        float64; the first column is C.

    Raises
    ------
    ValueError
        If a label is not a chord.
    ImportError
        If a label needs mir_eval, which is not installed.

    Notes
    -----
    The thirteen qualities: maj, min, maj7, min7, 7, maj6, min6, dim, aug, sus4, sus2, hdim7, dim7.

    References
    ----------
    .. [1] C. Harte, M. Sandler, S. Abdallah and E. Gomez, "Symbolic representation of musical chords: a
       proposed syntax for text annotations", ISMIR 2005.

    Examples
    --------
    >>> from skmir.neural_network import chord_templates
    >>> chord_templates(["C:maj", "A:min", "N"]).round(2)
    array([[0.33, 0.  , 0.  , 0.  , 0.33, 0.  , 0.  , 0.33, 0.  , 0.  , 0.  , 0.  ],
           [0.33, 0.  , 0.  , 0.  , 0.33, 0.  , 0.  , 0.  , 0.  , 0.33, 0.  , 0.  ],
           [0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08]])
    """
    labels = labels if isinstance(labels, list) else np.asarray(labels).tolist()
    if not isinstance(labels, list):
        raise ValueError(f"labels must be a list, got the single label {plain(labels)!r}.")
    known = {label: _template(label) for label in dict.fromkeys(labels)}
    return np.array([known[label] for label in labels])


def templates_of_rows(y, n_rows):
    """Return the templates of all frames of all clips.

    Parameters
    ----------
    y : array-like of shape (n_clips,), or of arrays of shape (n_frames_i,)
        One label per clip, for all its frames, or one label per frame.
    n_rows : ndarray of shape (n_clips,)
        Number of frames per clip.

    Returns
    -------
    templates : ndarray of shape (n_frames of all clips, 12)
    """
    if y is None:
        raise ValueError(
            "LearnedChroma requires y to be passed, but the target y is None. It learns from chord labels."
        )
    y = y if isinstance(y, list | tuple) else np.asarray(y)
    check_consistent_length(n_rows, y)
    labels = []
    for i, (of_clip, n) in enumerate(zip(y, n_rows, strict=True)):
        of_clip = np.asarray(of_clip)
        if of_clip.ndim and of_clip.shape != (n,):
            raise ValueError(
                f"y must hold one label per clip, or one per frame, got labels of shape {of_clip.shape} for "
                f"clip {i}, which has {n} frames."
            )
        labels += of_clip.tolist() if of_clip.ndim else [of_clip.item()] * int(n)
    return chord_templates(labels)


def _template(label):
    template = np.zeros(12)
    template[_pitch_classes(label)] = 1
    return template / template.sum()


def _pitch_classes(label):
    """Return the pitch classes of a label, in any order."""
    if isinstance(label, numbers.Real) and 0 <= label <= 127 and label == int(label):
        return [int(label) % 12]
    if label == NO_CHORD:
        return list(range(12))
    root, steps = root_and_steps(label)
    return [(root + step) % 12 for step in steps]
