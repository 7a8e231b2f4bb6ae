"""Checks of parameters, and how their values are shown in errors: the same words everywhere."""

import numbers

import numpy as np


def check_number(name, value, *, kind=numbers.Real, low=None, high=None, above=None, below=None, none=False):
    """Raise unless a parameter is a number within its range.

    Parameters
    ----------
    name : str
        The parameter's name, for the message.
    value : object
        The value that the user gave.
    kind : type, default=numbers.Real
        ``numbers.Integral`` or ``numbers.Real``.
    low, high : number, default=None
        Closed bounds.
    above, below : number, default=None
        Open bounds.
    none : bool, default=False
        Whether None is allowed.

    Raises
    ------
    TypeError
        If the value is not a number of that kind; True and False are none.
    ValueError
        If the value is out of its range.

    Examples
    --------
    >>> import numbers
    >>> from skmir.base import check_number
    >>> check_number("width", 3, kind=numbers.Integral, low=1)
    >>> check_number("width", 0, kind=numbers.Integral, low=1)
    Traceback (most recent call last):
    ...
    ValueError: width=0 must be an integer >= 1.
    """
    if none and value is None:
        return
    number = "an integer" if kind is numbers.Integral else "a number"
    bounds = [
        text
        for bound, text in (
            (low, f">= {low}"),
            (above, f"> {above}"),
            (high, f"<= {high}"),
            (below, f"< {below}"),
        )
        if bound is not None
    ]
    allowed = " ".join([number, " and ".join(bounds)]).strip() + (" or None" if none else "")
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{name}={shown(value)} must be {allowed}.")
    if (
        (low is not None and not value >= low)
        or (above is not None and not value > above)
        or (high is not None and not value <= high)
        or (below is not None and not value < below)
    ):
        raise ValueError(f"{name}={shown(value)} must be {allowed}.")


def check_share(name, value, **bounds):
    """Raise unless a parameter is a share below one, such as a dropout."""
    check_number(name, value, **(bounds or {"low": 0}), high=1 - 1e-9)


def check_range(name, value, low, high):
    """Return a range as a pair; a number is both ends.

    Parameters
    ----------
    name : str
        The parameter.
    value : float or (float, float)
        Its value.
    low, high : float
        The lowest and highest number allowed.

    Returns
    -------
    ends : tuple or list of float, of length 2

    Raises
    ------
    TypeError, ValueError
        If the value is not a number nor a pair of ascending numbers, or outside of what is allowed.
    """
    ends = (value, value) if isinstance(value, numbers.Real) else value
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        raise TypeError(f"{name}={plain(value)!r} must be a number, or a pair (low, high).")
    for number in ends:
        check_number(name, number, low=low, high=high)
    if ends[0] > ends[1]:
        raise ValueError(f"{name}={plain(value)!r} must be a pair (low, high) with low <= high.")
    return ends


def check_choice(name, value, choices, *, also=""):
    """Return ``choices[value]``, or raise an error that lists the choices.

    Parameters
    ----------
    name : str
        The parameter.
    value : object
        Its value.
    choices : dict or collection of str
        The allowed values; the keys, if a dict.
    also : str, default=""
        What else the caller takes, in words: "an integer", say.

    Returns
    -------
    choice : object
        What the dict has by that name; the name itself if ``choices`` is not a dict.

    Raises
    ------
    ValueError
        If the value is not one of the choices; the message lists them.

    Examples
    --------
    >>> from skmir.base import check_choice
    >>> check_choice("edges", "zero", {"zero": "constant", "repeat": "nearest"})
    'constant'
    >>> check_choice("edges", "wrap", {"zero": "constant", "repeat": "nearest"})
    Traceback (most recent call last):
    ...
    ValueError: edges='wrap' is not one of ['repeat', 'zero'].
    """
    if not isinstance(value, str) or value not in choices:
        other = f", nor {also}" if also else ""
        raise ValueError(f"{name}={shown(value)} is not one of {sorted(choices)}{other}.")
    return choices[value] if isinstance(choices, dict) else value


def check_flag(name, value):
    """Raise unless a parameter is True or False.

    Parameters
    ----------
    name : str
        The parameter's name, for the message.
    value : object
        Its value.

    Raises
    ------
    TypeError
        If the value is neither.

    Examples
    --------
    >>> from skmir.base import check_flag
    >>> check_flag("center", True)
    >>> check_flag("center", "yes")
    Traceback (most recent call last):
    ...
    TypeError: center='yes' must be True or False.
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}={plain(value)!r} must be True or False.")


def plain(value):
    """Return a value as Python's own type, so that a message shows ``'a'`` and 3, not ``np.str_('a')``.

    Parameters
    ----------
    value : object
        numpy's scalars and arrays, and lists, tuples, sets and dicts with such items, are converted; anything
        else is returned unchanged. An instance of a subclass of str becomes a str.

    Returns
    -------
    value : object
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist()) if value.dtype.kind == "O" else value.tolist()
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(map(plain, value))
    if type(value) is dict:
        return {plain(name): plain(item) for name, item in value.items()}
    return value


def shown(value, form=repr, *, width=240):
    """Return a value as text for an error, without its middle if it is long."""
    text = form(plain(value))
    return text if len(text) <= width else f"{text[: width // 2]}[...]{text[-width // 2 :]}"
