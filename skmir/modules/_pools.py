"""Pool sizes that reduce an axis of any length, where a paper gives them for one input size only."""


def reduce_to_one(size, n_layers):
    """Return pool sizes that take an axis down to one value.

    Parameters
    ----------
    size : int
        Length of the axis.
    n_layers : int
        Number of pooling layers, each of which divides the length and drops the rest.

    Returns
    -------
    pools : tuple of int
        As even as whole numbers allow, the larger ones last.

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
    """Return pool sizes that shorten an axis but leave ``at_least`` values where there are as many.

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
        The larger ones first: early pooling spares the later layers work.

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
    """Return what is left of an axis after pooling layers that drop the rest."""
    for pool in pools:
        size //= pool
    return size


def _root(size, degree):
    """Return the whole part of a root; floating point alone would make the cube root of 64 a 3."""
    return max(int(size ** (1 / degree) + 1e-9), 1)
