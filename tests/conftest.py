"""What several tests need: the real recordings, and small clips."""

import os
import pathlib

import numpy as np
import pytest
import torch
from forks import Forks

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_data():
    """The folder of real recordings; SKMIR_TEST_DATA says where, ../shared/data is the default."""
    folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real recordings at {str(folder)!r}; set SKMIR_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def forks(tmp_path_factory):
    """Starts processes in which everything slow is loaded already."""
    server = Forks(tmp_path_factory.mktemp("forks"))
    yield server
    server.close()


@pytest.fixture
def rng():
    return np.random.RandomState(0)


@pytest.fixture
def tones(rng):
    """Twelve tones of half a second at 22,050 Hz in noise, three pitches, float32, and their labels."""
    time = np.arange(11025) / 22050
    pitches = np.tile([220.0, 440.0, 880.0], 4)
    y = np.array([np.sin(2 * np.pi * f * time + rng.uniform(0, 6)) for f in pitches])
    return (0.5 * y + 0.01 * rng.randn(*y.shape)).astype(np.float32), pitches.astype(int).astype(str)


@pytest.fixture
def two_threads():
    """Two torch threads around the test, so that one inside is a change."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def snapshot_generators():
    """A function that remembers the global generators, and returns one that finds them as they were."""

    def snapshot():
        torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()

        def check():
            assert torch.equal(torch.get_rng_state(), torch_state)
            assert np.random.get_state()[2] == numpy_state[2]
            np.testing.assert_array_equal(np.random.get_state()[1], numpy_state[1])
            return True

        return check

    return snapshot
