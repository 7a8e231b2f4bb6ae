"""Major and minor triads, played by synthetic instruments."""

import numbers
from types import SimpleNamespace

import numpy as np
from sklearn.utils import Bunch, check_random_state

from ..._chord_labels import SHARPS
from ..._parameter_checks import check_number
from ._synthesis import band

TRIADS = {"maj": (0, 4, 7), "min": (0, 3, 7)}
LOWEST, N_PITCHES = 40, 60  # MIDI numbers: five octaves from E2
CHORD, MELODY = (0, 3), (3, 5)  # the octaves, among these five, of a chord's notes and of the melody
N_HARMONICS = 12
DECAY = (0.75, 0.95)  # range of an instrument's ratio of the amplitudes of neighbouring harmonics
CHORD_LEVEL, MELODY_LEVEL = (0.3, 1), (1, 2)  # ranges of the levels of notes


def make_chords(
    *, n_instruments=8, n_chords=1, duration=0.6, melody=0.5, noise=-20.0, sr=22050, random_state=None
):
    """Synthesise the 24 major and minor triads in random voicings, with a melody and noise over them.

    A chord has four to seven notes from the three octaves above E2; they include each pitch class of the
    triad, and any of the three can be in the bass. A note has twelve harmonics, and the melody is any note of
    the two octaves above E5. So pitch classes other than the chord's sound as well, and the spectrum folded
    into one octave does not determine the chord. Chords of one instrument share its spectrum, tuning and
    decay: split by ``groups``.

    Parameters
    ----------
    n_instruments : int, default=8
        Number of instruments.
    n_chords : int, default=1
        Number of voicings of each of the 24 chords per instrument.
    duration : float, default=0.6
        Length of each clip in s, at least 0.1.
    melody : float, default=0.5
        Share of the clips that have a melody note, from 0 to 1.
    noise : float, default=-20.0
        Level of a band of noise, two octaves wide, in dB relative to the notes.
    sr : float, default=22050
        Sampling rate in Hz, at least 8000.
    random_state : int, RandomState instance or None, default=None
        An int gives the same chords every time. The first instruments, and the first chords of each, do not
        depend on how many there are.

    Returns
    -------
    data : Bunch
        With the attributes

        data : ndarray of shape (24 * n_instruments * n_chords, n_samples)
            Waveforms, float32, with a peak between -21 and -1 dB of full scale.
        target : ndarray of str of shape (n_clips,)
            "C:maj", "C:min", "C#:maj", ...
        target_names : list of str
            The 24 chords, from C upwards.
        groups : ndarray of str of shape (n_clips,)
            The instrument of each clip: "instrument-00", ...
        sr : float
            Sampling rate in Hz.
        DESCR : str
            Description in one line.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type, or is out of its range.

    See Also
    --------
    skmir.neural_network.LearnedChroma : Learn a chroma representation from labelled chords.

    Examples
    --------
    >>> from skmir.datasets import make_chords
    >>> chords = make_chords(n_instruments=2, random_state=0)
    >>> chords.data.shape
    (48, 13230)
    >>> str(chords.target[1]), str(chords.groups[1])
    ('C:min', 'instrument-00')
    """
    check_number("n_instruments", n_instruments, kind=numbers.Integral, low=1)
    check_number("n_chords", n_chords, kind=numbers.Integral, low=1)
    check_number("duration", duration, low=0.1)
    check_number("melody", melody, low=0, high=1)
    check_number("noise", noise)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    manner = SimpleNamespace(melody=melody, noise=noise, sr=sr)
    names = [f"{root}:{quality}" for root in SHARPS for quality in TRIADS]
    clips = []
    for i in range(n_instruments):
        notes = _notes(round(duration * sr), sr, np.random.default_rng([seed, i]))
        for chord in range(len(names)):
            generators = [np.random.default_rng([seed, i, chord, j]) for j in range(n_chords)]
            clips += [_chord(notes, chord, manner, rng) for rng in generators]
    return Bunch(
        data=np.array(clips),
        target=np.tile(np.repeat(names, n_chords), n_instruments),
        target_names=names,
        groups=np.repeat([f"instrument-{i:02d}" for i in range(n_instruments)], len(names) * n_chords),
        sr=sr,
        DESCR=f"{len(clips)} synthesised triads of {n_instruments} instruments.",
    )


def _notes(n_samples, sr, rng):
    """Return every note of a new instrument, of shape (N_PITCHES, n_samples) and power 1."""
    k = np.arange(1, N_HARMONICS + 1)
    levels = rng.uniform(*DECAY) ** k * 10 ** (rng.normal(0, 3, N_HARMONICS) / 20)
    cents, rate = rng.normal(0, 8), rng.uniform(0, 6)
    time = np.arange(n_samples) / sr
    gain = (np.exp(-rate * time) * np.minimum(time / 0.01, 1)).astype(np.float32)
    notes = np.empty((N_PITCHES, n_samples), np.float32)
    for pitch in range(N_PITCHES):
        f0 = 440 * 2 ** ((LOWEST + pitch - 69 + cents / 100) / 12)
        heard = f0 * k < 0.45 * sr
        turns = np.outer(f0 * k[heard], time) + rng.random(N_HARMONICS)[heard, np.newaxis]
        waves = np.sin(np.float32(2 * np.pi) * (turns % 1).astype(np.float32))
        notes[pitch] = gain * (levels[heard].astype(np.float32) @ waves)
    return notes / np.sqrt(np.mean(notes**2, axis=1, keepdims=True))


def _chord(notes, chord, manner, rng):
    """Return a chord in a random voicing: 0 is C:maj, 1 is C:min, 2 is C#:maj."""
    triad = (chord // len(TRIADS) + np.array(list(TRIADS.values())[chord % len(TRIADS)])) % 12
    n_notes = rng.integers(4, 8)
    classes = np.concatenate([triad, rng.choice(triad, n_notes - 3)])
    pitches = (classes - LOWEST) % 12 + 12 * rng.integers(*CHORD, n_notes)
    y = rng.uniform(*CHORD_LEVEL, n_notes).astype(np.float32) @ notes[pitches]
    if rng.random() < manner.melody:
        y += rng.uniform(*MELODY_LEVEL) * notes[rng.integers(12 * MELODY[0], 12 * MELODY[1])]
    noise = band(len(y), manner.sr, 150 * 2 ** rng.uniform(0, 4), rng)
    y += np.sqrt(np.mean(y**2)) * 10 ** (manner.noise / 20) * noise
    return (y / np.abs(y).max() * 10 ** (rng.uniform(-21, -1) / 20)).astype(np.float32)
