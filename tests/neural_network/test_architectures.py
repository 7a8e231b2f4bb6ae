"""Every architecture, cell and activation learns by heart, with any batch size, and its seed decides."""

import numpy as np
import pytest
from sklearn.base import clone
from skorch.callbacks import Callback
from torch import nn

from skmir.modules._mlp import ACTIVATIONS
from skmir.modules._rnn import CELLS
from skmir.neural_network import (
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    MLPClassifier,
    RNNClassifier,
    TrainingRecipe,
)
from skmir.neural_network._cnn import ARCHITECTURES


class OwnNetwork(nn.Module):
    """A network of the user's own: a layer over frames, and their mean."""

    def __init__(self, n_bins, n_frames, n_outputs, n_filters=(32,), dropout=0.0):
        super().__init__()
        (width,) = n_filters
        self.layers = nn.Sequential(nn.Conv1d(n_bins, width, 3, padding=1), nn.ReLU(), nn.Dropout(dropout))
        self.final_layer = nn.Linear(width, n_outputs)

    def forward(self, x):
        return self.final_layer(self.layers(x).amax(2))


class SizedNetwork(OwnNetwork):
    """A network that declares how its widths grow."""

    @staticmethod
    def widths(scale):
        return {"n_filters": [max(int(scale), 1)]}


class BareNetwork(nn.Module):
    """A network that takes no options."""

    def __init__(self, n_bins, n_frames, n_outputs):
        super().__init__()
        self.layer = nn.Linear(n_bins * n_frames, n_outputs)

    def forward(self, x):
        return self.layer(x.flatten(1))


class Known(Callback):
    """Ends the training once there has been nothing to learn for a number of epochs."""

    def on_epoch_end(self, net, **kwargs):
        if len(net.history) > 16 and max(net.history[-16:, "train_loss"]) < 0.1:
            raise KeyboardInterrupt


class ReluCell(nn.RNN):
    """A cell of the user's own."""

    def __init__(self, *args, **params):
        super().__init__(*args, nonlinearity="relu", **params)


class Swish(nn.Module):
    """An activation of the user's own."""

    def forward(self, x):
        return x * x.sigmoid()


FILTERS = {
    "compact": (8, 8, 8),
    "k1c2": (8, 8, 16, 16),
    "k2c1": (8, 8, 16, 16, 16),
    "k2c2": (8, 16),
    "multi_scale": (32, 32),
    "pitch": (4, 8, 8),
    "temporal": (8, 8, 16, 16),
    "timbre_rhythm": (4, 8, 16, 16),
}
SIZES = {"pitch": ((219, 20), (222, 22))}  # it needs at least 219 bins and 20 frames
SMALL = {
    **{name: (CNNClassifier, {"architecture": name, "n_filters": FILTERS[name]}) for name in ARCHITECTURES},
    "long": (CNNClassifier, {"n_filters": (4, 8, 16, 16), "n_frames": None}),  # the part for rhythm as well
    "own": (CNNClassifier, {"architecture": OwnNetwork}),
    "bare": (CNNClassifier, {"architecture": BareNetwork}),
    "crnn": (CRNNClassifier, {"n_filters": (8, 8), "hidden_size": 12}),
    **{
        f"{cell}{'-both' * both}{'-stacked' * (depth - 1)}": (
            RNNClassifier,
            {"cell": cell, "bidirectional": both, "hidden_layer_sizes": (20,) * depth},
        )
        for cell in CELLS
        for both, depth in ((False, 1), (True, 1), (False, 2))
    },
    "own cell": (RNNClassifier, {"cell": ReluCell, "hidden_layer_sizes": (20,)}),
    **{
        name: (MLPClassifier, {"activation": name, "hidden_layer_sizes": (32,)})
        for name in (*ACTIVATIONS, Swish)
    },
}
SIZES["long"] = (6, 210), (8, 250)


BY_HEART = {
    "max_iter": 100,
    "batch_size": 10,
    "learning_rate_init": 0.006,
    "dropout": 0.0,
    "recipe": TrainingRecipe(learning_rate="constant", label_smoothing=0.0),
    "net_params": {"callbacks": [Known()]},
}


def make(name, **params):
    kind, small = SMALL[name]
    return kind(**{"max_iter": 2, "batch_size": 8, "device": "cpu", "random_state": 0, **small, **params})


