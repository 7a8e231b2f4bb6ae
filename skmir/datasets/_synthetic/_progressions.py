"""Synthetic progressions of chords with exact times."""

import itertools
import numbers

import numpy as np
from sklearn.utils import check_random_state

from ..._chord_labels import QUALITIES, SHARPS
from ..._parameter_checks import check_choice, check_number, check_range
from ._played import draw_drum, draw_voice, mix, sing

# Steps of the scale, in semitones above the key note, with the qualities of their chords, and which chord
# tends to follow which: rows and columns are I, ii, iii, IV, V, vi, or i, III, iv, v, VI, VII.
_SCALES = {
    "major": (
        (0, 2, 4, 5, 7, 9),
        {
            "majmin": ("maj", "min", "min", "maj", "maj", "min"),
            "sevenths": ("maj7", "min7", "min7", "maj7", "7", "min7"),
        },
    ),
    "minor": (
        (0, 3, 5, 7, 8, 10),
        {
            "majmin": ("min", "maj", "min", "min", "maj", "maj"),
            "sevenths": ("min7", "maj7", "min7", "min7", "maj7", "7"),
        },
    ),
}
_NEXT = {
    "major": np.array(
        [
            [0, 2, 1, 4, 4, 3],
            [1, 0, 0, 1, 6, 1],
            [0, 1, 0, 3, 0, 4],
            [3, 2, 0, 0, 5, 1],
            [6, 0, 1, 1, 0, 3],
            [1, 4, 1, 4, 2, 0],
        ]
    ),
    "minor": np.array(
        [
            [0, 2, 3, 3, 3, 3],
            [2, 0, 1, 0, 3, 2],
            [3, 1, 0, 4, 0, 2],
            [6, 0, 1, 0, 2, 0],
            [1, 3, 2, 1, 0, 3],
            [3, 4, 0, 1, 2, 0],
        ]
    ),
}
_EDGE = 0.05  # in s; no chord begins nearer than this to the end of a clip


def make_progressions(
    n_clips=12,
    *,
    vocabulary="majmin",
    tempo=(80.0, 140.0),
    rests=0.05,
    tuning=(-15.0, 15.0),
    melody=0.7,
    drums=True,
    duration=12.0,
    sr=22050,
    random_state=None,
):
    """Synthesise progressions of chords, with a bass, a melody and drums, and their exact times.

    Each clip is in a key of its own, major or minor, and has instruments of its own. Chords last one, two or
    four beats and follow each other as they do in songs: the dominant leads home. They are played in
    changing voicings and rhythms; the bass plays mostly the root, the melody notes of the scale, which need
    not be in the chord.

    Parameters
    ----------
    n_clips : int, default=12
        Number of clips.
    vocabulary : {"majmin", "sevenths"}, default="majmin"
        Triads, or chords of four notes: maj7, min7, 7.
    tempo : float or (float, float), default=(80.0, 140.0)
        Beats per minute, from 20 to 400. A pair is the range from which each clip draws.
    rests : float, default=0.05
        Share of the chords that are rests, labelled "N", from 0 to 0.9. Drums go on.
    tuning : float or (float, float), default=(-15.0, 15.0)
        Deviation of a clip from A = 440 Hz in cents, from -50 to 50. A pair is the range from which each clip
        draws.
    melody : float, default=0.7
        Share of the beats on which the melody has a note, from 0 to 1.
    drums : bool, default=True
        Whether there are drums.
    duration : float, default=12.0
        Length of each clip in s, at least 1.
    sr : float, default=22050
        Sampling rate in Hz, at least 8000.
    random_state : int, RandomState instance or None, default=None
        An int gives the same clips every time. The first clips do not depend on how many there are.

    Returns
    -------
    clips : ndarray of shape (n_clips, n_samples)
        Waveforms, float32, with a peak between -13 and -1 dB of full scale.
    annotations : list of (ndarray of shape (n_segments_i, 2), list of str)
        Intervals in s, exact to the sample, from the beginning to the end of the clip, and chords: "C:maj",
        "F#:min7", "N".

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type, or is out of its range.

    See Also
    --------
    make_chords : One chord per clip.
    make_piano : Notes of a piano.

    Examples
    --------
    >>> from skmir.datasets import make_progressions
    >>> clips, chords = make_progressions(2, duration=4, random_state=0)
    >>> clips.shape
    (2, 88200)
    >>> intervals, labels = chords[0]
    >>> intervals.shape, labels
    ((3, 2), ['E:maj', 'B:maj', 'A:maj'])
    """
    check_number("n_clips", n_clips, kind=numbers.Integral, low=1)
    check_choice("vocabulary", vocabulary, ("majmin", "sevenths"))
    tempo = check_range("tempo", tempo, 20, 400)
    check_number("rests", rests, low=0, high=0.9)
    tuning = check_range("tuning", tuning, -50, 50)
    check_number("melody", melody, low=0, high=1)
    check_number("duration", duration, low=1)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    clips, annotations = [], []
    for i in range(n_clips):
        rng = np.random.default_rng([seed, i])
        beats = _beats(tempo, duration, sr, rng)
        chords = _chords(len(beats) - 1, vocabulary, rests, rng)
        sounds = _play(beats, chords, rng.uniform(*tuning) / 100, melody, drums, sr, rng)
        clips.append(mix(sounds, round(duration * sr), rng, fade=round(_EDGE * sr)))
        annotations.append(_segments(beats / sr, chords))
    return np.array(clips), annotations


