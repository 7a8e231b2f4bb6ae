"""One job of a comparison: one model on one fold."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import cross_validate
from threadpoolctl import threadpool_limits

from ._n_parameters import count_parameters


@dataclass(frozen=True)
class FoldResult:
    """What remains of one model on one fold: numbers and predictions, no estimator.

    Parameters
    ----------
    score : float
        NaN where the fold failed.
    fit_time, score_time : float
        In s.
    n_parameters : int or None
        See :func:`~skmir.model_selection._n_parameters.count_parameters`.
    predictions : ndarray of shape (n_test,) or (n_test, n_outputs), or None
        For the clips of the test fold.
    error : str or None
        What went wrong.
    """

    score: float = np.nan
    fit_time: float = np.nan
    score_time: float = np.nan
    n_parameters: int | None = None
    predictions: np.ndarray | None = None
    error: str | None = None


def one_blas_thread():
    """Keep linear algebra on one thread inside: sums differ in the last bits with the number of threads."""
    return threadpool_limits(limits=1, user_api="blas")


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
    scoring : str or callable
        One scorer.
    params : dict
        What ``fit`` gets besides, an entry a clip; cut to the training clips.

    Returns
    -------
    result : FoldResult
    """
    try:
        with one_blas_thread():
            scores = cross_validate(
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
            fitted = scores["estimator"][0]
            predictions = np.asarray(fitted.predict(_rows(X, test)))
        score = float(scores["test_score"][0])
        return FoldResult(
            score=score,
            fit_time=float(scores["fit_time"][0]),
            score_time=float(scores["score_time"][0]),
            n_parameters=count_parameters(fitted),
            predictions=predictions,
            error="the score is NaN" if np.isnan(score) else None,
        )
    except Exception as error:  # whatever it is, the other models and folds are worth keeping
        return FoldResult(error=f"{type(error).__name__}: {error}")


def _rows(X, positions):
    if hasattr(X, "iloc"):
        return X.iloc[positions]
    return X[positions] if hasattr(X, "shape") else [X[i] for i in positions]
