"""Read tables as spreadsheets write them: encodings, separators, quotes, empty rows and columns."""

import csv
import io
import re
import warnings

import numpy as np
import pandas as pd

from ._text import tidy

_SEPARATORS = (",", "\t", ";", "|")
_NO_TEXT = {  # the first bytes of files that are not text, whatever their name
    b"PK\x03\x04": "an Excel or OpenDocument workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text with formatting (RTF)",
    b"\x1f\x8b": "a file packed by gzip",
}
_MARKS = {  # byte order marks, the longer ones first
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_CURE = "Save it as text: in a spreadsheet, choose the file type 'CSV UTF-8'."


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


def decode(table, *, stacklevel):
    """Return the text of a file in UTF-8, in UTF-16 or UTF-32 with a byte order mark, or in cp1252.

    Parameters
    ----------
    table : str
        Path of the file.
    stacklevel : int
        Of the warning about cp1252, counted from where it is given, as in ``warnings.warn``.

    Returns
    -------
    text : str

    Raises
    ------
    ValueError
        If the file is not such a text.
    """
    with open(table, "rb") as file:
        content = file.read()
    for mark, kind in _NO_TEXT.items():
        if content.startswith(mark):
            raise ValueError(f"{table!r} must be a table of text, but its content is {kind}. {_CURE}")
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise ValueError(f"{table!r} is not valid {encoding}, as it claims: {error}. {_CURE}") from error
        text = _decode_cp1252(table, content, stacklevel)
    if "\0" in text:
        reason = "it holds null characters, so it is UTF-16 without a byte order mark, or not text"
        raise ValueError(_unparsed(table, f"{reason}. {_CURE}"))
    return text


def _decode_cp1252(table, content, stacklevel):
    """Decode cp1252, the encoding of Windows in Western Europe, with a warning that shows a line of it."""
    lines = content.splitlines()
    strange = next(i for i, line in enumerate(lines) if not _is_utf8(line))
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = None
    if text is None or any(not line.isascii() and _is_utf8(line) for line in lines):
        raise ValueError(
            f"{table!r} is neither UTF-8 nor cp1252 throughout: line {strange + 1} is {lines[strange]!r}. "
            f"{_CURE}"
        )
    warnings.warn(
        f"{table!r} is not UTF-8 and is read as cp1252, the encoding of Windows in Western Europe: line "
        f"{strange + 1} reads {lines[strange].decode('cp1252')!r}. If that is wrong, save the table as "
        "UTF-8.",
        stacklevel=stacklevel,
    )
    return text


def _is_utf8(line):
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


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
