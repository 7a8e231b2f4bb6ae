"""What compare says against its numbers."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.compose import FrameClassifier
from skmir.model_selection import ShrinkageLDA, compare
from skmir.model_selection._doubts import constant_features, few_segments, find_doubts
from skmir.neural_network import MLPClassifier, NetworkFeatures

MODELS = {"most": DummyClassifier()}
Y = np.tile(["a", "b"], 12)


def said(X, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = compare(MODELS, X, Y, cv=options.pop("cv", 3), random_state=0, **options)
    assert result.warnings_ == [str(w.message) for w in caught]
    assert result.to_dict()["warnings"] == result.warnings_
    return result.warnings_


def test_groups_torn_apart(rng):
    X, groups = rng.randn(24, 3), np.arange(24) // 4
    assert said(X, groups=groups) == []
    (message,) = said(X, groups=groups, cv=list(KFold(4).split(X)))
    assert "in 4 of 4 folds a group stands on both sides (fold 0: [1])" in message
    assert "GroupKFold" in message


def test_the_same_clip_on_both_sides(rng, tmp_path):
    clips = [rng.randn(100 + i) for i in range(24)]
    assert said(clips) == []
    folds = [(np.arange(12), np.arange(12, 24))]
    clips[20] = clips[3].copy()
    (message,) = said(clips, cv=folds)
    assert "clips 3 and 20 of X hold the same (fold 0, 1 such clips there)" in message
    clips[20], clips[2] = clips[21], clips[3]  # twins that stand on one side
    assert said(clips, cv=folds) == []
    paths = [tmp_path / f"{i}.bin" for i in range(24)]
    for i, path in enumerate(paths):
        path.write_bytes(bytes([i % 23]))
    assert "clips 0 and 23" in said(paths, cv=folds)[0]
    table = np.zeros((24, 2))  # equal rows of a table are no wonder
    assert said(table, cv=folds) == []


def test_constant_features(rng):
    groups = np.arange(24) // 4
    X = rng.randn(24, 5)
    X[:, 1], X[:, 3] = groups, 7
    (message,) = said(X, groups=groups)
    assert message.startswith("Columns [1] have one value in all rows of a group")
    assert said(pd.DataFrame(X), groups=groups) == [message]
    assert said(X) == []  # without groups nobody can tell
    assert said(rng.randn(24, 5), groups=np.arange(24)) == []  # nor where each has one row
    frames = rng.randn(24, 4, 10)
    frames[:, 2], frames[:, 3] = np.arange(24)[:, None], 1
    assert next(iter(constant_features(frames, None))).startswith("Bins [2] have one value in all frames")
    assert list(constant_features(list(frames), None)) == []


@pytest.mark.parametrize(
    ("model", "trains"),
    [
        (MLPClassifier(), True),
        (make_pipeline(MLPClassifier()), True),
        (NetworkFeatures(MLPClassifier()), True),
        (FrameClassifier(MLPClassifier()), False),
        (make_pipeline(FrameClassifier(MLPClassifier())), False),
        (NetworkFeatures(FrozenEstimator(MLPClassifier())), False),
        (DummyClassifier(), False),
    ],
)
def test_few_segments(model, trains):
    few = [(np.arange(999), np.arange(999, 1200)), (np.arange(1100), np.arange(1100, 1200))]
    messages = list(few_segments({"one": model, "two": DummyClassifier()}, few))
    assert len(messages) == trains
    if trains:
        assert messages[0].startswith("one: 999 training clips in the smallest fold")
    assert list(few_segments({"one": model}, [(np.arange(1000), np.arange(10))])) == []


def test_nothing_is_said_where_all_is_well(rng):
    X, y = rng.randn(24, 3), rng.randn(24)
    splits = [(np.arange(12), np.arange(12, 24))]
    assert find_doubts(MODELS, X, y, "numbers", None, splits, None) == []


@pytest.mark.parametrize(
    "lda", [ShrinkageLDA(), LinearDiscriminantAnalysis("lsqr", shrinkage="auto")], ids=str
)
def test_a_class_with_a_single_training_clip_is_named(rng, lda):
    y = np.array([*"aaaaabbbbbcc"])
    splits = [(np.arange(1, 12), np.array([0])), (np.arange(11), np.array([11]))]
    models = {"nearest": KNeighborsClassifier(1), "LDA": make_pipeline(StandardScaler(), lda)}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = compare(models, rng.randn(12, 3), y, cv=splits, random_state=0)
    (message,) = [text for text in result.warnings_ if "single clip" in text]
    assert message.startswith(
        "LDA: in 1 of 2 folds the training part has a single clip of some class (fold 1: ['c'])"
    )
    assert message in [str(w.message) for w in caught]
    others = find_doubts({"nearest": models["nearest"]}, rng.randn(12, 3), y, "classes", None, splits, None)
    assert not any("single clip" in text for text in others)


def test_names_in_doubts_are_plain(rng):
    """Items of object arrays, as pandas and lists give them, are numpy's own types."""
    y = np.array([np.str_(label) for label in "aaabbb"], object)
    groups = np.array([np.int64(i) for i in range(6)], object) // 2
    splits = [(np.array([0, 1, 3, 4]), np.array([2])), (np.array([0, 1, 2]), np.array([3]))]
    messages = find_doubts(MODELS, rng.randn(6, 2), y, "classes", groups, splits, None)
    assert len(messages) >= 3
    assert not any("np." in message for message in messages)
    assert any("['b']" in message for message in messages)
