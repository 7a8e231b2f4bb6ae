"""How an inner estimator is told what goes with its training data."""

from sklearn import get_config
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter


def fit_parameter(estimator, name):
    """Return how ``fit`` is told a parameter, a Pipeline for its last step; None if it does not take it."""
    if not isinstance(estimator, Pipeline):
        return name if has_fit_parameter(estimator, name) else None
    step, last = estimator.steps[-1]
    name = fit_parameter(last, name)
    return f"{step}__{name}" if name and not get_config()["enable_metadata_routing"] else name
