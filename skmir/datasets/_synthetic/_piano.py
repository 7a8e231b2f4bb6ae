"""A synthetic piano with exact notes."""

import numbers

import numpy as np
from sklearn.utils import check_random_state

from ..._parameter_checks import check_number, check_range
from ._played import mix

_LOWEST, _HIGHEST = 33, 96  # MIDI numbers
_SCALE = (0, 2, 4, 5, 7, 9, 11)
_N_PARTIALS = 16
_RELEASE = 0.06  # in s; the time constant with which a damper ends a note
_EDGE = 0.05  # in s; no note begins nearer than this to the end of a clip
_SHORTEST = 0.05  # in s


def make_piano(
    n_clips=12,
    *,
    tempo=(70.0, 130.0),
    n_hands=2,
    velocity=(30.0, 110.0),
    pedal=0.3,
    tuning=(-10.0, 10.0),
    detuning=1.5,
    noise=-50.0,
    duration=10.0,
    sr=22050,
    random_state=None,
):
    """Synthesise music of a piano, with the exact times and pitches of its notes.

    One hand plays chords and single notes of a key below middle C, the other a melody with some chords above
    it. Strings are stiff, so that their partials are sharp; low notes ring longer than high ones; hard notes
    are brighter as well as louder; and each note has two strings, which beat. Each clip has a piano of its
    own.

    Parameters
    ----------
    n_clips : int, default=12
        Number of clips.
    tempo : float or (float, float), default=(70.0, 130.0)
        Beats per minute, from 20 to 400. A pair is the range from which each clip draws.
    n_hands : {1, 2}, default=2
        One hand plays the melody alone, without chords: one note at a time, unless the pedal is down.
    velocity : float or (float, float), default=(30.0, 110.0)
        Velocity of notes as in MIDI, from 1 to 127. A pair is the range from which each note draws.
    pedal : float, default=0.3
        Share of the bars in which the sustain pedal is down, from 0 to 1: their notes end with the bar.
    tuning : float or (float, float), default=(-10.0, 10.0)
        Deviation of a clip from A = 440 Hz in cents, from -50 to 50. A pair is the range from which each clip
        draws.
    detuning : float, default=1.5
        Standard deviation of the pitch of single notes, in cents, from 0 to 20.
    noise : float, default=-50.0
        Level of noise that is added, in dB relative to the peak of the notes, up to 0.
    duration : float, default=10.0
        Length of each clip in s, at least 1.
    sr : float, default=22050
        Sampling rate in Hz, at least 8000.
    random_state : int, RandomState instance or None, default=None
        An int gives the same clips every time. The first clips do not depend on how many there are.

    Returns
    -------
    clips : ndarray of shape (n_clips, n_samples)
        Waveforms, float32, with a peak between -13 and -1 dB of full scale.
    annotations : list of (ndarray of shape (n_notes_i, 2), ndarray of shape (n_notes_i,))
        Intervals in s, from the hammer's stroke, exact to the sample, to the damper's return, and nominal
        pitches in Hz.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type, or is out of its range.

    See Also
    --------
    make_onsets : Hits and notes with exact onsets.
    make_progressions : Chords in the company of a bass, a melody and drums.

    Examples
    --------
    >>> from skmir.datasets import make_piano
    >>> clips, notes = make_piano(2, duration=4, random_state=0)
    >>> clips.shape
    (2, 88200)
    >>> intervals, pitches = notes[0]
    >>> intervals.shape[0] == len(pitches) > 10
    True
    """
    check_number("n_clips", n_clips, kind=numbers.Integral, low=1)
    tempo = check_range("tempo", tempo, 20, 400)
    check_number("n_hands", n_hands, kind=numbers.Integral, low=1, high=2)
    velocity = check_range("velocity", velocity, 1, 127)
    check_number("pedal", pedal, low=0, high=1)
    tuning = check_range("tuning", tuning, -50, 50)
    check_number("detuning", detuning, low=0, high=20)
    check_number("noise", noise, high=0)
    check_number("duration", duration, low=1)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    clips, annotations = [], []
    for i in range(n_clips):
        rng = np.random.default_rng([seed, i])
        played = _play(60 / rng.uniform(*tempo), n_hands, pedal, duration, rng)
        notes = _without_overlaps(played, sr)
        piano = _Piano(rng.uniform(*tuning), detuning, sr, rng)
        sounds = ((first, piano.strike(*note, rng.uniform(*velocity))) for first, *note in notes)
        clips.append(mix(sounds, round(duration * sr), rng, fade=round(_EDGE * sr), noise=(noise, noise)))
        annotations.append(_truth(notes, duration, sr))
    return np.array(clips), annotations


