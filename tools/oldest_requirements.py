"""Print the oldest versions that setup.cfg allows, as constraints for pip; `make test-oldest` takes them."""

import configparser
import pathlib
import re
import sys

EXTRAS = ("plot", "test")
SETUP = pathlib.Path(__file__).parents[1] / "setup.cfg"


def oldest(text):
    """Return the lower bounds of the requirements in the text of a setup.cfg.

    Parameters
    ----------
    text : str

    Returns
    -------
    constraints : list of str
        Sorted, such as ``"numpy==2.0"``.

    Raises
    ------
    ValueError
        If a requirement has no lower bound, or two different ones.
    """
    config = configparser.ConfigParser()
    config.read_string(text)
    extras = config["options.extras_require"]
    lines = "\n".join([config["options"]["install_requires"], *(extras[name] for name in EXTRAS)])
    found = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        match = re.fullmatch(r"([\w.-]+)\s*>=\s*([\w.]+)", line)
        if match is None:
            raise ValueError(f"the requirement {line!r} has no lower bound. Write it as 'name >= version'.")
        name, version = match.groups()
        if found.setdefault(name, version) != version:
            raise ValueError(f"{name} has two lower bounds, {found[name]} and {version}. Make them equal.")
    return sorted(f"{name}=={version}" for name, version in found.items())


if __name__ == "__main__":
    sys.stdout.write("\n".join(oldest(SETUP.read_text(encoding="utf-8"))) + "\n")
