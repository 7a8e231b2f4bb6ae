"""Drums and notes that begin at exact times: the sounds of make_onsets and make_beats."""

from types import SimpleNamespace

import numpy as np
import scipy.signal

N_PARTIALS = 12
# Each drum: the range of its mode in Hz, the band of its noise in Hz, the level of the noise in dB relative
# to the mode, and the ranges of the time constants of mode and noise in s.
DRUMS = {
    "kick": ((45, 75), (100, 2500), (-30, -14), (0.06, 0.14), (0.003, 0.01)),
    "snare": ((150, 230), (900, 6500), (0, 12), (0.03, 0.08), (0.03, 0.09)),
    "hat": ((3000, 3600), (4500, 9500), (20, 30), (0.01, 0.02), (0.01, 0.05)),
    "tom": ((80, 190), (200, 2500), (-24, -10), (0.06, 0.18), (0.005, 0.02)),
}


def draw_drum(kind, sr, rng):
    """Return the sound of one hit on a new drum.

    Parameters
    ----------
    kind : {"kick", "snare", "hat", "tom"}
    sr : float
        Sampling rate in Hz, at least 8000.
    rng : numpy.random.Generator

    Returns
    -------
    hit : ndarray of shape (n_samples,)
        0.5 s, with a peak of 1; it rises from its first sample within about 1 ms.
    """
    modes, band, noise, ring, burst = DRUMS[kind]
    time = np.arange(round(0.5 * sr)) / sr
    hz = rng.uniform(*modes)
    turns = hz * (time + rng.uniform(0.005, 0.02) * (1 - np.exp(-time / 0.02)))  # the pitch falls
    mode = np.sin(2 * np.pi * turns) * np.exp(-time / rng.uniform(*ring))
    low, high = min(band[0], 0.2 * sr), min(band[1], 0.45 * sr)
    sos = scipy.signal.butter(2, (low, high), "bandpass", fs=sr, output="sos")
    noisy = scipy.signal.sosfilt(sos, rng.standard_normal(len(time))) * np.exp(-time / rng.uniform(*burst))
    hit = mode + 10 ** (rng.uniform(*noise) / 20) * noisy / np.abs(noisy).max()
    hit *= (1 - np.exp(-time / 0.0004)) * np.clip((0.5 - time) / 0.05, 0, 1)
    return hit / np.abs(hit).max()


def draw_voice(rng, *, attack, decay, vibrato=0.0, tremolo=0.0):
    """Return what the notes of one voice have in common.

    Parameters
    ----------
    rng : numpy.random.Generator
    attack : (float, float)
        Range of the time from nothing to the full level, in s.
    decay : (float, float)
        Range of the time constant of the decay in s; infinity for a note that is held.
    vibrato, tremolo : float, default=0.0
        Largest swing of the pitch to either side, and of the level downwards, as shares.

    Returns
    -------
    voice : SimpleNamespace
    """
    slopes = rng.uniform(0.6, 0.85) ** np.arange(N_PARTIALS)
    return SimpleNamespace(
        levels=slopes * 10 ** (rng.normal(0, 3, N_PARTIALS) / 20),
        attack=rng.uniform(*attack),
        decay=np.inf if np.isinf(decay[1]) else rng.uniform(*decay),
        vibrato=vibrato * rng.uniform(0.5, 1),
        tremolo=tremolo * rng.uniform(0.5, 1),
        rate=rng.uniform(4.5, 7),
    )


def sing(voice, midi, length, sr, rng):
    """Return one note of a voice.

    Parameters
    ----------
    voice : SimpleNamespace
        From :func:`draw_voice`.
    midi : float
        Pitch as a MIDI number.
    length : float
        Time in s until the note is released; it fades in the 30 ms after that.
    sr : float
        Sampling rate in Hz.
    rng : numpy.random.Generator

    Returns
    -------
    note : ndarray of shape (n_samples,)
        With a root mean square of about 1 at the full level.
    """
    time = np.arange(round((length + 0.03) * sr)) / sr
    f0 = 440 * 2 ** ((midi - 69) / 12)
    wave = np.sin(2 * np.pi * (voice.rate * rng.uniform(0.9, 1.1) * time + rng.random()))
    phase = (np.cumsum(f0 * (1 + voice.vibrato * wave)) / sr % 1).astype(np.float32)  # in turns
    partials = np.flatnonzero(f0 * (1 + np.arange(N_PARTIALS)) < 0.45 * sr)
    note = np.zeros(len(time), np.float32)
    for k in partials:  # in float32, where sines are fast
        turns = np.float32(k + 1) * phase + np.float32(rng.random())
        note += np.float32(voice.levels[k]) * np.sin(np.float32(2 * np.pi) * turns)
    note /= np.sqrt(np.sum(voice.levels[partials] ** 2) / 2)
    swell = 1 - voice.tremolo * (0.5 + 0.5 * np.cos(2 * np.pi * (voice.rate * time + rng.random())))
    rise = 0.5 - 0.5 * np.cos(np.pi * np.clip(time / voice.attack, 0, 1))
    fall = 0.5 + 0.5 * np.cos(np.pi * np.clip((time - length) / 0.03, 0, 1))
    return note * swell * rise * fall * np.exp(-time / voice.decay)


def mix(sounds, n_samples, rng, *, fade, noise=(-55, -40)):
    """Return sounds that begin at given samples, in some noise.

    Parameters
    ----------
    sounds : iterable of (int, ndarray)
        First sample, and the sound, which may go beyond the end.
    n_samples : int
    rng : numpy.random.Generator
    fade : int
        Number of samples at the end over which the sounds fade out: a sound that is cut off clicks, which is
        an onset to all who listen.
    noise : (float, float), default=(-55, -40)
        Range of the level of noise, in dB relative to the peak.

    Returns
    -------
    clip : ndarray of float32 of shape (n_samples,)
        With a peak between -13 and -1 dB of full scale.
    """
    clip = np.zeros(n_samples)
    for start, sound in sounds:
        heard = max(0, min(len(sound), n_samples - start))
        clip[start : start + heard] += sound[:heard]
    clip[n_samples - fade :] *= np.linspace(1, 0, fade)
    peak = np.abs(clip).max() or 1.0
    clip += 10 ** (rng.uniform(*noise) / 20) * peak * rng.standard_normal(n_samples) / 3
    return (10 ** (rng.uniform(-13, -1) / 20) * clip / np.abs(clip).max()).astype(np.float32)
