"""Learning curves: nested parts, whole groups, kept shares."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from skmir.model_selection import compare, learning_curves

MODELS = {"logistic": LogisticRegression(), "Bayes": GaussianNB()}


def splits_of(curves):
    return {share: found.splits_ for share, found in curves.comparisons_.items()}


def test_parts_are_nested_and_tests_are_the_same(data):
    curves = learning_curves(MODELS, *data, random_state=0)
    splits = splits_of(curves)
    assert list(splits) == [0.1, 0.25, 0.5, 1.0]
    for small, large in zip(list(splits)[:-1], list(splits)[1:], strict=True):
        for (train, test), (more, same_test) in zip(splits[small], splits[large], strict=True):
            assert set(train) < set(more)
            assert_array_equal(test, same_test)
            assert not set(train) & set(test)
    whole = compare(MODELS, *data, random_state=0)
    assert_array_equal(curves.comparisons_[1.0].scores_, whole.scores_)
    assert curves.table_.loc[("logistic", 0.25), "n_train"] == 24


def test_classes_keep_their_shares(data):
    X, y = data[0], np.repeat([0, 1, 2], [60, 40, 20])
    curves = learning_curves({"a": DummyClassifier()}, X, y, train_sizes=[0.25], cv=4, random_state=0)
    for train, _ in splits_of(curves)[0.25]:
        counts = np.bincount(y[train])
        assert np.abs(counts - len(train) * np.array([1 / 2, 1 / 3, 1 / 6])).max() <= 1.5


def test_rare_tags_keep_their_shares(data):
    X = data[0]
    tags = np.column_stack([np.arange(120) % 10 == 0, np.arange(120) % 2 == 0]).astype(int)
    models = {"a": DummyClassifier(strategy="prior")}
    curves = learning_curves(models, X, tags, train_sizes=[0.25], cv=4, random_state=0)
    assert curves.comparisons_[0.25].scorers_ == ["auc_tag"]
    for train, _ in splits_of(curves)[0.25]:
        assert 2 <= tags[train, 0].sum() <= 3  # a tenth of 22


def test_groups_stay_whole(data):
    groups = np.arange(120) // 5
    curves = learning_curves(MODELS, *data, groups=groups, train_sizes=[0.3, 1.0], cv=4, random_state=0)
    for train, test in splits_of(curves)[0.3]:
        counts = np.bincount(groups[train], minlength=24)
        assert set(counts) == {0, 5}
        assert not set(groups[train]) & set(groups[test])
        assert abs(len(train) - 27) <= 3


def test_sizes_as_numbers_and_options_of_compare(data):
    curves = learning_curves(
        MODELS, *data, train_sizes=[48, 24], cv=5, scoring=["accuracy", "f1_macro"], random_state=0
    )
    table = curves.table_
    assert table.loc["Bayes", "n_train"].tolist() == [24, 48]
    assert curves.comparisons_[0.5].scorers_ == ["accuracy", "f1_macro"]
    assert "majority" in table.index.get_level_values("model")
    assert "Bayes" in repr(curves)


def test_the_seed_decides(data):
    parts = [
        splits_of(learning_curves(MODELS, *data, train_sizes=[0.3], cv=3, random_state=seed))[0.3][0][0]
        for seed in (0, 0, 1)
    ]
    assert_array_equal(parts[0], parts[1])
    assert set(parts[0]) != set(parts[2])


@pytest.mark.parametrize(
    ("sizes", "message"),
    [([0.0], "train_sizes=0.0"), ([1.5], "train_sizes=1.5"), ([500], "train_sizes=500"), ([], "is empty")],
)
def test_bad_sizes(sizes, message, data):
    with pytest.raises(ValueError, match=message):
        learning_curves(MODELS, *data, train_sizes=sizes)


@pytest.mark.parametrize("sizes", [[0.5, 1], [1, 0.5], np.array([0.5, 1]), (0.5, np.int64(1))])
def test_one_among_shares_is_the_whole(data, sizes):
    curves = learning_curves({"Bayes": GaussianNB()}, *data, train_sizes=sizes, cv=4, random_state=0)
    assert list(curves.comparisons_) == [0.5, 1.0]
    assert curves.table_.loc["Bayes", "n_train"].tolist() == [45, 90]


@pytest.mark.parametrize("sizes", [[1], [1, 2], [20, 1]])
def test_one_clip_is_no_size(data, sizes):
    with pytest.raises(ValueError, match=r"integer 1, but one clip cannot train a model\. Pass 1\.0 for all"):
        learning_curves(MODELS, *data, train_sizes=sizes)


def test_a_size_that_cannot_be_fitted_leaves_the_others(data):
    models = {"logistic": LogisticRegression()}
    with pytest.warns(FitFailedWarning) as said:
        curves = learning_curves(models, *data, train_sizes=[0.01, 0.5, 1], cv=3, random_state=0)
    message = str(said[-1].message)
    assert message.startswith(
        "No model could be fitted on a share of 0.01 (mean number of clips: 1): Every fit"
    )
    assert said[-1].filename == __file__
    rows = curves.table_.loc["logistic"]
    assert rows.index.tolist() == [0.01, 0.5, 1.0]
    assert rows["n_train"].tolist() == [1, 40, 80]
    assert rows["n_failed"].tolist() == [3, 0, 0]
    assert rows["mean"].isna().tolist() == [True, False, False]
    assert list(curves.comparisons_) == [0.5, 1.0]
    assert "at least 2 classes" in curves.errors_[0.01]
    alone = learning_curves(models, *data, train_sizes=[0.5, 1.0], cv=3, random_state=0).table_
    assert_array_equal(rows["mean"].iloc[1:], alone.loc["logistic", "mean"])


def test_what_is_wrong_at_all_sizes_is_raised(data):
    with pytest.raises(ValueError, match="'none' is not a valid scoring value"):
        learning_curves(MODELS, *data, scoring="none")
    with pytest.warns(FitFailedWarning), pytest.raises(ValueError, match="Every fit of every model failed"):
        learning_curves({"logistic": LogisticRegression(C=-1)}, *data, train_sizes=[0.5, 1])
