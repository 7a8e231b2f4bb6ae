"""The recurrent network: its options reach the module, and clips are read from beginning to end."""

import numpy as np
import pytest
from torch import nn

from skmir.neural_network import RNNClassifier, RNNRegressor


def make(kind=RNNClassifier, **params):
    small = {"hidden_layer_sizes": (6,), "max_iter": 2, "batch_size": 5, "device": "cpu", "random_state": 0}
    return kind(**{**small, **params})


@pytest.mark.parametrize("kind", [RNNClassifier, RNNRegressor])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("sizes", [6, np.array([3, 4, 5])])
@pytest.mark.parametrize(("cell", "layer"), [("gru", nn.GRU), ("lstm", nn.LSTM), ("tanh", nn.RNN)])
def test_the_layers_are_those_asked_for(ragged, kind, cell, layer, sizes, bidirectional):
    X, _ = ragged
    model = make(kind, cell=cell, hidden_layer_sizes=sizes, bidirectional=bidirectional, max_iter=1)
    layers = model.fit(X, np.arange(12) % 3).module_.recurrent_layers
    assert {type(each) for each in layers} == {layer}
    assert [each.hidden_size for each in layers] == np.atleast_1d(sizes).tolist()
    assert {each.bidirectional for each in layers} == {bidirectional}


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", ["gru", "lstm", "tanh"])
def test_every_clip_is_read_to_its_end_and_no_further(ragged, cell, bidirectional):
    """And from its beginning, where layers that remember for long enough would be needed: both ways."""
    X, y = ragged
    model = make(cell=cell, bidirectional=bidirectional).fit(X, y)
    scores = model.decision_function(X)
    for frame in (-1, 0) if bidirectional else (-1,):
        for i in range(12):
            changed = [x.copy() for x in X]
            changed[i][:, frame] += 5
            difference = np.abs(model.decision_function(changed) - scores).max(axis=1)
            assert difference[i] > 1e-3
            assert not np.delete(difference, i).any()


@pytest.mark.parametrize(("n_frames", "starts"), [(None, [0]), (40, [0]), (20, [0, 20]), (30, [0, 10])])
def test_clips_are_whole_up_to_what_the_user_allows(ragged, n_frames, starts):
    X, y = ragged
    model = make(n_frames=n_frames).fit(X, y)
    assert model.n_frames_ == n_frames
    clip = X[2]  # of 40 frames
    windows = [clip[:, start : start + (n_frames or 40)] for start in starts]
    expected = model.decision_function(windows).mean(axis=0)
    np.testing.assert_allclose(model.decision_function([clip])[0], expected, atol=1e-5)
    short = model.decision_function([X[1]])  # of 5 frames: it is not repeated
    assert np.abs(model.decision_function([np.tile(X[1], 2)]) - short).max() > 1e-4


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"cell": "rnn"}, ValueError, r"cell='rnn' is not one of \['gru', 'lstm', 'tanh'\]"),
        ({"cell": None}, ValueError, "cell=None is not one of"),
        (
            {"hidden_layer_sizes": ()},
            ValueError,
            r"hidden_layer_sizes=\(\) must hold the size of at least one",
        ),
        ({"hidden_layer_sizes": (8, 0)}, ValueError, "hidden_layer_sizes=0 must be an integer >= 1"),
        ({"dropout": 1.0}, ValueError, "dropout=1.0 must be"),
        ({"n_frames": 0}, ValueError, "n_frames=0 must be an integer >= 1 or None"),
    ],
)
@pytest.mark.parametrize("kind", [RNNClassifier, RNNRegressor])
def test_invalid_parameters_are_refused(ragged, kind, params, error, message):
    with pytest.raises(error, match=message):
        make(kind, **params).fit(ragged[0], np.arange(12) % 3)
