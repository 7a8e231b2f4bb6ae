"""Folds that lack a class: said once, in words that name it."""

import functools
import warnings

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GroupKFold

from skmir.model_selection import compare as compare_all

compare = functools.partial(compare_all, baselines=False)  # the models given, and no others
X = np.zeros((12, 2))
MODELS = {"most": DummyClassifier(), "prior": DummyClassifier(strategy="prior")}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_test_part_without_a_class_is_said_once(n_jobs):
    y = np.array(["a", "b", "c", "a", "b", "c", "a", "b", "a", "a", "b", "a"])  # the last half has no c
    groups = np.repeat([0, 1, 2, 3], 3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compare(MODELS, X, y, groups=groups, cv=GroupKFold(4), n_jobs=n_jobs)
    messages = [str(w.message) for w in caught if "some class" in str(w.message)]
    assert len(messages) == 1
    assert "In 2 of 4 folds the test part has no clip of some class" in messages[0]
    assert "['c']" in messages[0] and "StratifiedGroupKFold" in messages[0]


def test_a_training_part_without_a_class_is_said():
    y = np.repeat(["a", "b", "c"], 4)
    folds = [(np.arange(8), np.arange(8, 12)), (np.arange(4, 12), np.arange(4))]
    with (
        pytest.warns(UserWarning, match=r"2 of 2 folds the training part .*\(fold 0: \['c'\]\)"),
        pytest.warns(UserWarning, match="the test part has no clip"),
    ):
        compare(MODELS, X, y, cv=folds)


def test_a_part_without_a_tag_is_said():
    tags = np.tile([[1, 0], [0, 1], [1, 1]], (4, 1))
    tags[6:, 1] = 0
    tags[:6, 0] = 1
    folds = [(np.arange(6), np.arange(6, 12)), (np.arange(6, 12), np.arange(6))]
    result = compare({"prior": MODELS["prior"]}, X, tags, cv=folds, scoring="auc_clip")
    said = [text for text in result.warnings_ if "some tag" in text]
    assert len(said) == 2
    assert "In 2 of 2 folds no clip of the training part has some tag, or all have it (fold 0: [0]" in said[0]
    assert "In 2 of 2 folds no clip of the test part" in said[1] and "(fold 0: [1]" in said[1]


def test_nothing_is_said_where_all_is_well_or_labels_are_tags():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compare(MODELS, X, np.tile(["a", "b"], 6), cv=3)
        tags = np.tile([[1, 0], [0, 1], [1, 1]], (4, 1))
        # With another seed, a test part may well have one tag in all clips.
        compare({"most": DummyClassifier()}, X, tags, cv=3, scoring="f1_micro", random_state=1)
    assert [
        str(w.message) for w in caught if "some class" in str(w.message) or "some tag" in str(w.message)
    ] == []
