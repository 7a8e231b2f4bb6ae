"""A module class of the user's own: arguments of its constructor are parameters of the network."""

import functools
import inspect
import pickle
import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from small_networks import make, targets
from torch import nn

from skmir.modules import K2C2, Maxout
from skmir.neural_network import (
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
)
from skmir.preprocessing import FrameScaler


class Own(nn.Module):
    """Layers over the bins, as many as ``depth`` says."""

    def __init__(self, n_bins, n_frames, n_outputs, depth=1, width=4, n_filters=None):
        super().__init__()
        sizes = [n_bins, *[width] * depth]
        self.layers = nn.ModuleList(map(nn.Linear, sizes[:-1], sizes[1:]))
        self.final_layer = nn.Linear(width, n_outputs)

    @staticmethod
    def widths(scale):
        return {"width": max(int(scale), 1)}

    def forward(self, x):
        x = x.mean(2)
        for layer in self.layers:
            x = layer(x).relu()
        return self.final_layer(x)


class Needy(nn.Module):
    """Has an argument without a default."""

    def __init__(self, n_bins, n_frames, n_outputs, depth):
        super().__init__()
        self.final_layer = nn.Linear(n_bins, n_outputs)

    def forward(self, x):
        return self.final_layer(x.mean(2))


class Cell(nn.RNN):
    """A cell whose first two arguments have other names."""

    def __init__(self, n_in, n_units, batch_first, bidirectional, slope="tanh"):
        super().__init__(
            n_in, n_units, batch_first=batch_first, bidirectional=bidirectional, nonlinearity=slope
        )


NETWORKS = {
    CNNClassifier: ({"architecture": Own, "n_filters": None}, "depth", 1, 3),
    CNNRegressor: ({"architecture": Own, "n_filters": None}, "depth", 1, 3),
    MLPClassifier: ({"activation": nn.LeakyReLU}, "negative_slope", 0.01, 0.9),
    MLPRegressor: ({"activation": nn.LeakyReLU}, "negative_slope", 0.01, 0.9),
    RNNClassifier: ({"cell": nn.RNN}, "nonlinearity", "tanh", "relu"),
    RNNRegressor: ({"cell": nn.RNN}, "nonlinearity", "tanh", "relu"),
}
each = pytest.mark.parametrize("kind", NETWORKS, ids=lambda kind: kind.__name__)


def own(kind, **params):
    """Return a small network of a class of the user's own."""
    return make(kind, **{**NETWORKS[kind][0], **params})


def answers(model, X):
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


@pytest.fixture
def data(rng):
    return rng.randn(20, 6, 8).astype(np.float32), np.arange(20) % 2


@each
def test_an_argument_reaches_the_constructor(kind, data):
    X, y = data
    _, argument, default, other = NETWORKS[kind]
    name, y = f"module__{argument}", targets(kind, y)
    plain = answers(own(kind).fit(X, y), X)
    np.testing.assert_array_equal(answers(own(kind, **{name: default}).fit(X, y), X), plain)
    changed = own(kind, **{name: other}).fit(X, y)
    assert not np.allclose(answers(changed, X), plain)
    changed.set_params(**{name: default}).fit(X, y)
    np.testing.assert_array_equal(answers(changed, X), plain)


@each
def test_it_is_a_parameter_like_all_others(kind):
    _, argument, default, other = NETWORKS[kind]
    name = f"module__{argument}"
    model = own(kind, **{name: other})
    assert model.get_params()[name] == other
    assert set(model.get_params()) - set(kind().get_params()) == {name}
    assert set(kind().get_params()) == set(inspect.signature(kind).parameters)
    assert f"{name}={other!r}" in repr(model)
    assert name in model._repr_html_()
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert copy.set_params(**{name: default, "max_iter": 7}) is copy
    assert (copy.get_params()[name], copy.max_iter, model.get_params()[name]) == (default, 7, other)
    with pytest.raises(ValueError, match="Invalid parameter 'depth'"):
        model.set_params(depth=3)
    with pytest.raises(TypeError, match="depth"):
        kind(depth=3)


@each
def test_it_can_be_searched(kind, data):
    X, y = data
    _, argument, default, other = NETWORKS[kind]
    name = f"{kind.__name__.lower()}__module__{argument}"
    pipeline = make_pipeline(FrameScaler(), own(kind, max_iter=1))
    search = GridSearchCV(pipeline, {name: np.array([default, other])}, cv=2).fit(X, targets(kind, y))
    assert search.best_params_[name] in (default, other)
    assert search.best_estimator_[-1].get_params()[f"module__{argument}"] == search.best_params_[name]
    assert len(set(search.cv_results_[f"param_{name}"])) == 2


@each
def test_it_is_saved(kind, data):
    ways = pytest.importorskip("saving_ways")
    X, y = data
    _, argument, _, other = NETWORKS[kind]
    model = own(kind, **{f"module__{argument}": other}).fit(X, targets(kind, y))
    (module_class,) = (value for value in NETWORKS[kind][0].values() if value is not None)
    saved = ways.saved_bytes(model), pickle.dumps(model)
    model.set_params(**{f"module__{argument}": "changed"})
    for loaded in (ways.load_bytes(saved[0], module_class), pickle.loads(saved[1])):
        np.testing.assert_array_equal(answers(loaded, X), answers(model, X))
        assert loaded.get_params()[f"module__{argument}"] == other


def test_numbers_of_numpy_reach_the_constructor_as_pythons(data):
    model = own(CNNClassifier, module__depth=np.int64(2)).fit(*data)
    assert type(model._module_arguments["module_params"]["depth"]) is int
    assert len(model.module_.layers) == 2


