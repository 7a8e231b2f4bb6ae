"""Which clips were got wrong, by whom, and how certain the models were."""

import pathlib
import warnings

import numpy as np
import pandas as pd
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_diabetes, make_multilabel_classification
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import PredefinedSplit, RepeatedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from skmir.model_selection import compare as loud_compare

NAMES = np.array(["bass", "flute", "harp"])


def compare(*args, **kwargs):
    """Compare without warnings of small data, which other tests are about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return loud_compare(*args, **{"random_state": 0} | kwargs)


class Silent(ClassifierMixin, BaseEstimator):
    """Says what is written in a column of X; fails if no training clip is of a fold."""

    def __init__(self, column=0, failing=None):
        self.column, self.failing = column, failing

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.failing is not None and self.failing not in X[:, 4]:
            raise RuntimeError("this fold is missing")
        return self

    def predict(self, X):
        return NAMES[X[:, self.column].astype(int)]


class FromColumn(Silent):
    """The same with probabilities: how certain it is stands in the next column."""

    def predict_proba(self, X):
        said, certain = X[:, self.column].astype(int), X[:, self.column + 1]
        chances = np.repeat((1 - certain)[:, None] / (len(NAMES) - 1), len(NAMES), axis=1)
        chances[np.arange(len(X)), said] = certain
        return chances[:, np.isin(NAMES, self.classes_)]


class Stumbling(FromColumn):
    """The same with probabilities that cannot be computed."""

    def predict_proba(self, X):
        raise RuntimeError("no luck")


@pytest.fixture
def written():
    """Six clips in two folds: what model A says, how certain it is, what B says, its certainty, the fold."""
    X = np.array(
        [
            [0, 0.90, 0, 0.9, 0],
            [2, 0.50, 1, 0.8, 0],  # A takes the flute for a harp
            [2, 0.90, 2, 0.7, 0],
            [0, 0.90, 0, 0.6, 1],
            [0, 0.75, 0, 0.9, 1],  # both take the flute for a bass
            [2, 0.90, 1, 0.4, 1],  # B takes the harp for a flute
        ]
    )
    return X, NAMES[[0, 1, 2, 0, 1, 2]]


def test_the_most_confident_mistake_is_first(written):
    X, y = written
    groups = ["x", "x", "y", "z", "z", None]
    models = {"A": FromColumn(0), "B": FromColumn(2)}
    result = compare(models, X, y, groups=groups, cv=PredefinedSplit(X[:, 4]), scoring="accuracy")
    expected = pd.DataFrame(
        {
            "row": [4, 4, 1, 5],
            "group": ["z", "z", "x", None],
            "fold": [1, 1, 0, 1],
            "model": ["B", "A", "A", "B"],
            "label": ["flute", "flute", "flute", "harp"],
            "predicted": ["bass", "bass", "harp", "flute"],
            "predicted_proba": np.float32([0.9, 0.75, 0.5, 0.4]),
            "label_proba": np.float32([0.05, 0.125, 0.25, 0.3]),
            "n_wrong": [2, 2, 1, 1],
            "n_models": 2,
        }
    )
    pd.testing.assert_frame_equal(result.mistakes_, expected, check_dtype=False)
    assert result.mistakes_["predicted_proba"].dtype == np.float32
    assert not {"majority", "class frequency"} & set(result.mistakes_["model"])


def test_a_failed_fold_is_no_mistake(written):
    X, y = written
    models = {"A": FromColumn(0, failing=1), "B": FromColumn(2)}  # A fails if it cannot train on fold 1
    with pytest.warns(FitFailedWarning, match="'A' failed on fold 1"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("always", FitFailedWarning)
        cv = PredefinedSplit(X[:, 4])
        result = loud_compare(models, X, y, cv=cv, scoring="accuracy", random_state=0)
    wrong = result.mistakes_
    assert wrong[["row", "model", "n_wrong", "n_models"]].to_numpy().tolist() == [
        [4, "B", 1, 1],
        [1, "A", 1, 2],
        [5, "B", 1, 1],
    ]
    table = result.prediction_table()
    assert table["A"].tolist() == ["bass", "harp", "harp", None, None, None]
    assert_array_equal(table["A probability"].isna(), [False] * 3 + [True] * 3)
    assert table["B"].tolist() == ["bass", "flute", "harp", "bass", "bass", "flute"]


@pytest.mark.parametrize("model", [Silent, Stumbling])
def test_models_without_probabilities_are_last(written, model):
    X, y = written
    models = {"A": model(0), "B": FromColumn(2)}
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        cv = PredefinedSplit(X[:, 4])
        result = loud_compare(models, X, y, cv=cv, scoring="accuracy", random_state=0)
    told = [str(one.message) for one in noted if "RuntimeError: no luck" in str(one.message)]
    assert bool(told) == (model is Stumbling)
    assert result.errors_ == {}
    wrong = result.mistakes_
    assert wrong["model"].tolist() == ["B", "B", "A", "A"]
    assert wrong["row"].tolist() == [4, 5, 4, 1]  # among them, clips that more models get wrong are first
    assert wrong[["predicted_proba", "label_proba"]].isna().all(axis=1).tolist() == [False, False, True, True]
    assert list(result.prediction_table()) == ["row", "fold", "label", "A", "B", "B probability"]


def test_a_label_that_was_not_learned_has_no_probability(written):
    X, y = written
    y = np.where(np.arange(6) == 1, "zither", y)  # one clip only, so never in training when it is tested
    result = compare({"A": FromColumn(0)}, X, y, cv=PredefinedSplit(X[:, 4]), scoring="accuracy")
    wrong = result.mistakes_.set_index("row")
    assert wrong.loc[1, "label"] == "zither"
    assert wrong.loc[1, "label_proba"] == 0
    assert wrong.loc[1, "predicted_proba"] == np.float32(0.5)


def test_clips_that_are_held_out_several_times(data):
    X, y = data
    cv = RepeatedKFold(n_splits=3, n_repeats=2, random_state=0)
    models = {"Bayes": GaussianNB(), "row": KNeighborsClassifier(1)}
    result = compare(models, X, y, cv=cv)
    table = result.prediction_table()
    assert list(table) == ["(row)", "fold", "label", "Bayes", "Bayes probability", "row", "row probability"]
    assert table["(row)"].tolist() == np.repeat(np.arange(len(y)), 2).tolist()
    assert ((table["fold"].iloc[::2] < 3).all(), (table["fold"].iloc[1::2] >= 3).all()) == (True, True)
    for _, rows in table.groupby(table["fold"] // 3):  # each repeat is what scikit-learn predicts
        splits = result.splits_[rows["fold"].min() : rows["fold"].max() + 1]
        assert_array_equal(rows["Bayes"], cross_val_predict(GaussianNB(), X, y, cv=splits))
        chances = cross_val_predict(GaussianNB(), X, y, cv=splits, method="predict_proba")
        assert_allclose(rows["Bayes probability"], chances.max(axis=1), rtol=1e-6)
    wrong = result.mistakes_
    for name in models:
        assert (wrong["model"] == name).sum() == (table[name] != table["label"]).sum()
        matrix = result.confusion_matrix(name)
        assert (wrong["model"] == name).sum() == matrix.to_numpy().sum() - np.trace(matrix)
    both = (table["Bayes"] != table["label"]) & (table["row"] != table["label"])
    assert (wrong["n_wrong"] == 2).sum() == 2 * both.sum() > 0


def test_kept_results_have_the_same_probabilities(data, tmp_path):
    models = {"logistic": LogisticRegression(), "SVM": SVC()}
    run = {"random_state": 0, "memory": tmp_path}
    first, second = compare(models, *data, **run), compare(models, *data, **run)
    pd.testing.assert_frame_equal(first.mistakes_, second.mistakes_)
    other = compare(models, *data, **run, scoring=["accuracy", "neg_log_loss"])  # scored again, not fitted
    pd.testing.assert_frame_equal(first.mistakes_, other.mistakes_)
    pd.testing.assert_frame_equal(first.mistakes_, compare(models, *data, random_state=0).mistakes_)
    assert first.mistakes_.groupby("model")["predicted_proba"].count().to_dict() == {
        "SVM": 0,
        "logistic": (first.mistakes_["model"] == "logistic").sum(),
    }


class ByName(ClassifierMixin, BaseEstimator):
    """Reads the class from the first letter of a file's name."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        files = X["where"] if isinstance(X, pd.DataFrame) else X
        return np.array([pathlib.Path(file).name[0] for file in files])


