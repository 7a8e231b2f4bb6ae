"""Folds that keep groups together and labels balanced, for clips that can have several labels."""

import numbers

import numpy as np
import pandas as pd
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils import check_array, check_consistent_length, check_random_state, indexable
from sklearn.utils.multiclass import type_of_target

from .._parameter_checks import check_number
from .._validation import check_tags


class MultilabelStratifiedGroupKFold(BaseCrossValidator):
    """K folds that divide no group and give every label its share in each fold as far as possible.

    Iterative stratification [1]_, applied to groups instead of clips. The rarest label among the groups that
    are still to be placed comes first, since it is the hardest to balance. Its groups are placed one after
    another, groups with the most clips of that label first, each in the fold that lacks most of that label,
    and among equal folds in the one that lacks most clips.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.
    shuffle : bool, default=False
        Whether groups that are equally good choices, and folds, are taken in random order. Otherwise they
        are taken in the order of the clips.
    random_state : int, RandomState instance or None, default=None
        Seeds the shuffling.

    See Also
    --------
    sklearn.model_selection.StratifiedGroupKFold : For one class per clip.
    check_leakage : Finds recordings on both sides of folds.

    Notes
    -----
    If a label is in fewer groups than there are folds, some test folds lack it with any splitter. Clips
    without any label are spread so that folds are of equal size.

    References
    ----------
    .. [1] K. Sechidis, G. Tsoumakas and I. Vlahavas, "On the stratification of multi-label data",
           ECML PKDD, 2011.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.model_selection import MultilabelStratifiedGroupKFold
    >>> y = np.array([[1, 0], [1, 0], [0, 1], [1, 1], [1, 0], [1, 0], [0, 1], [1, 1]])
    >>> groups = np.array(["a", "a", "b", "b", "c", "c", "d", "d"])
    >>> for train, test in MultilabelStratifiedGroupKFold(2).split(y, y, groups):
    ...     print(np.unique(groups[test]), y[test].sum(axis=0))
    ['a' 'b'] [3 2]
    ['c' 'd'] [3 2]
    """

    # Metadata routing: a search inside compare or cross_validate gets groups without a request by the user.
    __metadata_request__split = {"groups": True}

    def __init__(self, n_splits=5, *, shuffle=False, random_state=None):
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return the number of folds.

        Parameters
        ----------
        X, y, groups : ignored

        Returns
        -------
        n_splits : int
        """
        return self.n_splits

    def split(self, X, y, groups=None):
        """Yield the folds.

        Parameters
        ----------
        X : array-like of length n_clips
            Only its length is used.
        y : array-like of shape (n_clips, n_labels) or (n_clips,)
            Labels: an indicator matrix, or one class per clip.
        groups : array-like of shape (n_clips,), default=None
            Group of each clip; no group is on both sides of a fold. None makes every clip its own group.

        Yields
        ------
        train, test : ndarray of int
            Positions of the training and of the test clips.

        Raises
        ------
        ValueError
            If ``y`` is neither of the two, there are fewer groups than folds, or a group is missing.
        """
        check_number("n_splits", self.n_splits, kind=numbers.Integral, low=2)
        X, y, groups = indexable(X, y, groups)
        members = _members(groups, y.shape[0] if hasattr(y, "shape") else len(y))
        if members.max() + 1 < self.n_splits:
            raise ValueError(
                f"n_splits={self.n_splits} is more than the {members.max() + 1} groups of the clips. Use "
                "fewer folds."
            )
        folds = self._place(_counts(_indicators(y), members), np.bincount(members))[members]
        for fold in range(self.n_splits):
            yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)

    def _place(self, counts, sizes):
        """Return the fold of each group, from its number of clips with each label and of all its clips."""
        rng = check_random_state(self.random_state)
        n_groups, n_folds = len(sizes), self.n_splits
        rank = rng.permutation(n_groups) if self.shuffle else np.arange(n_groups)
        fold_rank = rng.permutation(n_folds) if self.shuffle else np.arange(n_folds)
        lacking = np.tile(counts.sum(axis=0) / n_folds, (n_folds, 1))
        room = np.full(n_folds, sizes.sum() / n_folds)
        folds = np.full(n_groups, -1)
        while (folds < 0).any():
            chosen, label = _rarest(counts, folds < 0)
            wanted = sizes if label is None else counts[:, label]
            for group in chosen[np.lexsort((rank[chosen], -sizes[chosen], -wanted[chosen]))]:
                lack = room if label is None else lacking[:, label]
                fold = np.lexsort((fold_rank, -room.round(9), -lack.round(9)))[0]
                folds[group] = fold
                lacking[fold] -= counts[group]
                room[fold] -= sizes[group]
        return folds


def _members(groups, n_clips):
    """Return the number of each clip's group."""
    if groups is None:
        return np.arange(n_clips)
    codes, _ = pd.factorize(np.asarray(groups))
    if (codes < 0).any():
        raise ValueError(
            f"groups has no value for {(codes < 0).sum()} clips, the first at {np.argmin(codes)}. Give each "
            "clip a group; a clip that belongs to no other needs a name of its own."
        )
    return codes


def _indicators(y):
    """Return labels as a matrix of 0 and 1 with one column per label."""
    kind = type_of_target(y)
    if kind in ("binary", "multiclass"):
        return np.eye(len(np.unique(y)), dtype=int)[np.unique(np.ravel(y), return_inverse=True)[1]]
    if kind == "multilabel-indicator":
        check_tags(y)
        return check_array(y, accept_sparse=True).astype(int)
    raise ValueError(
        f"y must be an indicator matrix of 0 and 1, or one class per clip, so that labels can be balanced; "
        f"this y is {kind!r}. For anything else use GroupKFold."
    )


def _counts(indicators, members):
    """Return the number of clips of each group that have each label, of shape (n_groups, n_labels)."""
    check_consistent_length(indicators, members)
    counts = np.zeros((members.max() + 1, indicators.shape[1]))
    rows, columns = indicators.nonzero()
    np.add.at(counts, (members[rows], columns), 1)
    return counts


def _rarest(counts, left):
    """Return the groups to place next, and the label that they have; None if no label is left."""
    n_with = ((counts > 0) & left[:, np.newaxis]).sum(axis=0)
    if not n_with.any():
        return np.flatnonzero(left), None
    label = np.where(n_with > 0, n_with, np.inf).argmin()
    return np.flatnonzero(left & (counts[:, label] > 0)), label