def _beats(tempo, duration, sr, rng):
    """Return the samples of beats from the beginning on, and the end of the clip."""
    period = 60 / rng.uniform(*tempo)
    times = np.arange(0, duration - _EDGE, period)
    return np.round(np.append(times, duration) * sr).astype(int)


def _chords(n_beats, vocabulary, rests, rng):
    """Return for each beat the root, the quality, and whether a chord begins; a rest has no quality."""
    mode, key = rng.choice(list(_SCALES)), rng.integers(12)
    steps, qualities = _SCALES[mode]
    chords, degree = [], 0
    while len(chords) < n_beats:
        length = int(rng.choice([1, 2, 4], p=[0.2, 0.5, 0.3]))
        root, quality = (key + steps[degree]) % 12, qualities[vocabulary][degree]
        chord = (None, None) if rng.random() < rests else (int(root), quality)
        chords += [(*chord, place == 0, key, mode) for place in range(length)]
        chances = _NEXT[mode][degree]
        degree = int(rng.choice(len(steps), p=chances / chances.sum()))
    return chords[:n_beats]


def _segments(times, chords):
    """Return intervals and labels; equal neighbours are one chord."""
    labels = ["N" if root is None else f"{SHARPS[root]}:{quality}" for root, quality, *_ in chords]
    first = [i for i, label in enumerate(labels) if not i or label != labels[i - 1]]
    bounds = times[[*first, len(labels)]]
    return np.stack([bounds[:-1], bounds[1:]], axis=1), [labels[i] for i in first]


def _play(beats, chords, tuning, melody, drums, sr, rng):
    """Yield the first sample and the sound of everything that is played."""
    hits = {kind: draw_drum(kind, sr, rng) for kind in ("kick", "snare", "hat")}
    bass = draw_voice(rng, attack=(0.003, 0.02), decay=(0.3, 1.0))
    keys = draw_voice(rng, attack=(0.005, 0.05), decay=(0.4, 2.0))
    lead = draw_voice(rng, attack=(0.01, 0.05), decay=(0.5, 3.0), vibrato=0.005)
    low, again = rng.integers(48, 58), rng.uniform(0.2, 0.9)
    notes = []
    for i, (start, end) in enumerate(itertools.pairwise(beats)):
        root, quality, begins, key, mode = chords[i]
        length = (end - start) / sr
        if drums:
            yield start, _gain(-12, rng) * hits["snare" if i % 2 else "kick"]
            yield start + (end - start) // 2, _gain(-20, rng) * hits["hat"]
        if root is None:
            continue
        if begins or not notes:
            notes = _voicing(root, quality, low, rng)
        if begins or rng.random() < again:
            for note in notes:
                yield (
                    start,
                    _gain(-14, rng) * sing(keys, note + tuning, rng.uniform(0.7, 1.0) * length, sr, rng),
                )
        if begins or rng.random() < 0.5:
            note = root if begins or rng.random() < 0.5 else root + 7
            yield start, _gain(-9, rng) * sing(bass, 36 + note % 12 + tuning, 0.9 * length, sr, rng)
        if rng.random() < melody:
            scale = (0, 2, 4, 5, 7, 9, 11) if mode == "major" else (0, 2, 3, 5, 7, 8, 10)
            note = 72 + (key + rng.choice(scale)) % 12
            yield start, _gain(-12, rng) * sing(lead, note + tuning, 0.9 * length, sr, rng)


def _voicing(root, quality, low, rng):
    """Return MIDI numbers of a chord: each of its notes once, and one or two again."""
    steps = list(QUALITIES[quality])
    steps += list(rng.choice(steps, rng.integers(1, 3)))
    return [low + (root + step - low) % 12 + 12 * rng.integers(0, 2) for step in steps]


def _gain(level, rng):
    return 10 ** ((level + rng.uniform(-4, 0)) / 20)
