"""Clip by clip in threads: the order, the thread count, errors."""

import numpy as np
import pytest
import soundfile
import torch

from skmir.audio._stream import stream, waveform


@pytest.mark.parametrize("n_jobs", [None, 1, 3])
@pytest.mark.parametrize("clips", [np.arange(40.0).reshape(20, 2), [np.zeros(i + 2) for i in range(20)]])
def test_results_come_in_order(clips, n_jobs):
    results = stream(lambda i, clip: (i, len(clip), clip.sum()), range(20), clips, n_jobs=n_jobs)
    assert list(results) == [(i, len(clip), clip.sum()) for i, clip in enumerate(clips)]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_torch_runs_on_one_thread_inside_and_as_before_after(n_jobs):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert list(stream(lambda i: torch.get_num_threads(), range(4), n_jobs=n_jobs)) == [1] * 4
        assert torch.get_num_threads() == 2
        with pytest.raises(ZeroDivisionError, match="division"):
            list(stream(lambda i: 1 / 0, range(4), n_jobs=n_jobs))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_waveform_reads_paths_and_passes_arrays(tmp_path):
    path = str(tmp_path / "a.wav")
    soundfile.write(path, np.zeros(8000), 8000)
    y, name = waveform(3, path, sr=16000, offset=0.5, duration=0.25)
    assert y.shape == (4000,)
    assert name == f"file {path!r}"
    clip = np.ones(5)
    y, name = waveform(3, clip, sr=16000)
    assert np.shares_memory(y, clip)
    assert len(y) == 5
    assert name == "clip 3 of X"
