"""A fitted network is plain arrays, strings and numbers, and comes back bit for bit."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skmir.compose import FrameClassifier, FrameTransformer
from skmir.neural_network import RBM
from skmir.preprocessing import FramePooler, FrameScaler

PLAIN = (str, int, float, bool, type(None), np.generic)


def assert_plain(value, path="state"):
    """Walk a state: arrays of numbers or strings, and containers of plain things."""
    if isinstance(value, dict):
        for key, item in value.items():
            assert isinstance(key, str), path
            assert_plain(item, f"{path}[{key!r}]")
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            assert_plain(item, f"{path}[{i}]")
    elif isinstance(value, np.ndarray):
        assert value.dtype.kind in "biufU", f"{path} is an array of {value.dtype}"
    else:
        assert type(value) in PLAIN or isinstance(value, np.generic), f"{path} is a {type(value)}"


def round_trip(model):
    return pickle.loads(pickle.dumps(model))


@pytest.mark.parametrize("bring_back", [round_trip, copy.deepcopy], ids=["pickle", "deepcopy"])
def test_a_fitted_network_comes_back(each_network, ragged, bring_back):
    X, y = ragged
    model = each_network(early_stopping=True, validation_fraction=0.3).fit(X, y)
    loaded = bring_back(model)
    assert loaded is not model and loaded.module_ is not model.module_
    assert not loaded.module_.training and not model.module_.training
    for method in ("predict_proba", "decision_function", "predict"):
        np.testing.assert_array_equal(getattr(loaded, method)(X), getattr(model, method)(X))
    assert repr(loaded) == repr(model)
    assert loaded.n_iter_ == model.n_iter_
    assert loaded.n_parameters_ == model.n_parameters_
    assert loaded.history_.keys() == model.history_.keys()
    for name, column in model.history_.items():
        np.testing.assert_array_equal(loaded.history_[name], column)
        assert loaded.history_[name].dtype == column.dtype


def test_twice_is_as_good_as_once(network, frames):
    X, y = frames
    model = network("crnn").fit(X, y)
    np.testing.assert_array_equal(round_trip(round_trip(model)).predict_proba(X), model.predict_proba(X))


def test_a_network_that_came_back_has_no_optimiser_until_somebody_asks_for_it(network, frames):
    model = network("mlp", learning_rate_init=0.02).fit(*frames)
    loaded = round_trip(model)
    loaded.predict(frames[0])
    assert "optimizer_" not in vars(loaded.net_) and "optimizer_" not in vars(copy.deepcopy(loaded.net_))
    loaded.net_.set_params(lr=0.01)
    assert type(loaded.net_.optimizer_) is type(model.net_.optimizer_)
    assert loaded.net_.optimizer_.param_groups[0]["lr"] == 0.01
    assert loaded.net_.optimizer_ is vars(loaded.net_)["optimizer_"]
    loaded.net_.set_params(lr=0.03)
    assert loaded.net_.optimizer_.param_groups[0]["lr"] == 0.03
    with pytest.raises(AttributeError, match="has no attribute 'optimiser_'"):
        _ = loaded.net_.optimiser_


def test_a_network_that_came_back_can_be_fitted_again(each_network, frames):
    X, y = frames
    model = each_network().fit(X, y)
    expected = model.predict_proba(X)
    np.testing.assert_array_equal(round_trip(model).fit(X, y).predict_proba(X), expected)


def test_an_unfitted_network_comes_back(each_network, frames):
    model = round_trip(each_network())
    assert not hasattr(model, "net_")
    assert model.fit(*frames).predict(frames[0]).shape == (24,)


def test_the_state_is_plain(each_network, frames):
    X, y = frames
    for labels in (y, (y == "drum").astype(int), np.eye(3, dtype=int)[np.arange(24) % 3]):
        model = each_network(early_stopping=True).fit(X, labels)
        state = model.__getstate__()
        learned = {name: value for name, value in state.items() if name not in model.get_params(deep=False)}
        assert_plain(learned)
        assert "_module_state" in learned and "net_" not in learned


def test_the_state_shares_no_memory_with_the_network(each_network, frames):
    X, y = frames
    model = each_network().fit(X, y)
    expected = model.predict_proba(X)
    for array in model.__getstate__()["_module_state"].values():
        array[...] = 0
    np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_history_is_small(network, frames):
    model = network("mlp", max_iter=50).fit(*frames)
    history = model.__getstate__()["_net_history"]
    assert len(pickle.dumps(history)) < 50 * 4 * 8 + 1000


CHANGES = {
    "mlp": {"hidden_layer_sizes": (3, 3), "activation": "tanh"},
    "cnn": {"n_filters": (9,)},
    "crnn": {"n_filters": (9,), "hidden_size": 9},
    "dbn": {"hidden_layer_sizes": (3,), "pretraining": None},
}


@pytest.mark.parametrize("name", CHANGES)
def test_parameters_changed_after_fit_do_not_change_what_is_saved(network, frames, name):
    X, y = frames
    model = network(name).fit(X, y)
    expected = model.predict_proba(X)
    model.set_params(n_frames=3, **CHANGES[name])
    np.testing.assert_array_equal(model.predict_proba(X), expected)
    np.testing.assert_array_equal(round_trip(model).predict_proba(X), expected)


def test_a_change_of_the_callers_list_does_not_change_what_is_saved(network, frames):
    X, y = frames
    sizes = [8, 8]
    model = network("mlp", hidden_layer_sizes=sizes).fit(X, y)
    expected = model.predict_proba(X)
    sizes.append(5)
    np.testing.assert_array_equal(round_trip(model).predict_proba(X), expected)


def test_a_clone_is_not_fitted(each_network, frames):
    assert not hasattr(clone(each_network().fit(*frames)), "net_")


@pytest.fixture
def pipelines(network):
    return {
        "cnn": make_pipeline(FrameScaler(), network("cnn", early_stopping=True)),
        "dbn on frames": make_pipeline(FrameScaler(), FrameClassifier(network("dbn"), width=2)),
        "crnn": make_pipeline(FrameScaler(), network("crnn", n_filters=[4, 4])),
        "mlp": make_pipeline(FrameScaler(log=False), FramePooler(), network("mlp")),
        "rbm": make_pipeline(
            FrameScaler(),
            FrameTransformer(RBM(4, n_iter=2, device="cpu", random_state=0)),
            FramePooler(),
            network("mlp"),
        ),
    }


@pytest.mark.parametrize("name", ["cnn", "dbn on frames", "crnn", "mlp", "rbm"])
def test_skops_asks_to_trust_nothing_but_skmir(pipelines, frames, name):
    io = pytest.importorskip("skops.io")
    X, y = np.abs(frames[0]), frames[1]
    model = pipelines[name].fit(X, y)
    saved = io.dumps(model)
    untrusted = io.get_untrusted_types(data=saved)
    assert untrusted and all(name.startswith("skmir.") for name in untrusted), untrusted
    loaded = io.loads(saved, trusted=untrusted)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(loaded.fit(X, y).predict_proba(X), clone(model).fit(X, y).predict_proba(X))
