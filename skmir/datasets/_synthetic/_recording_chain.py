"""Turn the sound at the instrument into a recording: room, microphone, background noise, level."""

from types import SimpleNamespace

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq


def draw_place(rng):
    """Draw the place where an instrument is recorded: the room, the microphone, the background noise.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    place : SimpleNamespace
        ``reverberation``: time in which the tail falls by 60 dB, in s. ``wet``: energy of the tail relative
        to that of the direct sound. ``ripples``: ripples of the microphone's response, as rows of cycles per
        octave, phase in rad, and gain in dB. ``noise``: mean level of the background noise relative to the
        peak, in dB. ``colour``: the amplitude of the noise falls as frequency to the power of minus this.
    """
    return SimpleNamespace(
        reverberation=rng.uniform(0.15, 1.0),
        wet=10 ** rng.uniform(-2.2, -1.0),
        ripples=np.column_stack(
            [rng.uniform(0.05, 0.6, 4), rng.uniform(0, 2 * np.pi, 4), rng.uniform(0, 1.2, 4)]
        ),
        noise=rng.uniform(-80, -50),
        colour=rng.uniform(0.2, 1.2),
    )


def record(y, place, sr, rng):
    """Return the recording of a sound at a place.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    place : SimpleNamespace
        From :func:`draw_place`.
    sr : float
        Sampling rate in Hz.
    rng : numpy.random.Generator

    Returns
    -------
    recording : ndarray of shape (n_samples,)
        float32 with a peak between -21 and -1 dB of full scale.
    """
    n = len(y)
    size = next_fast_len(2 * n, real=True)
    frequencies = rfftfreq(size, 1 / sr)
    response = rfft(_room(n, place, sr, rng), size) * _microphone(frequencies, place)
    heard = irfft(rfft(y, size) * response, size)[:n]
    heard = heard / np.abs(heard).max()
    heard = heard + _background(n, size, frequencies, place, rng)
    level = 10 ** (rng.uniform(-21, -1) / 20)
    return (level * heard / np.abs(heard).max()).astype(np.float32)


def _room(n, place, sr, rng):
    """The direct sound, and an exponentially decaying tail of noise."""
    time = np.arange(n) / sr
    tail = rng.normal(size=n) * np.exp(-6.9 * time / place.reverberation)
    tail[0] = 0.0
    tail *= np.sqrt(place.wet / np.sum(tail**2))
    tail[0] = 1.0
    return tail


def _microphone(frequencies, place):
    octaves = np.log2(np.maximum(frequencies, 20) / 20)
    gains = [gain * np.sin(2 * np.pi * turns * octaves + phase) for turns, phase, gain in place.ripples]
    return 10 ** (np.sum(gains, axis=0) / 20)


def _background(n, size, frequencies, place, rng):
    spectrum = rfft(rng.normal(size=n), size) * np.maximum(frequencies, 20) ** -place.colour
    noise = irfft(spectrum, size)[:n]
    return 10 ** ((place.noise + rng.uniform(-5, 5)) / 20) * noise / noise.std()
