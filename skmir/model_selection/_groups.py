"""Check groups, and pass them to the splits that a model makes inside its own ``fit``.

``cross_validate(groups=...)`` gives groups to the outer splitter only. A network that sets clips aside for
early stopping, or a search that splits again, needs them too: otherwise recordings of one group are on both
sides, without an error. How far groups get depends on the estimators around that part; ``compare`` warns of
parts that they do not reach.
"""

import numbers
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn import config_context
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, StackingRegressor
from sklearn.feature_selection import RFECV
from sklearn.linear_model import (
    ElasticNetCV,
    LarsCV,
    LassoCV,
    LassoLarsCV,
    LogisticRegressionCV,
    MultiTaskElasticNetCV,
    MultiTaskLassoCV,
    OrthogonalMatchingPursuitCV,
)
from sklearn.model_selection import GroupKFold, TunedThresholdClassifierCV

from ._group_routes import (
    is_search,
    makes_grouped_folds,
    named,
    own_parts,
    requests_groups,
    routed,
    set_request,
    splits_by_group,
    takes_groups,
)
from ._target_kind import is_missing

# In these, cv=None means five folds; in others (RidgeCV, ClassifierChain) it means something else.
_FIVE_FOLDS = (
    CalibratedClassifierCV,
    ElasticNetCV,
    LarsCV,
    LassoCV,
    LassoLarsCV,
    LogisticRegressionCV,
    MultiTaskElasticNetCV,
    MultiTaskLassoCV,
    OrthogonalMatchingPursuitCV,
    RFECV,
    StackingClassifier,
    StackingRegressor,
    TunedThresholdClassifierCV,
)


def check_groups(groups):
    """Return groups in which each clip without a group is a group of its own.

    Parameters
    ----------
    groups : array-like of shape (n_clips,) or None
        Names or numbers. None, NaN, NaT, pandas' NA and blank text count as missing.

    Returns
    -------
    groups : ndarray of shape (n_clips,), or what was given
        As given if no group is missing and all can be sorted; otherwise missing groups are replaced by names
        or numbers that no other clip has.
    """
    if groups is None:
        return None
    if getattr(groups, "ndim", 1) == 2:  # one column
        groups = np.asarray(groups).ravel()
    values = pd.Series(list(groups), dtype=object).to_numpy()
    missing = np.array([is_missing(value) for value in values], dtype=bool)
    if not missing.any():
        return groups if _can_be_sorted(values) else _codes(values, missing)
    if all(isinstance(value, str) for value in values[~missing]):
        names = values.copy()
        names[missing] = [f"(no group: clip {i})" for i in np.flatnonzero(missing)]
        return names.astype(str)
    return _codes(values, missing)


@dataclass(frozen=True)
class GroupRoute:
    """How groups reach the inside of one model.

    Parameters
    ----------
    params : dict
        The ``params`` that ``cross_validate`` needs for it.
    routed : bool
        Whether scikit-learn's metadata routing has to be enabled for the model's fits.
    reached : set of (str, str)
        Parts that groups reach: the name of each in ``get_params``, and "fit" or "split".
    unreached : dict of str to estimator
        The parts that split inside ``fit`` and that groups do not reach, by name.
    """

    params: dict = field(default_factory=dict)
    routed: bool = False
    reached: frozenset = frozenset()
    unreached: dict = field(default_factory=dict)


def group_route(model, groups, *, routing):
    """Find how groups reach the splits inside a model.

    Parameters
    ----------
    model : estimator
        A Pipeline, a search, or any estimator.
    groups : array-like of shape (n_clips,) or None
        The group of each clip.
    routing : bool
        Whether the caller has enabled scikit-learn's metadata routing.

    Returns
    -------
    route : GroupRoute
        Empty if there are no groups. Otherwise groups are passed as keyword arguments of ``fit``
        (``step__groups``) as far as that reaches. If metadata routing reaches further, they are passed by
        it (for instance to an estimator that stands alone in a search, in a VotingClassifier or in a
        CalibratedClassifierCV).
    """
    if groups is None:
        return GroupRoute()
    parts = own_parts(model)
    wanted = {(path, "fit") for path, part in parts.items() if _holds_out(part)}
    wanted |= {(path, "split") for path, part in parts.items() if _splits(part)}
    by_routing = routed(model)
    if routing:
        params = {"groups": groups} if requests_groups(model) else {}
        return _route(params, False, by_routing, wanted, parts)
    names, by_name = named(model)
    if by_name & wanted < by_routing & wanted:
        return _route({"groups": groups}, True, by_routing, wanted, parts)
    return _route(dict.fromkeys(names, groups), False, by_name, wanted, parts)


