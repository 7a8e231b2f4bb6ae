"""SiameseEmbedding learns from classes, tags and descriptors, and says why it cannot learn from others."""

import json

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from torch import nn

from skmir import augmentation
from skmir.metrics import retrieval_scores
from skmir.neural_network import CNNClassifier, SiameseEmbedding, TrainingRecipe, to_onnx


def small(architecture="mlp", **params):
    sizes = {"n_filters": (4, 4, 4, 4)} if architecture == "timbre_rhythm" else {}
    given = {"n_components": 4, "max_iter": 3, "device": "cpu", "random_state": 0}
    return SiameseEmbedding(architecture, **{**given, **sizes, **params})


@pytest.fixture
def table(rng):
    """Ninety rows in three classes, which two of ten columns tell apart; the others are louder."""
    y = np.tile(["drum", "horn", "voice"], 30)
    X = 2 * rng.randn(90, 10)
    X[:, :2] = 0.5 * rng.randn(90, 2)
    X[y == "horn", 0] += 2
    X[y == "voice", 1] += 2
    return X, y


def average_precision(Z, y):
    return retrieval_scores(Z, y, k=1)["mean_average_precision"]


@pytest.mark.parametrize(
    "params",
    [{"loss": "supcon"}, {"loss": "triplet"}, {"loss": "contrastive", "margin": (0.1, 1.4)}],
    ids=lambda params: params["loss"],
)
@pytest.mark.parametrize("kind", ["classes", "tags", "descriptors"])
def test_unseen_clips_of_a_kind_are_near_each_other(table, params, kind):
    X, y = table
    y_learned = {"classes": y, "tags": y[:, None] == np.unique(y), "descriptors": X[:, :2] - X[:, :2].mean(0)}
    model = small(max_iter="auto", **params).fit(X[:60], y_learned[kind][:60])
    Z = model.transform(X[60:])
    np.testing.assert_allclose(np.linalg.norm(Z, axis=1), 1)
    assert average_precision(Z, y[60:]) > average_precision(X[60:], y[60:]) + 0.2


@pytest.mark.parametrize("architecture", ["timbre_rhythm", "k2c2", "mlp"])
def test_ragged_frames_have_an_embedding_each_as_one_by_one(ragged, architecture):
    X, y = ragged
    model = small(architecture).fit(X, y)
    together = model.transform(X)
    assert together.dtype == np.float32
    assert together.shape == (len(X), 4)
    alone = np.concatenate([model.transform([x]) for x in X])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_module_of_ones_own_is_a_trunk(frames):
    class Own(nn.Module):
        def __init__(self, n_bins, n_frames, n_outputs, n_units=3):
            super().__init__()
            self.hidden = nn.Linear(n_bins, n_units)
            self.final_layer = nn.Linear(n_units, n_outputs)

        def forward(self, x):
            return self.final_layer(self.hidden(x.mean(dim=2)).relu())

    model = small(Own, module__n_units=5).fit(*frames)
    assert model.module_.hidden.out_features == 5


def test_a_number_of_parameters_sets_the_width_of_every_trunk(frames):
    for architecture in ("mlp", "k2c2"):
        model = SiameseEmbedding(architecture, n_parameters=2000, max_iter=1, device="cpu").fit(*frames)
        assert model.n_parameters_ == pytest.approx(2000, rel=0.15)


def test_rare_tags_count_more_by_the_training_clips_alone(table):
    X, _ = table
    tags = np.zeros((90, 2), dtype=int)
    tags[:, 0] = np.arange(90) % 2
    tags[:4, 1] = 1
    model = small().fit(X[:60], tags[:60])
    np.testing.assert_allclose(model.idf_, np.log(61 / (1 + np.array([30, 4]))) + 1)
    unweighted = small(idf=False).fit(X[:60], tags[:60])
    assert unweighted.idf_ is None
    assert np.abs(unweighted.transform(X) - model.transform(X)).max() > 1e-4


def test_both_last_layers_learn_as_views_of_a_clip(frames):
    X, y = frames
    model = small("timbre_rhythm", dropout=0.0).fit(X, y)
    loss = model._loss(model.module_, TrainingRecipe())
    outputs = torch.randn(6, 2, 4)
    labels = torch.arange(6)  # without two views, no clip would have a partner
    assert float(loss(outputs, (labels, None))) > 0.1


def test_early_stopping_watches_pairs_of_held_out_clips_of_any_class(table):
    X, y = table
    model = small(max_iter=60, early_stopping=True, n_iter_no_change=2, learning_rate_init=0.02)
    model.fit(X[:60], y[:60], X_val=X[60:], y_val=np.char.add("new ", y[60:]))
    assert model.n_iter_ < 60
    assert 0 < model.history_["valid_loss"].min() < model.history_["valid_loss"][0]
    groups = np.repeat(np.arange(10), 9)
    assert small(early_stopping=True, validation_fraction=0.2).fit(X, y, groups=groups).n_iter_ == 3


def test_sorted_validation_clips_meet_other_classes(table):
    X, y = table
    order = np.argsort(y)  # a batch of 30 would hold one class, and no triplet
    model = small(loss="triplet", batch_size=30).fit(X, y, X_val=X[order], y_val=y[order])
    assert (model.history_["valid_loss"] > 0.1).all()


def test_a_pair_of_each_class_of_two_is_in_the_batches(rng):
    X, y = rng.randn(400, 6), np.arange(400) // 2
    model = small(max_iter=30, n_components=8, hidden_layer_sizes=(64,), dropout=0.0).fit(X, y)
    assert average_precision(model.transform(X), y) > 3 * average_precision(X, y)


