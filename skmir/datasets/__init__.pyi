from ._chirps import make_chirps as make_chirps
from ._chords import make_chords as make_chords
from ._folder import load_folder as load_folder
from ._gtzan import load_gtzan as load_gtzan
from ._instruments import make_instruments as make_instruments
from ._rhythm import make_rhythm as make_rhythm
from ._tones import make_tones as make_tones
