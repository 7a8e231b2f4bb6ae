"""Metrics of tags: what they count, what they leave out, and scorers for every form of a model's scores."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.metrics import (
    get_scorer,
    get_scorer_names,
    precision_at_k,
    r_precision,
    tag_average_precision,
    tag_roc_auc,
    tag_scores,
)

RNG = np.random.RandomState(0)
TRUTH = RNG.uniform(size=(40, 7)) < 0.3
TRUTH[:, 2], TRUTH[:, 5] = False, True  # a tag that no clip has, and one that all have
TRUTH[:4, [0, 1, 3, 4, 6]] = False
SCORES = RNG.normal(size=TRUTH.shape).round(1)  # with ties
RANKED = np.delete(TRUTH, [2, 5], axis=1)
METRICS = (tag_roc_auc, tag_average_precision, precision_at_k, r_precision)


def chance_of_order(truth, scores):
    """Return the share of pairs of a one and a zero that are in order; pairs of equal scores count half."""
    pairs = list(itertools.product(scores[truth], scores[~truth]))
    return np.mean([(one > zero) + (one == zero) / 2 for one, zero in pairs])


def expected_precision(truth, scores, k):
    """Return the mean precision at k over many random orders of equal scores."""
    jittered = scores + np.random.RandomState(0).uniform(0, 1e-3, size=(20000, len(scores)))
    return truth[np.argsort(-jittered, axis=1)[:, :k]].mean()


def test_areas_are_the_shares_of_pairs_in_order():
    per_tag = [
        chance_of_order(truth, scores)
        for truth, scores in zip(TRUTH.T, SCORES.T, strict=True)
        if 0 < sum(truth) < 40
    ]
    np.testing.assert_allclose(tag_roc_auc(TRUTH, SCORES), np.mean(per_tag))
    pairs = [
        pair for pair in zip(RANKED, np.delete(SCORES, [2, 5], axis=1), strict=True) if 0 < sum(pair[0]) < 5
    ]
    per_clip = [chance_of_order(*pair) for pair in pairs]
    assert len(per_clip) < 40
    np.testing.assert_allclose(
        tag_roc_auc(RANKED, np.delete(SCORES, [2, 5], axis=1), average="samples"), np.mean(per_clip)
    )


def test_tags_and_clips_of_one_class_are_left_out_and_counted():
    known = tag_roc_auc(TRUTH, SCORES, average=None)
    assert np.flatnonzero(np.isnan(known)).tolist() == [2, 5]
    assert np.nanmean(known) == pytest.approx(tag_roc_auc(TRUTH, SCORES))
    # What scikit-learn makes of the same scores.
    with pytest.warns(UserWarning, match="No positive"):
        assert average_precision_score(TRUTH, SCORES) != pytest.approx(tag_average_precision(TRUTH, SCORES))
    with pytest.warns(UserWarning, match="Only one class"):
        assert np.isnan(roc_auc_score(TRUTH, SCORES))
    empty = np.zeros((5, 7), bool)
    extended, scores = np.vstack([TRUTH, empty]), np.vstack([SCORES, RNG.normal(size=(5, 7))])
    for metric in METRICS:
        options = {"average": "samples"} if "tag" in metric.__name__ else {}
        assert metric(extended, scores, **options) == pytest.approx(metric(TRUTH, SCORES, **options))
    found = tag_scores(extended, scores)
    assert [found[name] for name in ("n_tags", "n_tags_left_out", "n_clips", "n_clips_left_out")] == [
        7,
        1,
        45,
        5,
    ]


def test_equal_scores_count_by_chance():
    truth, scores = np.array([1, 0, 1, 0, 0, 1, 0], bool), np.array([3, 2, 2, 2, 1, 1, 1.0])
    for k in (1, 2, 3, 5, 7):
        expected = expected_precision(truth, scores, k)
        assert precision_at_k([truth], [scores], k=k) == pytest.approx(expected, abs=0.01)
    assert r_precision([truth], [scores]) == pytest.approx(precision_at_k([truth], [scores], k=3))
    constant = np.full(RANKED.shape, 0.5)
    ranked = RANKED[RANKED.any(axis=1) & ~RANKED.all(axis=1)]
    for k in (1, 4):  # a model that knows nothing gets the share of the tags, whatever their order
        assert precision_at_k(RANKED, constant, k=k) == pytest.approx(ranked.mean())
    assert tag_roc_auc(RANKED, constant) == 0.5


def test_a_perfect_order_has_the_best_scores():
    found = tag_scores(TRUTH, TRUTH + RNG.uniform(0, 0.9, TRUTH.shape))
    best = ("auc_tag", "auc_clip", "tag_map", "clip_map", "r_precision")
    assert [found[name] for name in best] == [1] * 5
    assert found["precision_at_6"] < found["precision_at_3"] < 1  # few clips have so many tags
    assert "precision_at_9" not in found


def test_all_forms_of_tags_and_scores_are_the_same():
    chances = 1 / (1 + np.exp(-SCORES))
    per_tag = [np.column_stack([1 - column, column]) for column in chances.T]
    expected = tag_scores(TRUTH, chances)
    truths = [
        TRUTH.astype(int).tolist(),
        TRUTH.astype(float),
        pd.DataFrame(TRUTH),
        csr_array(TRUTH.astype(int)),
    ]
    for y_true, y_score in itertools.product(truths, [per_tag, np.array(per_tag), pd.DataFrame(chances)]):
        assert tag_scores(y_true, y_score) == pytest.approx(expected)
    per_tag[2] = np.ones((40, 1))  # no training clip has the tag: it comes last
    chances[:, 2] = 0
    assert tag_scores(TRUTH, per_tag) == pytest.approx(tag_scores(TRUTH, chances))
    one = TRUTH[:, :1]
    assert (
        tag_roc_auc(one, SCORES[:, 0])
        == tag_roc_auc(one, SCORES[:, :1])
        == roc_auc_score(one[:, 0], SCORES[:, 0])
    )


@pytest.mark.parametrize(
    ("y_true", "y_score", "message"),
    [
        ([["rock"], ["pop", "loud"]], [[1, 2]], "indicator of tags.*MultiLabelBinarizer"),
        ([0, 1, 1], [0.1, 0.2, 0.3], r"indicator of tags, of shape \(n_clips, n_tags\)"),
        ([["rock", "pop"]], [[1, 2]], "indicator of tags"),
        ([[0, 2]], [[1, 2]], "holds 2 in row 0, column 1"),
        ([[0, 1]], [[1, 2, 3]], r"of shape \(1, 2\) as y_true, got \(1, 3\)"),
        ([[0, 1]], [["a", "b"]], "must hold numbers, got"),
        ([[0, 1], [1, 0]], [[1, 2], [3, np.nan]], "finite numbers, got nan for clip 1, tag 1"),
        (
            [[0, 1]],
            [np.ones((1, 3)), np.ones((1, 3))],
            "a column for absence and one for presence, got 3 columns",
        ),
    ],
)
def test_what_is_not_tags_or_scores_is_refused(y_true, y_score, message):
    for metric in (*METRICS, tag_scores):
        with pytest.raises(ValueError, match=message):
            metric(y_true, y_score)


def test_nothing_left_is_an_error_with_a_cure():
    with pytest.raises(
        ValueError, match=r"each of the 2 tags of y_true is in all of the 1 clips.*use fewer folds"
    ):
        tag_roc_auc([[1, 0]], [[0.2, 0.1]])
    with pytest.raises(ValueError, match=r"has all of the 2 tags, or none.*use a mean over tags"):
        r_precision([[1, 1], [0, 0]], [[0.2, 0.1], [0.1, 0.2]])
    assert np.isnan(tag_average_precision([[1, 0]], [[0.2, 0.1]], average=None)).all()
    with pytest.raises(ValueError, match=r"k=4 is more than the 2 tags"):
        precision_at_k([[1, 0]], [[0.2, 0.1]], k=4)
    with pytest.raises(ValueError, match=r"average='micro' is not one of \['macro', 'samples'\], nor None"):
        tag_roc_auc([[1, 0]], [[0.2, 0.1]], average="micro")


class OnlyPredicts(BaseEstimator):
    """Says which tags a clip has, without a score."""

    def fit(self, X, y):
        self.n_tags_ = y.shape[1]
        return self

    def predict(self, X):
        return np.zeros((len(X), self.n_tags_), int)


def training_set():
    X = np.random.RandomState(1).normal(size=(60, 7))
    return X, np.column_stack([X[:, tag] > 0.5 for tag in range(7)]).astype(int)


@pytest.mark.parametrize(
    "model",
    [
        OneVsRestClassifier(Perceptron()),  # decision_function only
        MultiOutputClassifier(LogisticRegression()),  # lists
        make_pipeline(StandardScaler(), KNeighborsClassifier()),
        GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [3, 9]}, cv=3, scoring=get_scorer("tag_map")),
    ],
    ids=["decision_function", "list", "Pipeline", "search"],
)
def test_scorers_take_every_form_of_scores(model):
    X, y = training_set()
    model.fit(X, y)
    scores = model.decision_function(X) if hasattr(model, "decision_function") else model.predict_proba(X)
    expected = tag_scores(y, scores)
    for name in get_scorer_names("tags"):
        if name in expected:
            assert get_scorer(name)(model, X, y) == pytest.approx(expected[name])
    assert expected["auc_tag"] > 0.7
    found = cross_validate(model, X, y, cv=3, scoring={"AUC": get_scorer("auc_tag")}, error_score="raise")
    assert found["test_AUC"].min() > 0.6


def test_a_tag_without_training_clips_comes_last():
    X, y = training_set()
    never, always = y.copy(), y.copy()
    never[:, 3], always[:, 3] = 0, 1
    for trained, place in ((never, 0), (always, 1)):
        model = DummyClassifier(strategy="prior").fit(X, trained)
        means = np.tile(y.mean(axis=0), (len(y), 1))
        means[:, 3] = place
        assert get_scorer("auc_clip")(model, X, y) == pytest.approx(tag_roc_auc(y, means, average="samples"))


def test_a_model_without_scores_is_an_error_with_a_cure():
    X, y = training_set()
    with pytest.raises(AttributeError, match=r"OnlyPredicts has neither.*OneVsRestClassifier\(SVC\(\)\)"):
        get_scorer("auc_tag")(OnlyPredicts().fit(X, y), X, y)


def test_names_of_scorers_by_kind():
    assert set(get_scorer_names()) == {*get_scorer_names("annotations"), *get_scorer_names("tags")}
    assert not {*get_scorer_names("annotations")} & {*get_scorer_names("tags")}
    assert "precision_at_15" in get_scorer_names("tags")
    assert repr(get_scorer("precision_at_9")) == "TagScorer(precision_at_k, k=9)"
    with pytest.raises(ValueError, match=r"kind='tag' is not one of \['annotations', 'tags'\], nor None"):
        get_scorer_names("tag")
