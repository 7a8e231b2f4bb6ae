"""Memory that a thread uses again for intermediate results."""

import threading

import numpy as np
import torch

from skmir.dsp import mel_spectrogram
from skmir.dsp._scratch import scratch

KIND = {"dtype": torch.float32, "device": torch.device("cpu")}


def test_each_purpose_and_each_thread_has_memory_of_its_own():
    tensors = [scratch("one", (4, 5), **KIND), scratch("another", (4, 5), **KIND)]
    thread = threading.Thread(target=lambda: tensors.append(scratch("one", (4, 5), **KIND)))
    thread.start()
    thread.join()
    for i, tensor in enumerate(tensors):
        tensor.fill_(i)
    assert [float(tensor.sum()) for tensor in tensors] == [0, 20, 40]


def test_large_results_are_not_kept():
    shape = (2**20 + 1,)
    scratch("large", shape, **KIND).fill_(1)
    assert scratch("large", (3,), **KIND).untyped_storage().nbytes() < 2**10


def test_memory_from_inference_mode_serves_outside_of_it():
    y = torch.from_numpy(np.random.RandomState(0).randn(9000).astype(np.float32))
    expected = mel_spectrogram(y)
    with torch.inference_mode():
        scratch("windowed frames", (2**20,), **KIND)  # larger than before, and so new
        inside = mel_spectrogram(y)
    assert torch.equal(inside, expected)
    assert torch.equal(mel_spectrogram(y), expected)


def test_a_clip_does_not_depend_on_the_one_before():
    rng = np.random.RandomState(0)
    clips = [torch.from_numpy(rng.randn(n)) for n in (30_000, 400_000, 5_000)]
    alone = [mel_spectrogram(y) for y in clips]
    for y, expected in zip(clips[::-1], alone[::-1], strict=True):
        mel_spectrogram(y.float())
        assert torch.equal(mel_spectrogram(y), expected)
