"""skmir.save and skmir.load: what they write, replace, trust and refuse."""

import gzip
import io
import json
import os
import pickle
import stat
import sys
import types
import warnings
import zipfile

import joblib
import numpy as np
import pytest
import torch
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from skorch.callbacks import Callback

import skmir
from skmir import _saving
from skmir.augmentation import Gain
from skmir.dsp import power_to_db
from skmir.modules import SingleLayerCNN
from skmir.neural_network import CNNClassifier, MLPClassifier, TrainingRecipe
from skmir.preprocessing import FramePooler, FrameScaler

ways = pytest.importorskip("saving_ways")


@pytest.fixture
def model(rng):
    return make_pipeline(FrameScaler(log=False), FramePooler()).fit(rng.rand(6, 4, 5))


def as_it_is(X):
    return X


class TestSave:
    @pytest.mark.parametrize("kind", [str, lambda path: path], ids=["str", "PathLike"])
    def test_takes_names_and_paths_and_returns_nothing(self, model, tmp_path, kind):
        path = kind(tmp_path / "model.skops")
        assert skmir.save(model, path) is None
        assert repr(skmir.load(path)) == repr(model)
        assert os.listdir(tmp_path) == ["model.skops"]

    def test_replaces_a_file_and_keeps_who_may_read_it(self, model, tmp_path):
        path = tmp_path / "model.skops"
        path.write_bytes(b"what was there")
        path.chmod(0o640)
        skmir.save(model, path)
        assert repr(skmir.load(path)) == repr(model)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def test_a_new_file_is_as_readable_as_any(self, model, tmp_path):
        (tmp_path / "other").write_bytes(b"")
        skmir.save(model, tmp_path / "model")
        assert (tmp_path / "model").stat().st_mode == (tmp_path / "other").stat().st_mode

    def test_a_link_stays_a_link(self, model, tmp_path):
        (tmp_path / "link").symlink_to(tmp_path / "model")
        skmir.save(model, tmp_path / "link")
        assert (tmp_path / "link").is_symlink() and (tmp_path / "model").is_file()
        assert repr(skmir.load(tmp_path / "link")) == repr(model)

    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
    def test_an_interrupted_save_leaves_the_old_file(self, model, tmp_path, monkeypatch, error):
        path = tmp_path / "model.skops"
        skmir.save(model, path)
        before = path.read_bytes()

        with monkeypatch.context() as patch:
            patch.setattr(
                skmir._persistence, "_copy", lambda saved, file, schema: write_and_stop_in(file, error)
            )
            with pytest.raises(type(error)):
                skmir.save(FrameScaler(), path)
        assert path.read_bytes() == before
        assert os.listdir(tmp_path) == ["model.skops"]

    def test_refuses_what_is_no_place_for_a_file(self, model, tmp_path):
        with pytest.raises(IsADirectoryError, match=r"is a folder. Name a file in it, such as 'model.skops'"):
            skmir.save(model, tmp_path)
        with pytest.raises(FileNotFoundError, match=r"be in an existing folder: create .*missing' first"):
            skmir.save(model, tmp_path / "missing" / "model.skops")
        with pytest.raises(
            TypeError, match=r"path must be a str or PathLike, got Pipeline: save\(model, path\)"
        ):
            skmir.save(str(tmp_path / "model.skops"), model)
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ValueError, match=r"must be an ordinary file, got a device, pipe or socket"):
            skmir.save(model, tmp_path / "pipe")

    def test_refuses_a_class(self, tmp_path):
        with pytest.raises(TypeError, match=r"got the class FrameScaler. Pass an instance"):
            skmir.save(FrameScaler, tmp_path / "model.skops")
        assert not os.listdir(tmp_path)

    def test_what_a_step_of_scikit_learn_holds_is_looked_at_as_well(self, tmp_path):
        steps = make_pipeline(FrameScaler(), FunctionTransformer(lambda X: X))
        with pytest.raises(
            TypeError, match=r"FunctionTransformer contains .*<lambda>, which cannot be saved by name"
        ):
            skmir.save(steps, tmp_path / "model.skops")
        assert not os.listdir(tmp_path)

    def test_an_instance_of_a_class_inside_a_function_is_refused(self, tmp_path):
        class Inner(Callback):
            pass

        network = MLPClassifier(net_params={"callbacks": [Inner()]})
        with pytest.raises(TypeError, match=r"MLPClassifier contains .*Inner, which cannot be saved by name"):
            skmir.save(network, tmp_path / "model.skops")

    def test_a_name_that_leads_to_something_else_is_refused(self, tmp_path):
        other = types.FunctionType(as_it_is.__code__, globals(), "as_it_is")
        skmir.save(FunctionTransformer(as_it_is), tmp_path / "model.skops")
        with pytest.raises(
            TypeError, match=r"FunctionTransformer contains .*as_it_is, which cannot be saved by name"
        ):
            skmir.save(FunctionTransformer(other), tmp_path / "model.skops")

    def test_names_public_paths(self):
        network = CNNClassifier(
            architecture=SingleLayerCNN, augmentation=[Gain(3.0)], recipe=TrainingRecipe("sgd")
        )
        saved = ways.saved_bytes(make_pipeline(FunctionTransformer(power_to_db), network))
        assert {name for name in ways.names_in(saved) if name.startswith("skmir.")} == {
            "skmir.augmentation.Gain",
            "skmir.dsp.power_to_db",
            "skmir.modules.SingleLayerCNN",
            "skmir.neural_network.CNNClassifier",
            "skmir.neural_network.TrainingRecipe",
        }

    def test_leaves_the_names_of_a_users_own_subclass(self, tmp_path):
        own = ways.saved_bytes(OwnScaler())
        assert f"{__name__}.OwnScaler" in ways.names_in(own)
        assert type(ways.load_bytes(own, OwnScaler)) is OwnScaler

    def test_skops_reads_the_file(self, model, rng):
        X = rng.rand(6, 4, 5)
        loaded = ways.skops.io.loads(ways.saved_bytes(model), trusted=skmir.trusted_types)
        np.testing.assert_array_equal(loaded.transform(X), model.transform(X))


