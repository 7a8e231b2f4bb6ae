"""Comparing models on the same folds."""

from ._compare import compare
from ._comparison import Comparison
from ._default_models import default_models
from ._learning_curves import LearningCurves, learning_curves

__all__ = ["Comparison", "LearningCurves", "compare", "default_models", "learning_curves"]
