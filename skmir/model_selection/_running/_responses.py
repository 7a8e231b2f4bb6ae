"""Predictions of a fitted model for the clips of a test fold, made once and kept for later scorers."""

import numbers

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    get_routing_for_object,
    process_routing,
)

from ...metrics._tag_scorer import TagScorer

KEPT = ("predict", "predict_proba", "decision_function")
METHODS = (*KEPT, "predict_log_proba")
LIMIT = 2**24  # maximum size of one method's predictions in bytes; larger ones are not kept
NAN = "the score is NaN"
_FOUND = "_found_in_scoring"  # attribute of an estimator on its way back
# They see predictions only; other callables may see the model.
_SCORERS = (type(make_scorer(accuracy_score)), TagScorer)


class NotKeptError(LookupError):
    """A scorer needs something that was not kept, so the model has to be fitted again."""


class Responses:
    """A model's predictions for one set of clips.

    Parameters
    ----------
    name : str
        Name of the model's class, for scikit-learn's error messages.
    kind : {"classifier", "regressor"} or None
        What the model is.
    classes : ndarray, list of ndarray or None
        The model's ``classes_``.
    methods : sequence of str
        The methods that the model has.
    values : dict of str to ndarray, or list of ndarray
        Predictions of these methods, as far as they are known.
    model : estimator or None, default=None
        Model that makes the other predictions, from ``X``.
    X : clips or None, default=None
    """

    def __init__(self, name, kind, classes, methods, values, model=None, X=None):
        self.name, self.kind, self.classes, self.methods = name, kind, classes, tuple(methods)
        self.values = dict(values)
        self._model, self._X = model, X
        self._last = None  # what answers, and what it is asked

    @classmethod
    def of_model(cls, model, X):
        """Return the responses of a fitted model, without any predictions yet."""
        kind = "classifier" if is_classifier(model) else "regressor" if is_regressor(model) else None
        methods = [method for method in METHODS if hasattr(model, method)]
        return cls(type(model).__name__, kind, getattr(model, "classes_", None), methods, {}, model, X)

    def get(self, method):
        """Return the predictions of a method.

        Raises
        ------
        NotKeptError
            If there are neither predictions nor a model.
        """
        if method not in self.values:
            if self._model is None:
                raise NotKeptError(method)
            if self._last is None:
                self._last = _last_step(self._model, self._X)
            last, X = self._last
            self.values[method] = getattr(last, method)(X)
        return self.values[method]

    def __getstate__(self):
        return vars(self) | {"_last": None}  # features can be large, and are made again from the clips

    def to_keep(self):
        """Return the predictions that later scorers may need, unless they are larger than the limit.

        Returns
        -------
        values : dict of str to ndarray, or list of ndarray
        """
        for method in set(KEPT) & set(self.methods):
            try:
                self.get(method)
            except Exception:  # no scorer needs it now; one that does later fits again, and shows the error
                continue
        return {method: value for method, value in self.values.items() if method in KEPT and _fits(value)}

    def stand_in(self):
        """Return an estimator that makes these predictions; its class has the model's name, for messages."""
        return type(self.name, (_StandIn,), {})(self)


class _StandIn(BaseEstimator):
    def __init__(self, responses):
        self.responses = responses

    def __getattr__(self, name):
        responses = self.__dict__["responses"]
        if name == "classes_" and responses.classes is not None:
            return responses.classes
        if name not in responses.methods:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

        def answer(X):
            return responses.get(name)

        answer.__name__ = name  # scikit-learn uses it
        return answer

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.estimator_type = self.responses.kind
        return tags


class ScoreEach:
    """A scorer for ``cross_validate`` in which an error, or NaN, of one scorer leaves the others alone.

    In addition to scores, it finds the model's predictions and errors of scorers. On a cluster
    ``cross_validate`` scores in another process, so they are attached to the estimator, which is returned:
    see :meth:`found`.

    Parameters
    ----------
    scorers : dict of str to callable
    """

    def __init__(self, scorers):
        self._scorers = scorers

    def __call__(self, estimator, X, y, **metadata):
        responses = Responses.of_model(estimator, X)
        routed = process_routing(self, "score", **metadata) if metadata else {}
        routed = {name: params.score for name, params in routed.items()}
        scores, errors = score(self._scorers, responses, y, X, estimator, routed)
        setattr(estimator, _FOUND, (responses, errors))
        return scores

    @staticmethod
    def found(estimator):
        """Take the predictions and errors from a scored estimator.

        Parameters
        ----------
        estimator : estimator
            The estimator that ``cross_validate`` returns.

        Returns
        -------
        responses : Responses
        errors : dict of str to str
            Error messages, by scorer.
        """
        return vars(estimator).pop(_FOUND)

    def get_metadata_routing(self):
        """Return the requests of each scorer."""
        mapping = MethodMapping().add(caller="score", callee="score")
        return MetadataRouter(owner="compare").add(method_mapping=mapping, **self._scorers)


def _last_step(model, X):
    """Return the last step of a Pipeline and what reaches it, so that several answers cost one transform.

    Other models, classes that derive from Pipeline too, may do more than that: they are asked themselves.
    """
    if type(model) is not Pipeline or len(model.steps) < 2 or get_config()["enable_metadata_routing"]:
        return model, X
    for _, step in model.steps[:-1]:
        if step not in (None, "passthrough"):
            X = step.transform(X)
    return model.steps[-1][1], X


def needs_model(scorer):
    """Return whether a scorer may look at more than a model's predictions: at the model, or at groups."""
    if not isinstance(scorer, _SCORERS):
        return True
    routing = get_config()["enable_metadata_routing"]
    return routing and bool(get_routing_for_object(scorer).consumes("score", ["groups"]))


def score(scorers, responses, y, X=None, model=None, metadata=None):
    """Score a model, or its predictions that were kept.

    Parameters
    ----------
    scorers : dict of str to callable
    responses : Responses
        The model's predictions for the clips.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels of the clips.
    X : clips or None, default=None
    model : estimator or None, default=None
        None if only predictions were kept.
    metadata : dict of str to dict or None, default=None
        Further arguments of each scorer.

    Returns
    -------
    scores : dict of str to float
        NaN if a scorer failed.
    errors : dict of str to str
        Error messages, for the scorers that failed.

    Raises
    ------
    NotKeptError
        If a scorer needs more than was kept.
    """
    scores, errors, stand_in = {}, {}, responses.stand_in()
    for name, scorer in scorers.items():
        if needs_model(scorer) and model is None:
            raise NotKeptError(name)
        try:
            value = scorer(model if needs_model(scorer) else stand_in, X, y, **(metadata or {}).get(name, {}))
            scores[name] = _number(value)
        except NotKeptError:
            raise
        except Exception as error:  # any error: the scores by other scorers are worth keeping
            scores[name], errors[name] = np.nan, f"{type(error).__name__}: {error}"
    return scores, errors | nan_errors(scores, errors)


def nan_errors(scores, known=()):
    """Return messages for scores that are NaN without an error."""
    return {name: NAN for name, value in scores.items() if np.isnan(value) and name not in known}


def _number(value):
    value = value.item() if hasattr(value, "item") else value
    if not isinstance(value, numbers.Real):
        raise TypeError(f"a scorer must return a number, got {value!r} of type {type(value).__name__}")
    return float(value)


def _fits(value):
    """Return whether predictions are not larger than the limit."""
    return _size(value) <= LIMIT


def _size(value):
    """Return the size in bytes of an array, or of all arrays in lists, tuples and object arrays."""
    if isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.dtype.hasobject):
        return sum(map(_size, value))
    return np.asarray(value).nbytes