def write_and_stop_in(file, error):
    file.write(b"half")
    raise error


class OwnScaler(FrameScaler):
    """A user's own class."""


class TestCard:
    def test_comes_back_beside_the_model(self, model, tmp_path):
        path, card = tmp_path / "model.skops", {"é": [1, 2.5, None, True], "of": {"a|b": "ü\n"}}
        skmir.save(model, path, card=card)
        assert skmir.load_card(path) == card
        assert repr(skmir.load(path)) == repr(model)
        skmir.save(model, path)
        assert skmir.load_card(path) is None

    @pytest.mark.parametrize(
        ("card", "error", "words"),
        [
            ("good", TypeError, "card must be a dict or None, got str"),
            ({"mean": np.float32(1)}, TypeError, "card must hold str, finite numbers.*float32"),
            ({"mean": float("nan")}, ValueError, "card must hold str, finite numbers"),
            ({"counts": [{1: "a"}]}, TypeError, "Keys of card must be str, got 1"),
        ],
    )
    def test_a_wrong_card_leaves_the_old_file(self, model, tmp_path, card, error, words):
        path = tmp_path / "model.skops"
        path.write_bytes(b"before")
        with pytest.raises(error, match=words):
            skmir.save(model, path, card=card)
        assert path.read_bytes() == b"before"

    def test_of_a_file_that_holds_no_model(self, tmp_path):
        path = tmp_path / "model.skops"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("card.json", "{}")
        with pytest.raises(ValueError, match="got a zip file without schema"):
            skmir.load_card(path)


