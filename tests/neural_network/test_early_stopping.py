"""Early stopping: when it stops, what it keeps, and which clips its split holds out."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from skmir.neural_network import TrainingRecipe, _base


@pytest.fixture
def splits(monkeypatch):
    """Record the arguments and the results of the split."""
    calls = []
    split = _base.validation_split

    def spy(y, groups, *args):
        rows = split(y, groups, *args)
        calls.append((groups, *rows))
        return rows

    monkeypatch.setattr(_base, "validation_split", spy)
    return calls


@pytest.fixture
def noise(rng):
    """Clips with random labels, so that the validation loss rises sooner or later."""
    return rng.randn(40, 8, 12).astype(np.float32), np.tile([0, 1], 20)


STOPPING = {
    "early_stopping": True,
    "max_iter": 200,
    "n_iter_no_change": 5,
    "validation_fraction": 0.25,
    "learning_rate_init": 0.01,
}


def test_training_stops_when_the_validation_loss_does_not_fall(each_network, noise):
    model = each_network(**STOPPING).fit(*noise)
    losses = model.history_["valid_loss"]
    assert model.n_iter_ < 200
    assert len(losses) == len(model.history_["train_loss"]) == model.n_iter_
    best = losses[-6]  # five epochs later it stopped
    assert best == losses.min()


def test_the_best_epochs_weights_are_kept(each_network, noise, splits):
    X, y = noise
    model = each_network(recipe=TrainingRecipe(label_smoothing=0.0), **STOPPING).fit(X, y)
    ((_, train, valid),) = splits
    assert len(valid) == 10 and not set(train) & set(valid)
    kept = log_loss(y[valid], model.predict_proba(X[valid]))
    losses = model.history_["valid_loss"]
    assert kept == pytest.approx(losses[-6], rel=1e-5)
    assert kept != pytest.approx(losses[-1], rel=2e-5)


def test_a_pickle_keeps_the_best_epochs_weights(network, noise):
    import pickle

    model = network("cnn", **STOPPING).fit(*noise)
    loaded = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(loaded.predict_proba(noise[0]), model.predict_proba(noise[0]))
    np.testing.assert_array_equal(loaded.history_["valid_loss"], model.history_["valid_loss"])


def test_patience_is_counted_in_epochs(network, noise):
    stopped = [network("mlp", **{**STOPPING, "n_iter_no_change": n}).fit(*noise).n_iter_ for n in (2, 8)]
    assert stopped[0] <= stopped[1] - 6


def test_without_it_every_clip_trains(network, noise, splits):
    model = network("mlp").fit(*noise)
    assert not splits
    assert "valid_loss" not in model.history_


def test_max_iter_is_the_end_at_the_latest(network, noise):
    assert network("mlp", **{**STOPPING, "max_iter": 2}).fit(*noise).n_iter_ == 2


def test_groups_stand_on_one_side(each_network, noise, splits):
    X, y = noise
    groups = np.array(["a", "b", "c", "d", "e"])[np.arange(40) // 8]
    each_network(early_stopping=True).fit(X, y, groups=groups)
    ((given, train, valid),) = splits
    np.testing.assert_array_equal(given, groups)
    assert len(valid) and not set(groups[train]) & set(groups[valid])


def test_clips_of_unequal_length_are_split_as_well(each_network, ragged, splits):
    X, y = ragged
    model = each_network(early_stopping=True, validation_fraction=0.3).fit(X, y)
    ((_, train, valid),) = splits
    assert sorted([*train, *valid]) == list(range(12))
    assert model.predict(X).shape == (12,)


def test_the_split_depends_on_the_seed_alone(network, noise, splits):
    for seed in (0, 0, 1):
        network("mlp", early_stopping=True, random_state=seed).fit(*noise)
    rows = [valid.tolist() for _, _, valid in splits]
    assert rows[0] == rows[1] != rows[2]


def test_tags_are_split_at_random(network, noise, rng):
    Y = (rng.rand(40, 3) < 0.3).astype(int)
    model = network("mlp", **STOPPING).fit(noise[0], Y)
    assert "valid_loss" in model.history_


def test_one_group_is_refused(network, noise):
    with pytest.raises(ValueError, match=r"all clips are of one group. Set early_stopping=False"):
        network("mlp", early_stopping=True).fit(*noise, groups=np.zeros(40))
    network("mlp").fit(*noise, groups=np.zeros(40))  # nobody asks for the groups


def test_groups_of_another_length_are_refused(network, noise):
    for early_stopping in (True, False):
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            network("mlp", early_stopping=early_stopping).fit(*noise, groups=np.zeros(39))


def test_a_class_that_does_not_train_is_known_all_the_same(network, noise):
    X, _ = noise
    y = np.arange(40) // 10
    model = network("mlp", early_stopping=True, validation_fraction=0.2)
    with pytest.warns(UserWarning, match="every clip of 1 of the 4 classes"):
        model.fit(X, y, groups=y)
    assert model.predict_proba(X).shape == (40, 4)


def test_too_few_clips_are_refused(each_network, rng):
    with pytest.raises(
        ValueError, match=r"two clips must be left to train on, but validation_fraction=.* leaves 1 of 2"
    ):
        each_network(early_stopping=True).fit(rng.randn(2, 5), [0, 1])
