"""The same folds for every model."""

import warnings
from collections.abc import Mapping

from sklearn import get_config
from sklearn.exceptions import FitFailedWarning
from sklearn.metrics import get_scorer
from sklearn.utils import indexable
from sklearn.utils.parallel import Parallel, delayed
from tqdm import tqdm

from .._validation import check_number
from ._comparison import Comparison
from ._fold import one_blas_thread, run_fold
from ._groups import group_params
from ._seeds import as_seed, seeded_clone
from ._splits import make_splits, warn_of_missing_classes


def compare(
    models,
    X,
    y,
    *,
    groups=None,
    cv=5,
    scoring=None,
    reference=None,
    confidence_level=0.95,
    n_jobs=None,
    random_state=None,
    verbose=0,
):
    """Run models on the same folds and test them against a reference.

    The folds are made once. Every model is fitted on each training part and scored on each test part
    by scikit-learn's ``cross_validate``; besides, it predicts the test part once more, so that
    predictions for all clips can be looked at. Linear algebra runs on one thread in each job, as its
    last bits would otherwise depend on ``n_jobs``.

    Scores of folds are not independent, since their training parts overlap. Intervals and p-values
    take the variance as Nadeau and Bengio correct it [1]_, which also serves repeated
    cross-validation [2]_; Holm's method [3]_ adjusts the p-values for the number of models.

    Parameters
    ----------
    models : dict of str to estimator
        Name to Pipeline, search, or any estimator with ``fit`` and ``predict``. They are cloned.
    X : clips, frames or table
        Anything that scikit-learn can index: an array, a list of paths, a list of arrays of unequal
        length, a pandas object.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels.
    groups : array-like of shape (n_clips,), default=None
        What must not stand on both sides of a split (the recording, the instrument, the artist). They
        also reach the splits that models make inside: those of networks for early stopping (anything
        whose ``fit`` takes ``groups``) and those of searches.
    cv : int, splitter or iterable of (train, test), default=5
        An integer gives that many folds: ``GroupKFold`` where there are groups, else
        ``StratifiedKFold`` shuffled with ``random_state`` (lists of files are usually sorted), or
        ``KFold``, shuffled likewise, where ``y`` is no single class a clip.
    scoring : str or callable, default=None
        A scorer as in scikit-learn; None is "balanced_accuracy".
    reference : str, default=None
        Name of the model that the others are tested against; None is the first.
    confidence_level : float in (0, 1], default=0.95
        Of the intervals.
    n_jobs : int, default=None
        Jobs, one a model and fold, as in joblib. The numbers do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Seeds the folds, and every parameter ``random_state`` that a model leaves at None, nested ones
        included; the same in all folds. None leaves them as they are. Splitters, also those inside
        searches, keep their own.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Returns
    -------
    result : Comparison
        ``result.table_`` is the table.

    Raises
    ------
    TypeError
        Where ``models`` is no dict, or one of them cannot fit and predict.
    ValueError
        Where there are no models or no folds, ``reference`` is not one of them, lengths differ, or
        every fit failed.

    Warns
    -----
    FitFailedWarning
        Where a model fails on a fold. Its score there is NaN, and statistics are over the other folds.
    UserWarning
        Where the training or the test part of a fold lacks a class.

    References
    ----------
    .. [1] C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning
           52:239-281, 2003.
    .. [2] R. R. Bouckaert and E. Frank, "Evaluating the replicability of significance tests for
           comparing learning algorithms", PAKDD, 2004.
    .. [3] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
           Statistics 6:65-70, 1979.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skmir.model_selection import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> result = compare({"chance": DummyClassifier(), "Bayes": GaussianNB()}, X, y, random_state=0)
    >>> result.table_["mean"].round(3).to_dict()
    {'chance': 0.333, 'Bayes': 0.96}
    >>> bool(result.table_.loc["Bayes", "p_holm"] < 0.001)
    True
    """
    reference = _check_models(models, reference)
    scoring = _check_scoring(scoring)
    check_number("confidence_level", confidence_level, above=0, high=1)
    X, y, groups = indexable(X, y, groups)
    seed = as_seed(random_state)
    models = {name: seeded_clone(model, seed) for name, model in models.items()}
    splits = make_splits(cv, X, y, groups, seed)
    warn_of_missing_classes(y, splits)
    results = _run(models, X, y, groups, splits, scoring, n_jobs, verbose)
    return Comparison(
        models,
        y,
        splits,
        results,
        reference=reference,
        scoring=scoring if isinstance(scoring, str) else getattr(scoring, "__name__", repr(scoring)),
        confidence_level=confidence_level,
        random_state=seed,
    )


