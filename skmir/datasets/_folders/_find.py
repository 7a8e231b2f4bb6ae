"""Find the files that a table names, by their exact name or one that looks the same, or say why not."""

import contextlib
import os
import re

from ._text import tidy, trim


class Finder:
    """Find files by the cells of a table.

    A file with the exact name takes precedence. Otherwise the name may differ from the cell in
    the Unicode form (the "é" of a Mac is an "e" and an accent), in white space around it, in Windows'
    backslashes, and in a home folder written as ``~``.

    Parameters
    ----------
    folder : str
        The folder that the cells are relative to.
    """

    def __init__(self, folder):
        self.folder = folder
        self._names = {}

    def find(self, cell):
        """Return the path of a file, or None if no file, or more than one, matches the cell."""
        for name in _spellings(cell):
            path = os.path.join(self.folder, name)
            if os.path.isfile(path):
                return path
        for name in _spellings(cell):
            alike = self._alike(name)
            if len(alike) == 1:
                return alike[0]
        return None

    def reason(self, cell):
        """Return in a few words why there is no file for a cell."""
        name = tidy(cell)
        if re.match(r"[a-z][a-z0-9+.-]+://", name, re.IGNORECASE):
            return "it is an address on a network: fetch the file, and write its path on this machine"
        if os.path.isdir(os.path.join(self.folder, cell)):
            return "it is a folder"
        if len(self._alike(_slashes(cell))) > 1:
            return "several files differ from it in Unicode form or white space only: write the exact name"
        if re.match(r"[A-Za-z]:[\\/]", name) and os.name != "nt":
            return "it is a Windows path: write paths relative to the table's folder"
        return self._near(_slashes(cell)) or "there is no file of that name, in any Unicode form (NFC or NFD)"

    def _alike(self, name, key=tidy):
        """Return the files whose path, part by part, has the same key as a name."""
        drive, rest = os.path.splitdrive(name)
        absolute = os.path.isabs(name)
        parts = [part for part in rest.split("/" if os.sep == "/" else os.sep) if part not in ("", ".")]
        found = [drive + os.sep if absolute else self.folder]
        for part in parts:
            found = [
                os.path.join(parent, entry) for parent in found for entry in self._entries(parent, part, key)
            ]
        return [path for path in found if os.path.isfile(path)]

    def _entries(self, parent, part, key):
        exact = [part] if os.path.exists(os.path.join(parent, part)) else []
        return sorted({*exact, *self._listing(parent, key).get(key(part), [])})

    def _listing(self, parent, key):
        if (parent, key) not in self._names:
            listing = self._names[parent, key] = {}
            readable = os.path.isdir(parent) and os.access(parent, os.R_OK)
            for entry in sorted(os.listdir(parent)) if readable else ():
                listing.setdefault(key(entry), []).append(entry)
        return self._names[parent, key]

    def _near(self, name):
        """Return the reason in terms of a similar file that does exist, or None."""
        cased = self._alike(name, _folded)
        if cased:
            return f"there is {cased[0]!r}, but upper and lower case matter here"
        stems = self._alike(name, _stem)
        if stems:
            return f"there is {stems[0]!r}: write the suffix of that file"
        base = os.path.basename(name)
        for parent, _, names in os.walk(self.folder):
            if base in names:
                place = os.path.relpath(os.path.join(parent, base), self.folder)
                return f"there is {place!r}: write the path relative to the table's folder"
        return None


def _spellings(cell):
    """Return a cell unchanged, with slashes for backslashes, with the home folder expanded, and in bytes."""
    spellings = [cell, _slashes(cell), os.path.expanduser(_slashes(trim(cell)))]
    with contextlib.suppress(UnicodeEncodeError):  # files may come from a system whose names were in cp1252
        spellings.append(os.fsdecode(cell.encode("cp1252")))
    return list(dict.fromkeys(spellings))


def _slashes(cell):
    return cell.replace("\\", "/")


def _folded(name):
    return tidy(name).casefold()


def _stem(name):
    return os.path.splitext(_folded(name))[0]


def identity(path):
    """Return a value that is equal for two paths that lead to the same file or folder, through any links."""
    status = os.stat(path)
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(path)
