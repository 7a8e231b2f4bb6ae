"""Synthetic drums that beat time at several tempi."""

import numbers
from types import SimpleNamespace

import numpy as np
import scipy.signal
from sklearn.utils import Bunch, check_random_state

from ..._parameter_checks import check_number, plain

TEMPI = (54, 64, 78, 100, 140)
HIT = 0.6  # length of a hit, in s


def make_rhythm(*, n_drums=50, tempi=TEMPI, deviation=0.02, duration=8.0, sr=22050, random_state=None):
    """Synthesise drums that beat time; the class is the tempo.

    Each drum plays once at each tempo, so its sound says nothing about the class; only the rate of the hits
    does. A drum is a few damped modes and a burst of noise, all drawn at random, as is the background noise.
    The hits of a clip are the same except for their strength, which varies within 6 dB. Split by ``groups``,
    so that the drums of a test set have not been heard in training.

    Parameters
    ----------
    n_drums : int, default=50
        Number of drums, and of clips per tempo.
    tempi : sequence of float, default=(54, 64, 78, 100, 140)
        Hits per minute, above 0; each tempo is a class. The defaults are periods of 20 to 52 frames of 256
        samples at 12 kHz, in even steps.
    deviation : float, default=0.02
        Largest deviation of a clip's tempo from that of its class, as a share of it, from 0 to 0.5.
    duration : float, default=8.0
        Length of each clip in s, at least 0.1.
    sr : float, default=22050
        Sampling rate in Hz, at least 8000.
    random_state : int, RandomState instance or None, default=None
        An int gives the same clips every time. The first drums do not depend on how many there are.

    Returns
    -------
    data : Bunch
        With the attributes

        data : ndarray of shape (n_drums * n_tempi, n_samples)
            Waveforms, float32, with a peak between -13 and -1 dB of full scale.
        target : ndarray of shape (n_clips,)
            Positions in ``target_names``.
        target_names : list of str
            "54 bpm", "64 bpm", ...
        groups : ndarray of shape (n_clips,)
            The drum of each clip: "drum-000", "drum-001", ...
        tempi : ndarray of shape (n_clips,)
            Hits per minute of each clip.
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
    skmir.neural_network.RandomConvFeatures : Networks that differ in how much rhythm they capture.

    Examples
    --------
    >>> from skmir.datasets import make_rhythm
    >>> clips = make_rhythm(n_drums=2, duration=3, random_state=0)
    >>> clips.data.shape, clips.target_names[clips.target[0]], str(clips.groups[0])
    ((10, 66150), '54 bpm', 'drum-000')
    """
    check_number("n_drums", n_drums, kind=numbers.Integral, low=1)
    tempi = _check_tempi(tempi)
    check_number("deviation", deviation, low=0, high=0.5)
    check_number("duration", duration, low=0.1)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    clips = []
    for i in range(n_drums):
        drum = _draw_drum(sr, np.random.default_rng([seed, i]))
        generators = [np.random.default_rng([seed, i, j]) for j in range(1, len(tempi) + 1)]
        clips += [
            _play(drum, tempo, deviation, duration, sr, rng)
            for tempo, rng in zip(tempi, generators, strict=True)
        ]
    return Bunch(
        data=np.array([y for y, _ in clips]),
        target=np.tile(np.arange(len(tempi)), n_drums),
        target_names=[f"{tempo:g} bpm" for tempo in tempi],
        groups=np.repeat([f"drum-{i:03d}" for i in range(n_drums)], len(tempi)),
        tempi=np.array([tempo for _, tempo in clips]),
        sr=sr,
        DESCR=f"{len(clips)} synthesised clips of {n_drums} drums at {len(tempi)} tempi.",
    )


def _check_tempi(tempi):
    tempi = [tempi] if isinstance(tempi, numbers.Real) else list(tempi)
    for tempo in tempi:
        check_number("tempi", tempo, above=0, high=600)
    if not tempi or len(set(tempi)) < len(tempi):
        raise ValueError(f"tempi={plain(tempi)!r} must hold at least one tempo, and no tempo twice.")
    return tempi


def _draw_drum(sr, rng):
    """Return a drum: its ``hit`` of shape (n_samples,) with peak 1, and the level of its ``noise`` in dB."""
    time = np.arange(round(HIT * sr)) / sr
    hit = np.zeros(len(time))
    for _ in range(rng.integers(1, 5)):  # modes; the pitch falls as the skin slackens
        hz = min(60 * 2 ** rng.uniform(0, 5), 0.4 * sr)
        turns = hz * (time + rng.uniform(0, 0.01) * (1 - np.exp(-time / 0.03)))
        decay = np.exp(-time / rng.uniform(0.02, 0.15))
        hit += rng.uniform(0.2, 1) * decay * np.sin(2 * np.pi * (turns + rng.random()))
    low = 100 * 2 ** rng.uniform(0, 4)
    band = scipy.signal.butter(
        2, (low, min(low * 2 ** rng.uniform(0.5, 3), 0.45 * sr)), "bandpass", fs=sr, output="sos"
    )
    burst = scipy.signal.sosfilt(band, rng.standard_normal(len(time)))
    burst *= np.exp(-time / rng.uniform(0.01, 0.12)) / np.abs(burst).max()
    hit += 10 ** (rng.uniform(-20, 10) / 20) * burst
    rise, fall = 1 - np.exp(-time / rng.uniform(0.0005, 0.005)), np.clip((HIT - time) / 0.05, 0, 1)
    hit *= rise * fall
    return SimpleNamespace(
        hit=hit / np.abs(hit).max(), noise=rng.uniform(-42, -36), colour=rng.uniform(0, 0.95)
    )


def _play(drum, tempo, deviation, duration, sr, rng):
    """Return a clip, and its tempo."""
    tempo = tempo * (1 + deviation * rng.uniform(-1, 1))
    n_samples, period = round(duration * sr), 60 / tempo * sr
    y = scipy.signal.lfilter([1], [1, -drum.colour], rng.standard_normal(n_samples, dtype=np.float32))
    y *= 10 ** (drum.noise / 20) / y.std()
    for onset in np.arange(rng.uniform(0, period), n_samples, period).astype(int):
        heard = min(len(drum.hit), n_samples - onset)
        y[onset : onset + heard] += 10 ** (rng.uniform(-6, 0) / 20) * drum.hit[:heard]
    level = 10 ** (rng.uniform(-13, -1) / 20)
    return (level * y / np.abs(y).max()).astype(np.float32), tempo
