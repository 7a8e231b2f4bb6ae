"""Scores after each epoch: those of scikit-learn's scorers for the network as it then is."""

import numpy as np
import pytest
from sklearn.metrics import get_scorer
from sklearn.pipeline import make_pipeline
from skorch.callbacks import Callback, EarlyStopping, EpochScoring
from small_networks import make

from skmir.neural_network import (
    CNNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNSequenceClassifier,
    SiameseEmbedding,
    TrainingRecipe,
)
from skmir.preprocessing import FrameScaler

RATE = TrainingRecipe(learning_rate="constant")
STOPPING = {"early_stopping": True, "validation_fraction": 0.25, "n_iter_no_change": 50}


def scored(scoring, **params):
    return TrainingRecipe(learning_rate="constant", scoring=scoring, **params)


@pytest.mark.parametrize("kind", [MLPClassifier, CNNClassifier, RNNClassifier])
def test_the_last_score_is_that_of_the_fitted_network(kind, ragged):
    """On clips of unequal length, by names and callables, with the labels that fit got."""

    def share_of_bass(model, X, y):
        assert set(y) <= {"bass", "drum", "horn"} and len(X) == len(y)
        return np.mean(model.predict(X) == "bass")

    X, y = ragged
    names = ["balanced_accuracy", "neg_log_loss"]
    model = make(kind, recipe=scored([*names, share_of_bass])).fit(X, y, X_val=X[:6], y_val=y[:6].tolist())
    expected = {name: get_scorer(name)(model, X[:6], y[:6]) for name in names}
    expected["share_of_bass"] = share_of_bass(model, X[:6], y[:6])
    assert {name: model.history_[f"valid_{name}"][-1] for name in expected} == expected
    assert len(model.history_["valid_neg_log_loss"]) == model.n_iter_
    assert len(set(model.history_["valid_neg_log_loss"])) > 1


@pytest.mark.parametrize("kind", [CNNClassifier, RNNClassifier, RNNSequenceClassifier])
def test_scores_change_nothing_else(kind, frames):
    X, y = frames
    if kind is RNNSequenceClassifier:
        y = [np.full(x.shape[1], label) for x, label in zip(X, y, strict=True)]
    plain = make(kind, recipe=RATE, **STOPPING).fit(X, y)
    told = make(kind, recipe=scored("accuracy"), **STOPPING).fit(X, y)
    for name in ("train_loss", "valid_loss"):
        np.testing.assert_array_equal(told.history_[name], plain.history_[name])
    np.testing.assert_array_equal(np.asarray(told.predict_proba(X)), np.asarray(plain.predict_proba(X)))
    assert list(plain.history_) == ["epoch", "train_loss", "valid_loss", "dur"]


def test_outputs_are_computed_once_per_epoch(frames, monkeypatch):
    calls = []
    outputs = MLPClassifier._outputs
    monkeypatch.setattr(MLPClassifier, "_outputs", lambda *args: calls.append(args) or outputs(*args))
    scoring = ["accuracy", "roc_auc_ovr", "neg_log_loss"]
    model = make(MLPClassifier, recipe=scored(scoring), max_iter=4).fit(
        *frames, X_val=frames[0], y_val=frames[1]
    )
    assert len(calls) == model.n_iter_ == 4


def test_groups_are_kept_apart(frames):
    """The validation part is whole groups, and y is that of these clips."""
    seen = []

    def look(model, X, y):
        seen.append((X.copy(), y.copy()))
        return 0.0

    X, y = frames
    groups = np.repeat(np.arange(8), 3)
    make(recipe=scored(look), max_iter=1, **STOPPING).fit(X, y, groups=groups)
    ((held_out, labels),) = seen
    rows = [int(np.flatnonzero((x == X).all(axis=(1, 2)))[0]) for x in held_out]
    assert y[rows].tolist() == labels.tolist()
    assert all((np.isin(np.flatnonzero(groups == groups[row]), rows)).all() for row in rows)


@pytest.mark.parametrize("form", ["clips", "equal clips", "table"])
def test_frames_are_the_samples_of_networks_with_outputs_per_frame(ragged, form):
    X, labels = ragged
    if form == "equal clips":
        X = np.stack([x[:, :5] for x in X])
    y = [np.where(np.arange(x.shape[1]) % 2, label, "rest") for x, label in zip(X, labels, strict=True)]
    if form == "table":
        X, y = np.stack([x[:, 0] for x in X]), labels
    recipe = scored({"mine": "accuracy", "f1": "f1_macro"})
    model = make(RNNSequenceClassifier, recipe=recipe).fit(X, y, X_val=X[:6], y_val=y[:6])
    assert model.history_["valid_mine"][-1] == model.score(X[:6], y[:6])
    if form != "table":
        predicted, truth = np.concatenate(list(model.predict(X[:6]))), np.concatenate(y[:6])
        assert model.history_["valid_mine"][-1] == np.mean(predicted == truth)
    make(RNNSequenceClassifier, recipe=recipe, **STOPPING).fit(X, y)  # of a split as well


