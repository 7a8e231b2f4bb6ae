"""Scorers: the defaults, what does not fit the labels, what fails alone, and what is scored later."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import StackingClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, make_scorer, mean_poisson_deviance
from sklearn.model_selection import GridSearchCV, LeaveOneOut, PredefinedSplit
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.inspection import write_report
from skmir.model_selection import compare, learning_curves

RNG = np.random.RandomState(0)
X = RNG.randn(60, 4)
NUMBERS = X @ [1.0, 2.0, 0.0, 0.0] + 0.1 * RNG.randn(60)
CLASSES = np.array(["a", "b", "c"])[np.digitize(NUMBERS, [-1, 1])]
TAGS = (X[:, :3] + 0.1 * RNG.randn(60, 3) > 0).astype(int)
LABELS = {"classes": CLASSES, "tags": TAGS, "numbers": NUMBERS, "binary": (NUMBERS > 0).astype(int)}
MODELS = {
    "classes": GaussianNB(),
    "tags": KNeighborsClassifier(),
    "numbers": LinearRegression(),
    "binary": GaussianNB(),
}


class NeverFitted(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise AssertionError("fitted before its scorer was looked at")

    def predict(self, X):
        return X


class Noting(ClassifierMixin, BaseEstimator):
    """Counts its fits, and draws anew in each where it has no seed."""

    n_fits = 0

    def __init__(self, draws=False):
        self.draws = draws

    def fit(self, X, y):
        type(self).n_fits += 1
        self.model_ = LogisticRegression().fit(X + self.draws * np.random.randn(*X.shape) * 3, y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.model_.predict(X)

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


def fits(function):
    before = Noting.n_fits
    return function(), Noting.n_fits - before


@pytest.mark.parametrize("container", [np.asarray, list, pd.Series], ids=["array", "list", "Series"])
@pytest.mark.parametrize(("kind", "scorer"), [("classes", "balanced_accuracy"), ("numbers", "r2")])
def test_the_default_suits_the_labels(kind, scorer, container):
    result = compare({"a": MODELS[kind]}, X, container(LABELS[kind]), cv=3, random_state=0)
    assert result.scorers_ == [scorer]
    expected = compare({"a": MODELS[kind]}, X, LABELS[kind], cv=3, scoring=scorer, random_state=0)
    assert_array_equal(result.scores_, expected.scores_)


@pytest.mark.parametrize(
    "container",
    [np.asarray, np.ndarray.tolist, pd.DataFrame, csr_array],
    ids=["array", "list", "table", "sparse"],
)
def test_the_default_for_tags_is_auc_tag(container):
    result = compare({"a": KNeighborsClassifier()}, X, container(TAGS), cv=3, random_state=0)
    assert result.scorers_ == ["auc_tag"]
    assert result.table_.loc["a", "mean"] > 0.8
    assert result.table_.loc["tag frequency", "mean"] == 0.5


class OnlyPredicts(NeverFitted):
    """Says which tags a clip has, without a score."""


def test_a_model_without_scores_of_tags_is_found_before_the_first_fit():
    models = {"near": KNeighborsClassifier(), "SVC": MultiOutputClassifier(SVC()), "own": OnlyPredicts()}
    with pytest.raises(ValueError, match=r"SVC, own: neither predict_proba.*OneVsRest.*scoring='f1_macro'"):
        compare(models, X, TAGS, cv=3)
    one = {
        "own": MultiOutputClassifier(SVC()),
        "stacked": StackingClassifier([("near", KNeighborsClassifier())]),
    }
    with pytest.raises(ValueError, match=r"own: neither"):  # the stacked one has scores once it is fitted
        compare(one, X, TAGS, cv=3)
    by_f1 = compare(one, X, TAGS, cv=3, scoring=["f1_macro", "auc_tag"], random_state=0)
    assert by_f1.table_.loc["own", "mean"] > 0.7
    assert any("own: no method that the scorer 'auc_tag' needs" in text for text in by_f1.warnings_)


def test_scores_of_tags_are_kept_and_groups_may_be_routed(tmp_path):
    run = {"groups": np.arange(60) // 3, "cv": 4, "memory": tmp_path, "random_state": 0, "baselines": False}
    first = compare({"a": KNeighborsClassifier()}, X, TAGS, **run)
    later = compare({"a": KNeighborsClassifier()}, X, TAGS, scoring=["tag_map", "auc_tag"], **run)
    assert_array_equal(first.scores_, later.all_scores_["auc_tag"])
    with config_context(enable_metadata_routing=True):
        routed = compare({"a": KNeighborsClassifier()}, X, TAGS, **{**run, "memory": None})
    assert_array_equal(first.scores_, routed.scores_)


def test_learning_curves_have_the_same_defaults():
    for kind, scorer in {"classes": "balanced_accuracy", "tags": "auc_tag", "numbers": "r2"}.items():
        curves = learning_curves(
            {"a": MODELS[kind]}, X, LABELS[kind], cv=3, train_sizes=[1.0], random_state=0
        )
        assert curves.comparisons_[1.0].scorers_ == [scorer]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize(
    ("scoring", "kind", "message"),
    [
        ("balanced_accuracy", "tags", "'balanced_accuracy' cannot score y.*tags of shape .60, 3.*'auc_tag'"),
        ("roc_auc", "classes", "'roc_auc' cannot score y, which holds 3 classes.*'roc_auc_ovr'"),
        ("f1", "classes", "'f1' cannot score y.*'f1_macro'"),
        ("r2", "classes", "'r2' cannot score y.*could not convert string.*'balanced_accuracy'"),
        ("accuracy", "numbers", "'accuracy' cannot score y, which holds numbers.*'r2'"),
        ("neg_mean_squared_log_error", "numbers", "'neg_mean_squared_log_error' cannot score y"),
        (["accuracy", "roc_auc"], "classes", "'roc_auc' cannot score y"),
        ({"own": make_scorer(accuracy_score, wrong=1)}, "classes", "'own' cannot score y.*wrong"),
    ],
)
def test_what_cannot_be_scored_is_found_before_the_first_fit(scoring, kind, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        compare({"a": NeverFitted()}, X, LABELS[kind], scoring=scoring, cv=3)


@pytest.mark.parametrize(
    ("scoring", "kind"),
    [
        (
            ["accuracy", "f1_macro", "neg_log_loss", "roc_auc_ovr", "roc_auc_ovo", "matthews_corrcoef"],
            "classes",
        ),
        (["accuracy", "f1_micro", "f1_samples", "roc_auc", "average_precision", "neg_log_loss"], "tags"),
        (["auc_tag", "auc_clip", "tag_map", "clip_map", "precision_at_3", "r_precision"], "tags"),
        (["r2", "neg_root_mean_squared_error", "neg_median_absolute_error", "explained_variance"], "numbers"),
        (["roc_auc", "average_precision", "f1", "neg_brier_score", "neg_log_loss", "r2"], "binary"),
        ([make_scorer(log_loss, response_method="predict_proba", greater_is_better=False)], "classes"),
    ],
)
def test_what_can_be_scored_is_and_scored_later_is_the_same(scoring, kind, tmp_path):
    models = {"a": MODELS[kind], "search": GridSearchCV(MODELS[kind], {}, cv=2)}
    run = {"cv": 3, "random_state": 0, "baselines": False}
    whole = compare(models, X, LABELS[kind], scoring=scoring, **run)
    assert whole.errors_ == {}
    compare(models, X, LABELS[kind], memory=tmp_path, **run)
    fitted = []
    for model in models.values():
        type(model).fit, original = fitted.append, type(model).fit
        try:
            later = compare({"a": model}, X, LABELS[kind], scoring=scoring, memory=tmp_path, **run)
        finally:
            type(model).fit = original
        assert_array_equal(later.all_scores_, whole.all_scores_.xs("a", axis=1, level=1))
        assert later.errors_ == {}


def test_folds_of_some_classes_are_scored_by_what_is_known_there():
    two = np.flatnonzero(CLASSES != "c")
    folds = [(two[::2], two[1::2]), (two[1::2], two[::2])]
    result = compare({"a": GaussianNB()}, X, CLASSES, scoring="neg_log_loss", cv=folds, baselines=False)
    assert result.errors_ == {}


def test_predictions_that_must_be_positive_are_no_reason_to_refuse():
    y = np.maximum(NUMBERS, 0)
    scorer = make_scorer(mean_poisson_deviance, greater_is_better=False)
    result = compare({"guess": DummyRegressor()}, X, y, scoring=scorer, cv=3, baselines=False)
    assert result.errors_ == {}
    assert result.table_.loc["guess", "mean"] < 0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_leaving_one_out_with_r2_beside_another_scorer_loses_r2_alone(tmp_path):
    scoring, run = ["neg_mean_absolute_error", "r2"], {"cv": LeaveOneOut(), "random_state": 0}
    with pytest.warns(UserWarning, match="'r2' is undefined on the test part of every fold"):
        result = compare(
            {"line": LinearRegression()}, X[:15], NUMBERS[:15], scoring=scoring, memory=tmp_path, **run
        )
    alone = compare({"line": LinearRegression()}, X[:15], NUMBERS[:15], scoring=scoring[0], **run)
    assert_array_equal(result.scores_, alone.scores_)
    assert result.table_["n_failed"].tolist() == [0, 0]
    assert result.tables_["r2"]["n_failed"].tolist() == [15, 15]
    assert result.tables_["r2"]["mean"].isna().all()
    assert result.errors_["line", 7, "r2"] == "the score is NaN"
    assert len(result.errors_) == 30
    assert any("'r2' is undefined" in doubt for doubt in result.warnings_)
    record = result.to_dict()["models"]["line"]
    assert record["errors"] == [None] * 15
    assert record["score_errors"][0] == {"r2": "the score is NaN"}
    write_report(result, tmp_path / "report.html")
    assert "r2 of line failed on all folds: the score is NaN" in (tmp_path / "report.html").read_text()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize(("scoring", "kind"), [("r2", "numbers"), (["roc_auc", "accuracy"], "binary")])
def test_a_judge_that_is_undefined_on_all_folds_is_refused_before_the_first_fit(scoring, kind):
    with pytest.raises(
        ValueError, match=r"undefined on the test part of every fold.*pass another as the first"
    ):
        compare({"a": NeverFitted()}, X, LABELS[kind], scoring=scoring, cv=LeaveOneOut())


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_one_class_in_one_test_fold_costs_that_area_alone():
    y = LABELS["binary"].copy()
    y[:10] = 1
    folds = PredefinedSplit(np.minimum(np.arange(60) // 10, 2))
    with pytest.warns(FitFailedWarning, match="Scorer 'roc_auc' of model 'a' failed on fold 0"):
        result = compare(
            {"a": GaussianNB()}, X, y, scoring=["accuracy", "roc_auc"], cv=folds, baselines=False
        )
    assert list(result.errors_) == [("a", 0, "roc_auc")]
    assert result.all_scores_["roc_auc", "a"].isna().tolist() == [True, False, False]
    assert result.all_scores_["accuracy", "a"].notna().all()
    assert result.tables_["roc_auc"]["n_failed"].tolist() == [1]
    assert result.table_["n_failed"].tolist() == [0]


def test_a_model_that_lacks_what_a_scorer_needs_is_named_beforehand():
    models = {"SVM": make_pipeline(StandardScaler(), SVC()), "Bayes": GaussianNB()}
    with pytest.warns(UserWarning, match="^SVM: no method that the scorer 'neg_log_loss' needs"):
        result = compare(models, X, CLASSES, scoring=["accuracy", "neg_log_loss"], cv=3, random_state=0)
    assert result.tables_["neg_log_loss"]["n_failed"].to_dict() == {
        "SVM": 3,
        "Bayes": 0,
        "majority": 0,
        "class frequency": 0,
    }
    assert result.warnings_[-1].startswith("SVM: no method")


def test_each_failure_of_a_scorer_is_said_once():
    def raises(estimator, X, y):
        raise RuntimeError("as ever")

    with pytest.warns(FitFailedWarning) as said:
        result = compare({"a": GaussianNB()}, X, CLASSES, scoring={"f": "accuracy", "no": raises}, cv=5)
    said = [str(w.message) for w in said if w.category is FitFailedWarning and "'a'" in str(w.message)]
    assert len(said) == 1
    assert "Scorer 'no' of model 'a' failed on fold 0: RuntimeError: as ever" in said[0]
    assert [key for key in result.errors_ if key[0] == "a"] == [("a", fold, "no") for fold in range(5)]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_a_report_is_written_where_the_judge_has_failed_and_another_scorer_not(tmp_path):
    def raises(estimator, X, y):
        raise RuntimeError("as ever")

    scoring = {"own": raises, "accuracy": "accuracy"}
    result = compare({"a": GaussianNB()}, X, CLASSES, scoring=scoring, cv=3, random_state=0)
    write_report(result, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "No model has a score by own on any fold." in text
    assert "own of a failed on folds 0, 1 and 2: RuntimeError: as ever" in text


def test_a_scorer_that_gives_no_number_fails_alone():
    with pytest.warns(FitFailedWarning, match="must return a number, got 'much'"):
        result = compare(
            {"a": GaussianNB()}, X, CLASSES, scoring={"f": "accuracy", "no": lambda *_: "much"}, cv=3
        )
    assert result.table_["n_failed"].sum() == 0


def test_a_model_that_cannot_predict_has_failed():
    class Mute(DummyClassifier):
        def predict(self, X):
            raise RuntimeError("mute")

    with pytest.warns(FitFailedWarning, match="Model 'mute' failed on fold 0: RuntimeError: mute"):
        result = compare({"a": GaussianNB(), "mute": Mute()}, X, CLASSES, cv=3, baselines=False)
    assert result.errors_ == {("mute", fold): "RuntimeError: mute" for fold in range(3)}


def test_a_scorer_added_later_fits_nothing_again(tmp_path):
    run = {"cv": 3, "memory": tmp_path, "random_state": 0, "baselines": False}
    _, n = fits(lambda: compare({"a": Noting()}, X, CLASSES, **run))
    assert n == 3
    scoring = ["f1_macro", "neg_log_loss", "roc_auc_ovr", "balanced_accuracy"]
    later, n = fits(lambda: compare({"a": Noting()}, X, CLASSES, scoring=scoring, **run))
    assert n == 0
    model = LogisticRegression()
    whole = compare({"a": model}, X, CLASSES, scoring=scoring, cv=3, random_state=0, baselines=False)
    assert_array_equal(later.all_scores_, whole.all_scores_)
    assert_array_equal(later.predictions_["a"], whole.predictions_["a"])


def test_a_function_of_the_model_fits_it_again_once(tmp_path):
    run = {"cv": 3, "memory": tmp_path, "random_state": 0, "baselines": False}
    scoring = {"accuracy": "accuracy", "size": n_coefficients}
    _, n = fits(lambda: compare({"a": Noting()}, X, CLASSES, scoring="accuracy", **run))
    assert n == 3
    for expected in (3, 0):
        result, n = fits(lambda: compare({"a": Noting()}, X, CLASSES, scoring=scoring, **run))
        assert n == expected
        assert result.all_scores_["size", "a"].tolist() == [12, 12, 12]


def n_coefficients(estimator, X, y):
    return estimator.model_.coef_.size


def test_scores_are_those_of_the_fit_that_is_kept(tmp_path):
    """A model without a seed is another after each fit: no table mixes two of them."""
    run = {"cv": 3, "memory": tmp_path, "baselines": False}
    folds = compare({"a": GaussianNB()}, X, CLASSES, cv=3, random_state=0).splits_
    run["cv"] = folds
    compare({"a": Noting(draws=True)}, X, CLASSES, scoring="accuracy", **run)
    scoring = {"accuracy": "accuracy", "size": n_coefficients}
    for _ in range(2):
        result = compare({"a": Noting(draws=True)}, X, CLASSES, scoring=scoring, **run)
        expected = [np.mean(result.predictions_["a"][test] == CLASSES[test]) for _, test in folds]
        assert_allclose(result.scores_["a"], expected)


def test_answers_too_large_to_keep_are_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setattr("skmir.model_selection._running._responses.LIMIT", 100)
    run = {"cv": 3, "memory": tmp_path, "random_state": 0, "baselines": False}
    assert fits(lambda: compare({"a": Noting()}, X, CLASSES, **run))[1] == 3
    assert fits(lambda: compare({"a": Noting()}, X, CLASSES, scoring="f1_macro", **run))[1] == 0
    assert fits(lambda: compare({"a": Noting()}, X, CLASSES, scoring="neg_log_loss", **run))[1] == 3
    assert fits(lambda: compare({"a": Noting()}, X, CLASSES, scoring="neg_log_loss", **run))[1] == 0


def test_what_a_kept_model_lacks_fails_as_it_did(tmp_path):
    run = {"cv": 3, "memory": tmp_path, "random_state": 0, "baselines": False}
    compare({"SVM": SVC()}, X, CLASSES, **run)
    scoring = ["accuracy", "neg_log_loss"]
    with pytest.warns(FitFailedWarning, match="'SVM' failed on fold 0"):
        later = compare({"SVM": SVC()}, X, CLASSES, scoring=scoring, **run)
    with pytest.warns(FitFailedWarning):
        fresh = compare({"SVM": SVC()}, X, CLASSES, scoring=scoring, cv=3, random_state=0, baselines=False)
    assert later.errors_ == fresh.errors_
    assert (
        "SVC has none of the following attributes: predict_proba" in later.errors_["SVM", 0, "neg_log_loss"]
    )


def test_scorers_get_what_they_ask_for_where_metadata_is_routed(tmp_path):
    groups = np.arange(60) // 10

    def n_groups(y, predictions, groups):
        return len(np.unique(groups))

    with config_context(enable_metadata_routing=True):
        scorer = make_scorer(n_groups).set_score_request(groups=True)
        search = GridSearchCV(GaussianNB(), {}, cv=2)
        result = compare({"a": search}, X, CLASSES, groups=groups, cv=3, scoring=scorer, baselines=False)
    assert result.scores_["a"].tolist() == [2, 2, 2]


def test_two_scorers_of_one_name_are_refused():
    scorers = [make_scorer(lambda y, p: 1.0), make_scorer(lambda y, p: 2.0)]
    with pytest.raises(ValueError, match=r"several scorers called .*lambda.*\. Name them in a dict"):
        compare({"a": GaussianNB()}, X, CLASSES, scoring=scorers)
