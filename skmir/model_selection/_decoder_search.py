"""Search the parameters of a decoder on activations that are computed once per fold."""

import numbers
import time

import numpy as np
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.model_selection import GroupKFold, KFold, ParameterGrid, check_cv
from sklearn.utils import get_tags, indexable
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from .._declared_parameters import DeclaredParameters, positional
from .._fitting import all_or_nothing
from .._parameter_checks import check_flag, shown
from .._saving import SavingMixin
from ..metrics import get_scorer, get_scorer_names
from ._running import Responses, needs_model, rows
from ._scoring import default_scoring_of
from ._splits import folds_of, of_splitter


class DecoderSearchCV(MetaEstimatorMixin, SavingMixin, DeclaredParameters, BaseEstimator):
    """Search the parameters of a detector's decoder; its network is fitted once per fold.

    ``GridSearchCV`` trains a network for each candidate and fold, although a decoder only turns the network's
    activations into events. Here each fold fits one network and computes the activations of its clips once;
    each candidate then decodes them. Scores and winner are those of ``GridSearchCV`` on the same folds, if
    the detector's ``random_state`` is a number.

    Parameters
    ----------
    estimator : estimator
        A detector with ``predict_frames``, ``fit_decoder``, ``decode`` and a parameter ``decoder``, such as
        :class:`skmir.sequence.OnsetDetector`. It is cloned before use.
    param_grid : dict of str to sequence, or list of them
        Parameters of the decoder, such as ``"decoder__threshold"``, or whole decoders, ``"decoder"``, and the
        values to try, as in scikit-learn's ``GridSearchCV``.
    scoring : str, callable or None, default=None
        A name of :func:`skmir.metrics.get_scorer_names` or of scikit-learn's, or a scorer. None is the
        detector's ``default_scoring``. A scorer that looks at more than predictions gets the detector, which
        then computes the activations again.
    cv : int, splitter, iterable of (train, test) or None, default=None
        A number gives that many folds, None five, by ``KFold``, and with ``groups`` by ``GroupKFold``.
    refit : bool, default=True
        Whether to fit a detector with the best parameters to all clips. Otherwise there is no ``predict``.
    n_jobs : int or None, default=None
        Number of folds that run at the same time, as in joblib.

    Attributes
    ----------
    best_params_ : dict
        The parameters with the highest mean score; of several, the first.
    best_score_ : float
        Their mean score.
    best_index_ : int
        Their position among the candidates.
    best_estimator_ : estimator
        The detector that was fitted to all clips, if ``refit``.
    cv_results_ : dict of str to array of shape (n_candidates,)
        As in ``GridSearchCV``: ``params``, ``param_*``, ``split*_test_score``, ``mean_test_score``,
        ``std_test_score``, ``rank_test_score``, and times in s. The fit of a fold's network counts in full
        for each candidate.
    scoring_ : str or callable
        The scorer, or its name.
    n_splits_ : int
        Number of folds.
    refit_time_ : float
        Duration in s of the fit to all clips, if ``refit``.
    n_features_in_ : int
        As in the detector, if it has it.

    See Also
    --------
    compare : Takes such a search as a model; the search is then nested.

    Notes
    -----
    A decoder that learns (a threshold that is "auto") learns in each fold, from the activations of the
    training clips, unless a candidate sets what it would learn.

    Examples
    --------
    >>> from skmir.datasets import make_onsets
    >>> from skmir.model_selection import DecoderSearchCV
    >>> from skmir.sequence import OnsetDetector, PeakPicker
    >>> clips, onsets = make_onsets(6, duration=2, random_state=0)
    >>> detector = OnsetDetector(network="flux", decoder=PeakPicker())
    >>> search = DecoderSearchCV(detector, {"decoder__combine": [0.03, 0.5]}, cv=3).fit(clips, onsets)
    >>> search.best_params_
    {'decoder__combine': 0.03}
    """

    # Groups reach the folds and the detector without a request.
    __metadata_request__fit = {"groups": True}

    estimator: object = positional(default=None)
    param_grid: dict | list | None = positional(default=None)
    scoring: object = None
    cv: object = None
    refit: bool = True
    n_jobs: int | None = None

    @all_or_nothing
    def fit(self, X, y=None, groups=None):
        """Fit a detector per fold, try all candidates, and fit the best one to all clips.

        Parameters
        ----------
        X : clips
            As the detector takes them.
        y : list of annotations
            One per clip.
        groups : array-like of shape (n_clips,), default=None
            Group of each clip. They reach the folds, and the detector if its ``fit`` takes them.

        Returns
        -------
        self : DecoderSearchCV

        Raises
        ------
        TypeError
            If the estimator has no activations and decoder.
        ValueError
            If a parameter is not one of the decoder, there is no candidate, there is no scorer, or all scores
            are NaN. An error of a candidate on any fold is raised as it is.
        """
        candidates, scoring = self._check_parameters()
        scorer = get_scorer(scoring)
        if y is None:
            raise ValueError("DecoderSearchCV requires y to be passed, but the target y is None.")
        X, y, groups = indexable(X, y, groups)
        folds = self._folds(X, y, groups)
        found = Parallel(n_jobs=self.n_jobs)(
            delayed(_run_fold)(self.estimator, candidates, scorer, X, y, groups, *fold) for fold in folds
        )
        for of_another_fit in ("best_estimator_", "refit_time_"):
            vars(self).pop(of_another_fit, None)
        self.scoring_, self.n_splits_ = scoring, len(folds)
        self.cv_results_ = _results(candidates, found)
        self.best_index_ = int(self.cv_results_["rank_test_score"].argmin())
        self.best_score_ = float(self.cv_results_["mean_test_score"][self.best_index_])
        self.best_params_ = candidates[self.best_index_]
        if self.refit:
            start = time.perf_counter()
            self.best_estimator_ = _fitted(self.estimator, self.best_params_, X, y, groups)
            self.refit_time_ = time.perf_counter() - start
        return self

    def predict(self, X):
        """Return the best detector's predictions.

        Parameters
        ----------
        X : clips
            As in ``fit``.

        Returns
        -------
        annotations : list of annotations
        """
        return self._best().predict(X)

    def predict_frames(self, X):
        """Return the activations of the best detector's network.

        Parameters
        ----------
        X : clips
            As in ``fit``.

        Returns
        -------
        activations : list of ndarray of shape (n_frames_i,)
        """
        return self._best().predict_frames(X)

    def decode(self, activations):
        """Return what the best detector's decoder makes of activations.

        Parameters
        ----------
        activations : list of ndarray of shape (n_frames_i,)
            As ``predict_frames`` returns them.

        Returns
        -------
        annotations : list of annotations
        """
        return self._best().decode(activations)

    def score(self, X, y):
        """Return the best detector's score, by the scorer of the search.

        Parameters
        ----------
        X : clips
            As in ``fit``.
        y : list of annotations
            One per clip.

        Returns
        -------
        score : float
        """
        return float(get_scorer(self.scoring_)(self._best(), X, y))

    @property
    def n_features_in_(self):
        """Number of samples per clip, if the detector knows it."""
        return self.best_estimator_.n_features_in_

    def __sklearn_is_fitted__(self):
        return hasattr(self, "cv_results_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        if self.estimator is not None:
            inner = get_tags(self.estimator)
            tags.input_tags, tags.non_deterministic = inner.input_tags, inner.non_deterministic
        return tags

    def _check_parameters(self):
        """Return the candidates, and the scorer or its name."""
        needed = ("predict_frames", "fit_decoder", "decode", "decoder")
        if isinstance(self.estimator, type) or not all(hasattr(self.estimator, name) for name in needed):
            raise TypeError(
                f"estimator={shown(self.estimator)} must be a detector with predict_frames, fit_decoder, "
                "decode and a parameter decoder, as in skmir.sequence. For others, use GridSearchCV."
            )
        check_flag("refit", self.refit)
        candidates = list(ParameterGrid({} if self.param_grid is None else self.param_grid))
        if candidates in ([], [{}]):
            raise ValueError(
                f"param_grid={self.param_grid!r} has no candidate. Pass parameters of the decoder and their "
                "values, such as {'decoder__threshold': [0.3, 0.5]}."
            )
        for candidate in candidates:
            others = [name for name in candidate if name.partition("__")[0] != "decoder"]
            if others:
                raise ValueError(
                    f"param_grid has {others[0]!r}, which is not a parameter of the decoder: the network "
                    "would have to be fitted for each value. Use GridSearchCV for it, or put this search "
                    "inside one."
                )
            if self.estimator.decoder is not None or "decoder" in candidate:
                clone(self.estimator).set_params(**candidate)  # a wrong name is an error before any fit
        return candidates, self._scoring()

    def _scoring(self):
        scoring = default_scoring_of(self.estimator) if self.scoring is None else self.scoring
        if not isinstance(scoring, str) and not callable(scoring):
            raise ValueError(
                f"scoring={self.scoring!r} must be a scorer or its name, such as one of "
                f"skmir.metrics.get_scorer_names('annotations'), {get_scorer_names('annotations')}."
            )
        get_scorer(scoring)  # a wrong name is an error before any fit
        return scoring

    def _folds(self, X, y, groups):
        if self.cv is not None and not isinstance(self.cv, numbers.Integral):
            return of_splitter(check_cv(self.cv), X, y, groups, "annotations")
        splitter = (KFold if groups is None else GroupKFold)(5 if self.cv is None else self.cv)
        return folds_of(splitter, X, y, groups)

    def _best(self):
        check_is_fitted(self)
        if not hasattr(self, "best_estimator_"):
            raise AttributeError(
                f"refit={self.refit}: no detector was fitted to all clips. Use refit=True, or fit one with "
                "best_params_."
            )
        return self.best_estimator_


def _run_fold(estimator, candidates, scorer, X, y, groups, train, test):
    """Fit a detector on the training clips, and return each candidate's score on the test clips.

    Returns
    -------
    found : dict
        ``scores``, ``fit_times`` and ``score_times`` of the candidates.
    """
    start = time.perf_counter()
    X_train, y_train, X_test, y_test = rows(X, train), rows(y, train), rows(X, test), rows(y, test)
    detector = clone(estimator)
    detector.fit(X_train, y_train, **_groups_for(detector, groups, train))
    usual = clone(detector.decoder_)
    for_training = detector.predict_frames(X_train)
    fit_time, start = time.perf_counter() - start, time.perf_counter()
    activations = detector.predict_frames(X_test)
    frames_time = time.perf_counter() - start
    found = {"scores": [], "fit_times": [], "score_times": []}
    for candidate in candidates:
        start = time.perf_counter()
        # Parameters that only the candidate before has set are as they were.
        detector.set_params(decoder=clone(estimator.decoder, safe=False))
        _set_decoder(detector, usual, candidate).fit_decoder(for_training, y_train)
        fitted = time.perf_counter()
        found["scores"].append(_score(scorer, detector, activations, X_test, y_test))
        found["fit_times"].append(fit_time + fitted - start)
        found["score_times"].append(frames_time + time.perf_counter() - fitted)
    return found


def _fitted(estimator, params, X, y, groups):
    """Return a detector with the parameters of a decoder, fitted to all clips."""
    detector = clone(estimator)
    has_decoder = detector.decoder is not None or "decoder" in params
    if has_decoder:
        _set_decoder(detector, None, params)
    detector.fit(X, y, **_groups_for(detector, groups))
    if not has_decoder:  # only a fitted detector says which one is the usual one
        _set_decoder(detector, detector.decoder_, params).fit_decoder(detector.predict_frames(X), y)
    return detector


def _set_decoder(detector, usual, candidate):
    """Set a candidate's parameters; a detector without a decoder of its own gets the usual one first."""
    if detector.decoder is None and "decoder" not in candidate:
        detector.set_params(decoder=clone(usual))
    return detector.set_params(**{name: clone(value, safe=False) for name, value in candidate.items()})


def _groups_for(detector, groups, positions=None):
    """Return groups as a keyword argument of ``fit``, if there are any and it takes them."""
    if groups is None or not has_fit_parameter(detector, "groups"):
        return {}
    return {"groups": groups if positions is None else rows(groups, positions)}


def _score(scorer, detector, activations, X, y):
    if needs_model(scorer):
        return float(scorer(detector, X, y))
    values = {"predict": detector.decode(activations)}
    decoded = Responses(type(detector).__name__, None, None, ["predict"], values)
    return float(scorer(decoded.stand_in(), X, y))


def _results(candidates, found):
    """Return the table of the candidates in the form of ``GridSearchCV``."""
    scores = np.array([fold["scores"] for fold in found])  # (n_folds, n_candidates)
    mean = scores.mean(axis=0)
    if np.isnan(mean).all():
        raise ValueError(
            "Each candidate has a score of NaN on some fold. Pass another scorer or other folds."
        )
    results = {}
    for name in ("fit_time", "score_time"):
        times = np.array([fold[f"{name}s"] for fold in found])
        results |= {f"mean_{name}": times.mean(axis=0), f"std_{name}": times.std(axis=0)}
    for name in sorted({name for candidate in candidates for name in candidate}):
        column = np.ma.masked_all(len(candidates), dtype=object)
        for i, candidate in enumerate(candidates):
            if name in candidate:
                column[i] = candidate[name]
        results[f"param_{name}"] = column
    results["params"] = candidates
    results |= {f"split{fold}_test_score": each for fold, each in enumerate(scores)}
    results |= {"mean_test_score": mean, "std_test_score": scores.std(axis=0)}
    worst_last = np.nan_to_num(mean, nan=np.nanmin(mean) - 1)
    return results | {"rank_test_score": rankdata(-worst_last, method="min").astype(np.int32)}
