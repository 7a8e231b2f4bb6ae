"""Notes of seven instrument families, synthesised."""

import numbers

import numpy as np
from sklearn.utils import Bunch, check_random_state

from .._validation import check_number
from ._families import FAMILIES
from ._recording import draw_place, record
from ._synthesis import draw_instrument, play


def make_instruments(*, n_instruments=8, n_notes=8, duration=1.0, sr=22050, random_state=None):
    """TODO."""
    check_number("n_instruments", n_instruments, kind=numbers.Integral, low=1)
    check_number("n_notes", n_notes, kind=numbers.Integral, low=1)
    check_number("duration", duration, low=0.1)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    names = sorted(FAMILIES)
    data = [
        clip
        for family in range(len(names))
        for instrument in range(n_instruments)
        for clip in _notes(names[family], (seed, family, instrument), n_notes, duration, sr)
    ]
    per_family = n_instruments * n_notes
    return Bunch(
        data=np.array(data),
        target=np.repeat(np.arange(len(names)), per_family),
        target_names=names,
        groups=np.repeat([f"{name}-{i:02d}" for name in names for i in range(n_instruments)], n_notes),
        sr=sr,
        DESCR="",
    )


def _notes(family, key, n_notes, duration, sr):
    """Return the notes of one instrument; each has its own generator, so that none depends on how many there are."""
    rng = np.random.default_rng([*key, 0])
    kinds = FAMILIES[family]
    instrument = draw_instrument(kinds[key[-1] % len(kinds)], rng)
    place = draw_place(rng)
    return [_note(instrument, place, np.random.default_rng([*key, i + 1]), duration, sr) for i in range(n_notes)]


def _note(instrument, place, rng, duration, sr):
    midi = rng.integers(round(instrument.register[0]), round(instrument.register[1]) + 1)
    y = play(instrument, midi, rng.uniform(0.2, 1), duration=duration, sr=sr, rng=rng)
    return record(y, place, sr, rng)
