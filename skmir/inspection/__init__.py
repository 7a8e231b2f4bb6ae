"""Pictures of results; matplotlib is needed: ``pip install skmir[plot]``."""

from ._comparison import ComparisonDisplay
from ._filters import FiltersDisplay

__all__ = ["ComparisonDisplay", "FiltersDisplay"]
