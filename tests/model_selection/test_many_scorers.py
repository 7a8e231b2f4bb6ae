"""Several scorers, repeated folds, baselines, nested searches, and what they show class by class."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import loguniform
from sklearn import config_context
from sklearn.dummy import DummyClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    make_scorer,
    precision_score,
    recall_score,
)
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skmir.model_selection import compare

MODELS = {"SVM": make_pipeline(StandardScaler(), SVC()), "Bayes": GaussianNB()}


def test_each_scorer_has_its_table(data):
    scoring = ["accuracy", "f1_macro"]
    both = compare(MODELS, *data, scoring=scoring, random_state=0)
    assert (both.scoring_, both.scorers_) == ("accuracy", scoring)
    times = ["fit_time", "score_time"]
    for scorer in scoring:
        one = compare(MODELS, *data, scoring=scorer, random_state=0)
        assert both.tables_[scorer].drop(columns=times).equals(one.table_.drop(columns=times))
        assert_array_equal(both.all_scores_[scorer], one.scores_)
    assert both.table_ is both.tables_["accuracy"]
    assert both.scores_.equals(both.all_scores_["accuracy"])
    record = json.loads(json.dumps(both.to_dict(), allow_nan=False))
    assert record["models"]["SVM"]["all_scores"]["f1_macro"] == both.all_scores_["f1_macro", "SVM"].tolist()
    assert record["tables"]["f1_macro"]["Bayes"]["mean"] == both.tables_["f1_macro"].loc["Bayes", "mean"]


def test_a_pipeline_transforms_a_test_fold_once_for_all_answers(data):
    rows = []
    count = FunctionTransformer(lambda X: rows.append(len(X)) or X)
    model = make_pipeline("passthrough", count, LogisticRegression())
    scoring = ["accuracy", "roc_auc_ovr", "neg_log_loss"]
    result = compare({"model": model}, *data, scoring=scoring, cv=3, n_jobs=1, random_state=0)
    assert sum(rows) == 2 * len(data[0]) + len(data[0])  # three fits on two thirds each, and each clip once
    alone = compare({"model": model[-1]}, *data, scoring=scoring, cv=3, n_jobs=1, random_state=0)
    for scorer in scoring:
        assert_array_equal(result.all_scores_[scorer]["model"], alone.all_scores_[scorer]["model"])


def test_scorers_as_a_dict(data):
    scoring = {"F": make_scorer(f1_score, average="macro"), "right": "accuracy"}
    named = compare(MODELS, *data, scoring=scoring, random_state=0)
    plain = compare(MODELS, *data, scoring=["f1_macro", "accuracy"], random_state=0)
    assert named.scorers_ == ["F", "right"]
    assert_array_equal(named.all_scores_, plain.all_scores_)


@pytest.mark.parametrize("groups", [None, np.arange(120) // 4])
def test_repeats_deal_out_anew(groups, data):
    result = compare(MODELS, *data, groups=groups, cv=3, n_repeats=4, random_state=0)
    assert len(result.splits_) == 12
    for r in range(4):
        tests = [test for _, test in result.splits_[3 * r : 3 * r + 3]]
        assert_array_equal(np.sort(np.concatenate(tests)), np.arange(120))
    assert len({tuple(test) for _, test in result.splits_}) == 12
    if groups is not None:
        assert all(not set(groups[train]) & set(groups[test]) for train, test in result.splits_)
    again = compare(MODELS, *data, groups=groups, cv=3, n_repeats=4, random_state=0)
    assert_array_equal(again.scores_, result.scores_)
    matrix = result.confusion_matrix("SVM")
    assert matrix.to_numpy().sum() == 480  # each clip is tested four times


def test_baselines_guess(data):
    X, y = data
    y = np.where(y == 0, "rare", np.where(y == 1, "often", "often"))
    result = compare(
        MODELS, X, y, cv=5, n_repeats=4, scoring=["accuracy", "balanced_accuracy"], random_state=0
    )
    assert list(result.table_.index) == ["SVM", "Bayes", "majority", "class frequency"]
    assert result.baselines_ == ["majority", "class frequency"]
    share = np.mean(y == "often")
    assert result.table_.loc["majority", "mean"] == pytest.approx(share)
    guessed = result.table_.loc["class frequency", "mean"]
    assert guessed == pytest.approx(share**2 + (1 - share) ** 2, abs=0.05)
    assert result.scores_["class frequency"].std() > 0  # each fold has its own luck
    assert result.tables_["balanced_accuracy"].loc["majority", "mean"] == 0.5
    assert result.table_.loc[result.baselines_, "p_holm"].isna().all()
    assert result.table_.loc["Bayes", "p_holm"] == result.table_.loc["Bayes", "p_value"]
    own = compare({**MODELS, "majority": SVC()}, X, y, random_state=0)
    assert list(own.table_.index) == ["SVM", "Bayes", "majority", "class frequency"]
    assert str(own.models_["majority"]).startswith("SVC")


def test_baselines_of_numbers_and_tags(data):
    X, _ = data
    numbers = compare({"line": LinearRegression()}, X, X[:, 0], scoring="r2", random_state=0)
    assert numbers.baselines_ == ["mean"]
    assert numbers.table_.loc["mean", "mean"] <= 0
    whole = compare({"line": LinearRegression()}, X, np.round(10 * X[:, 0]), scoring="r2", random_state=0)
    assert (whole.kind_, whole.baselines_) == ("numbers", ["mean"])
    assert [text for text in whole.warnings_ if "class" in text] == []
    assert whole.table_.loc["line", "mean"] > 0.9
    tags = np.c_[X[:, 0] > 0, X[:, 1] > 1, X[:, 0] > -9].astype(int)
    tagged = compare({"near": KNeighborsClassifier()}, X, tags, scoring="f1_micro", random_state=0)
    assert tagged.baselines_ == ["tag frequency", "random tags"]
    assert 0 < tagged.table_.loc["tag frequency", "mean"] < tagged.table_.loc["near", "mean"]
    assert any("none has it ([2], columns of y counted" in text for text in tagged.warnings_)


def test_probabilities_of_practical_equivalence(data):
    result = compare({**MODELS, "twin": MODELS["SVM"]}, *data, random_state=0, rope=0.02)
    probabilities = result.table_[["worse_prob", "rope_prob", "better_prob"]]
    assert_allclose(probabilities.drop(index=["SVM", "twin"]).sum(axis=1), 1)
    assert probabilities.loc[["SVM", "twin"]].isna().all(axis=None)  # no variance, no probabilities
    assert probabilities.loc["majority", "worse_prob"] > 0.99
    wider = compare(MODELS, *data, random_state=0, rope=0.5).table_
    assert wider.loc["Bayes", "rope_prob"] > probabilities.loc["Bayes", "rope_prob"]


SEARCHES = {
    "grid": lambda model: GridSearchCV(model, {"C": [0.01, 1.0]}),
    "random": lambda model: RandomizedSearchCV(model, {"C": loguniform(0.01, 10)}, n_iter=3, cv=3),
    "halving": lambda model: HalvingGridSearchCV(
        model, {"C": [0.01, 1.0]}, cv=3, min_resources=60, return_train_score=False
    ),
}


class GroupWatcher(LogisticRegression):
    """Notes the groups that it is tested on and was fitted on: the last column of X holds them."""

    torn = []

    def fit(self, X, y):
        self.groups_ = set(X[:, -1])
        return super().fit(X[:, :-1], y)

    def predict(self, X):
        self.torn.append(self.groups_ & set(X[:, -1]))
        return super().predict(X[:, :-1])


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("kind", SEARCHES)
def test_searches_are_nested_and_grouped_inside_too(kind, routing, data):
    groups = np.arange(120) // 6
    X, y = np.c_[data[0], groups], data[1]
    model = SEARCHES[kind](GroupWatcher(max_iter=1000))
    models = {"search": model, "in a pipeline": make_pipeline(model)}
    options = {"cv": 3, "scoring": "accuracy", "baselines": False, "random_state": 0}
    GroupWatcher.torn.clear()
    with config_context(enable_metadata_routing=routing):
        result = compare(models, X, y, groups=groups, **options)
    assert result.errors_ == {}
    assert len(GroupWatcher.torn) > 24
    assert not any(GroupWatcher.torn)
    assert model.cv in (None, 3)  # the user's own is left as it was
    assert list(result.best_params_) == ["search"]
    assert list(result.best_params_["search"]["C"].index) == [0, 1, 2]
    assert result.best_params_["search"]["C"].between(0.01, 10).all()
    compare(models, X, y, **options)
    assert any(GroupWatcher.torn)  # it would have noticed


def test_class_table_is_that_of_scikit_learn(data):
    X, y = data[0], np.array(["x", "y", "z"])[data[1]]
    result = compare(MODELS, X, y, random_state=0)
    scores = {"precision": precision_score, "recall": recall_score, "f1": f1_score}
    for metric, score in scores.items():
        table = result.class_table(metric)
        assert table.index.tolist() == ["x", "y", "z", "Global"]
        assert table.columns.tolist() == ["share", *result.models_]
        for name, predictions in result.predictions_.items():
            expected = score(y, predictions, average=None, zero_division=np.nan)
            assert_allclose(table[name][:-1], expected)
            assert table.loc["Global", name] == pytest.approx(accuracy_score(y, predictions))
    assert_allclose(table["share"], [*(np.unique(y, return_counts=True)[1] / 120), 1])
    with pytest.raises(ValueError, match="metric='accuracy'"):
        result.class_table("accuracy")


def test_class_table_of_tags_and_of_failures(data):
    X, _ = data
    tags = np.c_[X[:, 0] > 0, X[:, 1] > 0].astype(int)
    result = compare({"near": KNeighborsClassifier()}, X, tags, scoring="f1_micro", random_state=0)
    table = result.class_table()
    assert table.index.tolist() == [0, 1, "Global"]
    expected = f1_score(tags, result.predictions_["near"], average="micro")
    assert table.loc["Global", "near"] == pytest.approx(expected)
    assert_allclose(table["share"], [*tags.mean(axis=0), tags.mean(axis=0).sum()])
    with pytest.raises(ValueError, match="y must hold classes, got tags"):
        result.confusion_matrix("near")
    with pytest.warns(match="failed on fold"):
        broken = compare({"bad": SVC(C=-1), **MODELS}, *data, random_state=0)
    assert broken.class_table()["bad"].isna().all()
    with pytest.raises(ValueError, match="model='bad' failed on all folds"):
        broken.confusion_matrix("bad")
    with pytest.raises(ValueError, match="model='other'"):
        broken.confusion_matrix("other")
    numbers = compare({"line": LinearRegression()}, X, X[:, 0], scoring="r2", random_state=0)
    with pytest.raises(ValueError, match="y must hold classes, got numbers"):
        numbers.class_table()


def test_confusion_matrix_is_that_of_scikit_learn(data):
    X, y = data[0], np.array(["x", "y", "z"])[data[1]]
    result = compare(MODELS, X, y, random_state=0)
    for normalize in (None, "true"):
        matrix = result.confusion_matrix("SVM", normalize)
        assert_array_equal(matrix, confusion_matrix(y, result.predictions_["SVM"], normalize=normalize))
    assert matrix.index.tolist() == matrix.columns.tolist() == ["x", "y", "z"]


def test_a_scorer_that_one_model_cannot_serve_fails_that_model_alone(data):
    X, y = data[0], (data[1] > 0).astype(int)
    with pytest.warns(match="'SVM' failed on fold 0.*predict_proba"):
        result = compare(
            {"Bayes": GaussianNB(), "SVM": SVC()}, X, y, scoring=["accuracy", "neg_log_loss"], random_state=0
        )
    assert result.table_["n_failed"].tolist() == [0, 0, 0, 0]
    assert result.tables_["neg_log_loss"]["n_failed"].tolist() == [0, 5, 0, 0]
    assert result.tables_["neg_log_loss"].loc["Bayes", "mean"] < 0
    alone = compare({"SVM": SVC()}, X, y, scoring="accuracy", random_state=0)
    assert_array_equal(result.scores_["SVM"], alone.scores_["SVM"])
    assert not result.predictions_["SVM"].mask.any()
    assert set(result.errors_) == {("SVM", fold, "neg_log_loss") for fold in range(5)}
    error = result.errors_["SVM", 0, "neg_log_loss"]
    assert "SVC has none of the following attributes: predict_proba" in error


def test_baselines_do_not_count_where_all_models_fail(data):
    with pytest.warns(match="failed"), pytest.raises(ValueError, match="Every fit of every model failed"):
        compare({"bad": SVC(C=-1), "worse": SVC(C=-2)}, *data)
    assert isinstance(compare({"guess": DummyClassifier()}, *data).table_.loc["guess", "mean"], float)


def test_names_of_our_own_rows_and_columns_are_free_for_others(data):
    """Ours step back into parentheses: no number of a class or model is lost or mixed up."""
    X, y = data[0], np.array(["Global", "share", "(Global)"])[data[1]]
    models = {"share": LogisticRegression(), "Global": GaussianNB(), "(share)": KNeighborsClassifier(1)}
    result = compare(models, X, y, random_state=0)
    plain = compare(dict(zip("abc", models.values(), strict=True)), *data, random_state=0)
    table = result.class_table()
    assert table.columns.tolist() == ["((share))", *result.models_]
    assert table.index.tolist() == [*sorted(set(y)), "((Global))"]
    order = [*(["Global", "share", "(Global)"].index(label) for label in sorted(set(y))), 3]
    assert_allclose(table.iloc[:, :4], plain.class_table().iloc[order, :4])
    assert table.loc["((Global))", "share"] == pytest.approx(accuracy_score(y, result.predictions_["share"]))
