"""Mistakes in a report: which clips were got wrong, and which classes were taken for which."""

import os
from typing import NamedTuple

import numpy as np

from ._html import cell, paragraph, row, table
from ._numbers import listed, probability
from ._words import judged

N_CONFIDENT = 5  # mistakes of each model
N_PAIRS, N_SUSPECTED = 10, 25  # rows of the tables


class Mistakes:
    """What a page shows of the mistakes; nothing if there are none, or no clip has exactly one class.

    Parameters
    ----------
    comparison : Comparison
    classes : Classes
        Gives names to the labels.

    Attributes
    ----------
    names : ndarray of shape (n_clips,)
        Short names of the clips.
    rows : list of int
        Rows in X of the clips that are shown, those first that matter most.
    """

    def __init__(self, comparison, classes):
        self.names, self.rows = _clip_names(comparison), []
        self._found = None
        if comparison.kind_ != "classes" or comparison.mistakes_.empty:
            return
        found = comparison.mistakes_.assign(clip=self.names[comparison.mistakes_["row"]])
        for column in ("label", "predicted"):
            found[column] = [classes.name(label) for label in found[column]]
        self._found = found
        self._models = [name for name in judged(comparison) if not comparison.predictions_[name].mask.all()]
        self._confident = _confident(found)
        self._pairs = _pairs(found, self._models)
        self._suspected, self._n_suspected = _suspected(found, comparison)
        shown = [*self._suspected, *self._confident["row"], *(pair.example for pair in self._pairs)]
        self.rows = list(dict.fromkeys(map(int, shown)))

    def tables(self, heard=()):
        """Return the tables.

        Parameters
        ----------
        heard : collection of int
            Rows in X of the clips that have a card on the page; the tables lead there.
        """
        if self._found is None:
            return ""
        anchors = {row: anchor_of(row) for row in heard}
        parts = [
            _confident_table(self._found, self._confident, self._models, anchors),
            _pair_table(self._pairs, self._models, anchors),
            _suspected_table(self._found, self._suspected, self._n_suspected, anchors),
        ]
        return "\n".join(part for part in parts if part)


def anchor_of(clip):
    """Return the anchor of the card of the clip in this row of X."""
    return f"clip-{clip}"


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


def _confident(found):
    """Return some mistakes of each model: one that is always certain would fill the table."""
    return found[found["predicted_proba"].notna()].groupby("model").head(N_CONFIDENT)


def _confident_table(found, confident, models, anchors):
    silent = found.groupby("model")["predicted_proba"].count()
    silent = [name for name in models if silent.get(name) == 0]
    if confident.empty:
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
            anchor=anchors.get(one.row),
        )
        for one in confident.itertuples()
    ]
    columns = ["Clip", *_group_column(found), "Label", "Predicted", "Model", "Its probability"]
    columns += ["Probability of the label", "Models that were wrong", "Fold"]
    note = f"Up to {N_CONFIDENT} mistakes of each model, those of which it was most certain. Some kinds of "
    note += "models are more certain than others, right or wrong."
    if silent:
        note += f" Those of {listed(silent)} are left out: no probabilities are known."
    return "\n".join([table("The most confident mistakes", columns, rows), paragraph(note, "note")])


class _Pair(NamedTuple):
    """A class, what it was taken for, how often by each model, and the row of the most confident case."""

    label: str
    predicted: str
    counts: list
    example: int


def _pairs(found, models):
    counts = found.groupby(["label", "predicted", "model"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=models, fill_value=0)
    order = counts.sum(axis=1).sort_values(ascending=False, kind="stable").head(N_PAIRS).index
    examples = found.groupby(["label", "predicted"])["row"].first()
    return [_Pair(*pair, counts.loc[pair].tolist(), examples[pair]) for pair in order]


def _pair_table(pairs, models, anchors):
    rows = [
        row(
            f"{pair.label} taken for {pair.predicted}",
            [cell(f"{count:,}") for count in (*pair.counts, sum(pair.counts))],
            anchor=anchors.get(pair.example),
        )
        for pair in pairs
    ]
    return table("The pairs most often confused", ["Pair", *models, "All models"], rows)


def _suspected(found, comparison):
    """Return clips that every model got wrong each time they were held out, the least likely labels first.

    Returns
    -------
    rows : list of int
        At most ``N_SUSPECTED``.
    n_rows : int
        How many there are in all.
    """
    n_tested = np.zeros(len(comparison.y_), dtype=int)
    for name in judged(comparison):
        for fold, (_, test) in enumerate(comparison.splits_):
            n_tested[test] += (name, fold) not in comparison.errors_
    n_models = found.groupby("row")["model"].nunique()
    n_wrong = found["row"].value_counts()
    rows = [clip for clip in n_models.index[n_models > 1] if n_wrong[clip] == n_tested[clip]]
    likely = found[found["row"].isin(rows)].groupby("row")["label_proba"].mean().fillna(1)
    return list(likely.sort_values(kind="stable").index[:N_SUSPECTED]), len(rows)


def _suspected_table(found, suspected, n_suspected, anchors):
    if not suspected:
        return ""
    rows = [_suspect(found[found["row"] == clip], anchors.get(clip)) for clip in suspected]
    shown = f", {len(suspected)} of {n_suspected:,}" if len(suspected) < n_suspected else ""
    note = (
        "Every model was wrong each time that the clip was held out. Look at the labels of these clips: they "
        "may be wrong, or the clips are hard. Those whose label the models think least likely are first."
    )
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


def _suspect(of_clip, anchor):
    first = next(of_clip.itertuples())
    by_label = {}
    for name, label in zip(of_clip["model"], of_clip["predicted"], strict=True):
        by_label.setdefault(label, {}).setdefault(name)
    said = "; ".join(f"{label} ({', '.join(names)})" for label, names in by_label.items())
    likely = of_clip["label_proba"].mean()
    texts = [cell(first.label, css="text"), cell(said, css="text")]
    return row(first.clip, [*_grouped(first), *texts, cell(probability(likely))], anchor=anchor)


def _group_column(found):
    return ["Group"] if "group" in found else []


def _grouped(one):
    return [cell(one.group, css="text")] if hasattr(one, "group") else []
