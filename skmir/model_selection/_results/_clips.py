"""What models said of each clip while it was held out."""

import os

import numpy as np
import pandas as pd

from ..._validation import is_path
from ._free_name import free_name


def file_names(X):
    """Return the names of the clips' files, or None if the clips are not files.

    Parameters
    ----------
    X : clips, frames or table
        In a DataFrame of several columns, file names are the first column whose first value is a file.

    Returns
    -------
    names : list of str or None
    """
    if isinstance(X, pd.DataFrame):
        columns = [X.iloc[:, i] for i in range(X.shape[1])]
        if len(columns) > 1:
            columns = [some for some in columns if _is_file(some.iloc[0])]
        X = columns[0] if columns else []
    if getattr(X, "ndim", 1) != 1:
        return None
    values = list(X)
    if not values or not all(map(is_path, values)):
        return None
    return [os.fspath(value) for value in values]


def _is_file(value):
    return is_path(value) and os.path.isfile(value)


def mistakes(results, splits, y, about):
    """Return the predictions that were wrong, the most confident first.

    Parameters
    ----------
    results : dict of str to list of FoldResult
        Maps each model to its results on the folds; without baselines.
    splits : list of (ndarray, ndarray)
        Positions of the training and of the test clips.
    y : ndarray of shape (n_clips,)
        Classes.
    about : dict of str to ndarray of shape (n_clips,)
        What else is known of each clip.

    Returns
    -------
    mistakes : DataFrame
        See :class:`~skmir.model_selection.Comparison`.
    """
    found = pd.concat(
        [
            _said(name, fold, test, y[test], result)
            for name, folds in results.items()
            for fold, ((_, test), result) in enumerate(zip(splits, folds, strict=True))
            if result.predictions is not None
        ],
        ignore_index=True,
    )
    wrong = found["label"] != found["predicted"]
    same_clip = wrong.groupby([found["row"], found["fold"]])
    found["n_wrong"], found["n_models"] = same_clip.transform("sum"), same_clip.transform("count")
    for name, values in reversed(about.items()):
        found.insert(1, name, values[found["row"]])
    order = {"predicted_proba": False, "n_wrong": False, "row": True, "fold": True}
    return found[wrong].sort_values(
        list(order), ascending=list(order.values()), ignore_index=True, kind="stable"
    )


def _said(name, fold, test, labels, result):
    chances = result.probabilities
    chances = np.full((len(test), 2), np.nan, np.float32) if chances is None else chances
    return pd.DataFrame(
        {
            "row": test,
            "fold": fold,
            "model": name,
            "label": labels,
            "predicted": result.predictions,
            "predicted_proba": chances[:, 0],
            "label_proba": chances[:, 1],
        }
    )


def prediction_table(results, splits, y, about, name_of):
    """Return what each model said of each clip, with one row for each time that a clip was held out.

    Parameters
    ----------
    results, splits, y, about
        See :func:`mistakes`.
    name_of : callable
        Returns what stands for a label or a prediction in the table.

    Returns
    -------
    table : DataFrame
        See :meth:`~skmir.model_selection.Comparison.prediction_table`.
    """
    tests = [test for _, test in splits]
    row = np.concatenate(tests)
    known = {"row": row} | {name: values[row] for name, values in about.items()}
    known["fold"] = np.repeat(np.arange(len(tests)), [len(test) for test in tests])
    known["label"] = _named(y[row].tolist(), name_of)
    columns = {free_name(name, results): values for name, values in known.items()}
    for name, folds in results.items():
        said = [_or_missing(fold.predictions, test) for fold, test in zip(folds, tests, strict=True)]
        columns[name] = _named([label for part in said for label in part], name_of)
        chances = [None if fold.probabilities is None else fold.probabilities[:, 0] for fold in folds]
        if any(part is not None for part in chances):
            parts = [_or_missing(part, test, np.nan) for part, test in zip(chances, tests, strict=True)]
            columns[free_name(f"{name} probability", results)] = np.concatenate(parts).astype(np.float32)
    table = pd.DataFrame(columns)
    return table.iloc[np.lexsort((known["fold"], row))].reset_index(drop=True)


def naming(y, kind, target_names, separator):
    """Return a function that gives what stands for a label in the table; see :func:`prediction_table`.

    Parameters
    ----------
    y : ndarray of shape (n_clips,) or (n_clips, n_outputs), or list of annotations
        Labels of all clips.
    kind : {"classes", "tags", "numbers", "annotations"}
        What they are.
    target_names : sequence of str or None
        Names of the sorted classes, or of the tags; None takes classes as they are, and numbers of columns.
    separator : str
        What stands between tags.

    Returns
    -------
    name_of : callable
        Takes a label or a prediction, or a row of zeros and ones.

    Raises
    ------
    ValueError
        If a clip has annotations or several numbers, or there are too many or too few names.
    """
    if kind == "numbers" and y.ndim == 1:
        return lambda number: number
    if kind not in ("classes", "tags"):
        raise ValueError(f"y must hold classes, tags or one number per clip, got {kind}.")
    labels = np.unique(y).tolist() if kind == "classes" else list(range(y.shape[1]))
    names = labels if target_names is None else list(target_names)
    if len(names) != len(labels):
        raise ValueError(
            f"target_names must have one name for each of the {len(labels)} {kind}, got {len(names)}. Pass "
            "them in the order of the sorted labels, or of the columns of y."
        )
    if kind == "tags":
        return lambda row: separator.join(str(name) for name, has in zip(names, row, strict=True) if has)
    by_label = dict(zip(labels, names, strict=True))
    return lambda label: by_label.get(label, label)


def _or_missing(values, test, missing=None):
    """Return the values, as a list of one per test clip if there are none."""
    return [missing] * len(test) if values is None else values.tolist()


def _named(labels, name_of):
    named = [None if label is None else name_of(label) for label in labels]
    return pd.Series(named, dtype=object) if None in named else named
