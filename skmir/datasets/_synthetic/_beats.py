"""Synthetic music with exact beats and places in the bar."""

import numbers

import numpy as np
from sklearn.utils import check_random_state

from ..._parameter_checks import check_choice, check_number, check_range, plain
from ._played import draw_drum, draw_voice, mix, sing

# For each place in the bar, from the downbeat: the drums that are hit, and how loudly, in dB.
_PATTERNS = {
    2: ([("kick", 0)], [("snare", -2)]),
    3: ([("kick", 0)], [("snare", -5)], [("snare", -3)]),
    4: ([("kick", 0)], [("snare", -2)], [("kick", -3)], [("snare", -2)]),
}
_EDGE = 0.05  # no beat is nearer than this to the end of a clip, in s


def make_beats(
    n_clips=12,
    *,
    kind="beats",
    tempo=(70.0, 160.0),
    meter=(3, 4),
    swing=(0.5, 0.67),
    drift=0.02,
    rests=0.1,
    duration=10.0,
    sr=22050,
    random_state=None,
):
    """Synthesise drums, a bass and chords that keep time, with their exact beats.

    The kick drum is hit on the downbeat, the snare on weak beats, the hat on every beat and between beats.
    The bass plays on most beats, and the harmony changes at downbeats. Clips begin anywhere in the bar, and
    each has instruments of its own.

    Parameters
    ----------
    n_clips : int, default=12
        Number of clips.
    kind : {"beats", "bars"}, default="beats"
        Whether the annotations are times, or times and places in the bar.
    tempo : float or (float, float), default=(70.0, 160.0)
        Beats per minute, from 20 to 400. A pair is the range from which each clip draws.
    meter : {2, 3, 4} or sequence of them, default=(3, 4)
        Beats per bar; clips take them in turn.
    swing : float or (float, float), default=(0.5, 0.67)
        Place of the hat between two beats, from 0.5, straight eighths, to 0.8; 2 / 3 is a triplet. A pair is
        the range from which each clip draws.
    drift : float, default=0.02
        Largest deviation of the tempo within a clip, as a share of it, from 0 to 0.2; it changes slowly.
    rests : float, default=0.1
        Share of the beats on which all are silent, from 0 to 0.9. They are beats nevertheless.
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
    annotations : list of ndarray of shape (n_beats_i,) or (n_beats_i, 2)
        Times of beats in s, exact to the sample; with ``kind="bars"``, times and places in the bar, 1 for a
        downbeat.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type, or is out of its range.

    See Also
    --------
    make_onsets : Hits and notes with exact onsets.
    make_rhythm : Clips whose class is the tempo.

    Examples
    --------
    >>> from skmir.datasets import make_beats
    >>> clips, bars = make_beats(2, kind="bars", tempo=120, drift=0, duration=3, random_state=0)
    >>> clips.shape, bars[0].shape
    ((2, 66150), (6, 2))
    >>> bars[0][:, 1]
    array([1., 2., 3., 1., 2., 3.])
    """
    check_number("n_clips", n_clips, kind=numbers.Integral, low=1)
    check_choice("kind", kind, ("beats", "bars"))
    tempo = check_range("tempo", tempo, 20, 400)
    meters = _check_meters(meter)
    swing = check_range("swing", swing, 0.5, 0.8)
    check_number("drift", drift, low=0, high=0.2)
    check_number("rests", rests, low=0, high=0.9)
    check_number("duration", duration, low=1)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    clips, annotations = [], []
    for i in range(n_clips):
        rng = np.random.default_rng([seed, i])
        meter = meters[i % len(meters)]
        starts, places = _beats(tempo, meter, drift, duration, sr, rng)
        sounds = _play(starts, places, _PATTERNS[meter], rng.uniform(*swing), rests, sr, rng)
        clips.append(mix(sounds, round(duration * sr), rng, fade=round(_EDGE * sr)))
        annotations.append(starts / sr if kind == "beats" else np.column_stack([starts / sr, places]))
    return np.array(clips), annotations


def _check_meters(meter):
    meters = [meter] if isinstance(meter, numbers.Integral) else list(meter)
    if not meters or not set(meters) <= set(_PATTERNS):
        raise ValueError(f"meter={plain(meter)!r} must be one of {list(_PATTERNS)}, or several of them.")
    return meters


def _beats(tempo, meter, drift, duration, sr, rng):
    """Return the samples of beats, and their places in the bar."""
    period = 60 / np.exp(rng.uniform(*np.log(tempo)))  # tempi are felt on a logarithmic scale
    cycle, phase = rng.uniform(6, 12), rng.random()
    times, time = [], rng.uniform(0, period)
    while time < duration - _EDGE:
        times.append(time)
        time += period / (1 + drift * np.sin(2 * np.pi * (time / cycle + phase)))
    starts = np.round(np.array(times) * sr).astype(int)
    return starts, (np.arange(len(starts)) + rng.integers(meter)) % meter + 1


def _play(starts, places, pattern, swing, rests, sr, rng):
    """Yield the first sample and the sound of everything that is played."""
    drums = {kind: draw_drum(kind, sr, rng) for kind in ("kick", "snare", "hat")}
    bass = draw_voice(rng, attack=(0.003, 0.01), decay=(0.2, 0.6))
    chords = draw_voice(rng, attack=(0.01, 0.03), decay=(0.5, 2.0))
    root = rng.integers(36, 48)
    lengths = np.append(np.diff(starts), np.diff(starts)[-1:] if len(starts) > 1 else sr // 2)
    for start, place, length in zip(starts, places, lengths, strict=True):
        rest = rng.random() < rests
        if place == 1:
            root = 36 + (root - 36 + rng.choice([0, 5, 7, 9])) % 12
        if rest:
            continue
        for drum, level in [*pattern[place - 1], ("hat", -14)]:
            yield start, _gain(level, rng) * drums[drum]
        if rng.random() < 0.8:
            yield start + round(swing * length), _gain(-17, rng) * drums["hat"]
        if place == 1 or rng.random() < 0.7:
            yield start, _gain(-16, rng) * sing(bass, root, 0.8 * length / sr, sr, rng)
        if place == 1:
            for interval in (12, 16, 19):
                yield start, _gain(-22, rng) * sing(chords, root + interval, 1.8 * length / sr, sr, rng)


def _gain(level, rng):
    return 10 ** ((level + rng.uniform(-3, 0)) / 20)
