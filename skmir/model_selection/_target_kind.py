"""Find out what y holds: classes, tags or numbers."""

import numbers

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.base import is_regressor
from sklearn.utils.multiclass import type_of_target

from .._validation import check_tags

_N_NAMED = 5  # rows named in one message


def kind_of_target(y, models=()):
    """Return what y holds.

    Parameters
    ----------
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels, tags or numbers.
    models : iterable of estimator, default=()
        Whole numbers (tempi, MIDI pitches) are classes unless all of the models are regressors.

    Returns
    -------
    kind : {"classes", "tags", "numbers"}
        "classes" if each clip has one class.

    Raises
    ------
    ValueError
        If a label is missing (None, NaN, NaT, pandas' NA or blank text), or tags are not 0 and 1.
    """
    _check_none_missing(y)
    kind, models = type_of_target(y), list(models)
    if kind == "multilabel-indicator" and not (models and all(map(is_regressor, models))):
        check_tags(y)
    if kind.startswith("continuous") or (models and all(map(is_regressor, models))):
        return "numbers"
    return "classes" if kind in ("binary", "multiclass") else "tags"


def check_two_classes(y, kind):
    """Raise a ValueError if all clips are of one class.

    Parameters
    ----------
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels.
    kind : {"classes", "tags", "numbers"}
        What the labels are.
    """
    if kind != "classes":
        return
    classes = np.unique(np.asarray(y))
    if len(classes) < 2:
        raise ValueError(
            f"y must hold at least two classes, got one class only: all {len(y)} clips are "
            f"{classes.tolist()[0]!r}. If the labels are names of folders: do the classes lie one level "
            "deeper? Then name the folder that holds the folders of the classes."
        )


def is_missing(value):
    """Return whether a label or a group is None, NaN, NaT, pandas' NA or blank text."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (np.ndim(value) == 0 and bool(pd.isna(value)))


def _check_none_missing(y):
    rows = _missing_rows(y)
    if len(rows):
        named = ", ".join(map(str, rows[:_N_NAMED])) + (" and more" if len(rows) > _N_NAMED else "")
        raise ValueError(
            f"y has no label in {len(rows)} of {len(y)} rows: {'row' if len(rows) == 1 else 'rows'} {named} "
            "(counted from 0; None, NaN and blank text count as missing). Fill in the labels, or leave out "
            "these rows of y and of X."
        )


def _missing_rows(y):
    """Return the positions of the rows of y in which a value is missing."""
    masked = np.ma.getmaskarray(y) if np.ma.isMaskedArray(y) else False
    is_whole = isinstance(y, np.ndarray) and y.dtype.kind in "biu" and masked is False
    if issparse(y) or is_whole:  # such arrays cannot hold a missing value
        return []
    values = np.asarray(y, dtype=object)
    if not values.ndim:
        return []
    is_gap = np.frompyfunc(_is_gap, 1, 1)(values).astype(bool) | masked
    return np.flatnonzero(is_gap.reshape(len(values), -1).any(axis=1))


def _is_gap(value):
    # Almost all values are of these types; pandas is slow on single ones.
    if isinstance(value, numbers.Real):
        return value != value
    return is_missing(value)
