"""Findings about classes and groups, and about columns of the table that could be groups."""

import numpy as np
import pandas as pd

from .._group_candidates import group_candidates, is_likely
from ._finding import Finding

_UNEVEN = 10  # recordings of the largest class for one of the smallest
_RECORD = "Record more of them, join classes, or leave these classes out"


def class_findings(labels, groups, cv):
    """Yield findings about classes that cannot be learned, tested or compared well.

    Parameters
    ----------
    labels : ndarray of shape (n_recordings,)
    groups : ndarray of shape (n_recordings,) or None
    cv : int
        Number of folds of the comparison to come.
    """
    counts = pd.Series(labels).value_counts(sort=False)
    if len(counts) < 2:
        yield Finding(
            "one_class",
            True,
            f"There is one class only, {counts.index[0]!r}",
            "A classifier needs two or more. If the classes lie one level deeper, name the folder that holds "
            "them; if they are in another column, name it (label_column=).",
        )
        return
    yield from (_small_classes(counts, cv) if groups is None else _grouped_classes(labels, groups, cv))
    if counts.max() >= _UNEVEN * counts.min():
        yield Finding(
            "uneven_classes",
            False,
            f"Classes differ in size: {counts.idxmax()!r} has {counts.max():,} recordings, and "
            f"{counts.idxmin()!r} has {counts.min():,}",
            "Accuracy then says little about small classes; balanced accuracy counts all alike.",
        )


def _small_classes(counts, cv):
    single, few = counts[counts == 1], counts[(counts > 1) & (counts < cv)]
    if len(single):
        yield Finding(
            "single_recording",
            True,
            f"{_of(single, counts)} one recording only",
            f"It is either learned from or tested. {_RECORD}.",
            details=tuple(map(repr, single.index)),
        )
    if len(few):
        yield Finding(
            "small_classes",
            False,
            f"{_of(few, counts)} fewer recordings than there are folds ({cv})",
            f"Each fold tests on one recording of each class or more. {_RECORD}, or use fewer folds (cv=).",
            details=_sizes(few, "recording"),
        )


def _grouped_classes(labels, groups, cv):
    n_groups = pd.Series(groups).groupby(labels).nunique()
    total = len(np.unique(groups))
    if total < cv:
        cure = f"Use at most {total} folds (cv=), or name" if total > 1 else "Name"
        yield Finding(
            "few_groups",
            total < 2,
            f"There {'is 1 group' if total == 1 else f'are {total} groups'} for {cv} folds",
            f"A group is never divided. {cure} a column with more groups (group_column=).",
        )
    single, few = n_groups[n_groups == 1], n_groups[(n_groups > 1) & (n_groups < min(cv, total))]
    if len(single) and total > 1:
        yield Finding(
            "one_group",
            True,
            f"{_of(single, n_groups)} recordings in one group only",
            "When such a class is tested, no recording of it is left to learn from. Add recordings from "
            "other groups, or leave these classes out.",
            details=tuple(map(repr, single.index)),
        )
    if len(few):
        yield Finding(
            "few_groups_of_class",
            False,
            f"{_of(few, n_groups)} recordings in fewer groups than there are folds ({cv})",
            "Some folds have none of them to test on. Add groups, or use fewer folds (cv=).",
            details=_sizes(few, "group"),
        )
    if total == len(groups) > 1:
        yield Finding(
            "single_clips",
            False,
            "Each recording is a group of its own",
            "Such groups keep nothing together. Is there a column that says which recordings are from one "
            "player, piece or album?",
        )


def _of(some, every):
    """Return how many of the classes there are, the beginning of a sentence."""
    return f"{len(some):,} of {len(every):,} classes {'has' if len(some) == 1 else 'have'}"


def _sizes(counts, noun):
    return tuple(f"{name!r} ({n:,} {noun}{'s' * (n > 1)})" for name, n in counts.sort_values().items())


def group_findings(labels, groups, table):
    """Yield findings about groups that are missing, or finer than a column that could be groups.

    Parameters
    ----------
    labels : ndarray of shape (n_recordings,) or None
    groups : ndarray of shape (n_recordings,) or None
    table : DataFrame or None
        One row per recording.
    """
    found = {} if table is None else group_candidates(table, labels=labels)
    if groups is None:
        yield _no_groups(found)
        return
    for name in filter(is_likely, found):
        n_values = _coarser(table[name].to_numpy(), groups, labels)
        if n_values:
            yield Finding(
                "coarser_groups",
                False,
                f"Each group has one value of the column {name!r}, which has {n_values:,} values for "
                f"{len(np.unique(groups)):,} groups",
                "Recordings that share its value may be on both sides of a fold. If models shall work for "
                "values that they do not know, use that column as groups (group_column=).",
            )


def _no_groups(found):
    """Return the finding about missing groups; ``found`` maps columns to their numbers of values."""
    why = (
        "Clips of one piece, player, album or device may be on both sides of a fold. Scores then say how "
        "well models recognise pieces, players, albums or devices that they know, not new ones."
    )
    if not found:
        cure = "If it is known which recordings belong together, add a column group to the table."
        return Finding("no_groups", False, "There are no groups", f"{why} {cure}")
    return Finding(
        "no_groups",
        any(map(is_likely, found)),
        "There are no groups, but columns of the table could be groups",
        f"{why} Name the column that says what belongs together (group_column=).",
        details=tuple(f"{name!r} ({n_values:,} values)" for name, n_values in found.items()),
    )


def _coarser(values, groups, labels):
    """Return the number of values if each group has one, and some class has several groups of one value."""
    rows = pd.DataFrame({"value": values, "group": groups, "label": 0 if labels is None else labels})
    is_nested = (rows.groupby("group")["value"].nunique() == 1).all()
    shared = rows.groupby(["label", "value"])["group"].nunique().max() > 1
    return rows["value"].nunique() if is_nested and shared else 0
