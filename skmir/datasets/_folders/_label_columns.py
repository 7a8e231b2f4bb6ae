"""What the table says of each recording: its class, its tags, or a number."""

import fnmatch
import math

import numpy as np

from ._columns import column, positions
from ._text import classes_of, tidy

_WILDCARDS = frozenset("*?")
_INDICATOR = {"0": 0, "0.0": 0, "false": 0, "1": 1, "1.0": 1, "true": 1}


def read_target(rows, table, *, label_column, target, separator, others):
    """Return what models learn, and its names.

    Parameters
    ----------
    rows : DataFrame
        The table's cells, as str.
    table : str
        Path of the table, for messages.
    label_column : str or list of str
        One column; for tags also several, each for one tag.
    target : {"classes", "tags", "numbers"}
        What the column holds.
    separator : str
        What stands between the tags in a cell.
    others : list of str
        Columns of files and groups, which no wildcard means.

    Returns
    -------
    target : ndarray of shape (n_clips,) or (n_clips, n_tags)
        Positions of classes, zeros and ones, or numbers.
    target_names : list of str
        The classes or the tags, or the column of the numbers.

    Raises
    ------
    ValueError
        If a column does not exist, or a cell does not hold what is asked for; the message names the row.
    """
    if target == "tags" and not isinstance(label_column, str):
        return _tags_of_columns(rows, table, label_column, others)
    cells = column(rows, table, "label_column", label_column, empty=target == "tags")
    if target == "tags":
        return _tags_of_cells(cells, table, separator)
    if target == "numbers":
        return _numbers(cells, table), [cells.name]
    return classes_of(cells.map(tidy))


def named(label_column):
    """Return the columns that are named without wildcards, by which a table's separator is recognised."""
    names = [label_column] if isinstance(label_column, str) else label_column
    return [name for name in names if not _WILDCARDS & set(name)]


def _tags_of_cells(cells, table, separator):
    if not cells.str.contains(separator, regex=False).any():
        example = next((cell for cell in cells if tidy(cell)), "")
        raise ValueError(
            f"{table!r} must have several tags in some cells of the column {cells.name!r}, with "
            f"separator={separator!r} between them, and no cell has it; the first is {example!r}. Pass "
            "another separator=, or read the cells as classes."
        )
    tags = [{tidy(part) for part in cell.split(separator)} - {""} for cell in cells]
    names = sorted(set().union(*tags))
    return np.array([[name in found for name in names] for found in tags], dtype=int), names


def _tags_of_columns(rows, table, names, others):
    left_out = {position for name in others for position in positions(rows, name)}
    found = [position for name in names for position in _matches(rows, table, name, left_out)]
    columns = {position: _indicator(rows.iloc[:, position], table) for position in dict.fromkeys(found)}
    names = [rows.columns[position] for position in columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{table!r} has {names.count(twice)} columns {twice!r}. Rename all but one of them.")
    return np.column_stack(list(columns.values())), names


def _matches(rows, table, name, left_out):
    """Return the positions of the columns that a name, or a pattern with wildcards, means."""
    if _WILDCARDS & set(name):
        pattern = tidy(name).casefold().replace("[", "[[]")
        found = [
            position
            for position, each in enumerate(rows.columns)
            if position not in left_out and fnmatch.fnmatchcase(each.casefold(), pattern)
        ]
    else:
        found = positions(rows, name)
    if not found:
        raise ValueError(
            f"{table!r} has no column {name!r} for a tag. Its columns are {list(rows.columns)}; name some of "
            "them, each with 0 and 1 in its cells."
        )
    return found


def _indicator(cells, table):
    values = cells.map(lambda cell: _INDICATOR.get(tidy(cell).casefold()))
    wrong = cells.index[values.isna()]
    if len(wrong):
        cell = cells[wrong[0]]
        given = repr(cell) if tidy(cell) else "nothing"
        raise ValueError(
            f"{table!r} must have 0 or 1 in a column of a tag, got {given} in the column {cells.name!r} in "
            f"row {wrong[0]} below the header (in {len(wrong)} of {len(cells)} rows). Write 1 if the "
            "recording has the tag and 0 if it has not, or leave the column or the row out."
        )
    return values.to_numpy(dtype=int)


def _numbers(cells, table):
    values = cells.map(_number)
    wrong = cells.index[~np.isfinite(values)]
    if len(wrong):
        raise ValueError(
            f"{table!r} must have finite numbers in the column {cells.name!r}, got {cells[wrong[0]]!r} in "
            f"row {wrong[0]} below the header (in {len(wrong)} of {len(cells)} rows). Write numbers such as "
            "98.5, with a point, or leave the row out."
        )
    return values.to_numpy(dtype=float)


def _number(cell):
    try:
        return float(tidy(cell))
    except ValueError:
        return math.nan
