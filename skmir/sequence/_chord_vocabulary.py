"""The chords that a recogniser tells apart, and which of them a label of an annotation is."""

from .._chord_labels import NO_CHORD, SHARPS, UNKNOWN, root_and_steps
from .._parameter_checks import check_choice, shown

VOCABULARIES = {"majmin": ("maj", "min"), "sevenths": ("maj", "min", "maj7", "min7", "7")}
_FIFTH = 7  # a triad has no note more semitones above its root


class ChordVocabulary:
    """Chords that a recogniser tells apart.

    Parameters
    ----------
    vocabulary : {"majmin", "sevenths"} or list of str
        See :class:`ChordRecognizer`.

    Attributes
    ----------
    labels : list of str
        The chords, as predictions name them.

    Raises
    ------
    TypeError, ValueError
        If there are fewer than two chords, one is not a chord, or two are the same.
    """

    def __init__(self, vocabulary):
        if isinstance(vocabulary, str):
            check_choice("vocabulary", vocabulary, VOCABULARIES, also="a list of chords")
            qualities = VOCABULARIES[vocabulary]
            self.labels = [f"{root}:{quality}" for quality in qualities for root in SHARPS] + [NO_CHORD]
        else:
            self.labels = _checked(vocabulary)
        self._chords = [_chord(label) for label in self.labels]
        self._places = {chord: place for place, chord in enumerate(self._chords)}
        if len(self._places) < len(self._chords):
            first, second = _same(self._chords)
            raise ValueError(
                f"vocabulary must have different chords, got {self.labels[first]!r} and "
                f"{self.labels[second]!r}, which are the same. Leave one out."
            )
        self._only_triads = all(max(steps, default=0) <= _FIFTH for _, steps in self._chords)
        self._known = {}

    def __len__(self):
        return len(self.labels)

    def place_of(self, label):
        """Return the place of a label in the vocabulary; -1 if it is not in it.

        As for mir_eval's scores, notes more than a fifth above the root do not count if the vocabulary
        consists of triads: "C:7" is "C:maj". The bass note does not count either.

        Parameters
        ----------
        label : str
            A chord in mir_eval's syntax; "X", an unknown chord, is in no vocabulary.

        Returns
        -------
        place : int

        Raises
        ------
        ValueError
            If the label is not a chord.
        """
        if label not in self._known:
            self._known[label] = self._find(label)
        return self._known[label]

    def root_of(self, label):
        """Return the root of a chord, 0 for C; -1 for no chord."""
        return _chord(label)[0]

    def one_step_higher(self):
        """Return the place of each chord's transposition by a semitone; None if one is not there."""
        places = [self._places.get(_transposed(chord)) for chord in self._chords]
        return None if None in places else places

    def _find(self, label):
        if label == UNKNOWN:
            return -1
        root, steps = _chord(label)
        if self._only_triads:
            steps = tuple(step for step in steps if step <= _FIFTH)
        return self._places.get((root, steps), -1)


def _checked(vocabulary):
    if isinstance(vocabulary, bytes) or not hasattr(vocabulary, "__iter__"):
        raise TypeError(
            f"vocabulary={shown(vocabulary)} must be one of {list(VOCABULARIES)}, or a list of chords such "
            "as ['C:maj', 'G:7', 'N']."
        )
    labels = list(vocabulary)
    if len(labels) < 2:
        raise ValueError(f"vocabulary must have two chords at least, got {labels}.")
    for label in labels:
        if label == UNKNOWN:
            raise ValueError(
                "vocabulary must not have 'X', an unknown chord: segments with a label that is not in the "
                "vocabulary are left out anyway. Leave it out; 'N' means that there is no chord."
            )
    return [str(label) if isinstance(label, str) else label for label in labels]


def _chord(label):
    """Return the root and the steps of a chord; no chord has neither."""
    if label == NO_CHORD:
        return -1, ()
    root, steps = root_and_steps(label.partition("/")[0] if isinstance(label, str) else label)
    return root, tuple(sorted(steps))


def _transposed(chord):
    root, steps = chord
    return ((root + 1) % 12, steps) if steps else chord


def _same(chords):
    """Return the places of two chords that are the same."""
    seen = {}
    for place, chord in enumerate(chords):
        if chord in seen:
            return seen[chord], place
        seen[chord] = place
    return None
