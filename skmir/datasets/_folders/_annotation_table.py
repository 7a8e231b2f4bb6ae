"""The table of a folder with annotations: recordings, the files of their annotations, and groups."""

import os
import re

from ._columns import column, positions
from ._find import Finder
from ._spreadsheet import read_rows
from ._table import check_distinct, columns_of, file_cells, find_files, frame
from ._text import tidy

# The columns in which the annotation of each kind is looked for, row by row.
_COLUMNS = {
    "onsets": ("onsets", "notes", "midi", "jams"),
    "beats": ("beats", "bars", "jams", "midi"),
    "bars": ("bars", "beats", "jams", "midi"),
    "chords": ("chords", "jams"),
    "notes": ("notes", "midi", "jams"),
}
_FILE_NAME = re.compile(r".*\.[a-z]\w*", re.IGNORECASE)


def read_table(table, folder, kind, *, file_column, annotation_column, group_column):
    """Read the recordings that a table lists, with the files of their annotations.

    Parameters
    ----------
    table, folder : str
        Paths.
    kind : {"onsets", "beats", "bars", "chords", "notes"}
    file_column, annotation_column : str
        See :func:`skmir.datasets.load_annotations`.
    group_column : str or None

    Returns
    -------
    files : list of str
    annotation_files : list of str or None
        None for a recording without an annotation.
    groups : ndarray of shape (n_clips,) or None
    frame : DataFrame
        All rows and columns.

    Raises
    ------
    FileNotFoundError
        If listed files do not exist.
    ValueError
        If the table cannot be parsed, lacks a column, holds an empty cell, or lists a recording twice.
    """
    auto = group_column == "auto"
    names = _COLUMNS[kind] if annotation_column == "auto" else (annotation_column,)
    rows = read_rows(table, [*columns_of(file_column), *names, "group" if auto else group_column])
    if auto:
        group_column = "group" if positions(rows, "group") else None
    cells = file_cells(rows, table, file_column)
    groups = None
    if group_column is not None:
        groups = column(rows, table, "group_column", group_column).map(tidy).to_numpy(dtype=str)
    files = find_files(cells, table, folder)
    check_distinct(files, table)
    annotation_cells = _annotation_cells(rows, table, names, annotation_column)
    return list(files.values()), _find(annotation_cells, table, folder), groups, frame(rows, cells.name)


def _annotation_cells(rows, table, names, annotation_column):
    """Return row to (column, cell) of the first of the columns that has a cell there; "" if none has."""
    if annotation_column != "auto":
        names = (column(rows, table, "annotation_column", annotation_column, empty=True).name,)
    chosen = dict.fromkeys(rows.index, (None, ""))
    for name in reversed(names):
        for position in positions(rows, name)[:1]:
            cells = rows.iloc[:, position]
            filled = {row: cell for row, cell in cells.items() if tidy(cell)}
            # A column midi may hold numbers of notes, and chords may be names: such a column is skipped.
            are_files = all(_FILE_NAME.fullmatch(tidy(cell)) for cell in filled.values())
            if are_files or annotation_column != "auto":
                chosen.update({row: (rows.columns[position], cell) for row, cell in filled.items()})
    return chosen


def _find(chosen, table, folder):
    """Return the path of each row's annotation, or None for an empty cell."""
    finder, found = Finder(folder), []
    for row, (name, cell) in chosen.items():
        file = finder.find(cell) if cell else None
        if cell and file is None:
            raise FileNotFoundError(
                f"The file {os.path.join(folder, cell)!r}, in the column {name!r} of {table!r}, in row {row} "
                f"below the header, does not exist: {finder.reason(cell)}."
            )
        found.append(file)
    return found
