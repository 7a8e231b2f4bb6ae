"""The length of an axis after layers of valid convolution and pooling."""


def sizes_after(name, size, layers):
    """Return the length of an axis after each layer of valid convolution and pooling.

    Parameters
    ----------
    name : {"n_bins", "n_frames"}
        Name of the length in the error.
    size : int
        Length of the axis.
    layers : sequence of (int, int)
        Kernel and pool of each layer. A pool divides the length and drops the remainder.

    Returns
    -------
    sizes : tuple of int
        One length per layer.

    Raises
    ------
    ValueError
        If a layer is left with nothing; the message says which, and how long the axis has to be.

    Examples
    --------
    >>> sizes_after("n_frames", 20, [(5, 2), (5, 2), (1, 2)])
    (8, 2, 1)
    """
    sizes = []
    left = size
    for number, (kernel, pool) in enumerate(layers, start=1):
        reaching, left = left, (left - kernel + 1) // pool
        if left < 1:
            raise ValueError(
                f"{name}={size} is too few: {reaching} left for convolutional layer {number}, whose kernel "
                f"of {kernel} and pool of {pool} need {kernel + pool - 1}. Give at least "
                f"{least_size(layers)}, or smaller kernels and pools."
            )
        sizes.append(left)
    return tuple(sizes)


def least_size(layers):
    """Return the shortest length of an axis of which (kernel, pool) layers leave something.

    Examples
    --------
    >>> least_size([(5, 2), (5, 2), (1, 2)])
    20
    """
    size = 1
    for kernel, pool in reversed(layers):
        size = size * pool + kernel - 1
    return size
