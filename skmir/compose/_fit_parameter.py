"""How an inner estimator is told what goes with its training data."""

import inspect

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


def weights_parameter(estimator):
    """Return how ``fit`` is told ``sample_weight``, or raise if the estimator does not take it.

    A search, and whatever else hands any parameter on to the estimator inside (``fit(X, y, **params)``), is
    told as that one is.

    Parameters
    ----------
    estimator : estimator

    Returns
    -------
    name : str

    Raises
    ------
    ValueError
        If neither it nor what it hands parameters on to takes weights; the message names that.
    """
    name = _weights_parameter(estimator)
    if name is None:
        raise ValueError(
            f"{estimator!r} takes no sample_weight. Leave it out, or use an estimator that does, as the last "
            "step if it is a Pipeline."
        )
    return name


def _weights_parameter(estimator):
    if isinstance(estimator, Pipeline):
        step, last = estimator.steps[-1]
        name = _weights_parameter(last)
        return f"{step}__{name}" if name and not get_config()["enable_metadata_routing"] else name
    if has_fit_parameter(estimator, "sample_weight"):
        return "sample_weight"
    return _weights_parameter(estimator.estimator) if _hands_on(estimator) else None


def _hands_on(estimator):
    """Return whether ``fit`` takes any parameter, for the estimator inside."""
    kinds = {parameter.kind for parameter in inspect.signature(estimator.fit).parameters.values()}
    return inspect.Parameter.VAR_KEYWORD in kinds and hasattr(estimator, "estimator")
