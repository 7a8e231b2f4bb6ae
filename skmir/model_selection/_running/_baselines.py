"""Models that guess, whose scores are at the end of every table."""

from sklearn.base import clone
from sklearn.dummy import DummyClassifier, DummyRegressor

from ..._annotations import kind_of_annotations
from ..._random import MAX_SEED
from ._guesses import GUESSES


def baseline_models(kind, taken, y=None):
    """Return the models that do not look at the clips.

    Parameters
    ----------
    kind : {"classes", "tags", "numbers", "annotations"}
        What the labels are.
    taken : collection of str
        Names of the user's models; a baseline with the same name is left out.
    y : list of annotations or None, default=None
        Needed if ``kind`` is "annotations".

    Returns
    -------
    models : dict of str to estimator
        "majority", which predicts the most frequent class, and "class frequency", which guesses classes as
        often as they occur in training. For tags "tag frequency", which scores each tag by its share of the
        training clips (and predicts those of more than half), and "random tags", which guesses each as often
        as it occurs. For numbers "mean". For annotations "nothing", and "constant tempo" for events and
        beats, "commonest label" for segments.
    """
    if kind == "annotations":
        form = kind_of_annotations(y)
        models = {name: guess(form) for name, guess in GUESSES[form].items()}
    elif kind == "numbers":
        models = {"mean": DummyRegressor()}
    elif kind == "tags":
        models = {
            "tag frequency": DummyClassifier(strategy="prior"),
            "random tags": DummyClassifier(strategy="stratified"),
        }
    else:
        models = {
            "majority": DummyClassifier(strategy="most_frequent"),
            "class frequency": DummyClassifier(strategy="stratified"),
        }
    return {name: model for name, model in models.items() if name not in taken}


def on_fold(model, fold):
    """Return a baseline that draws different numbers on each fold.

    With the same seed it would guess the same sequence of labels on all folds. Since test folds often have
    their classes in the same order, it would be equally lucky on all of them.

    Parameters
    ----------
    model : estimator
        Any model; it is returned as it is unless it is a baseline that draws numbers and has a seed.
    fold : int

    Returns
    -------
    model : estimator
    """
    if not isinstance(model, DummyClassifier) or model.random_state is None:
        return model
    return clone(model).set_params(random_state=(model.random_state + fold) % MAX_SEED)
