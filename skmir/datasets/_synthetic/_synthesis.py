"""Synthesise one note: a sum of partials, each with its own course in time, and the noise of playing it.

Courses of pitch and level are computed at a control rate (one value every ``HOP`` samples) and interpolated
linearly.
"""

import dataclasses
from types import SimpleNamespace

import numpy as np
from scipy.fft import irfft, rfft, rfftfreq

HOP = 32  # samples between two values of a course
MAX_PARTIALS = 100


def draw_instrument(kind, rng):
    """Draw one instrument of a kind: one value from each range, and the resonances of its body.

    Parameters
    ----------
    kind : InstrumentKind
        From :data:`FAMILIES`.
    rng : numpy.random.Generator

    Returns
    -------
    instrument : SimpleNamespace
        The fields of ``kind`` with numbers in place of ranges; ``register`` spans at most two octaves of the
        kind's register; ``rank_gains`` of shape (n_ranks,); ``resonances`` of shape (n_resonances, 3), with
        the columns centre in Hz, width in octaves and gain in dB; ``tuning`` in cents.
    """
    fields = {f.name: getattr(kind, f.name) for f in dataclasses.fields(kind)}
    drawn = {
        name: rng.uniform(*value)
        for name, value in fields.items()
        if isinstance(value, tuple) and name not in ("register", "ranks", "formants")
    }
    low = rng.uniform(kind.register[0], max(kind.register[0], kind.register[1] - 24))
    drawn["register"] = (low, min(low + 24, kind.register[1]))
    drawn["rank_gains"] = _draw_ranks(kind, rng)
    drawn["resonances"] = _draw_resonances(kind, rng)
    drawn["tuning"] = rng.normal(0, 12)
    return SimpleNamespace(**fields | drawn)


def _draw_ranks(kind, rng):
    """Return the gains of the ranks: the one at the note's own pitch sounds, the others may, like stops."""
    gains = 10 ** (rng.uniform(-18, 3, len(kind.ranks)) / 20) * (rng.random(len(kind.ranks)) < 0.6)
    return np.where(np.array(kind.ranks) == 1, 1.0, gains)


def _draw_resonances(kind, rng):
    formants = [(rng.uniform(low, high), width, gain) for low, high, width, gain in kind.formants]
    modes = [(150 * 2 ** rng.uniform(0, 5), 0.15, rng.uniform(-6, 8)) for _ in range(kind.modes)]
    return np.array(formants + modes).reshape(-1, 3)


