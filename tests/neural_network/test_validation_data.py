"""Validation data from the user: recorded, or used by early stopping, through a Pipeline as well."""

import numpy as np
import pytest
import sklearn
import small_networks
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.pipeline import Pipeline
from small_networks import each, targets

from skmir.neural_network import (
    CNNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TrainingRecipe,
    _base,
)
from skmir.preprocessing import FrameScaler

PLAIN = TrainingRecipe(label_smoothing=0.0)  # so that the loss is the metric
STOPPING = {"early_stopping": True, "n_iter_no_change": 3, "max_iter": 60}
GROUPS = np.repeat(np.arange(8), 3)  # of 24 clips


def make(kind=MLPClassifier, **params):
    return small_networks.make(kind, **{"learning_rate_init": 0.02, "recipe": PLAIN, **params})


def loss(model, X, y):
    """Return the loss on clips, computed from the predictions."""
    if hasattr(model, "classes_"):
        return log_loss(y, model.predict_proba(X), labels=model.classes_)
    return mean_squared_error(y, model.predict(X)) / model.y_scale_[0] ** 2


@pytest.fixture
def held_out(rng):
    """Ten clips with random labels, so that the loss on them rises sooner or later."""
    return rng.randn(10, 8, 12).astype(np.float32), np.tile(["bass", "drum", "horn"], 4)[:10]


@pytest.fixture
def no_split(monkeypatch):
    """Fail if a part of the training clips is held out."""

    def split(*args):
        raise AssertionError("clips were held out although validation data was given")

    monkeypatch.setattr(_base, "validation_split", split)


@pytest.fixture(params=[False, True], ids=["routing off", "routing on"])
def routing(request):
    with sklearn.config_context(enable_metadata_routing=request.param):
        yield request.param


class TestRecorded:
    @each()
    def test_the_loss_is_that_on_the_validation_data(self, kind, frames, held_out, no_split):
        X, X_val = frames[0], held_out[0]
        y, y_val = targets(kind, frames[1]), targets(kind, held_out[1])
        model = make(kind).fit(X, y, X_val=X_val, y_val=y_val)
        losses = model.history_["valid_loss"]
        assert losses.shape == (3,) and len(set(losses)) == 3
        assert losses[-1] == pytest.approx(loss(model, X_val, y_val), rel=1e-5)

    @each()
    def test_training_is_the_same_with_it(self, kind, frames, held_out):
        y, y_val = targets(kind, frames[1]), targets(kind, held_out[1])
        plain = make(kind, dropout=0.5).fit(frames[0], y)
        watched = make(kind, dropout=0.5).fit(frames[0], y, X_val=held_out[0], y_val=y_val)
        np.testing.assert_array_equal(watched.predict(held_out[0]), plain.predict(held_out[0]))
        np.testing.assert_array_equal(watched.history_["train_loss"], plain.history_["train_loss"])
        assert "valid_loss" not in plain.history_

    def test_the_loss_of_long_clips_is_the_mean_over_their_windows(self, frames, rng):
        clip = rng.randn(8, 36).astype(np.float32)
        long, cut = (
            make().fit(*frames, X_val=X_val, y_val=["drum"] * len(X_val)).history_["valid_loss"]
            for X_val in ([clip], [clip[:, start : start + 12] for start in (0, 12, 24)])
        )
        np.testing.assert_allclose(long, cut, rtol=1e-6)

    def test_clips_of_unequal_length(self, ragged):
        X, y = ragged
        for kind in (CNNClassifier, RNNClassifier):
            model = make(kind).fit(X[:9], y[:9], X_val=X[9:], y_val=y[9:])
            assert np.isfinite(model.history_["valid_loss"]).all()
        assert model.history_["valid_loss"][-1] == pytest.approx(loss(model, X[9:], y[9:]), rel=1e-5)

    def test_a_table(self, rng):
        model = make().fit(rng.randn(24, 5), np.arange(24) % 2, X_val=rng.randn(4, 5), y_val=[0, 1, 0, 1])
        assert model.n_features_in_ == 5 and "valid_loss" in model.history_

    def test_tags(self, frames, held_out):
        Y = (np.arange(72).reshape(24, 3) % 5 < 2).astype(int)
        model = make().fit(frames[0], Y, X_val=held_out[0], y_val=Y[:10].tolist())
        p = model.predict_proba(held_out[0]).astype(float)
        expected = -np.where(Y[:10], np.log(p), np.log(1 - p)).mean()
        assert model.history_["valid_loss"][-1] == pytest.approx(expected, rel=1e-5)

    def test_labels_smoothed_in_training_are_smoothed_here(self, frames, held_out):
        plain, smoothed = (
            make(recipe=TrainingRecipe(label_smoothing=s), learning_rate_init=1e-30).fit(
                *frames, X_val=held_out[0], y_val=held_out[1]
            )
            for s in (0.0, 0.5)
        )
        assert np.abs(plain.history_["valid_loss"] - smoothed.history_["valid_loss"]).min() > 1e-4

    def test_the_callers_data_is_left_alone(self, frames, held_out):
        X_val = held_out[0].copy()
        X_val.setflags(write=False)
        make().fit(*frames, X_val=X_val, y_val=held_out[1])
        np.testing.assert_array_equal(X_val, held_out[0])


