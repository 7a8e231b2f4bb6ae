"""What guessing scores: two rows at the end of every table."""

from sklearn.base import clone
from sklearn.dummy import DummyClassifier, DummyRegressor

from ..._random import MAX_SEED


def baseline_models(kind, taken):
    """Return the models that look at no clip.

    Parameters
    ----------
    kind : {"classes", "tags", "numbers"}
        What is learned.
    taken : collection of str
        Names that the user's models have; a baseline of the same name stays away.

    Returns
    -------
    models : dict of str to estimator
        "majority", the most frequent class (or tag by tag the more frequent answer), and "class frequency",
        guesses as frequent as the classes are in training; for numbers "mean".
    """
    if kind == "numbers":
        models = {"mean": DummyRegressor()}
    else:
        models = {
            "majority": DummyClassifier(strategy="most_frequent"),
            "class frequency": DummyClassifier(strategy="stratified"),
        }
    return {name: model for name, model in models.items() if name not in taken}


def on_fold(model, fold):
    """Return a baseline that draws other numbers on each fold.

    With one seed it would guess the same row of labels everywhere, and since test folds often have their
    classes in the same order, be equally lucky on all of them.

    Parameters
    ----------
    model : estimator
        Any; what is no baseline that draws, or has no seed, is returned as it is.
    fold : int

    Returns
    -------
    model : estimator
    """
    if not isinstance(model, DummyClassifier) or model.random_state is None:
        return model
    return clone(model).set_params(random_state=(model.random_state + fold) % MAX_SEED)
