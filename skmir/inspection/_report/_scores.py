"""The tables of scores in a report."""

import numpy as np

from .._style import seconds_text, short
from ._html import cell, row, table
from ._numbers import NONE, best_of, digits_for, interval, number, p_text, probability
from ._words import scorer_name


def result_table(comparison, scorer, *, costs=True):
    """Return the table of one scorer: one row per model, baselines set apart.

    Parameters
    ----------
    comparison : Comparison
    scorer : str
        One of its scorers.
    costs : bool, default=True
        Whether to include the columns of learned parameters and time, which are the same for all scorers.
    """
    found = comparison.tables_[scorer].astype(float)
    digits = digits_for(found[["mean", "ci_low", "ci_high"]])
    level = f"{100 * comparison.confidence_level_:g} %"
    tested = _tested(comparison)
    columns = ["Model", "Mean", f"{level} interval"]
    columns += [f"Difference from {comparison.reference_}", *_TEST_COLUMNS] if tested else []
    columns += ["Learned parameters", "Time to fit one fold"] if costs else []
    failures = costs and (found["n_failed"] > 0).any()
    columns += ["Folds that failed"] if failures else []
    best = best_of(found["mean"].round(digits))
    rows = []
    for name, line in found.iterrows():
        cells = [
            cell(number(line["mean"], digits), bold=round(line["mean"], digits) == best),
            cell(interval(line["ci_low"], line["ci_high"], digits)),
            *(_test_cells(line, digits, is_reference=name == comparison.reference_) if tested else []),
            *(_cost_cells(line) if costs else []),
            *([cell(f"{line['n_failed']:.0f}")] if failures else []),
        ]
        rows.append(row(name, cells, _row_class(comparison, name)))
    return table(f"{scorer_name(scorer).capitalize()} on the held-out clips", columns, rows)


def has_tests(comparison):
    """Return whether any model was tested against the reference."""
    return bool(comparison.table_["p_value"].notna().any())


def fold_table(comparison):
    """Return sizes and scores of the folds."""
    scores = comparison.scores_
    digits = digits_for(scores)
    rows = []
    for fold, (train, test) in enumerate(comparison.splits_):
        values = scores.iloc[fold].to_numpy(float).round(digits)
        best = best_of(values)
        cells = [cell(f"{len(train):,}"), cell(f"{len(test):,}")]
        cells += [
            cell("failed" if np.isnan(value) else number(value, digits), bold=value == best)
            for value in values
        ]
        rows.append(row(fold, cells))
    columns = ["Fold", "Training clips", "Test clips", *scores.columns]
    return table(f"{scorer_name(comparison.scoring_).capitalize()} of each fold", columns, rows)


def search_table(name, chosen):
    """Return the table of the parameters that a search chose on each fold.

    Parameters
    ----------
    name : str
        The model.
    chosen : DataFrame
        One row per fold, one column per parameter.
    """
    rows = [
        row(fold, [cell(_value(value), css="text") for value in line])
        for fold, line in zip(chosen.index, chosen.to_numpy(object), strict=True)
    ]
    return table(f"{name}: parameters chosen by its search", ["Fold", *chosen.columns], rows, css="texts")


_TEST_COLUMNS = ["p (Holm)", "P(worse)", "P(equal)", "P(better)"]


def _tested(comparison):
    return len(comparison.models_) > 1


def _test_cells(line, digits, *, is_reference):
    if is_reference:
        return [cell("reference"), *[cell("")] * len(_TEST_COLUMNS)]
    return [
        cell(number(line["difference"], digits, sign=True)),
        cell(p_text(line["p_holm"])),
        *(cell(probability(line[column])) for column in ("worse_prob", "rope_prob", "better_prob")),
    ]


def _cost_cells(line):
    n_parameters, seconds = line["n_parameters"], line["fit_time"]
    return [
        cell(short(n_parameters) if np.isfinite(n_parameters) else NONE),
        cell(seconds_text(seconds) if np.isfinite(seconds) else NONE),
    ]


def _row_class(comparison, name):
    if name not in comparison.baselines_:
        return ""
    return "guess first-guess" if name == comparison.baselines_[0] else "guess"


def _value(value):
    if isinstance(value, float):
        return NONE if np.isnan(value) else f"{value:g}"
    return value
