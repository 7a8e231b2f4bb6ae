"""A table of labelled recordings, read and checked: what is wrong with it is said by row and column."""

import os

import numpy as np
import pandas as pd


def read_table(table, folder, *, file_column, label_column, group_column):
    """Read which recordings there are, with their classes and groups.

    Parameters
    ----------
    table : str
        Path of a comma-separated file in UTF-8 with a header.
    folder : str
        What the files' paths are relative to.
    file_column, label_column : str
        See :func:`skmir.datasets.load_folder`.
    group_column : str or None
        "auto" takes "group" where there is such a column.

    Returns
    -------
    files : list of str
        Paths that exist.
    labels : ndarray of shape (n_clips,)
    groups : ndarray of shape (n_clips,) or None

    Raises
    ------
    FileNotFoundError
        Files are listed that are not there.
    ValueError
        The table does not parse, lacks a column, holds an empty cell, or lists a file twice.
    """
    rows = _parse(table)
    if group_column == "auto":
        group_column = "group" if "group" in rows else None
    names = _column(rows, table, "file_column", file_column)
    labels = _column(rows, table, "label_column", label_column)
    groups = None if group_column is None else _column(rows, table, "group_column", group_column)
    files = [os.path.join(folder, name) for name in names]
    _check_distinct(files, table)
    _check_present(files, table)
    return files, labels, groups


def _parse(table):
    try:
        rows = pd.read_csv(table, dtype=str, keep_default_na=False, skipinitialspace=True).fillna("")
        if not isinstance(rows.index, pd.RangeIndex):  # pandas takes cells beyond the header's for an index
            raise ValueError(
                "its rows have more cells than its header. Put names that hold commas in double quotes."
            )
    except ValueError as error:  # pandas derives all of its own from it
        raise ValueError(
            f"{table!r} does not parse as a comma-separated table in UTF-8 with a header: {error}"
        ) from error
    if rows.empty:
        raise ValueError(f"{table!r} lists no files: there is no row below its header.")
    return rows


def _column(rows, table, argument, name):
    """Return one column, of which every cell is filled."""
    if name not in rows:
        raise ValueError(
            f"{table!r} has no column {argument}={name!r}. Its columns are {list(rows.columns)}; choose one "
            f"of them by {argument}=."
        )
    empty = np.flatnonzero(rows[name].str.strip() == "")
    if len(empty):
        raise ValueError(
            f"{table!r} has nothing in the column {name!r} in row {empty[0] + 1} below the header (in "
            f"{len(empty)} of {len(rows)} rows). Fill it in, or remove the "
            f"row{', or pass group_column=None' if argument == 'group_column' else ''}."
        )
    return rows[name].to_numpy(dtype=str)


def _check_distinct(files, table):
    rows = {}
    for row, file in enumerate(map(os.path.normpath, files), start=1):
        if file in rows:
            raise ValueError(
                f"{table!r} lists {file!r} twice, in the rows {rows[file]} and {row} below the header. Keep "
                "one of them: the same recording must not stand on both sides of a split."
            )
        rows[file] = row


def _check_present(files, table):
    missing = [file for file in files if not os.path.isfile(file)]
    if missing:
        raise FileNotFoundError(
            f"{len(missing)} of the {len(files)} files in {table!r} are not there; the first is "
            f"{missing[0]!r}. Paths are relative to the table's folder unless absolute."
        )
