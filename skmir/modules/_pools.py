"""Pool sizes for axes of any length, for networks whose paper gives them for one input size only."""

import math
import numbers


def reduce_to_one(size, n_layers):
    """Return pool sizes that reduce an axis to one value.

    Parameters
    ----------
    size : int
        Length of the axis.
    n_layers : int
        Number of pooling layers, each of which divides the length and drops the remainder.

    Returns
    -------
    pools : tuple of int
        As equal as whole numbers allow, the larger ones last.

    Examples
    --------
    >>> reduce_to_one(96, 5)
    (2, 2, 2, 3, 4)
    >>> reduce_to_one(1, 3)
    (1, 1, 1)
    """
    pools = []
    for left in range(n_layers, 0, -1):
        pools.append(size if left == 1 else _root(size, left))
        size //= pools[-1]
    return tuple(pools)


def keep_steps(size, n_layers, at_least):
    """Return pool sizes that shorten an axis but leave ``at_least`` values if there are that many.

    Parameters
    ----------
    size : int
        Length of the axis.
    n_layers : int
        Number of pooling layers.
    at_least : int
        The length to keep.

    Returns
    -------
    pools : tuple of int
        The larger ones first: early pooling saves the later layers work.

    Examples
    --------
    >>> keep_steps(64, 4, 8)
    (2, 2, 2, 1)
    >>> keep_steps(130, 4, 8)
    (2, 2, 2, 2)
    >>> keep_steps(5, 4, 8)
    (1, 1, 1, 1)
    """
    factor = max(size // at_least, 1)
    pools = []
    for left in range(n_layers, 0, -1):
        pools.append(_root(factor, left))
        factor //= pools[-1]
    return tuple(sorted(pools, reverse=True))


def reduced(size, pools):
    """Return the length of an axis after pooling layers that drop the remainder."""
    for pool in pools:
        size //= pool
    return size


def check_pools(pools, n_layers, n_bins, n_frames, *, bins_left=None, frames_left=None):
    """Return the caller's (frequency, time) pool sizes if they fit the input, and raise otherwise.

    Parameters
    ----------
    pools : sequence of (int, int)
        One pair per layer.
    n_layers : int
        Number of pooling layers.
    n_bins, n_frames : int
        Size of the input.
    bins_left, frames_left : int or None, default=None
        The lengths that the layer after the last pool takes; None if it takes any length.

    Returns
    -------
    pools : tuple of (int, int)

    Raises
    ------
    ValueError
        If a layer would be left with nothing, or the last one with more than it takes; the message says
        which layer, what is left there, and which input is needed.

    Examples
    --------
    >>> check_pools([(2, 4), (2, 4)], 2, 4, 20, bins_left=1, frames_left=1)
    ((2, 4), (2, 4))
    """
    try:
        frequency, time = zip(*pools, strict=True)
    except (TypeError, ValueError):
        raise ValueError(
            f"pools={pools!r} must be pairs. Give (frequency, time) for each of {n_layers} conv layers."
        ) from None
    frequency = _check_axis("bins", n_bins, frequency, n_layers, bins_left)
    time = _check_axis("frames", n_frames, time, n_layers, frames_left)
    return tuple(zip(frequency, time, strict=True))


def time_pools(pools, paper_pools, n_frames, n_layers):
    """Return pool sizes that reduce time to one step: the caller's, the paper's, or derived ones.

    Parameters
    ----------
    pools : sequence of int or None
        The caller's pools, one per layer.
    paper_pools : tuple of int
        Pools of the paper, used if ``pools`` is None and they reduce time to one step.
    n_frames : int
        Length of the input.
    n_layers : int
        Number of pooling layers.

    Returns
    -------
    pools : tuple of int

    Raises
    ------
    ValueError
        If the caller's pools do not fit, as in ``check_pools``.

    Examples
    --------
    >>> time_pools(None, (4, 5, 8, 8), n_frames=1366, n_layers=4)
    (4, 5, 8, 8)
    >>> time_pools(None, (4, 5, 8, 8), n_frames=128, n_layers=4)
    (3, 3, 3, 4)
    """
    if pools is not None:
        try:
            return _check_axis("frames", n_frames, tuple(pools), n_layers, at_end=1)
        except TypeError:
            raise ValueError(f"pools={pools!r}: give one int for each of {n_layers} conv layers.") from None
    if n_layers == len(paper_pools) and reduced(n_frames, paper_pools) == 1:
        return paper_pools
    return reduce_to_one(n_frames, n_layers)


def _check_axis(axis, size, pools, n_layers, at_end):
    """Return the pool sizes of one axis as ints, or raise."""
    if len(pools) != n_layers:
        raise ValueError(f"pools must be one per conv layer, {n_layers} in all, got {len(pools)}.")
    for pool in pools:
        if not isinstance(pool, numbers.Integral) or pool < 1:
            raise ValueError(f"pools of {axis} must be ints >= 1, got {pool!r} in {pools}.")
    pools = tuple(map(int, pools))
    _check_none_empty(axis, size, pools)
    left = reduced(size, pools)
    if at_end is not None and left != at_end:
        raise ValueError(
            f"pools of {axis} {pools} leave {left} of {size} {axis} after conv layer {n_layers}, but the "
            f"network needs {at_end}. Their product is {math.prod(pools)}: choose pools whose product lies "
            f"between {size // (at_end + 1) + 1} and {size // at_end}, or None to have them derived."
        )
    return pools


def _check_none_empty(axis, size, pools):
    """Raise if a layer pools more values into one than it gets."""
    left = size
    for layer, pool in enumerate(pools, start=1):
        if pool > left:
            raise ValueError(
                f"pools of {axis} {pools} leave nothing after conv layer {layer}: {left} of {size} {axis} "
                f"are left there, and it pools {pool} into one. The input needs at least "
                f"{math.prod(pools)} {axis}; choose smaller pools, or None to have them derived."
            )
        left //= pool


def _root(size, degree):
    """Return the integer part of a root; floating point alone would give 3 as the cube root of 64."""
    return max(int(size ** (1 / degree) + 1e-9), 1)
