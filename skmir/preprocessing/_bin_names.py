"""Names of bins, as they are passed through a Pipeline."""

import numpy as np


def bin_names(estimator, input_features):
    """Return the names of the bins that a fitted estimator takes.

    Parameters
    ----------
    estimator : estimator
        Has ``n_bins_``, and ``feature_names_in_`` if ``fit`` was given a DataFrame.
    input_features : array-like of str of shape (n_bins,) or None
        Names from the step before; None takes the DataFrame's, or ``x0``, ``x1``, ...

    Returns
    -------
    names : ndarray of object of shape (n_bins,)
    """
    if input_features is None:
        numbered = [f"x{i}" for i in range(estimator.n_bins_)]
        input_features = getattr(estimator, "feature_names_in_", numbered)
    if len(input_features) != estimator.n_bins_:
        raise ValueError(f"input_features has {len(input_features)} names for {estimator.n_bins_} bins.")
    return np.array(input_features, object)
