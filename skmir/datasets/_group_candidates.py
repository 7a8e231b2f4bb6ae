"""Which columns of a table of recordings say that some of them belong together."""

import os

import pandas as pd

_TABLE = "labels.csv"
_N_ABOVE = 2  # folders above the files' own in which a table is looked for
# How somebody split, not what belongs together.
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


def group_candidates(table, *, file_column="file", label_column="label"):
    """Return the columns of a table that could say which recordings belong together.

    A column could be groups if some of its values are shared by several rows, if it has at least two values,
    and if it is not known from the label (a family beside its instruments). Measurements (numbers with a
    fraction) and columns that are called like folds are left out.

    Parameters
    ----------
    table : DataFrame, str or PathLike
        The table, or the path of a comma-separated file with a header.
    file_column, label_column : str
        Names of the columns of files and of labels, which are no candidates.

    Returns
    -------
    candidates : dict of str to int
        Name of each such column, and its number of values; those that are named like groups ("artist",
        "album") come first, then those with more values. Empty if the table cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> from skmir.datasets._group_candidates import group_candidates
    >>> table = pd.DataFrame(
    ...     {"file": list("abcd"), "label": list("xxyy"), "player": list("pqpq"), "take": list("1234")}
    ... )
    >>> group_candidates(table)
    {'player': 2}
    """
    rows = table if isinstance(table, pd.DataFrame) else _read(table)
    labels = rows.get(label_column)
    found = {}
    for name in rows.columns:
        if name not in (file_column, label_column) and str(name).strip().lower() not in _FOLDS:
            values = _filled(rows[name])
            if 2 <= values.nunique() < len(values) and not _is_known_from(labels, values):
                found[name] = int(values.nunique())
    return dict(sorted(found.items(), key=lambda item: (not _is_likely(item[0]), -item[1])))


def table_of(paths):
    """Return the table ``labels.csv`` beside files, or up to two folders above; None if there is none.

    Parameters
    ----------
    paths : iterable of str
        Of files.

    Returns
    -------
    table : str or None
    """
    try:
        folder = os.path.commonpath([os.path.dirname(os.path.abspath(path)) for path in paths])
    except ValueError:  # on several drives
        return None
    for _ in range(1 + _N_ABOVE):
        table = os.path.join(folder, _TABLE)
        if os.path.isfile(table):
            return table
        folder = os.path.dirname(folder)
    return None


def _read(table):
    """Return the rows of a table; none if it does not parse, which the loader says."""
    try:
        return pd.read_csv(table, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (OSError, ValueError):
        return pd.DataFrame()


def _filled(column):
    """Return the values that are there and are no measurements."""
    text = column.dropna().astype(str).str.strip()
    text = text[text != ""]
    values = pd.to_numeric(text, errors="coerce")
    return text[:0] if (values % 1 != 0).any() and values.notna().all() else text


def _is_known_from(labels, values):
    """Return whether all rows of each class have one value: then groups would be whole classes."""
    return labels is not None and bool((values.groupby(labels[values.index]).nunique() < 2).all())


def _is_likely(name):
    return any(word in str(name).lower() for word in _LIKELY)
