"""The scorers of a comparison, by name."""

from collections.abc import Mapping

from sklearn.metrics import get_scorer

# Scorers that do not reward a model for guessing the most frequent class, or for knowing only one tag.
DEFAULTS = {"classes": "balanced_accuracy", "tags": "f1_macro", "numbers": "r2"}


def check_scoring(scoring, kind):
    """Return scorers by name; models are judged by the first.

    Parameters
    ----------
    scoring : str, callable, list or tuple of str, dict of str to (str or callable), or None
        None is the default for the labels: "balanced_accuracy", "f1_macro" for tags, "r2" for numbers.
    kind : {"classes", "tags", "numbers"}
        What the labels are.

    Returns
    -------
    scorers : dict of str to (str or callable)

    Raises
    ------
    TypeError
        If something is not a scorer.
    ValueError
        If there is no scorer, several scorers have the same name, or scikit-learn does not know a name.
    """
    if scoring is None:
        scoring = DEFAULTS[kind]
    if isinstance(scoring, str):
        scorers = {scoring: scoring}
    elif isinstance(scoring, Mapping):
        scorers = dict(scoring)
    elif isinstance(scoring, list | tuple):
        names = [scorer if isinstance(scorer, str) else _name_of(scorer) for scorer in scoring]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"scoring has several scorers called {twice[0]!r}. Name them in a dict.")
        scorers = dict(zip(names, scoring, strict=True))
    else:
        scorers = {_name_of(scoring): scoring}
    if not scorers:
        raise ValueError(
            f"scoring={scoring!r} is empty. Name at least one scorer, such as 'balanced_accuracy'."
        )
    for name, scorer in scorers.items():
        _check_scorer(name, scorer, scoring)
    return scorers


def _check_scorer(name, scorer, scoring):
    if isinstance(name, str) and isinstance(scorer, str):
        get_scorer(scorer)  # a wrong name is an error before any model is fitted
    elif not isinstance(name, str) or not callable(scorer):
        raise TypeError(
            f"scoring={scoring!r} must be a scorer's name such as 'balanced_accuracy', a callable "
            "(estimator, X, y) -> float, a list of names, or a dict of names to either."
        )


def _name_of(scorer):
    if hasattr(scorer, "__name__"):
        return scorer.__name__
    try:
        return repr(scorer)
    except AttributeError:  # scikit-learn's scorers, if the metric inside is an object without a name
        return type(scorer).__name__
