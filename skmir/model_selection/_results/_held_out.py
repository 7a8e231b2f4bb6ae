"""Collect the folds' results for clips that were held out."""

import numpy as np
import pandas as pd


def held_out(folds, splits, y):
    """Return the labels of all test clips, fold by fold, and a model's predictions for them.

    Parameters
    ----------
    folds : list of FoldResult
        The model's results on the folds.
    splits : list of (ndarray, ndarray)
        Positions of the training and of the test clips.
    y : ndarray of shape (n_clips,) or (n_clips, n_outputs)
        Labels.

    Returns
    -------
    truth, predictions : ndarray
        A clip that is tested several times occurs several times; empty if all folds failed.
    """
    done = [
        (y[test], fold.predictions)
        for (_, test), fold in zip(splits, folds, strict=True)
        if fold.predictions is not None
    ]
    if not done:
        return y[:0], y[:0]
    truth, predictions = zip(*done, strict=True)
    return np.concatenate(truth), np.concatenate(predictions)


def out_of_fold(folds, splits, y):
    """Put the folds' predictions at the positions of their clips; mask clips without a prediction.

    If y is a list of annotations, so is the result, with None for clips without a prediction.
    """
    done = [
        (test, fold.predictions)
        for (_, test), fold in zip(splits, folds, strict=True)
        if fold.predictions is not None
    ]
    if isinstance(y, list):
        return _list_of(done, len(y))
    if not done:
        return np.ma.masked_array(np.zeros_like(y), mask=True)
    everything = np.concatenate([predictions for _, predictions in done])
    values = np.zeros((len(y), *everything.shape[1:]), dtype=everything.dtype)
    missing = np.ones(values.shape, dtype=bool)
    for test, predictions in done:
        values[test] = predictions
        missing[test] = False
    return np.ma.masked_array(values, mask=missing)


def _list_of(done, n_clips):
    found = [None] * n_clips
    for test, predictions in done:
        for clip, prediction in zip(test, predictions, strict=True):
            found[clip] = prediction
    return found


def best_params(results):
    """Return the parameters that searches chose: a DataFrame per model, with rows for folds."""
    return {
        name: pd.DataFrame([fold.best_params or {} for fold in folds]).rename_axis(index="fold")
        for name, folds in results.items()
        if any(fold.best_params is not None for fold in folds)
    }


def errors_of(results):
    """Return error messages by (model, fold) for fits, and by (model, fold, scorer) for single scorers."""
    found = {}
    for name, folds in results.items():
        for i, fold in enumerate(folds):
            if fold.error is not None:
                found[name, i] = fold.error
            found |= {(name, i, scorer): error for scorer, error in fold.score_errors.items()}
    return found
