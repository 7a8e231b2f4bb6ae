"""Comparing models on the same folds."""

from ._compare import compare
from ._dataset import DatasetCheck, check_dataset
from ._decoder_search import DecoderSearchCV
from ._default_models import default_models
from ._leakage import check_leakage
from ._learning_curves import LearningCurves, learning_curves
from ._multilabel_split import MultilabelStratifiedGroupKFold
from ._results import Comparison
from ._shrinkage_lda import ShrinkageLDA
from ._tag_thresholds import TunedTagThresholdsCV

__all__ = [
    "Comparison",
    "DatasetCheck",
    "DecoderSearchCV",
    "LearningCurves",
    "MultilabelStratifiedGroupKFold",
    "ShrinkageLDA",
    "TunedTagThresholdsCV",
    "check_dataset",
    "check_leakage",
    "compare",
    "default_models",
    "learning_curves",
]
