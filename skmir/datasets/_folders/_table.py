"""Read and check a table of labelled recordings; errors name the row and the column."""

import os
import re

import pandas as pd

from ._columns import column, positions
from ._find import Finder, identity
from ._label_columns import named, read_target
from ._spreadsheet import read_rows
from ._text import tidy

_FIELD = re.compile(r"\{([^{}]+)\}")  # a column in a pattern of paths


def read_table(table, folder, *, file_column, label_column, group_column, target, separator):
    """Read the recordings that a table lists, with their labels and groups.

    Parameters
    ----------
    table : str
        Path of a table of text with a header.
    folder : str
        The folder that the files' paths are relative to.
    file_column : str
        See :func:`skmir.datasets.load_folder`.
    label_column : str or list of str
    group_column : str or None
        "auto" takes "group" if there is such a column.
    target, separator : str

    Returns
    -------
    files : list of str
        Paths that exist.
    labels : ndarray of shape (n_clips,) or (n_clips, n_tags)
        Positions of classes, zeros and ones, or numbers.
    names : list of str
        Of the classes or tags, or of the column of numbers.
    groups : ndarray of shape (n_clips,) or None
    frame : DataFrame
        All rows and columns.

    Raises
    ------
    FileNotFoundError
        If listed files do not exist.
    ValueError
        If the table cannot be parsed, lacks a column, holds an empty cell or one that says something
        else than ``target``, or lists a file twice.
    """
    auto = group_column == "auto"
    of_file = columns_of(file_column)
    rows = read_rows(table, [*of_file, *named(label_column), "group" if auto else group_column])
    if auto:
        group_column = "group" if positions(rows, "group") else None
    cells = file_cells(rows, table, file_column)
    others = [name for name in (*of_file, group_column) if name is not None]
    labels, names = read_target(
        rows, table, label_column=label_column, target=target, separator=separator, others=others
    )
    groups = None
    if group_column is not None:
        groups = column(rows, table, "group_column", group_column).map(tidy).to_numpy(dtype=str)
    files = find_files(cells, table, folder)
    check_distinct(files, table)
    return list(files.values()), labels, names, groups, frame(rows, cells.name)


def columns_of(file_column):
    """Return the names of the columns that hold the paths, or parts of them.

    Parameters
    ----------
    file_column : str
        The name of a column, or a pattern such as "audio/fold{fold}/{slice_file_name}".

    Returns
    -------
    names : list of str
    """
    return _FIELD.findall(file_column) or [file_column]


def file_cells(rows, table, file_column):
    """Return the path in each row of a table.

    Parameters
    ----------
    rows : DataFrame
        The table.
    table : str
        Its path, for errors.
    file_column : str
        See :func:`columns_of`. If a column has this very name, it is that column, whatever the name holds.

    Returns
    -------
    cells : Series of str
        Its name is that of the column, or None for a pattern.

    Raises
    ------
    ValueError
        If a column does not exist, or has empty cells.
    """
    if positions(rows, file_column) or not _FIELD.search(file_column):
        return column(rows, table, "file_column", file_column)
    parts = {name: _part(rows, table, name, file_column) for name in columns_of(file_column)}
    paths = [_FIELD.sub(lambda field, row=row: parts[field[1]][row], file_column) for row in rows.index]
    return pd.Series(paths, index=rows.index)


def _part(rows, table, name, file_column):
    """Return one column of a pattern; its errors show the pattern as well."""
    try:
        return column(rows, table, "file_column", name)
    except ValueError as error:
        raise ValueError(
            f"{error} The path of a file is made as file_column={file_column!r} says."
        ) from error


def find_files(cells, table, folder):
    """Return the path of each row's file, by row."""
    finder = Finder(folder)
    files = {row: finder.find(cell) for row, cell in cells.items()}
    missing = [row for row, file in files.items() if file is None]
    if missing:
        cell = cells[missing[0]]
        raise FileNotFoundError(
            f"{len(missing)} of the {len(files)} files in {table!r} do not exist; the first is "
            f"{os.path.join(folder, cell)!r}, in row {missing[0]} below the header: {finder.reason(cell)}. "
            "Paths are relative to the table's folder unless absolute."
        )
    return files


def check_distinct(files, table):
    rows = {}
    for row, file in files.items():
        first, name = rows.setdefault(identity(file), (row, file))
        if first != row:
            name, file = os.path.normpath(name), os.path.normpath(file)
            other = "" if name == file else f" (the second time as {file!r})"
            raise ValueError(
                f"{table!r} lists {name!r} twice, in rows {first} and {row} below the header{other}. "
                "Keep one of them: the same recording must not be on both sides of a split."
            )


def frame(rows, file_column):
    """Return all rows, tidied except for the files, with distinct names of columns."""
    frame = rows.reset_index(drop=True)
    seen, names = {}, []
    for name in frame.columns:
        seen[name] = seen.get(name, -1) + 1
        names.append(f"{name}.{seen[name]}" if seen[name] else name)  # as pandas names them
    frame.columns = names
    others = [name for name in names if name != file_column]
    frame[others] = frame[others].map(tidy)
    return frame
