"""Count the parameters that a fitted model learned."""

import numpy as np
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline


def count_parameters(estimator):
    """Count the learned parameters with which a fitted estimator predicts.

    - ``n_parameters_`` if the estimator has it, as the networks of :mod:`skmir.neural_network` do.
    - A Pipeline: its last step, plus ``n_parameters_`` of the steps before that have it (pretrained
      layers, say). Means and deviations of scalers, or the axes of a PCA, are not counted.
    - A VotingClassifier: those of all models that vote.
    - A search, or any estimator that keeps one fitted ``estimator_``: the model inside.
    - A support vector machine: its support vectors, their coefficients and the intercepts.
    - A linear model: ``coef_`` and ``intercept_``.
    - A multilayer perceptron of scikit-learn: ``coefs_`` and ``intercepts_``.

    Parameters
    ----------
    estimator : estimator
        Fitted.

    Returns
    -------
    n_parameters : int or None
        None for estimators without such parameters (nearest neighbours, trees), and for unknown ones.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmir.model_selection._running._n_parameters import count_parameters
    >>> count_parameters(LogisticRegression().fit([[0, 0], [1, 1]], [0, 1]))
    3
    """
    if hasattr(estimator, "n_parameters_"):
        return int(estimator.n_parameters_)
    if isinstance(estimator, Pipeline):
        return _count_pipeline(estimator)
    if isinstance(estimator, VotingClassifier | VotingRegressor):
        counts = [count_parameters(model) for model in estimator.estimators_]
        return None if None in counts else sum(counts)
    for inner in ("best_estimator_", "estimator_"):
        if hasattr(estimator, inner):
            return count_parameters(getattr(estimator, inner))
    for names in (
        ("support_vectors_", "dual_coef_", "intercept_"),
        ("coef_", "intercept_"),
        ("coefs_", "intercepts_"),
    ):
        if all(hasattr(estimator, name) for name in names):
            return sum(_size(getattr(estimator, name)) for name in names)
    return None


def _count_pipeline(pipeline):
    last = count_parameters(pipeline.steps[-1][1])
    if last is None:
        return None
    return last + sum(int(getattr(step, "n_parameters_", 0)) for _, step in pipeline.steps[:-1])


def _size(values):
    """Return the number of entries of an array or list of arrays, or of stored entries of a sparse matrix."""
    if isinstance(values, list | tuple):
        return sum(_size(value) for value in values)
    return int(values.size if hasattr(values, "size") else np.size(values))
