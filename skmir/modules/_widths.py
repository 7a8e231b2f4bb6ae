"""Find the widths that give a network a desired number of parameters.

Networks of different kinds are compared fairly at the same number of parameters. A table of widths is valid
for one input size and one number of outputs; the search here works for any.
"""

import math

import torch

TOLERANCE = 1e-9  # of the scale, relative: far below the distance between two changes of a width


def sized(module_class, n_parameters, n_bins, n_frames, n_outputs, **params):
    """Return the widths at which a network has as close to ``n_parameters`` parameters as possible.

    Parameters
    ----------
    module_class : type
        A network of ``skmir.modules`` that has ``widths``, or any ``torch.nn.Module`` with the
        constructor ``(n_bins, n_frames, n_outputs, ...)`` and a static method ``widths(scale)``. That method
        returns, for any scale from 0, a dict of the arguments that set the widths: each is at least 1, and
        none decreases as the scale grows. The unit of the scale does not matter.
    n_parameters : float
        The desired number of parameters.
    n_bins, n_frames, n_outputs : int
        As for the constructor.
    **params
        Further arguments of the constructor, for instance ``pools``.

    Returns
    -------
    widths : dict
        Arguments of the constructor: ints, and lists of int.

    Raises
    ------
    ValueError
        If even the narrowest network has more parameters; the message says how many it has.

    Examples
    --------
    >>> from skmir.modules import CRNN, K2C2, sized
    >>> sized(K2C2, 1e5, n_bins=96, n_frames=1366, n_outputs=50)
    {'n_filters': [21, 42, 42, 63, 84]}
    >>> widths = sized(CRNN, 1e5, n_bins=64, n_frames=128, n_outputs=10)
    >>> net = CRNN(64, 128, 10, **widths)
    >>> sum(p.numel() for p in net.parameters())
    98532
    """

    def count(widths):
        with torch.device("meta"):  # only shapes: no memory, and no draw from the caller's generator
            module = module_class(n_bins, n_frames, n_outputs, **widths, **params)
        return sum(p.numel() for p in module.parameters())

    return widths_for(n_parameters, module_class.widths, count)


def widths_for(n_parameters, widths, count):
    """Return the widths whose count is closest to ``n_parameters``.

    Parameters
    ----------
    n_parameters : float
        The desired count.
    widths : callable
        Takes a scale, a float from 0, and returns widths.
    count : callable
        Takes widths and returns a number, which never decreases as the scale grows.

    Returns
    -------
    widths
        A result of ``widths``; the narrower one if two are equally close.

    Raises
    ------
    ValueError
        If ``n_parameters`` is below the count at scale 0, or not finite.

    Examples
    --------
    >>> widths_for(150, lambda scale: int(scale) + 1, lambda width: width**2)
    12
    """
    low, high = 0.0, 1.0
    smallest = count(widths(low))
    if not smallest <= n_parameters < math.inf:
        raise ValueError(
            f"n_parameters={n_parameters} cannot be met: the narrowest network has {smallest} parameters. "
            f"Pass a finite number of at least {smallest}."
        )
    while count(widths(high)) <= n_parameters:
        low, high = high, 2 * high
    while high - low > TOLERANCE * high:
        middle = (low + high) / 2
        if count(widths(middle)) <= n_parameters:
            low = middle
        else:
            high = middle
    return min(widths(low), widths(high), key=lambda found: abs(count(found) - n_parameters))


def scaled_widths(ratios, scale):
    """Return widths in given ratios, rounded down, and at least 1.

    Examples
    --------
    >>> scaled_widths({"n_filters": (1, 2, 3), "hidden_size": 1}, 20.75)
    {'n_filters': [20, 41, 62], 'hidden_size': 20}
    """

    def width(part):
        return max(int(scale * part), 1)

    return {
        name: [width(part) for part in ratio] if isinstance(ratio, tuple) else width(ratio)
        for name, ratio in ratios.items()
    }
