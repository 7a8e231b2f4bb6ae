"""Small networks, on the CPU so that equal means bit for bit, and clips that they can learn from."""

import numpy as np
import pytest
import torch

from skmir.neural_network import RBM, CNNClassifier, CRNNClassifier, DBNClassifier, MLPClassifier

SMALL = {
    "mlp": (MLPClassifier, {"hidden_layer_sizes": (8,)}),
    "cnn": (CNNClassifier, {"n_filters": (4, 4, 4, 4)}),
    "crnn": (CRNNClassifier, {"n_filters": (4, 4), "hidden_size": 4}),
    "dbn": (DBNClassifier, {"hidden_layer_sizes": (8, 8), "pretraining": RBM(n_iter=2)}),
}


def make(name, **params):
    """Return a small classifier that trains for three epochs, unless the parameters say otherwise."""
    kind, small = SMALL[name]
    return kind(**{"max_iter": 3, "device": "cpu", "random_state": 0, **small, **params})


@pytest.fixture
def network():
    """Make any small network by name."""
    return make


@pytest.fixture(params=SMALL)
def each_network(request):
    """Make each small network in turn."""
    return lambda **params: make(request.param, **params)


@pytest.fixture
def forbid_moves(monkeypatch):
    """Make ``Module.to`` fail from now on: a recurrent layer has no weights while it runs, in no thread."""
    return lambda: monkeypatch.setattr(torch.nn.Module, "_apply", lambda *_: pytest.fail("weights move"))


@pytest.fixture
def frames(rng):
    """Twenty-four clips of 8 bins and 12 frames in three classes, each of which is louder in other bins."""
    y = np.tile(["bass", "drum", "horn"], 8)
    X = rng.randn(24, 8, 12).astype(np.float32)
    for i, label in enumerate(np.unique(y)):
        X[y == label, 2 * i : 2 * i + 2] += 1.5
    return X, y


@pytest.fixture
def ragged(rng):
    """Clips of 8 bins and 5 to 40 frames, and labels."""
    lengths = [12, 5, 40, 12, 31, 7, 12, 24, 25, 13, 12, 12]
    return [rng.randn(8, n).astype(np.float32) for n in lengths], np.tile(["bass", "drum", "horn"], 4)
