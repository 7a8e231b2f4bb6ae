"""What goes with a saved estimator: versions, its device, and what no file can name."""

import copy
import os
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
import small_networks
import torch
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import make_pipeline
from skorch.callbacks import EpochScoring
from torch import nn

import skmir
from skmir import _saving
from skmir._trusted_types import public_types
from skmir.feature_extraction import MelSpectrogram
from skmir.neural_network import (
    RBM,
    CNNClassifier,
    ConvolutionalDBN,
    LearnedChroma,
    MLPClassifier,
    RandomConvFeatures,
    TrainingRecipe,
)
from skmir.preprocessing import FramePooler, FrameScaler

ways = pytest.importorskip("saving_ways")  # without skops there is little to test


class Linear(nn.Module):
    """A user's own network, in a module that can be imported."""

    def __init__(self, n_bins, n_frames, n_outputs):
        super().__init__()
        self.final_layer = nn.Linear(n_bins * n_frames, n_outputs)

    def forward(self, x):
        return self.final_layer(x.flatten(1))


def small(kind, **params):
    return small_networks.make(kind, **{"max_iter": 2, **params})


@pytest.fixture
def data(rng, tones):
    """Clips and targets in each form."""
    y = np.tile(["bass", "drum", "horn"], 4)
    X = np.abs(rng.randn(12, 24, 20)).astype(np.float32)
    return {"waves": tones, "frames": (X, y), "table": (X[:, :, 0], y)}


def test_every_estimator_is_saved_with_its_versions():
    estimators = [kind for kind in public_types() if hasattr(kind, "fit")]
    assert estimators and all(issubclass(kind, _saving.SavingMixin) for kind in estimators)


def test_a_path_is_saved_as_its_name(tmp_path):
    model = make_pipeline(MelSpectrogram(memory=tmp_path), FrameScaler())
    for bring_back in ways.WAYS.values():
        assert bring_back(model)[0].memory == str(tmp_path)
    assert model[0].memory is tmp_path


def test_a_network_of_the_users_own_is_for_the_user_to_trust(data):
    X, y = data["frames"]
    model = small(CNNClassifier, architecture=Linear, n_filters=None).fit(X, y)
    saved = ways.saved_bytes(model)
    mine = f"{Linear.__module__}.Linear"
    with pytest.raises(TypeError, match=rf"not trusted: \['{mine}'\]\. .* trusted=\['{mine}'\]"):
        ways.load_bytes(saved)
    for loaded in (ways.load_bytes(saved, mine), ways.load_bytes(saved, Linear), ways.through_pickle(model)):
        ways.assert_same(ways.results(loaded, X), ways.results(model, X))


def inner_network():
    class Inner(Linear):
        pass

    return Inner


@pytest.mark.parametrize(
    "params",
    [
        {"architecture": inner_network(), "n_filters": None},
        {"net_params": {"callbacks": [EpochScoring(lambda net, X, y: 1.0)]}},
        {"recipe": TrainingRecipe(optimizer=type("Mine", (torch.optim.Adam,), {}))},
    ],
    ids=["network", "callback", "optimizer"],
)
def test_what_no_file_can_name_is_an_error_when_saved(params):
    model = make_pipeline(FrameScaler(), small(CNNClassifier, **params))
    message = r"CNNClassifier contains .* which cannot be saved by name.* Define it there"
    with pytest.raises(TypeError, match=message):
        ways.saved_bytes(model)
    assert copy.deepcopy(model)[1].architecture is model[1].architecture
    cloudpickle = pytest.importorskip("cloudpickle")  # what carries models to workers
    assert pickle.loads(cloudpickle.dumps(model))[1].dropout == model[1].dropout


def state_of(estimator):
    return estimator.__getstate__()[_saving.RECORD]


def test_the_versions_are_recorded():
    assert state_of(FrameScaler()) == {"skmir": skmir.__version__}
    torch_version = torch.__version__.partition("+")[0]
    for estimator in (MLPClassifier(), RBM(), ConvolutionalDBN(), RandomConvFeatures(), LearnedChroma()):
        assert state_of(estimator) == {"skmir": skmir.__version__, "torch": torch_version}


def saved_by(monkeypatch, model, save, **versions):
    """What another version of the packages would have saved."""
    here = _saving.version_of
    with monkeypatch.context() as patch:
        patch.setattr(_saving, "version_of", lambda name: versions.get(name) or here(name))
        return save(model)


@pytest.mark.parametrize("way", ways.SAVE_LOAD)
def test_another_version_warns_once_a_load(monkeypatch, data, way):
    X, y = data["frames"]
    save, load = ways.SAVE_LOAD[way]
    model = make_pipeline(FrameScaler(), FramePooler(), small(MLPClassifier)).fit(X, y)
    saved = saved_by(monkeypatch, model, save, skmir="0.0.1", torch="1.0")
    for _ in range(2):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            loaded = load(saved)
        texts = [str(warning.message) for warning in caught]
        assert len(texts) == 2, texts
        for text, (package, was) in zip(sorted(texts), [("skmir", "0.0.1"), ("torch", "1.0")], strict=True):
            now = _saving.version_of(package)
            assert f"version {was} of {package} is loaded with version {now}" in text
            assert "Fit it again and save it, or load it with the version that saved it" in text
        assert all(warning.category is _saving.InconsistentVersionWarning for warning in caught)
    ways.assert_same(ways.results(loaded, X), ways.results(model, X))
    # saved again, it counts as this version's
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(save(loaded))


