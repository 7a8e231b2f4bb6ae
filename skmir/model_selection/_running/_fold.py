"""One job of a comparison: one model on one fold."""

import numbers
from dataclasses import dataclass, field, replace

import numpy as np
from sklearn.model_selection import cross_validate
from threadpoolctl import threadpool_limits

from ..._annotations import kind_of_annotations
from ._certainty import certainties
from ._n_parameters import count_parameters
from ._responses import NAN, NotKeptError, Responses, ScoreEach, nan_errors, needs_model, score


@dataclass(frozen=True)
class FoldResult:
    """The result of one model on one fold: numbers and predictions, without the estimator.

    Parameters
    ----------
    scores : dict of str to float
        Score by each scorer, NaN if that scorer failed; empty if the fit failed.
    fit_time, score_time : float
        Durations in s.
    n_parameters : int or None
        See :func:`~skmir.model_selection._running._n_parameters.count_parameters`.
    best_params : dict of str to (number, str, bool or None), or None
        The parameters that a search chose; values of other types are replaced by their ``repr``.
    predictions : ndarray of shape (n_test,) or (n_test, n_outputs), list, or None
        For the clips of the test fold; a list, with one item per clip, if y holds annotations.
    probabilities : ndarray of shape (n_test, 2) or None
        Of the predicted class and of the label, if the model gives probabilities of classes; see
        :func:`~skmir.model_selection._running._certainty.certainties`.
    error : str or None
        The error if the model could not be fitted or could not predict; then there are no scores.
    score_errors : dict of str to str
        Errors of single scorers, which do not affect the other scorers.
    responses : Responses or None
        The model's predictions; set while the fold is being computed.
    stamp : str or None
        Identifies the fit, if it was kept.
    """

    scores: dict = field(default_factory=dict)
    fit_time: float = np.nan
    score_time: float = np.nan
    n_parameters: int | None = None
    best_params: dict | None = None
    predictions: np.ndarray | list | None = None
    probabilities: np.ndarray | None = None
    error: str | None = None
    score_errors: dict = field(default_factory=dict)
    responses: Responses | None = None
    stamp: str | None = None


def one_blas_thread():
    """Limit linear algebra to one thread: the last bits of sums depend on the number of threads."""
    return threadpool_limits(limits=1, user_api="blas")


def kept_or_run(model, X, y, train, test, *, scoring, params, kept=None, key=None, scorer_keys=None):
    """Return one fold's result: the one that was kept under the key, or a new one, which is then kept.

    A scorer whose score was not kept scores the kept predictions; if it needs the model, the model is fitted
    again.

    Parameters
    ----------
    model, X, y, train, test, scoring, params
        See :func:`run_fold`.
    kept : FoldCache or None, default=None
        Where to keep results; None keeps none.
    key : str or None, default=None
        The fit's name in the cache.
    scorer_keys : dict of str to str or None, default=None
        The scorers' names in the cache.

    Returns
    -------
    result : FoldResult
    """
    result = None if kept is None else kept.read(key)
    if result is not None:
        result = _scored(result, rows(y, test), scoring, kept, scorer_keys)
    if result is None:
        result = run_fold(model, X, y, train, test, scoring=scoring, params=params)
        if kept is not None and result.error is None:  # failed fits are tried again
            result = kept.write(key, result)
            _keep_scores(kept, result, scoring, scorer_keys)
    return replace(result, responses=None)


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
    scoring : dict of str to callable
        The scorers.
    params : dict
        Further arguments of ``fit``, with one entry per clip; cut to the training clips.

    Returns
    -------
    result : FoldResult
    """
    each = ScoreEach(scoring)
    try:
        with one_blas_thread():
            found = cross_validate(
                model,
                X,
                y,
                cv=[(train, test)],
                scoring=each,
                params=params,
                n_jobs=1,
                return_estimator=True,
                error_score="raise",
            )
            fitted = found["estimator"][0]
            responses, errors = each.found(fitted)
            predictions = _one_per_clip(responses.get("predict"), y)
            probabilities = certainties(responses, predictions, rows(y, test))
        return FoldResult(
            scores={name: float(found[f"test_{name}"][0]) for name in scoring},
            fit_time=float(found["fit_time"][0]),
            score_time=float(found["score_time"][0]),
            n_parameters=count_parameters(fitted),
            best_params=_plain_params(getattr(fitted, "best_params_", None)),
            predictions=predictions,
            probabilities=probabilities,
            score_errors=errors,
            responses=responses,
        )
    except Exception as error:  # any error: the results of other models and folds are worth keeping
        return FoldResult(error=f"{type(error).__name__}: {error}")


def _scored(result, y_test, scoring, kept, keys):
    """Return a kept fit with its scores, kept and new ones, or None if a scorer needs the model."""
    scores = {name: kept.read_score(result, keys[name]) for name in scoring}
    missing = {name: scoring[name] for name, found in scores.items() if found is None}
    try:
        with one_blas_thread():
            new, errors = score(missing, result.responses, y_test)
    except NotKeptError:
        return None
    result = replace(result, scores=scores | new, score_errors=errors | nan_errors(scores | new, errors))
    _keep_scores(kept, result, missing, keys)
    return result


def _keep_scores(kept, result, scoring, keys):
    """Keep scores, but not errors, which are tried again, nor NaN that takes no fit to compute again."""
    for name, scorer in scoring.items():
        error = result.score_errors.get(name)
        if error is None or (error == NAN and needs_model(scorer)):
            kept.write_score(result, keys[name], result.scores[name])


def _one_per_clip(predictions, y):
    """Return predictions as an array, or as a list if y holds annotations: their lengths may differ."""
    if kind_of_annotations(y) is None:
        return np.asarray(predictions)
    are_tempi = len(predictions) > 0 and isinstance(predictions[0], numbers.Real)
    return np.asarray(predictions) if are_tempi else list(predictions)


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


def rows(X, positions):
    """Return some of the clips, or labels, in a container of the same kind."""
    if hasattr(X, "iloc"):
        return X.iloc[positions]
    return X[positions] if hasattr(X, "shape") else [X[i] for i in positions]