def test_arguments_go_with_a_wanted_number_of_parameters(data):
    shallow, deep = (
        own(CNNClassifier, module__depth=depth, n_parameters=5000).fit(*data) for depth in (1, 4)
    )
    for model in (shallow, deep):
        assert abs(model.n_parameters_ - 5000) < 200
    assert shallow.module_.final_layer.in_features > deep.module_.final_layer.in_features


def test_a_network_of_this_library_may_be_passed_as_a_class(data):
    X, y = data
    named = make(CNNClassifier, architecture="k2c2").fit(X, y)
    pools = [[2, 2], [3, 4]]
    classes = make(CNNClassifier, architecture=K2C2, module__pools=pools).fit(X, y)
    assert classes.n_parameters_ == named.n_parameters_
    assert make(MLPClassifier, activation=Maxout).fit(X, y).n_parameters_ > 0


def test_a_cell_may_name_its_first_arguments_as_it_likes(data):
    model = make(RNNClassifier, cell=Cell, module__slope="relu").fit(*data)
    assert model.module_.recurrent_layers[0].nonlinearity == "relu"


@pytest.mark.parametrize(
    ("kind", "params", "message"),
    [
        (
            CNNClassifier,
            {"architecture": Own, "module__dept": 3},
            "module__dept=3 is not an argument of Own, which is passed as architecture. Own takes "
            "module__depth, module__width, module__n_filters.",
        ),
        (
            CNNRegressor,
            {"architecture": "k2c2", "module__depth": 3},
            "module__depth=3 needs a class passed as architecture, got the name architecture='k2c2'. Leave "
            "module__depth out, or pass a class. K2C2 takes module__n_filters, module__pools.",
        ),
        (
            MLPRegressor,
            {"activation": "tanh", "module__slope": 3},
            "module__slope=3 needs a class passed as activation, got the name activation='tanh'. Leave "
            "module__slope out, or pass a class. Tanh takes no such arguments.",
        ),
        (
            RNNClassifier,
            {"cell": "gru", "module__bias": False},
            "module__bias=False needs a class passed as cell, got the name cell='gru'.",
        ),
        (
            CNNClassifier,
            {"architecture": Own, "module__n_bins": 3},
            "module__n_bins=3 has no effect: n_bins follows from X.",
        ),
        (
            CNNClassifier,
            {"architecture": Own, "n_filters": (4,), "module__n_filters": 3},
            "module__n_filters=3 has no effect: n_filters of the network itself is set.",
        ),
        (
            CNNClassifier,
            {"architecture": Own, "n_parameters": 500, "module__width": 3},
            "module__width=3 has no effect: n_parameters of the network is set.",
        ),
        (
            MLPClassifier,
            {"activation": Maxout, "module__n_pieces": 3},
            "module__n_pieces=3 has no effect: a maxout unit takes the larger of two.",
        ),
        (
            RNNRegressor,
            {"cell": Cell, "module__n_units": 3},
            "module__n_units=3 has no effect: set hidden_layer_sizes of the network itself.",
        ),
        (
            CNNClassifier,
            {"architecture": Needy},
            "Needy, which is passed as architecture, needs depth. Pass module__depth=... to the network, or "
            "give the argument a default.",
        ),
    ],
)
def test_an_argument_that_cannot_be_passed_on_is_an_error_in_fit(kind, params, message, data):
    X, y = data
    model = make(kind, **{"n_filters": None, **params} if "architecture" in params else params)
    with pytest.raises(ValueError, match=re.escape(message)):
        model.fit(X, targets(kind, y))
    assert not hasattr(model, "net_")


@pytest.mark.parametrize(
    ("kind", "params", "message"),
    [
        (
            CNNClassifier,
            {"architecture": functools.partial(Own, depth=3)},
            "architecture must be a name or a class of torch.nn.Module, got a functools.partial. Pass the "
            "class, and arguments of its constructor beside it: CNNClassifier(architecture=Own, "
            "module__depth=3).",
        ),
        (
            CNNRegressor,
            {"architecture": Own(6, 8, 2)},
            "got an instance of Own. Pass the class, and arguments of its constructor beside it: "
            "CNNRegressor(architecture=Own, module__depth=..., module__width=..., module__n_filters=...).",
        ),
        (
            MLPClassifier,
            {"activation": nn.LeakyReLU(0.2)},
            "MLPClassifier(activation=LeakyReLU, module__negative_slope=..., module__inplace=...).",
        ),
        (RNNClassifier, {"cell": nn.GRU(4, 4)}, "RNNClassifier(cell=GRU)."),
    ],
)
def test_an_error_for_other_things_than_classes_says_what_to_pass(kind, params, message, data):
    model = make(kind, **{"n_filters": None, **params} if "architecture" in params else params)
    with pytest.raises(TypeError, match=re.escape(message)):
        model.fit(*data)


def test_networks_that_take_no_class_take_no_arguments_of_one():
    with pytest.raises(TypeError, match="module__depth"):
        CRNNClassifier(module__depth=3)
    with pytest.raises(ValueError, match="module"):
        CRNNClassifier().set_params(module__depth=3)


class Below(CNNClassifier):
    """A subclass with another default, and an additional parameter."""

    architecture: type = Own
    strength: float = 1.0


class Written(CNNClassifier):
    """A subclass with a handwritten ``__init__``."""

    def __init__(self, depth=1):
        super().__init__(Own, module__depth=depth, dropout=0.0, max_iter=2)
        self.depth = depth


def test_subclasses_take_arguments_as_their_base_does(data):
    assert Below(module__depth=2, max_iter=1).fit(*data).module_.layers[1] is not None
    assert clone(Below(module__depth=2)).get_params()["module__depth"] == 2
    assert len(Written(3).fit(*data).module_.layers) == 3
    with pytest.raises(TypeError, match="module__depth"):
        Written(module__depth=3)
