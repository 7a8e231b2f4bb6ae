"""A model that is fitted on all recordings, as ``compare`` fits it on the training part of a fold."""

import numpy as np
from sklearn import config_context, get_config

from ._groups import check_groups, group_inside, group_route
from ._seeds import seeded_clone


def fit_on_all(model, X, y, groups=None, *, random_state=None):
    """Fit a copy of a model with the seeds that ``compare`` derives, and with groups where it splits inside.

    Parameters
    ----------
    model : estimator
        It is not changed.
    X : clips
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
    groups : array-like of shape (n_clips,), default=None
    random_state : int or None, default=None
        See :func:`compare`.

    Returns
    -------
    model : estimator
        The fitted copy.
    """
    groups = None if groups is None else check_groups(groups)
    routing = get_config()["enable_metadata_routing"]
    n_groups = 0 if groups is None else len(np.unique(np.asarray(groups)))
    copy = seeded_clone(model, random_state)
    copy = group_inside(copy, model, groups, routing=routing, n_groups=n_groups)
    route = group_route(copy, groups, routing=routing)
    with config_context(enable_metadata_routing=routing or route.routed):
        return copy.fit(X, y, **route.params)
