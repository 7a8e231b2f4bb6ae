"""Find a column of a table by its name, and refuse empty cells."""

import numpy as np

from ._text import tidy


def positions(rows, name):
    """Return the positions of a column: by its exact name, or else ignoring upper and lower case."""
    name = tidy(name)
    exact = np.flatnonzero([column == name for column in rows.columns])
    alike = np.flatnonzero([column.casefold() == name.casefold() for column in rows.columns])
    return (exact if len(exact) else alike).tolist()


def column(rows, table, argument, name, *, empty=False):
    """Return one column, after checking that no cell is empty, unless ``empty`` allows it."""
    found = positions(rows, name)
    if not found:
        raise ValueError(
            f"{table!r} has no column {argument}={name!r}. Its columns are {list(rows.columns)}; choose one "
            f"of them with {argument}=.{_header_hint(rows)}"
        )
    if len(found) > 1:
        raise ValueError(
            f"{table!r} has {len(found)} columns {[rows.columns[i] for i in found]} for {argument}={name!r}. "
            "Rename all but one of them."
        )
    cells = rows.iloc[:, found[0]]
    gaps = cells.index[cells.map(tidy) == ""]
    if len(gaps) and not empty:
        raise ValueError(
            f"{table!r} has nothing in the column {cells.name!r} in row {gaps[0]} below the header (in "
            f"{len(gaps)} of {len(rows)} rows). Fill it in, or remove the "
            f"row{', or pass group_column=None' if argument == 'group_column' else ''}."
        )
    return cells


def _header_hint(rows):
    """Return another sentence if the columns show what has gone wrong."""
    if len(rows.columns) == 1:
        return " Columns are separated by commas, tabs, semicolons or vertical bars."
    if any("." in name[-6:] for name in rows.columns):  # a file's suffix
        return " If the first row is a recording, write a header above it: file,label."
    return ""
