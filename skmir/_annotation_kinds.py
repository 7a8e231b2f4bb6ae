"""Which kind of annotations y holds, by its form alone: labels, tags and numbers are told apart from them."""

import numbers
import os

import numpy as np


def kind_of_annotations(y):
    """Return which kind of annotations y holds, or None if it holds labels, tags or numbers.

    Only the form counts, not the values. Events are float arrays: lists of arrays of whole numbers or of
    booleans are classes or tags (of clips or of frames). An array of numbers is never annotations, whatever
    its shape.

    Parameters
    ----------
    y : object

    Returns
    -------
    kind : {"events", "bars", "segments", "notes"} or None
        If all annotations are empty, an array means events, and a pair means segments if the second part is
        a list, and notes if it is an array.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir._annotation_kinds import kind_of_annotations
    >>> kind_of_annotations([np.array([0.5, 1.0]), np.array([0.1])])
    'events'
    >>> kind_of_annotations(["rock", "jazz"]) is None
    True
    """
    if y is None or is_text(y) or not (isinstance(y, list | tuple | np.ndarray) or hasattr(y, "to_numpy")):
        return None
    y = y if isinstance(y, list | tuple) else np.asarray(y)
    if isinstance(y, np.ndarray) and (y.dtype.kind != "O" or not is_list_like(y)):
        return None
    items = list(map(as_pair, y))
    if not items or is_one_pair(y):
        return None
    if all(_kind_of_pair(item) for item in items):
        return _kind_of_pairs(items)
    return _kind_of_arrays(items)


def is_text(item):
    return isinstance(item, str | bytes | os.PathLike)


def is_one_pair(y):
    """Return whether y is the annotation of one clip rather than a list of annotations."""
    return bool(isinstance(y, tuple) and _kind_of_pair(y) and np.ndim(y[0]) == 2 and len(y[0]) == len(y[1]))


def is_list_like(y):
    """Return whether an object array can be read as a list of annotations."""
    return y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 2 and all(_kind_of_pair(tuple(row)) for row in y))


def as_pair(item):
    """Return a row of a 2-D object array as the pair from which numpy made it; all else is unchanged."""
    is_row = isinstance(item, np.ndarray) and item.dtype.kind == "O" and item.shape == (2,)
    return tuple(item) if is_row and _kind_of_pair(tuple(item)) else item


def is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)


def _kind_of_pair(item):
    """Return "segments", "notes", or "empty" if that cannot be told; None if it is another thing."""
    if not isinstance(item, list | tuple) or len(item) != 2:
        return None
    intervals, values = item
    if (
        is_text(values)
        or not isinstance(values, list | tuple | np.ndarray)
        or not _is_table_of_two(intervals)
    ):
        return None
    if isinstance(values, np.ndarray) and values.ndim != 1:
        return None
    if not len(values):
        return "empty"
    if all(isinstance(value, str) for value in values):
        return "segments"
    return "notes" if all(map(is_number, values)) else None


def _is_table_of_two(intervals):
    """Return whether these are rows of two numbers, or nothing."""
    if not isinstance(intervals, list | tuple | np.ndarray):
        return False
    try:
        array = np.asarray(intervals)
    except ValueError:  # of unequal lengths
        return False
    return array.dtype.kind in "iuf" and (not array.size or (array.ndim == 2 and array.shape[1] == 2))


def _kind_of_pairs(items):
    kinds = {_kind_of_pair(item) for item in items} - {"empty"}
    if len(kinds) == 1:
        return kinds.pop()
    if kinds:
        return None
    return "notes" if all(isinstance(values, np.ndarray) for _, values in items) else "segments"


def _kind_of_arrays(items):
    """Return "events" or "bars", if all items are arrays of float, or lists of unequal lengths."""
    if all(isinstance(item, list | tuple) for item in items) and len(set(map(len, items))) == 1:
        return None  # rows of a table: tags, or numbers
    if any(is_text(item) or np.isscalar(item) or not hasattr(item, "__len__") for item in items):
        return None
    try:
        arrays = [np.asarray(item) for item in items]
    except ValueError:
        return None
    filled = [array for array in arrays if array.size]
    if any(array.dtype.kind not in "iuf" for array in filled) or not any(a.dtype.kind == "f" for a in arrays):
        return None
    if all(array.ndim == 1 for array in filled):
        return None if _are_tags(arrays) else "events"
    return "bars" if all(array.ndim == 2 and array.shape[1] == 2 for array in filled) else None


def _are_tags(arrays):
    """Return whether rows of equal length hold nothing but zeros and ones."""
    same = len({len(array) for array in arrays}) == 1 and len(arrays[0])
    return bool(same) and all(((array == 0) | (array == 1)).all() for array in arrays)
