"""Derive all seeds of a comparison from one."""

import numbers

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state

from .._random import MAX_SEED


def as_seed(random_state):
    """Return a seed that stays the same for the whole comparison.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        If it is a RandomState, one number is drawn from it. None stays None.

    Returns
    -------
    seed : int or None
    """
    if random_state is None or isinstance(random_state, numbers.Integral):
        return random_state if random_state is None else int(random_state)
    return int(check_random_state(random_state).randint(MAX_SEED))


def seeded_clone(model, seed):
    """Return an unfitted copy in which every ``random_state`` left at None has a number.

    Parameters
    ----------
    model : estimator
        Not changed.
    seed : int or None
        None gives a plain clone. The numbers depend on the seed and on the model's parameters alone,
        not on the other models. A part that cloning does not copy (a FrozenEstimator) keeps its own.

    Returns
    -------
    copy : estimator
    """
    copy = clone(model)
    if seed is None:
        return copy
    params = {"": copy, **copy.get_params(deep=True)}
    unset = [
        name for name in sorted(params) if name.rpartition("__")[2] == "random_state" and params[name] is None
    ]
    draws = np.random.RandomState(seed).randint(MAX_SEED, size=len(unset))
    theirs = {id(part) for part in (model, *model.get_params(deep=True).values())}
    copy.set_params(
        **{
            name: int(draw)
            for name, draw in zip(unset, draws, strict=True)
            if id(params.get(name.rpartition("__")[0])) not in theirs
        }
    )
    return copy
