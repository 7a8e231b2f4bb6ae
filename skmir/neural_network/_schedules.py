"""How the learning rate runs: each schedule is a factor on the highest rate, for the share of steps done."""

import math

WARM_UP = 0.25


def one_cycle(share):
    """Up in a line over a quarter of the steps, down to zero with a cosine."""
    return share / WARM_UP if share < WARM_UP else cosine((share - WARM_UP) / (1 - WARM_UP))


def cosine(share):
    """Down to zero with a cosine."""
    return 0.5 * (1 + math.cos(math.pi * share))


def step(share):
    """A tenth after one half, a hundredth after three quarters."""
    return 0.1 ** ((share >= 0.5) + (share >= 0.75))


def exponential(share):
    """Down to a hundredth, by the same ratio each step."""
    return 0.01**share


def constant(share):
    """One throughout."""
    return 1.0


SCHEDULES = {
    "one_cycle": one_cycle,
    "cosine": cosine,
    "step": step,
    "exponential": exponential,
    "constant": constant,
}


def factors(name, n_steps):
    """Yield the factor on the learning rate of each step, and the last one for steps beyond.

    Parameters
    ----------
    name : str
        A key of ``SCHEDULES``.
    n_steps : int
        Number of steps.

    Yields
    ------
    factor : float
        More than 0 and at most 1. A step takes the value in its middle.
    """
    for i in range(n_steps):
        yield SCHEDULES[name]((i + 0.5) / n_steps)
    while True:
        yield SCHEDULES[name]((n_steps - 0.5) / n_steps)
