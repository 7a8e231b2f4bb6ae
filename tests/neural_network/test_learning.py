"""Every network learns by heart, learns the same again, and describes what it has learned."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.neural_network import CNNClassifier, MLPClassifier, TrainingRecipe
from skmir.preprocessing import FramePooler

WIDER = {
    "mlp": {"hidden_layer_sizes": (64,)},
    "dbn": {"hidden_layer_sizes": (64,)},
    "cnn": {"n_filters": (8, 12, 16, 16)},
    "crnn": {"n_filters": (12, 12), "hidden_size": 16},
}


@pytest.mark.parametrize("name", WIDER)
def test_twenty_clips_with_random_labels_are_learned_by_heart(network, rng, name):
    X, y = rng.randn(20, 8, 12), np.arange(20) % 3
    model = network(name, max_iter=100, learning_rate_init=0.01, dropout=0.0, batch_size=8, **WIDER[name])
    model.set_params(recipe=TrainingRecipe(label_smoothing=0.0))  # smoothed, the loss has a floor
    assert model.fit(X, y).score(X, y) == 1
    losses = model.history_["train_loss"]
    assert losses[-1] < 0.2 * losses[0]


@pytest.mark.parametrize("name", ["mlp", "dbn"])
def test_a_table_is_learned_by_heart(network, rng, name):
    X, y = rng.randn(20, 10), np.arange(20) % 3
    model = network(name, max_iter=150, learning_rate_init=0.02, dropout=0.0, **WIDER[name])
    assert model.fit(X, y).score(X, y) == 1


@pytest.mark.parametrize("name", WIDER)
def test_networks_generalise_to_new_clips(network, frames, name):
    model = network(name, max_iter=60, learning_rate_init=0.01, **WIDER[name])
    assert cross_val_score(model, *frames, cv=3).mean() > 0.8  # chance is a third


def test_a_refit_forgets_everything(each_network, frames, rng):
    X, y = frames
    model = each_network().fit(X, y)
    fresh = clone(model)
    other = rng.randn(10, 5, 30), np.arange(10) % 2
    model.fit(*other)
    np.testing.assert_array_equal(model.predict_proba(other[0]), fresh.fit(*other).predict_proba(other[0]))
    assert model.classes_.tolist() == [0, 1]
    assert (model.n_bins_, model.n_frames_) == (5, 30)


def test_a_refit_from_table_to_frames_and_back(each_network, frames, rng):
    X, y = frames
    model = each_network().fit(rng.randn(24, 3), y)
    assert model.n_features_in_ == 3
    model.fit(X, y)
    assert not hasattr(model, "n_features_in_")
    assert model.fit(rng.randn(24, 4), y).n_features_in_ == 4


def test_outputs_agree_with_each_other(each_network, frames):
    X, y = frames
    model = each_network().fit(X, y)
    proba, logits = model.predict_proba(X), model.decision_function(X)
    assert proba.shape == logits.shape == (24, 3)
    assert proba.dtype == logits.dtype == np.float32
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), proba, rtol=1e-5)
    np.testing.assert_array_equal(model.predict(X), model.classes_[logits.argmax(axis=1)])
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(proba, odds / odds.sum(axis=1, keepdims=True), rtol=1e-5)


def test_two_classes_have_one_decision_value(each_network, frames):
    X, y = frames
    model = each_network().fit(X, y == "drum")
    scores = model.decision_function(X)
    assert scores.shape == (24,)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], 1 / (1 + np.exp(-scores)), rtol=1e-5)
    np.testing.assert_array_equal(model.predict(X), scores > 0)


def test_log_probabilities_are_exact_where_probabilities_underflow(network, frames):
    X, y = frames
    model = network("mlp", max_iter=30, learning_rate_init=0.05).fit(X, y)
    far = 1e4 * X
    assert (model.predict_proba(far) == 0).any()
    assert np.isfinite(model.predict_log_proba(far)).all()
    tagger = network("mlp", max_iter=30, learning_rate_init=0.05).fit(
        X, np.eye(3, dtype=int)[np.arange(24) % 3]
    )
    assert (tagger.predict_proba(far) == 0).any()
    assert np.isfinite(tagger.predict_log_proba(far)).all()


def test_divergence_is_an_error(network, frames):
    with pytest.raises(ValueError, match=r"diverged.*learning_rate_init=1e\+10. Lower it \(1e\+09"):
        network("mlp", max_iter=5, learning_rate_init=1e10).fit(*frames)


def test_history_is_an_array_a_quantity(each_network, frames):
    model = each_network(max_iter=4).fit(*frames)
    assert model.n_iter_ == 4
    assert set(model.history_) == {"epoch", "train_loss", "dur"}
    assert all(column.shape == (4,) for column in model.history_.values())
    np.testing.assert_array_equal(model.history_["epoch"], [1, 2, 3, 4])


def test_parameters_are_counted(each_network, frames):
    model = each_network().fit(*frames)
    assert model.n_parameters_ == sum(p.numel() for p in model.module_.parameters())
    if type(model).__name__ == "MLPClassifier":
        assert model.n_parameters_ == 8 * 12 * 8 + 8 + 8 * 3 + 3


def test_the_callers_arrays_are_left_alone(each_network, frames):
    X, y = frames
    before = X.copy(), y.copy()
    weights = np.ones(24)
    X.setflags(write=False)
    model = each_network().fit(X, y, sample_weight=weights)
    model.predict(X)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])
    np.testing.assert_array_equal(weights, 1)


def test_nothing_is_predicted_before_fit(each_network, frames):
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            getattr(each_network(), method)(frames[0])


def test_a_learning_rate_that_leads_nowhere_leaves_chance(network, frames):
    """The learning rate reaches the optimiser: with tiny steps, the loss stays as it was."""
    losses = network("mlp", learning_rate_init=1e-9, dropout=0.0).fit(*frames).history_["train_loss"]
    np.testing.assert_allclose(losses, losses[0], rtol=1e-4)


def test_pooling_inside_the_network_hears_periods_that_statistics_of_the_clip_do_not(rng):
    """Sines of 8 and of 20 frames have the same distribution of values over the clip."""
    y = np.arange(80) % 2
    phases = rng.uniform(0, 2 * np.pi, (80, 1, 1))
    X = np.sin(2 * np.pi * np.arange(120) / np.array([8, 20])[y, None, None] + phases) + 0.5 * rng.randn(
        80, 4, 120
    )
    shared = {"max_iter": 40, "device": "cpu", "random_state": 0}
    pooler = FramePooler(("mean", "var", "max", "min"))
    pooled = make_pipeline(pooler, StandardScaler(), MLPClassifier((32,), activation="sigmoid", **shared))
    inside = CNNClassifier("multi_scale", n_filters=(16,), **shared)
    scores = [model.fit(X[:50], y[:50]).score(X[50:], y[50:]) for model in (pooled, inside)]
    assert scores[0] < 0.75 and scores[1] > 0.95, scores


@pytest.mark.parametrize(
    ("name", "architecture", "epochs"),
    [("cnn", "timbre_rhythm", (16, 12)), ("cnn", "k2c1", (20, 15)), ("mlp", None, (20, 15))],
)
def test_small_collections_get_more_epochs(network, rng, name, architecture, epochs):
    narrow = {"n_filters": (1,) * (4 if architecture == "timbre_rhythm" else 2)} if architecture else {}
    chosen = {"architecture": architecture} if architecture else {"hidden_layer_sizes": (1,)}
    model = network(name, **chosen, **narrow, max_iter="auto", batch_size=2)
    X, y = rng.randn(40, 8, 4), np.arange(40) % 2
    assert (model.fit(X[:20], y[:20]).n_iter_, model.fit(X, y).n_iter_) == epochs


def test_tags_keep_their_number_of_epochs(network, rng):
    model = network("cnn", n_filters=(1, 1, 1, 1), max_iter="auto", batch_size=2)
    tags = np.stack([np.arange(20) % 2, np.arange(20) % 3 > 0], axis=1)
    assert model.fit(rng.randn(20, 8, 4), tags).n_iter_ == 20
