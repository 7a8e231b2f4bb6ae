"""A network in an ONNX file gives the same outputs as the estimator, in another program."""

import json
import sys
import warnings

import numpy as np
import pytest
import small_networks
import torch
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from torch import nn

import skmir
from skmir.neural_network import (
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    CRNNRegressor,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TrainingRecipe,
)
from skmir.neural_network._cnn import ARCHITECTURES
from skmir.neural_network._onnx import to_onnx

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


def small(kind, **params):
    return small_networks.make(kind, **{"max_iter": 1, **params})


CLASSIFIERS = {
    **{
        f"CNNClassifier {name}": small(CNNClassifier, architecture=name, n_filters=None)
        for name in ARCHITECTURES
    },
    "MLPClassifier": small(MLPClassifier, activation="maxout"),
    "DBNClassifier": small(DBNClassifier),
    "CRNNClassifier": small(CRNNClassifier),
    **{
        f"RNNClassifier {cell} {bidirectional}": small(
            RNNClassifier, cell=cell, bidirectional=bidirectional, hidden_layer_sizes=(8, 6)
        )
        for cell in ("gru", "lstm", "tanh")
        for bidirectional in (False, True)
    },
}


@pytest.fixture
def frames():
    """Clips of 24 bins and 40 frames, and labels."""
    return np.random.RandomState(0).randn(12, 24, 40).astype(np.float32), np.tile(["bass", "drum", "horn"], 4)


@pytest.fixture
def run(tmp_path):
    """Export a network, and return a function from frames to the outputs by their names."""

    def export(network):
        to_onnx(network, tmp_path / "network.onnx")
        onnx.checker.check_model(str(tmp_path / "network.onnx"), full_check=True)
        session = onnxruntime.InferenceSession(
            str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"]
        )
        names = [output.name for output in session.get_outputs()]
        return lambda X: dict(zip(names, session.run(None, {"frames": X}), strict=True))

    return export


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_probabilities_are_those_of_the_classifier(run, frames, name):
    X, y = frames
    if "pitch" in name:
        X = np.repeat(X, 10, axis=1)
    model = CLASSIFIERS[name].fit(X, y)
    network = run(model)
    for clips in (X, X[:1], X[3:8]):
        found = network(clips)
        assert list(found) == ["logits", "probabilities"]
        np.testing.assert_allclose(found["probabilities"], model.predict_proba(clips), atol=1e-5)
        np.testing.assert_allclose(found["logits"], model.decision_function(clips), atol=1e-4)


@pytest.mark.parametrize("kind", [CNNRegressor, CRNNRegressor, RNNRegressor, MLPRegressor])
def test_numbers_are_those_of_the_regressor(run, frames, kind):
    X, _ = frames
    y = 100 + 10 * np.random.RandomState(0).randn(12, 2)
    model = small(kind).fit(X, y)
    found = run(model)(X)
    assert list(found) == ["numbers"]
    np.testing.assert_allclose(found["numbers"], model.predict(X), rtol=1e-5)


def test_a_recurrent_network_takes_any_number_of_frames(run, frames):
    X, y = frames
    model = small(RNNClassifier).fit(X, y)
    network = run(model)
    for n_frames in (1, 13, 40):
        clips = X[:, :, :n_frames]
        np.testing.assert_allclose(network(clips)["probabilities"], model.predict_proba(clips), atol=1e-5)


def test_the_mean_of_logits_over_a_long_clip_is_the_estimators(run, frames):
    X, y = frames
    model = small(MLPClassifier, n_frames=20).fit(X, y)
    network = run(model)
    logits = (network(X[:, :, :20])["logits"] + network(X[:, :, 20:])["logits"]) / 2
    np.testing.assert_allclose(logits, model.decision_function(X), atol=1e-5)


@pytest.mark.parametrize("correct", [False, True])
def test_tags_and_the_correction_of_their_prior(run, frames, correct):
    X, y = frames
    tags = np.stack([y == "bass", y != "horn"], axis=1).astype(int)
    model = small(RNNClassifier, recipe=TrainingRecipe(prior_correction=correct), class_weight=None)
    for target in (tags, np.where(y == "bass", "bass", "other")):
        model.fit(X, target)
        np.testing.assert_allclose(run(model)(X)["probabilities"], model.predict_proba(X), atol=1e-5)


def test_the_file_says_what_it_holds(frames, tmp_path):
    X, y = frames
    for kind, n_frames in ((MLPClassifier, "40"), (RNNClassifier, "any")):
        to_onnx(small(kind).fit(X, y), str(tmp_path / "network.onnx"))
        found = {prop.key: prop.value for prop in onnx.load(tmp_path / "network.onnx").metadata_props}
        assert json.loads(found.pop("classes")) == ["bass", "drum", "horn"]
        assert found == {
            "estimator": kind.__name__,
            "target_type": "multiclass",
            "n_bins": "24",
            "n_frames": n_frames,
            "skmir_version": skmir.__version__,
            "torch_version": str(torch.__version__),
        }


def test_the_network_is_left_as_it_was_and_nothing_is_said(frames, tmp_path, capfd):
    X, y = frames
    for kind in (MLPClassifier, RNNClassifier):
        model = small(kind).fit(X, y)
        expected = model.predict_proba(X)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            to_onnx(model, tmp_path / "network.onnx")
        assert not model.module_.training
        np.testing.assert_array_equal(model.predict_proba(X), expected)
        np.testing.assert_array_equal(model.fit(X, y).predict_proba(X), expected)
    assert capfd.readouterr() == ("", "")


class Undecided(nn.Module):
    """A network whose layers depend on its input, which no graph can express."""

    def __init__(self, n_bins, n_frames, n_outputs):
        super().__init__()
        self.final_layer = nn.Linear(n_bins * n_frames, n_outputs)

    def forward(self, x):
        return self.final_layer(x.flatten(1) if float(x.sum()) > 0 else -x.flatten(1))


def test_an_architecture_that_torch_cannot_export_is_named(frames, tmp_path):
    model = small(CNNClassifier, architecture=Undecided, n_filters=None).fit(*frames)
    with pytest.raises(RuntimeError, match=r"torch .* cannot export CNNClassifier .* Undecided to ONNX"):
        to_onnx(model, tmp_path / "network.onnx")
    assert not (tmp_path / "network.onnx").exists()


def test_only_fitted_networks(frames, tmp_path):
    with pytest.raises(NotFittedError, match="MLPClassifier instance is not fitted"):
        to_onnx(MLPClassifier(), tmp_path / "network.onnx")
    with pytest.raises(NotFittedError, match="Pipeline instance is not fitted"):
        to_onnx(make_pipeline(small(MLPClassifier)), tmp_path / "network.onnx")
    with pytest.raises(TypeError, match="network is not an estimator instance"):
        to_onnx("network", tmp_path / "network.onnx")


def test_a_missing_package_is_named(monkeypatch, frames, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r"to_onnx needs onnx .*: pip install onnx, or"):
        to_onnx(small(MLPClassifier).fit(*frames), tmp_path / "network.onnx")
