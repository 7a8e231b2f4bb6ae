"""The result: its table, its record, and what failures leave of it."""

import functools
import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir._show_versions import machine
from skmir.model_selection import Comparison
from skmir.model_selection import compare as compare_all
from skmir.model_selection._results._corrected_statistics import corrected_interval, corrected_ttest, holm

compare = functools.partial(compare_all, baselines=False)  # the models given, and no others
MODELS = {"logistic": make_pipeline(StandardScaler(), LogisticRegression()), "chance": DummyClassifier()}


class Scripted(ClassifierMixin, BaseEstimator):
    """Gets the score that is written for the fold; X holds the number of the fold, NaN is a failure."""

    def __init__(self, scores=()):
        self.scores = scores

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        fold = ({0, 1, 2, 3} - set(X[:, 0])).pop()
        if np.isnan(self.scores[int(fold)]):
            raise RuntimeError(f"nothing written for {fold:.0f}")
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def scripted_score(estimator, X, y):
    return estimator.scores[int(X[0, 0])]


class Interrupted(DummyClassifier):
    def fit(self, X, y):
        raise KeyboardInterrupt("by hand")


@pytest.fixture
def data():
    return make_classification(120, 6, n_informative=4, n_classes=3, class_sep=0.7, random_state=0)


@pytest.fixture
def scripted():
    """Four folds of 3 clips each, and a call of compare on scores written down per model."""
    X = np.repeat(np.arange(4.0), 3).reshape(-1, 1)
    y = np.tile(["a", "b", "c"], 4)

    def run(reference=None, **scores):
        models = {name: Scripted(tuple(values)) for name, values in scores.items()}
        cv = PredefinedSplit(X[:, 0])
        return compare(models, X, y, cv=cv, scoring=scripted_score, reference=reference)

    return run


def test_one_failed_fold_loses_nothing_else(scripted):
    ref, other = [0.5, 0.6, 0.7, 0.8], [0.7, np.nan, 0.8, 0.95]
    with pytest.warns(FitFailedWarning, match="'b' failed on fold 1: RuntimeError: nothing written for 1"):
        result = scripted(a=ref, b=other)
    assert result.errors_ == {("b", 1): "RuntimeError: nothing written for 1"}
    assert_array_equal(result.scores_["b"], other)
    row = result.table_.loc["b"]
    differences = np.array([0.2, 0.1, 0.15])
    assert row["n_failed"] == 1
    assert row["mean"] == pytest.approx(2.45 / 3)
    assert row["difference"] == pytest.approx(0.15)
    assert row["p_value"] == pytest.approx(corrected_ttest(differences, 1 / 3)[1])
    assert result.table_.loc["a", "mean"] == pytest.approx(0.65)
    assert_array_equal(result.predictions_["b"].mask, np.repeat([False, True, False, False], 3))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_a_model_that_always_fails_is_in_the_table(scripted):
    with pytest.warns(FitFailedWarning, match="'b' failed on fold 3"):
        result = scripted(a=[0.5, 0.6, 0.7, 0.8], b=[np.nan] * 4, c=[0.1, 0.2, 0.2, 0.1])
    row = result.table_.loc["b"]
    assert row["n_failed"] == 4
    assert row.drop("n_failed").isna().all()
    assert result.predictions_["b"].mask.all()
    assert result.table_.loc["c", "p_holm"] == result.table_.loc["c", "p_value"]


def test_a_score_that_is_nan_counts_as_failed(data):
    def never(estimator, X, y):
        return np.nan if X[0, 0] < 0 else 1.0

    X, y = data[0].copy(), data[1]
    X[:60, 0], X[60:, 0] = -1, 1
    folds = [(np.arange(60, 120), np.arange(60)), (np.arange(60), np.arange(60, 120))]
    with pytest.warns(FitFailedWarning, match="fold 0: the score is NaN"):
        result = compare(MODELS, X, y, cv=folds, scoring=never)
    assert result.table_["n_failed"].tolist() == [1, 1]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_all_failed(data):
    with pytest.raises(
        ValueError, match=r"Every fit of every model failed.*'logistic': ValueError.*one class"
    ):
        compare({"logistic": LogisticRegression()}, data[0], np.repeat([0, 1], 60), cv=KFold(2))


def test_an_interrupt_passes(data):
    with pytest.raises(KeyboardInterrupt, match="by hand"):
        compare({"a": DummyClassifier(), "b": Interrupted()}, *data)


