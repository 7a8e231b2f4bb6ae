"""One job of a comparison: one model on one fold."""

from dataclasses import dataclass, field

import numpy as np
from sklearn.model_selection import cross_validate
from threadpoolctl import threadpool_limits

from ._n_parameters import count_parameters


@dataclass(frozen=True)
class FoldResult:
    """What remains of one model on one fold: numbers and predictions, no estimator.

    Parameters
    ----------
    scores : dict of str to float
        Scorer to score; empty where the fold failed.
    fit_time, score_time : float
        In s.
    n_parameters : int or None
        See :func:`~skmir.model_selection._n_parameters.count_parameters`.
    best_params : dict of str to (number, str, bool or None), or None
        What a search chose; anything that is no such plain value stands as it prints itself.
    predictions : ndarray of shape (n_test,) or (n_test, n_outputs), or None
        For the clips of the test fold.
    error : str or None
        What went wrong.
    """

    scores: dict = field(default_factory=dict)
    fit_time: float = np.nan
    score_time: float = np.nan
    n_parameters: int | None = None
    best_params: dict | None = None
    predictions: np.ndarray | None = None
    error: str | None = None


def one_blas_thread():
    """Keep linear algebra on one thread inside: sums differ in the last bits with the number of threads."""
    return threadpool_limits(limits=1, user_api="blas")


def kept_or_run(model, X, y, train, test, *, scoring, params, kept=None, key=None):
    """Return one fold's result: one that was kept under the key, or a new one, which is then kept.

    Parameters
    ----------
    model, X, y, train, test, scoring, params
        See :func:`run_fold`.
    kept : KeptFolds or None, default=None
        Where results are kept; None keeps none.
    key : str or None, default=None
        The result's name there.

    Returns
    -------
    result : FoldResult
    """
    result = None if kept is None else kept.read(key)
    if result is None:
        result = run_fold(model, X, y, train, test, scoring=scoring, params=params)
        if kept is not None and result.error is None:  # what failed is tried again
            kept.write(key, result)
    return result


def run_fold(model, X, y, train, test, *, scoring, params):
    """Fit on the training clips, score and predict on the test clips; an error becomes part of the result.

    Parameters
    ----------
    model : estimator
        Cloned before use.
    X : clips, frames or table
        All clips.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        All labels.
    train, test : ndarray of int
        Positions of the clips.
    scoring : dict of str to (str or callable)
        The scorers.
    params : dict
        What ``fit`` gets besides, an entry a clip; cut to the training clips.

    Returns
    -------
    result : FoldResult
    """
    try:
        with one_blas_thread():
            found = cross_validate(
                model,
                X,
                y,
                cv=[(train, test)],
                scoring=scoring,
                params=params,
                n_jobs=1,
                return_estimator=True,
                error_score="raise",
            )
            fitted = found["estimator"][0]
            predictions = np.asarray(fitted.predict(_rows(X, test)))
        scores = {name: float(found[f"test_{name}"][0]) for name in scoring}
        return FoldResult(
            scores=scores,
            fit_time=float(found["fit_time"][0]),
            score_time=float(found["score_time"][0]),
            n_parameters=count_parameters(fitted),
            best_params=_plain_params(getattr(fitted, "best_params_", None)),
            predictions=predictions,
            error=_nan_error(scores),
        )
    except Exception as error:  # whatever it is, the other models and folds are worth keeping
        return FoldResult(error=f"{type(error).__name__}: {error}")


def _nan_error(scores):
    missing = [name for name, score in scores.items() if np.isnan(score)]
    if not missing:
        return None
    return "the score is NaN" if len(scores) == 1 else f"the score is NaN: {', '.join(missing)}"


def _plain_params(params):
    if params is None:
        return None
    values = {
        name: value.item() if isinstance(value, np.generic) else value for name, value in params.items()
    }
    return {
        name: value if isinstance(value, bool | int | float | str | None) else repr(value)
        for name, value in values.items()
    }


def _rows(X, positions):
    if hasattr(X, "iloc"):
        return X.iloc[positions]
    return X[positions] if hasattr(X, "shape") else [X[i] for i in positions]
