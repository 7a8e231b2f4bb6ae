"""What is learned: classes, tags or numbers."""

from sklearn.base import is_regressor
from sklearn.utils.multiclass import type_of_target

from .._validation import check_tags


def kind_of_target(y, models=()):
    """Return what y holds.

    Parameters
    ----------
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels, tags or numbers.
    models : iterable of estimator, default=()
        Whole numbers (tempi, MIDI pitches) are classes unless all of the models are regressors.

    Returns
    -------
    kind : {"classes", "tags", "numbers"}
        "classes" where each clip has one.

    Raises
    ------
    ValueError
        If tags are not 0 and 1.
    """
    kind, models = type_of_target(y), list(models)
    if kind == "multilabel-indicator" and not (models and all(map(is_regressor, models))):
        check_tags(y)
    if kind.startswith("continuous") or (models and all(map(is_regressor, models))):
        return "numbers"
    return "classes" if kind in ("binary", "multiclass") else "tags"
