"""A fit needs at most two copies of the clips besides the caller's."""

import tracemalloc

import numpy as np
import pytest

from skmir.neural_network import RBM, CNNClassifier, DBNClassifier, MLPClassifier, MLPRegressor, RNNClassifier

COMMON = {"max_iter": 1, "device": "cpu", "random_state": 0}
LAYER = RBM(4, n_iter=1, batch_size=2048, device="cpu")
ON_TABLES = {
    "mlp": MLPClassifier((4,), batch_size=2048, **COMMON),
    "regressor": MLPRegressor((4,), batch_size=2048, **COMMON),
    "stopping": MLPClassifier((4,), batch_size=2048, early_stopping=True, **COMMON),
    "dbn": DBNClassifier((4,), pretraining=LAYER, batch_size=2048, **COMMON),
    "rbm": LAYER,
}
ON_FRAMES = {
    "cnn": CNNClassifier("k2c1", n_filters=(2, 2), **COMMON),
    "stopping": CNNClassifier("k2c1", n_filters=(2, 2), early_stopping=True, **COMMON),
    "rnn": RNNClassifier(hidden_layer_sizes=(2,), n_frames=10, **COMMON),
}


def peak_of_fit(model, X, y):
    """Return the peak of numpy's memory in a fit; torch shares numpy's memory."""
    model.fit(X[:40], y[:40])  # what is made once
    tracemalloc.start()
    try:
        model.fit(X, y)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "dtype"), [*((name, np.float32) for name in ON_TABLES), ("mlp", np.float64), ("rbm", np.float64)]
)
def test_of_a_table(rng, name, dtype):
    """Networks convert a table in one place, layers in another: float64 is tried on one of each."""
    X = rng.randn(30_000, 128).astype(dtype)
    assert peak_of_fit(ON_TABLES[name], X, np.arange(30_000) % 2) < 2 * X.nbytes


@pytest.mark.parametrize(
    ("name", "form"), [*((name, list) for name in ON_FRAMES), ("cnn", np.asarray), ("stopping", np.asarray)]
)
def test_of_frames(rng, name, form):
    X = rng.randn(1500, 40, 64).astype(np.float32)
    clips = form(X) if form is np.asarray else [x[:, : 64 - i % 2] for i, x in enumerate(X)]
    assert peak_of_fit(ON_FRAMES[name], clips, np.arange(1500) % 2) < 2 * X.nbytes
