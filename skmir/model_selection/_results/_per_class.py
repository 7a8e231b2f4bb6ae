"""Metrics of held-out predictions for each class."""

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from sklearn.utils.multiclass import unique_labels

from ._free_name import free_name

METRICS = ("precision", "recall", "f1")  # in the order of precision_recall_fscore_support


def class_table(truth, predictions, metric):
    """Return a metric for each class and model, with one row per class and one column per model.

    Parameters
    ----------
    truth : dict of str to ndarray of shape (n, ) or (n, n_tags)
        Maps each model to the labels of its test clips.
    predictions : dict of str to ndarray of the same shapes
        Maps each model to its predictions for them.
    metric : {"precision", "recall", "f1"}

    Returns
    -------
    table : DataFrame
        The last row, "Global", is over all decisions; the first column, "share", is the share of the class.
        If a class or a model has such a name, these are called "(Global)" and "(share)". NaN for a model
        that failed on all folds, and for 0 / 0.
    """
    some = np.concatenate(list(truth.values()))
    classes = np.arange(some.shape[1]) if some.ndim == 2 else np.unique(some)
    columns = {free_name("share", truth): _shares(next(t for t in truth.values() if len(t)), classes)}
    for name in truth:
        columns[name] = _scores(truth[name], predictions[name], classes, METRICS.index(metric))
    classes = classes.tolist()
    index = pd.Index([*classes, free_name("Global", classes)], dtype=object, name="class")
    return pd.DataFrame(columns, index=index)


def confusions(truth, predictions, normalize):
    """Return a confusion matrix with its labels: rows are true, columns predicted.

    Parameters
    ----------
    truth, predictions : ndarray of shape (n,)
    normalize : {"true", "pred", "all"} or None

    Returns
    -------
    matrix : DataFrame
    """
    labels = unique_labels(truth, predictions)
    matrix = confusion_matrix(truth, predictions, labels=labels, normalize=normalize)
    return pd.DataFrame(
        matrix, index=pd.Index(labels, name="true"), columns=pd.Index(labels, name="predicted")
    )


def _shares(truth, classes):
    counts = truth.sum(axis=0) if truth.ndim == 2 else np.array([(truth == label).sum() for label in classes])
    return [*(counts / len(truth)), counts.sum() / len(truth)]


def _scores(truth, predictions, classes, metric):
    if not len(truth):
        return [np.nan] * (len(classes) + 1)
    options = {"labels": classes, "zero_division": np.nan}
    each = precision_recall_fscore_support(truth, predictions, average=None, **options)[metric]
    whole = precision_recall_fscore_support(truth, predictions, average="micro", **options)[metric]
    return [*each, whole]
