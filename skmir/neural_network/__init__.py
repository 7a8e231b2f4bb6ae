"""Networks as scikit-learn estimators: frames or table to labels. skorch trains them."""

from ._cnn import CNNClassifier
from ._crnn import CRNNClassifier
from ._dbn import DBNClassifier
from ._mlp import MLPClassifier
from ._rbm import RBM

__all__ = ["RBM", "CNNClassifier", "CRNNClassifier", "DBNClassifier", "MLPClassifier"]
