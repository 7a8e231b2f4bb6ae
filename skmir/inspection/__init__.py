"""Pictures and pages of results. They need matplotlib: ``pip install matplotlib``."""

from ._annotations_display import AnnotationsDisplay
from ._comparison_display import ComparisonDisplay
from ._cost_display import CostDisplay
from ._filters_display import FiltersDisplay
from ._learning_curve_display import LearningCurveDisplay
from ._report import write_report

__all__ = [
    "AnnotationsDisplay",
    "ComparisonDisplay",
    "CostDisplay",
    "FiltersDisplay",
    "LearningCurveDisplay",
    "write_report",
]
