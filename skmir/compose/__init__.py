"""Meta-estimators: any scikit-learn estimator on frames, on windows of frames, or on changed copies too."""

from ._augmented_estimator import AugmentedEstimator
from ._conversion import convert
from ._frame_classifier import FrameClassifier
from ._frame_transformer import FrameTransformer

__all__ = ["AugmentedEstimator", "FrameClassifier", "FrameTransformer", "convert"]
