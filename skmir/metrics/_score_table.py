"""Scores of tags, in every form in which classifiers give them, as one table."""

import numpy as np
from scipy.sparse import issparse


def score_table(y_score, classes=None):
    """Return scores of tags as one table.

    Parameters
    ----------
    y_score : array-like of shape (n_clips, n_tags), or sequence of n_tags arrays of shape (n_clips, 2)
        A tag of which a classifier knows one class only has an array of shape (n_clips, 1).
    classes : list of array-like or None, default=None
        The classes of each tag, the ``classes_`` of a classifier of several outputs: they say which one the
        single class of a tag is. None takes it to be 0.

    Returns
    -------
    scores : ndarray of shape (n_clips, n_tags)

    Raises
    ------
    ValueError
        If the scores are not numbers, or have another shape.
    """
    per_tag = (
        isinstance(y_score, list | tuple) and len(y_score) and all(np.ndim(part) == 2 for part in y_score)
    )
    if per_tag or np.ndim(y_score) == 3:
        known = [None] * len(y_score) if classes is None or len(classes) != len(y_score) else classes
        return np.column_stack(
            [_presence(*pair) for pair in zip(map(np.asarray, y_score), known, strict=True)]
        )
    return np.asarray(y_score.toarray() if issparse(y_score) else y_score)


def _presence(chances, classes):
    """Return the probability that each clip has a tag; ``chances`` has a column for each known class."""
    if chances.shape[1] == 2:
        return chances[:, 1]
    if chances.shape[1] == 1:
        is_present = np.ndim(classes) == 1 and bool(classes[0] == 1)
        return chances[:, 0] if is_present else np.zeros(len(chances))
    raise ValueError(
        "The probabilities of each tag must have a column for absence and one for presence, got "
        f"{chances.shape[1]} columns. A clip has a tag or lacks it; for several classes per output, use "
        "scikit-learn's metrics."
    )
