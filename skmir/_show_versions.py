"""What a report of a fault needs to know about the machine."""

import platform
import sys
from importlib import metadata

PACKAGES = (
    "skmir",
    "joblib",
    "librosa",
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
    """Return the versions of Python, of skmir and of what it stands on.

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


def show_versions(file=None):
    """Write the versions that a report of a fault needs.

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
