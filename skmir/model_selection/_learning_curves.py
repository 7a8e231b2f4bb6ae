"""Scores of models as a function of the number of training clips."""

import numbers
import warnings

import numpy as np
import pandas as pd
from sklearn.exceptions import FitFailedWarning
from sklearn.utils import indexable

from .._parameter_checks import check_number
from .._random import MAX_SEED
from .._text_table import text_table
from ._compare import compare
from ._groups import check_groups
from ._seeds import as_seed
from ._splits import make_splits
from ._target_kind import as_target


class LearningCurves:
    """The result of :func:`learning_curves`.

    Parameters
    ----------
    comparisons : dict of float to Comparison
        Maps each share of the training clips to the comparison at that share, from small to large.
    errors : dict of float to (float, str), default=None
        Maps each share at which no model could be fitted to the mean number of training clips and the error.

    Attributes
    ----------
    table_ : DataFrame
        One row per model and share; ``n_train``: mean number of training clips; ``mean``, ``ci_low``,
        ``ci_high``, ``fit_time`` and ``n_failed`` as in :class:`Comparison`. NaN for shares in ``errors_``,
        at which every fold failed.
    comparisons_ : dict of float to Comparison
        Comparison at each share, without the shares in ``errors_``.
    errors_ : dict of float to str
        Error message at each share at which no model could be fitted.

    See Also
    --------
    skmir.inspection.LearningCurveDisplay : Draws them.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skmir.model_selection import learning_curves
    >>> X, y = load_iris(return_X_y=True)
    >>> curves = learning_curves({"Bayes": GaussianNB()}, X, y, train_sizes=[0.2, 1.0], random_state=0)
    >>> list(curves.comparisons_)
    [0.2, 1.0]
    """

    def __init__(self, comparisons, errors=None):
        errors = errors or {}
        self.comparisons_ = comparisons
        self.errors_ = {share: error for share, (_, error) in errors.items()}
        one = next(iter(comparisons.values()))
        rows = {}
        for name in one.models_:
            for share in sorted([*comparisons, *errors]):
                if share in comparisons:
                    rows[name, share] = _row(comparisons[share], name)
                else:
                    rows[name, share] = _failed_row(errors[share][0], len(one.splits_))
        index = pd.MultiIndex.from_tuples(rows, names=["model", "share"])
        self.table_ = pd.DataFrame(list(rows.values()), index=index).astype({"n_failed": int})

    def __repr__(self):
        return f"Learning curves\n{text_table(self.table_)}"


_COLUMNS = ["mean", "ci_low", "ci_high", "fit_time", "n_failed"]


def _row(found, name):
    n_train = np.mean([len(train) for train, _ in found.splits_])
    return {"n_train": n_train} | found.table_.loc[name, _COLUMNS].to_dict()


def _failed_row(n_train, n_folds):
    return {"n_train": n_train} | dict.fromkeys(_COLUMNS, np.nan) | {"n_failed": n_folds}


