"""Folds of groups with balanced labels: the splitter's contract, and real tags."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.utils.metadata_routing import get_routing_for_object

from skmir.model_selection import compare
from skmir.model_selection._multilabel_split import MultilabelStratifiedGroupKFold


@pytest.fixture
def tags(rng):
    """300 clips of 60 groups, eight tags, some of them rare, some clips without any."""
    groups = rng.randint(60, size=300)
    of_group = rng.rand(60, 8) < np.linspace(0.08, 0.5, 8)
    return (of_group[groups] & (rng.rand(300, 8) < 0.7)).astype(int), groups


def unevenness(splits, y):
    """Mean deviation of the share of a label in a test fold from an even one."""
    shares = np.stack([y[test].sum(axis=0) / y.sum(axis=0) for _, test in splits])
    return np.abs(shares - 1 / len(splits)).mean()


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("n_splits", [2, 5])
def test_folds_partition_the_clips_and_divide_no_group(tags, n_splits, shuffle):
    y, groups = tags
    cv = MultilabelStratifiedGroupKFold(n_splits, shuffle=shuffle, random_state=0)
    splits = list(cv.split(y, y, groups))
    assert len(splits) == cv.get_n_splits() == n_splits
    np.testing.assert_array_equal(np.sort(np.concatenate([test for _, test in splits])), np.arange(len(y)))
    for train, test in splits:
        np.testing.assert_array_equal(np.sort(np.concatenate([train, test])), np.arange(len(y)))
        assert not set(groups[train]) & set(groups[test])


def test_labels_are_spread_more_evenly_than_by_group_alone(tags):
    y, groups = tags
    ours = unevenness(list(MultilabelStratifiedGroupKFold(5).split(y, y, groups)), y)
    assert ours < 0.5 * unevenness(list(GroupKFold(5).split(y, y, groups)), y)


def test_real_tags(real_data):
    table = pd.read_csv(real_data / "sound_tags" / "labels.csv")
    y = MultiLabelBinarizer().fit_transform(table["label"].str.split("|"))
    splits = list(MultilabelStratifiedGroupKFold(5).split(y, y, table["group"]))
    by_group = list(GroupKFold(5).split(y, y, table["group"]))
    assert unevenness(splits, y) < 0.3 * unevenness(by_group, y)
    assert min(y[test].sum(axis=0).min() for _, test in splits) > 0  # each of the tags can be tested
    assert min(y[test].sum(axis=0).min() for _, test in by_group) == 0
    sizes = [len(test) for _, test in splits]
    assert max(sizes) - min(sizes) < 0.25 * np.mean(sizes)


def test_clips_without_labels_make_folds_equal_in_size(rng):
    y = np.zeros((40, 3), dtype=int)
    y[:4, 0] = 1
    sizes = [len(test) for _, test in MultilabelStratifiedGroupKFold(4).split(y, y)]
    assert sizes == [10] * 4


def test_without_groups_every_clip_is_its_own(tags):
    y, _ = tags
    splits = list(MultilabelStratifiedGroupKFold(5).split(y, y))
    shares = np.stack([y[test].sum(axis=0) / y.sum(axis=0) for _, test in splits])
    assert np.abs(shares - 0.2).max() < 0.1


def test_single_classes_of_any_kind(rng):
    numbers, groups = rng.randint(3, size=120), np.arange(120) // 4
    names = np.array(["cello", "harp", "viola"])[numbers]  # in the order of the numbers
    cv = MultilabelStratifiedGroupKFold(3)
    for (_, a), (_, b) in zip(
        cv.split(numbers, names, groups), cv.split(numbers, names, groups), strict=True
    ):
        np.testing.assert_array_equal(a, b)
        counts = np.unique(names[a], return_counts=True)[1]
        assert len(counts) == 3
        assert np.ptp(counts / np.unique(names, return_counts=True)[1]) < 0.15


def test_indicators_may_be_sparse_or_bool(tags):
    y, groups = tags
    cv = MultilabelStratifiedGroupKFold(5)
    expected = [test for _, test in cv.split(y, y, groups)]
    for same in (csr_array(y), y.astype(bool)):
        for test, (_, found) in zip(expected, cv.split(y, same, groups), strict=True):
            np.testing.assert_array_equal(test, found)


def test_shuffling_is_seeded(tags, snapshot_generators):
    y, groups = tags
    check = snapshot_generators()

    def first_test(**params):
        return next(MultilabelStratifiedGroupKFold(5, shuffle=True, **params).split(y, y, groups))[1].tolist()

    assert first_test(random_state=0) == first_test(random_state=0)
    assert len({tuple(first_test(random_state=seed)) for seed in range(5)}) > 1
    assert check()


def test_it_takes_groups_by_routing_and_prints_itself():
    cv = MultilabelStratifiedGroupKFold(4, shuffle=True, random_state=1)
    assert get_routing_for_object(cv).consumes("split", ["groups"]) == {"groups"}
    assert repr(cv) == "MultilabelStratifiedGroupKFold(n_splits=4, random_state=1, shuffle=True)"


def test_in_cross_validate_searches_and_comparisons(rng):
    X, groups = rng.randn(80, 3), np.repeat(np.arange(20), 4)
    y = (X[:, 0] > 0).astype(int)
    cv = MultilabelStratifiedGroupKFold(3)
    assert len(cross_validate(DummyClassifier(), X, y, groups=groups, cv=cv)["test_score"]) == 3
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=cv).fit(X, y, groups=groups)
    assert search.n_splits_ == 3
    nested = compare({"search": clone(search)}, X, y, groups=groups, cv=cv)
    assert nested.table_.loc["search", "n_failed"] == 0
    for train, test in nested.splits_:
        assert not set(groups[train]) & set(groups[test])


@pytest.mark.parametrize(
    ("n_splits", "y", "groups", "error", "message"),
    [
        (1, [0, 1, 0, 1], None, ValueError, r"n_splits=1 must be an integer >= 2"),
        (2.5, [0, 1, 0, 1], None, TypeError, "must be an integer"),
        (3, [0, 1, 0, 1], [0, 0, 1, 1], ValueError, "n_splits=3 is more than the 2 groups"),
        (2, [0.5, 1.5, 0.1, 3.2], None, ValueError, "y is 'continuous'"),
        (2, [[0, 2], [1, 3], [2, 0], [1, 1]], None, ValueError, "y is 'multiclass-multioutput'"),
        (
            2,
            [[1, -1], [-1, 1], [1, 1], [1, -1]],
            None,
            ValueError,
            "Tags must be 0, or 1 .* y holds -1 in row 0",
        ),
        (2, [0, 1, 0, 1], ["a", None, "b", "c"], ValueError, "no value for 1 clips, the first at 1"),
        (2, [0, 1, 0, 1], [0, 1, 2], ValueError, "inconsistent numbers of samples"),
    ],
)
def test_what_cannot_be_split(n_splits, y, groups, error, message):
    with pytest.raises(error, match=message):
        next(MultilabelStratifiedGroupKFold(n_splits).split(y, np.array(y), groups))
