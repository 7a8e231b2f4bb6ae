"""How parameters of ``fit``, such as weights, are passed to an inner estimator."""

import inspect

from sklearn import get_config
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter


def fit_parameter(estimator, name):
    """Return the keyword of ``fit`` for a parameter (of a Pipeline's last step), or None if not accepted."""
    if not isinstance(estimator, Pipeline):
        return name if has_fit_parameter(estimator, name) else None
    step, last = estimator.steps[-1]
    name = fit_parameter(last, name)
    return f"{step}__{name}" if name and not get_config()["enable_metadata_routing"] else name


def weights_parameter(estimator):
    """Return the keyword of ``fit`` for ``sample_weight``, or raise if the estimator does not take it.

    A search, or any other wrapper that passes all parameters on to the estimator inside
    (``fit(X, y, **params)``), gets the keyword of that estimator.

    Parameters
    ----------
    estimator : estimator

    Returns
    -------
    name : str

    Raises
    ------
    ValueError
        If neither the estimator nor the one that it passes parameters on to takes weights.
    """
    name = _weights_parameter(estimator)
    if name is None:
        raise ValueError(
            f"{estimator!r} takes no sample_weight. Leave it out, or use an estimator that takes it, as the "
            "last step if it is a Pipeline."
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
    """Return whether ``fit`` takes any parameter and passes it on to the estimator inside."""
    kinds = {parameter.kind for parameter in inspect.signature(estimator.fit).parameters.values()}
    return inspect.Parameter.VAR_KEYWORD in kinds and hasattr(estimator, "estimator")
