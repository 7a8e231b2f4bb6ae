"""A comparison as a record that JSON can hold, and back."""

import numpy as np
import pandas as pd

from ..._annotations import kind_of_annotations
from ..._comparison_records import RECORD_FORMAT
from .._running import FoldResult
from ._recorded_values import as_array, from_record, to_record


def comparison_record(comparison, results):
    """Return the record of a comparison.

    Parameters
    ----------
    comparison : Comparison
    results : dict of str to list of FoldResult
        Maps each model to its results on the folds.

    Returns
    -------
    record : dict
        See :meth:`~skmir.model_selection.Comparison.to_dict`.
    """
    scorers = comparison.scorers_
    everyone = np.arange(len(comparison.y_))
    return {
        "record_format": RECORD_FORMAT,
        "versions": dict(comparison.versions_),
        "machine": comparison.machine_,
        "kind": comparison.kind_,
        "annotations": kind_of_annotations(comparison.y_) if comparison.kind_ == "annotations" else None,
        "scoring": comparison.scoring_,
        "scorers": scorers,
        "confidence_level": float(comparison.confidence_level_),
        "rope": float(comparison.rope_),
        "random_state": comparison.random_state_,
        "reference": comparison.reference_,
        "baselines": comparison.baselines_,
        "n_clips": len(comparison.y_),
        "n_classes": comparison.n_classes_,
        "warnings": comparison.warnings_,
        "files": comparison.files_,
        "groups": to_record(comparison.groups_),
        "y": to_record(comparison.y_),
        "test_folds": [test.tolist() for _, test in comparison.splits_],
        # None stands for all other clips, in order.
        "train_folds": [
            None if np.array_equal(train, np.setdiff1d(everyone, test)) else train.tolist()
            for train, test in comparison.splits_
        ],
        "models": {
            name: {"estimator": str(model), **_folds_record(results[name], scorers)}
            for name, model in comparison.models_.items()
        },
        "table": _table_record(comparison.table_),
        "tables": {scorer: _table_record(table) for scorer, table in comparison.tables_.items()},
    }


def _folds_record(folds, scorers):
    scores = {scorer: [_plain(fold.scores.get(scorer)) for fold in folds] for scorer in scorers}
    return {
        "scores": scores[scorers[0]],
        "all_scores": scores,
        "fit_times": [_plain(fold.fit_time) for fold in folds],
        "score_times": [_plain(fold.score_time) for fold in folds],
        "n_parameters": [fold.n_parameters for fold in folds],
        "best_params": [fold.best_params for fold in folds],
        "errors": [fold.error for fold in folds],
        "score_errors": [fold.score_errors for fold in folds],
        "predictions": [to_record(fold.predictions) for fold in folds],
        "probabilities": [to_record(fold.probabilities) for fold in folds],
    }


def comparison_arguments(record):
    """Return the arguments of Comparison, which a record that is valid holds.

    Parameters
    ----------
    record : dict
        See :func:`~skmir._comparison_records.check_record`.

    Returns
    -------
    arguments : dict
        The models are their texts.
    """
    models, y = record["models"], record["y"]
    kind = record["annotations"] or record["kind"]
    same = ["kind", "reference", "scorers", "baselines", "confidence_level", "rope", "random_state", "files"]
    return {
        **{name: record[name] for name in [*same, "versions", "machine"]},
        "models": {name: model["estimator"] for name, model in models.items()},
        "y": from_record(y, kind=kind),
        "splits": _splits(record),
        "results": {name: _fold_results(model, kind) for name, model in models.items()},
        "doubts": record["warnings"],
        "groups": None if record["groups"] is None else as_array(record["groups"]),
    }


def _splits(record):
    everyone, splits = np.arange(len(record["y"])), []
    for train, test in zip(record["train_folds"], record["test_folds"], strict=True):
        test = np.asarray(test, dtype=int)
        splits.append((np.setdiff1d(everyone, test) if train is None else np.asarray(train, dtype=int), test))
    return splits


def _fold_results(model, kind):
    return [_fold_result(model, fold, kind) for fold in range(len(model["errors"]))]


def _fold_result(model, fold, kind):
    probabilities = from_record(model["probabilities"][fold], kind="numbers")
    failed = model["errors"][fold] is not None
    return FoldResult(
        scores={} if failed else {name: _number(each[fold]) for name, each in model["all_scores"].items()},
        fit_time=_number(model["fit_times"][fold]),
        score_time=_number(model["score_times"][fold]),
        n_parameters=model["n_parameters"][fold],
        best_params=model["best_params"][fold],
        predictions=from_record(model["predictions"][fold], kind=kind),
        probabilities=None if probabilities is None else probabilities.astype(np.float32),
        error=model["errors"][fold],
        score_errors=model["score_errors"][fold],
    )


def _number(value):
    return np.nan if value is None else float(value)


def _table_record(table):
    return {
        name: {column: _plain(value) for column, value in row.items()}
        for name, row in table.astype(object).iterrows()
    }


def _plain(value):
    """Return a number that JSON can hold: no NaN, no type of numpy."""
    if value is None or pd.isna(value) or np.isinf(value):
        return None
    return value.item() if hasattr(value, "item") else value
