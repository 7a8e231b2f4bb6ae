"""Pictures and pages of results. They need matplotlib: ``pip install matplotlib``."""

from ._annotations_display import AnnotationsDisplay
from ._band_importance import band_importance
from ._comparison_display import ComparisonDisplay
from ._confusion_display import ConfusionDisplay
from ._cost_display import CostDisplay
from ._filters_display import FiltersDisplay
from ._frames_display import FramesDisplay
from ._history_display import HistoryDisplay
from ._learning_curve_display import LearningCurveDisplay
from ._report import write_report
from ._saliency_display import SaliencyDisplay

__all__ = [
    "AnnotationsDisplay",
    "ComparisonDisplay",
    "ConfusionDisplay",
    "CostDisplay",
    "FiltersDisplay",
    "FramesDisplay",
    "HistoryDisplay",
    "LearningCurveDisplay",
    "SaliencyDisplay",
    "band_importance",
    "write_report",
]
