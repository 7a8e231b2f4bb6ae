"""Data to begin with: seeded synthetic music, and folders of recordings."""

from ._chirps import make_chirps
from ._chords import make_chords
from ._folder import load_folder
from ._gtzan import load_gtzan
from ._instruments import make_instruments
from ._rhythm import make_rhythm
from ._tones import make_tones

__all__ = [
    "load_folder",
    "load_gtzan",
    "make_chirps",
    "make_chords",
    "make_instruments",
    "make_rhythm",
    "make_tones",
]
