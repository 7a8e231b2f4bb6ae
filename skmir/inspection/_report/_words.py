"""The sentences of a report, made from the numbers alone."""

import numpy as np

from ._numbers import digits_for, interval, listed, number, p_text, probability

LEVEL = 0.05  # of the tests that sentences tell
MAX_NAMES = 5  # in a title


def title_of(comparison):
    """Return "Comparison of SVM and CNN", or the number of models if there are many."""
    names = judged(comparison)
    return f"Comparison of {listed(names) if len(names) <= MAX_NAMES else f'{len(names)} models'}"


def judged(comparison):
    """Return the names of the models that are not baselines."""
    return [name for name in comparison.models_ if name not in comparison.baselines_]


def scorer_name(scorer):
    """Return "balanced accuracy" for "balanced_accuracy"."""
    return scorer.replace("_", " ")


def facts(comparison, n_values, kind):
    """Return the size of the data, the scorers and the seed in one line.

    Parameters
    ----------
    comparison : Comparison
    n_values : int
        Number of classes, tags, targets, or annotated events.
    kind : str
        What they are, in the singular: "class", "tag", "target", "annotated event" and the like.

    Returns
    -------
    text : str
    """
    others = [scorer_name(scorer) for scorer in comparison.scorers_[1:]]
    seed = comparison.random_state_
    parts = [
        f"{_count(len(comparison.y_), 'clip')}, {_count(n_values, kind, 'es' if kind == 'class' else 's')}",
        _count(len(comparison.splits_), "fold"),
        f"judged by {scorer_name(comparison.scoring_)}" + (f", also {listed(others)}" if others else ""),
        "no seed" if seed is None else f"seed {seed}",
    ]
    if not comparison.warnings_ and not comparison.errors_:
        parts.append("no warnings, no failures")
    return " · ".join(parts)


def summary(comparison):
    """Return the first table in words, one or two sentences per model.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    sentences : list of str
        The first is about the best model, the last ones about guessing and about the limits of the test.
    """
    names = [name for name in judged(comparison) if name != comparison.reference_]
    sentences = [_best(comparison), *(_against_reference(comparison, name) for name in names)]
    return [*filter(None, sentences), *_guessing(comparison), *_caution(comparison, names)]


def _count(n, noun, plural="s"):
    return f"{n:,} {noun}{plural if n != 1 else ''}"


def _table(comparison):
    return comparison.table_.astype(float)  # its integers, which may be missing, would make rows of objects


def _digits(comparison):
    return digits_for(_table(comparison)[["mean", "ci_low", "ci_high"]])


def _best(comparison):
    table, digits = _table(comparison).loc[judged(comparison)], _digits(comparison)
    if table["mean"].isna().all():
        return f"No model has a score by {scorer_name(comparison.scoring_)} on any fold."
    name = table["mean"].idxmax()
    low, high = table.loc[name, ["ci_low", "ci_high"]]
    scorer = scorer_name(comparison.scoring_)
    start = f"{name} has the highest mean {scorer}" if len(table) > 1 else f"{name} has a mean {scorer} of"
    within = f" ({100 * comparison.confidence_level_:g} % interval {interval(low, high, digits)})"
    mean = number(table.loc[name, "mean"], digits)
    return f"{start}{':' if len(table) > 1 else ''} {mean}{within if np.isfinite(low) else ''}."


def _against_reference(comparison, name):
    row, digits = _table(comparison).loc[name], _digits(comparison)
    n_folds, n_failed = len(comparison.splits_), row["n_failed"]
    if not np.isfinite(row["difference"]):
        return f"{name} cannot be compared with {comparison.reference_}: they have no fold in common."
    failed = f" on the {n_folds - n_failed:.0f} of {n_folds} folds that did not fail" if n_failed else ""
    low, high = row[["difference_low", "difference_high"]]
    within = f" ({100 * comparison.confidence_level_:g} % interval of the difference "
    within = f"{within}{interval(low, high, digits)})" if np.isfinite(low) else ""
    start = f"{name} is {_where(row['difference'], comparison.reference_, digits)}{failed}{within}"
    return start + (f"; {_test(comparison, row, digits)}" if np.isfinite(row["p_holm"]) else ".")


def _where(difference, reference, digits):
    size = number(abs(difference), digits)
    if float(size) == 0:
        return f"level with {reference}"
    return f"{'ahead of' if difference > 0 else 'behind'} {reference} by {size}"


def _test(comparison, row, digits):
    n_tests = comparison.table_["p_holm"].notna().sum()
    verdict = "is significant" if row["p_holm"] < LEVEL else "is not significant"
    correction = "after Holm's correction " if n_tests > 1 else ""
    p = p_text(row["p_holm"])
    p = f"p {p}" if p.startswith("<") else f"p = {p}"
    if float(number(row["difference"], digits).removeprefix("\N{MINUS SIGN}")) == 0:
        chance = f"they differ by no more than {comparison.rope_:g}: {probability(row['rope_prob'])}"
    else:
        side = "worse" if row["difference"] < 0 else "better"
        chance = f"it is {side} by more than {comparison.rope_:g}: {probability(row[f'{side}_prob'])}"
    return f"{correction}the difference {verdict} at {100 * LEVEL:g} % ({p}). Probability that {chance}."


def _guessing(comparison):
    """Say whether models are better than guessing, if that is known."""
    table, digits = _table(comparison), _digits(comparison)
    guesses = table.loc[comparison.baselines_, "mean"].dropna()
    models = table.loc[judged(comparison), "ci_low"].dropna()
    if guesses.empty or models.empty:
        return
    guess = f"{number(guesses.max(), digits)}, {guesses.idxmax()}"
    low = models.index[models <= guesses.max()].tolist()
    if not low:
        yield f"{_whose(models, comparison)} above the score of guessing ({guess})."
    else:
        reach = "intervals of {} reach" if len(low) > 1 else "interval of {} reaches"
        yield f"The {reach.format(listed(low))} down to the score of guessing ({guess})."


def _whose(models, comparison):
    if len(models) == 1:
        return f"The interval of {models.index[0]} lies"
    return (
        f"The intervals {'of all models' if len(models) == len(judged(comparison)) else 'that are known'} lie"
    )


def _caution(comparison, names):
    if len(comparison.splits_) == 1:
        yield "There is only one fold, so there are no intervals and no tests: scores may be due to chance."
    elif (comparison.table_.loc[names, "p_holm"] >= LEVEL).any():
        yield "A difference that is not significant may still exist: these folds are too few to show it."
