"""Thresholds of tags: the best on held-out clips, found without a leak, for every form of scores."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, f1_score, fbeta_score, make_scorer
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skmir.model_selection import TunedTagThresholdsCV, compare
from skmir.model_selection._tag_thresholds import _best_threshold


@pytest.fixture(scope="module")
def rare():
    """Rows of six features, three rare tags that follow one feature each, and groups of three rows."""
    rng = np.random.RandomState(0)
    X = rng.normal(size=(240, 6))
    return X, (X[:, :3] + rng.normal(size=(240, 3)) > 2).astype(int), np.arange(240) // 3


@pytest.mark.parametrize("beta", [1, 0.5, 2])
def test_no_threshold_is_better(beta):
    """Of all thresholds, with ties among the scores and with scores next to each other."""
    rng = np.random.RandomState(0)
    scorer = None if beta == 1 else make_scorer(fbeta_score, beta=beta)
    for scores in (rng.normal(size=60), rng.normal(size=60).round(), 1 + rng.randint(4, size=60) * 2.0**-52):
        truth = rng.uniform(size=60) < 0.3
        threshold, best = _best_threshold(scorer, truth.astype(int), scores, 0.5)
        levels = np.r_[-np.inf, np.unique(scores)]
        by_hand = [fbeta_score(truth, scores > level, beta=beta, zero_division=0) for level in levels]
        assert best == pytest.approx(max(by_hand))
        assert fbeta_score(truth, scores > threshold, beta=beta) == pytest.approx(best)


def test_of_equally_good_thresholds_the_usual_one_is_nearest():
    truth, scores = np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.4, 0.9])
    assert _best_threshold(None, truth, scores, 0.5)[0] == pytest.approx(0.3)
    apart = np.array([0, 1, 0, 0, 1]), np.array([0.1, 0.2, 0.3, 0.4, 0.9])  # F1 at .15 and at .65 is 2 / 3
    assert _best_threshold(None, *apart, 0.6)[0] == pytest.approx(0.65)
    assert _best_threshold(None, *apart, 0.0)[0] == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("inner", "method"),
    [
        (OneVsRestClassifier(LogisticRegression()), "predict_proba"),
        (MultiOutputClassifier(LogisticRegression()), "predict_proba"),
        (make_pipeline(StandardScaler(), KNeighborsClassifier(15)), "predict_proba"),
        (OneVsRestClassifier(LinearSVC()), "decision_function"),
    ],
    ids=["array", "list", "Pipeline of a list", "decision_function"],
)
def test_thresholds_come_from_scores_of_held_out_clips(rare, inner, method):
    X, y, groups = rare
    model = TunedTagThresholdsCV(inner, cv=GroupKFold(4)).fit(X, y, groups=groups)
    held_out = cross_val_predict(inner, X, y, cv=GroupKFold(4), groups=groups, method=method)
    held_out = np.column_stack([part[:, 1] for part in held_out]) if isinstance(held_out, list) else held_out
    for tag, threshold in enumerate(model.thresholds_):
        by_hand = [f1_score(y[:, tag], held_out[:, tag] > level) for level in held_out[:, tag]]
        assert model.scores_[tag] == pytest.approx(f1_score(y[:, tag], held_out[:, tag] > threshold))
        assert model.scores_[tag] >= max(by_hand) - 1e-9
    scores = getattr(model, method)(X)
    assert scores.shape == y.shape
    np.testing.assert_array_equal(model.predict(X), scores > model.thresholds_)
    assert model.predict(X).dtype == int


def test_thresholds_find_rare_tags_that_one_half_misses(rare):
    X, y, groups = rare
    train, test = np.arange(150), np.arange(150, 240)
    plain = OneVsRestClassifier(LogisticRegression()).fit(X[train], y[train])
    model = TunedTagThresholdsCV(plain).fit(X[train], y[train], groups[train])
    np.testing.assert_allclose(model.predict_proba(X), plain.predict_proba(X))
    assert (model.thresholds_ < 0.5).all()
    gain = [f1_score(y[test], each.predict(X[test]), average="macro") for each in (model, plain)]
    assert gain[0] > gain[1] + 0.1


def test_tags_of_one_kind_keep_the_usual_threshold(rare):
    X, y, _ = rare
    y = np.column_stack([y, np.zeros(240, int), np.ones(240, int)])
    for inner, usual in ((LogisticRegression(), 0.5), (LinearSVC(), 0)):
        with pytest.warns(UserWarning, match="is present in all training examples"):
            model = TunedTagThresholdsCV(OneVsRestClassifier(inner)).fit(X, y)
        assert model.thresholds_[3:].tolist() == [usual, usual]
        assert np.isnan(model.scores_[3:]).all() and not np.isnan(model.scores_[:3]).any()
        assert (model.predict(X)[:, 3] == 0).all()


def test_two_classes_are_one_tag(rare):
    X, y, _ = rare
    names = np.where(y[:, 0], "yes", "no")
    tag, named = (TunedTagThresholdsCV(cv=KFold(3)).fit(X, each) for each in (y[:, [0, 0]], names))
    assert named.thresholds_ == pytest.approx(tag.thresholds_[:1])
    np.testing.assert_array_equal(named.predict(X) == "yes", tag.predict(X)[:, 0])
    assert named.predict_proba(X).shape == (240, 2)


class Spy(ClassifierMixin, BaseEstimator):
    """Keeps the groups of every fit; scores by the first features."""

    seen = []

    def fit(self, X, y, groups=None):
        self.seen.append(groups)
        self.n_tags_ = y.shape[1]
        return self

    def decision_function(self, X):
        return X[:, : self.n_tags_]

    def predict(self, X):
        return (X[:, : self.n_tags_] > 0).astype(int)


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("inner", [Spy(), make_pipeline(StandardScaler(), Spy())], ids=["alone", "Pipeline"])
def test_groups_reach_folds_and_classifier(rare, inner, routing):
    X, y, groups = rare
    Spy.seen.clear()
    with config_context(enable_metadata_routing=routing):
        if routing:
            inner = Spy().set_fit_request(groups=True)
        TunedTagThresholdsCV(inner, cv=4).fit(X, y, groups)
    *folds, last = Spy.seen
    np.testing.assert_array_equal(last, groups)
    assert len(folds) == 4
    for train in folds:  # whole groups are held out
        assert all(np.sum(train == group) == 3 for group in np.unique(train))


@pytest.mark.filterwarnings("ignore:There are only 3 folds")
def test_groups_reach_it_in_a_comparison(rare):
    X, y, groups = rare
    models = {
        "tuned": TunedTagThresholdsCV(
            make_pipeline(StandardScaler(), OneVsRestClassifier(LogisticRegression()))
        ),
        "spy": make_pipeline(StandardScaler(), TunedTagThresholdsCV(Spy(), cv=3)),
    }
    Spy.seen.clear()
    result = compare(models, X, y, groups=groups, scoring="f1_macro", cv=3, baselines=False)
    assert not any("groups do not reach" in doubt for doubt in result.warnings_)
    assert len(Spy.seen) == 3 * 4 and not any(seen is None for seen in Spy.seen)
    assert result.table_.loc["tuned", "n_failed"] == 0


def test_without_refit_the_classifier_of_the_fold_predicts(rare):
    X, y, _ = rare
    fold = [(np.arange(120), np.arange(120, 240))]
    model = TunedTagThresholdsCV(cv=fold, refit=False).fit(X, y)
    expected = OneVsRestClassifier(LogisticRegression()).fit(X[:120], y[:120])
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X))
    with pytest.raises(ValueError, match=r"cv=3 gives 3\. Use refit=True"):
        TunedTagThresholdsCV(cv=3, refit=False).fit(X, y)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"estimator": LogisticRegression}, TypeError, "must be a classifier, with a method fit"),
        ({"estimator": MultiOutputClassifier(SVC())}, TypeError, r"so it gives no scores.*OneVsRest"),
        ({"scoring": "roc_auc"}, ValueError, "scoring='roc_auc' must judge the predictions for one tag"),
        ({"scoring": lambda model, X, y: 1.0}, ValueError, "must judge.*not made by make_scorer"),
        ({"scoring": "auc_tag"}, ValueError, "scoring='auc_tag' must judge"),
        ({"cv": 1}, ValueError, "cv=1 must be an integer >= 2 or None"),
        ({"cv": 90}, ValueError, "more than the 80 groups"),
        ({"refit": "yes"}, TypeError, "refit='yes' must be True or False"),
    ],
)
def test_parameters_out_of_range_are_refused(rare, params, error, message):
    X, y, groups = rare
    with pytest.raises(error, match=message):
        TunedTagThresholdsCV(**params).fit(X, y, groups)


def test_labels_that_are_not_tags_are_refused(rare):
    X, y, _ = rare
    with pytest.raises(ValueError, match=r"target is multiclass\. For tags, pass an indicator"):
        TunedTagThresholdsCV().fit(X, np.arange(240) % 3)
    with pytest.raises(ValueError, match="the target y is None"):
        TunedTagThresholdsCV().fit(X, None)
    with pytest.raises(ValueError, match="got one class only"):
        TunedTagThresholdsCV().fit(X, np.zeros(240))
    with pytest.raises(ValueError, match="Tags must be 0, or 1"):
        TunedTagThresholdsCV().fit(X, y * 2 - 1)
    once = y.copy()
    once[:, 1] = np.arange(240) == 0
    with pytest.raises(ValueError, match=r"training part of a fold, in which all clips have tag 1, or none"):
        TunedTagThresholdsCV(MultiOutputClassifier(LogisticRegression())).fit(X, once)


def test_other_scorers_of_predictions_are_maximised(rare):
    X, y, _ = rare
    model = TunedTagThresholdsCV(scoring="balanced_accuracy", cv=KFold(3)).fit(X, y)
    inner = OneVsRestClassifier(LogisticRegression())
    held_out = cross_val_predict(inner, X, y, cv=KFold(3), method="predict_proba")
    for tag, best in enumerate(model.scores_):
        by_hand = [balanced_accuracy_score(y[:, tag], held_out[:, tag] > level) for level in held_out[:, tag]]
        assert best == pytest.approx(max(by_hand))
