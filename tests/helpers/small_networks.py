"""Every network made small, on the CPU so that equal means bit for bit."""

import numpy as np
import pytest

from skmir.neural_network import (
    CNNClassifier,
    CNNRegressor,
    CNNSequenceClassifier,
    CNNSequenceRegressor,
    CRNNClassifier,
    CRNNRegressor,
    CRNNSequenceClassifier,
    CRNNSequenceRegressor,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    RNNSequenceClassifier,
    RNNSequenceRegressor,
    TCNSequenceClassifier,
    TCNSequenceRegressor,
)

CNN = {"architecture": "k2c2", "n_filters": (4, 4)}
CRNN = {"n_filters": (4, 4), "hidden_size": 8}
RNN = {"hidden_layer_sizes": (8,)}
DENSE = {"hidden_layer_sizes": (8,)}
SMALL = {
    CNNClassifier: CNN,
    CRNNClassifier: CRNN,
    RNNClassifier: RNN,
    MLPClassifier: DENSE,
    DBNClassifier: DENSE,
    CNNRegressor: CNN,
    CRNNRegressor: CRNN,
    RNNRegressor: RNN,
    MLPRegressor: DENSE,
}
SEQUENCES = {  # with outputs per frame
    TCNSequenceClassifier: {"n_filters": 8, "n_levels": 2},
    CNNSequenceClassifier: {"n_filters": (4, 8), "dropout": 0.0},
    RNNSequenceClassifier: RNN,
    CRNNSequenceClassifier: CRNN,
    TCNSequenceRegressor: {"n_filters": 8, "n_levels": 2},
    CNNSequenceRegressor: {"n_filters": (4, 8), "dropout": 0.0},
    RNNSequenceRegressor: RNN,
    CRNNSequenceRegressor: CRNN,
}
REGRESSORS = [kind for kind in SMALL if kind.__name__.endswith("Regressor")]


def each(kinds=SMALL):
    """Return the mark that runs a test with every class as its ``kind``."""
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.__name__)


def make(kind=MLPClassifier, **params):
    """Return a small network of three epochs in batches of 8, but for what is said otherwise."""
    defaults = {
        "max_iter": 3,
        "batch_size": 8,
        "learning_rate_init": 0.01,
        "device": "cpu",
        "random_state": 0,
    }
    return kind(**{**defaults, **{**SMALL, **SEQUENCES}[kind], **params})


def targets(kind, y):
    """Return labels for a classifier, numbers for a regressor."""
    return np.unique(y, return_inverse=True)[1] * 1.5 if kind in REGRESSORS else y
