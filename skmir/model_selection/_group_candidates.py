"""Find the columns of a table that could say which recordings belong together."""

import csv
import os

import pandas as pd

_TABLE = "labels.csv"
_SUFFIXES = (".csv", ".tsv", ".txt")
_N_ABOVE = 2  # folders above the files' own that are searched for a table
_MAX_TABLES, _MAX_BYTES = 10, 20_000_000  # most tables, and largest table, that are read
# Columns that describe a split, not which recordings belong together.
_FOLDS = ("fold", "folds", "split", "subset", "partition", "set")
_LIKELY = (
    "group",
    "artist",
    "performer",
    "player",
    "singer",
    "speaker",
    "band",
    "album",
    "song",
    "piece",
    "track",
    "title",
    "work",
    "composer",
    "recording",
    "session",
    "source",
    "instrument",
    "device",
    "microphone",
    "room",
)


def group_candidates(table, *, labels=None):
    """Return the columns of a table that could say which recordings belong together.

    A column could be groups if some of its values are shared by several rows, if it has at least two values,
    and if it does not follow from the label (as a family follows from the instrument). Measurements (numbers
    with a fraction) and columns that are named like folds are left out.

    Parameters
    ----------
    table : DataFrame, str or PathLike
        The table, with one row per recording, or the path of a text file with a header.
    labels : str, array-like of shape (n_rows,), or None, default=None
        The label of each row, or the name of their column; None if they are not known.

    Returns
    -------
    candidates : dict of str to int
        Name of each such column, and its number of values; columns that are named like groups ("artist",
        "album") come first, then columns with more values. Empty if the table cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> from skmir.model_selection._group_candidates import group_candidates
    >>> table = pd.DataFrame(
    ...     {"file": list("abcd"), "label": list("xxyy"), "player": list("pqpq"), "take": list("1234")}
    ... )
    >>> group_candidates(table, labels="label")
    {'player': 2}
    """
    rows = (table if isinstance(table, pd.DataFrame) else _read(table)).reset_index(drop=True)
    labels = rows.get(labels) if isinstance(labels, str) else labels
    labels = None if labels is None else pd.Series(list(labels)).reindex(rows.index)
    found = {}
    for name in rows.columns:
        values = _filled(rows[name])
        is_shared = str(name).strip().lower() not in _FOLDS and 2 <= values.nunique() < len(values)
        if is_shared and (labels is None or not _is_known_from(labels, values)):
            found[name] = int(values.nunique())
    return dict(sorted(found.items(), key=lambda item: (not is_likely(item[0]), -item[1])))


def table_of(paths):
    """Return the rows of some files from a table that lists them, in their folder or up to two folders above.

    Parameters
    ----------
    paths : list of str
        Paths of the files.

    Returns
    -------
    rows : DataFrame or None
        One row per file, in the order of the paths; None if no table has a column with all of them.
    """
    paths = [os.path.abspath(path) for path in paths]
    try:
        folder = os.path.commonpath([os.path.dirname(path) for path in paths])
    except ValueError:  # on several drives
        return None
    for _ in range(1 + _N_ABOVE):
        for table in _tables(folder):
            rows = _rows_of(paths, _read(table), folder)
            if rows is not None:
                return rows
        folder = os.path.dirname(folder)
    return None


def _tables(folder):
    """Return the paths of the tables in a folder, the one that load_folder reads by default first."""
    try:
        names = [name for name in sorted(os.listdir(folder)) if name.lower().endswith(_SUFFIXES)]
    except OSError:  # we may not be allowed to read the folders above
        return []
    names.sort(key=lambda name: name != _TABLE)
    tables = [os.path.join(folder, name) for name in names[:_MAX_TABLES]]
    return [table for table in tables if os.path.isfile(table) and os.path.getsize(table) < _MAX_BYTES]


def _rows_of(paths, rows, folder):
    for name in rows.columns:
        files = [os.path.normpath(os.path.join(folder, str(file).strip())) for file in rows[name]]
        position = {file: i for i, file in enumerate(files)}
        if all(path in position for path in paths):
            return rows.iloc[[position[path] for path in paths]]
    return None


def _read(table):
    """Return the rows of a table as text; none if it cannot be parsed, which its loader will report."""
    try:
        return pd.read_csv(
            table, sep=None, engine="python", dtype=str, keep_default_na=False, encoding_errors="replace"
        )
    except (OSError, ValueError, csv.Error):
        return pd.DataFrame()


def _filled(column):
    """Return the values that are not empty; none for measurements."""
    text = column.dropna().astype(str).str.strip()
    text = text[text != ""]
    values = pd.to_numeric(text, errors="coerce")
    return text[:0] if (values % 1 != 0).any() and values.notna().all() else text


def _is_known_from(labels, values):
    """Return whether all rows of each class have the same value: then groups would be whole classes."""
    return bool((values.groupby(labels[values.index]).nunique() < 2).all())


def is_likely(name):
    """Return whether a column has the name of what usually makes groups, such as an artist."""
    return any(word in str(name).lower() for word in _LIKELY)
