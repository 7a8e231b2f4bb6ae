"""Mistakes in a report: which clips were got wrong, and which classes were taken for which."""

import os

import numpy as np

from ._html import cell, paragraph, row, table
from ._numbers import listed, probability
from ._words import judged

N_CONFIDENT = 5  # mistakes of each model
N_PAIRS, N_SUSPECTED = 10, 25  # rows of the tables


def mistake_tables(comparison, classes):
    """Return the tables of mistakes; nothing if no clip has exactly one class, or all predictions are right.

    Parameters
    ----------
    comparison : Comparison
    classes : Classes
        Gives names to the labels.
    """
    if comparison.kind_ != "classes" or comparison.mistakes_.empty:
        return ""
    found = comparison.mistakes_.assign(clip=_clip_names(comparison)[comparison.mistakes_["row"]])
    for column in ("label", "predicted"):
        found[column] = [classes.name(label) for label in found[column]]
    models = [name for name in judged(comparison) if not comparison.predictions_[name].mask.all()]
    parts = [_confident(found, models), _pairs(found, models), _suspected(found, comparison)]
    return "\n".join(part for part in parts if part)


def _clip_names(comparison):
    """Return short names of the clips: files without the folder that all share, or positions in X."""
    files = comparison.files_
    if files is None:
        return np.arange(len(comparison.y_)).astype(object)
    try:
        shared = os.path.commonpath([os.path.dirname(file) for file in files])
    except ValueError:  # on several drives, or only some from the root
        shared = ""
    return np.array([os.path.relpath(file, shared) if shared else file for file in files], dtype=object)


def _confident(found, models):
    silent = found.groupby("model")["predicted_proba"].count()
    silent = [name for name in models if silent.get(name) == 0]
    # Some for each model: one that is always certain would fill the table.
    found = found[found["predicted_proba"].notna()].groupby("model").head(N_CONFIDENT)
    if found.empty:
        note = "The models that made mistakes give no probabilities, so none can be called confident."
        return paragraph(note, "note")
    rows = [
        row(
            one.clip,
            [
                *_grouped(one),
                *(cell(text, css="text") for text in (one.label, one.predicted, one.model)),
                cell(probability(one.predicted_proba)),
                cell(probability(one.label_proba)),
                cell(f"{one.n_wrong} of {one.n_models}"),
                cell(one.fold),
            ],
        )
        for one in found.itertuples()
    ]
    columns = ["Clip", *_group_column(found), "Label", "Predicted", "Model", "Its probability"]
    columns += ["Probability of the label", "Models that were wrong", "Fold"]
    note = f"Up to {N_CONFIDENT} mistakes of each model, those of which it was most certain. Some kinds of "
    note += "models are more certain than others, right or wrong."
    if silent:
        note += f" Those of {listed(silent)} are left out: no probabilities are known."
    return "\n".join([table("The most confident mistakes", columns, rows), paragraph(note, "note")])


def _pairs(found, models):
    counts = found.groupby(["label", "predicted", "model"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=models, fill_value=0)
    totals = counts.sum(axis=1).sort_values(ascending=False, kind="stable").head(N_PAIRS)
    rows = [
        row(f"{pair[0]} taken for {pair[1]}", [cell(f"{count:,}") for count in (*counts.loc[pair], total)])
        for pair, total in totals.items()
    ]
    return table("The pairs most often confused", ["Pair", *models, "All models"], rows)


def _suspected(found, comparison):
    """Return the table of clips that every model got wrong each time the clip was held out."""
    n_tested = np.zeros(len(comparison.y_), dtype=int)
    for name in judged(comparison):
        for fold, (_, test) in enumerate(comparison.splits_):
            n_tested[test] += (name, fold) not in comparison.errors_
    n_models = found.groupby("row")["model"].nunique()
    n_wrong = found["row"].value_counts()
    rows_of = [clip for clip in n_models.index[n_models > 1] if n_wrong[clip] == n_tested[clip]]
    if not rows_of:
        return ""
    unsure = found[found["row"].isin(rows_of)].groupby("row")["label_proba"].mean().fillna(1)
    ordered = unsure.sort_values(kind="stable").index[:N_SUSPECTED]
    rows = [_suspect(found[found["row"] == clip]) for clip in ordered]
    shown = f", {len(ordered)} of {len(rows_of):,}" if len(ordered) < len(rows_of) else ""
    note = (
        "Every model was wrong each time that the clip was held out. Look at the labels of these clips: they "
    )
    note += "may be wrong, or the clips are hard. Those whose label the models think least likely are first."
    columns = [
        "Clip",
        *_group_column(found),
        "Label",
        "What the models said",
        "Mean probability of the label",
    ]
    return "\n".join(
        [table(f"Clips that all models get wrong{shown}", columns, rows), paragraph(note, "note")]
    )


def _suspect(of_clip):
    first = next(of_clip.itertuples())
    by_label = {}
    for name, label in zip(of_clip["model"], of_clip["predicted"], strict=True):
        by_label.setdefault(label, {}).setdefault(name)
    said = "; ".join(f"{label} ({', '.join(names)})" for label, names in by_label.items())
    likely = of_clip["label_proba"].mean()
    texts = [cell(first.label, css="text"), cell(said, css="text")]
    return row(first.clip, [*_grouped(first), *texts, cell(probability(likely))])


def _group_column(found):
    return ["Group"] if "group" in found else []


def _grouped(one):
    return [cell(one.group, css="text")] if hasattr(one, "group") else []
