"""The scorers of a comparison, by name."""

from sklearn.pipeline import Pipeline

from .._parameter_checks import shown
from ..metrics import get_scorer_names
from ..metrics._named_scorers import named_scorers

# Scorers that do not reward a model for guessing the most frequent class or tag. That of tags needs no
# threshold: at .5, by which F1 would judge, a model may predict no rare tag although it ranks clips well.
DEFAULTS = {"classes": "balanced_accuracy", "tags": "auc_tag", "numbers": "r2"}


def check_scoring(scoring, kind, models):
    """Return scorers by name; models are judged by the first.

    Parameters
    ----------
    scoring : str, callable, list or tuple of str, dict of str to (str or callable), or None
        None is the default for the labels: "balanced_accuracy", "auc_tag" for tags, "r2" for numbers. For
        annotations, and for numbers if they name one (tempi), it is the ``default_scoring`` of the models.
    kind : {"classes", "tags", "numbers", "annotations"}
        What the labels are.
    models : dict of str to estimator
        Those that are compared.

    Returns
    -------
    scorers : dict of str to (str or callable)

    Raises
    ------
    TypeError
        If something is not a scorer.
    ValueError
        If there is no scorer, several scorers have the same name, neither skmir nor scikit-learn knows a
        name, or annotations come without ``scoring`` and the models do not say by what they are judged.
    """
    if scoring is None:
        named = kind == "annotations" or (kind == "numbers" and any(map(default_scoring_of, models.values())))
        scoring = _of_models(models) if named else DEFAULTS[kind]
    return named_scorers(scoring)


def default_scoring_of(model):
    """Return the name of the scorer by which a model is judged if none is given, or None.

    Parameters
    ----------
    model : estimator
        A Pipeline has that of its last step, a search that of the estimator inside.

    Returns
    -------
    name : str or None
    """
    while not hasattr(model, "default_scoring"):
        if isinstance(model, Pipeline):
            model = model.steps[-1][1]
        elif hasattr(model, "estimator"):
            model = model.estimator
        else:
            return None
    return model.default_scoring


def _of_models(models):
    """Return the scorer that the models have in common; those that name none do not count."""
    named = {name: default_scoring_of(model) for name, model in models.items()}
    named = {name: scoring for name, scoring in named.items() if scoring is not None}
    if len(set(named.values())) == 1:
        return next(iter(named.values()))
    found = f"the models name different ones: {shown(named)}" if named else "no model has a default_scoring"
    raise ValueError(
        f"scoring must say by what models of annotations are judged: {found}. Pass a name, such as one of "
        f"skmir.metrics.get_scorer_names('annotations'), {get_scorer_names('annotations')}."
    )