class _Piano:
    """A piano: each of its notes always sounds alike, but for how hard it is struck."""

    def __init__(self, tuning, detuning, sr, rng):
        n_notes = _HIGHEST + 1
        self.sr, self.rng = sr, rng
        self.cents = tuning + rng.normal(0, 1, n_notes) * detuning
        self.beating = rng.uniform(0.2, 1.5, n_notes)  # cents between the strings of a note
        self.stiffness = rng.uniform(2e-4, 5e-4)
        self.brightness = rng.uniform(0.75, 0.95)
        self.levels = 10 ** (rng.normal(0, 2, (n_notes, _N_PARTIALS)) / 20)
        self.ring = rng.uniform(0.8, 1.6)

    def strike(self, midi, length, velocity):
        """Return one note, which the damper ends after ``length`` s."""
        k = np.arange(1, _N_PARTIALS + 1)
        time = np.arange(round((length + 5 * _RELEASE) * self.sr)) / self.sr
        f0 = 440 * 2 ** ((midi - 69 + self.cents[midi] / 100) / 12)
        stiffness = self.stiffness * 2 ** ((midi - 60) / 12)
        hz = f0 * k * np.sqrt(1 + stiffness * k**2)
        heard = np.flatnonzero(hz < 0.45 * self.sr)
        slope = self.brightness * (0.75 + 0.25 * velocity / 127)
        levels = slope**k * self.levels[midi] * np.abs(np.sin(np.pi * k / 8.3))  # struck at an eighth
        decay = self.ring * 2 ** ((60 - midi) / 24) / (1 + 0.15 * k)  # in s
        note = np.zeros(len(time), np.float32)
        beats = hz * (2 ** (self.beating[midi] / 1200) - 1)  # the difference of the two strings, in Hz
        for i in heard:  # in float32, where sines are fast
            turns = ((hz[i] * time + self.rng.random()) % 1).astype(np.float32)
            slowly = (0.5 * beats[i] * time + 0.1 * self.rng.random()).astype(np.float32)
            wave = np.sin(np.float32(2 * np.pi) * turns) * np.cos(np.float32(2 * np.pi) * slowly)
            note += np.float32(levels[i]) * np.exp((-time / decay[i]).astype(np.float32)) * wave
        note /= np.sqrt((levels[heard] ** 2).sum())
        rise = 1 - np.exp(-time / 0.001)
        fall = np.exp(-np.clip(time - length, 0, None) / _RELEASE)
        return (velocity / 127) ** 1.5 * note * rise * fall


def _play(period, n_hands, pedal, duration, rng):
    """Return notes as they are played: onset and offset in s, and MIDI number."""
    key, notes = rng.integers(12), []
    scale = [note for note in range(_LOWEST, _HIGHEST + 1) if (note - key) % 12 in _SCALE]
    middle = next(i for i, note in enumerate(scale) if note >= 60)
    tune = middle + 4
    for beat, start in enumerate(np.arange(0, duration - _EDGE, period)):
        if beat % 4 == 0:
            down, end = rng.random() < pedal, start + 4 * period
            degree = int(rng.integers(7))
        if n_hands == 2 and rng.random() < 0.75:
            size = int(rng.choice([1, 2, 3], p=[0.4, 0.2, 0.4]))
            held = end if down else start + period * rng.choice([0.9, 1.9])
            places = middle - 14 + int(rng.integers(0, 7)) + (degree + np.array([0, 2, 4])[:size]) % 7
            notes += [(start + rng.uniform(0, 0.015), held, scale[place]) for place in places]
        for place, length in _rhythm(rng):
            tune = int(np.clip(tune + rng.integers(-3, 4), middle, len(scale) - 3))
            both = n_hands == 2 and rng.random() < 0.2
            onset = start + place * period
            offset = end if down else onset + 0.9 * length * period
            notes += [(onset, offset, scale[note]) for note in ([tune, tune - 2] if both else [tune])]
    return [note for note in notes if note[0] < duration - _EDGE]


def _rhythm(rng):
    """Return the notes of the melody in a beat: place and length, in beats."""
    n = int(rng.choice([0, 1, 2, 4], p=[0.15, 0.45, 0.3, 0.1]))
    return [(i / n, 1 / n) for i in range(n)]


def _without_overlaps(notes, sr):
    """Return first sample, MIDI number and length in s; a note that is struck again ends at the stroke."""
    found, last = [], {}
    for onset, offset, midi in sorted(notes):
        first = round(onset * sr)
        before = last.get(midi)
        if before is not None and first - found[before][0] < _SHORTEST * sr:
            continue  # struck by both hands
        if before is not None:
            start, _, length = found[before]
            found[before] = (start, midi, min(length, (first - start) / sr))
        last[midi] = len(found)
        found.append((first, midi, max(offset - onset, _SHORTEST)))
    return found


def _truth(notes, duration, sr):
    if not notes:
        return np.zeros((0, 2)), np.zeros(0)
    first, midi, length = np.array(notes, dtype=float).T
    intervals = np.stack([first / sr, np.minimum(first / sr + length, duration)], axis=1)
    return intervals, 440 * 2 ** ((midi - 69) / 12)
