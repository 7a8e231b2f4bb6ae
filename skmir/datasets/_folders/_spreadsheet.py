"""Read tables as spreadsheets write them: encodings, separators, quotes, empty rows and columns."""

import csv
import io
import re

import numpy as np
import pandas as pd

from ._decode import decode
from ._text import tidy

_SEPARATORS = (",", "\t", ";", "|")


def read_rows(table, wanted):
    """Read a table of text.

    Cells may be separated by commas, tabs, semicolons or vertical bars; the text may be UTF-8, UTF-16 or
    UTF-32 with a byte order mark, or cp1252 (with a warning). Empty rows, and empty columns without a name,
    are skipped.

    Parameters
    ----------
    table : str
        Path of the file.
    wanted : list of str or None
        Columns by which the right separator is recognised; None is ignored.

    Returns
    -------
    rows : DataFrame
        Cells as str, "" for empty ones. The index counts the rows below the header from 1, including empty
        ones, as a spreadsheet does; columns without a name are called "Unnamed: 0" and so on. Cells are
        unchanged from the file; names of columns are tidied.

    Raises
    ------
    ValueError
        If the file is not such a table; the message says what is wrong, and in which row.
    """
    text, separator = _preamble(decode(table, stacklevel=7))
    separator = separator or _separator(text, wanted)
    records = _parse(table, text, separator)
    header = next((i for i, cells in enumerate(records) if any(map(tidy, cells))), None)
    if header is None:
        cure = "Write a line such as file,label,group, and below it one row per recording."
        raise ValueError(_unparsed(table, f"No columns: it is empty. {cure}"))
    _check_line_breaks(table, records[header:])
    names = [tidy(cell) for cell in records[header]]
    below = {row: cells for row, cells in enumerate(records[header + 1 :], start=1) if any(map(tidy, cells))}
    if not below:
        raise ValueError(f"{table!r} lists no files: there is no row below its header.")
    return _frame(table, names, below)


def _unparsed(table, reason):
    return f"{table!r} cannot be parsed as a comma-separated table in UTF-8 with a header: {reason}"


def _preamble(text):
    """Return the text without Excel's line ``sep=;``, and the separator that it names, or None."""
    found = re.match(r"\s*\"?sep=(.)\"?[ \t]*(\r\n|\r|\n)", text, re.IGNORECASE)
    return (text[found.end() :], found[1]) if found else (text.lstrip("\r\n"), None)


def _separator(text, wanted):
    """Return the separator whose header has the most of the wanted columns, or else the most columns."""
    lines = (line for line in io.StringIO(text, newline=None) if tidy(line))  # any line end counts
    header = next(lines, "")
    wanted = {tidy(name).casefold() for name in wanted if name is not None}

    def columns_found(separator):
        cells = next(csv.reader([header], delimiter=separator), [])
        return len(wanted & {tidy(cell).casefold() for cell in cells}), len(cells)

    return max(_SEPARATORS, key=columns_found)  # in a tie the first one, which is the comma


def _parse(table, text, separator):
    """Return the cells of all rows."""
    try:
        return _cells(text, separator)
    except csv.Error:
        pass
    blank = "[ \u00a0]" if separator == "\t" else "[ \t\u00a0]"
    try:  # quotes are valid if there are only blanks between a closing quote and the next separator
        return _cells(re.sub(rf'"{blank}+(?={re.escape(separator)}|[\r\n]|\Z)', '"', text), separator)
    except csv.Error as error:
        raise ValueError(_unparsed(table, error)) from error


def _cells(text, separator):
    # A space between separator and quote would make the quote part of the cell.
    spaced = re.search(rf'{re.escape(separator)} +"', text) is not None
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=spaced, strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            records.append(cells)
            line = reader.line_num + 1
    except csv.Error as error:
        beginning = re.split("\r\n|\r|\n", text)[line - 1][:80]
        where = f"row {len(records)} below the header, in line {line}," if records else "its header,"
        raise csv.Error(
            f"{where} which begins {beginning!r}: {error}. A double quote must open and close a cell, or be "
            'written twice inside a quoted one: "12"" mix".'
        ) from error
    return records


def _check_line_breaks(table, records):
    """Raise if a cell has several lines, as happens if a quote is not closed."""
    for row, cells in enumerate(records):
        broken = [cell for cell in cells if re.search("[\r\n]", cell)]
        if broken:
            where = f"row {row} below the header" if row else "its header"
            raise ValueError(
                f"{table!r} has a cell with a line break in {where}: {broken[0][:80]!r}. Remove the break; "
                "if the cell has swallowed other rows, a double quote in it is not closed."
            )


def _frame(table, names, below):
    """Return rows of equal length, without columns that have neither a name nor a cell."""
    width = max(len(names), *map(len, below.values()))
    cells = np.array([[*row, *[""] * (width - len(row))] for row in below.values()], dtype=object)
    filled = [any(map(tidy, column)) for column in cells.T]
    for row, found in zip(below, cells, strict=True):
        if any(map(tidy, found[len(names) :])):
            reason = (
                f"Expected {len(names)} fields in line {row + 1}, saw {len(below[row])}: row {row} below "
                "the header has more cells than its header. Put names that hold commas in double quotes, and "
                "give every column a name."
            )
            raise ValueError(_unparsed(table, reason))
    kept = [i for i, name in enumerate(names) if name or filled[i]]
    columns = [names[i] or f"Unnamed: {i}" for i in kept]
    return pd.DataFrame(cells[:, kept], columns=columns, index=pd.Index(below, name="row"), dtype=object)
