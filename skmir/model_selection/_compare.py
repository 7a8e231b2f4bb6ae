"""Compare models on the same folds."""

import warnings
from collections.abc import Mapping

import numpy as np
from sklearn import get_config
from sklearn.utils import indexable

from .._parameter_checks import check_number
from ._doubts import find_doubts, no_variance
from ._groups import check_groups, group_inside, group_route
from ._results import Comparison, file_names
from ._running import (
    baseline_models,
    clip_digests,
    has_method,
    holds_clips,
    raise_if_all_failed,
    run_jobs,
    try_scorers,
)
from ._scoring import check_scoring
from ._seeds import as_seed, seeded_clone
from ._splits import make_splits
from ._target_kind import as_target, check_two_classes


def compare(
    models,
    X,
    y,
    *,
    groups=None,
    cv=5,
    n_repeats=1,
    scoring=None,
    reference=None,
    baselines=True,
    confidence_level=0.95,
    rope=0.01,
    memory=None,
    n_jobs=None,
    random_state=None,
    verbose=0,
):
    """Run models on the same folds and test them against a reference.

    The folds are made once. Every model is fitted on each training part and scored on each test part
    by scikit-learn's ``cross_validate``; its predictions for the test part are kept, so that there are
    predictions for all clips, and so is the probability of each predicted class, if the model has
    ``predict_proba``. Linear algebra runs on one thread in each job, because its last bits would
    otherwise depend on ``n_jobs``.

    If X holds paths, and models have front ends with ``memory``, each file is decoded once, before the first
    fit, for all of them; front ends in searches, behind other steps and on a GPU compute in the fits.

    Scores of folds are not independent, since their training parts overlap. Intervals and p-values
    use the variance as corrected by Nadeau and Bengio [1]_, which also suits repeated
    cross-validation [2]_; Holm's method [3]_ adjusts the p-values for the number of models. A p-value does
    not say how likely it is that two models perform practically equally well: the Bayesian correlated
    t-test [4]_ does, by means of a region of practical equivalence.

    Parameters
    ----------
    models : dict of str to estimator
        Maps names to Pipelines, searches, or any estimators with ``fit`` and ``predict``. They are cloned,
        and never changed; a FrozenEstimator takes part as it was fitted. A search is nested: it searches
        again in each training part. If ``groups`` are given and reach the search, and its ``cv`` is a number
        or None, its own folds are made by ``GroupKFold``.
    X : clips, frames or table
        Anything that scikit-learn can index: an array, a list of paths, a list of arrays of unequal
        length, a pandas object.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs), or list of annotations
        Labels; none may be missing, and there must be at least two classes. Warnings about tags name the
        columns of a DataFrame. Or one annotation per clip (event
        times in s, beats with their places in the bar, segments with labels, notes), as
        :doc:`/user_guide/events` describes them.
    groups : array-like of shape (n_clips,), default=None
        Group of each clip, such as its recording, instrument or artist. Clips of one group are never on both
        sides of a split. A clip whose group is missing (None, NaN, blank) is a group of its own. As far as
        scikit-learn offers a way, groups also reach the splits that models make inside: the split for early
        stopping, in any estimator whose ``fit`` takes ``groups``, and the splits of searches, calibration
        and the like. ``warnings_`` names the parts that groups do not reach.
    cv : int, splitter or iterable of (train, test), default=5
        An integer gives that many folds. With groups, ``StratifiedGroupKFold`` makes them for classes,
        :class:`MultilabelStratifiedGroupKFold` for tags, and ``GroupKFold`` for numbers and annotations; none
        is shuffled. Without groups, ``StratifiedKFold``, :class:`MultilabelStratifiedGroupKFold` or ``KFold``
        makes them, shuffled with ``random_state`` (lists of files are usually sorted).
    n_repeats : int, default=1
        Number of times that clips, or groups, are assigned to the folds of an integer ``cv``, each time
        differently.
    scoring : str, callable, list of str or dict of str to (str or callable), default=None
        Scorers as in scikit-learn, or names of :func:`skmir.metrics.get_scorer_names`. Models are judged by
        the first. None is "balanced_accuracy" for classes, "auc_tag" for tags, "r2" for numbers, and for
        annotations the scorer that the models name as their ``default_scoring``. Scorers given
        by name or made by ``make_scorer`` are tried on made-up predictions before anything is fitted. If a
        scorer gives NaN or raises an error, only its own score is lost.
    reference : str, default=None
        Name of the model that the others are tested against; None is the first.
    baselines : bool, default=True
        Whether to add models that do not look at the clips at the end of the table: "majority" and "class
        frequency" (for tags, "tag frequency", which scores each tag by its share of the training clips, and
        "random tags"; for numbers, "mean"; for annotations "nothing", which predicts no event, and for
        events and beats "constant tempo", for segments "commonest label"). Holm's method does not count them
        as tests. If one of your models has such a name, it replaces the baseline.
    confidence_level : float in (0, 1], default=0.95
        Confidence level of the intervals.
    rope : float, default=0.01
        Differences up to this size count as no difference, in the scorers' units.
    memory : str or PathLike, default=None
        A folder in which each model's result on each fold is kept as soon as it is finished. If the same
        comparison is started again after an interrupt, a crash or a loss of power, it takes the finished
        results from there. A result is found by everything it depends on: the clips' contents, the labels,
        the model's parameters and code, and the versions of all packages that compute;
        :doc:`/user_guide/comparing` has the list. The models' predictions are kept, so that a scorer added
        later does not need another fit, unless it is a function of ``(estimator, X, y)``, which needs the
        model. Failed fits are tried again. With ``random_state=None`` a result also depends on the random
        numbers that were drawn before.
    n_jobs : int, default=None
        Number of jobs, as in joblib; one job fits one model on one fold. The results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Seeds the folds, and every parameter ``random_state`` that a model leaves at None, nested ones
        included, in the same way on all folds. None leaves them as they are. Splitters, also those inside
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
        If ``models`` is not a dict, one of the models cannot fit and predict, or, with ``memory``, one has a
        parameter that cannot be hashed.
    ValueError
        If there are no models or no folds, ``reference`` is not one of the models, lengths differ, a label
        is missing, an annotation is not valid, there is only one class, a scorer is for other labels, the
        first scorer is undefined on all folds, or one of tags although a model gives no scores, or every fit
        failed.

    Warns
    -----
    FitFailedWarning
        If a model, or one of its scorers, fails on a fold. That score is NaN, and statistics are computed
        from the other folds; other scorers are not affected.
    UserWarning
        If there are no groups, or fewer than five folds; if the training or the test part of a fold lacks a
        class or a tag; if discriminant analysis gets a single training clip of a class; if folds divide
        groups; if the same clip is on both sides; if features tell recordings apart rather than sounds
        (constant in every group or clip); if groups do not reach a part of a model that splits inside; if
        models are frozen; if networks train on fewer than about 1,000 clips, or kernel SVMs on more than
        10,000; and if a score, or a difference, is the same on all folds.

    References
    ----------
    .. [1] C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning
           52:239-281, 2003.
    .. [2] R. R. Bouckaert and E. Frank, "Evaluating the replicability of significance tests for
           comparing learning algorithms", PAKDD, 2004.
    .. [3] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
           Statistics 6:65-70, 1979.
    .. [4] A. Benavoli, G. Corani, J. Demsar and M. Zaffalon, "Time for a change: a tutorial for comparing
           multiple classifiers through Bayesian analysis", JMLR 18(77), 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skmir.model_selection import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> result = compare({"chance": DummyClassifier(), "Bayes": GaussianNB()}, X, y, random_state=0)
    >>> result.table_["mean"].round(3).to_dict()
    {'chance': 0.333, 'Bayes': 0.96, 'majority': 0.333, 'class frequency': 0.353}
    >>> bool(result.table_.loc["Bayes", "p_holm"] < 0.001)
    True
    """
    reference = _check_models(models, reference)
    check_number("confidence_level", confidence_level, above=0, high=1)
    check_number("rope", rope, low=0)
    X, y, groups = indexable(X, y, groups)
    seed = as_seed(random_state)
    given, groups = groups, check_groups(groups)
    tags = getattr(y, "columns", None)
    y, kind = as_target(y, models.values())
    check_two_classes(y, kind)
    scorers = check_scoring(scoring, kind, models)
    guesses = baseline_models(kind, models, y) if baselines else {}
    doubts = []
    splits = make_splits(cv, X, y, groups, seed, n_repeats, kind, doubts)
    models, routes = _grouped_inside(models, groups, splits, seed)
    lacking = try_scorers(scorers, models, y, kind, splits)  # before files are read
    digests = clip_digests(X) if memory is not None or holds_clips(X) else None
    shared = digests if holds_clips(X) else None
    doubts += find_doubts(models, X, y, kind, groups, splits, shared, routes, tags)
    doubts += lacking
    for doubt in doubts:
        warnings.warn(doubt, stacklevel=2)
    judged = list(models)
    models |= {name: seeded_clone(model, seed) for name, model in guesses.items()}
    results = run_jobs(
        models,
        X,
        y,
        splits,
        scorers=scorers,
        groups=groups,
        memory=memory,
        digests=digests,
        baselines=guesses,
        n_jobs=n_jobs,
        verbose=verbose,
    )
    raise_if_all_failed({name: results[name] for name in judged})
    for doubt in no_variance(results, splits, scorers, judged, reference):
        doubts.append(doubt)
        warnings.warn(doubt, stacklevel=2)
    return Comparison(
        models,
        y,
        splits,
        results,
        kind=kind,
        reference=reference,
        scorers=scorers,
        baselines=guesses,
        confidence_level=confidence_level,
        rope=rope,
        random_state=seed,
        doubts=doubts,
        files=file_names(X),
        groups=given,
    )


