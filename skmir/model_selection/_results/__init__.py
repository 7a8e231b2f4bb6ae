"""Results of a comparison: tables, tests and intervals."""

from ._clips import file_names
from ._comparison import Comparison
from ._comparison_table import score_frame, without_variance

__all__ = [
    "Comparison",
    "file_names",
    "score_frame",
    "without_variance",
]
