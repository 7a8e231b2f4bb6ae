"""Weights of clips and of classes."""

import numpy as np
import pytest

from skmir.neural_network import (
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    CRNNRegressor,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
)


@pytest.fixture
def overlapping(rng):
    """Two classes that overlap; one clip in ten is of the second class."""
    y = (np.arange(200) % 10 == 0).astype(int)
    return rng.randn(200, 4) + y[:, np.newaxis], y


def test_balanced_classes_shift_predictions_to_the_rare_one(each_network, overlapping):
    X, y = overlapping
    plain, balanced = (
        each_network(max_iter=30, learning_rate_init=0.01, class_weight=weight).fit(X, y)
        for weight in (None, "balanced")
    )
    assert balanced.predict_proba(X)[:, 1].mean() > 1.5 * plain.predict_proba(X)[:, 1].mean()
    assert balanced.predict(X).sum() > 2 * plain.predict(X).sum()


def test_balanced_is_the_dict_it_stands_for(network, overlapping):
    X, y = overlapping
    one = network("mlp", class_weight="balanced").fit(X, y)
    other = network("mlp", class_weight={0: 200 / (2 * 180), 1: 200 / (2 * 20)}).fit(X, y)
    np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), atol=1e-6)


def test_class_weights_multiply_clip_weights(network, overlapping):
    X, y = overlapping
    weights = np.where(y, 3.0, 1.0)
    one = network("mlp", class_weight={0: 1, 1: 3}).fit(X, y)
    other = network("mlp", class_weight=None).fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), atol=1e-6)


def test_clips_of_weight_zero_teach_nothing(network, rng):
    """Half of the clips have wrong labels; with weight zero they do not count."""
    X, y = rng.randn(80, 4), np.tile([0, 1], 40)
    X += 2 * y[:, np.newaxis]
    lies = np.arange(80) < 40
    told = np.where(lies, 1 - y, y)
    model = network("mlp", max_iter=60, learning_rate_init=0.01)
    assert model.fit(X, told, sample_weight=(~lies).astype(float)).score(X, y) > 0.9
    assert model.fit(X, told, sample_weight=lies.astype(float)).score(X, y) < 0.1


def test_the_scale_of_weights_does_not_matter(each_network, frames):
    X, y = frames
    expected = each_network().fit(X, y).predict_proba(X)
    for weight in (1.0, 2, 1e-6):
        model = each_network().fit(X, y, sample_weight=np.full(24, weight))
        np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(23), "inconsistent numbers of samples"),
        (np.ones((24, 2)), r"sample_weight must hold one weight per clip, got the shape \(24, 2\)"),
        (-np.ones(24), "sample_weight must be zero or more"),
        (np.zeros(24), "above zero for at least one"),
        (np.full(24, np.nan), "sample_weight contains NaN"),
    ],
    ids=["too few", "two columns", "negative", "zero", "nan"],
)
def test_invalid_weights_are_refused(network, frames, weights, message):
    with pytest.raises(ValueError, match=message):
        network("mlp").fit(*frames, sample_weight=weights)


def test_balanced_tags(network, frames, rng):
    X, _ = frames
    Y = (rng.rand(24, 3) < 0.3).astype(int)
    assert network("mlp", class_weight="balanced").fit(X, Y).predict_proba(X).shape == (24, 3)


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        (
            {"bass": -1, "drum": 1, "horn": 1},
            ValueError,
            "class_weight must give finite weights >= 0, got -1 for 'bass'",
        ),
        (
            {"bass": 1, "drum": np.nan, "horn": 1},
            ValueError,
            "finite weights >= 0, got nan for 'drum'",
        ),
        (
            {"bass": 1, "drum": 1, "horn": np.inf},
            ValueError,
            "finite weights >= 0, got inf for 'horn'",
        ),
        ({"bass": 1, "drum": 1, "horn": "2"}, ValueError, "finite weights >= 0, got '2' for 'horn'"),
        (
            {"bass": 0, "drum": 0, "horn": 0},
            ValueError,
            "one clip must have a weight above zero, but .* leave none",
        ),
        (
            {"bass": 1, "drum": 1, "Horn": 1},
            ValueError,
            r"got weights for \['Horn'\], and none for \['horn'\]",
        ),
    ],
    ids=["negative", "nan", "inf", "text", "zero", "unknown"],
)
def test_invalid_class_weights_are_refused(each_network, frames, weights, error, message):
    with pytest.raises(error, match=message):
        each_network(class_weight=weights).fit(*frames)


def test_class_weights_of_tags_are_checked_too(network, frames):
    Y = np.arange(48).reshape(24, 2) % 3 % 2
    assert network("mlp", class_weight=[{0: 1, 1: 2}, {1: 3}]).fit(frames[0], Y).classes_.tolist() == [0, 1]
    for wrong, error, message in [
        (
            [{0: 1, 1: -2}, {0: 1, 1: 1}],
            ValueError,
            r"class_weight\[0\] must give finite weights >= 0, got -2 for 1",
        ),
        (["balanced", {0: 1, 1: 1}], TypeError, r"class_weight\[0\]='balanced' must be a dict"),
    ]:
        with pytest.raises(error, match=message):
            network("mlp", class_weight=wrong).fit(frames[0], Y)


def test_class_and_clip_weights_that_cancel_each_other_are_refused(network, frames):
    X, y = frames
    model = network("mlp", class_weight={"bass": 0, "drum": 1, "horn": 1})
    with pytest.raises(ValueError, match=r"one clip must have a weight above zero, but .* leave none"):
        model.fit(X, y, sample_weight=(y == "bass").astype(float))


def test_a_class_that_a_fold_lacks_may_have_a_weight(network, frames):
    X, y = frames
    weights = {"bass": 1, "drum": 2, "horn": 3}
    with pytest.warns(UserWarning, match=r"weights for \['horn'\]; the classes of y are \['bass', 'drum'\]"):
        network("mlp", class_weight=weights).fit(X[y != "horn"], y[y != "horn"])


@pytest.mark.filterwarnings("error")
def test_a_class_that_comes_later_may_have_a_weight(network, frames):
    X, y = frames
    model = network("mlp", class_weight={"bass": 1, "drum": 2, "horn": 3})
    model.partial_fit(X[y != "horn"], y[y != "horn"], classes=np.unique(y)).partial_fit(
        X[y == "horn"], y[y == "horn"]
    )
    assert model.classes_.tolist() == ["bass", "drum", "horn"]


def test_balanced_with_a_class_of_weight_zero(each_network, frames):
    X, y = frames
    model = each_network(class_weight="balanced").fit(X, y, sample_weight=(y != "bass").astype(float))
    assert model.class_prior_[0] == 0 and np.isfinite(model.predict_proba(X)).all()


def test_every_network_classifier_has_one_default():
    for kind in (CNNClassifier, CRNNClassifier, DBNClassifier, MLPClassifier, RNNClassifier):
        assert (kind().class_weight, kind().max_iter) == ("balanced", "auto")
    for kind in (CNNRegressor, CRNNRegressor, MLPRegressor, RNNRegressor):
        assert kind().max_iter == "auto"
