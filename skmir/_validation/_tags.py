"""Tags, checked: an indicator of zeros and ones."""

import numpy as np
from scipy.sparse import issparse


def check_tags(y):
    """Raise unless an indicator of tags holds zeros and ones, or booleans, and nothing else.

    scikit-learn accepts any two values in an indicator, such as -1 and 1; an estimator would learn them as
    numbers, or count a -1 as a tag.

    Parameters
    ----------
    y : array-like or sparse matrix of shape (n_clips, n_tags)

    Raises
    ------
    ValueError
        If a value is neither 0 nor 1; the message says which, and where.
    """
    tags = y.toarray() if issparse(y) else np.asarray(y)
    wrong = np.argwhere((tags != 0) & (tags != 1))
    if len(wrong):
        (row, column), values = wrong[0].tolist(), np.unique(tags).tolist()
        raise ValueError(
            f"Tags must be 0, or 1 if a clip has the tag, but y holds {tags[row, column]} in row {row}, "
            f"column {column}. Its values are {values}; if the highest means that a clip has the tag, "
            f"pass (y == {values[-1]}).astype(int)."
        )