def data(name, n_clips=20, *, other=False):
    """Return random clips with random labels, of the network's usual size or of another size."""
    size = SIZES.get(name, ((8, 12), (6, 15)))[other]
    return np.random.RandomState(other).randn(n_clips, *size).astype(np.float32), np.arange(n_clips) % 3


@pytest.mark.parametrize("name", SMALL)
def test_twenty_clips_with_random_labels_are_learned_by_heart(name):
    X, y = data(name)
    model = make(name, **BY_HEART).fit(X, y)
    assert model.score(X, y) == 1
    assert model.n_iter_ > 3  # it did not know before


@pytest.mark.parametrize("name", SMALL)
def test_a_refit_on_another_shape_is_a_first_fit(name):
    (X, y), (other, _) = data(name), data(name, other=True)
    model = make(name).fit(X, y)
    fresh = clone(model)
    assert not hasattr(fresh, "net_") and fresh.get_params().keys() == model.get_params().keys()
    expected = fresh.fit(other, y > 0).predict_proba(other)
    np.testing.assert_array_equal(model.fit(other, y > 0).predict_proba(other), expected)


@pytest.mark.parametrize("name", SMALL)
def test_the_batch_size_does_not_matter_in_prediction(name):
    X, y = data(name)
    model = make(name).fit(X, y)
    expected = model.decision_function(X)
    assert np.abs(expected[0] - expected[1]).max() > 1e-4  # there is something to tell apart
    for batch_size in (2, 7, 100):
        scores = model.set_params(batch_size=batch_size).decision_function(X)
        np.testing.assert_allclose(scores, expected, atol=1e-5)


@pytest.mark.parametrize("name", SMALL)
def test_the_seed_decides(name):
    X, y = data(name)
    dropout = 0.0 if name == "bare" else 0.2
    one, same, another = (
        make(name, random_state=seed, dropout=dropout).fit(X, y).decision_function(X) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - another).max() > 1e-4


