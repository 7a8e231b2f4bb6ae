"""Pictures and pages of results. They need matplotlib: ``pip install matplotlib``."""

from ._comparison import ComparisonDisplay
from ._costs import CostDisplay
from ._filters import FiltersDisplay
from ._learning_curves import LearningCurveDisplay
from ._report import write_report

__all__ = ["ComparisonDisplay", "CostDisplay", "FiltersDisplay", "LearningCurveDisplay", "write_report"]
