"""What holds for every test, wherever it stands: compile caches apart, garbage, CPU seconds."""

import gc
import os
import pathlib


def pytest_configure(config):
    """Give each process of the tests a compile cache of its own.

    librosa, which tests compare with, compiles by numba at its first use. Processes that filled one empty
    cache at the same time have crashed in what they then loaded. numba reads the variable when it is
    imported; a worker finds there what the process that started it has set.
    """
    shared = os.environ.get("NUMBA_CACHE_DIR", pathlib.Path(__file__).parent / ".pytest_cache" / "numba")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["NUMBA_CACHE_DIR"] = str(pathlib.Path(shared) / worker)


def pytest_collection_finish():
    """Let the garbage collector pass over what stays: modules and tests are most of what it would look at.

    What is imported later stays too, and each full collection looks at all of it: one in a hundred is enough.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 1000)


def pytest_terminal_summary(terminalreporter):
    """Say how many CPU seconds the tests took: of this process, of workers, and of what they started."""
    terminalreporter.write_line(f"CPU seconds: {sum(os.times()[:4]):.0f}")
