"""Networks that others have trained: as a front end, as features, as tags, as initial weights."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from musicnn_files import NEEDS_WEIGHTS
from public import tagger_module, waveform_module
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

import skmir
from skmir.feature_extraction import MelSpectrogram
from skmir.modules import MusiCNN
from skmir.neural_network import (
    CNNClassifier,
    NetworkEmbedding,
    NetworkFeatures,
    PretrainedTagger,
    TrainingRecipe,
    to_onnx,
)
from skmir.preprocessing import FramePooler, LogCompression

RNG = np.random.RandomState(0)
CLIPS = [RNG.uniform(-0.5, 0.5, n).astype("f4") for n in (8000, 16000, 40_000)]  # 0.5, 1 and 2.5 s
OVER_TIME = torch.nn.Sequential(torch.nn.Conv1d(24, 5, 3), torch.nn.ReLU())


def log_mel(**params):
    return make_pipeline(MelSpectrogram(16000, n_mels=24, **params), LogCompression()).fit([CLIPS[0]])


def test_windows_cover_each_clip_in_its_order():
    embedding = NetworkEmbedding(waveform_module(), window=1.0, hop=0.5)
    found = embedding.transform(CLIPS)
    assert [x.shape for x in found] == [(4, 1), (4, 1), (4, 4)]
    network = waveform_module()
    for clip, windows in zip(CLIPS, found, strict=True):
        starts = {8000: [0], 16000: [0], 40_000: [0, 8000, 16_000, 24_000]}[len(clip)]
        for i, start in enumerate(starts):
            window = np.resize(clip[start : start + 16000], 16000)  # a short clip is repeated
            expected = network(torch.tensor(window)[None]).mean(2)[0].detach()
            np.testing.assert_allclose(windows[:, i], expected, atol=1e-6)


def test_frames_enter_as_the_front_end_makes_them():
    front = log_mel(hop_length=160)
    embedding = NetworkEmbedding(OVER_TIME, front_end=front, window=0.5, pool=("mean", "max"), hop=0.25)
    assert embedding.hop_length == 25 * 160
    found = embedding.transform(CLIPS)[2]
    frames = front.transform([CLIPS[2]])[0]
    with torch.no_grad():
        maps = OVER_TIME(torch.tensor(frames[:, 25:75])[None])[0].numpy()
    np.testing.assert_allclose(found[:5, 1], maps.mean(1), rtol=1e-5)
    np.testing.assert_allclose(found[5:, 1], maps.max(1), rtol=1e-5)
    assert list(embedding.get_feature_names_out()[[0, 5]]) == ["output_0_mean", "output_0_max"]


def test_a_whole_clip_is_one_window():
    found = NetworkEmbedding(OVER_TIME, front_end=log_mel(), window=None).transform(CLIPS)
    assert found.shape == (3, 5, 1)
    frames = list(log_mel().transform(CLIPS))
    np.testing.assert_allclose(found[:, :, 0], NetworkFeatures(OVER_TIME).fit_transform(frames), rtol=1e-5)


def test_the_users_module_stays_as_it_is_and_is_used_as_it_is_trained():
    module = torch.nn.Sequential(torch.nn.Conv1d(24, 5, 3), torch.nn.BatchNorm1d(5), torch.nn.Dropout(0.5))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    embedding = NetworkEmbedding(module, front_end=log_mel(), window=0.5)
    first, second = embedding.transform(CLIPS[:1]), embedding.transform(CLIPS[:1])
    np.testing.assert_array_equal(first, second)  # without dropout, and without statistics of the batch
    assert module.training
    for name, value in module.state_dict().items():
        torch.testing.assert_close(value, before[name])


def test_no_thread_and_no_other_clip_changes_a_bit():
    embedding = NetworkEmbedding(tagger_module(), window=0.5)
    alone = [embedding.transform([clip])[0] for clip in CLIPS]
    for together in (embedding.transform(CLIPS), clone(embedding).set_params(n_jobs=2).transform(CLIPS)):
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one, other)


PASSES = []


class Counting(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(3))

    def forward(self, x):
        PASSES.append(len(x))
        return x[:, :3] * self.weight


def test_a_clip_passes_through_the_network_once(tmp_path):
    module = Counting()
    embedding = NetworkEmbedding(module, window=1.0, memory=tmp_path)
    first = embedding.transform(CLIPS)
    n = len(PASSES)
    again = NetworkEmbedding(Counting(), window=1.0, memory=tmp_path, n_jobs=2).transform(CLIPS)
    assert len(PASSES) == n  # equal weights and code, in another object
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    module.weight.data *= 2
    np.testing.assert_allclose(embedding.transform(CLIPS)[2], 2 * first[2])
    assert len(PASSES) == 2 * n


def test_another_process_finds_the_same_entries(tmp_path):
    """The name of an entry depends on the weights, whose pickles differ from process to process."""
    code = (
        "import sys, numpy as np, torch; from public import tagger_module\n"
        "from skmir.neural_network import NetworkEmbedding\n"
        "NetworkEmbedding(tagger_module(), memory=sys.argv[1]).transform([np.ones(800)])"
    )
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code, tmp_path], check=True, env=environment())
    (group,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert len(list(group.rglob("array-*"))) == 1


def environment():
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def fitted_network():
    frames = np.stack([frames[:, :30] for frames in log_mel(hop_length=160).transform(CLIPS)] * 4)
    network = CNNClassifier("k2c2", n_filters=(2, 4, 8), max_iter=2, random_state=0)
    return network.fit(frames, np.tile(["a", "b", "c"], 4)), frames


def test_a_network_in_an_onnx_file(tmp_path):
    pytest.importorskip("onnxruntime")
    network, frames = fitted_network()
    to_onnx(network, tmp_path / "network.onnx")
    features = NetworkFeatures(tmp_path / "network.onnx", layers=["probabilities"], n_frames=30).fit(frames)
    expected = network.predict_proba(frames)
    np.testing.assert_allclose(features.transform(frames), expected, atol=1e-5)
    assert list(features.get_feature_names_out()) == [f"probabilities_{i}" for i in range(3)]
    skmir.save(features, tmp_path / "features.skops")
    front, file = log_mel(hop_length=160), str(tmp_path / "network.onnx")
    embedding = NetworkEmbedding(file, front_end=front, window=0.3, memory=tmp_path / "memory")
    logits = embedding.transform(CLIPS)
    assert [x.shape for x in logits] == [(3, 2), (3, 4), (3, 9)]
    network.module_.final_layer.bias.data += 1  # the file is replaced: nothing old is served
    to_onnx(network, tmp_path / "network.onnx")
    np.testing.assert_allclose(embedding.transform(CLIPS)[2], logits[2] + 1, atol=1e-5)
    (tmp_path / "network.onnx").unlink()  # a saved model holds the network itself
    np.testing.assert_allclose(skmir.load(tmp_path / "features.skops").transform(frames), expected, atol=1e-5)


class Transposed(torch.nn.Module):
    """Takes images of frames, with the bins last, in batches of four."""

    def forward(self, x):
        return x.mean(dim=(1, 2))


def test_an_onnx_file_with_other_axes_and_a_fixed_batch(tmp_path):
    pytest.importorskip("onnxruntime")
    file = tmp_path / "transposed.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, about its own exporter
        torch.onnx.export(Transposed(), (torch.zeros(4, 1, 30, 24),), file, dynamo=False)
    frames = RNG.rand(6, 24, 30)
    features = NetworkFeatures(file).fit_transform(frames)
    np.testing.assert_allclose(features, frames.mean(axis=2), rtol=1e-5)


def test_what_is_no_trained_network_is_an_error(tmp_path):
    clips = CLIPS[:1]
    for name in ("weights.pth", "weights.PT", "model.pkl"):
        with pytest.raises(ValueError, match=r"refused: weights in a pickle can run code.*pass the module"):
            NetworkEmbedding(tmp_path / name).transform(clips)
    with pytest.raises(ValueError, match=r"network='MTT_musicn' must be .*'MTT_musicnn'"):
        NetworkEmbedding("MTT_musicn").transform(clips)
    with pytest.raises(TypeError, match=r"network=3 must be a trained"):
        NetworkEmbedding(3).transform(clips)
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    with pytest.raises(ValueError, match=r"broken.onnx cannot be run by onnxruntime"):
        NetworkFeatures(tmp_path / "broken.onnx").fit(np.zeros((2, 4, 5)))
    with pytest.raises(TypeError, match=r"pass the module itself"):
        NetworkFeatures(FrozenEstimator(OVER_TIME)).fit(np.zeros((2, 24, 5)))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"front_end": MelSpectrogram()}, r"sr=16000 must be the sr of front_end, which is 22050"),
        ({"front_end": "mel"}, r"front_end='mel' must be"),
        ({"front_end": make_pipeline(MelSpectrogram(16000), LogCompression())}, r"must be a fitted Pipeline"),
        ({"window": None, "hop": 1.0}, r"hop=1.0 has no effect with window=None"),
        ({"window": 1e-9}, r"must hold at least one frame"),
        ({"layers": ["nowhere"]}, r"no layer 'nowhere'. Its layers are"),
        ({"front_end": MelSpectrogram(16000, n_mels=10)}, r"does not take windows of shape \(1, 10, "),
    ],
)
def test_a_parameter_that_does_not_fit_is_an_error(params, message):
    with pytest.raises(ValueError, match=message):
        NetworkEmbedding(OVER_TIME, **params).transform(CLIPS[:1])


def test_values_that_are_not_finite_name_the_clip():
    module = torch.nn.Sequential(torch.nn.Conv1d(24, 5, 3))
    module[0].bias.data[0] = np.inf
    with pytest.raises(ValueError, match=r"clip 0 of X: the network gives values that are not finite"):
        NetworkEmbedding(module, front_end=log_mel()).transform(CLIPS)
    with pytest.raises(ValueError, match=r"no finite numbers for clip 0 of X"):
        NetworkFeatures(module).fit(np.zeros((2, 24, 5)))
    with pytest.raises(ValueError, match=r"does not take windows of 24 bins and 2 to 2 frames"):
        NetworkFeatures(OVER_TIME).fit(np.zeros((3, 24, 2)))


def test_fine_tuning_starts_from_a_module():
    source = tagger_module()
    frames, y = np.abs(RNG.randn(12, 96, 20)), np.tile([0, 1], 6)
    recipe = TrainingRecipe(init=source, lower_rate=0.0)
    params = {"module__n_filters": (2, 1, 2), "module__n_units": 4, "max_iter": 2, "random_state": 0}
    network = CNNClassifier(MusiCNN, recipe=recipe, **params).fit(frames, y)
    for name, value in network.module_.state_dict().items():
        if not name.startswith("final_layer"):
            torch.testing.assert_close(value, source.state_dict()[name])
    assert network.module_.final_layer.out_features == 2
    with pytest.raises(ValueError, match=r"Use the same module, CNNClassifier\(HashableMusiCNN\)"):
        CNNClassifier(MusiCNN, recipe=recipe, max_iter=1).fit(frames, y)


def test_tags_are_the_mean_over_windows():
    module = tagger_module()
    tagger = PretrainedTagger(module, window=0.5, threshold=0.4)
    windows = tagger.predict_frames(CLIPS)
    assert [x.shape for x in windows] == [(3, 1), (3, 2), (3, 6)]
    expected = np.stack([x.mean(axis=1) for x in windows])
    np.testing.assert_array_equal(tagger.predict_proba(CLIPS), expected)
    np.testing.assert_array_equal(tagger.predict(CLIPS), expected >= 0.4)
    assert list(tagger.classes_) == [0, 1, 2]
    module.tags = ("flute", "harp", "choir")
    assert list(PretrainedTagger(module).classes_) == list(module.tags)
    with pytest.raises(ValueError, match=r"must have a torch.nn.Linear layer called final_layer"):
        _ = PretrainedTagger(OVER_TIME).classes_


@NEEDS_WEIGHTS
def test_tags_of_real_music(real_data):
    """Zero-shot: the network hears voice, piano and flute in phrases that it has never been trained on."""
    folder = real_data / "medley_solos" / "audio"
    files = sorted(str(path) for kind in ("piano", "flute") for path in (folder / kind).glob("*"))[::3]
    tagger = PretrainedTagger("MTT_musicnn")
    tags = list(tagger.classes_)
    probabilities = tagger.predict_proba(files)
    is_piano = np.array(["piano" in file for file in files])
    ranks = probabilities[:, tags.index("piano")] - probabilities[:, tags.index("flute")]
    assert len(files) >= 6 and ranks[is_piano].min() > np.median(ranks[~is_piano])


@NEEDS_WEIGHTS
def test_the_vgg_network_takes_its_windows_only():
    assert NetworkEmbedding("MTT_vgg").transform(CLIPS[:1]).shape == (1, 256, 1)
    with pytest.raises(ValueError, match=r"does not take windows of shape \(1, 96, 62\)"):
        NetworkEmbedding("MTT_vgg", window=1.0).transform(CLIPS[:1])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same_embedding():
    for network in (tagger_module(), waveform_module()):
        on_cpu = NetworkEmbedding(network, window=0.5).transform(CLIPS)
        on_gpu = NetworkEmbedding(network, window=0.5, device="cuda").transform(CLIPS)
        for one, other in zip(on_cpu, on_gpu, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)
    assert next(network.parameters()).device.type == "cpu"


def test_pooled_embeddings_are_a_table():
    model = make_pipeline(NetworkEmbedding(waveform_module(), window=0.5), FramePooler(("mean",)))
    assert model.fit_transform(CLIPS).shape == (3, 4)
