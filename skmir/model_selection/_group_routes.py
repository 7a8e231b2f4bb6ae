"""Find the parts of a model that groups reach by keyword arguments, or by metadata routing."""

from sklearn import config_context
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from ..compose import AugmentedEstimator, FrameClassifier
from ..neural_network import NetworkFeatures

_HAND_ON = (AugmentedEstimator, FrameClassifier, NetworkFeatures)  # they pass groups to the estimator inside


def own_parts(model, *, apart_from=None):
    """Return the estimators that a model consists of, by their names in ``get_params``; "" is the model.

    Parameters
    ----------
    model : estimator
    apart_from : estimator or None, default=None
        Another estimator, whose parts are left out: the parts that cloning does not copy.

    Returns
    -------
    parts : dict of str to estimator
        Without frozen estimators and the parts inside them, which are not fitted again.
    """
    shared = set() if apart_from is None else {id(part) for part in _parts(apart_from).values()}
    parts = _parts(model)
    frozen = [path for path, part in parts.items() if isinstance(part, FrozenEstimator)]
    return {
        path: part
        for path, part in parts.items()
        if id(part) not in shared
        and not any(not end or path == end or path.startswith(f"{end}__") for end in frozen)
    }


def named(model):
    """Return the keyword arguments of ``model.fit`` that take groups, and the parts that get them.

    Parameters
    ----------
    model : estimator

    Returns
    -------
    names : list of str
        Keyword arguments such as "cnnclassifier__groups".
    reached : set of (str, str)
        Names of parts in ``get_params``, and "fit" or "split".
    """
    found = list(_named(model, ""))
    return [name for name, _ in found], _with_handed_on(model, {key for _, key in found})


def routed(model):
    """Return the parts that groups reach if metadata routing is enabled, and all parts request them.

    Parameters
    ----------
    model : estimator

    Returns
    -------
    reached : set of (str, str)
        Names of parts in ``get_params``, and "fit" or "split".
    """
    keys = {(path, "fit") for path, part in own_parts(model).items() if takes_groups(part)}
    keys |= {(path, "split") for path, part in own_parts(model).items() if splits_by_group(part)}
    with config_context(enable_metadata_routing=True):
        return _with_handed_on(model, {key for key in keys if _is_routed(clone(model), key, model)})


def requests_groups(model):
    """Return whether any part of a model takes groups by metadata routing.

    A part that takes groups and has not said whether it requests them counts too: scikit-learn then raises
    an error that says what to write.
    """
    try:
        router = MetadataRouter(owner="compare").add(
            model=model, method_mapping=MethodMapping().add(caller="fit", callee="fit")
        )
        router.validate_metadata(method="fit", params={"groups": None})
    except (TypeError, NotImplementedError):  # no part takes them, or a meta-estimator cannot route
        return False
    return True


def takes_groups(part):
    """Return whether an estimator's ``fit`` has a parameter ``groups``."""
    return (
        hasattr(part, "fit") and not isinstance(part, FrozenEstimator) and has_fit_parameter(part, "groups")
    )


def is_search(part):
    """Return whether an estimator is a search, by its parameters: scikit-learn's base is private."""
    names = ("estimator", "cv", "refit", "return_train_score")
    is_of_scikit_learn = not isinstance(part, FrozenEstimator) and all(hasattr(part, name) for name in names)
    return is_of_scikit_learn or is_decoder_search(part)


def is_decoder_search(part):
    """Return whether an estimator is a :class:`DecoderSearchCV`, which passes groups on to its detector."""
    names = ("estimator", "cv", "refit", "predict_frames")
    return not isinstance(part, FrozenEstimator) and all(hasattr(part, name) for name in names)


def makes_grouped_folds(part):
    """Return whether an estimator makes grouped folds itself, if ``cv`` is a number, of groups in ``fit``."""
    return bool(getattr(part, "folds_by_groups", False)) and not isinstance(part, FrozenEstimator)


def splits_by_group(part):
    """Return whether an estimator's ``cv`` uses groups; a splitter without requests gets them anyway."""
    cv = getattr(part, "cv", None)
    if not hasattr(cv, "split"):
        return False
    if not hasattr(cv, "get_metadata_routing"):
        return True
    return bool(get_routing_for_object(cv).consumes("split", ["groups"]))


def set_request(consumer, method, value):
    """Make an estimator or a splitter request groups, or not, while metadata routing is enabled."""
    setter = getattr(consumer, f"set_{method}_request", None)
    if setter is not None:
        setter(groups=value)


def _parts(model):
    params = model.get_params(deep=True) if hasattr(model, "get_params") else {}
    return {"": model} | {
        path: part for path, part in params.items() if hasattr(part, "fit") and not isinstance(part, type)
    }


def _named(model, path):
    """Yield each keyword argument, and the part that gets it."""
    if isinstance(model, Pipeline):
        for name, step in model.steps:
            inside = _named(step, _below(path, name)) if hasattr(step, "fit") else ()
            yield from ((f"{name}__{inner}", key) for inner, key in inside)
    elif is_search(model):
        if splits_by_group(model):
            yield "groups", (path, "split")
        if is_decoder_search(model):
            yield "groups", (path, "fit")
        # scikit-learn keeps "groups" for the splitter.
        inside = _named(model.estimator, _below(path, "estimator"))
        yield from ((inner, key) for inner, key in inside if inner != "groups")
    elif takes_groups(model):
        yield "groups", (path, "fit")


def _below(path, name):
    return f"{path}__{name}" if path else name


def _with_handed_on(model, reached):
    """Add the parts that get groups from parts that are reached."""
    parts = _parts(model)
    by_fit = [path for path, method in reached if method == "fit" and _splits_by_own_groups(parts.get(path))]
    reached |= {(path, "split") for path in by_fit}
    for path, method in list(reached):
        while method == "fit" and (inner := _handed_to(parts.get(path))):
            path = _last_step(parts, _below(path, inner))
            if not takes_groups(parts.get(path)):
                break
            reached.add((path, "fit"))
    return reached


def _handed_to(part):
    """Return the name of the parameter with the estimator that gets groups from a part, or None."""
    if isinstance(part, _HAND_ON) or _splits_by_own_groups(part):
        return "estimator"
    return "network" if hasattr(part, "predict_frames") and hasattr(part, "network") else None  # a detector


def _splits_by_own_groups(part):
    """Return whether an estimator passes the groups in its ``fit`` to its splits and the estimator inside."""
    return is_decoder_search(part) or makes_grouped_folds(part)


def _last_step(parts, path):
    while isinstance(parts.get(path), Pipeline):
        path = _below(path, parts[path].steps[-1][0])
    return path


def _is_routed(probe, key, model):
    """Return whether a clone of the model takes groups if only one of its parts requests them."""
    for path, part in own_parts(probe, apart_from=model).items():
        if takes_groups(part):
            set_request(part, "fit", key == (path, "fit"))
        if splits_by_group(part):
            set_request(part.cv, "split", key == (path, "split"))
    try:
        return "groups" in get_routing_for_object(probe).consumes("fit", ["groups"])
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return False  # a part cannot route, or is set up wrongly; then its fit raises an error