def test_a_warm_start_goes_on_with_other_classes(table):
    X, y = table
    model = small(warm_start=True).fit(X, y)
    before = model.transform(X)
    model.fit(X, np.char.add("new ", y))
    assert model.n_iter_ == 6
    assert np.abs(model.transform(X) - before).max() > 1e-3
    with pytest.raises(ValueError, match="y must be of the kind that the network learned from, multiclass"):
        model.fit(X, X[:, :3])


def test_a_search_over_the_embedding_reaches_its_parameters(table):
    X, y = table
    model = make_pipeline(small(max_iter=60), KNeighborsClassifier())
    grid = {
        "siameseembedding__hidden_layer_sizes": [(), (8,)],
    }
    search = GridSearchCV(model, grid, cv=2).fit(X, y)
    assert search.best_score_ > 0.6
    names = search.best_estimator_[:-1].set_output(transform="pandas").transform(X).columns
    assert list(names) == [f"siameseembedding{i}" for i in range(4)]


@pytest.mark.parametrize("architecture", ["timbre_rhythm", "mlp"])
def test_onnx_gives_the_embedding(frames, tmp_path, architecture):
    pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    X, y = frames
    model = small(architecture).fit(X, y)
    to_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    vectors, embedding = session.run(["vectors", "embedding"], {"frames": X})
    np.testing.assert_allclose(embedding, model.transform(X), atol=1e-5)
    np.testing.assert_allclose(vectors, model._outputs(X), atol=1e-5)
    metadata = session.get_modelmeta().custom_metadata_map
    assert (metadata["estimator"], json.loads(metadata["classes"])) == ("SiameseEmbedding", [])


@pytest.mark.parametrize(
    ("y", "error"),
    [
        (None, "requires y to be passed.*classes .*tags .*descriptors"),
        (np.arange(24), "no two of the 24 clips to train on are of one class"),
        (np.eye(24, dtype=int), "no two of the 24 clips to train on have a tag in common"),
        (np.zeros(24), "y must have clips that differ.*all 24 clips to train on have one class"),
        (np.linspace(0, 1, 24) ** 2, "Unknown label type: 'continuous'. y must hold classes"),
        (np.cov(np.random.RandomState(0).randn(24, 30)), "symmetric matrix .*KernelPCA"),
        (np.full((24, 3), np.nan), "NaN"),
        (np.array(["a", None] * 12, dtype=object), "y must have a class for each clip, got None"),
        (np.where(np.eye(24)[:, :3] > 0, 1, -1), "Tags must be 0, or 1"),
    ],
)
def test_an_error_says_why_y_makes_no_pairs(frames, y, error):
    with pytest.raises(ValueError, match=error):
        small().fit(frames[0], y)


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"loss": "siamese"}, "loss='siamese' is not one of .*contrastive.*supcon.*triplet"),
        ({"n_components": 0}, "n_components=0"),
        ({"temperature": 0}, "temperature=0"),
        ({"threshold": 1.5}, "threshold=1.5"),
        ({"margin": 3}, "margin=3"),
        ({"margin": (0.1, 1.0)}, r"margin=\(0.1, 1.0\) must be a number for loss='supcon'"),
        ({"loss": "contrastive", "margin": (0.1, 0.5, 1.0)}, "margin must be a number, or two"),
        ({"loss": "contrastive", "margin": (1.0, 0.5)}, r"margin\[1\]=0.5"),
        ({"architecture": "k2c2", "hidden_layer_sizes": (8,)}, "hidden_layer_sizes=.* has no effect"),
        (
            {"n_parameters": 500, "hidden_layer_sizes": (8,)},
            "n_parameters=500 and hidden_layer_sizes=.* both",
        ),
        ({"augmentation": augmentation.Mixup()}, "Mixup.* changes the targets"),
        ({"augmentation": augmentation.PitchRoll(labels="roll")}, "PitchRoll.* moves|PitchRoll.* changes"),
        ({"net_params": {"accelerator": "an Accelerator"}}, "takes no accelerator"),
        ({"idf": "no"}, "idf"),
    ],
    ids=str,
)
def test_an_error_says_which_parameter_is_not_valid(frames, params, error):
    with pytest.raises((ValueError, TypeError), match=error):
        small(**params).fit(*frames)


def test_validation_clips_without_a_pair_are_refused(table):
    X, y = table
    with pytest.raises(ValueError, match="no two of the 3 clips to validate on are of one class"):
        small().fit(X[:60], y[:60], X_val=X[60:63], y_val=y[60:63])


def test_augmentation_of_frames_changes_what_is_learned(frames):
    X, y = frames
    plain = small("timbre_rhythm").fit(X, y).transform(X)
    masked = small("timbre_rhythm", augmentation=augmentation.TimeMask(4)).fit(X, y).transform(X)
    assert np.abs(plain - masked).max() > 1e-3


def test_a_trunk_starts_from_a_classifier_of_the_same_architecture(frames):
    from sklearn.frozen import FrozenEstimator

    X, y = frames
    source = CNNClassifier("k2c2", n_filters=(4, 4), max_iter=1, device="cpu", random_state=0).fit(X, y)
    recipe = TrainingRecipe(init=FrozenEstimator(source), lower_rate=0.0)
    model = clone(small("k2c2", recipe=recipe, n_filters=(4, 4))).fit(X, y)
    for name, values in source.module_.named_parameters():
        if not name.startswith("final_layer"):
            torch.testing.assert_close(values, model.module_.get_parameter(name))