@pytest.mark.parametrize("form", ["list", "array", "paths", "series", "column", "beside numbers"])
def test_files_are_named_in_whatever_form_they_come(form, tmp_path):
    files = [str(tmp_path / f"{'ab'[i % 2]}{i} é.wav") for i in range(8)]
    for i, file in enumerate(files):
        soundfile.write(file, np.full(100, i / 10), 8000)
    X = {
        "list": files,
        "array": np.array(files),
        "paths": [pathlib.Path(file) for file in files],
        "series": pd.Series(files, index=range(10, 18)),
        "column": pd.DataFrame({"where": files}),
        "beside numbers": pd.DataFrame({"kind": "piano", "level": 1.0, "where": files}),
    }[form]
    y = np.array(list("abababaa"))
    result = compare({"name": ByName()}, X, y, cv=2, random_state=0)
    assert result.mistakes_[["row", "file", "predicted"]].to_numpy().tolist() == [[7, files[7], "b"]]
    assert result.prediction_table()["file"].tolist() == files


def test_only_classes_can_be_mistaken(data):
    X, y = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
    tags = compare({"tags": KNeighborsClassifier()}, X, y, cv=3, random_state=0)
    numbers = compare({"line": LinearRegression()}, *load_diabetes(return_X_y=True), random_state=0)
    for result in (tags, numbers):
        assert not hasattr(result, "mistakes_")
        with pytest.raises(AttributeError, match=f"holds classes, got {result.kind_}"):
            result.mistakes_  # noqa: B018