def learning_curves(
    models,
    X,
    y,
    *,
    train_sizes=(0.1, 0.25, 0.5, 1.0),
    groups=None,
    cv=5,
    n_repeats=1,
    random_state=None,
    **params,
):
    """Compare models trained on growing parts of the training clips, and tested on the same test clips.

    The parts are nested: a smaller part is contained in each larger one. If there are groups, whole groups
    are left out; if each clip has one class, classes keep their proportions as far as possible. If no model
    can be fitted at some size (because there are too few clips of a class, say), its scores in the table are
    NaN, and the other sizes stay.

    Parameters
    ----------
    models : dict of str to estimator
        As in :func:`compare`.
    X : clips, frames or table
        As in :func:`compare`.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs), or list of annotations
        As in :func:`compare`.
    train_sizes : sequence of float in (0, 1] or of int, default=(0.1, 0.25, 0.5, 1.0)
        Shares of each training part. Integers from 2 on are numbers of clips, and are converted to shares of
        the smallest training part; a 1 among fractions means the whole part, as 1.0 does.
    groups : array-like of shape (n_clips,), default=None
        As in :func:`compare`.
    cv : int, splitter or iterable of (train, test), default=5
        As in :func:`compare`.
    n_repeats : int, default=1
        As in :func:`compare`.
    random_state : int, RandomState instance or None, default=None
        As in :func:`compare`; it also seeds the choice of the clips that are left out.
    **params
        Further arguments of :func:`compare`, such as ``scoring``, ``memory``, ``n_jobs`` and ``verbose``.

    Returns
    -------
    curves : LearningCurves
        ``curves.table_`` is the table.

    Raises
    ------
    ValueError
        If a size is neither a share nor a possible number of clips, all sizes are integers and one of them
        is 1, or no model can be fitted at any size.

    Warns
    -----
    FitFailedWarning
        If no model can be fitted at some size.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skmir.model_selection import learning_curves
    >>> X, y = load_iris(return_X_y=True)
    >>> curves = learning_curves({"Bayes": GaussianNB()}, X, y, train_sizes=[0.2, 1.0], random_state=0)
    >>> curves.table_.loc["Bayes", "n_train"].tolist()
    [24.0, 120.0]
    """
    X, y, groups = indexable(X, y, groups)
    groups = check_groups(groups)
    seed = as_seed(random_state)
    y, kind = as_target(y, models.values())
    splits = make_splits(cv, X, y, groups, seed, n_repeats, kind)
    shares = _check_shares(train_sizes, min(len(train) for train, _ in splits))
    seeds = np.random.RandomState(seed).randint(MAX_SEED, size=len(splits))
    ordered = [_order(train, y, kind, groups, s) for (train, _), s in zip(splits, seeds, strict=True)]
    comparisons, errors = {}, {}
    for share in shares:
        parts = [
            (np.sort(np.concatenate(units[: _n_units(units, share)])), test)
            for units, (_, test) in zip(ordered, splits, strict=True)
        ]
        try:
            comparisons[share] = compare(models, X, y, groups=groups, cv=parts, random_state=seed, **params)
        except ValueError as error:  # an error that occurs at all sizes is raised below
            errors[share] = error, np.mean([len(train) for train, _ in parts])
    if not comparisons:
        raise errors[shares[-1]][0]
    for share, (error, n_train) in errors.items():
        warnings.warn(
            f"No model could be fitted on a share of {share:.3g} (mean number of clips: {n_train:.0f}): "
            f"{error}\nThe scores at this size are NaN; the other sizes stay.",
            FitFailedWarning,
            stacklevel=2,
        )
    return LearningCurves(
        comparisons, {share: (n_train, str(error)) for share, (error, n_train) in errors.items()}
    )


def _check_shares(train_sizes, n_clips):
    """Return shares in rising order."""
    sizes = list(train_sizes)
    if not sizes:
        raise ValueError("train_sizes is empty. Pass shares, such as [0.25, 0.5, 1.0], or numbers of clips.")
    whole = any(not isinstance(size, numbers.Integral) for size in sizes)  # whether a 1 means the whole part
    return sorted({_check_share(size, n_clips, whole) for size in sizes})


def _check_share(size, n_clips, one_is_whole):
    """Return a size as a share."""
    if not isinstance(size, numbers.Integral):
        check_number("train_sizes", size, above=0, high=1)
        return float(size)
    check_number("train_sizes", size, kind=numbers.Integral, low=1, high=n_clips)
    if size > 1:
        return int(size) / n_clips
    if not one_is_whole:
        raise ValueError(
            "train_sizes holds the integer 1, but one clip cannot train a model. Pass 1.0 for all training "
            "clips."
        )
    return 1.0


def _order(train, y, kind, groups, seed):
    """Return the training clips in units that stay whole; any first units are a fair sample."""
    rng = np.random.RandomState(seed)
    codes = np.arange(len(train)) if groups is None else np.asarray(groups)[train]
    units = [train[codes == code] for code in np.unique(codes)]
    units = [units[i] for i in rng.permutation(len(units))]
    if kind not in ("classes", "tags"):
        return units
    y = np.asarray(y)
    if kind == "classes":
        labels = np.array([_most_frequent(y[unit]) for unit in units])
    else:
        counts = (y[train] != 0).sum(axis=0)
        labels = np.array([_rarest_tag(y[unit], counts) for unit in units])
    # Place of a unit in its class, from 0 to 1, so that classes take turns in proportion to their sizes.
    place = np.empty(len(units))
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        place[own] = (np.arange(len(own)) + rng.uniform()) / len(own)
    return [units[i] for i in np.argsort(place, kind="stable")]


def _n_units(units, share):
    """Return the number of first units that comes nearest to a share of the clips, at least one."""
    sizes = np.cumsum([len(unit) for unit in units])
    return int(np.argmin(np.abs(sizes - share * sizes[-1]))) + 1


def _rarest_tag(tags, counts):
    """Return the rarest of the tags that a unit's clips have, or -1 if they have none."""
    present = np.flatnonzero((tags != 0).any(axis=0))
    return present[counts[present].argmin()] if len(present) else -1


def _most_frequent(labels):
    values, counts = np.unique(labels, return_counts=True)
    return values[np.argmax(counts)]