def test_the_warning_points_at_the_line_that_loads_and_passes_scikit_learns_filter(monkeypatch):
    saved = saved_by(monkeypatch, FrameScaler(), pickle.dumps, skmir="0.0.1")
    with pytest.warns(InconsistentVersionWarning, match="version 0.0.1 of skmir") as caught:
        pickle.loads(saved)
    assert [warning.filename for warning in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        with pytest.raises(InconsistentVersionWarning, match="may fail, or predict differently"):
            pickle.loads(saved)


def test_a_file_without_a_record_is_of_an_unknown_version():
    state = FrameScaler().__getstate__()
    del state[_saving.RECORD]
    with pytest.warns(InconsistentVersionWarning, match="an unknown version of skmir"):
        FrameScaler().__setstate__(state)


def test_how_torch_was_built_is_no_other_version(monkeypatch):
    saved = saved_by(monkeypatch, MLPClassifier(), pickle.dumps)
    monkeypatch.setattr(torch, "__version__", torch.__version__.partition("+")[0] + "+cu999")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = pickle.loads(saved)
    assert isinstance(loaded, MLPClassifier)


def test_a_record_is_no_attribute(data):
    model = FrameScaler().fit(data["frames"][0])
    before = dict(vars(model))
    loaded = ways.through_pickle(model)
    assert vars(loaded).keys() == before.keys() == vars(model).keys()


DEVICE_MODELS = {
    "front end": (MelSpectrogram(n_mels=8), "waves"),
    "network": (small(CNNClassifier), "frames"),
    "layer": (RBM(4, n_iter=1, random_state=0), "table"),
    "convolutional layers": (ConvolutionalDBN((4,), filter_length=3, n_iter=1, random_state=0), "frames"),
    "random features": (RandomConvFeatures("7x86", n_features=10, random_state=0), "frames"),
}


@pytest.mark.parametrize("way", ways.SAVE_LOAD)
@pytest.mark.parametrize("name", DEVICE_MODELS)
def test_a_model_made_on_cuda_loads_on_the_cpu(monkeypatch, data, name, way):
    estimator, form = DEVICE_MODELS[name]
    X, y = data[form]
    save, load = ways.SAVE_LOAD[way]
    model = clone(estimator).set_params(device="cpu").fit(X, y)
    expected = ways.results(model, X)
    saved = save(model.set_params(device="cuda:1"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.warns(UserWarning, match=r"device='cuda:1' is loaded where torch sees 0 .* 'auto'") as caught:
        loaded = load(saved)
    assert [warning.filename for warning in caught] == [{"save": ways.__file__, "pickle": __file__}[way]]
    assert loaded.device == "auto"
    ways.assert_same(ways.results(loaded, X), expected)
    ways.assert_same(ways.results(loaded.fit(X, y), X), expected)


@pytest.mark.parametrize("device", ["cuda:1", "cuda", "cpu", "auto"])
def test_a_device_that_is_there_is_kept(monkeypatch, device):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ways.through_pickle(MelSpectrogram(device=device)).device == device


def test_an_unfitted_network_keeps_a_device_that_is_not_there(monkeypatch, data):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    loaded = ways.through_pickle(small(CNNClassifier, device="cuda:7"))
    assert loaded.device == "cuda:7"
    with pytest.raises(ValueError, match="device='cuda:7' is not available"):
        loaded.fit(*data["frames"])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("way", ways.SAVE_LOAD)
def test_a_model_made_on_a_gpu_predicts_without_it(data, way, tmp_path):
    X, y = data["waves"]
    save, _ = ways.SAVE_LOAD[way]
    front_end = MelSpectrogram(n_mels=40).set_params(device="cuda")
    model = make_pipeline(front_end, FrameScaler(), small(CNNClassifier, device="cuda")).fit(X, y)
    (tmp_path / "model").write_bytes(save(model))
    np.save(tmp_path / "X.npy", X)
    reader = {
        "save": "skmir.load('model')",
        "pickle": "pickle.load(open('model', 'rb'))",
    }[way]
    code = f"import pickle, numpy as np, skmir; np.save('p.npy', {reader}.predict_proba(np.load('X.npy')))"
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "device='cuda' is loaded where torch sees 0 CUDA devices" in done.stderr
    np.testing.assert_allclose(np.load(tmp_path / "p.npy"), model.predict_proba(X), atol=1e-3)


@pytest.mark.parametrize("groups", [True, False, "artists"])
def test_what_an_estimator_requests_is_kept(data, tmp_path, groups):
    """scikit-learn's object of requests holds the estimator, which no file without pickle can follow."""
    with config_context(enable_metadata_routing=True):
        network = small(CNNClassifier).set_fit_request(groups=groups, sample_weight=True)
        model = make_pipeline(FrameScaler(), network.set_score_request(sample_weight=False))
        model.fit(*data["frames"])
    skmir.save(model, tmp_path / "model.skops")
    copies = skmir.load(tmp_path / "model.skops"), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)
    for loaded in copies:
        requests = loaded[-1].get_metadata_routing()
        assert requests.fit.requests["groups"] == groups
        assert requests.fit.requests["sample_weight"] is True
        assert requests.score.requests["sample_weight"] is False
        np.testing.assert_array_equal(loaded.predict(data["frames"][0]), model.predict(data["frames"][0]))


def test_a_model_that_holds_itself_is_refused(data, tmp_path):
    scaler = FrameScaler().fit(*data["frames"])
    scaler.parts_ = [scaler]
    with pytest.raises(ValueError, match="model must not hold itself, but a part of it does"):
        skmir.save(scaler, tmp_path / "scaler.skops")
    assert not list(tmp_path.iterdir())
