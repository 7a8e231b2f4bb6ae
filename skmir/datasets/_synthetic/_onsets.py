"""Synthetic hits and notes, with the exact times at which they begin."""

import numbers

import numpy as np
from sklearn.utils import check_random_state

from ..._parameter_checks import check_choice, check_number
from ._played import DRUMS, draw_drum, draw_voice, mix, sing

_JITTER = 0.01  # standard deviation of the times around an even rhythm, in s
_EDGE = 0.1  # no onset is nearer than this to the start or the end of a clip, in s


def make_onsets(
    n_clips=12,
    *,
    sounds=("percussive", "pitched", "vibrato"),
    duration=4.0,
    sr=22050,
    random_state=None,
):
    """Synthesise hits and notes with the times at which they begin.

    There are three kinds of clips:

    percussive
        Hits on up to four drums, one or two at a time.
    pitched
        Plucked or struck notes that decay, one to three at a time, with attacks of 2 to 10 ms.
    vibrato
        Held notes, one at a time, with attacks of 30 to 80 ms, vibrato of up to 2 % of the pitch, and tremolo
        of up to 70 % of the level. The spectrum changes as much within a note as between two, and level rises
        without an onset, so spectral flux fails on them [1]_.

    Times follow an even rhythm whose steps vary, with a deviation of 10 ms. Each clip has drums or a voice of
    its own, and fades out over its last 0.1 s.

    Parameters
    ----------
    n_clips : int, default=12
        Number of clips.
    sounds : {"percussive", "pitched", "vibrato"} or sequence of them, default=all three
        The kinds of the clips, in turn.
    duration : float, default=4.0
        Length of each clip in s, at least 0.5.
    sr : float, default=22050
        Sampling rate in Hz, at least 8000.
    random_state : int, RandomState instance or None, default=None
        An int gives the same clips every time. The first clips do not depend on how many there are.

    Returns
    -------
    clips : ndarray of shape (n_clips, n_samples)
        Waveforms, float32, with a peak between -13 and -1 dB of full scale.
    onsets : list of ndarray of shape (n_onsets_i,)
        Times in s at which sounds begin, exact to the sample; what begins together is one onset. A slow
        attack begins there too: it is at half of its level 15 to 40 ms later.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type, or is out of its range.

    See Also
    --------
    make_beats : Music with exact beats.
    load_annotations : Recordings of your own.

    References
    ----------
    .. [1] S. Böck and G. Widmer, "Maximum filter vibrato suppression for onset detection", DAFx, 2013.

    Examples
    --------
    >>> from skmir.datasets import make_onsets
    >>> clips, onsets = make_onsets(3, duration=2, random_state=0)
    >>> clips.shape, len(onsets)
    ((3, 44100), 3)
    >>> onsets[0][:3].round(3)
    array([0.215, 0.339, 0.599])
    """
    check_number("n_clips", n_clips, kind=numbers.Integral, low=1)
    sounds = [sounds] if isinstance(sounds, str) else list(sounds)
    if not sounds:
        raise ValueError(f"sounds must hold at least one of {sorted(_PLAYERS)}, got none.")
    for sound in sounds:
        check_choice("sounds", sound, _PLAYERS)
    check_number("duration", duration, low=0.5)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    made = [
        _clip(sounds[i % len(sounds)], duration, sr, np.random.default_rng([seed, i])) for i in range(n_clips)
    ]
    return np.array([clip for clip, _ in made]), [onsets for _, onsets in made]


def _clip(sound, duration, sr, rng):
    play, steps = _PLAYERS[sound]
    starts = np.round(_times(steps, duration, rng) * sr).astype(int)
    return mix(play(starts, sr, rng), round(duration * sr), rng, fade=round(_EDGE * sr)), starts / sr


def _times(steps, duration, rng):
    """Return increasing times in s; from one to the next is one of some steps, give or take the jitter."""
    times, time = [], rng.uniform(_EDGE, 0.4)
    while time < duration - _EDGE or not times:
        times.append(time)
        time += rng.choice(steps) + np.clip(rng.normal(0, _JITTER), -3 * _JITTER, 3 * _JITTER)
    return np.array(times)


def _percussive(starts, sr, rng):
    drums = [draw_drum(kind, sr, rng) for kind in rng.permutation(list(DRUMS))[: rng.integers(2, 5)]]
    for start in starts:
        for which in rng.choice(len(drums), rng.integers(1, 3), replace=False):
            yield start, _level(rng) * drums[which]


def _pitched(starts, sr, rng):
    voice = draw_voice(rng, attack=(0.002, 0.01), decay=(0.15, 0.8))
    lowest = rng.uniform(45, 60)
    for start in starts:
        for midi in lowest + rng.choice(24, rng.integers(1, 4), replace=False):
            yield start, _level(rng) * sing(voice, midi, rng.uniform(0.2, 1.0), sr, rng)


def _vibrato(starts, sr, rng):
    voice = draw_voice(rng, attack=(0.03, 0.08), decay=(np.inf, np.inf), vibrato=0.02, tremolo=0.7)
    midi = rng.uniform(52, 70)
    lengths = np.append(np.diff(starts), rng.uniform(0.3, 0.8) * sr) / sr
    for start, length in zip(starts, lengths, strict=True):
        yield start, _level(rng) * sing(voice, midi, length, sr, rng)
        midi = np.clip(midi + rng.choice([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]), 48, 78)


def _level(rng):
    return 10 ** (rng.uniform(-9, 0) / 20)


# What plays, and the steps of its rhythm in s.
_PLAYERS = {
    "percussive": (_percussive, (0.125, 0.25, 0.5)),
    "pitched": (_pitched, (0.125, 0.25, 0.5)),
    "vibrato": (_vibrato, (0.25, 0.375, 0.5, 0.75)),
}
