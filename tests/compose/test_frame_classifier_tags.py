"""Tags of clips by classifiers of windows: every form of scores, aggregated tag by tag."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skmir.compose import FrameClassifier
from skmir.metrics import get_scorer, tag_roc_auc
from skmir.model_selection import TunedTagThresholdsCV
from skmir.neural_network import MLPClassifier

NET = MLPClassifier((8,), max_iter=30, device="cpu", random_state=0)
BY_PROBABILITY = [
    None,
    MultiOutputClassifier(LogisticRegression()),
    make_pipeline(StandardScaler(), KNeighborsClassifier()),
    RandomForestClassifier(10, random_state=0),
    NET,
]


@pytest.fixture
def tagged(rng):
    """Thirty clips of 4 to 21 frames; each of three tags is heard in bins of its own, in part of the clip."""
    y = (rng.uniform(size=(30, 3)) < 0.4).astype(int)
    X = [rng.normal(size=(6, 4 + i % 18)) for i in range(30)]
    for x, tags in zip(X, y, strict=True):
        for tag in np.flatnonzero(tags):
            x[2 * tag : 2 * tag + 2, : -(-2 * x.shape[1] // 3)] += 4
    return X, y


def in_windows(method, X):
    """Return the scores of each clip's windows, of width 1, as arrays of shape (n_windows, n_tags)."""
    for x in X:
        scores = method(x.T)
        yield np.column_stack([tag[:, 1] for tag in scores]) if isinstance(scores, list) else scores


@pytest.mark.parametrize("inner", BY_PROBABILITY, ids=str)
def test_probabilities_are_aggregated_tag_by_tag(tagged, inner):
    X, y = tagged
    model = FrameClassifier(inner).fit(X, y)
    windows = list(in_windows(model.estimator_.predict_proba, X))
    by_hand = {
        "mean": [scores.mean(axis=0) for scores in windows],
        "max": [scores.max(axis=0) for scores in windows],
        "vote": [(scores > 0.5).mean(axis=0) for scores in windows],
    }
    for aggregate, expected in by_hand.items():
        model.set_params(aggregate=aggregate)
        np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-6)
        wins = np.array(expected) > 0.5
        if aggregate == "vote":  # equal votes are decided by the mean
            wins |= (np.array(expected) == 0.5) & (np.array(by_hand["mean"]) > 0.5)
        np.testing.assert_array_equal(model.predict(X), wins)
    model.set_params(aggregate="mean")
    assert tag_roc_auc(y, model.predict_proba(X)) > 0.95
    np.testing.assert_array_equal(model.classes_, [0, 1, 2])


@pytest.mark.parametrize("inner", [OneVsRestClassifier(LinearSVC()), OneVsRestClassifier(SVC())], ids=str)
def test_decisions_above_zero_are_the_tags(tagged, inner):
    X, y = tagged
    model = FrameClassifier(inner).fit(X, y)
    assert not hasattr(model, "predict_proba")
    windows = list(in_windows(model.estimator_.decision_function, X))
    for aggregate, by_hand in (("mean", np.mean), ("max", np.max)):
        found = model.set_params(aggregate=aggregate).decision_function(X)
        np.testing.assert_allclose(found, [by_hand(scores, axis=0) for scores in windows])
    for aggregate in ("mean", "max", "vote"):
        model.set_params(aggregate=aggregate)
        np.testing.assert_array_equal(model.predict(X), model.decision_function(X) > 0)
    votes = np.array([(scores > 0).mean(axis=0) for scores in windows])
    assert (np.abs(model.decision_function(X) - (votes - 0.5)) < [[0.5 / x.shape[1]] for x in X]).all()


def test_predictions_alone_are_voted_on(tagged):
    X, y = tagged
    model = FrameClassifier(MultiOutputClassifier(LinearSVC()), aggregate="vote").fit(X, y)
    votes = [model.estimator_.predict(x.T).mean(axis=0) for x in X]
    np.testing.assert_array_equal(model.predict(X), np.array(votes) > 0.5)
    with pytest.raises(ValueError, match=r"MultiOutputClassifier has neither .* by 'mean'"):
        model.set_params(aggregate="mean").predict(X)


@pytest.mark.parametrize("form", [np.ndarray.tolist, pd.DataFrame, csr_array, lambda y: y.astype(bool)])
def test_tags_in_any_form(tagged, form):
    X, y = tagged
    expected = FrameClassifier(width=2).fit(X, y)
    found = FrameClassifier(width=2).fit(X, form(y))
    np.testing.assert_array_equal(found.predict_proba(X), expected.predict_proba(X))
    assert found.predict(X).dtype == int


def test_a_tag_without_training_clips_is_never_found(tagged):
    X, y = tagged
    y[:, 1] = 0
    model = FrameClassifier(RandomForestClassifier(5, random_state=0)).fit(
        X, y
    )  # a single column for the tag
    assert (model.predict_proba(X)[:, 1] == 0).all() and (model.predict(X)[:, 1] == 0).all()


def test_a_list_is_its_clips_one_by_one(tagged):
    X, y = tagged
    for aggregate in ("mean", "vote", "max"):
        model = FrameClassifier(width=3, hop=2, aggregate=aggregate).fit(X, y)
        alone = np.concatenate([model.predict_proba([x]) for x in X])
        np.testing.assert_allclose(model.predict_proba(X), alone, atol=1e-9)


def test_a_clip_has_what_any_window_has_by_max(tagged):
    X, y = tagged
    short = [np.concatenate([x[:, :1], np.zeros((6, 60))], axis=1) for x in X]  # one frame, then silence
    model = FrameClassifier(aggregate="max").fit(X, y)
    assert (model.predict(short) == y).mean() > 0.9
    assert (model.set_params(aggregate="mean").predict(short) == 0).all()


def test_searches_scorers_and_thresholds_take_it(tagged):
    X, y = tagged
    grid = {"aggregate": ["mean", "vote", "max"], "estimator": [None, NET, OneVsRestClassifier(LinearSVC())]}
    search = GridSearchCV(FrameClassifier(), grid, cv=3, scoring=get_scorer("auc_tag"), error_score="raise")
    assert search.fit(X, y).best_score_ > 0.9
    tuned = TunedTagThresholdsCV(FrameClassifier(), cv=3).fit(X, y, groups=np.arange(30) // 2)
    assert (tuned.predict(X) == y).mean() > 0.9


def test_scores_for_other_tags_are_refused(tagged, monkeypatch):
    X, y = tagged
    model = FrameClassifier(NET).fit(X, y)
    monkeypatch.setattr(MLPClassifier, "predict_proba", lambda self, X: np.zeros((len(X), 2)))
    with pytest.raises(ValueError, match=r"MLPClassifier must give a score for each of the 3 tags, of shape"):
        model.predict_proba(X)
