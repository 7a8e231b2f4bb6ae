"""The table of a comparison, with one row per model."""

import numpy as np
import pandas as pd

from ._corrected_statistics import corrected_interval, corrected_ttest, holm, rope_probabilities, varies


def comparison_table(results, splits, scorer, *, reference, baselines, confidence_level, rope):
    """Summarise the results on the folds in a table.

    Parameters
    ----------
    results : dict of str to list of FoldResult
        Maps each model to its results on the folds.
    splits : list of (ndarray, ndarray)
        Training and test positions of each fold.
    scorer : str
        Name of the scorer that the table is about.
    reference : str
        The model that the others are tested against.
    baselines : collection of str
        Models that are not counted as tests.
    confidence_level : float
        Confidence level of the intervals.
    rope : float
        Half the width of the region of practical equivalence.

    Returns
    -------
    table : DataFrame
        See :class:`~skmir.model_selection.Comparison`.
    """
    scores = score_frame(results, scorer)
    rows = {
        name: _mean_row(scores[name].to_numpy(), splits, confidence_level)
        | _difference_row(scores[name], scores[reference], splits, confidence_level, rope)
        | _cost_row(folds)
        | {"n_failed": int(scores[name].isna().sum())}
        for name, folds in results.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis(index="model")
    tests = table["p_value"].mask(table.index.isin(baselines))
    table.insert(table.columns.get_loc("p_value") + 1, "p_holm", holm(tests))
    return table.astype({"n_parameters": "Int64", "n_failed": int})


def score_frame(results, scorer):
    """Return the scores as a DataFrame with one row per fold and one column per model."""
    scores = pd.DataFrame(
        {name: [fold.scores.get(scorer, np.nan) for fold in folds] for name, folds in results.items()},
        dtype=float,
    )
    return scores.rename_axis(index="fold", columns="model")


def _mean_row(scores, splits, confidence_level):
    used, ratio = _used(scores, splits)
    low, high = corrected_interval(used, ratio, confidence_level)
    return {"mean": _mean(used), "ci_low": low, "ci_high": high}


def _difference_row(scores, others, splits, confidence_level, rope):
    """Return a model's difference from the reference; that of the reference has no variance, so no test."""
    used, ratio, scale = _differences(scores, others, splits)
    p_value = corrected_ttest(used, ratio, scale)[1]
    worse, equal, better = rope_probabilities(used, ratio, rope, scale)
    low, high = corrected_interval(used, ratio, confidence_level, scale)
    return {
        "difference": _mean(used),
        "difference_low": low,
        "difference_high": high,
        "p_value": p_value,
        "worse_prob": worse,
        "rope_prob": equal,
        "better_prob": better,
    }


def _differences(scores, others, splits):
    """Return the differences on folds where both models have a score, n_test / n_train, and scores' size."""
    used, ratio = _used((scores - others).to_numpy(), splits)
    return used, ratio, float(np.nan_to_num(np.abs([scores, others])).max(initial=0))


def without_variance(scores, splits, names, reference):
    """Return models whose scores, and models whose differences from the reference, are equal on all folds.

    Parameters
    ----------
    scores : DataFrame of shape (n_folds, n_models)
        NaN if a fold failed.
    splits : list of (ndarray, ndarray)
        Training and test positions of each fold.
    names : list of str
        The models to look at.
    reference : str
        The model that the others are tested against.

    Returns
    -------
    constant, level : list of str
        Names of such models with at least two folds, for which no interval and no test can be computed.
    """

    def flat(used, ratio, scale=0.0):
        return len(used) > 1 and not varies(used, ratio, scale)

    constant = [name for name in names if flat(*_used(scores[name].to_numpy(), splits))]
    others = [name for name in names if name != reference]
    level = [name for name in others if flat(*_differences(scores[name], scores[reference], splits))]
    return constant, level


def _cost_row(folds):
    n_parameters = [fold.n_parameters for fold in folds if fold.n_parameters is not None]
    return {
        "fit_time": _mean([fold.fit_time for fold in folds]),
        "score_time": _mean([fold.score_time for fold in folds]),
        "n_parameters": round(_mean(n_parameters)) if n_parameters else pd.NA,
    }


def _used(values, splits):
    """Return the values of the folds that have a value, and n_test / n_train over these folds."""
    used = np.flatnonzero(~np.isnan(values))
    n_train = sum(len(splits[i][0]) for i in used)
    n_test = sum(len(splits[i][1]) for i in used)
    return values[used], n_test / n_train if n_train else np.nan


def _mean(values):
    """Return the mean of the values that are not NaN, or NaN if all are, without numpy's warning."""
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else np.nan
