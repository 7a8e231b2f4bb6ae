"""Search for recordings that are on both sides of a split."""

from ._check_leakage import check_leakage
from ._copy_finder import CopyFinder, clip_facts

__all__ = [
    "CopyFinder",
    "check_leakage",
    "clip_facts",
]