def _check_models(models, reference):
    """Raise for models that cannot be compared; return the reference's name."""
    if not isinstance(models, Mapping):
        raise TypeError(
            f"models={models!r} is no dict. Give each model a name: {{'SVM': make_pipeline(...), ...}}."
        )
    if not models:
        raise ValueError("models is empty. Give at least one: {'SVM': make_pipeline(...)}.")
    for name, model in models.items():
        if not isinstance(name, str):
            raise TypeError(f"The model's name {name!r} is no str. Give each model a name.")
        missing = [method for method in ("fit", "predict") if not hasattr(model, method)]
        if isinstance(model, type) or missing:
            lack = "is a class" if isinstance(model, type) else f"has no {' and no '.join(missing)}"
            raise TypeError(f"models[{name!r}]={model!r} {lack}. Pass an estimator that fits and predicts.")
    if reference is not None and reference not in models:
        raise ValueError(f"reference={reference!r} is not one of the models {list(models)}.")
    return next(iter(models)) if reference is None else reference


def _check_scoring(scoring):
    if scoring is None:
        return "balanced_accuracy"
    if isinstance(scoring, str):
        get_scorer(scoring)  # a wrong name is an error before any model is fitted
    elif not callable(scoring):
        raise TypeError(
            f"scoring={scoring!r} must be one scorer: a name such as 'balanced_accuracy', or a callable "
            "(estimator, X, y) -> float."
        )
    return scoring


def _run(models, X, y, groups, splits, scoring, n_jobs, verbose):
    """Run every model on every fold; return model to its list of FoldResult."""
    routing = get_config()["enable_metadata_routing"]
    params = {name: group_params(model, groups, routing=routing) for name, model in models.items()}
    keys = [(name, fold) for name in models for fold in range(len(splits))]
    jobs = (
        delayed(run_fold)(models[name], X, y, *splits[fold], scoring=scoring, params=params[name])
        for name, fold in keys
    )
    results = {name: [] for name in models}
    # The limit is the process's: set out here as well, threads that end early do not lift it for the others.
    with (
        one_blas_thread(),
        warnings.catch_warnings(),
        tqdm(total=len(keys), unit="fit", disable=not verbose) as bar,
    ):
        # Said once, for all models, by warn_of_missing_classes.
        warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
        found = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
        for (name, fold), result in zip(keys, found, strict=True):
            bar.set_postfix_str(f"{name}, fold {fold}", refresh=False)
            bar.update()
            results[name].append(result)
            _warn_if_failed(name, fold, result)
    _raise_if_all_failed(results)
    return results


def _warn_if_failed(name, fold, result):
    if result.error is not None:
        warnings.warn(
            f"Model {name!r} failed on fold {fold}: {result.error}\nIts score there is NaN; the table "
            "is over the other folds.",
            FitFailedWarning,
            stacklevel=4,
        )


def _raise_if_all_failed(results):
    errors = [(name, fold.error) for name, folds in results.items() for fold in folds]
    if all(error is not None for _, error in errors):
        name, error = errors[0]
        raise ValueError(f"Every fit of every model failed. The first, of {name!r}: {error}")
