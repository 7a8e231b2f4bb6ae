"""A comparison as a record that JSON can hold."""

import numpy as np
import pandas as pd

from ..._show_versions import machine, versions


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
    return {
        "versions": versions(),
        "machine": machine(),
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
        "test_folds": [test.tolist() for _, test in comparison.splits_],
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
    }


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
