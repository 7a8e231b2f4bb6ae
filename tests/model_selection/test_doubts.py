"""What compare says against its numbers."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skmir.compose import FrameClassifier
from skmir.model_selection import ShrinkageLDA, compare
from skmir.model_selection._doubts import (
    constant_features,
    few_segments,
    find_doubts,
    fitted_already,
    kernels_on_many,
    no_groups,
)
from skmir.neural_network import MLPClassifier, NetworkFeatures

MODELS = {"most": DummyClassifier()}
Y = np.tile(["a", "b"], 12)


USUAL = ("There are no groups", "the same on all folds", "only 1 fold", " folds: how")  # of such small data


def said(X, *, usual=False, models=MODELS, y=Y, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = compare(models, X, y, cv=options.pop("cv", 3), random_state=0, **options)
    assert result.warnings_ == [str(w.message) for w in caught]
    assert result.to_dict()["warnings"] == result.warnings_
    return [message for message in result.warnings_ if any(words in message for words in USUAL) == usual]


def test_groups_torn_apart(rng):
    X, groups = rng.randn(24, 3), np.arange(24) // 4
    assert said(X, groups=groups) == []
    (message,) = said(X, groups=groups, cv=list(KFold(4).split(X)))
    assert "in 4 of 4 folds a group is on both sides (fold 0: [1])" in message
    assert "GroupKFold" in message


def test_the_same_clip_on_both_sides(rng, tmp_path):
    clips = [rng.randn(100 + i) for i in range(24)]
    assert said(clips) == []
    folds = [(np.arange(12), np.arange(12, 24))]
    clips[20] = clips[3].copy()
    (message,) = said(clips, cv=folds)
    assert "clips 3 and 20 of X are equal (fold 0, which has 1 such clips)" in message
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


def test_kernels_on_many_clips():
    models = {
        "SVM": make_pipeline(StandardScaler(), SVC()),
        "each frame": FrameClassifier(SVC()),
        "linear": LinearSVC(),
    }
    splits = [(np.arange(10_001), np.arange(3)), (np.arange(5), np.arange(3))]
    (message,) = kernels_on_many(models, splits)
    assert message.startswith("SVM, each frame: 10,001 training clips in the largest fold")
    assert "LinearSVC() behind StandardScaler()" in message
    assert list(kernels_on_many(models, [(np.arange(10_000), np.arange(3))])) == []


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
    splits = list(KFold(5).split(X))
    assert find_doubts(MODELS, X, y, "numbers", np.arange(24), splits, None) == []


def test_no_groups(rng):
    (message,) = (text for text in said(rng.randn(24, 3), usual=True) if "no groups" in text)
    assert message.startswith("There are no groups: clips of one piece, player, album or device may be on")
    assert "check_leakage(recordings)" in message and "--group COLUMN" in message
    for clips in (["a.wav", "b.wav"], [np.zeros(9)] * 2, np.zeros((2, 3000)), pd.DataFrame({"x": ["a.wav"]})):
        assert "check_leakage(X)" in next(no_groups(clips, None))
    assert not any("no groups" in text for text in said(rng.randn(24, 3), usual=True, groups=np.arange(24)))


def test_no_groups_names_columns_of_the_table_beside_the_files(rng, tmp_path):
    (tmp_path / "audio").mkdir()
    rows = ["file,label,artist,take,tempo"]
    for i in range(24):
        (tmp_path / "audio" / f"{i}.bin").write_bytes(bytes([i]))
        rows.append(f"audio/{i}.bin,{Y[i]},artist {i // 3},{i},{100 + i // 2 + 0.5}")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    paths = [str(tmp_path / "audio" / f"{i}.bin") for i in range(24)]
    for X in (paths, pd.Series(paths), pd.DataFrame({"path": paths}), np.array(paths)):
        (message,) = no_groups(X, None, Y)
        assert "Columns of the table that could be groups: 'artist' (8 values). Pass groups" in message
    (tmp_path / "labels.csv").rename(
        tmp_path / "other.csv"
    )  # by another name, and labels that are not "label"
    assert "groups: 'artist' (8 values), 'label'" in next(no_groups(paths, None))
    assert "groups: 'artist' (8 values). Pass" in next(no_groups(paths, None, Y))
    (tmp_path / "other.csv").write_text("file\nlabel,a,b,c\n")  # for load_folder to complain of
    assert "Columns of the table" not in next(no_groups(paths, None))


@pytest.mark.parametrize(
    ("cv", "words"),
    [
        (
            [(np.arange(12), np.arange(12, 24))],
            "There is only 1 fold, so there are no intervals and no tests",
        ),
        (2, "There are only 2 folds: how much scores vary is hardly known"),
        (4, "There are only 4 folds"),
        (5, None),
    ],
)
def test_few_folds(cv, words, rng):
    messages = [text for text in said(rng.randn(24, 3), usual=True, cv=cv) if "only" in text]
    assert len(messages) == (words is not None)
    assert not messages or messages[0].startswith(words)


class Right(ClassifierMixin, BaseEstimator):
    """Right but for one clip of each class: the same share on all folds."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        truth = np.where(X[:, 0] > 0, "b", "a")
        return np.where(np.isin(np.arange(len(X)), (0, 1)), "a", truth)


