"""Networks with an output for each frame: labels, tags or numbers over time."""

from ._tcn import TCNSequenceClassifier, TCNSequenceRegressor

__all__ = ["TCNSequenceClassifier", "TCNSequenceRegressor"]