def _grouped_inside(models, groups, splits, seed):
    """Return copies of the models that split by group inside, and how groups reach each of them."""
    routing = get_config()["enable_metadata_routing"]
    n_groups = 0 if groups is None else min(len(np.unique(np.asarray(groups)[train])) for train, _ in splits)
    copies = {
        name: group_inside(seeded_clone(model, seed), model, groups, routing=routing, n_groups=n_groups)
        for name, model in models.items()
    }
    return copies, {name: group_route(model, groups, routing=routing) for name, model in copies.items()}


def _check_models(models, reference):
    """Raise for models that cannot be compared; return the reference's name."""
    if not isinstance(models, Mapping):
        raise TypeError(
            f"models must be a dict that maps names to estimators, got {models!r}. Give each model a name: "
            "{'SVM': make_pipeline(...), ...}."
        )
    if not models:
        raise ValueError("models is empty. Give at least one: {'SVM': make_pipeline(...)}.")
    for name, model in models.items():
        if not isinstance(name, str):
            raise TypeError(f"Names of models must be str, got {name!r}. Give each model a name.")
        missing = [method for method in ("fit", "predict") if not has_method(model, method)]
        if isinstance(model, type) or missing:
            lack = "is a class" if isinstance(model, type) else f"has no {' and no '.join(missing)}"
            raise TypeError(f"models[{name!r}]={model!r} {lack}. Pass an estimator with fit and predict.")
    if reference is not None and reference not in models:
        raise ValueError(f"reference={reference!r} is not one of the models {list(models)}.")
    return next(iter(models)) if reference is None else reference
