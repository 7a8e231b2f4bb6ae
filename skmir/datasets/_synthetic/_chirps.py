"""Chirps, tones and bands of noise that differ only in their shape in time and frequency."""

import numbers

import numpy as np
from sklearn.utils import Bunch, check_random_state

from ..._parameter_checks import check_number

LOW, HIGH = 600.0, 2400.0  # Hz; the centres of events are drawn evenly over the octaves between
# Length in s, and how far the frequency moves and spreads to either side of the centre, in semitones.
SHAPES = {
    "falling": (0.12, -5.0, 0.0),
    "long": (0.3, 0.0, 0.0),
    "rising": (0.12, 5.0, 0.0),
    "short": (0.03, 0.0, 0.0),
    "wide": (0.12, 0.0, 5.0),
}
FADE = 0.01  # s, at either end of an event
NOISE = (-60.0, -30.0)  # dB under events of 0.1 s
TILT = (-6.0, 6.0)  # dB per octave, of the noise


def make_chirps(*, n_clips=40, n_events=16, duration=2.0, sr=22050, random_state=None):
    """Synthesise clips of five classes that share a spectrum and differ in the shape of their events.

    Each clip holds events of one shape at random times and random frequencies: chirps that rise or fall,
    tones that are long or short, or wide bands of noise. So the mean spectrum of a clip says little about its
    class, and the course of a few frames says everything. Events of every shape have the same energy, except
    for a level drawn for each; their number varies from clip to clip, and so do the level and the spectrum of
    the background noise. The clips are independent of each other, so there are no groups.

    Parameters
    ----------
    n_clips : int, default=40
        Number of clips of each class.
    n_events : int, default=16
        Mean number of events per clip, which varies between half and one and a half times as many.
    duration : float, default=2.0
        Length of each clip in s, at least 0.5.
    sr : float, default=22050
        Sampling rate in Hz, at least 8000.
    random_state : int, RandomState instance or None, default=None
        An int gives the same clips every time. The first clips do not depend on how many there are.

    Returns
    -------
    data : Bunch
        With the attributes

        data : ndarray of shape (5 * n_clips, n_samples)
            Waveforms, float32, with a peak between -20 and -1 dB of full scale.
        target : ndarray of shape (5 * n_clips,)
            Positions in ``target_names``: 0, 1, 2, 3, 4, 0, 1, ..., so that the classes are balanced in the
            first clips as in all.
        target_names : list of str
            The five shapes, sorted.
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
    skmir.neural_network.ConvolutionalDBN : Learn such shapes without labels.

    Examples
    --------
    >>> from skmir.datasets import make_chirps
    >>> chirps = make_chirps(n_clips=2, random_state=0)
    >>> chirps.data.shape
    (10, 44100)
    >>> [chirps.target_names[i] for i in chirps.target[:5]]
    ['falling', 'long', 'rising', 'short', 'wide']
    """
    check_number("n_clips", n_clips, kind=numbers.Integral, low=1)
    check_number("n_events", n_events, kind=numbers.Integral, low=1)
    check_number("duration", duration, low=0.5)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    names = sorted(SHAPES)
    clips = [
        _clip(name, n_events, duration, sr, np.random.default_rng([seed, shape, i]))
        for i in range(n_clips)
        for shape, name in enumerate(names)
    ]
    return Bunch(
        data=np.array(clips),
        target=np.tile(np.arange(len(names)), n_clips),
        target_names=names,
        sr=sr,
        DESCR=f"{len(clips)} clips of chirps, tones and bands of noise, {n_clips} of each of five shapes.",
    )


def _clip(name, n_events, duration, sr, rng):
    y = _noise(round(duration * sr), sr, rng)
    for _ in range(rng.integers(-(-n_events // 2), n_events + n_events // 2, endpoint=True)):
        event = draw_event(name, sr, rng)
        first = rng.integers(len(y) - len(event), endpoint=True)
        y[first : first + len(event)] += event * _gain(rng.uniform(-12, 0))
    return (y * _gain(rng.uniform(-20, -1)) / np.abs(y).max()).astype(np.float32)


def draw_event(name, sr, rng):
    """Return an event whose sum of squares is a tenth of the sampling rate.

    Parameters
    ----------
    name : str
        A key of ``SHAPES``.
    sr : float
        Sampling rate in Hz.
    rng : numpy.random.Generator

    Returns
    -------
    y : ndarray of shape (n_samples,)
    """
    seconds, glide, spread = SHAPES[name]
    n = round(seconds * 2 ** rng.uniform(-0.2, 0.2) * sr)
    middle = LOW * (HIGH / LOW) ** rng.uniform()
    if spread:
        y = _band(n, middle, spread, sr, rng)
    else:
        hz = middle * 2 ** (np.linspace(-glide, glide, n) / 12)
        y = np.sin(2 * np.pi * (np.cumsum(hz) / sr + rng.uniform()))
    to_the_end = np.minimum(np.arange(n), np.arange(n)[::-1]) + 0.5
    y *= np.sin(0.5 * np.pi * np.minimum(to_the_end / (FADE * sr), 1))
    return y * np.sqrt(0.1 * sr / (y @ y))


def _band(n, middle, spread, sr, rng):
    """Return noise within ``spread`` semitones on either side of ``middle``."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.maximum(np.fft.rfftfreq(n, 1 / sr), 1)
    spectrum[np.abs(12 * np.log2(hz / middle)) > spread] = 0
    return np.fft.irfft(spectrum, n)


def _noise(n, sr, rng):
    """Return noise whose spectrum is a straight line over octaves, and flat under 100 Hz."""
    octaves = np.log2(np.maximum(np.fft.rfftfreq(n, 1 / sr), 100) / 1200)
    spectrum = np.fft.rfft(rng.standard_normal(n)) * _gain(rng.uniform(*TILT) * octaves)
    return np.fft.irfft(spectrum, n) * _gain(rng.uniform(*NOISE))


def _gain(decibels):
    return 10 ** (decibels / 20)