def test_no_variance():
    X = np.c_[np.where(Y == "b", 1.0, -1.0), np.arange(24)]
    models = {"right": Right(), "most": DummyClassifier(), "tree": DecisionTreeClassifier(max_depth=1)}
    folds = [(np.setdiff1d(np.arange(24), test), test) for test in np.arange(24).reshape(6, 4)]
    with pytest.warns(
        UserWarning, match="most, tree: the difference from 'right' .* is the same on all folds"
    ):
        result = compare(models, X, Y, cv=folds, random_state=0)
    constant, level = result.warnings_[-2:]
    assert constant.startswith("right, most, tree: the score (balanced_accuracy) is the same on all folds")
    assert "no interval" in constant and "no test" in level
    table = result.table_
    assert table["mean"].tolist()[:3] == [0.75, 0.5, 1]
    nothing = ["ci_low", "ci_high", "p_value", "p_holm", "worse_prob", "rope_prob", "better_prob"]
    nothing += ["difference_low", "difference_high"]
    assert table.loc[["right", "most", "tree", "majority"], nothing].isna().all(axis=None)
    assert "nan" not in repr(result).lower() and "\N{EN DASH}" in repr(result)
    assert "nan" not in result._repr_html_().lower().replace("nan-", "")


def test_baselines_without_variance_are_no_doubt(rng):
    X = rng.randn(60, 3)
    y = np.where(X[:, 0] + 0.5 * rng.randn(60) > 0, "b", "a")
    messages = said(X, usual=True, models={"tree": DecisionTreeClassifier(max_depth=1)}, y=y, cv=5)
    assert [text for text in messages if "same on all folds" in text] == []


@pytest.mark.parametrize("form", [np.asarray, list, pd.DataFrame])
def test_one_position_on_both_sides(form, rng):
    X = form(rng.randn(24, 3)) if form is not list else [rng.randn(50 + i) for i in range(24)]
    folds = [(np.arange(12), np.arange(12, 24)), (np.arange(13), np.arange(10, 24))]
    (message,) = said(X, cv=folds)
    assert message.startswith("The same clip is on both sides of a fold: in 1 of 2 folds rows of X are in")
    assert "(fold 1: [10, 11, 12])" in message
    assert said(X, cv=folds[:1]) == []
    drawn_twice = [(np.r_[0:12, 0:6], np.arange(12, 24))]  # as bootstrapping does
    assert said(X, cv=drawn_twice) == []


def test_frozen_models():
    X = np.c_[np.where(Y == "b", 1.0, -1.0), np.arange(24)]
    frozen = FrozenEstimator(DecisionTreeClassifier().fit(X, Y))
    models = {"new": DummyClassifier(), "old": frozen, "piped": make_pipeline(StandardScaler(), frozen)}
    assert next(fitted_already(models)).startswith("old, piped: frozen, so not fitted here")
    part = make_pipeline(FrozenEstimator(StandardScaler().fit(X)), DummyClassifier())
    assert list(fitted_already({"part": part})) == []


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
