"""Clip by clip in threads: the order, the thread count, errors."""

import pathlib
import threading

import nested_threads
import numpy as np
import pytest
import soundfile
import torch

from skmir._reading._stream import stream, waveform


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


def test_threads_inside_threads_come_to_an_end(forks):
    """In a process of its own: a thread that waits for itself cannot be ended from outside."""
    status, said, error = forks.run(pathlib.Path(nested_threads.__file__).read_text(), timeout=240)
    assert status == 0, error
    assert said.split() == ["augmented", "streams", "under_a_drawing", "at_once"]


def test_a_stream_inside_a_stream_runs_where_it_is_called():
    def inner(i):
        return threading.current_thread().name

    outer = stream(lambda i: (inner(i), list(stream(inner, range(3), n_jobs=2))), range(4), n_jobs=2)
    for name, names in outer:
        assert name.startswith("skmir") and names == [name] * 3
    assert threading.current_thread().name not in list(stream(inner, range(3), n_jobs=2))
