"""A cache with many writers and readers, of which some are killed: an entry is whole, or it is not there."""

import os
import pathlib
import subprocess
import sys
import time

import numpy as np
import pytest

from skmir._cache import Entries
from skmir.feature_extraction import FeatureCache

N_KEYS = 30

# Reads, checks and writes entries that others read and write as well, until it is told to stop.
WORKER = f"""
import pathlib, sys, time
import numpy as np
from skmir._cache import Entries, FeatureCache

folder, seed, task = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rng = np.random.RandomState(seed)
n_found = n_missing = 0


def arrays_of(key):
    entry = np.random.RandomState(key)
    return [entry.randn(40, 50 * (key + 1)).astype(np.float32), np.array(key)]


entries = Entries(folder / "cache")
print("ready", flush=True)
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


def start(folder, seed, task):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", WORKER, str(folder), str(seed), task],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def stop(tmp_path):
    """A function that ends the workers and returns what they have found and written."""
    started = []

    def end(*processes):
        (tmp_path / "stop").touch()
        results = [process.communicate(timeout=60) for process in processes]
        for process, (_, error) in zip(processes, results, strict=True):
            assert process.returncode == 0, error
        return np.array([out.split() for out, _ in results], dtype=int)

    end.started = started
    yield end
    for process in started:
        process.kill()
        process.wait()


def expected(key):
    entry = np.random.RandomState(key)
    return entry.randn(40, 50 * (key + 1)).astype(np.float32)


def test_writers_and_readers_with_some_killed(tmp_path, stop):
    """Same and different entries at once; one process after the other is killed while it writes.

    One process reads, one reads and writes, one deletes besides, and three write until they are killed. Their
    interpreters start together and are loaded before any of them begins.
    """
    tasks = ["read", "both", "delete", "write", "write", "write"]
    stop.started.extend(start(tmp_path, seed, task) for seed, task in enumerate(tasks))
    for process in stop.started:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    (tmp_path / "go").touch()
    *workers, first, second, third = stop.started
    for attempt, victim in enumerate((first, second, third)):
        time.sleep(0.1 + 0.037 * attempt)
        assert victim.poll() is None
        victim.kill()
        victim.wait()
    time.sleep(0.5)
    (n_read, _), *others = stop(*workers)
    assert min(n_read, *np.ravel(others)) > 0
    there = [key for key in range(N_KEYS) if read(tmp_path, key) is not None]
    assert len(there) > 3
    for key in there:
        np.testing.assert_array_equal(read(tmp_path, key)[0], expected(key))
    assert FeatureCache(tmp_path / "cache").sizes()["n_entries"].sum() == len(there)


def read(folder, key):
    return Entries(folder / "cache").read(f"group-{key % 3}", f"key-{key}")


def test_a_writer_killed_just_before_its_entry_takes_its_name(tmp_path):
    """The one moment at which a whole temporary file is there: it is no entry, and in nobody's way."""
    code = (
        "import os, sys; import numpy as np; from skmir._cache import Entries; "
        "os.replace = lambda *args: os.kill(os.getpid(), 9); "
        "Entries(sys.argv[1]).write('group', 'key', [np.arange(9)])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -9
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
