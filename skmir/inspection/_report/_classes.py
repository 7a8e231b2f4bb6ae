"""Classes in a report: how well each is recognised, and which are confused."""

import numpy as np
import pandas as pd

from ..._annotations import kind_of_annotations, n_events
from ._figures import confusion_figure
from ._html import bullets, cell, folded, paragraph, row, table
from ._numbers import best_of, number, percent
from ._words import judged

MAX_CELLS = 20  # classes up to which a confusion matrix is a table
N_CONFUSIONS = 3  # named per model
_GLOBAL = {
    "class": "over all decisions, and so the share of clips that are classified correctly. ",
    "tag": "over all decisions; its share is the mean number of tags per clip. Each model decides by its own "
    "threshold, which rare tags seldom reach: their F1 can be 0 although the model ranks clips well. ",
}
_NOUNS = {"events": "event", "bars": "beat", "segments": "segment", "notes": "note"}


class Classes:
    """The classes of a comparison and their names.

    Parameters
    ----------
    comparison : Comparison
    target_names : sequence of str or None
        Names of the classes in the order of the sorted labels, or of the tags; None takes the labels.

    Attributes
    ----------
    kind : str
        Meaning of a column of ``y``, or of one of its values: "class", "tag" or "target"; "annotated event",
        "annotated beat", "annotated segment" or "annotated note".
    labels : list
        Classes, or positions of the tags or targets; none for annotations.
    n_values : int
        Number of labels, or of events, beats, segments or notes in all clips.

    Raises
    ------
    ValueError
        If the number of names is not the number of classes.
    """

    def __init__(self, comparison, target_names=None):
        self._comparison = comparison
        y = comparison.y_
        self.kind = _kind(comparison)
        if self.kind == "class":
            self.labels = np.unique(y).tolist()
        elif comparison.kind_ == "annotations":
            self.labels = []
        else:
            self.labels = list(range(y.shape[1] if y.ndim == 2 else 1))
        names = self.labels if target_names is None else list(target_names)
        if len(names) != len(self.labels):
            raise ValueError(
                f"target_names must have one name for each of the {len(self.labels)} labels {self.labels}, "
                f"got {len(names)} names. Pass them in the order of the sorted labels, or of y's columns."
            )
        self._names = {label: str(name) for label, name in zip(self.labels, names, strict=True)}
        self.n_values = len(self.labels) if comparison.kind_ != "annotations" else sum(map(n_events, y))
        self._whole = "(Global)" if "Global" in self._names.values() else "Global"

    def name(self, label):
        """Return the name of a label, or the label itself if it is not in ``y``."""
        return self._names.get(label, str(label))

    def scores(self):
        """Return the tables of F1, precision and recall; nothing for numbers and annotations."""
        if self.kind not in _GLOBAL:
            return ""
        tables = {metric: self._metric_table(metric) for metric in ("f1", "precision", "recall")}
        others = folded("Precision and recall", tables["precision"] + tables["recall"], is_open=True)
        note = f"{self._whole}: {_GLOBAL[self.kind]}"
        note += "Scores are over the test clips of all folds together. Bold: the best of a row."
        return "\n".join([tables["f1"], paragraph(note, "note"), others])

    def confusions(self):
        """Return one confusion matrix per model, except for baselines and models that failed on all folds."""
        if self.kind != "class":
            return ""
        done = [
            name for name in judged(self._comparison) if not self._comparison.predictions_[name].mask.all()
        ]
        return f'<div class="side">\n{"".join(map(self._confusion, done))}\n</div>'

    def _metric_table(self, metric):
        found = self._comparison.class_table(metric)
        names = [*(self.name(label) for label in found.index[:-1]), self._whole]
        shares, values = found.iloc[:, 0].to_numpy(float), found.iloc[:, 1:].to_numpy(float).round(3)
        rows = []
        for name, share, line in zip(names, shares, values, strict=True):
            best = best_of(line)
            share = number(share, 2) if share > 1 else percent(share)  # tags per clip, over all of them
            cells = [cell(share), *(cell(number(value), bold=value == best) for value in line)]
            rows.append(row(name, cells, "whole" if len(rows) == len(names) - 1 else ""))
        title = {"f1": "F1", "precision": "Precision", "recall": "Recall"}[metric]
        columns = [self.kind.capitalize(), "Share", *found.columns[1:]]
        return table(f"{title} of each {self.kind}", columns, rows)

    def _confusion(self, model):
        matrix = self._comparison.confusion_matrix(model)
        labels = [self.name(label) for label in matrix.index]
        matrix = pd.DataFrame(matrix.to_numpy(), labels, labels)
        shares = matrix.to_numpy() / np.maximum(matrix.to_numpy().sum(axis=1, keepdims=True), 1)
        if len(matrix) > MAX_CELLS:
            drawn = confusion_figure(matrix, shares, model)
        else:
            drawn = _confusion_table(matrix, shares, model)
        return f"<div>\n{drawn}\n{_most_confused(matrix.to_numpy(), shares, labels)}\n</div>"


def _kind(comparison):
    """Return the kind of values in y, in the singular."""
    if comparison.kind_ == "annotations":
        return f"annotated {_NOUNS[kind_of_annotations(comparison.y_)]}"
    return {"classes": "class", "tags": "tag", "numbers": "target"}[comparison.kind_]


def _confusion_table(matrix, shares, model):
    rows = []
    for i, name in enumerate(matrix.index):
        cells = [
            cell(
                f"{count:,}",
                below=percent(share) if count else "",
                css="hit" if i == j else "",
                style=f"background:{_shade(share)}",
            )
            for j, (count, share) in enumerate(zip(matrix.to_numpy()[i], shares[i], strict=True))
        ]
        rows.append(row(name, cells))
    return table(model, ["true ↓ predicted →", *matrix.columns], rows, css="confusion")


def _shade(share):
    """Return a colour from white to a blue on which black is read well."""
    return "#" + "".join(f"{round(255 + share * (end - 255)):02x}" for end in (110, 175, 224))


def _most_confused(counts, shares, labels):
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-wrong, axis=None, kind="stable")[:N_CONFUSIONS]
    pairs = [np.unravel_index(i, wrong.shape) for i in order if wrong.flat[i] > 0]
    return bullets(
        [f"{labels[i]} taken for {labels[j]}: {wrong[i, j]:,} ({percent(shares[i, j])})" for i, j in pairs],
        css="note",
    )
