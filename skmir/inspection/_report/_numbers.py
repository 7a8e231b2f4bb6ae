"""Numbers as a report prints them."""

import math

import numpy as np

NONE = "–"  # noqa: RUF001 (an en dash, for what is not known)


def digits_for(values):
    """Return how many digits after the point show three that count: 3 for scores up to 10, fewer above.

    Parameters
    ----------
    values : array-like
        NaN is ignored.

    Returns
    -------
    digits : int
    """
    values = np.abs(np.asarray(values, dtype=float))
    values = values[np.isfinite(values)]
    largest = values.max() if values.size else 0
    if largest == 0 or 0.1 <= largest < 10:
        return 3
    return min(max(2 - math.floor(math.log10(largest)), 0), 9)


def number(value, digits=3, *, sign=False):
    """Return a number with a true minus; a number that rounds to zero has no sign.

    Parameters
    ----------
    value : float
        NaN becomes a dash.
    digits : int, default=3
        After the point.
    sign : bool, default=False
        Whether a number above zero has a plus.

    Returns
    -------
    text : str
    """
    if value is None or not np.isfinite(value):
        return NONE
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    if value < 0:
        return f"\N{MINUS SIGN}{text}"
    return f"+{text}" if sign else text


def interval(low, high, digits=3):
    """Return "0.512 to 0.713", or a dash if there is no interval."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return NONE
    return f"{number(low, digits)} to {number(high, digits)}"


def p_text(p_value):
    """Return a p-value with three digits after the point, or "< 0.001"."""
    if not np.isfinite(p_value):
        return NONE
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def probability(value):
    """Return a probability with two digits; never 1.00 or 0.00 for a value between them."""
    if not np.isfinite(value):
        return NONE
    if 0 < value < 0.005:
        return "< 0.01"
    return "> 0.99" if 0.995 < value < 1 else f"{value:.2f}"


def percent(share):
    """Return a share in percent; a dash for NaN."""
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%" if np.isfinite(share) else NONE


def listed(names):
    """Return "a", "a and b" or "a, b and c"."""
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def best_of(values):
    """Return the largest number, which is printed bold, or None if all are equal or there is no number."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    return values.max() if values.size and values.max() > values.min() else None
