"""Runs of every network over the same seeds, which benchmarks of models share."""

import numpy as np
import pandas as pd

from skmir.model_selection import default_models
from skmir.model_selection._results._corrected_statistics import corrected_interval, corrected_ttest, holm
from skmir.model_selection._seeds import seeded_clone

CLASSIC = ("SVM", "LDA")  # they draw nothing at random: one run is all runs


def over_seeds(names, n_seeds, memory=None):
    """Return the default models of some names, each network once per seed.

    Parameters
    ----------
    names : sequence of str
        As for ``default_models``.
    n_seeds : int
    memory : str or PathLike, default=None
        Folder in which front ends keep features.

    Returns
    -------
    models : dict of str to Pipeline
        "SVM", "CNN 0", "CNN 1", and so on.
    """
    models = {}
    for name, model in default_models(names, memory=memory).items():
        runs = columns(name, n_seeds)
        models |= {run: seeded_clone(model, seed) for seed, run in enumerate(runs)}
    return models


def columns(name, n_seeds):
    """Return the names of a model's runs."""
    return [name] if name in CLASSIC else [f"{name} {seed}" for seed in range(n_seeds)]


def mean_scores(result, names, n_seeds):
    """Return each model's scores, a row per fold and a column per model: the mean over its seeds."""
    return pd.DataFrame({name: result.scores_[columns(name, n_seeds)].mean(axis=1) for name in names})


def seeds_table(result, names, n_seeds):
    """Return a row per model, as a comparison's table has it, of the scores averaged over seeds in each fold.

    Parameters
    ----------
    result : Comparison
        Of the models of :func:`over_seeds`, and of baselines.
    names : sequence of str
        The first is what the others are tested against.
    n_seeds : int

    Returns
    -------
    table : DataFrame
        Columns mean, ci_low, ci_high, p_value, p_holm, fit_time (in s, mean over folds and seeds) and
        n_parameters.
    """
    guesses = list(result.baselines_)
    scores = mean_scores(result, names, n_seeds).join(result.scores_[guesses])
    ratio = sum(len(test) for _, test in result.splits_) / sum(len(train) for train, _ in result.splits_)
    rows = {}
    for name in scores:
        runs = [name] if name in guesses else columns(name, n_seeds)
        low, high = corrected_interval(scores[name].to_numpy(), ratio)
        differences = (scores[name] - scores[names[0]]).to_numpy()
        rows[name] = {
            "mean": scores[name].mean(),
            "ci_low": low,
            "ci_high": high,
            "p_value": np.nan if name == names[0] else corrected_ttest(differences, ratio)[1],
            "fit_time": result.table_.loc[runs, "fit_time"].mean(),
            "n_parameters": result.table_.loc[runs, "n_parameters"].mean(),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.insert(4, "p_holm", holm(table["p_value"].mask(table.index.isin(guesses))))
    return table


def interval(low, high, form=".2f"):
    """Return an interval as tables print it, or a dash if the scores do not vary and there is none."""
    return "\N{EN DASH}" if np.isnan(low) else f"{low:{form}} to {high:{form}}"


def markdown(table):
    """Return a table of :func:`seeds_table` in Markdown."""
    lines = [
        "| model | balanced accuracy | 95 % interval | p against SVM (Holm) | fit, s per fold | parameters |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in table.iterrows():
        p = "" if pd.isna(row["p_value"]) else f"{row['p_value']:.2g}"
        p += "" if pd.isna(row["p_holm"]) else f" ({row['p_holm']:.2g})"
        n_parameters = "" if pd.isna(row["n_parameters"]) else f"{row['n_parameters']:,.0f}"
        lines.append(
            f"| {name} | {row['mean']:.3f} | {interval(row['ci_low'], row['ci_high'], '.3f')} | {p} "
            f"| {row['fit_time']:.1f} | {n_parameters} |"
        )
    return "\n".join(lines)
