"""The folds of an integer cv: groups whole, and classes spread."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from skmir.model_selection import MultilabelStratifiedGroupKFold, compare
from skmir.model_selection._splits import make_splits

RNG = np.random.RandomState(0)
GROUPS = np.repeat(np.arange(24), np.random.RandomState(5).randint(2, 12, 24))
N = len(GROUPS)
Y = np.array(["a", "b", "c", "d"])[GROUPS // 6]  # six groups a class, sorted as lists of files are
X = RNG.randn(N, 2)


def same(found, expected):
    return all(
        np.array_equal(a, b) for pair in zip(found, expected, strict=True) for a, b in zip(*pair, strict=True)
    )


@pytest.mark.parametrize("form", [list, np.asarray, pd.Series])
def test_groups_and_classes_are_stratified(form):
    found = make_splits(4, X, form(Y), form(GROUPS))
    assert same(found, StratifiedGroupKFold(4).split(X, Y, GROUPS))
    assert same(found, make_splits(4, X, form(Y), form(GROUPS), seed=7))  # one pass is not shuffled
    for train, test in found:
        assert not set(GROUPS[train]) & set(GROUPS[test])
        assert len(np.unique(Y[train])) == len(np.unique(Y[test])) == 4
    lacking = sum(4 - len(np.unique(Y[test])) for _, test in GroupKFold(4).split(X, Y, GROUPS))
    assert lacking > 0  # what it is for


def test_repeats_are_shuffled_by_the_seed():
    found = make_splits(3, X, Y, GROUPS, seed=1, n_repeats=2)
    assert len(found) == 6 and not same(found[:3], found[3:])
    assert same(found, make_splits(3, X, Y, GROUPS, seed=1, n_repeats=2))
    assert not same(found, make_splits(3, X, Y, GROUPS, seed=2, n_repeats=2))
    assert all(not set(GROUPS[train]) & set(GROUPS[test]) for train, test in found)


@pytest.mark.parametrize("form", [np.asarray, np.ndarray.tolist, pd.DataFrame])
def test_tags_are_spread(form):
    tags = (RNG.uniform(size=(N, 3)) < [0.05, 0.2, 0.5]).astype(int)
    found = make_splits(4, X, form(tags), GROUPS, seed=3)
    assert same(found, MultilabelStratifiedGroupKFold(4).split(X, tags, GROUPS))  # one pass is not shuffled
    shuffled = make_splits(4, X, form(tags), seed=3)
    assert same(shuffled, MultilabelStratifiedGroupKFold(4, shuffle=True, random_state=3).split(X, tags))
    assert min(tags[test].sum(axis=0).min() for _, test in shuffled) > 0


def test_several_classes_in_each_of_two_columns_are_not_spread():
    columns = np.column_stack([np.arange(N) % 3, np.arange(N) % 4])
    assert same(make_splits(4, X, columns, GROUPS), GroupKFold(4).split(X, None, GROUPS))


def test_numbers_are_dealt_out_by_group_alone():
    expected = list(GroupKFold(4).split(X, None, GROUPS))
    assert same(make_splits(4, X, RNG.randn(N), GROUPS), expected)
    tempi = np.arange(N) % 7
    result = compare({"line": LinearRegression()}, X, tempi, groups=GROUPS, cv=4, scoring="r2")
    assert same(result.splits_, expected)


@pytest.mark.parametrize(
    ("y", "groups", "n_splits", "reason"),
    [
        # One large group holds so much of each class that the balance wants everything else on one side.
        (
            np.r_[np.tile(["a", "b"], 20), ["a", "b"] * 2],
            np.r_[np.zeros(40, int), [1, 1, 2, 2]],
            3,
            "without clips",
        ),
        (np.array(["a", "b", "c", "d", "e", "f"]), np.arange(6), 3, "fewer than 3 clips"),
    ],
)
def test_where_classes_cannot_be_spread_it_is_said(y, groups, n_splits, reason):
    doubts = []
    found = make_splits(n_splits, np.zeros((len(y), 1)), y, groups, doubts=doubts)
    assert all(len(train) and len(test) for train, test in found)
    if doubts:
        assert same(found, GroupKFold(n_splits).split(y, y, groups))
        assert reason in doubts[0] and "GroupKFold" in doubts[0]
    else:
        assert same(found, StratifiedGroupKFold(n_splits).split(y, y, groups))


def test_an_empty_fold_is_never_handed_out(monkeypatch):
    def lopsided(self, X, y=None, groups=None):
        yield np.arange(N), np.arange(0)
        yield np.arange(0), np.arange(N)

    monkeypatch.setattr(StratifiedGroupKFold, "split", lopsided)
    with pytest.warns(UserWarning, match="StratifiedGroupKFold leaves a fold without clips"):
        result = compare({"most": DummyClassifier()}, X, Y, groups=GROUPS, cv=2)
    assert same(result.splits_, GroupKFold(2).split(X, Y, GROUPS))
    assert result.warnings_[0].startswith("Groups are assigned to folds by their sizes alone (GroupKFold)")


def test_small_classes_are_said_once_and_by_name():
    y = np.where(np.arange(N) < 2, "rare", Y)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compare({"most": DummyClassifier()}, X, y, groups=GROUPS, cv=6)
    messages = [str(w.message) for w in caught]
    assert not any("least populated class" in message for message in messages)
    assert sum("['rare']" in message for message in messages) == 2  # in training parts, and in test parts


def test_folds_of_random_groups_are_never_empty():
    rng = np.random.RandomState(0)
    for _ in range(100):
        n_groups, n_splits = rng.randint(3, 9), rng.randint(2, 5)
        groups = np.repeat(np.arange(n_groups), rng.randint(1, 12, n_groups))
        y = rng.randint(3, size=n_groups)[groups] if rng.rand() < 0.5 else rng.randint(3, size=len(groups))
        if n_splits <= n_groups and len(np.unique(y)) > 1:
            folds = make_splits(n_splits, groups, y, groups, doubts=[])
            assert all(len(train) and len(test) for train, test in folds)
            assert_array_equal(np.sort(np.concatenate([test for _, test in folds])), np.arange(len(groups)))
