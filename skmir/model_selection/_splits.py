"""The folds of a comparison."""

import numbers

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, check_cv

from .._random import MAX_SEED
from .._validation import check_number
from ._targets import kind_of_target


def make_splits(cv, X, y, groups=None, seed=None, n_repeats=1, kind=None):
    """Return the folds as a list: made once, they are the same for all models, and tests are paired.

    Parameters
    ----------
    cv : int, splitter or iterable of (train, test)
        See :func:`skmir.model_selection.compare`; None is 5.
    X, y : clips and labels
        What the splitter looks at.
    groups : array-like of shape (n_clips,), default=None
        What must not stand on both sides.
    seed : int or None, default=None
        Of the shuffling, where ``cv`` is an integer.
    n_repeats : int, default=1
        How many times clips are dealt out anew, where ``cv`` is an integer.
    kind : {"classes", "tags", "numbers"} or None, default=None
        See :func:`kind_of_target`; None finds out by y.

    Returns
    -------
    splits : list of (ndarray of int, ndarray of int)
        Positions of the training and of the test clips.

    Raises
    ------
    ValueError
        Where there is no fold, ``n_repeats`` comes with a splitter, or scikit-learn refuses: more folds than
        groups, say.
    """
    check_number("n_repeats", n_repeats, kind=numbers.Integral, low=1)
    if cv is None or isinstance(cv, numbers.Integral):
        splitters = _splitters(5 if cv is None else cv, n_repeats, kind or kind_of_target(y), groups, seed)
    elif n_repeats > 1:
        raise ValueError(
            f"n_repeats={n_repeats} repeats the folds of an integer cv, and cv={cv!r}. Pass an integer, or a "
            "splitter that repeats itself (RepeatedStratifiedKFold) and n_repeats=1."
        )
    else:
        splitters = [check_cv(cv)]
    positions = np.arange(len(y))
    splits = [
        (positions[np.asarray(train)], positions[np.asarray(test)])
        for splitter in splitters
        for train, test in splitter.split(X, y, groups)
    ]
    if not splits:
        raise ValueError(
            f"cv={cv!r} gives no fold. Pass an integer >= 2, a splitter, or (train, test) pairs."
        )
    return splits


def _splitters(n_splits, n_repeats, kind, groups, seed):
    """Return a splitter a repeat. One pass over groups balances the folds' sizes; several must shuffle."""
    if groups is not None and n_repeats == 1:
        return [GroupKFold(n_splits)]
    seeds = [seed] if n_repeats == 1 else np.random.RandomState(seed).randint(MAX_SEED, size=n_repeats)
    ungrouped = StratifiedKFold if kind == "classes" else KFold
    splitter = ungrouped if groups is None else GroupKFold
    seeds = [None if seed is None else int(seed) for seed in seeds]
    return [splitter(n_splits, shuffle=True, random_state=seed) for seed in seeds]