def test_table_by_hand(scripted):
    scores = {
        "a": [0.50, 0.60, 0.70, 0.60],
        "b": [0.70, 0.75, 0.90, 0.85],
        "c": [0.45, 0.65, 0.72, 0.55],
    }
    result = scripted(reference="b", **scores)
    table = result.table_
    assert table.columns.tolist() == [
        *["mean", "ci_low", "ci_high", "difference", "difference_low", "difference_high"],
        *["p_value", "p_holm"],
        *["worse_prob", "rope_prob", "better_prob"],
        *["fit_time", "score_time", "n_parameters", "n_failed"],
    ]
    assert table.index.tolist() == ["a", "b", "c"]
    assert table["n_parameters"].dtype == "Int64"
    assert table["n_parameters"].isna().all()
    assert (table[["fit_time", "score_time"]] > 0).all(axis=None)
    assert_allclose(table["mean"], [0.6, 0.8, 0.5925])
    for name, values in scores.items():
        interval = corrected_interval(values, 1 / 3)
        assert_allclose(table.loc[name, ["ci_low", "ci_high"]].astype(float), interval)
    assert table.loc["b", "difference"] == 0
    assert table.loc["b", ["p_value", "p_holm"]].isna().all()
    p_values = [corrected_ttest(np.subtract(scores[name], scores["b"]), 1 / 3)[1] for name in "ac"]
    assert_allclose(table.loc[["a", "c"], "p_value"], p_values)
    assert_allclose(table.loc[["a", "c"], "p_holm"], holm(p_values))
    assert scripted(**scores).reference_ == "a"


def test_the_interval_of_the_difference_is_the_test(scripted):
    """It excludes 0 where the p-value is below 5 %, and nowhere else."""
    rng, seen = np.random.RandomState(0), set()
    for shift in np.linspace(0, 0.3, 20):
        result = scripted(a=0.5 + 0.1 * rng.rand(4), b=0.5 + shift + 0.1 * rng.rand(4))
        row = result.table_.loc["b"]
        assert (row["difference_low"] + row["difference_high"]) / 2 == pytest.approx(row["difference"])
        assert (row["difference_low"] > 0 or row["difference_high"] < 0) == (row["p_value"] < 0.05)
        seen.add(bool(row["p_value"] < 0.05))
    assert seen == {True, False}


def test_one_fold_has_no_interval(data):
    table = compare(MODELS, *data, cv=[(np.arange(80), np.arange(80, 120))]).table_
    assert table[["ci_low", "ci_high", "p_value", "p_holm"]].isna().all(axis=None)
    assert table["mean"].notna().all()


def test_confidence_level_widens_the_interval(data):
    narrow = compare(MODELS, *data, random_state=0, confidence_level=0.5).table_
    wide = compare(MODELS, *data, random_state=0, confidence_level=0.99).table_
    assert wide.loc["logistic", "ci_low"] < narrow.loc["logistic", "ci_low"]
    assert wide.loc["logistic", "ci_high"] > narrow.loc["logistic", "ci_high"]


def test_parameters_are_the_mean_over_folds(data):
    X, y = data
    result = compare({"svm": SVC(), "logistic": LogisticRegression()}, X, y, cv=3, random_state=0)
    counts = [
        8 * SVC().fit(X[train], y[train]).n_support_.sum() + 3 for train, _ in result.splits_
    ]  # 6 features, 2 coefficients a vector
    assert result.table_["n_parameters"].tolist() == [round(np.mean(counts)), 21]


def test_record(data):
    X, y = data
    with pytest.warns(FitFailedWarning, match="'broken'"):
        result = compare(MODELS | {"broken": SVC(C=-1)}, X, y, cv=3, random_state=np.int64(2))
    record = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert record["versions"]["scikit-learn"]
    assert record["machine"] == machine()
    assert (record["scoring"], record["random_state"], record["reference"]) == (
        "balanced_accuracy",
        2,
        "logistic",
    )
    assert sorted(i for fold in record["test_folds"] for i in fold) == list(range(120))
    assert record["models"]["logistic"]["scores"] == result.scores_["logistic"].tolist()
    assert record["models"]["broken"]["scores"] == [None] * 3
    assert "InvalidParameterError" in record["models"]["broken"]["errors"][0]
    assert "random_state=" in record["models"]["chance"]["estimator"]
    assert record["models"]["logistic"]["n_parameters"] == [21] * 3
    table = pd.DataFrame.from_dict(record["table"], orient="index")
    assert_array_equal(table["mean"], result.table_["mean"])
    assert record["table"]["chance"]["n_parameters"] is None


def test_representations(data):
    result = compare({"a <b>": DummyClassifier()} | MODELS, *data, random_state=0, confidence_level=0.9)
    assert isinstance(result, Comparison)
    text = repr(result)
    assert text.startswith("Comparison of 3 models on 5 folds: balanced_accuracy, 90 % intervals")
    assert all(word in text for word in ["logistic", "0.333", "p (Holm)", "P(better)", "fit s"])
    html = result._repr_html_()
    assert "<table" in html
    assert all(word in html for word in ["logistic", "0.333", "p_holm", "n_parameters"])
    assert "a <b>" not in html
    assert html.startswith('<div class="tex2jax_ignore mathjax_ignore">')  # notebooks set $...$ as formulas
    assert html.endswith("</div>")
