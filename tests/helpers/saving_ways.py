"""The ways to keep a model, and what a kept model is held to."""

import io
import pickle

import joblib
import numpy as np
import skops.io

from skmir._trusted_types import trusted_types


def through_pickle(model):
    """Return a model as pickle brings it back."""
    return pickle.loads(pickle.dumps(model))


def through_joblib(model):
    """Return a model as joblib brings it back."""
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


def load_skops(saved, *more):
    """Return a model from skops' bytes, trusting this library's types and what is named."""
    return skops.io.loads(saved, trusted=[*trusted_types, *more])


def through_skops(model):
    """Return a model as skops brings it back."""
    return load_skops(skops.io.dumps(model))


WAYS = {"skops": through_skops, "pickle": through_pickle, "joblib": through_joblib}
SAVE_LOAD = {"skops": (skops.io.dumps, load_skops), "pickle": (pickle.dumps, pickle.loads)}


def results(model, X):
    """Return what a fitted model says of clips, by each of its methods."""
    methods = ("predict", "predict_proba", "decision_function", "transform")
    return {name: getattr(model, name)(X) for name in methods if hasattr(model, name)}


def assert_same(found, expected):
    """Hold results to others, bit for bit."""
    assert found.keys() == expected.keys() and found
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
        assert np.asarray(found[name]).dtype == np.asarray(value).dtype
