"""Scores after each epoch: skorch's EpochScoring, which judges the estimator here, on whole clips."""

import skorch.callbacks
from skorch.callbacks import Callback

from ..metrics import get_scorer
from ..metrics._named_scorers import named_scorers


class EpochScoring(skorch.callbacks.EpochScoring):
    """Score the estimator after each epoch, on the clips that training or validation has.

    skorch would score the outputs of its net for windows, against targets as the loss takes them. Here a
    scorer gets ``net.scored_["train"]`` or ``net.scored_["valid"]``: the estimator, its frames, and y as
    ``fit`` got it.

    Parameters
    ----------
    scoring, lower_is_better, on_train, name, target_extractor, use_caching
        As in skorch. The last two have no effect: y comes as ``fit`` got it, and outputs are computed once
        per epoch for all scorers.
    """

    on_batch_end = Callback.on_batch_end  # nothing is collected, so that no epoch has to stop at each batch

    def on_epoch_end(self, net, **kwargs):
        """Record the score of the epoch."""
        model, X, y = net.scored_[part_of(self)]
        try:
            score = self._scoring(model, X, y)
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(
                f"The scorer {self.name_!r} must work after each epoch, but on the {WORDS[part_of(self)]} it "
                f"fails for {type(model).__name__}: {error} Choose another scorer, or, if the clips lack a "
                "class, let more clips validate."
            ) from error
        self._record_score(net.history, score)


WORDS = {"train": "training clips", "valid": "validation part"}


def part_of(callback):
    """Return "train" or "valid": the clips that a callback scores."""
    return "train" if callback.on_train else "valid"


def scoring_callbacks(scoring):
    """Return callbacks that record scores on the validation part.

    Parameters
    ----------
    scoring : see TrainingRecipe

    Returns
    -------
    callbacks : list of (str, EpochScoring)
        Each has the name of its column of the history.
    """
    scorers = {} if scoring is None else named_scorers(scoring)
    return [
        (f"valid_{name}", EpochScoring(get_scorer(scorer), lower_is_better=None, name=f"valid_{name}"))
        for name, scorer in scorers.items()
    ]


def judging_estimators(callbacks):
    """Return a user's callbacks with this module's EpochScoring in place of skorch's.

    Parameters
    ----------
    callbacks : list of callback or (str, callback)
    """
    return [
        (callback[0], _judging_estimators(callback[1]))
        if isinstance(callback, tuple)
        else _judging_estimators(callback)
        for callback in callbacks
    ]


def scored_parts(recipe, net_params):
    """Return which clips are scored after each epoch.

    Parameters
    ----------
    recipe : TrainingRecipe
        A checked recipe.
    net_params : dict or None
        What the user passes on to skorch.

    Returns
    -------
    parts : dict of str to str
        "train", "valid", both or neither; each with what asks for it, for error texts.
    """
    parts = {}
    for callback in (net_params or {}).get("callbacks") or []:
        callback = callback[1] if isinstance(callback, tuple) else callback
        if type(callback) is skorch.callbacks.EpochScoring:
            parts[part_of(callback)] = f"EpochScoring({callback.scoring!r}) in net_params"
    if recipe.scoring is not None:
        parts["valid"] = f"scoring={recipe.scoring!r} of the recipe"
    return parts


def _judging_estimators(callback):
    if type(callback) is not skorch.callbacks.EpochScoring:
        return callback
    return EpochScoring(**callback.get_params(deep=False))