def test_predicted_tags_and_numbers_stand_in_the_table(data):
    X, y = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
    named = pd.DataFrame(y, columns=["a", "b", "c"])
    result = compare({"tags": KNeighborsClassifier()}, X, named, cv=3, scoring="f1_micro")
    assert_array_equal(result.y_, y)
    table = result.prediction_table(named.columns, separator="|")
    assert table["label"].tolist() == ["|".join(named.columns[row == 1]) for row in y]
    assert table["tags"].tolist() == [
        "|".join(named.columns[row == 1]) for row in result.predictions_["tags"]
    ]
    with pytest.raises(ValueError, match="one name for each of the 3 tags, got 2"):
        result.prediction_table(["a", "b"])
    X, y = load_diabetes(return_X_y=True)
    result = compare({"line": LinearRegression()}, X, y)
    assert_array_equal(result.prediction_table()[["label", "line"]], np.c_[y, result.predictions_["line"]])
    pairs = compare({"line": LinearRegression()}, X, np.c_[y, y])
    with pytest.raises(ValueError, match="one number per clip, got numbers"):
        pairs.prediction_table()


def test_names_of_classes(data):
    result = compare({"Bayes": GaussianNB()}, *data, random_state=0)
    numbers, named = result.prediction_table(), result.prediction_table(["x", "y", "z"])
    for column in ("label", "Bayes"):
        assert named[column].tolist() == ["xyz"[i] for i in numbers[column]]
    with pytest.raises(ValueError, match="one name for each of the 3 classes, got 2"):
        result.prediction_table(["x", "y"])
