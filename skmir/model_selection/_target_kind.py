"""Find out what y holds: classes, tags, numbers or annotations."""

import numbers

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.base import is_classifier, is_regressor
from sklearn.utils.multiclass import type_of_target

from .._annotations import CHECKS, kind_of_annotations
from .._validation import check_tags
from ._scoring import default_scoring_of

_N_NAMED = 5  # rows named in one message


def as_target(y, models=()):
    """Return y in a form from which folds can be cut, and what it holds.

    Parameters
    ----------
    y, models
        See :func:`kind_of_target`.

    Returns
    -------
    y : list of annotations, or what was given
        Annotations are checked and sorted, and a sparse matrix or a DataFrame becomes an array.
    kind : {"classes", "tags", "numbers", "annotations"}

    Raises
    ------
    ValueError
        As :func:`kind_of_target`; also if an annotation is not valid.
    """
    kind = kind_of_target(y, models)
    if kind == "annotations":
        return CHECKS[kind_of_annotations(y)](y), kind
    if isinstance(y, pd.DataFrame):
        return y.to_numpy(), kind
    return (y.toarray() if issparse(y) else y), kind


def kind_of_target(y, models=()):
    """Return what y holds.

    Parameters
    ----------
    y : array-like of shape (n_clips,) or (n_clips, n_outputs), or list of annotations
        Labels, tags, numbers, or what happens when in each clip.
    models : iterable of estimator, default=()
        Whole numbers (tempi, MIDI pitches) are classes unless all of the models are regressors. Equally long
        arrays of float are annotations unless one of the models is a classifier or all are regressors.

    Returns
    -------
    kind : {"classes", "tags", "numbers", "annotations"}
        "classes" if each clip has one class.

    Raises
    ------
    ValueError
        If a label is missing (None, NaN, NaT, pandas' NA or blank text), tags are not 0 and 1, the parts of y
        have unequal lengths without being annotations, or classifiers are to learn annotations.
    """
    models = list(models)
    if _holds_annotations(y, models):
        return "annotations"
    _check_none_missing(y)
    kind = type_of_target(y)
    if kind == "multilabel-indicator" and not (models and all(map(is_regressor, models))):
        check_tags(y)
    if kind.startswith("continuous") or (models and all(map(is_regressor, models))):
        return "numbers"
    if kind == "multiclass" and models and all(map(default_scoring_of, models)):
        return "numbers"  # whole tempi, for estimators of tempo
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


def _holds_annotations(y, models):
    """Return whether y holds annotations, given the models that are to learn from it."""
    kind, lengths = kind_of_annotations(y), _lengths(y)
    unequal = len(set(lengths)) > 1
    if kind is None:
        if unequal:
            raise ValueError(
                f"y must hold one label, or one annotation, per clip, got arrays of {min(lengths)} to "
                f"{max(lengths)} values that are not annotations (event times in s must be float). Labels "
                "per frame cannot be compared: compare detectors, which make them from annotations."
            )
        return False
    wrong = [model for model in models if is_classifier(model)]
    if not wrong and models and all(_predicts_numbers(model) for model in models):
        wrong = models
    if wrong and (kind != "events" or unequal):
        raise ValueError(
            f"y holds annotations ({kind}), from which {type(wrong[0]).__name__} cannot learn: it is a "
            "classifier or regressor, which predicts labels. Compare estimators whose predict returns "
            "annotations, such as those of skmir.sequence, without others."
        )
    return not wrong


def _predicts_numbers(model):
    return is_regressor(model) and default_scoring_of(model) is None  # one that has it learns annotations


def _lengths(y):
    """Return the lengths of the parts of y, if these are arrays, lists or tuples."""
    if issparse(y) or isinstance(y, pd.DataFrame) or getattr(y, "dtype", np.dtype("O")) != np.dtype("O"):
        return []
    parts = list(y)
    return [len(part) for part in parts if isinstance(part, list | tuple) or np.ndim(part) > 0]


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
