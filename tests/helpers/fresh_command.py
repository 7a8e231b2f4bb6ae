"""The command in a fresh interpreter, and which slow packages it has loaded there."""

import json
import subprocess
import sys

SLOW = ["torch", "sklearn", "scipy", "pandas", "librosa", "numba", "matplotlib", "skops", "pyarrow"]
_PROBE = """
import sys, json
from skmir.__main__ import main
try:
    status = main(sys.argv[2:])
except SystemExit as end:
    status = end.code
print(json.dumps([status, [name for name in sys.argv[1].split() if name in sys.modules]]))
"""


def run_fresh(*arguments):
    """Return the status, what was loaded of ``SLOW``, and stderr."""
    command = [sys.executable, "-c", _PROBE, " ".join(SLOW), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    status, loaded = json.loads(done.stdout.splitlines()[-1])
    return status, loaded, done.stderr