class TestEarlyStopping:
    @each()
    def test_goes_by_it_and_every_clip_trains(self, kind, frames, held_out, no_split):
        X, X_val = frames[0], held_out[0]
        y, y_val = targets(kind, frames[1]), targets(kind, held_out[1])
        model = make(kind, **STOPPING).fit(X, y, X_val=X_val, y_val=y_val)
        losses = model.history_["valid_loss"]
        assert 4 <= model.n_iter_ == len(losses) < 60
        assert losses[-4] == losses.min()  # three epochs later it stopped
        assert loss(model, X_val, y_val) == pytest.approx(losses[-4], rel=1e-5)  # the best weights are kept
        assert losses[-1] > losses[-4]

    def test_one_clip_may_be_enough(self, frames, held_out, no_split):
        model = make(**STOPPING).fit(*frames, X_val=held_out[0][:1], y_val=held_out[1][:1])
        assert model.history_["valid_loss"].min() == pytest.approx(
            loss(model, held_out[0][:1], held_out[1][:1]), rel=1e-5
        )

    def test_without_it_a_part_is_held_out(self, frames, monkeypatch):
        seen = []
        split = _base.validation_split
        monkeypatch.setattr(_base, "validation_split", lambda *args: seen.append(args[2]) or split(*args))
        model = make(**STOPPING, validation_fraction=0.25).fit(*frames)
        assert seen == [0.25] and "valid_loss" in model.history_


class TestRefused:
    @pytest.mark.parametrize("early_stopping", [False, True])
    @pytest.mark.parametrize("given", ["X_val", "y_val"])
    def test_one_without_the_other(self, frames, held_out, given, early_stopping):
        data = dict(zip(("X_val", "y_val"), held_out, strict=True))
        with pytest.raises(ValueError, match="X_val and y_val must be given together: pass both, or neither"):
            make(early_stopping=early_stopping).fit(*frames, **{given: data[given]})

    @pytest.mark.parametrize(
        ("X_val", "y_val", "message"),
        [
            (np.zeros((2, 8, 12)), ["bass"], "inconsistent numbers of samples"),
            (np.zeros((2, 7, 12)), ["bass", "drum"], "clip 0 of X has 7 bins"),
            (np.full((2, 8, 12), np.nan), ["bass", "drum"], "contains NaN"),
            (
                np.zeros((2, 8, 12)),
                ["bass", "lute"],
                r"y must hold labels that the network knows, .*, got \['lute'\]",
            ),
            (np.zeros((2, 8, 12)), [[0, 1], [1, 0]], "y must hold labels"),
            (["a.wav"], ["bass"], "takes frames, and X holds paths"),
        ],
        ids=["too few", "bins", "nan", "unknown label", "tags", "paths"],
    )
    def test_clips_that_training_would_refuse_too(self, frames, X_val, y_val, message):
        with pytest.raises(ValueError, match=message):
            make().fit(*frames, X_val=X_val, y_val=y_val)

    @pytest.mark.parametrize(
        ("y_val", "message"),
        [
            ([1.0, np.nan], "y_val contains NaN"),
            ([1.0, np.inf], "y_val contains infinity"),
            (np.ones((2, 3)), "y must have one column per network output, 1, got 3"),
        ],
        ids=["nan", "infinity", "columns"],
    )
    def test_numbers_that_are_none(self, frames, y_val, message):
        with pytest.raises(ValueError, match=message):
            make(MLPRegressor).fit(frames[0], np.arange(24.0), X_val=frames[0][:2], y_val=y_val)


