"""Search by similarity: each row is a query, and the others are ranked by their distance from it."""

import numbers
from collections.abc import Iterable

import numpy as np
from sklearn.utils import check_array, check_consistent_length, column_or_1d, gen_batches
from sklearn.utils.multiclass import type_of_target

from .._parameter_checks import check_choice, check_number, shown
from .._validation import check_tags

BLOCK = 2**22  # pairs of query and row that are ranked at once
DECIMALS = 9  # of similarities: what differs by less is a tie, since rounding orders equal rows as it likes


def retrieval_scores(
    X, y, *, exclude=None, k=(1, 5, 10), metric="cosine", X_index=None, y_index=None, exclude_index=None
):
    """Return how well a search by similarity finds rows of the same class, or with common tags.

    Each row of X is a query, and all other rows are ranked by their similarity to it. A row is relevant if it
    has the query's class, or at least one of its tags.

    Parameters
    ----------
    X : array-like of shape (n_queries, n_features)
        Features or embeddings.
    y : array-like of shape (n_queries,) or (n_queries, n_tags)
        Classes of any type, or an indicator of tags.
    exclude : array-like of shape (n_queries,), default=None
        Groups, such as the recording or the instrument that a row comes from: rows of the query's own group
        are not searched. Without it, a search mostly finds its own source.
    k : int or sequence of int, default=(1, 5, 10)
        Numbers of nearest rows to score.
    metric : {"cosine", "euclidean"}, default="cosine"
        "cosine" ranks by the angle between rows, "euclidean" by their distance.
    X_index, y_index : array-like, default=None
        Another collection to search in place of X, with its classes or tags. A query is then not a row of
        the collection, and no row is left out for being the query.
    exclude_index : array-like of shape (n_rows,), default=None
        Groups of the other collection, if ``exclude`` is given.

    Returns
    -------
    scores : dict of str to float or int
        Means over queries, in [0, 1], and counts of queries:

        - ``precision_at_1``, ...: share of relevant rows among the nearest k.
        - ``mean_average_precision``: mean of the precision at the rank of each relevant row.
        - ``r_precision``: share of relevant rows among the nearest R, if R are relevant.
        - ``tag_cosine_at_1``, ..., for tags only: mean cosine of the query's tags and those of the nearest k.
        - ``n_queries``: number of queries that count.
        - ``n_left_out``: number of queries without a relevant row to be found, which do not count.

    Raises
    ------
    ValueError
        If no query has a relevant row, shapes do not agree, or a parameter is not valid.

    See Also
    --------
    skmir.neural_network.SiameseEmbedding : Learns rows that are near each other for similar clips.

    Notes
    -----
    Rows of equal similarity share their ranks: each counts as relevant in the proportion of relevant rows
    among them, which is the mean over their orders for the precision at k, and what scikit-learn's
    ``average_precision_score`` does. So the order of rows never matters, and an embedding that is the same
    for all clips scores like chance.

    If a query finds fewer than k rows outside its own group, the missing ones count as not relevant.

    Queries are taken in blocks, so that memory grows with the number of rows and not with its square: 50,000
    rows need some hundred MB beside X, and minutes.

    Examples
    --------
    >>> from skmir.metrics import retrieval_scores
    >>> X = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]]
    >>> scores = retrieval_scores(X, ["horn", "horn", "drum", "drum"], k=1)
    >>> scores["precision_at_1"], scores["mean_average_precision"], scores["n_queries"]
    (1.0, 1.0, 4)
    >>> retrieval_scores(X, ["horn", "horn", "drum", "drum"], exclude=["a", "a", "b", "c"], k=1)["n_left_out"]
    2
    """
    check_choice("metric", metric, ("cosine", "euclidean"))
    queries, labels = _collection(X, y, "X", "y")
    own = X_index is None and y_index is None
    if not own and (X_index is None or y_index is None):
        raise ValueError("X_index and y_index must be given together: pass both, or neither.")
    rows, row_labels = (queries, labels) if own else _collection(X_index, y_index, "X_index", "y_index")
    groups = _groups(exclude, exclude_index, len(queries), len(rows), own)
    ks = _ks(k, len(rows) - own)
    _check_alike(queries, labels, rows, row_labels)
    if metric == "cosine":
        queries, rows = _unit(queries), _unit(rows)
    else:
        queries, rows = _scaled(queries, rows)
    relevance = _TagRelevance if labels.ndim == 2 else _ClassRelevance
    relevance = relevance(labels, row_labels)
    totals, n_counted = {}, 0
    for block in gen_batches(len(queries), max(BLOCK // len(rows), 1)):
        similarity = _similarity(queries[block], rows, metric)
        hidden = np.zeros(similarity.shape, dtype=bool)
        if own:
            hidden[np.arange(len(hidden)), np.arange(block.start, block.stop)] = True
        if groups is not None:
            hidden |= groups[0][block, np.newaxis] == groups[1]
        scores = _scores_of_queries(similarity, hidden, block, relevance, ks)
        n_counted += len(next(iter(scores.values())))
        for name, values in scores.items():
            totals[name] = totals.get(name, 0.0) + float(values.sum())
    if not n_counted:
        raise ValueError(
            "At least one query must have a relevant row, but no two rows that may find each other are of "
            "one class or have a common tag. Use coarser labels or groups, or leave exclude out."
        )
    means = {name: total / n_counted for name, total in totals.items()}
    return {**means, "n_queries": n_counted, "n_left_out": len(queries) - n_counted}


class _ClassRelevance:
    """A row is relevant to a query of its class."""

    def __init__(self, labels, row_labels):
        _, numbers_ = np.unique(np.concatenate([labels, row_labels]), return_inverse=True)
        self.queries, self.rows = numbers_[: len(labels)], numbers_[len(labels) :]

    def of(self, block):
        """Return whether rows are relevant to the queries of a block, (n_queries, n_rows), and no cosines."""
        return self.queries[block, np.newaxis] == self.rows, None


class _TagRelevance:
    """A row is relevant to a query with at least one of its tags."""

    def __init__(self, labels, row_labels):
        self.queries, self.rows = _unit(labels.astype(float)), _unit(row_labels.astype(float))

    def of(self, block):
        """Return whether rows are relevant to the queries of a block, and the cosine of their tags."""
        cosines = self.queries[block] @ self.rows.T
        return cosines > 0, cosines


def _scores_of_queries(similarity, hidden, block, relevance, ks):
    """Return the scores of those queries of a block that have a relevant row, (n_counted,) each."""
    relevant, cosines = relevance.of(block)
    relevant = relevant & ~hidden
    counted = np.flatnonzero(relevant.any(axis=1))
    relevant, hidden = relevant[counted], hidden[counted]
    similarity = np.where(hidden, -np.inf, np.round(similarity[counted], DECIMALS))
    order = np.argsort(-similarity, axis=1)
    ties, ends = _ties(np.take_along_axis(similarity, order, axis=1))
    gains = _shared(np.take_along_axis(relevant, order, axis=1), ties)
    precision = gains.cumsum(axis=1) / np.arange(1, gains.shape[1] + 1)
    n_relevant = relevant.sum(axis=1)
    scores = {f"precision_at_{k}": precision[:, k - 1] for k in ks}
    at_ends = np.take_along_axis(precision, ends, axis=1)
    scores["mean_average_precision"] = (gains * at_ends).sum(axis=1) / n_relevant
    scores["r_precision"] = np.take_along_axis(precision, n_relevant[:, np.newaxis] - 1, axis=1)[:, 0]
    if cosines is not None:
        cosines = np.where(hidden, 0, cosines[counted])
        cosines = _shared(np.take_along_axis(cosines, order, axis=1), ties).cumsum(axis=1)
        scores |= {f"tag_cosine_at_{k}": cosines[:, k - 1] / k for k in ks}
    return scores


def _ties(similarity):
    """Return the number of the tie of each place, over all queries, and the last place of that tie.

    Parameters
    ----------
    similarity : ndarray of shape (n_queries, n_rows)
        In falling order.
    """
    n_queries, n_rows = similarity.shape
    new = np.ones(similarity.shape, dtype=bool)
    new[:, 1:] = similarity[:, 1:] != similarity[:, :-1]
    ties = new.ravel().cumsum() - 1
    sizes = np.bincount(ties, minlength=1)
    ends = (sizes.cumsum() - 1)[ties].reshape(similarity.shape)
    return ties, ends - n_rows * np.arange(n_queries)[:, np.newaxis]


def _shared(values, ties):
    """Return the values of ranked rows, with the mean of a tie in each of its places."""
    sums, sizes = np.bincount(ties, values.ravel(), minlength=1), np.bincount(ties, minlength=1)
    return (sums / np.maximum(sizes, 1))[ties].reshape(values.shape)


def _similarity(queries, rows, metric):
    """Return what ranks the rows: the cosine, or minus half the squared distance but for the query's part."""
    products = queries @ rows.T
    return products if metric == "cosine" else products - (rows**2).sum(axis=1) / 2


def _unit(rows):
    """Return rows of length 1; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def _scaled(queries, rows):
    """Return both, shifted and scaled so that rows lie at about 1 from 0, where distances keep digits."""
    centre = rows.mean(axis=0)
    scale = np.sqrt(((rows - centre) ** 2).sum(axis=1).mean())
    scale = scale if scale > 0 else 1.0
    return (queries - centre) / scale, (rows - centre) / scale


def _collection(X, y, name, name_of_labels):
    """Return rows as float64 of shape (n, n_features), and their classes (n,) or tags (n, n_tags)."""
    rows = check_array(X, dtype=np.float64, input_name=name)
    if y is None:
        raise ValueError(f"{name_of_labels} must hold a class, or tags, for each row of {name}, got None.")
    labels = check_array(y, ensure_2d=False, dtype=None, input_name=name_of_labels)
    check_consistent_length(rows, labels)
    if labels.ndim == 2 and labels.shape[1] > 1:
        check_tags(labels)
        return rows, labels
    labels = column_or_1d(labels)
    kind = type_of_target(labels, input_name=name_of_labels)
    if kind not in ("binary", "multiclass"):
        raise ValueError(
            f"{name_of_labels} must hold classes of shape (n,), or an indicator of tags of shape (n, n_tags),"
            f" got {kind} numbers. Cut them into classes first."
        )
    return rows, labels


def _check_alike(queries, labels, rows, row_labels):
    """Raise unless queries and the collection have the same columns, and labels of the same kind."""
    if queries.shape[1] != rows.shape[1]:
        raise ValueError(
            f"X_index must have as many columns as X, {queries.shape[1]}, got {rows.shape[1]}. Use the same "
            "features for both."
        )
    if labels.shape[1:] != row_labels.shape[1:]:
        raise ValueError(
            f"y_index must hold the same kind of labels as y, of shape {labels.shape}, got "
            f"{row_labels.shape}. Pass classes for both, or the same tags for both."
        )


def _groups(exclude, exclude_index, n_queries, n_rows, own):
    """Return the numbers of the groups of queries and of rows, or None."""
    if exclude is None and exclude_index is None:
        return None
    if own and exclude_index is not None:
        raise ValueError(
            "exclude_index must go with X_index and y_index. For the rows of X, pass exclude only."
        )
    if exclude is None or (not own and exclude_index is None):
        raise ValueError("exclude and exclude_index must be given together: pass both, or neither.")
    groups = [column_or_1d(exclude, dtype=None)]
    groups.append(groups[0] if own else column_or_1d(exclude_index))
    for name, found, n in zip(("exclude", "exclude_index"), groups, (n_queries, n_rows), strict=True):
        if len(found) != n:
            raise ValueError(f"{name} must hold one group per row, {n}, got {len(found)}.")
    numbers_ = np.unique(np.concatenate(groups), return_inverse=True)[1]
    return numbers_[:n_queries], numbers_[-n_rows:]


def _ks(k, n_candidates):
    """Return the numbers of nearest rows as a list of int."""
    ks = list(k) if isinstance(k, Iterable) and not isinstance(k, str) else [k]
    if not ks:
        raise ValueError(f"k must hold one number of nearest rows or more, got {shown(k)}.")
    for one in ks:
        check_number("k", one, kind=numbers.Integral, low=1)
        if one > n_candidates:
            raise ValueError(
                f"k must be at most the number of rows that a query can find, {n_candidates}, got {one}. "
                "Pass a smaller k, or more rows."
            )
    return sorted({int(one) for one in ks})