def test_numbers_tags_and_tables(rng):
    X = rng.randn(40, 5)
    numbers, tags = 100 + X @ [1, 2, 3, 4, 5], (X[:, :3] > 0).astype(int)
    regressor = make(MLPRegressor, recipe=scored("neg_mean_absolute_error")).fit(
        X, numbers, X_val=X[:9], y_val=numbers[:9]
    )
    expected = -np.abs(regressor.predict(X[:9]) - numbers[:9]).mean()
    assert regressor.history_["valid_neg_mean_absolute_error"][-1] == pytest.approx(expected)
    assert expected < -1  # in the units of y
    tagger = make(MLPClassifier, recipe=scored("auc_tag"), **STOPPING).fit(X, tags)
    assert np.isfinite(tagger.history_["valid_auc_tag"]).all()


def test_callbacks_can_go_by_a_score(frames):
    """They run after the scores are there."""
    monitor = EarlyStopping(monitor="valid_accuracy", lower_is_better=False, patience=2, load_best=True)
    model = make(recipe=scored("accuracy"), max_iter=60, net_params={"callbacks": [monitor]})
    model.fit(*frames, X_val=frames[0], y_val=frames[1])
    scores = model.history_["valid_accuracy"]
    assert model.n_iter_ < 60 and scores[-1] <= scores.max()
    assert model.score(*frames) == scores.max()


def test_skorchs_scores_are_kept(frames):
    """Of the estimator, on the training clips as well; with skorch's names, and through a saved model."""
    callbacks = [
        EpochScoring("accuracy", lower_is_better=False),
        ("on_train", EpochScoring("accuracy", lower_is_better=False, on_train=True, name="train_accuracy")),
        ("own", EpochScoring(None, name="own")),
    ]
    X, y = frames
    model = make(recipe=RATE, net_params={"callbacks": callbacks}).fit(X, y, X_val=X[:9], y_val=y[:9])
    history = model.history_
    assert history["accuracy"][-1] == history["own"][-1] == model.score(X[:9], y[:9])
    assert history["train_accuracy"][-1] == model.score(X, y)
    assert history["accuracy_best"].dtype == bool and history["accuracy_best"][0]
    assert dict(model.net_.callbacks_)["EpochScoring"].name_ == "accuracy"
    assert not hasattr(callbacks[0], "name_")  # the user's own is not written to
    model.__setstate__(model.__getstate__())
    assert {name: column.tolist() for name, column in model.history_.items()} == {
        name: column.tolist() for name, column in history.items()
    }


def test_other_numbers_of_callbacks_are_kept(frames):
    class Notes(Callback):
        def on_epoch_end(self, net, **kwargs):
            net.history.record("rate", net.optimizer_.param_groups[0]["lr"])
            net.history.record("words", "no number")
            if len(net.history) == 2:
                net.history.record("rare", 1)

    history = make(recipe=RATE, net_params={"callbacks": [Notes()]}).fit(*frames).history_
    assert list(history) == ["epoch", "train_loss", "dur", "rate", "rare"]
    np.testing.assert_array_equal(history["rare"], [np.nan, 1, np.nan])


def test_a_pipeline_passes_raw_labels(frames):
    model = make_pipeline(FrameScaler(), make(recipe=scored("f1_macro"), **STOPPING)).fit(*frames)
    assert len(model[-1].history_["valid_f1_macro"]) == model[-1].n_iter_


@pytest.mark.parametrize(
    ("params", "asks"),
    [
        ({"recipe": scored("accuracy")}, "scoring='accuracy' of the recipe"),
        ({"net_params": {"callbacks": [EpochScoring("f1")]}}, r"EpochScoring\('f1'\) in net_params"),
    ],
    ids=["recipe", "callback"],
)
def test_scores_need_clips_to_validate_on(frames, params, asks):
    message = (
        f"{asks} needs clips to score that are not trained on. Set early_stopping=True.* X_val and y_val"
    )
    with pytest.raises(ValueError, match=message):
        make(**params).fit(*frames)
    with pytest.raises(ValueError, match=f"{message}.*partial_fit has no such clips"):
        make(**params).partial_fit(*frames)


@pytest.mark.parametrize(
    ("scoring", "error", "message"),
    [
        ("acuracy", ValueError, "'acuracy'.*skmir.metrics.get_scorer_names"),
        ([], ValueError, r"scoring=\[\] is empty"),
        (["accuracy", "accuracy"], ValueError, "several scorers called 'accuracy'"),
        (3, TypeError, "scoring=3 must be a scorer's name"),
        ("r2", ValueError, "The scorer 'valid_r2' must work after each epoch, but on the validation part"),
    ],
    ids=["unknown", "none", "twice", "number", "of numbers"],
)
def test_wrong_scorers_are_refused(frames, scoring, error, message):
    with pytest.raises(error, match=message):
        make(recipe=scored(scoring), **STOPPING).fit(*frames)


def test_an_embedding_has_no_predictions_to_score(frames):
    def embedding(scoring):
        small = {"n_filters": (4, 4), "max_iter": 2, "device": "cpu", "random_state": 0}
        return SiameseEmbedding("k2c2", recipe=scored(scoring), **small, **STOPPING)

    with pytest.raises(ValueError, match=r"'valid_accuracy' must work .* fails for SiameseEmbedding"):
        embedding("accuracy").fit(*frames)
    history = embedding({"spread": lambda model, X, y: model.transform(X).std()}).fit(*frames).history_
    assert history["valid_spread"].min() > 0
