"""Comparing models on the same folds."""

from ._check_leakage import check_leakage
from ._compare import compare
from ._comparison import Comparison
from ._default_models import default_models
from ._learning_curves import LearningCurves, learning_curves
from ._multilabel_split import MultilabelStratifiedGroupKFold
from ._shrinkage_lda import ShrinkageLDA

__all__ = [
    "Comparison",
    "LearningCurves",
    "MultilabelStratifiedGroupKFold",
    "ShrinkageLDA",
    "check_leakage",
    "compare",
    "default_models",
    "learning_curves",
]
