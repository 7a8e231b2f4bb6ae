"""Search for recordings that are on both sides of a split."""

from ._check_leakage import check_leakage

__all__ = [
    "check_leakage",
]
