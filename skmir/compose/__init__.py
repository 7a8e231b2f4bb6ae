"""Meta-estimators: any scikit-learn estimator a frame, or a window of frames."""

from ._frame_classifier import FrameClassifier
from ._frame_transformer import FrameTransformer

__all__ = ["FrameClassifier", "FrameTransformer"]
