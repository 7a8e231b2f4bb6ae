"""Pictures of results; matplotlib is needed: ``pip install skmir[plot]``."""

from ._comparison import ComparisonDisplay

__all__ = ["ComparisonDisplay"]