class TestPipeline:
    @pytest.fixture
    def loud(self, rng):
        """Clips that are not standardised, and other clips to validate on."""
        X = rng.randn(34, 8, 12) * np.arange(1, 9)[:, np.newaxis] + 50
        return X[:24], np.tile(["bass", "drum", "horn"], 8), X[24:], np.tile(["bass", "drum"], 5)

    @staticmethod
    def pipeline(model, **params):
        return Pipeline([("scale", FrameScaler(log=False)), ("net", model)], **params)

    @pytest.mark.parametrize("kind", [CNNClassifier, RNNClassifier, MLPClassifier])
    def test_validation_data_goes_through_the_steps_before(self, kind, loud):
        X, y, X_val, y_val = loud
        scaler = FrameScaler(log=False).fit(X)
        expected = make(kind).fit(scaler.transform(X), y, X_val=scaler.transform(X_val), y_val=y_val)
        with sklearn.config_context(enable_metadata_routing=True):
            model = self.pipeline(make(kind), transform_input=["X_val"])
            model.fit(X, y, X_val=X_val, y_val=y_val)
        np.testing.assert_array_equal(model[-1].history_["valid_loss"], expected.history_["valid_loss"])
        np.testing.assert_array_equal(model.predict(X), expected.predict(scaler.transform(X)))
        assert model[-1].history_["valid_loss"][-1] == pytest.approx(loss(model, X_val, y_val), rel=1e-5)

    def test_without_transform_input_it_stays_as_it_is(self, loud):
        X, y, X_val, y_val = loud
        with sklearn.config_context(enable_metadata_routing=True):
            model = self.pipeline(make()).fit(X, y, X_val=X_val, y_val=y_val)
        through = loss(model, X_val, y_val)
        assert model[-1].history_["valid_loss"][-1] != pytest.approx(through, rel=0.01)
        assert model[-1].history_["valid_loss"][-1] == pytest.approx(loss(model[-1], X_val, y_val), rel=1e-4)

    def test_early_stopping_uses_the_transformed_clips(self, loud, no_split):
        X, y, X_val, y_val = loud
        with sklearn.config_context(enable_metadata_routing=True):
            model = self.pipeline(make(**STOPPING), transform_input=["X_val"])
            model.fit(X, y, X_val=X_val, y_val=y_val)
        assert model[-1].history_["valid_loss"].min() == pytest.approx(loss(model, X_val, y_val), rel=1e-5)

    def test_a_search_passes_it_to_each_fit(self, loud, no_split):
        X, y, X_val, y_val = loud
        with sklearn.config_context(enable_metadata_routing=True):
            model = self.pipeline(make(**STOPPING), transform_input=["X_val"])
            search = GridSearchCV(model, {"net__dropout": [0.0, 0.5]}, cv=2, error_score="raise")
            search.fit(X, y, X_val=X_val, y_val=y_val)
        best = search.best_estimator_
        assert best[-1].history_["valid_loss"].min() == pytest.approx(loss(best, X_val, y_val), rel=1e-5)


class TestGroups:
    @pytest.fixture
    def groups_seen(self, monkeypatch):
        """Record the groups that each split of early stopping gets."""
        seen = []
        split = _base.validation_split

        def spy(y, groups, *args):
            seen.append(None if groups is None else sorted(set(groups)))
            return split(y, groups, *args)

        monkeypatch.setattr(_base, "validation_split", spy)
        return seen

    @pytest.mark.filterwarnings("ignore:early_stopping put every clip")
    @pytest.mark.parametrize("kind", [RNNClassifier, MLPClassifier, RNNRegressor, MLPRegressor])
    def test_reach_the_split(self, kind, frames, routing, groups_seen):
        params = {"params": {"groups": GROUPS}} | ({} if routing else {"groups": GROUPS})
        model = make(kind, early_stopping=True, validation_fraction=0.3, max_iter=1)
        y = targets(kind, frames[1])
        cross_validate(model, frames[0], y, cv=GroupKFold(3), error_score="raise", **params)
        assert len(groups_seen) == 3 and all(len(groups) in (4, 5, 6) for groups in groups_seen)
        assert len({tuple(groups) for groups in groups_seen}) == 3

    def test_are_not_needed_with_validation_data(self, frames, held_out, routing, no_split):
        model = make(early_stopping=True, max_iter=1)
        model.fit(*frames, groups=GROUPS, X_val=held_out[0], y_val=held_out[1])
        assert "valid_loss" in model.history_
