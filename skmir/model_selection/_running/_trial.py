"""Try scorers on made-up predictions, to see whether they suit the labels before anything is fitted."""

import warnings

import numpy as np
from sklearn.ensemble import StackingClassifier, StackingRegressor

from ..._annotations import as_object_array, kind_of_annotations
from ...metrics import get_scorer, get_scorer_names
from ._fold import rows
from ._responses import METHODS, NAN, Responses, needs_model, score

N_TRIED = 5000  # number of clips that is enough for a trial
FITTING = {
    "classes": "'balanced_accuracy', 'accuracy', 'f1_macro', or 'roc_auc_ovr' for models with predict_proba",
    "tags": "'auc_tag', 'tag_map' or another of skmir.metrics.get_scorer_names('tags') for models that give "
    "scores, or 'f1_macro', 'f1_micro' or 'f1_samples'",
    "numbers": "'r2', 'neg_mean_absolute_error' or 'neg_root_mean_squared_error'",
    "annotations": f"one of skmir.metrics.get_scorer_names('annotations'), {get_scorer_names('annotations')}",
}


def try_scorers(scorers, models, y, kind, splits):
    """Raise an error if a scorer cannot score the labels, whatever a model predicts; return other warnings.

    Scorers that get the model itself cannot be tried without a model.

    Parameters
    ----------
    scorers : dict of str to (str or callable)
        Models are judged by the first.
    models : dict of str to estimator
        Unfitted.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels.
    kind : {"classes", "tags", "numbers", "annotations"}
        What the labels are.
    splits : list of (ndarray, ndarray)
        Positions of the training and of the test clips.

    Returns
    -------
    doubts : list of str
        Warnings about scorers, except the first, that are undefined on all folds, and about models that lack
        a method.

    Raises
    ------
    ValueError
        If a scorer is for other labels, the first scorer is undefined on all folds, or it is one of tags and
        a model gives no scores.
    """
    doubts, judge = [], next(iter(scorers))
    for name, scorer in scorers.items():
        scorer = get_scorer(scorer) if isinstance(scorer, str) else scorer
        if needs_model(scorer):
            continue
        trial = _Trial(name, scorer, y, kind)
        trial.check_labels(splits)
        undefined = trial.undefined(splits)
        if undefined and name == judge:
            raise ValueError(
                f"{undefined} Models are judged by it: pass another as the first scorer, or other folds."
            )
        if undefined:
            doubts.append(f"{undefined} Its scores will be NaN.")
            continue
        lacking = trial.lacking(models)
        if lacking and name == judge and kind == "tags":
            raise ValueError(
                f"Models are judged by {name!r}, which needs scores. {', '.join(lacking)}: neither "
                "predict_proba nor decision_function. Use OneVsRestClassifier(SVC()) instead of "
                "MultiOutputClassifier(SVC()), say, or pass scoring='f1_macro', which judges predictions."
            )
        doubts += _without_scores(lacking, name)
    return doubts


def has_method(model, method):
    """Return whether a model has a method; stacked models show theirs only when they are fitted.

    Parameters
    ----------
    model : estimator
    method : str

    Returns
    -------
    has : bool
    """
    stacked = isinstance(model, StackingClassifier | StackingRegressor)
    return hasattr(type(model) if stacked else model, method)


def _without_scores(names, scorer):
    """Return a warning about models that lack the method that a scorer needs, in a list."""
    if not names:
        return []
    whose = "its" if len(names) == 1 else "their"
    return [
        f"{', '.join(names)}: no method that the scorer {scorer!r} needs (predict_proba or "
        f"decision_function), so {whose} score will be NaN. Models that predict probabilities have such "
        "a method: instead of SVC(), use CalibratedClassifierCV(SVC())."
    ]


class _Trial:
    """Trial of one scorer."""

    def __init__(self, name, scorer, y, kind):
        self._name, self._scorer, self._kind = name, scorer, kind
        self._y, self._labels = y, as_object_array(y) if kind == "annotations" else np.asarray(y)

    def check_labels(self, splits):
        """Raise an error if the scorer accepts neither all labels nor those of a fold."""
        n = len(self._labels)
        few = np.arange(n) if n <= N_TRIED else np.random.RandomState(0).permutation(n)[:N_TRIED]
        error = self._error(few)
        if error not in (None, NAN) and self._error(*splits[0][::-1]) not in (None, NAN):
            raise ValueError(
                f"The scorer {self._name!r} cannot score y, which holds {self._what()}: {error}\n"
                f"For {self._kind}, use {FITTING[self._kind]}."
            )

    def undefined(self, splits):
        """Return a message if no test part has a score, whatever is predicted, else None."""
        error = None
        for train, test in splits:
            error = self._error(test, train)
            if error is None:
                return None
        return (
            f"The scorer {self._name!r} is undefined on the test part of every fold ({len(splits)} of them, "
            f"the last of {len(splits[-1][1])} clips): {error}."
        )

    def lacking(self, models):
        """Return the names of the models that lack the method that the scorer needs."""
        test = np.arange(min(len(self._labels), N_TRIED))
        names = []
        for name, model in models.items():
            methods = [method for method in METHODS if has_method(model, method)]
            error = self._error(test, methods=methods)
            if error is not None and error.startswith("AttributeError"):
                names.append(name)
        return names

    def _error(self, positions, train=slice(None), methods=METHODS):
        """Return None if some made-up predictions get a score, else the error of the last ones.

        Models that were trained on a part of the clips know the classes of that part.
        """
        y, error = rows(self._y, positions), None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for responses in _made_up(self._labels[positions], self._labels[train], self._kind, methods):
                errors = score({self._name: self._scorer}, responses, y)[1]
                if not errors:
                    return None
                error = errors[self._name]
        return error

    def _what(self):
        if self._kind == "classes":
            return f"{len(np.unique(self._labels))} classes"
        if self._kind == "annotations":
            return f"annotations ({kind_of_annotations(self._y)})"
        shape = self._labels.shape
        return f"{self._kind} of shape {shape}" if len(shape) > 1 else self._kind


def _made_up(y, known, kind, methods):
    """Yield predictions of every form that models make for labels of a kind."""
    guess, rng = np.roll(y, 1, axis=0), np.random.RandomState(0)
    if kind == "annotations":
        yield _responses(None, None, {"predict": list(guess)})
    elif kind == "numbers":
        yield _responses("regressor", None, {"predict": guess})
        yield _responses(
            "regressor", None, {"predict": np.broadcast_to(np.mean(known, axis=0), y.shape).copy()}
        )
    elif kind == "tags":
        chances = rng.uniform(size=y.shape)
        values = {"predict": guess, "predict_proba": chances, "decision_function": chances - 0.5}
        yield _responses("classifier", np.arange(y.shape[1]), values, methods)
        pairs = [np.stack([1 - column, column], axis=1) for column in chances.T]
        values = {"predict": guess, "predict_proba": pairs}
        yield _responses("classifier", [np.array([0, 1])] * y.shape[1], values, methods)
    else:
        classes = np.unique(known)
        chances = rng.dirichlet(np.ones(len(classes)), size=len(y))
        margins = chances[:, 1] - 0.5 if len(classes) == 2 else chances
        values = {"predict": guess, "predict_proba": chances, "decision_function": margins}
        yield _responses("classifier", classes, values | {"predict_log_proba": np.log(chances)}, methods)


def _responses(kind, classes, values, methods=METHODS):
    return Responses("Model", kind, classes, [method for method in methods if method in values], values)
