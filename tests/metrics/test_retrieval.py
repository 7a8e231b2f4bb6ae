"""A search is scored as by hand: without the query and its group, whatever the order of ties."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

from skmir.metrics import _retrieval, retrieval_scores


@pytest.fixture
def search(rng):
    """Forty rows with some equal ones, five classes, and eight groups."""
    X = rng.randn(40, 3).round(0)
    X[np.abs(X).sum(axis=1) == 0] = 1
    return X, rng.randint(5, size=40), rng.randint(8, size=40)


def by_hand(similarity, y, groups, k):
    """Return precision at k and mean average precision, query by query, with the ties of scikit-learn."""
    precisions, averages, n_left_out = [], [], 0
    for i, row in enumerate(similarity.round(9)):
        found = (groups != groups[i]) if groups is not None else np.arange(len(y)) != i
        relevant = y[found] == y[i]
        if not relevant.any():
            n_left_out += 1
            continue
        averages.append(average_precision_score(relevant, row[found]))
        border = np.sort(row[found])[::-1][k - 1]
        above, at = row[found] > border, row[found] == border
        share = (k - above.sum()) * relevant[at].mean()  # of a tie across the border, a mean over its orders
        precisions.append((relevant[above].sum() + share) / k)
    return np.mean(precisions), np.mean(averages), n_left_out


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("block", [50, 2**22])
def test_scores_are_those_of_each_query_by_hand(search, monkeypatch, metric, grouped, block):
    monkeypatch.setattr(_retrieval, "BLOCK", block)
    X, y, groups = search
    groups = groups if grouped else None
    similarity = cosine_similarity(X) if metric == "cosine" else -euclidean_distances(X)
    precision, average, n_left_out = by_hand(similarity, y, groups, 5)
    scores = retrieval_scores(X, y, exclude=groups, metric=metric, k=5)
    assert scores["precision_at_5"] == pytest.approx(precision)
    assert scores["mean_average_precision"] == pytest.approx(average)
    assert (scores["n_queries"], scores["n_left_out"]) == (40 - n_left_out, n_left_out)


def test_the_order_of_rows_and_names_of_classes_do_not_matter(search, rng):
    X, y, groups = search
    order = rng.permutation(40)
    names = np.array([f"class {i}" for i in y])
    expected = retrieval_scores(X, y, exclude=groups)
    found = retrieval_scores(X[order].tolist(), names[order].tolist(), exclude=groups[order].astype(str))
    assert found == pytest.approx(expected)


def test_r_precision_counts_as_many_rows_as_are_relevant():
    X = np.array([[0.0], [1.0], [2.1], [3.3], [10.0]])
    y = ["a", "b", "a", "a", "b"]  # from 0: b a a b; from 1: a a a b; from 2: b a a b; from 3: a b a b
    scores = retrieval_scores(X, y, metric="euclidean", k=1)
    assert scores["r_precision"] == pytest.approx(np.mean([1 / 2, 0, 1 / 2, 1 / 2, 0]))
    assert scores["precision_at_1"] == pytest.approx(1 / 5)  # 2.1 is nearest to 1.0, and 3.3 to 2.1


def test_without_the_groups_a_search_finds_its_own_source(rng):
    groups = np.repeat(np.arange(10), 4)
    X = np.repeat(rng.randn(10, 8), 4, axis=0) + 0.01 * rng.randn(40, 8)
    y = groups % 2
    assert retrieval_scores(X, y, k=1)["precision_at_1"] == 1
    assert retrieval_scores(X, y, exclude=groups, k=1)["precision_at_1"] < 0.75


def test_a_constant_embedding_scores_as_chance():
    y = np.repeat([0, 1], [5, 15])
    scores = retrieval_scores(np.ones((20, 4)), y, k=3)
    chance = (5 * 4 / 19 + 15 * 14 / 19) / 20
    for name in ("precision_at_3", "r_precision", "mean_average_precision"):
        assert scores[name] == pytest.approx(chance)


def test_tags_in_common_are_relevant_and_their_cosine_is_a_score():
    tags = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0]])
    scores = retrieval_scores([[0.0], [1.0], [3.0], [9.0]], tags, metric="euclidean", k=(1, 2))
    assert (scores["n_queries"], scores["n_left_out"]) == (2, 2)
    assert scores["precision_at_1"] == 1
    assert scores["precision_at_2"] == 0.5
    assert scores["tag_cosine_at_1"] == pytest.approx(np.sqrt(0.5))
    assert scores["tag_cosine_at_2"] == pytest.approx(np.sqrt(0.5) / 2)


def test_another_collection_can_be_searched(search):
    X, y, groups = search
    both = retrieval_scores(X, y, X_index=X, y_index=y, exclude=groups, exclude_index=groups)
    assert both == pytest.approx(retrieval_scores(X, y, exclude=groups))  # a query is in its own group
    there = retrieval_scores(X[:5], y[:5], X_index=X[5:], y_index=y[5:], k=1)
    assert there["n_queries"] + there["n_left_out"] == 5
    assert retrieval_scores(X, y, X_index=X, y_index=y, k=1)["precision_at_1"] >= 1 / 5  # it finds itself


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"exclude": np.zeros(40)}, "At least one query must have a relevant row"),
        ({"exclude": np.zeros(7)}, "exclude must hold one group per row, 40, got 7"),
        ({"k": 40}, "k must be at most the number of rows that a query can find, 39, got 40"),
        ({"k": ()}, "k must hold one number"),
        ({"k": 0}, "k=0 must be an integer >= 1"),
        ({"metric": "dot"}, "metric='dot'"),
        ({"y": np.linspace(0, 1, 40) ** 2}, "y must hold classes of shape .*, got continuous"),
        ({"y": np.arange(80).reshape(40, 2)}, "Tags must be 0, or 1"),
        ({"y": None}, "y must hold a class"),
        ({"X_index": np.ones((3, 3))}, "X_index and y_index must be given together"),
        ({"X_index": np.ones((9, 2)), "y_index": np.ones(9), "k": 1}, "as many columns as X, 3, got 2"),
        ({"X_index": np.ones((9, 3)), "y_index": np.eye(9), "k": 1}, "same kind of labels"),
        ({"exclude_index": np.ones(40)}, "exclude_index must go with X_index"),
        ({"X": np.full((40, 3), np.nan)}, "NaN"),
    ],
)
def test_errors_say_what_must_hold(search, change, error):
    X, y, _ = search
    with pytest.raises(ValueError, match=error):
        retrieval_scores(**{"X": X, "y": y, **change})
