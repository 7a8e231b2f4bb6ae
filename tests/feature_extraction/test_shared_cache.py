"""A cache with many writers and readers, of which some are killed: an entry is whole, or it is not there."""

import os
import pathlib
import signal
import time

import numpy as np
import pytest

from skmir._cache import Entries
from skmir.feature_extraction import FeatureCache

N_KEYS = 30

# Reads, checks and writes entries that others read and write as well, until it is told to stop.
WORKER = f"""
import pathlib, sys, time, warnings
import numpy as np
from skmir._cache import Entries, FeatureCache

folder, seed, task = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rng = np.random.RandomState(seed)
n_found = n_missing = 0


def arrays_of(key):
    entry = np.random.RandomState(key)
    return [entry.randn(40, 50 * (key + 1)).astype(np.float32), np.array(key)]


entries = Entries(folder / "cache")
warnings.simplefilter("error")
(folder / f"ready-{{seed}}").touch()
while not (folder / "go").exists():
    time.sleep(0.001)
while not (folder / "stop").exists():
    key = rng.randint({N_KEYS})
    name = f"group-{{key % 3}}", f"key-{{key}}"
    if task != "write" and (found := entries.read(*name)) is not None:
        n_found += 1
        assert all(np.array_equal(*pair) for pair in zip(found, arrays_of(key), strict=True)), key
    elif task != "read":
        n_missing += 1
        entries.write(*name, arrays_of(key))
    if task == "delete" and rng.rand() < 0.02:
        FeatureCache(folder / "cache").reduce_size(10**6)
assert not entries._damaged, entries._damaged
print(n_found, n_missing)
"""


@pytest.fixture
def start(forks, tmp_path):
    """A function that starts a worker, which ends with the test at the latest."""
    started = []

    def start(seed, task):
        started.append(forks.start(WORKER, tmp_path, seed, task))
        return started[-1]

    yield start
    (tmp_path / "stop").touch()
    for process in started:
        process.wait()


def expected(key):
    entry = np.random.RandomState(key)
    return entry.randn(40, 50 * (key + 1)).astype(np.float32)


def test_writers_and_readers_with_some_killed(tmp_path, start):
    """Same and different entries at once; one process after the other is killed while it writes.

    One process reads, one reads and writes, one deletes besides, and three write until they are killed.
    """
    tasks = ["read", "both", "delete", "write", "write", "write"]
    *workers, first, second, third = [start(seed, task) for seed, task in enumerate(tasks)]
    while len(list(tmp_path.glob("ready-*"))) < len(tasks):
        time.sleep(0.001)
    (tmp_path / "go").touch()
    for attempt, victim in enumerate((first, second, third)):
        time.sleep(0.1 + 0.037 * attempt)
        victim.kill()
        assert victim.wait() == -signal.SIGKILL
    time.sleep(0.5)
    (tmp_path / "stop").touch()
    for process in workers:
        assert process.wait() == 0, process.stderr
    (n_read, _), *others = ([int(number) for number in process.stdout.split()] for process in workers)
    assert min(n_read, *np.ravel(others)) > 0
    there = [key for key in range(N_KEYS) if read(tmp_path, key) is not None]
    assert len(there) > 3
    for key in there:
        np.testing.assert_array_equal(read(tmp_path, key)[0], expected(key))
    assert FeatureCache(tmp_path / "cache").sizes()["n_entries"].sum() == len(there)


def read(folder, key):
    return Entries(folder / "cache").read(f"group-{key % 3}", f"key-{key}")


def test_a_writer_killed_just_before_its_entry_takes_its_name(tmp_path, forks):
    """The one moment at which a whole temporary file is there: it is no entry, and in nobody's way."""
    code = (
        "import os, sys; import numpy as np; from skmir._cache import Entries; "
        "os.replace = lambda *args: os.kill(os.getpid(), 9); "
        "Entries(sys.argv[1]).write('group', 'key', [np.arange(9)])"
    )
    assert forks.run(code, tmp_path)[0] == -signal.SIGKILL
    assert len(list((tmp_path / "skmir-cache" / "tmp").iterdir())) == 1
    entries = Entries(tmp_path)
    assert entries.read("group", "key") is None
    assert len(FeatureCache(tmp_path).sizes()) == 0
    entries.write("group", "key", [np.arange(9)])
    np.testing.assert_array_equal(entries.read("group", "key")[0], np.arange(9))
    assert FeatureCache(tmp_path).sizes()["n_entries"].tolist() == [1]


@pytest.mark.parametrize("error", [FileNotFoundError(2, "No such file"), OSError(116, "Stale file handle")])
def test_a_rename_that_a_network_file_system_answers_wrongly(tmp_path, monkeypatch, error):
    """A server can rename, lose its answer, and say to the client's second request that there is no file."""
    replace = os.replace

    def renamed_but_denied(*args):
        replace(*args)
        raise error

    monkeypatch.setattr("skmir._cache._entries.os.replace", renamed_but_denied)
    with pytest.warns(UserWarning, match="cannot be written"):
        Entries(tmp_path).write("group", "key", [np.arange(9)])
    monkeypatch.undo()
    np.testing.assert_array_equal(Entries(tmp_path).read("group", "key")[0], np.arange(9))
    assert len([path for path in pathlib.Path(tmp_path).rglob("*") if path.is_file()]) == 1


def test_an_entry_replaced_while_it_is_read_on_a_network_file_system(tmp_path, monkeypatch):
    """There the file that a reader has open goes away: it counts as one that cannot be used."""
    entries = Entries(tmp_path)
    entries.write("group", "key", [np.arange(9)])

    def stale(*args):
        raise OSError(116, "Stale file handle")

    with monkeypatch.context() as patch:
        patch.setattr("skmir._cache._entries.open", stale, raising=False)
        assert entries.read("group", "key") is None
    with pytest.warns(UserWarning, match="1 entry of the cache could not be used"):
        entries.warn_of_damage()
    np.testing.assert_array_equal(entries.read("group", "key")[0], np.arange(9))
