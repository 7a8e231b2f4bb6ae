"""The values that fill the places where an augmentation has removed something."""

import math

from .._parameter_checks import check_choice, check_number, plain

FILLS = {
    "mean": lambda x: x.mean((1, 2), keepdim=True),
    "min": lambda x: x.amin((1, 2), keepdim=True),
}  # of each clip, (B, 1, 1)


def check_fill(fill, choices=FILLS):
    """Raise unless ``fill`` is a finite number or one of the choices."""
    if isinstance(fill, str):
        check_choice("fill", fill, choices, also="a finite number")
    else:
        check_finite_number("fill", fill)


def check_finite_number(name, value, **bounds):
    """Raise unless a parameter is a finite number within bounds, as in ``check_number``."""
    check_number(name, value, **bounds)
    if not math.isfinite(value):
        raise ValueError(f"{name}={plain(value)!r} must be finite.")


def fill_value(fill, x):
    """Return the value with which to fill each clip of x, as a tensor that broadcasts to x."""
    return FILLS[fill](x) if isinstance(fill, str) else x.new_tensor(fill)
