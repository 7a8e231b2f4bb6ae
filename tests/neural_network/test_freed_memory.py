"""Page faults, counted in a process of its own: what malloc did before decides what it does next."""

import os
import pathlib
import platform
import subprocess
import sys

import pytest

import skmir._training

FILE = pathlib.Path(skmir._training.__file__).with_name("_freed_memory.py")
CODE = """
import resource, runpy, sys
import numpy as np

freed_memory_kept = runpy.run_path(sys.argv[1])["freed_memory_kept"]


def step():
    [np.ones(2**20) for _ in range(24)]  # 192 MiB, all freed at once


def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()


step()
outside, before = faults(), resident()
with freed_memory_kept():
    step()
    inside = faults()
print(outside, inside, faults(), (resident() - before) / 2**20)
"""
glibc = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="other C libraries have no such settings"
)


def counted(**settings):
    """Return faults before, inside and after, and the MiB that the process has more than before."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, FILE],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | settings,
    )
    return map(float, done.stdout.split())


@glibc
def test_a_step_gets_the_memory_of_the_one_before():
    outside, inside, after, more = counted()
    assert inside < outside / 20
    assert after > outside / 2
    assert more < 70  # MiB of 192: glibc keeps up to 64 at the end of the heap


@glibc
@pytest.mark.parametrize("name", ["MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_"])
def test_settings_of_the_environment_stay(name):
    outside, inside, _, _ = counted(**{name: "131072"})
    assert inside > outside / 2