class TestLoad:
    @pytest.mark.parametrize("kind", [str, lambda path: path], ids=["str", "PathLike"])
    def test_refuses_what_is_not_there(self, tmp_path, kind):
        with pytest.raises(FileNotFoundError, match=r"model.skops' does not exist: there is no file '/"):
            skmir.load(kind(tmp_path / "model.skops"))
        with pytest.raises(IsADirectoryError, match=r"is a folder. Name the file in it"):
            skmir.load(kind(tmp_path))

    def test_refuses_what_is_no_path(self):
        with pytest.raises(TypeError, match=r"path must be a str or PathLike, got bytes"):
            skmir.load(b"model.skops")

    def test_refuses_files_of_other_kinds(self, model, tmp_path):
        path = tmp_path / "model"
        path.write_bytes(pickle.dumps(model))
        with pytest.raises(
            ValueError, match=r"by skmir.save, got a pickle. If you trust the person who made it, .* joblib"
        ):
            skmir.load(path)
        joblib.dump(model, path)
        with pytest.raises(ValueError, match=r"must be a file by skmir.save, got a pickle"):
            skmir.load(path)
        torch.save({}, path)
        with pytest.raises(ValueError, match=r"got a zip file without schema.json"):
            skmir.load(path)
        for content in (b"", b"RIFF", gzip.compress(b"x")):
            path.write_bytes(content)
            with pytest.raises(ValueError, match=r"by skmir.save, got another kind of file"):
                skmir.load(path)

    @pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
    def test_says_that_a_file_was_cut_off(self, model, tmp_path, share):
        saved = ways.saved_bytes(model)
        (tmp_path / "model").write_bytes(saved[: int(share * len(saved))])
        with pytest.raises(
            ValueError, match=r"model' is damaged \(.*\): it was cut off or altered. Copy it again"
        ):
            skmir.load(tmp_path / "model")

    def test_says_that_a_file_was_altered(self, model, tmp_path):
        saved = bytearray(ways.saved_bytes(model))
        position = saved.index(b"NUMPY") + 140  # in the first array
        saved[position] ^= 255
        (tmp_path / "model").write_bytes(saved)
        with pytest.raises(ValueError, match=r"model' is damaged \(Bad CRC-32"):
            skmir.load(tmp_path / "model")

    @pytest.mark.parametrize("trusted", ["my_package.MyNetwork", True, None, 3])
    def test_says_what_trusted_must_be(self, model, tmp_path, trusted):
        skmir.save(model, tmp_path / "model")
        with pytest.raises(TypeError, match=r"trusted must be a list of names or classes"):
            skmir.load(tmp_path / "model", trusted=trusted)
        with pytest.raises(TypeError, match=r"trusted must hold names, classes or functions, got 3"):
            skmir.load(tmp_path / "model", trusted=[3])

    @pytest.mark.parametrize("item", [power_to_db, "skmir.dsp.power_to_db"])
    def test_a_function_is_for_the_user_to_trust(self, item):
        saved = ways.saved_bytes(FunctionTransformer(power_to_db))
        with pytest.raises(TypeError, match=r"not trusted: \['skmir.dsp.power_to_db'\]"):
            ways.load_bytes(saved)
        assert ways.load_bytes(saved, item).func is power_to_db

    def test_nothing_is_imported_for_a_type_that_is_not_trusted(self, tmp_path, monkeypatch):
        (tmp_path / "hostile.py").write_text("raise SystemExit")
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(TypeError, match=r"not trusted: \['hostile.Scaler'\]"):
            ways.load_bytes(renamed(ways.saved_bytes(FrameScaler()), "hostile", "Scaler"))

    def test_a_class_that_is_not_installed_is_named(self, tmp_path, monkeypatch):
        (tmp_path / "elsewhere.py").write_text("")
        monkeypatch.syspath_prepend(tmp_path)
        for module in ("elsewhere", "skmir_nowhere"):
            saved = renamed(ways.saved_bytes(FrameScaler()), module, "Scaler")
            with pytest.raises(
                ImportError, match=rf"contains \['{module}.Scaler'\], which cannot be found here"
            ):
                ways.load_bytes(saved, f"{module}.Scaler")
        sys.modules.pop("elsewhere", None)

    def test_another_error_of_a_class_is_not_taken_for_a_missing_one(self, monkeypatch):
        saved = ways.saved_bytes(FrameScaler())
        monkeypatch.setattr(FrameScaler, "__setstate__", lambda self, state: state.nothing)
        with pytest.raises(AttributeError, match=r"no attribute 'nothing'"):
            ways.load_bytes(saved)

    def test_the_warning_of_another_version_points_at_the_line_that_loads(self, monkeypatch, tmp_path):
        with monkeypatch.context() as patch:
            patch.setattr(_saving, "version_of", lambda name: "0.0.1")
            skmir.save(FrameScaler(), tmp_path / "model")
        with pytest.warns(InconsistentVersionWarning, match=r"version 0.0.1 of skmir") as caught:
            skmir.load(tmp_path / "model")
        assert [warning.filename for warning in caught] == [__file__]
        with warnings.catch_warnings():
            warnings.simplefilter("error", InconsistentVersionWarning)
            with pytest.raises(InconsistentVersionWarning, match=r"may fail, or predict differently"):
                skmir.load(tmp_path / "model")

    def test_files_by_skops_serve_as_well(self, model, rng):
        X = rng.rand(6, 4, 5)
        loaded = ways.load_bytes(ways.skops_bytes(model))
        np.testing.assert_array_equal(loaded.transform(X), model.transform(X))

    def test_files_of_before_private_files_moved_are_read_by_public_name(self):
        for module, kind in (("_recipe", TrainingRecipe), ("_cnn_regressor.deep", CNNClassifier)):
            saved = renamed(ways.saved_bytes(kind()), f"skmir.neural_network.{module}", kind.__name__)
            assert type(ways.load_bytes(saved)) is kind
        saved = renamed(ways.saved_bytes(FrameScaler()), "skmir.neural_network._base", "BaseNetwork")
        with pytest.raises(TypeError, match=r"not trusted: \['skmir.neural_network._base.BaseNetwork'\]"):
            ways.load_bytes(saved)  # it is not public


def renamed(saved, module, name):
    """Return the bytes of a file with another name of the model's class."""
    schema = {**ways.schema(saved), "__module__": module, "__class__": name}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, json.dumps(schema) if part == "schema.json" else old.read(part))
    return out.getvalue()


def test_without_skops_both_say_what_to_install(model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops", None)
    with pytest.raises(ImportError, match=r"skmir.save needs skops .* pip install skops"):
        skmir.save(model, tmp_path / "model")
    with pytest.raises(ImportError, match=r"skmir.load needs skops .* pip install skops"):
        skmir.load(tmp_path / "model")