@pytest.mark.parametrize(
    "recipe",
    [
        {"optimizer": "lbfgs"},
        {"init": "orthogonal"},
        {"init": "he_normal"},
        {"precision": "bf16"},
        {"l1_activation": 0.1, "max_norm": 1.0, "clip_grad_norm": 1.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", [*ARCHITECTURES, "crnn", "gru-stacked", "lstm-both", "relu"])
def test_the_recipe_suits_it(name, recipe):
    X, y = data(name, 6)
    params = {"weight_decay": 0.0, "learning_rate_init": 1e-3, "dropout": 0.0, "max_iter": 1}
    plain, model = (make(name, recipe=TrainingRecipe(**r), **params).fit(X, y) for r in ({}, recipe))
    scores = model.decision_function(X)
    assert np.isfinite(scores).all() and not np.array_equal(scores, plain.decision_function(X))


GROWING = {
    **{name: (CNNClassifier, {"architecture": name}) for name in ARCHITECTURES},
    "own": (CNNClassifier, {"architecture": SizedNetwork}),
    "crnn": (CRNNClassifier, {}),
}


@pytest.mark.parametrize(("n_parameters", "within"), [(20_000, 0.06), (100_000, 0.02)])
@pytest.mark.parametrize("name", GROWING)
def test_a_number_of_parameters_is_met(name, n_parameters, within):
    X, y = data(name, 4)
    kind, architecture = GROWING[name]
    model = kind(n_parameters=n_parameters, max_iter=1, device="cpu", **architecture).fit(X, y)
    assert model.n_parameters_ == pytest.approx(n_parameters, rel=within)
    assert model.n_parameters_ == sum(p.numel() for p in model.module_.parameters())


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        *(
            (name, {"n_filters": (8, 8, 8, 8)}, r"n_filters=\(8, 8, 8, 8\) both set the width")
            for name in GROWING
        ),
        ("crnn", {"hidden_size": 8}, "hidden_size=8 both set the width of the network. Leave one of them"),
        ("own", {"architecture": OwnNetwork}, r"which widths of OwnNetwork may grow.*widths\(scale\)"),
        *((name, {"n_parameters": 10}, "n_parameters=10 cannot be met: the narrowest") for name in GROWING),
        ("k2c2", {"n_parameters": 0}, "n_parameters=0 must be an integer >= 1"),
    ],
)
def test_a_number_of_parameters_that_cannot_be_met_is_refused(name, params, message):
    kind, architecture = GROWING[name]
    model = kind(**{"n_parameters": 5000, "device": "cpu", **architecture, **params})
    with pytest.raises(ValueError, match=message):
        model.fit(*data(name, 4))


@pytest.mark.parametrize("params", [{"n_filters": (7,)}, {"dropout": 0.9}, {"n_parameters": 500}])
@pytest.mark.parametrize("kind", [CNNClassifier, CNNRegressor])
def test_parameters_that_a_class_does_not_take_are_refused(kind, params):
    X, _ = data("bare")
    ((name, _),) = params.items()
    with pytest.raises(ValueError, match=f"{name}=.* BareNetwork (takes n_bins, n_frames|may grow)"):
        kind(BareNetwork, device="cpu", **params).fit(X, np.arange(len(X)) % 2)


def test_a_class_gets_the_parameters_that_it_takes_and_no_others():
    X, y = data("bare")
    plain, other = (make("bare", dropout=dropout).fit(X, y) for dropout in (0.3, 0.0))
    np.testing.assert_array_equal(plain.predict_proba(X), other.predict_proba(X))
    wide = make("own", n_filters=(5,), dropout=0.9).fit(X, y).module_
    assert wide.final_layer.in_features == 5 and wide.layers[2].p == 0.9


KINDS = {
    "three strings": np.array(["bass", "drum", "horn"])[np.arange(20) % 3],
    "5 and 7": np.where(np.arange(20) % 3, 5, 7),
    "bool": np.arange(20) % 2 == 0,
    "one class": np.full(20, "bass"),
    "tags, none for some": np.array([[0, 0], [1, 0], [1, 1], [0, 1]])[np.arange(20) % 4],
    "a tag on none, one on all": np.array([[0, 1, 1], [0, 1, 0]])[np.arange(20) % 2],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["k2c2", "gru", "maxout"])
def test_targets_of_every_kind_are_learned(name, kind):
    (X, _), y = data(name), KINDS[kind]
    model = make(name, **BY_HEART).fit(X, y)
    np.testing.assert_array_equal(model.predict(X), y)
    assert model.predict(X).dtype.kind == y.dtype.kind
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (20, y.shape[1] if y.ndim == 2 else len(set(y)))
    assert (model.decision_function(X).ndim == 1) == (y.ndim == 1 and len(set(y)) == 2)


LENGTHS = [12, 5, 40, 12, 31, 7, 12, 24, 25, 1, 12, 12]
RAGGED = [*ARCHITECTURES, "own", "crnn", "gru", "lstm-both", "tanh-stacked", "own cell", "maxout"]


def ragged(name):
    """Return clips of unequal length, which are longer for networks that need 20 frames."""
    rng = np.random.RandomState(5)
    n_bins, n_frames = data(name)[0].shape[1:]
    clips = [rng.randn(n_bins, -(-n * n_frames // 12)).astype(np.float32) for n in LENGTHS]
    return clips, np.arange(12) % 3


@pytest.mark.parametrize("name", RAGGED)
def test_clips_of_unequal_length_score_alone_as_in_a_list(name):
    X, y = ragged(name)
    model = make(name).fit(X, y)
    scores = model.decision_function(X)
    alone = np.concatenate([model.decision_function([x]) for x in X])
    np.testing.assert_allclose(scores, alone, atol=1e-5)
    X[2] = 9 - X[2]
    changed = model.decision_function(X)
    others = np.arange(12) != 2
    np.testing.assert_array_equal(changed[others], scores[others])
    assert np.abs(changed[2] - scores[2]).max() > 1e-3


@pytest.mark.parametrize("name", ["gru", "lstm-both", "own cell", "maxout"])
def test_without_batch_normalisation_clips_do_not_meet_in_training(name):
    """The content of a clip of weight zero does not matter."""
    X, y = ragged(name)
    weights = np.where(np.arange(12) == 2, 0.0, 1.0)
    first = make(name).fit(X, y, sample_weight=weights).decision_function(X[:2])
    X[2] = 9 - X[2]
    np.testing.assert_array_equal(make(name).fit(X, y, sample_weight=weights).decision_function(X[:2]), first)
    assert not np.array_equal(make(name).fit(X, y).decision_function(X[:2]), first)
