"""Signals that the benchmarks share."""

import numpy as np

SR = 22050


def music(seconds=10.0, seed=0):
    """Return decaying chords of harmonic tones with strokes of noise, at 22,050 Hz, float32."""
    rng = np.random.RandomState(seed)
    time = np.arange(round(seconds * SR)) / SR
    y = 0.005 * rng.randn(len(time))
    for start in np.arange(0, seconds, 0.5):
        since = time - start
        envelope = np.where(since >= 0, np.exp(-3 * np.maximum(since, 0)), 0)
        root = 110 * 2 ** (rng.randint(0, 24) / 12)
        for hz in root * 2 ** (np.array([0, 4, 7]) / 12):
            for harmonic in range(1, 1 + int(8000 / hz)):
                phase = rng.uniform(0, 2 * np.pi)
                y += 0.1 / harmonic * envelope * np.sin(2 * np.pi * hz * harmonic * time + phase)
        y += 0.05 * envelope**4 * rng.randn(len(time))
    return (0.5 * y / np.abs(y).max()).astype(np.float32)
