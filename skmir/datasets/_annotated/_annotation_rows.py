"""Split a text of annotations into rows of cells, with or without a header, whatever separates the cells."""

import csv
import dataclasses
import re

from .._folders import tidy

_NUMBER = r'"?[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?"?'
_STARTS_WITH_NUMBER = re.compile(rf"\s*{_NUMBER}(?=[\s,;]|$)")
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+")
_SEPARATORS = {
    "\t": rf"\s*{_NUMBER}[ ]*\t",
    ";": rf"\s*{_NUMBER}\s*;",
    ",": r'\s*"?[-+]?[\d.]+[^\s,;]*"?\s*,',
}
# Names of columns, without upper case, spaces and signs, and what they hold; earlier names are preferred.
_ROLES = {
    "time": ("time", "times", "seconds", "timestamp", "beattime"),
    "start": ("start", "onset", "starttime", "onsettime", "begin", "starts"),
    "end": ("end", "offset", "endtime", "offsettime", "stop", "ends"),
    "duration": ("duration", "durations", "length", "dur"),
    "label": ("label", "chord", "chords", "labels", "name", "text", "value"),
    "beat": ("beat", "position", "beatposition", "beatnumber", "beatinbar", "positioninbar"),
    "hz": ("hz", "f0hz", "pitchhz", "frequency", "frequencyhz", "freq", "f0"),
    "midi": ("midi", "midipitch", "midinote", "midinumber", "notenumber"),
    "program": ("program",),
}


@dataclasses.dataclass
class Rows:
    """Cells of a text, by what they hold.

    Parameters
    ----------
    file : str
        For errors.
    lines : list of int
        The line of each row, counted from 1.
    columns : dict of str to list of str
        Role ("time", "start", "end", ...) to one cell per row.
    names : list of str or None
        The header; None if there is none.
    decimal_comma : bool
        Whether numbers are written with a comma.
    """

    file: str
    lines: list
    columns: dict
    names: list | None
    decimal_comma: bool

    def __len__(self):
        return len(self.lines)

    def error(self, row, text):
        """Return an error that names the file and the line of a row."""
        return ValueError(f"{self.file!r}, line {self.lines[row]}: {text}")


def split_rows(file, text):
    """Return the rows of a text.

    Lines that are empty, begin with "#", or with a backslash (Audacity's bands of frequencies) are skipped.

    Parameters
    ----------
    file : str
        For errors.
    text : str

    Returns
    -------
    rows : Rows

    Raises
    ------
    ValueError
        If it cannot be told which cells there are; the message names the line.
    """
    lines = [(n, line) for n, line in enumerate(re.split("\r\n|\r|\n", text), start=1) if _counts(line)]
    if not lines:
        return Rows(file, [], {}, None, False)
    header = None if _STARTS_WITH_NUMBER.match(lines[0][1]) else lines[0]
    below = lines if header is None else lines[1:]
    separator, decimal_comma = _separator(file, header, below)
    numbers = [n for n, _ in below]
    texts = [line for _, line in below]
    if header is not None:
        names = [tidy(name) for name in _cells(header[1], separator)]
        cells = [_cells(line, separator, len(names) - 1) for line in texts]
        return Rows(file, numbers, _named(file, header, names, numbers, cells), names, decimal_comma)
    cells = _words(texts) if separator is None else [_cells(line, separator) for line in texts]
    return Rows(file, numbers, _unnamed(file, numbers, cells), None, decimal_comma)


def _counts(line):
    return bool(tidy(line)) and not tidy(line).startswith(("#", "\\"))


def _separator(file, header, below):
    """Return the separator, None for white space, and whether numbers have a decimal comma."""
    numeric = [line for _, line in below if _STARTS_WITH_NUMBER.match(line)]
    for separator, pattern in _SEPARATORS.items():
        if header is not None and separator not in header[1]:
            continue
        if separator == "," and (header is None and _comma_is_decimal(file, below, numeric)):
            return None, True
        if all(re.match(pattern, line) for line in numeric) and (numeric or header is not None):
            cells = [cell for line in numeric for cell in _cells(line, separator)]
            return separator, any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells)
    words = [word for line in numeric for word in line.split()]
    return None, any(_DECIMAL_COMMA.fullmatch(word) for word in words)


def _comma_is_decimal(file, below, numeric):
    """Return whether commas stand inside numbers that white space separates; raise if that is open."""
    first_words = [line.split()[0] for line in numeric]
    if not numeric or not all(_DECIMAL_COMMA.fullmatch(word) for word in first_words):
        return False
    if any(len(line.split()) > 1 for line in numeric):
        return True
    raise ValueError(
        f"{file!r}, line {below[0][0]}: {below[0][1].strip()!r} can be one number with a decimal comma, or "
        "two columns. Write a header above, such as time,beat, or decimal points."
    )


def _cells(line, separator, n_splits=-1):
    if separator is None:
        return line.split(None, n_splits)
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]


def _words(lines):
    """Split lines at white space: leading numbers are cells of their own, the rest is a label."""
    counts = []
    for line in lines:
        is_number = [re.fullmatch(_NUMBER, word) is not None for word in line.split()]
        counts.append([*is_number, False].index(False))
    n_numbers = min(filter(None, counts))  # a line that begins with text is refused later
    is_label = any(len(line.split()) > n_numbers for line in lines)
    return [line.split(None, n_numbers if is_label and n_numbers < 3 else -1) for line in lines]


def _named(file, header, names, numbers, cells):
    """Return role to column, for a text with a header."""
    keys = [re.sub(r"[^a-z0-9]", "", name.casefold()) for name in names]
    found = {
        role: next(keys.index(key) for key in known if key in keys)
        for role, known in _ROLES.items()
        if set(known) & set(keys)
    }
    if "pitch" in keys and not {"hz", "midi"} & set(found):
        raise ValueError(
            f"{file!r}, line {header[0]}: the column 'pitch' can hold Hz or MIDI numbers. Rename it to hz, "
            "or to midi."
        )
    if not {"time", "start"} & set(found):
        raise ValueError(
            f"{file!r}, line {header[0]}: {header[1].strip()!r} is neither a row that begins with a time in "
            "s nor a header with one of the columns time, start or onset."
        )
    for n, row in zip(numbers, cells, strict=True):
        if len(row) > len(names):
            raise ValueError(f"{file!r}, line {n} has {len(row)} cells, but the header has {len(names)}.")
    return {role: [(*row, *[""] * len(names))[i] for row in cells] for role, i in found.items()}


def _unnamed(file, numbers, cells):
    """Return role to column, for a text without a header; their number tells them."""
    cells = [_without_empty_ends(row) for row in cells]
    width = max(map(len, cells))
    if width > 3:
        n = next(n for n, row in zip(numbers, cells, strict=True) if len(row) == width)
        raise ValueError(
            f"{file!r}, line {n} has {width} cells, and without a header there may be three: a time and a "
            "label, or start, end, and a label or a pitch in Hz. Write a header above, such as "
            "onset,offset,midi."
        )
    padded = [(*row, "", "", "")[:3] for row in cells]
    first, second, third = (list(column) for column in zip(*padded, strict=True))
    if width == 3:
        return {"start": first, "end": second, "label": third}
    return {"time": first, "label": second} if width == 2 else {"time": first}


def _without_empty_ends(row):
    while len(row) > 1 and not row[-1]:
        row = row[:-1]
    return row
