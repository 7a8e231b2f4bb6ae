"""Networks with an output for each frame: labels, tags or numbers over time."""

from ._cnn import CNNSequenceClassifier, CNNSequenceRegressor
from ._crnn import CRNNSequenceClassifier, CRNNSequenceRegressor
from ._rnn import RNNSequenceClassifier, RNNSequenceRegressor
from ._tcn import TCNSequenceClassifier, TCNSequenceRegressor

__all__ = [
    "CNNSequenceClassifier",
    "CNNSequenceRegressor",
    "CRNNSequenceClassifier",
    "CRNNSequenceRegressor",
    "RNNSequenceClassifier",
    "RNNSequenceRegressor",
    "TCNSequenceClassifier",
    "TCNSequenceRegressor",
]
