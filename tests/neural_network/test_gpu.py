"""With a CUDA device: the same estimators, and memory that comes back."""

import pickle

import numpy as np
import pytest
import torch

from skmir.neural_network import RBM, CNNClassifier

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
