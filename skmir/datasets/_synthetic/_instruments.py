"""Notes of seven instrument families, synthesised."""

import numbers

import numpy as np
from sklearn.utils import Bunch, check_random_state

from ..._parameter_checks import check_number
from ._families import FAMILIES
from ._recording_chain import draw_place, record
from ._synthesis import draw_instrument, play


def make_instruments(*, n_instruments=8, n_notes=8, duration=1.0, sr=22050, random_state=None):
    """Synthesise single notes of bass, brass, guitar, organ, piano, strings and woodwind.

    The families are those of Hamel, Wood and Eck [1]_. Each instrument is one random draw from the physics of
    its family: the spectrum at the source, inharmonic strings, drawbars and ranks of pipes, tubes closed at
    one end, resonances of the body, attack, decay of each partial, vibrato, bow and breath noise, hammer and
    key click; and from rooms, microphones and background noise. Its notes differ in pitch, strength and
    level. Pitch alone does not reveal the family. Notes of one instrument resemble each other, so split by
    ``groups``: a random split would test on instruments that were heard in training.

    Parameters
    ----------
    n_instruments : int, default=8
        Number of instruments per family.
    n_notes : int, default=8
        Number of notes per instrument.
    duration : float, default=1.0
        Length of each clip in s, at least 0.1.
    sr : float, default=22050
        Sampling rate in Hz, at least 8000.
    random_state : int, RandomState instance or None, default=None
        An int gives the same notes every time. The first instruments, and the first notes of each, do not
        depend on how many there are.

    Returns
    -------
    data : Bunch
        With the attributes

        data : ndarray of shape (7 * n_instruments * n_notes, n_samples)
            Waveforms, float32, with a peak between -21 and -1 dB of full scale.
        target : ndarray of shape (n_clips,)
            Positions in ``target_names``.
        target_names : list of str
            The seven families, sorted.
        groups : ndarray of shape (n_clips,)
            The instrument of each clip: "bass-00", "bass-01", ...
        sr : float
            Sampling rate in Hz.
        DESCR : str
            Description in one line.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type, or is out of its range.

    References
    ----------
    .. [1] P. Hamel, S. Wood and D. Eck, "Automatic identification of instrument classes in polyphonic and
       poly-instrument audio", ISMIR 2009.

    Examples
    --------
    >>> from skmir.datasets import make_instruments
    >>> notes = make_instruments(n_instruments=2, n_notes=1, random_state=0)
    >>> notes.data.shape
    (14, 22050)
    >>> notes.target_names[notes.target[0]], str(notes.groups[0])
    ('bass', 'bass-00')
    """
    check_number("n_instruments", n_instruments, kind=numbers.Integral, low=1)
    check_number("n_notes", n_notes, kind=numbers.Integral, low=1)
    check_number("duration", duration, low=0.1)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    names = sorted(FAMILIES)
    instruments = [(family, i) for family in range(len(names)) for i in range(n_instruments)]
    clips = [
        clip
        for family, i in instruments
        for clip in _notes(FAMILIES[names[family]], (seed, family, i), n_notes, duration, sr)
    ]
    return Bunch(
        data=np.array(clips),
        target=np.repeat([family for family, _ in instruments], n_notes),
        target_names=names,
        groups=np.repeat([f"{names[family]}-{i:02d}" for family, i in instruments], n_notes),
        sr=sr,
        DESCR=f"{len(clips)} synthesised notes of {len(instruments)} instruments in {len(names)} families.",
    )


def _notes(kinds, key, n_notes, duration, sr):
    """Return the notes of one instrument; each has its own generator and does not depend on their number."""
    rng = np.random.default_rng([*key, 0])
    instrument = draw_instrument(kinds[key[-1] % len(kinds)], rng)
    place = draw_place(rng)
    generators = [np.random.default_rng([*key, i + 1]) for i in range(n_notes)]
    return [_note(instrument, place, duration, sr, rng) for rng in generators]


def _note(instrument, place, duration, sr, rng):
    midi = round(rng.uniform(*instrument.register))
    y = play(instrument, midi, rng.uniform(0.2, 1), duration=duration, sr=sr, rng=rng)
    return record(y, place, sr, rng)
