"""Make the folds of a comparison."""

import numbers
import warnings

import numpy as np
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, check_cv
from sklearn.utils.multiclass import type_of_target

from .._parameter_checks import check_number
from .._random import MAX_SEED
from ._multilabel_split import MultilabelStratifiedGroupKFold
from ._target_kind import kind_of_target


def make_splits(cv, X, y, groups=None, seed=None, n_repeats=1, kind=None, doubts=None):
    """Return the folds as a list, so that they are the same for all models and tests are paired.

    Parameters
    ----------
    cv : int, splitter or iterable of (train, test)
        See :func:`skmir.model_selection.compare`; None is 5.
    X, y : clips and labels
        Passed to the splitter.
    groups : array-like of shape (n_clips,), default=None
        Group of each clip; no group must be on both sides of a fold.
    seed : int or None, default=None
        Seeds the shuffling if ``cv`` is an integer.
    n_repeats : int, default=1
        Number of times that clips are assigned to folds if ``cv`` is an integer.
    kind : {"classes", "tags", "numbers", "annotations"} or None, default=None
        See :func:`kind_of_target`; None finds out from y.
    doubts : list of str or None, default=None
        A list to which warnings about the folds are added; None issues them as warnings.

    Returns
    -------
    splits : list of (ndarray of int, ndarray of int)
        Positions of the training and of the test clips.

    Raises
    ------
    ValueError
        If there is no fold, ``n_repeats`` comes with a splitter, or scikit-learn raises an error, for
        instance because there are more folds than groups.
    """
    check_number("n_repeats", n_repeats, kind=numbers.Integral, low=1)
    if cv is None or isinstance(cv, numbers.Integral):
        dealt = _Dealt(5 if cv is None else cv, X, y, groups, kind or kind_of_target(y))
        splits = [fold for repeat in _seeds(seed, n_repeats, groups) for fold in dealt.folds(repeat)]
        _say(dealt.doubts, doubts)
    elif n_repeats > 1:
        raise ValueError(
            f"n_repeats={n_repeats} repeats the folds of an integer cv, but cv={cv!r}. Pass an integer cv, "
            "or a splitter that repeats itself (RepeatedStratifiedKFold) and n_repeats=1."
        )
    else:
        splits = of_splitter(check_cv(cv), X, y, groups, kind)
    if not splits:
        raise ValueError(
            f"cv={cv!r} gives no fold. Pass an integer >= 2, a splitter, or (train, test) pairs."
        )
    return splits


def of_splitter(cv, X, y, groups, kind):
    """Return the folds of a splitter as positions; one that looks at classes cannot split annotations."""
    if kind != "annotations":
        return folds_of(cv, X, y, groups)
    try:
        return folds_of(cv, X, y, groups)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"cv={cv!r} cannot split clips with annotations: {error}\nPass a number of folds, or a splitter "
            "that does not look at classes, such as KFold or GroupKFold."
        ) from error


def folds_of(splitter, X, y, groups):
    """Return the folds of a splitter, with masks converted to positions."""
    positions = np.arange(len(y))
    return [
        (positions[np.asarray(train)], positions[np.asarray(test)])
        for train, test in splitter.split(X, y, groups)
    ]


def _seeds(seed, n_repeats, groups):
    """Return a seed for each repeat. A single pass over groups is not shuffled: its seed is None."""
    if n_repeats == 1:
        return [seed if groups is None else None]
    return np.random.RandomState(seed).randint(MAX_SEED, size=n_repeats).tolist()


def _say(messages, doubts):
    for message in messages:
        if doubts is None:
            warnings.warn(message, stacklevel=4)
        else:
            doubts.append(message)


class _Dealt:
    """Folds of an integer ``cv``, to which clips or whole groups are assigned, by class or tag if it can."""

    def __init__(self, n_splits, X, y, groups, kind):
        self.doubts = []
        self._n_splits, self._data = n_splits, (X, y, groups)
        self._is_grouped, self._has_classes = groups is not None, kind == "classes"
        self._has_tags = kind == "tags" and type_of_target(y) == "multilabel-indicator"

    def folds(self, seed):
        """Return the folds of one repeat."""
        if self._has_tags:
            shuffling = _shuffling(seed) if self._is_grouped else {"shuffle": True, "random_state": seed}
            return folds_of(MultilabelStratifiedGroupKFold(self._n_splits, **shuffling), *self._data)
        if not self._is_grouped:
            splitter = StratifiedKFold if self._has_classes else KFold
            return folds_of(splitter(self._n_splits, shuffle=True, random_state=seed), *self._data)
        stratified = self._stratified(seed) if self._has_classes else None
        return stratified or folds_of(GroupKFold(self._n_splits, **_shuffling(seed)), *self._data)

    def _stratified(self, seed):
        """Return folds that keep groups together and spread classes; None if no useful folds exist.

        scikit-learn's splitter gives each group to the fold where it balances classes best, which can leave a
        fold without any group. It raises an error if every class has fewer clips than there are folds.
        """
        _, y, groups = self._data
        _, sizes = np.unique(np.asarray(y), return_counts=True)
        if self._n_splits > len(np.unique(np.asarray(groups))):
            return None  # GroupKFold raises the error
        if self._n_splits > sizes.max():
            self._doubt(f"each class has fewer than {self._n_splits} clips")
            return None
        with warnings.catch_warnings():  # compare warns with more detail if a fold lacks a class
            warnings.filterwarnings("ignore", message="The least populated class in y has only")
            folds = folds_of(StratifiedGroupKFold(self._n_splits, **_shuffling(seed)), *self._data)
        if min(min(map(len, fold)) for fold in folds) == 0:
            self._doubt("StratifiedGroupKFold leaves a fold without clips")
            return None
        return folds

    def _doubt(self, reason):
        message = (
            "Groups are assigned to folds by their sizes alone (GroupKFold), which does not balance classes, "
            f"because {reason}. With fewer folds, or more groups, classes would be spread as well."
        )
        if message not in self.doubts:
            self.doubts.append(message)


def _shuffling(seed):
    return {} if seed is None else {"shuffle": True, "random_state": seed}
