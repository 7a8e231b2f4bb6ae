"""Results of a comparison: tables, tests and intervals."""

from ._comparison import Comparison
from ._comparison_table import score_frame, without_variance

__all__ = [
    "Comparison",
    "score_frame",
    "without_variance",
]
