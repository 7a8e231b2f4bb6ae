"""Run the jobs of a comparison, every model on every fold, in parallel."""

import os
import warnings

import numpy as np
from joblib import effective_n_jobs
from sklearn import config_context, get_config
from sklearn.exceptions import FitFailedWarning
from sklearn.utils.parallel import Parallel, delayed

from ...metrics import get_scorer
from .._groups import group_route
from ._bar import GUESS, FitBar, Forecast, expected_weight
from ._baselines import on_fold
from ._features_ahead import keep_features
from ._fold import kept_or_run, one_blas_thread
from ._fold_cache import FoldCache
from ._keys import job_keys, scorer_keys
from ._worker_warnings import warn_at_home, with_warnings


def run_jobs(
    models,
    X,
    y,
    splits,
    *,
    scorers,
    groups=None,
    memory=None,
    digests=None,
    baselines=(),
    n_jobs=None,
    verbose=0,
):
    """Fit and score every model on every fold.

    Parameters
    ----------
    models : dict of str to estimator
        Unfitted.
    X, y : clips and labels
        All of them.
    splits : list of (ndarray, ndarray)
        Positions of the training and of the test clips.
    scorers : dict of str to (str or callable)
        By name.
    groups : array-like of shape (n_clips,) or None, default=None
        Group of each clip.
    memory : str, PathLike or None, default=None
        A folder in which results are kept, and found again.
    digests : list of str or None, default=None
        Hashes of the clips' contents; needed if ``memory`` is given.
    baselines : collection of str, default=()
        Models that guess, with different random numbers on each fold.
    n_jobs : int or None, default=None
        As in joblib.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Returns
    -------
    results : dict of str to list of FoldResult
    """
    pairs = [(name, fold) for name in models for fold in range(len(splits))]
    kept = None if memory is None else FoldCache(memory)
    calls, keys = _calls(
        pairs,
        models,
        X,
        y,
        splits,
        scorers=scorers,
        groups=groups,
        kept=kept,
        digests=digests,
        baselines=baselines,
    )
    found = [i for i, pair in enumerate(pairs) if kept is not None and keys[pair] in kept]
    ahead = [pair for i, pair in enumerate(pairs) if i not in set(found)]
    keep_features(
        [models[name] for name in dict.fromkeys(name for name, _ in ahead)],
        X,
        [splits[fold] for fold in dict.fromkeys(fold for _, fold in ahead)],
        n_jobs=n_jobs,
        verbose=verbose,
    )
    bar = _bar(pairs, models, baselines, found, memory=memory, n_jobs=n_jobs, disable=not verbose)
    results, said = {name: [] for name in models}, set()
    # The limit holds for the process. It is also set here so that threads that end early do not lift it.
    with one_blas_thread(), warnings.catch_warnings(), bar:
        # compare warns of this once, for all models, before anything is fitted.
        warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
        done = Parallel(n_jobs=n_jobs, return_as="generator")(calls)
        for (name, fold), (result, noted) in zip(pairs, done, strict=True):
            bar.done(f"{name}, fold {fold}", result.fit_time + result.score_time)
            results[name].append(result)
            warn_at_home(noted)
            _warn_if_failed(name, fold, result, said)
    return results


def _calls(pairs, models, X, y, splits, *, scorers, groups, kept, digests, baselines):
    """Return the call for each pair of model and fold, and the keys of the pairs if results are kept."""
    routing = get_config()["enable_metadata_routing"]
    routes = {name: group_route(model, groups, routing=routing) for name, model in models.items()}
    params = {name: route.params for name, route in routes.items()}
    keys, of_scorers = {}, None
    if kept is not None:
        keys, of_scorers = job_keys(models, digests, y, params, splits), scorer_keys(scorers)
    scorers = {name: get_scorer(scorer) for name, scorer in scorers.items()}
    calls = [
        delayed(with_warnings)(
            os.getpid(),
            _with_routing if routes[name].routed else kept_or_run,
            on_fold(models[name], fold) if name in baselines else models[name],
            X,
            y,
            *splits[fold],
            scoring=scorers,
            params=params[name],
            kept=kept,
            key=keys.get((name, fold)),
            scorer_keys=of_scorers,
        )
        for name, fold in pairs
    ]
    return calls, keys


def _bar(pairs, models, baselines, found, *, memory, n_jobs, disable):
    """Return the progress bar, with weights for kinds of models and the fits that were found."""
    weights = {name: GUESS if name in baselines else expected_weight(model) for name, model in models.items()}
    names = [name for name, _ in pairs]
    forecast = Forecast(names, weights, n_workers=effective_n_jobs(n_jobs), found=found)
    opening = None
    if memory is not None:
        opening = f"{len(found)} of {len(names)} fits found in {os.fspath(memory)}"
    return FitBar(forecast, opening=opening, disable=disable)


def _with_routing(*args, **kwargs):
    """Run one job with metadata routing, by which groups reach further parts of a model."""
    with config_context(enable_metadata_routing=True):
        return kept_or_run(*args, **kwargs)


def _warn_if_failed(name, fold, result, said):
    """Warn of a failed fit, and once of each error that a scorer raises for a model."""
    if result.error is not None:
        warnings.warn(
            f"Model {name!r} failed on fold {fold}: {result.error}\nIts score there is NaN; the table "
            "is computed from the other folds.",
            FitFailedWarning,
            stacklevel=4,
        )
    for scorer, error in result.score_errors.items():
        if (name, scorer, error) not in said:
            said.add((name, scorer, error))
            warnings.warn(
                f"Scorer {scorer!r} of model {name!r} failed on fold {fold}: {error}\nThat score is NaN "
                "there, and on other folds with the same error (errors_ lists them); its table is computed "
                "from the rest.",
                FitFailedWarning,
                stacklevel=4,
            )


def raise_if_all_failed(results):
    """Raise an error if no model has a score on any fold.

    Parameters
    ----------
    results : dict of str to list of FoldResult

    Raises
    ------
    ValueError
        The message contains the first error.
    """
    folds = [(name, fold) for name, folds in results.items() for fold in folds]
    if not folds or any(not np.isnan(value) for _, fold in folds for value in fold.scores.values()):
        return
    name, first = folds[0]
    if all(fold.error is not None for _, fold in folds):
        raise ValueError(f"Every fit of every model failed. The first error, of {name!r}: {first.error}")
    name, fold = next(pair for pair in folds if pair[1].score_errors)
    scorer, error = next(iter(fold.score_errors.items()))
    raise ValueError(f"No model has a score on any fold. The first error, of {name!r} by {scorer!r}: {error}")
