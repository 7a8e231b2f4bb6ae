"""Labels and predictions in a form that JSON can hold, and back."""

import numbers

import numpy as np
import pandas as pd


def to_record(values):
    """Return values, with one entry per clip, as lists.

    Parameters
    ----------
    values : ndarray, list of annotations, or None

    Returns
    -------
    recorded : list or None
        NaN and infinity become None, and values of types that JSON does not know their text. An annotation
        that is a pair becomes a dict with ``intervals`` and ``labels``, or ``pitches``.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.model_selection._results._recorded_values import to_record
    >>> to_record(np.array([0.5, np.nan]))
    [0.5, None]
    >>> to_record([(np.array([[0.0, 1.5]]), ["C:maj"])])
    [{'intervals': [[0.0, 1.5]], 'labels': ['C:maj']}]
    """
    if values is None:
        return None
    if isinstance(values, list):
        return list(map(_annotation_record, values))
    if values.dtype == np.float32:  # in as few digits as tell it from its neighbours
        values = np.vectorize(lambda value: float(str(value)), otypes=[float])(values)
    return _plain(values.tolist())


def from_record(recorded, *, kind):
    """Return what :func:`to_record` was given.

    Parameters
    ----------
    recorded : list or None
    kind : {"classes", "tags", "numbers", "events", "bars", "segments", "notes"}
        What y holds.

    Returns
    -------
    values : ndarray, list of annotations, or None
    """
    if recorded is None:
        return None
    if kind in ("classes", "tags", "numbers") or isinstance(recorded[0], numbers.Real):  # tempi of clips
        return as_array(recorded)
    return [_annotation(one, kind) for one in recorded]


def as_array(recorded):
    """Return a list as an array; None stands for NaN among numbers."""
    array = np.asarray(recorded)
    if array.dtype.hasobject:
        numeric = np.frompyfunc(lambda value: value is None or isinstance(value, numbers.Real), 1, 1)(array)
        array = array.astype(float) if numeric.all() else array
    return array


def _annotation_record(annotation):
    if not isinstance(annotation, tuple | list) or len(annotation) != 2:
        return _plain(np.asarray(annotation).tolist())
    intervals, values = annotation
    name = "pitches" if isinstance(values, np.ndarray) and values.dtype.kind in "fiu" else "labels"
    return {"intervals": _plain(np.asarray(intervals).tolist()), name: _plain(list(values))}


def _annotation(recorded, kind):
    if not isinstance(recorded, dict):
        return np.asarray(recorded, dtype=float).reshape((-1, 2) if kind == "bars" else -1)
    intervals = np.asarray(recorded["intervals"], dtype=float).reshape(-1, 2)
    if "labels" in recorded:
        return intervals, recorded["labels"]
    return intervals, np.asarray(recorded["pitches"], dtype=float)


def _plain(value):
    """Return nested lists, or a single value, in types that JSON knows."""
    if isinstance(value, list):
        return list(map(_plain, value))
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, bool | int | str):
        return value
    return None if value is None or pd.isna(value) is True else str(value)
