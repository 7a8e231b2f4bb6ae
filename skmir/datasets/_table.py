"""Read and check a table of labelled recordings; errors name the row and the column."""

import os

from ._columns import column, positions
from ._find import Finder, identity
from ._label_columns import named, read_target
from ._spreadsheet import read_rows
from ._text import tidy


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
    rows = read_rows(table, [file_column, *named(label_column), "group" if auto else group_column])
    if auto:
        group_column = "group" if positions(rows, "group") else None
    cells = column(rows, table, "file_column", file_column)
    others = [name for name in (file_column, group_column) if name is not None]
    labels, names = read_target(
        rows, table, label_column=label_column, target=target, separator=separator, others=others
    )
    groups = None
    if group_column is not None:
        groups = column(rows, table, "group_column", group_column).map(tidy).to_numpy(dtype=str)
    files = find_files(cells, table, folder)
    check_distinct(files, table)
    return list(files.values()), labels, names, groups, frame(rows, cells.name)


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
