"""What several tests need: the real recordings, and small clips."""

import os
import pathlib

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_data():
    """The folder of real recordings; SKMIR_TEST_DATA says where, ../shared/data is the default."""
    folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real recordings at {str(folder)!r}; set SKMIR_TEST_DATA to their folder")
    return folder


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
