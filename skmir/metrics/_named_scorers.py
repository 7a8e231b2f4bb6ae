"""The forms in which a user says by which scorers to judge, as a dict of names to scorers."""

from collections.abc import Mapping

from ._scorers import get_scorer


def named_scorers(scoring):
    """Return scorers by name.

    Parameters
    ----------
    scoring : str, callable, list or tuple of either, or dict of str to either
        What a user has passed as ``scoring``. A callable takes (estimator, X, y) and returns a number.

    Returns
    -------
    scorers : dict of str to (str or callable)

    Raises
    ------
    TypeError
        If something is not a scorer.
    ValueError
        If there is no scorer, several have the same name, or neither skmir nor scikit-learn knows a name.
    """
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
