"""Processes that tests start: forked, in milliseconds, from one in which everything slow is loaded."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading

SERVER = """
import json, os, sys
import matplotlib
import skmir.datasets, skmir.inspection, skmir.model_selection, skmir.neural_network
import matplotlib.pyplot


def become(code, argv, path, out, err):
    # What python -c or python FILE would be.
    for number, name in enumerate(("/dev/null", out, err)):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT), number)
    sys.argv[:] = argv
    sys.path[:0] = path
    namespace = {"__name__": "__main__", "__file__": argv[0]}
    exec(compile(code, argv[0], "exec"), namespace)


for line in sys.stdin:
    task = json.loads(line)
    if "wait" in task:
        answer = os.waitstatus_to_exitcode(os.waitpid(task["wait"], 0)[1])
    elif not (answer := os.fork()):
        become(**task)
        sys.exit()
    print(answer, flush=True)
"""


class Forked:
    """A process that runs, and what it has written so far."""

    def __init__(self, server, pid, out, err):
        self._server, self.pid, self._out, self._err = server, pid, out, err
        self._status = None

    @property
    def stdout(self):
        """What it has printed."""
        return self._out.read_text(encoding="utf-8")

    @property
    def stderr(self):
        """What it has written to stderr."""
        return self._err.read_text(encoding="utf-8")

    def kill(self):
        """Kill it, as the system does when memory is short."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self):
        """Return its exit status, negative for a signal, as soon as it has ended."""
        if self._status is None:
            self._status = self._server.ask(wait=self.pid)
        return self._status


class Forks:
    """Starts processes; one of them at a time can be waited for."""

    def __init__(self, folder):
        self._folder, self._n_started = pathlib.Path(folder), 0
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"},
            text=True,
        )

    def ask(self, **task):
        """Have the server do a task; return its answer, a number."""
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def start(self, code, *argv, path=()):
        """Start a process that runs code, with arguments and places to import from."""
        self._n_started += 1
        out, err = (self._folder / f"{self._n_started}.{name}" for name in ("out", "err"))
        argv = list(map(str, ("script", *argv)))
        pid = self.ask(code=code, argv=argv, path=list(map(str, path)), out=str(out), err=str(err))
        return Forked(self, pid, out, err)

    def run(self, code, *argv, path=(), timeout=240):
        """Run code in a process to its end; return (exit status, what it printed, what it wrote to stderr).

        After so many seconds the process is killed.
        """
        process = self.start(code, *argv, path=path)
        killer = threading.Timer(timeout, process.kill)
        killer.start()
        try:
            return process.wait(), process.stdout, process.stderr
        finally:
            killer.cancel()

    def close(self):
        """End the server."""
        self._process.stdin.close()
        self._process.wait()
