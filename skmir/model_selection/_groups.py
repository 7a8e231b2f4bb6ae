"""How groups reach the splits that a model makes inside its own ``fit``.

``cross_validate(groups=...)`` gives groups to the outer splitter only. A network that sets clips aside
for early stopping, or a search that splits again, needs them too: else recordings of one group stand on
both sides, and no error says so.
"""

import numbers

from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, get_routing_for_object
from sklearn.utils.validation import has_fit_parameter


def group_params(model, groups, *, routing):
    """Return what ``cross_validate(params=...)`` needs for groups to reach a model's inner splits.

    Parameters
    ----------
    model : estimator
        A Pipeline, a search, or any estimator.
    groups : array-like of shape (n_clips,) or None
        The group of each clip.
    routing : bool
        Whether scikit-learn's metadata routing is enabled.

    Returns
    -------
    params : dict
        Empty where the model takes no groups. Without routing a search's inner splitter gets them
        where it needs them, but an estimator that stands alone in a search cannot (scikit-learn keeps
        ``groups`` for the splitter): put it in a Pipeline, or enable routing.
    """
    if groups is None:
        return {}
    names = _names_when_routed(model) if routing else _names(model)
    return dict.fromkeys(names, groups)


def _names_when_routed(model):
    """An estimator that takes groups without a request counts too: scikit-learn then says what to write."""
    try:
        router = MetadataRouter(owner="compare").add(
            model=model, method_mapping=MethodMapping().add(caller="fit", callee="fit")
        )
        router.validate_metadata(method="fit", params={"groups": None})
    except (TypeError, NotImplementedError):  # no one takes them; or a meta-estimator cannot route
        return []
    return ["groups"]


def _names(model):
    """Return the keyword arguments of ``model.fit`` that take groups."""
    if isinstance(model, Pipeline):
        return [
            f"{name}__{inner}" for name, step in model.steps if hasattr(step, "fit") for inner in _names(step)
        ]
    if _is_search(model):
        inside = [name for name in _names(model.estimator) if name != "groups"]
        return ["groups", *inside] if _splits_by_group(model.cv) else inside
    return ["groups"] if has_fit_parameter(model, "groups") else []


def group_searches(model, groups):
    """Make searches inside a model split by group: those whose ``cv`` is a number of folds, or None.

    Parameters
    ----------
    model : estimator
        An own copy; it is changed.
    groups : array-like of shape (n_clips,) or None
        None leaves the model as it is.

    Returns
    -------
    model : estimator
    """
    if groups is None:
        return model
    for part in [model, *model.get_params(deep=True).values()]:
        if not isinstance(part, type) and _is_search(part) and isinstance(part.cv, numbers.Integral | None):
            part.cv = GroupKFold(5 if part.cv is None else part.cv)
    return model


def _is_search(model):
    """Tell by their parameters all searches of scikit-learn, whose common base class is private."""
    return all(hasattr(model, name) for name in ("estimator", "cv", "refit", "return_train_score"))


def _splits_by_group(cv):
    """Return whether a splitter needs groups; one that has no metadata request is given them anyway."""
    if not hasattr(cv, "split"):
        return False
    if not hasattr(cv, "get_metadata_routing"):
        return True
    return bool(get_routing_for_object(cv).consumes("split", ["groups"]))
