"""With a CUDA device: the same estimators, and memory that comes back."""

import pickle

import numpy as np
import pytest
import torch

from skmir.neural_network import (
    RBM,
    CNNClassifier,
    DBNClassifier,
    DeepBeliefNetwork,
    DenoisingAutoencoder,
    UnfrozenClassifier,
)

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]


@pytest.fixture
def frames(rng):
    X = rng.randn(40, 16, 30).astype(np.float32)
    X[::2, :8] += 1
    return X, np.tile(["low", "high"], 20)


def model(device):
    return CNNClassifier(n_filters=(4, 4, 8, 8), max_iter=10, random_state=0, device=device)


def test_learns_what_the_cpu_learns(frames):
    X, y = frames
    on_cpu, on_gpu = (model(device).fit(X, y).predict_proba(X) for device in ("cpu", "cuda"))
    np.testing.assert_allclose(on_gpu, on_cpu, atol=0.05)


def test_memory_is_flat_over_fits(frames):
    used = []
    for _ in range(20):
        model("cuda").fit(*frames).predict(frames[0])
        used.append(torch.cuda.memory_allocated())
    assert used[-1] == used[1]


def test_frames_that_do_not_fit_stay_on_the_host(frames, monkeypatch):
    """Windows are then moved batch by batch; one clip is longer than a window, and one shorter."""
    X = [*frames[0], np.ones((16, 40), np.float32), np.zeros((16, 20), np.float32)]
    y = [*frames[1], "low", "high"]
    expected = model("cuda").fit(X, y).predict_proba(X)
    monkeypatch.setattr("skmir._training._windows._fits", lambda values, device: False)
    np.testing.assert_array_equal(model("cuda").fit(X, y).predict_proba(X), expected)


def test_a_model_made_on_a_gpu_is_kept_without_it(frames):
    fitted = model("cuda").fit(*frames)
    assert next(fitted.module_.parameters()).device.type == "cpu"
    loaded = pickle.loads(pickle.dumps(fitted)).set_params(device="cpu")
    np.testing.assert_allclose(loaded.predict_proba(frames[0]), fitted.predict_proba(frames[0]), atol=1e-4)


def test_generator_of_the_device_is_left_alone(frames):
    before = torch.cuda.get_rng_state()
    model("cuda").fit(*frames)
    RBM(4, device="cuda", random_state=0).fit(frames[0][:, :, 0])
    assert torch.equal(torch.cuda.get_rng_state(), before)


@pytest.mark.parametrize(
    "layer",
    [RBM(8), RBM(8, persistent=True), DenoisingAutoencoder(8), DeepBeliefNetwork((8, 4), layer="all")],
)
def test_layers_without_labels_learn_and_are_kept_without_it(frames, layer):
    X = frames[0][:, :, 0]
    fitted = layer.set_params(device="cuda", random_state=0).fit(X)
    loaded = pickle.loads(pickle.dumps(fitted)).set_params(device="cpu")
    for estimator in getattr(loaded, "estimators_", []):
        estimator.set_params(device="cpu")
    np.testing.assert_allclose(loaded.transform(X), fitted.transform(X), atol=1e-4)


def test_unlabelled_clips_pretrain_there(frames):
    X, y = frames
    model = DBNClassifier((8,), max_iter=5, device="cuda", random_state=0).fit(X, y, X_unlabelled=X)
    assert model.predict(X).shape == y.shape


@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_pipeline_goes_on_learning_there(frames, early_stopping):
    X, y = frames
    on_cpu, on_gpu = (
        UnfrozenClassifier(max_iter=10, early_stopping=early_stopping, random_state=0, device=device)
        .fit(X[:, :, 0], y)
        .set_params(device="cpu")
        for device in ("cpu", "cuda")
    )
    assert next(on_gpu.module_.parameters()).device.type == "cpu"
    found, expected = (model.predict_proba(X[:, :, 0]) for model in (on_gpu, on_cpu))
    np.testing.assert_allclose(found, expected, atol=0.01)
