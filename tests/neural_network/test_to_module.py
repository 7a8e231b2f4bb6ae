"""A fitted network's module computes what the estimator predicts, for clips of any length."""

import numpy as np
import pytest
import small_networks
import torch
from sklearn.exceptions import NotFittedError

from skmir.neural_network import (
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    SiameseEmbedding,
    TCNSequenceClassifier,
    TrainingRecipe,
)

N_BINS = 24
LENGTHS = (5, 10, 13, 20, 21, 33, 20, 10)  # shorter than a window of 10 frames, and up to four of them


def small(kind, **params):
    return small_networks.make(kind, **{"max_iter": 1, "n_frames": 10, **params})


@pytest.fixture(scope="module")
def clips():
    rng = np.random.RandomState(0)
    return [rng.randn(N_BINS, n).astype(np.float32) for n in LENGTHS]


def module_outputs(model, clips):
    batch = torch.full((len(clips), N_BINS, max(LENGTHS) + 4), 1e3)
    for row, x in zip(batch, clips, strict=True):
        row[:, : x.shape[1]] = torch.from_numpy(x)
    with torch.no_grad():
        return model.to_module()(batch, torch.tensor(LENGTHS)).numpy()


@pytest.mark.parametrize(
    "model",
    [
        small(MLPClassifier),
        small(CNNClassifier),
        small(CRNNClassifier),
        small(DBNClassifier),
        small(RNNClassifier),
        small(RNNClassifier, n_frames=None),
        small(MLPClassifier, recipe=TrainingRecipe(prior_correction=True)),
    ],
    ids=lambda model: str(model).split("(")[0],
)
def test_logits_are_means_over_the_windows_of_each_clip(model, clips):
    model.fit(clips, np.array(list("abcabcab")))
    np.testing.assert_allclose(module_outputs(model, clips), model.decision_function(clips), atol=1e-5)


def test_two_classes_and_tags(clips):
    model = small(MLPClassifier).fit(clips, np.tile(["low", "high"], 4))
    logits = module_outputs(model, clips)
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], model.decision_function(clips), atol=1e-5)
    tags = np.array([[1, 0, 0], [0, 1, 1]] * 4)
    model.fit(clips, tags)
    np.testing.assert_allclose(module_outputs(model, clips), model.decision_function(clips), atol=1e-5)


@pytest.mark.parametrize("kind", [CNNRegressor, MLPRegressor])
def test_numbers_are_in_the_units_of_y(kind, clips):
    y = 100 + 10 * np.random.RandomState(0).randn(8, 2)
    model = small(kind).fit(clips, y)
    np.testing.assert_allclose(module_outputs(model, clips), model.predict(clips), rtol=1e-5)


def test_an_embedding_has_the_rows_of_transform(clips):
    model = SiameseEmbedding("k2c2", n_filters=(4, 4), n_frames=10, max_iter=1, device="cpu").fit(
        clips, np.tile(["low", "high"], 4)
    )
    np.testing.assert_allclose(module_outputs(model, clips), model.transform(clips), atol=1e-5)


def test_outputs_per_frame_keep_their_frames(clips):
    model = small(TCNSequenceClassifier).fit(clips, [np.arange(n) % 2 for n in LENGTHS])
    module = model.to_module()
    assert module.out_lengths(torch.tensor(LENGTHS)).tolist() == list(LENGTHS)
    for logits, expected in zip(module_outputs(model, clips), model.predict_proba(clips), strict=True):
        own = torch.from_numpy(logits[:, : expected.shape[-1]]).softmax(0)
        np.testing.assert_allclose(own, expected, atol=1e-5)


def test_a_table_is_one_frame_per_clip():
    X = np.random.RandomState(0).randn(12, 6).astype(np.float32)
    model = small(MLPClassifier).fit(X, np.tile(["a", "b", "c"], 4))
    with torch.no_grad():
        logits = model.to_module()(torch.from_numpy(X))
    np.testing.assert_allclose(logits, model.decision_function(X), atol=1e-5)


def test_training_the_module_leaves_the_estimator_as_it_is(clips):
    model = small(MLPClassifier).fit(clips, np.array(list("abcabcab")))
    expected = model.decision_function(clips)
    module = model.to_module()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(1)
    np.testing.assert_array_equal(model.decision_function(clips), expected)


def test_only_fitted_networks():
    with pytest.raises(NotFittedError, match="MLPClassifier instance is not fitted"):
        MLPClassifier().to_module()
