"""Whether facts such as the length of a file, which is not music, tell the classes apart."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.model_selection import GroupKFold
from sklearn.tree import DecisionTreeClassifier

# Names of facts, and the columns that hold them.
FACTS = {
    "length": ("duration",),
    "level": ("level", "peak"),
    "sampling rate and number of channels": ("sr", "n_channels"),
    "encoding": ("encoding",),  # WAV and FLAC may hold the same samples, MP3 and Vorbis never do
}
# Smaller differences, such as those of rounding to another format, tell no model anything.
_DECIMALS = {"duration": 2, "level": 1, "peak": 2}
N_SHUFFLES = 199
_N_FOLDS = 5
_LEAST_LEAF = 3  # recordings in a leaf of the tree
_MOST = 2000  # recordings that are looked at
MAX_P = 0.01


@dataclass(frozen=True)
class Shortcut:
    """How well a few facts tell the classes.

    Parameters
    ----------
    facts : str
        A key of ``FACTS``.
    score : float
        Probability that a shallow tree, which knows these facts alone, gives to the right class in groups
        that it did not learn from: a mean in which each class counts alike.
    chance : float
        The same for guessing: one divided by the number of classes.
    best_shuffled : float
        Highest score with shuffled labels.
    p : float
        Share of the scores, of shuffled labels and this one, that are at least as high.
    """

    facts: str
    score: float
    chance: float
    best_shuffled: float
    p: float

    @property
    def gain(self):
        """Score on a scale where guessing is 0 and telling all classes apart is 1."""
        return (self.score - self.chance) / (1 - self.chance)


def find_shortcuts(recordings, labels, groups, limits, random_state):
    """Return which facts say more about the classes than guessing does, certainly and by enough.

    Labels are shuffled in the way that groups allow: whole groups exchange their class, and in groups with
    several classes recordings do. Otherwise many clips of one player would look like many witnesses.

    Parameters
    ----------
    recordings : DataFrame
        Facts, one row per recording.
    labels : ndarray of shape (n_recordings,)
    groups : ndarray of shape (n_recordings,) or None
    limits : dict of str to float
        By name of facts, the least gain that matters.
    random_state : RandomState

    Returns
    -------
    shortcuts : list of Shortcut
    """
    groups = np.arange(len(labels)) if groups is None else np.unique(groups, return_inverse=True)[1]
    if len(labels) > _MOST:
        chosen = np.sort(random_state.permutation(len(labels))[:_MOST])
        recordings, labels, groups = recordings.iloc[chosen], labels[chosen], groups[chosen]
    names, labels = np.unique(labels, return_inverse=True)
    n_folds = min(_N_FOLDS, len(np.unique(groups)))
    if len(names) < 2 or n_folds < 2:
        return []
    # Which groups are in a fold must not depend on the labels, which are shuffled.
    order = random_state.permutation(groups.max() + 1)
    folds = list(GroupKFold(n_folds).split(labels, groups=order[groups]))
    shuffled = [_shuffled(labels, groups, random_state) for _ in range(N_SHUFFLES)]
    found = []
    for facts, columns in FACTS.items():
        X = _numbers(recordings[list(columns)])
        if len(np.unique(X, axis=0)) > 1:
            found.append(_try(facts, X, labels, folds, shuffled, limits[facts]))
    return [each for each in found if each is not None]


def _try(facts, X, labels, folds, shuffled, limit):
    """Return a Shortcut, or None if it gains too little or shuffled labels come as far."""
    score, chance = _score(X, labels, folds), 1 / len(np.unique(labels))
    if score - chance < limit * (1 - chance):
        return None
    others, n_higher = [], 0
    for each in shuffled:
        others.append(_score(X, each, folds))
        n_higher += others[-1] >= score
        if (1 + n_higher) / (1 + len(shuffled)) > MAX_P:
            return None
    return Shortcut(facts, score, chance, max(others), (1 + n_higher) / (1 + len(shuffled)))


def _numbers(facts):
    """Return facts as float32, with a column of zeros and ones for each word."""
    return pd.get_dummies(facts.round(_DECIMALS)).to_numpy(dtype=np.float32)


def _score(X, labels, folds):
    """Return the mean over classes of the mean probability that trees give to the right class.

    Each recording is judged by a tree that lacked its fold. Probabilities vary less than decisions if a fact
    sets one class apart and says nothing about the others.
    """
    n_classes = labels.max() + 1
    right = np.empty(len(labels))
    leaf = _LEAST_LEAF if len(labels) >= 10 * _LEAST_LEAF else 1
    tree = DecisionTreeClassifier(max_leaf_nodes=2 * n_classes, min_samples_leaf=leaf, random_state=0)
    # The inputs are known to be valid, and checking them takes most of the time of fits as small as these.
    with config_context(skip_parameter_validation=True, assume_finite=True):
        for train, test in folds:
            weights = 1 / np.bincount(labels[train], minlength=n_classes)[labels[train]]
            tree.fit(X[train], labels[train], sample_weight=weights, check_input=False)
            probabilities = np.zeros((len(test), n_classes))
            probabilities[:, tree.classes_] = tree.predict_proba(X[test], check_input=False)
            right[test] = probabilities[np.arange(len(test)), labels[test]]
    return float((np.bincount(labels, weights=right) / np.bincount(labels)).mean())


def _shuffled(labels, groups, random_state):
    """Return labels that groups of one class have exchanged, and that recordings of other groups have."""
    result = labels.copy()
    first = pd.Series(labels).groupby(groups).transform("first").to_numpy()
    mixed = np.unique(groups[labels != first])
    for group in mixed:
        members = np.flatnonzero(groups == group)
        result[members] = random_state.permutation(labels[members])
    pure, members, codes = np.unique(groups[~np.isin(groups, mixed)], return_index=True, return_inverse=True)
    if len(pure):
        is_pure = ~np.isin(groups, mixed)
        classes = labels[is_pure][members]
        result[is_pure] = random_state.permutation(classes)[codes]
    return result
