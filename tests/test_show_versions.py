"""The machine that seconds hold for."""

import os
import re
import socket

from skmir._show_versions import machine


def test_the_machine_is_a_processor_and_its_cores_and_no_host():
    found = machine()
    assert re.fullmatch(r".+, \d+ cores?", found)
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert f", {n_cores} core" in found
    assert socket.gethostname() not in found
