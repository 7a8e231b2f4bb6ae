"""Weights of clips and of classes."""

import numpy as np
import pytest


@pytest.fixture
def overlapping(rng):
    """Two classes that overlap, one clip in ten of the second."""
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
    np.testing.assert_allclose(
        one.predict_proba(X), network("mlp").fit(X, y, sample_weight=weights).predict_proba(X), atol=1e-6
    )


def test_clips_of_weight_zero_teach_nothing(network, rng):
    """Half of the clips lie; with weight zero they do not count."""
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
        (np.ones((24, 2)), r"sample_weight has the shape \(24, 2\); one weight a clip is needed"),
        (-np.ones(24), "sample_weight must be zero or more"),
        (np.zeros(24), "more than zero for some"),
        (np.full(24, np.nan), "sample_weight contains NaN"),
    ],
    ids=["too few", "two columns", "negative", "zero", "nan"],
)
def test_weights_that_are_none_are_refused(network, frames, weights, message):
    with pytest.raises(ValueError, match=message):
        network("mlp").fit(*frames, sample_weight=weights)


def test_balanced_tags(network, frames, rng):
    X, _ = frames
    Y = (rng.rand(24, 3) < 0.3).astype(int)
    assert network("mlp", class_weight="balanced").fit(X, Y).predict_proba(X).shape == (24, 3)
