"""The ways to keep a model, and what a kept model is held to."""

import io
import json
import pathlib
import pickle
import tempfile
import zipfile

import joblib
import numpy as np
import skops.io

import skmir


def through_pickle(model):
    """Return a model as pickle brings it back."""
    return pickle.loads(pickle.dumps(model))


def through_joblib(model):
    """Return a model as joblib brings it back."""
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


def saved_bytes(model):
    """Return the bytes of the file that skmir.save writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.skops"
        skmir.save(model, path)
        return path.read_bytes()


def skops_bytes(model):
    """Return the bytes of the file that skops itself writes."""
    return skops.io.dumps(model)


def load_bytes(saved, *more):
    """Return a model from the bytes of a file, trusting this library's types and what is named."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.skops"
        path.write_bytes(saved)
        return skmir.load(path, trusted=more)


def through_file(model):
    """Return a model as skmir.load brings it back from a file by skmir.save."""
    return load_bytes(saved_bytes(model))


def schema(saved):
    """Return the part of a file by skmir.save that names classes."""
    with zipfile.ZipFile(io.BytesIO(saved)) as file:
        return json.loads(file.read("schema.json"))


def names_in(saved):
    """Return the dotted names of all classes and functions in the bytes of a file by skmir.save."""
    names, waiting = set(), [schema(saved)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("__module__"), str) and isinstance(value.get("__class__"), str):
                names.add(f"{value['__module__']}.{value['__class__']}")
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return names


WAYS = {"save": through_file, "pickle": through_pickle, "joblib": through_joblib}
SAVE_LOAD = {"save": (saved_bytes, load_bytes), "pickle": (pickle.dumps, pickle.loads)}


def results(model, X):
    """Return what a fitted model says of clips, by each of its methods."""
    methods = ("predict", "predict_proba", "decision_function", "transform")
    return {name: getattr(model, name)(X) for name in methods if hasattr(model, name)}


def _arrays(value):
    """Return an array, or those of each clip, or of each part of each clip's pair."""
    if not isinstance(value, list):  # which numpy would make an array of
        return [value]
    return [part for clip in value for part in (clip if isinstance(clip, tuple) else [clip])]


def assert_same(found, expected):
    """Hold results to others, bit for bit."""
    assert found.keys() == expected.keys() and found
    for name, value in expected.items():
        assert type(found[name]) is type(value)
        for one, other in zip(*map(_arrays, (found[name], value)), strict=True):
            np.testing.assert_array_equal(one, other, err_msg=name)
            assert np.asarray(one).dtype == np.asarray(other).dtype
