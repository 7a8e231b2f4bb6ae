"""The versions and the machine, for reports of bugs."""

import os
import pathlib
import platform
import sys
from importlib import metadata

PACKAGES = (
    "skmir",
    "joblib",
    "matplotlib",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "skorch",
    "soundfile",
    "soxr",
    "threadpoolctl",
    "torch",
)


def versions():
    """Return the versions of Python, of skmir and of the packages it depends on.

    Returns
    -------
    versions : dict of str to str
        Name to version; "not installed" for an optional package that is absent.
    """
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def machine():
    """Return the processor's model and the number of cores that this process may use.

    Times in seconds can be judged with these two. The name of the host is not included.

    Returns
    -------
    machine : str
        Such as "AMD EPYC 7763, 2 cores".
    """
    allowed = getattr(os, "sched_getaffinity", None)
    n_cores = len(allowed(0)) if allowed else os.cpu_count() or 1
    return f"{_processor()}, {n_cores} core{'s' * (n_cores != 1)}"


def _processor():
    """Return the processor's model; outside Linux, as far as Python knows it."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(filter(None, [*models[:1], platform.processor(), platform.machine()]), "unknown processor")


def show_versions(file=None):
    """Write the versions that a bug report needs.

    Parameters
    ----------
    file : file-like, default=None
        Where to write; standard output by default.

    Examples
    --------
    >>> import skmir
    >>> skmir.show_versions()
    python: ...
    """
    file = sys.stdout if file is None else file
    for name, version in versions().items():
        file.write(f"{name}: {version}\n")
