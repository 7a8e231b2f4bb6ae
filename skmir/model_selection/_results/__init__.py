"""What a comparison found: tables, tests and intervals."""

from ._comparison import Comparison
from ._comparison_table import DASH, score_frame, without_variance

__all__ = [
    "DASH",
    "Comparison",
    "score_frame",
    "without_variance",
]
