"""Parameters out of range are refused in fit; the error gives name, value and allowed values."""

import numpy as np
import pytest

from skmir.neural_network import RBM, TrainingRecipe

EVERY = [
    ({"max_iter": 0}, ValueError, "max_iter=0 must be an integer >= 1"),
    ({"max_iter": 2.5}, TypeError, "max_iter=2.5 must be an integer"),
    ({"n_iter_no_change": 0}, ValueError, "n_iter_no_change=0"),
    ({"recipe": TrainingRecipe(n_threads=0)}, ValueError, "n_threads=0"),
    ({"n_frames": 0}, ValueError, "n_frames=0 must be an integer >= 1 or None"),
    ({"n_frames": "128"}, TypeError, "n_frames='128'"),
    ({"batch_size": 1}, ValueError, "batch_size=1 must be an integer >= 2"),
    ({"batch_size": True}, TypeError, "batch_size=True"),
    ({"learning_rate_init": 0}, ValueError, "learning_rate_init=0 must be a number > 0"),
    ({"learning_rate_init": np.nan}, ValueError, "learning_rate_init=nan"),
    ({"weight_decay": -1e-9}, ValueError, "weight_decay=-1e-09"),
    ({"dropout": 1}, ValueError, "dropout=1 must be"),
    ({"dropout": -0.1}, ValueError, "dropout=-0.1"),
    ({"dropout": None}, TypeError, "dropout=None"),
    ({"early_stopping": True, "validation_fraction": 0}, ValueError, "validation_fraction=0 must be"),
    ({"early_stopping": True, "validation_fraction": 1.0}, ValueError, "validation_fraction=1.0"),
    ({"class_weight": "even"}, ValueError, "class_weight"),
    ({"device": "gpu"}, ValueError, "device='gpu' must be 'auto' or a torch device"),
    ({"random_state": "zero"}, ValueError, "'zero' cannot be used to seed"),
    ({"net_params": ["callbacks"]}, TypeError, r"net_params=\['callbacks'\] must be a dict or None"),
]

SOME = [
    (
        "mlp",
        {"class_weight": "balance"},
        ValueError,
        r"class_weight='balance' is not one of \['balanced'\], nor a dict",
    ),
    ("mlp", {"activation": "gelu"}, ValueError, "activation='gelu' is not one of .*relu"),
    ("mlp", {"hidden_layer_sizes": (8, 0)}, ValueError, "hidden_layer_sizes=0 must be an integer >= 1"),
    ("mlp", {"hidden_layer_sizes": 8.5}, TypeError, "hidden_layer_sizes=8.5"),
    ("mlp", {"hidden_layer_sizes": None}, TypeError, "hidden_layer_sizes=None"),
    ("cnn", {"architecture": "vgg"}, ValueError, r"architecture='vgg' is not one of .*k2c2"),
    ("cnn", {"n_filters": (8, 0)}, ValueError, "n_filters=0 must be an integer >= 1"),
    ("cnn", {"n_filters": (8, 4.5)}, TypeError, "n_filters=4.5"),
    ("cnn", {"n_filters": ()}, ValueError, r"n_filters=\(\) .*one layer"),
    ("crnn", {"n_filters": (8, -1)}, ValueError, "n_filters=-1"),
    ("crnn", {"n_filters": ()}, ValueError, r"n_filters=\(\) .*one layer"),
    ("crnn", {"hidden_size": 0}, ValueError, "hidden_size=0"),
    ("dbn", {"hidden_layer_sizes": (0,)}, ValueError, "hidden_layer_sizes=0"),
    ("dbn", {"pretraining": "pca"}, ValueError, "pretraining='pca' is not one of"),
    ("dbn", {"pretraining": RBM(n_iter=0)}, ValueError, "n_iter=0"),
]


@pytest.mark.parametrize(
    ("params", "error", "message"), EVERY, ids=lambda p: str(p) if isinstance(p, dict) else ""
)
def test_parameters_that_every_network_refuses(each_network, frames, params, error, message):
    model = each_network(**params)  # the constructor takes anything
    with pytest.raises(error, match=message):
        model.fit(*frames)


@pytest.mark.parametrize(("name", "params", "error", "message"), SOME)
def test_parameters_that_one_network_refuses(network, frames, name, params, error, message):
    with pytest.raises(error, match=message):
        network(name, **params).fit(*frames)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("mlp", {"hidden_layer_sizes": 8}),
        ("mlp", {"hidden_layer_sizes": ()}),
        ("mlp", {"hidden_layer_sizes": np.array([8, 4])}),
        ("mlp", {"max_iter": np.int64(2), "batch_size": np.int32(4), "learning_rate_init": np.float32(0.01)}),
        ("cnn", {"n_filters": [4], "architecture": "k2c2"}),
        ("cnn", {"n_filters": 4, "architecture": "k2c2"}),
        ("cnn", {"n_filters": np.array([4, 4, 4, 4])}),
        ("crnn", {"n_filters": np.array([4, 4]), "hidden_size": np.int64(4)}),
        ("dbn", {"hidden_layer_sizes": 8}),
        ("dbn", {"hidden_layer_sizes": (8, 8, 8), "dropout": 0.2}),
    ],
)
def test_parameters_are_taken_in_other_forms(network, frames, name, params):
    """Searches give numpy's numbers; a single number is a single layer, as in scikit-learn."""
    assert network(name, **params).fit(*frames).predict(frames[0]).shape == (24,)


def test_a_validation_fraction_that_nobody_asks_for_does_not_matter(network, frames):
    ignored, default = (network("mlp", **params).fit(*frames) for params in ({"validation_fraction": 7}, {}))
    np.testing.assert_array_equal(ignored.predict_proba(frames[0]), default.predict_proba(frames[0]))