def group_inside(copy, original, groups, *, routing, n_groups):
    """Make the splits inside a model respect groups, if their ``cv`` is a number of folds, or None.

    Parameters
    ----------
    copy : estimator
        A clone of ``original``; it is changed, except for the parts that the two share (a FrozenEstimator).
    original : estimator
        The caller's estimator, which is not changed.
    groups : array-like of shape (n_clips,) or None
        None leaves the copy as it is.
    routing : bool
        Whether the caller has enabled scikit-learn's metadata routing.
    n_groups : int
        Number of groups in the smallest training part.

    Returns
    -------
    copy : estimator
        Splits that groups cannot reach stay as they are.
    """
    if groups is None:
        return copy
    own = own_parts(copy, apart_from=original)
    before = {
        path: part.cv for path, part in own.items() if _splits_clips(part) and not makes_grouped_folds(part)
    }
    for path in before:
        n_splits = 5 if before[path] is None else before[path]
        if is_search(own[path]) or n_splits <= n_groups:
            own[path].cv = GroupKFold(n_splits)
    route = group_route(copy, groups, routing=routing)
    for path, cv in before.items():
        if (path, "split") not in route.reached:
            own[path].cv = cv
    if route.routed:
        with config_context(enable_metadata_routing=True):
            for part in own.values():
                if takes_groups(part):
                    set_request(part, "fit", True)
    return copy


def unreached_groups(models, routes):
    """Yield a message for each model with parts that split inside ``fit`` and do not get the groups.

    Parameters
    ----------
    models : dict of str to estimator
        By name.
    routes : dict of str to GroupRoute
        By the same names.
    """
    for name in models:
        parts = [
            type(part).__name__ + (f" (at {path!r})" if path else "")
            for path, part in routes[name].unreached.items()
        ]
        if parts:
            yield (
                f"{name}: groups do not reach {', '.join(parts)}. The split inside fit there (for early "
                "stopping, or to choose or calibrate) may put clips of one group on both sides, so scores "
                "inside may look too good. Use an estimator whose fit takes groups, in a Pipeline or a "
                "search, or switch the inner split off."
            )


def _route(params, is_routed, reached, wanted, parts):
    unreached = dict.fromkeys(path for path, method in sorted(wanted) if (path, method) not in reached)
    return GroupRoute(params, is_routed, frozenset(reached), {path: parts[path] for path in unreached})


def _holds_out(part):
    """Return whether an estimator sets clips aside in ``fit``, so that it needs groups."""
    early = getattr(part, "early_stopping", None)
    if early is None and hasattr(part, "validation_fraction"):  # gradient boosting
        early = getattr(part, "n_iter_no_change", None) is not None
    if early is not None:
        return isinstance(early, bool | np.bool_) and bool(early)  # "auto" is off for so few clips
    # An estimator that passes groups on does not need them itself.
    return takes_groups(part) and not any(hasattr(part, name) for name in ("estimator", "estimators"))


def _splits(part):
    """Return whether an estimator splits inside ``fit``, by group or by clip."""
    return _splits_clips(part) or splits_by_group(part)


def _splits_clips(part):
    """Return whether an estimator splits clips into a number of folds inside ``fit``."""
    if not hasattr(part, "cv") or isinstance(part.cv, bool):
        return False
    if part.cv is None:
        return is_search(part) or isinstance(part, _FIVE_FOLDS) or makes_grouped_folds(part)
    return isinstance(part.cv, numbers.Integral)


def _can_be_sorted(values):
    if len({*map(type, values)}) < 2 and not isinstance(values[0], tuple):
        return True
    return all(isinstance(value, numbers.Real) for value in values)


def _codes(values, missing):
    """Return one number per group, and a different number for each missing group."""
    if any(isinstance(value, str) for value in values):  # 7 and "7" are one group, as in numpy
        values = np.array([_as_text(value) for value in values], dtype=object)
    codes = pd.factorize(values)[0]
    return np.where(missing, codes.max() + 1 + np.arange(len(values)), codes)


def _as_text(value):
    whole = isinstance(value, numbers.Real) and float(value).is_integer()
    return str(int(value)) if whole else str(value)
