"""Find the annotation file of each recording by its name: beside it, or in a folder ``annotations``."""

import os
import re

from .._folders import tidy

# The words in names of files for each kind, the preferred first; a file without a word comes after these.
WORDS = {
    "onsets": ("onsets", "onset", "notes", "note"),
    "beats": ("beats", "beat", "bars"),
    "bars": ("bars", "beats", "beat"),
    "chords": ("chords", "chord"),
    "notes": ("notes", "note"),
}
_TEXTS = ("csv", "txt", "tsv", "lab", "jams", "json")
_MIDI = ("mid", "midi")


def names_for(stem, kind):
    """Return some names of files that would be found for a recording, of different formats."""
    midi = [] if kind == "chords" else [f"{stem}.mid"]
    return [f"{stem}.{WORDS[kind][0]}.txt", *(f"{stem}.{suffix}" for suffix in ("txt", "lab", "jams")), *midi]


class Pairing:
    """Find annotation files by the names of recordings.

    Parameters
    ----------
    kind : {"onsets", "beats", "bars", "chords", "notes"}
    """

    def __init__(self, kind):
        self.kind, self._known, self._indices = kind, set(), {}
        words = "|".join(WORDS[kind])
        suffixes = "|".join(_TEXTS if kind == "chords" else _TEXTS + _MIDI)
        self._with_word = re.compile(rf"(.+)[._-]({words})(?:\.({suffixes}))?", re.IGNORECASE)
        self._without = re.compile(rf"(.+)\.({suffixes})", re.IGNORECASE)

    def find(self, recording):
        """Return the annotation file of a recording, or None.

        Raises
        ------
        ValueError
            If there are two that are equally likely.
        """
        folder, name = os.path.split(recording)
        stem = tidy(os.path.splitext(name)[0])
        candidates = sorted(
            candidate for place in self._places(folder) for candidate in self._index(place).get(stem, [])
        )
        self._known.update(file for _, file in candidates)
        best = [file for rank, file in candidates if rank == candidates[0][0]]
        if len(best) > 1:
            raise ValueError(
                f"{recording!r} has two files for {self.kind}: {best[0]!r} and {best[1]!r}. Remove or rename "
                f"one of them, or write a labels.csv with the columns file,{self.kind}."
            )
        return best[0] if best else None

    def left_over(self):
        """Return the files whose name says that they hold this kind, but that belong to no recording."""
        return sorted(
            file
            for index in self._indices.values()
            for candidates in index.values()
            for rank, file in candidates
            if file not in self._known and rank < len(WORDS[self.kind])
        )

    def _places(self, folder):
        """Return the folders to look in: that of the recording, and those in and beside it of that name."""
        above = os.path.dirname(folder) or os.curdir if folder not in ("", os.curdir) else os.pardir
        names = ("annotations", *WORDS[self.kind], *(() if self.kind == "chords" else ("midi",)))
        inside = [os.path.join(folder, name) for name in names]
        beside = [os.path.join(above, name) for name in names]
        return list(dict.fromkeys([folder, *inside, *beside]))

    def _index(self, place):
        """Return stem to (rank, file) for the files in a folder."""
        if place not in self._indices:
            index = self._indices[place] = {}
            for name in sorted(os.listdir(place)) if os.path.isdir(place) else ():
                for stem, rank in self._readings(name):
                    index.setdefault(tidy(stem), []).append((rank, os.path.join(place, name)))
        return self._indices[place]

    def _readings(self, name):
        """Yield the stems of recordings to which a name can belong, each with its rank."""
        words = WORDS[self.kind]
        if found := self._with_word.fullmatch(name):
            yield found[1], words.index(found[2].lower())
        if found := self._without.fullmatch(name):
            yield found[1], len(words) + (found[2].lower() in _MIDI)
