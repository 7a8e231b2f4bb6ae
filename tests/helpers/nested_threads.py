"""Threads inside threads, each of which waited for itself once; as a script, for a test that has a time-out.

    python nested_threads.py

prints a line for each case that came to its end with the result that one thread gives.
"""

import sys
import threading

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmir._random import seeded
from skmir._reading._stream import stream
from skmir.augmentation import WaveformAugmentation
from skmir.compose import AugmentedEstimator
from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.neural_network import RBM, MLPClassifier
from skmir.preprocessing import FramePooler

RNG = np.random.RandomState(0)
CLIPS = RNG.randn(8, 4096).astype(np.float32)
TABLE, LABELS = RNG.rand(8, 6), np.arange(8) % 2
NETWORK = MLPClassifier((4,), max_iter=2, device="cpu", random_state=0).fit(TABLE, LABELS)
MACHINE = RBM(4, n_iter=1, device="cpu", random_state=0).fit(TABLE)


class Ask(WaveformAugmentation):
    """Scales a waveform by what other parts of the library say of it."""

    def __init__(self, n_jobs=None):
        self.n_jobs = n_jobs

    def _check_parameters(self):
        pass

    def _draw(self, rng):
        return {}

    def _change(self, y, sr):
        mel = MelSpectrogram(n_mels=6, n_jobs=self.n_jobs).transform([y, y[:3000]])
        rows = np.stack([x.mean(axis=1) for x in mel])
        return y * (NETWORK.predict_proba(rows)[0, 0] + MACHINE.gibbs(rows).mean())


def augmented(n_jobs):
    """An augmentation of one's own calls a front end, a network, and what draws."""
    baseline = make_pipeline(MFCC(n_jobs=n_jobs), FramePooler(), LogisticRegression(max_iter=9))
    model = AugmentedEstimator(baseline, [Ask(n_jobs)], 2, n_jobs=n_jobs, random_state=0)
    return model.fit(CLIPS, LABELS).predict_proba(CLIPS)


def draw(seed):
    with seeded(seed):
        return torch.rand(100).sum().item() + torch.nn.Linear(3, 3).weight.sum().item()


def streams(n_jobs):
    """A stream in each task of a stream in each task of a stream."""

    def level(depth):
        def task(i):
            return sum(stream(level(depth - 1), range(3), n_jobs=n_jobs)) + i if depth else draw(i)

        return task

    return list(stream(level(2), range(4), n_jobs=n_jobs))


def under_a_drawing(n_jobs):
    """A thread waits, inside its own seeded section, for threads that draw."""
    with seeded(7):
        first = torch.rand(1).item()
        inside = list(stream(draw, range(20), n_jobs=n_jobs))
        between = [draw(i) for i in range(3)]
        return [first, torch.rand(1).item(), *inside, *between]


def at_once(n_jobs):
    """Threads of the caller's own, which share the kept threads of a stream."""
    results = [None] * 4

    def work(i):
        results[i] = (MFCC(n_jobs=n_jobs).transform(CLIPS), draw(i), NETWORK.predict_proba(TABLE))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [value for result in results for value in result]


def main():
    torch.set_num_threads(2)
    for case in (augmented, streams, under_a_drawing, at_once):
        for one, other in zip(case(1), case(2), strict=True):
            np.testing.assert_array_equal(one, other)
        assert torch.get_num_threads() == 2
        sys.stdout.write(f"{case.__name__}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
