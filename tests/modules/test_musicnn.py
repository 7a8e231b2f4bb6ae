"""Trained taggers: read without TensorFlow, with the outputs that TensorFlow gives."""

import importlib.util
import pathlib

import numpy as np
import pandas as pd
import pytest
import torch
from musicnn_files import NEEDS_WEIGHTS, write_checkpoint

from skmir.modules import MusiCNN, VGGTagger
from skmir.modules._tensorflow_checkpoint import read_checkpoint

# Logits by TensorFlow 2.21, from the graphs in the package, for the frames that ``frames`` makes.
LOGITS = pd.read_csv(pathlib.Path(__file__).with_name("musicnn_logits.csv"), index_col=["network", "window"])


def frames():
    values = np.random.RandomState(0).rand(2, 187, 96) * np.linspace(3, 0, 96)
    return torch.tensor(values.astype("f4")).mT


@NEEDS_WEIGHTS
@pytest.mark.parametrize("name", ["MTT_musicnn", "MSD_musicnn", "MTT_vgg", "MSD_vgg"])
def test_logits_are_those_of_tensorflow(name):
    network = (VGGTagger if "vgg" in name else MusiCNN).pretrained(name)
    with torch.no_grad():
        logits = network(frames()).numpy()
    np.testing.assert_allclose(logits, LOGITS.loc[name].to_numpy(), atol=2e-4)
    assert len(network.tags) == 50 == logits.shape[1]
    assert {"MTT": "sitar", "MSD": "Hip-Hop"}[name[:3]] in network.tags


def test_a_checkpoint_is_read(tmp_path):
    rng = np.random.RandomState(0)
    arrays = {
        "conv2d/bias": rng.rand(3).astype("f4"),
        "conv2d/kernel": rng.rand(7, 2, 1, 3).astype("f4"),
        "conv2d_1/kernel": rng.rand(300).astype("f4"),
        "scale": np.float32(2.5),
        "step": np.array([7], np.int32),  # other types are left out
    }
    write_checkpoint(tmp_path, arrays)
    found = read_checkpoint(f"{tmp_path}/")
    assert sorted(found) == sorted(set(arrays) - {"step"})
    for name, array in found.items():
        np.testing.assert_array_equal(array, arrays[name])


@pytest.mark.parametrize("cut", [0, 20, 60, -1])
def test_a_damaged_checkpoint_is_an_error(tmp_path, cut):
    write_checkpoint(tmp_path, {"conv2d/kernel": np.ones((7, 2, 1, 3), "f4")})
    index = (tmp_path / ".index").read_bytes()
    (tmp_path / ".index").write_bytes(
        index[:cut] if cut <= 0 else index[:4] + b"\xff" * cut + index[4 + cut :]
    )
    with pytest.raises(ValueError, match=r"index"):
        read_checkpoint(f"{tmp_path}/")


def test_values_that_are_cut_off_are_an_error(tmp_path):
    write_checkpoint(tmp_path, {"conv2d/kernel": np.ones((7, 2, 1, 3), "f4")})
    values = tmp_path / ".data-00000-of-00001"
    values.write_bytes(values.read_bytes()[:-4])
    with pytest.raises(ValueError, match=r"conv2d/kernel \(7, 2, 1, 3\) does not fit"):
        read_checkpoint(f"{tmp_path}/")


def test_errors_say_how_to_get_the_weights(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="MSD_musicnn"):
        MusiCNN.pretrained("MTT_musicn")
    with pytest.raises(ValueError, match="MTT_vgg"):
        VGGTagger.pretrained("MTT_musicnn")
    with pytest.raises(ValueError, match="a pickle can run code"):
        MusiCNN.pretrained(folder=tmp_path)
    (tmp_path / "configuration.py").write_text("MTT_LABELS = ['one']")
    write_checkpoint(tmp_path / "MSD_musicnn", {})
    with pytest.raises(ValueError, match=r"which holds \['MSD_musicnn'\]"):
        MusiCNN.pretrained(folder=tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install --no-deps musicnn==0.1.0"):
        MusiCNN.pretrained()


def test_a_larger_network_is_read_from_a_folder(tmp_path):
    """The source of the package has a bigger one, whose widths are those of its weights."""
    made = MusiCNN(96, None, 2, n_filters=(3, 2, 5), n_units=6).eval()
    arrays = {}
    convolutions = [part for side in (made.timbral, made.temporal) for part in side.parts]
    for i, part in enumerate([*convolutions, made.cnn1, made.cnn2, made.cnn3]):
        kernel = part.conv.weight.detach().numpy()
        order = (3, 2, 1, 0) if kernel.ndim == 4 else (2, 1, 0)
        kernel = kernel.transpose(order)
        name = f"conv2d_{i}" if i else "conv2d"
        arrays[f"{name}/kernel"] = kernel if kernel.ndim == 4 else kernel[:, :, None]
        arrays[f"{name}/bias"] = part.conv.bias.detach().numpy()
    dense = {"dense": made.penultimate[2], "dense_1": made.final_layer}
    for name, layer in dense.items():
        arrays[f"{name}/kernel"] = layer.weight.detach().numpy().T
        arrays[f"{name}/bias"] = layer.bias.detach().numpy()
    norms = [made.normalization, *(part.normalization for part in convolutions)]
    norms += [layer.normalization for layer in (made.cnn1, made.cnn2, made.cnn3)]
    norms += [made.penultimate[0], made.penultimate[4]]
    for i, norm in enumerate(norms):
        name = f"batch_normalization_{i}" if i else "batch_normalization"
        n = norm.num_features
        for key, value in (("gamma", 1), ("beta", 0.5), ("moving_mean", 0.1), ("moving_variance", 2)):
            arrays[f"{name}/{key}"] = np.full(n, value, "f4")
    write_checkpoint(
        tmp_path / "MSD_musicnn_big", {key: np.ascontiguousarray(x) for key, x in arrays.items()}
    )
    (tmp_path / "configuration.py").write_text("import os\nMSD_LABELS = ['rock',\n 'pop']")
    read = MusiCNN.pretrained("MSD_musicnn_big", folder=tmp_path)
    assert read.tags == ("rock", "pop")
    for norm in norms:
        norm.load_state_dict(
            {
                "weight": torch.ones(norm.num_features),
                "bias": torch.full((norm.num_features,), 0.5),
                "running_mean": torch.full((norm.num_features,), 0.1),
                "running_var": torch.full((norm.num_features,), 2.0),
                "num_batches_tracked": torch.tensor(0),
            }
        )
    with torch.no_grad():
        torch.testing.assert_close(read(frames()), made(frames()))


def test_what_is_too_small_is_an_error():
    with pytest.raises(ValueError, match="n_bins=2 must be at least 3"):
        MusiCNN(2, None, 4)
    with pytest.raises(ValueError, match="n_frames=20 must be large enough"):
        VGGTagger(96, 20, 4)


def test_the_network_learns_from_frames_of_any_length():
    network = MusiCNN(12, None, 3, n_filters=(2, 1, 2), n_units=4)
    for n in (1, 5, 200):
        assert network(torch.rand(2, 12, n)).shape == (2, 3)
    network(torch.rand(2, 12, 40)).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())
