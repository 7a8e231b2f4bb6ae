"""Checks of ``skmir train`` and ``skmir predict`` that load nothing slow."""

import importlib.util
import pathlib

from .._early_checks import check_writable
from .._extras import require

SEPARATORS = (";", "|")  # of tags in one cell


def check_saving(what):
    """Raise an ImportError if skops, which writes and reads models, is not installed."""
    if importlib.util.find_spec("skops") is None:  # not imported: that is slow
        require(what, "save")


def check_new_file(path, *, overwrite):
    """Raise unless ``--output`` can be written without a loss that was not asked for.

    Parameters
    ----------
    path : Path
        Its folder is made.
    overwrite : bool
        Whether an existing file may be replaced.
    """
    if path.is_dir():
        raise IsADirectoryError(f"--output must be a file, got the folder {path}. Name a file in it.")
    if path.exists() and not overwrite:
        raise FileExistsError(f"--output: {path} exists already. Name another file, or add --overwrite.")
    check_writable("--output", path.parent)


def check_memory(memory):
    """Raise if the folder of ``--memory`` cannot be written."""
    if memory is not None:
        check_writable("--memory", pathlib.Path(memory))


def check_are_classes(names):
    """Raise if the names of classes look like lists of tags, or like measured numbers.

    Parameters
    ----------
    names : list of str
        Each name once.
    """
    for separator in SEPARATORS:
        tags = {tag.strip() for name in names for tag in name.split(separator)}
        if len(tags) < len(names):
            example = next(name for name in names if separator in name)
            raise ValueError(
                f"Labels must be one class per recording, but labels such as {example!r} look like several "
                f"tags. For tags, add --tags {separator!r}. If they are single classes, write them without "
                f"{separator!r}."
            )
    if any(not name.lstrip("+-").isdecimal() for name in names) and all(map(_is_number, names)):
        raise ValueError(
            f"Labels must be classes, but all of them are numbers such as {names[0]!r}. For numbers, add "
            "--regression. If they are classes, give them names, such as grade_1."
        )


def _is_number(name):
    try:
        float(name)
    except ValueError:
        return False
    return True
