"""Tones of seven families that differ only in their spectrum: short, and quick to make in any number."""

import numbers
from dataclasses import dataclass

import numpy as np
from sklearn.utils import Bunch, check_random_state

from ..._parameter_checks import check_number

LOWEST, HIGHEST = 110.0, 440.0  # Hz; pitches are drawn evenly over the two octaves
PARTIALS = 44
FADE = 0.005  # s, at either end of a tone
GAIN = (-12.0, 0.0)  # dB, of each tone of several


@dataclass(frozen=True, kw_only=True)
class Family:
    """The spectrum that the tones of a family have on average."""

    formants: tuple[float, float]  # their centres in Hz; each raises the level by 15 dB, half an octave wide
    tilt: float  # partial k has the amplitude k ** -tilt
    even: float  # gain of even partials
    noise: float  # level of white noise relative to the tone


FAMILIES = {
    "bass": Family(formants=(250, 900), tilt=1.4, even=0.9, noise=0.01),
    "brass": Family(formants=(1000, 2200), tilt=0.7, even=1.0, noise=0.01),
    "guitar": Family(formants=(300, 2500), tilt=1.1, even=0.8, noise=0.02),
    "organ": Family(formants=(500, 1500), tilt=0.9, even=0.5, noise=0.005),
    "piano": Family(formants=(400, 1200), tilt=1.2, even=0.9, noise=0.01),
    "strings": Family(formants=(450, 2700), tilt=0.9, even=1.0, noise=0.04),
    "woodwind": Family(formants=(1200, 2800), tilt=0.9, even=0.4, noise=0.03),
}


def make_tones(*, n_clips=700, n_sources=1, spread=0.2, duration=0.1, sr=11025, random_state=None):
    """Synthesise steady tones of seven families, or mixtures of several.

    A tone has up to 44 harmonics. Its family determines, on average, where two formants lie, how fast the
    harmonics fall off, how weak the even ones are, and how much noise there is; each tone departs from these
    values, and its pitch, drawn from two octaves, says nothing about the family. Unlike
    :func:`make_instruments`, there is no course in time and no room, so that a single spectrum
    holds all there is to learn, and thousands of clips take seconds. The clips are independent of each
    other, so there are no groups.

    Parameters
    ----------
    n_clips : int, default=700
        Number of clips in all; families take turns.
    n_sources : int, default=1
        Number of tones that sound together, each of a different family, from 1 to 7. Their levels differ by
        up to 12 dB.
    spread : float, default=0.2
        How much a tone departs from its family: standard deviation of the logarithm of each quantity,
        from 0 to 1.
    duration : float, default=0.1
        Length of each clip in s, at least 0.05.
    sr : float, default=11025
        Sampling rate in Hz, at least 8000.
    random_state : int, RandomState instance or None, default=None
        An int gives the same clips every time. The first clips do not depend on how many there are.

    Returns
    -------
    data : Bunch
        With the attributes

        data : ndarray of shape (n_clips, n_samples)
            Waveforms, float32, with a peak between -20 and -1 dB of full scale.
        target : ndarray of shape (n_clips,) or (n_clips, 7)
            Positions in ``target_names``: 0, 1, ..., 6, 0, 1, ...; with several sources an indicator of the
            families that sound.
        target_names : list of str
            The seven families, sorted.
        pitches : ndarray of shape (n_clips, n_sources)
            Fundamentals in Hz.
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
    make_instruments : Notes with a course in time, of instruments in rooms.
    skmir.neural_network.DBNClassifier : Learn from clips without labels, too.

    Examples
    --------
    >>> from skmir.datasets import make_tones
    >>> tones = make_tones(n_clips=14, random_state=0)
    >>> tones.data.shape, tones.target_names[tones.target[1]]
    ((14, 1102), 'brass')
    >>> make_tones(n_clips=14, n_sources=3, random_state=0).target.sum(axis=1)
    array([3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3])
    """
    check_number("n_clips", n_clips, kind=numbers.Integral, low=1)
    check_number("n_sources", n_sources, kind=numbers.Integral, low=1, high=len(FAMILIES))
    check_number("spread", spread, low=0, high=1)
    check_number("duration", duration, low=0.05)
    check_number("sr", sr, low=8000)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    names = sorted(FAMILIES)
    clips = [
        _clip(i % len(names), n_sources, spread, duration, sr, np.random.default_rng([seed, i]))
        for i in range(n_clips)
    ]
    families = np.array([sounding for _, sounding, _ in clips])  # (n_clips, n_sources)
    indicator = (families[:, :, np.newaxis] == np.arange(len(names))).any(axis=1).astype(int)
    return Bunch(
        data=np.array([y for y, _, _ in clips]),
        target=families[:, 0] if n_sources == 1 else indicator,
        target_names=names,
        pitches=np.array([pitches for _, _, pitches in clips]),
        sr=sr,
        DESCR=f"{n_clips} synthesised clips of {n_sources} of {len(names)} families of tones each.",
    )


def _clip(first, n_sources, spread, duration, sr, rng):
    """Return a waveform, and the families and the pitches of its tones."""
    names = sorted(FAMILIES)
    families = [first, *rng.permutation(np.delete(np.arange(len(names)), first))[: n_sources - 1]]
    pitches = LOWEST * (HIGHEST / LOWEST) ** rng.random(n_sources)
    y = sum(
        10 ** (rng.uniform(*GAIN) / 20) * _tone(FAMILIES[names[family]], hz, spread, duration, sr, rng)
        for family, hz in zip(families, pitches, strict=True)
    )
    level = 10 ** (rng.uniform(-20, -1) / 20)
    return (level * y / np.abs(y).max()).astype(np.float32), families, pitches


def _tone(family, hz, spread, duration, sr, rng):
    """Return a tone of mean square 1, with its noise."""
    n_samples = round(duration * sr)
    partials = np.arange(1, min(PARTIALS, int(0.45 * sr / hz)) + 1)
    weights = _amplitudes(family, hz, partials, spread, rng) * np.exp(2j * np.pi * rng.random(len(partials)))
    turn = np.exp(2j * np.pi * hz / sr * np.arange(n_samples))
    y = np.polynomial.polynomial.polyval(turn, np.append(0, weights)).imag
    to_the_end = np.minimum(np.arange(n_samples), np.arange(n_samples)[::-1]) + 0.5
    y *= np.sin(0.5 * np.pi * np.minimum(to_the_end / (FADE * sr), 1))
    noise = family.noise * _departure(spread, rng) * rng.standard_normal(n_samples)
    return y / np.sqrt(np.mean(y**2)) + noise


def _amplitudes(family, hz, partials, spread, rng):
    """Return the amplitude of each partial of a tone of the family."""
    tilt = family.tilt * _departure(spread, rng)
    even = family.even * _departure(spread, rng)
    decibels = np.zeros(len(partials))
    for centre in family.formants:
        octaves = np.log2(hz * partials / (centre * _departure(spread, rng)))
        decibels += 15 * np.exp(-0.5 * (octaves / 0.25) ** 2)
    return partials**-tilt * np.where(partials % 2, 1, even) * 10 ** (decibels / 20)


def _departure(spread, rng):
    """Return a positive factor whose logarithm has the standard deviation ``spread``."""
    return np.exp(spread * rng.standard_normal())
