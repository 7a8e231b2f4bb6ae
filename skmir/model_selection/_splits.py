"""The folds of a comparison."""

import numbers
import warnings

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, check_cv
from sklearn.utils.multiclass import type_of_target


def make_splits(cv, X, y, groups=None, seed=None):
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
        Of the shuffling, where ``cv`` is an integer and there are no groups.

    Returns
    -------
    splits : list of (ndarray of int, ndarray of int)
        Positions of the training and of the test clips.

    Raises
    ------
    ValueError
        Where there is no fold, or scikit-learn refuses: more folds than groups, say.
    """
    if cv is None or isinstance(cv, numbers.Integral):
        cv = _splitter(5 if cv is None else cv, y, groups, seed)
    positions = np.arange(len(y))
    splits = [
        (positions[np.asarray(train)], positions[np.asarray(test)])
        for train, test in check_cv(cv).split(X, y, groups)
    ]
    if not splits:
        raise ValueError(
            f"cv={cv!r} gives no fold. Pass an integer >= 2, a splitter, or (train, test) pairs."
        )
    return splits


def _splitter(n_splits, y, groups, seed):
    if groups is not None:
        return GroupKFold(n_splits)
    if type_of_target(y) in ("binary", "multiclass"):
        return StratifiedKFold(n_splits, shuffle=True, random_state=seed)
    return KFold(n_splits, shuffle=True, random_state=seed)


def warn_of_missing_classes(y, splits):
    """Warn where a fold's training or test part has no clip of a class: the score there means less.

    Parameters
    ----------
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels; nothing is said where they are no single class a clip.
    splits : list of (ndarray, ndarray)
        Training and test positions of each fold.
    """
    if type_of_target(y) not in ("binary", "multiclass"):
        return
    y = np.asarray(y)
    consequence = {
        "training": "no model can learn it there",
        "test": "scores averaged over classes are over those that are there",
    }
    for i, part in enumerate(consequence):
        lacking = {fold: np.setdiff1d(y, y[split[i]]) for fold, split in enumerate(splits)}
        lacking = {fold: classes for fold, classes in lacking.items() if len(classes)}
        if lacking:
            fold, classes = next(iter(lacking.items()))
            warnings.warn(
                f"In {len(lacking)} of {len(splits)} folds the {part} part has no clip of some class (fold "
                f"{fold}: {classes.tolist()}): {consequence[part]}. Fewer folds, or a splitter that spreads "
                "classes (StratifiedGroupKFold), may mend it.",
                stacklevel=3,
            )
