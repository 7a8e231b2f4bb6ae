"""The search for recordings that stand on both sides of a split."""

from ._check_leakage import check_leakage

__all__ = [
    "check_leakage",
]