def play(instrument, midi, strength, *, duration, sr, rng):
    """Synthesise one note.

    Parameters
    ----------
    instrument : SimpleNamespace
        From :func:`draw_instrument`.
    midi : float
        Pitch as a MIDI number.
    strength : float
        How loudly the note is played, from 0 to 1; this sets the timbre, not the level.
    duration : float
        Length in s; the key is released before the end.
    sr : float
        Sampling rate in Hz.
    rng : numpy.random.Generator

    Returns
    -------
    y : ndarray of shape (round(duration * sr),)
        float32, of any level.
    """
    n_samples = round(duration * sr)
    time = np.arange(n_samples // HOP + 2) * HOP / sr  # (n_control,)
    onset = rng.uniform(0, 0.08) * duration
    course = _course(instrument, time - onset, rng.uniform(0.55, 0.95) * duration - onset, rng)
    f0 = 440 * 2 ** ((midi - 69 + (instrument.tuning + rng.normal(0, 4)) / 100) / 12)
    ratios, weights = _partials(instrument, f0, sr, rng)
    frequencies = f0 * ratios[:, np.newaxis] * _bend(instrument, course, rng)  # (n_partials, n_control)
    levels = weights[:, np.newaxis] * _levels(instrument, course, ratios, f0, strength, rng)
    levels *= _body(instrument, frequencies)
    tone = _oscillate(frequencies, levels, sr, rng)[:n_samples]
    return tone + _noises(instrument, course, tone, sr, rng)


def _course(instrument, time, let_go, rng):
    """Return the courses that all partials share, each of shape (n_control,).

    They are ``time`` since the onset in s, ``held`` (the player's force after the attack, and the release),
    ``gate`` (the same with the attack), and ``wave`` of vibrato and tremolo, which set in slowly.
    """
    swell = 10 ** (instrument.swell * np.clip(time, 0, let_go) / let_go / 20)
    held = swell * np.exp(-np.clip(time - let_go, 0, None) / instrument.release)
    wave = np.sin(2 * np.pi * (instrument.rate * time + rng.random())) * np.clip(time / 0.3, 0, 1)
    gate = held * _rise(time, instrument.attack)
    return SimpleNamespace(time=np.clip(time, 0, None), held=held, gate=gate, wave=wave)


def _rise(time, attack):
    """A smooth step from 0 at time 0 to 1 at the end of the attack."""
    return 0.5 - 0.5 * np.cos(np.pi * np.clip(time / attack, 0, 1))


def _partials(instrument, f0, sr, rng):
    """Return the partials' frequencies as multiples of f0, and their amplitudes before tilt and body."""
    k = np.arange(1, instrument.rank_partials + 1)
    stretch = k * np.sqrt(1 + instrument.inharmonicity * k**2)
    comb = np.abs(np.sin(np.pi * k * instrument.point)) if instrument.point else np.ones(len(k))
    comb = comb * np.where(k % 2 == 0, instrument.even, 1.0)
    ratios = np.outer(instrument.ranks, stretch).ravel()
    weights = np.outer(instrument.rank_gains, comb).ravel()
    weights *= 10 ** (rng.normal(0, 1.5, len(weights)) / 20)
    heard = (weights > 0) & (f0 * ratios < 0.45 * sr)
    order = np.argsort(ratios[heard], kind="stable")[:MAX_PARTIALS]
    return ratios[heard][order], weights[heard][order]


def _bend(instrument, course, rng):
    """Return the course of the pitch as a factor, of shape (n_control,)."""
    cents = -instrument.scoop * np.exp(-course.time / 0.04)
    cents += instrument.vibrato * course.wave
    cents += instrument.wander * _drift(1, course.time, rng)[0]
    return 2 ** (cents / 1200)


def _levels(instrument, course, ratios, f0, strength, rng):
    """Return the course of each partial's amplitude, of shape (n_partials, n_control)."""
    late = instrument.delay * np.log10(np.maximum(ratios, 1))[:, np.newaxis]
    level = course.held * _rise(course.time - late, instrument.attack)
    if instrument.decay:
        level *= _decays(instrument, course.time, ratios, f0, rng)
    loudness = strength * np.clip(course.gate, 0, 1)
    tilt = instrument.tilt * (1 + instrument.softness * (1 - loudness))
    level *= ratios[:, np.newaxis] ** -tilt
    drift = instrument.unsteady * _drift(len(ratios), course.time, rng)
    tremolo = instrument.tremolo * course.wave
    beat = 1 + instrument.beat * np.cos(_beating(ratios, course.time, rng))
    return level * beat * 10 ** ((drift + tremolo) / 20)


def _decays(instrument, time, ratios, f0, rng):
    """Return exponential decays, faster for high notes and partials, with a slow part after a fast one."""
    rate = 6.9 / instrument.decay * (f0 / 220) ** 0.5 * (1 + instrument.damping * f0 * ratios / 1000)
    fast = -time * rate[:, np.newaxis] * rng.uniform(0.8, 1.25)
    return (1 - instrument.aftersound) * np.exp(fast) + instrument.aftersound * np.exp(fast / 5)


def _beating(ratios, time, rng):
    """Return phases of beats between strings mistuned by a few cents; higher partials beat faster."""
    rates = rng.uniform(0.2, 1.2) * ratios
    return 2 * np.pi * (rates[:, np.newaxis] * time + rng.random((len(ratios), 1)))


def _drift(n, time, rng):
    """Return ``n`` slow random motions with a deviation near 1 and about twelve turns per second."""
    knots = np.arange(0, time[-1] + 1 / 12, 1 / 12)
    return np.array([np.interp(time, knots, rng.normal(size=len(knots))) for _ in range(n)])


def _body(instrument, frequencies):
    """Return the gain of the body at each frequency in Hz; a vibrato sweeps over its resonances."""
    gain = np.zeros_like(frequencies)
    pitch = np.log2(frequencies)
    for centre, width, decibels in instrument.resonances:
        gain += decibels * np.exp(-0.5 * ((pitch - np.log2(centre)) / width) ** 2)
    return 10 ** (gain / 20) / (1 + (frequencies / instrument.cutoff) ** 2)


def _oscillate(frequencies, levels, sr, rng):
    """Sum sines with the given courses of frequency in Hz and amplitude, of shape (n_partials, n_control)."""
    tone = np.zeros((levels.shape[1] - 1, HOP), dtype=np.float32)
    step = (np.arange(HOP) / HOP).astype(np.float32)
    for frequency, level in zip(frequencies, levels, strict=True):
        turns = frequency[:-1] * HOP / sr
        start = (np.cumsum(turns) - turns + rng.random()) % 1
        phase = np.float32(2 * np.pi) * (_column(start) + _column(turns) * step)
        tone += (_column(level[:-1]) + _column(np.diff(level)) * step) * np.sin(phase)
    return tone.ravel()


def _column(course):
    return course.astype(np.float32)[:, np.newaxis]


def _noises(instrument, course, tone, sr, rng):
    """Return breath or bow noise, and the knock at the start, of shape (n_samples,)."""
    knock = np.exp(-course.time / instrument.knock_length) * (course.gate > 0)
    noise = _each_sample(course.gate, len(tone)) * 10 ** (instrument.noise / 20)
    noise *= band(len(tone), sr, instrument.noise_centre, rng)
    knock = _each_sample(knock, len(tone)) * 10 ** (instrument.knock / 20)
    knock *= band(len(tone), sr, instrument.knock_centre, rng)
    return (np.sqrt(np.mean(tone**2)) * (noise + knock)).astype(np.float32)


def _each_sample(values, n_samples):
    """Interpolate a course from the control rate to the sampling rate."""
    return np.interp(np.arange(n_samples) / HOP, np.arange(len(values)), values)


def band(n_samples, sr, centre, rng):
    """Return noise with deviation 1 in a band about two octaves wide around ``centre`` Hz."""
    spectrum = rfft(rng.normal(size=n_samples))
    octaves = np.log2(np.maximum(rfftfreq(n_samples, 1 / sr), 1) / centre)
    noise = irfft(spectrum * np.exp(-0.5 * octaves**2), n_samples)
    return noise / noise.std()
