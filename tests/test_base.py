"""Classes that users derive from the public bases, in files and scripts of their own."""

import importlib
import inspect
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

import skmir
from skmir import base
from skmir._trusted_types import trusted_types
from skmir.feature_extraction import FeatureCache, MelSpectrogram
from skmir.model_selection import compare
from skmir.preprocessing import FramePooler

FRONT_END = """
import torch
from skmir.base import BaseFrontEnd

class Loudness(BaseFrontEnd):
    _prefix = "rms"
    power: float = 0.5

    def _n_bins(self):
        return 1

    def _span(self):
        return self.hop_length, f"hop_length={self.hop_length} samples", "a smaller hop_length"

    def _frames(self, y):
        blocks = y.split(self.hop_length, dim=-1)
        levels = [1.0 * block.square().mean(-1) ** self.power for block in blocks]
        return torch.stack(levels, dim=-1).unsqueeze(-2)
"""
STEP = """
from skmir.base import BaseFrameStep, positional

class Times(BaseFrameStep):
    factor: float = positional(default=1.0)

    def _check_parameters(self):
        pass

    def _apply(self, x):
        return self.factor * x * 1.0

    def _names(self, bins):
        return list(bins)
"""
SCRIPT = """
import sys
import numpy as np
from joblib.externals.loky import get_reusable_executor

class Squared(Loudness):
    power: float = 1.0

if __name__ == "__main__":
    X = np.random.RandomState(0).randn(2, 4096)
    for kind in (Loudness, Squared):
        front_end = kind(memory=sys.argv[1])
        front_end.transform(X)
        get_reusable_executor(max_workers=1).submit(front_end.transform, X).result()
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A function that writes a module of a user's own, and imports it as a new process does."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def load(text):
        (tmp_path / "own_classes.py").write_text(text)
        sys.modules.pop("own_classes", None)
        importlib.invalidate_caches()
        return importlib.import_module("own_classes")

    yield load
    sys.modules.pop("own_classes", None)


@pytest.fixture
def clips(rng):
    return rng.randn(24, 4096)


def n_entries(memory):
    return sorted(FeatureCache(memory).sizes()["n_entries"])


def test_every_name_of_base_is_one_of_its_home():
    classes = [getattr(base, name) for name in base.__all__ if inspect.isclass(getattr(base, name))]
    assert {kind.__name__ for kind in classes} == {
        "BaseAugmentation",
        "BaseFrameStep",
        "BaseFrontEnd",
        "BaseNetworkClassifier",
        "BaseNetworkRegressor",
        "DeclaredParameters",
        "StepModule",
        "WaveformAugmentation",
    }
    assert all(issubclass(kind, base.DeclaredParameters | torch.nn.Module) for kind in classes)
    assert base.WaveformAugmentation is skmir.augmentation.WaveformAugmentation


def test_a_saved_model_does_not_name_base_classes():
    assert not [name for name in trusted_types if ".Base" in name or "DeclaredParameters" in name]


@pytest.mark.parametrize("name", [name for name in base.__all__ if name[0] == "B"])
def test_a_method_that_is_missing_is_an_error_of_its_own(name, rng):
    kind = type("Incomplete", (getattr(base, name),), {})
    with pytest.raises(NotImplementedError, match="Incomplete must have a method _"):
        if "Augmentation" in name:
            kind().check()
        elif "FrontEnd" in name:
            kind().transform(rng.randn(2, 1000))
        else:
            kind().fit(rng.randn(8, 3), np.arange(8) % 2)


@pytest.mark.parametrize("name", ["BaseFrameStep", "BaseAugmentation", "WaveformAugmentation"])
def test_a_hand_written_init_serves_as_well(name):
    class Own(getattr(base, name)):
        def __init__(self, width=3, *, p=1.0):
            self.width = width
            self.p = p

    assert Own(5).get_params() == {"width": 5, "p": 1.0}


def test_a_front_end_of_ones_own_keeps_frames_until_it_changes(own, clips, tmp_path):
    memory = tmp_path / "memory"
    plain = own(FRONT_END).Loudness().transform(clips)
    for _ in range(2):
        assert_array_equal(own(FRONT_END).Loudness(memory=memory).transform(clips), plain)
    assert n_entries(memory) == [24]
    edited = own(FRONT_END.replace("1.0 *", "2.0 *")).Loudness(memory=memory)
    assert_array_equal(edited.transform(clips), 2 * plain)
    own(FRONT_END).Loudness(memory=memory, power=1.0).transform(clips)
    other_default = FRONT_END.replace("power: float = 0.5", "power: float = 1.0")
    own(other_default).Loudness(memory=memory).transform(clips)
    assert n_entries(memory) == [24, 24, 24, 24]


def front_end_before(step):
    return make_pipeline(MelSpectrogram(n_mels=4), step, FramePooler(), GaussianNB())


@pytest.mark.parametrize("kind", ["front end", "step"])
@pytest.mark.filterwarnings("ignore:There are only 3 folds", "ignore:.*the same on all folds")
def test_a_comparison_fits_a_class_of_ones_own_anew_only_when_it_changes(kind, own, clips, tmp_path):
    text = {"front end": FRONT_END, "step": STEP}[kind]

    def kept_after(text, **params):
        module = own(text)
        if kind == "front end":
            model = make_pipeline(module.Loudness(**params), FramePooler(), GaussianNB())
        else:
            model = front_end_before(module.Times(**params))
        y = np.arange(24) % 2
        compare({"own": model}, clips, y, groups=np.arange(24), cv=3, memory=tmp_path / "kept")
        return len([file for file in (tmp_path / "kept").rglob("*") if file.is_file()])

    first = kept_after(text)
    assert first > 0
    assert kept_after(text) == first
    edited = kept_after(text.replace("1.0", "2.0"))
    assert edited > first
    assert kept_after(text.replace("1.0", "2.0")) == edited
    name = "power" if kind == "front end" else "factor"
    assert kept_after(text, **{name: 3.0}) > edited


def test_a_front_end_of_a_script_has_one_key_in_all_processes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(FRONT_END + SCRIPT)
    root = pathlib.Path(skmir.__file__).parents[1]
    subprocess.run([sys.executable, script, tmp_path / "memory"], check=True, cwd=root)
    assert n_entries(tmp_path / "memory") == [2, 2]
