"""Comparing models on the same folds."""

from ._compare import compare
from ._comparison import Comparison

__all__ = ["Comparison", "compare"]
