"""Training on augmented frames: only in training, a new draw per batch, targets mixed like frames."""

import pickle

import numpy as np
import pytest
import torch
from scipy.special import log_softmax
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from small_networks import make
from torch import nn

from skmir import augmentation
from skmir.augmentation import (
    FrequencyMask,
    FrequencyResponse,
    Gain,
    GaussianNoise,
    InputDropout,
    Mixup,
    PitchRoll,
    TimeMask,
    TimeShift,
)
from skmir.augmentation._base import BaseAugmentation
from skmir.neural_network import (
    CNNClassifier,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    TrainingRecipe,
)

AUGMENTATIONS = {
    "FrequencyMask": FrequencyMask(4),
    "FrequencyResponse": FrequencyResponse(0.5),
    "Gain": Gain(0.5),
    "GaussianNoise": GaussianNoise(0.5),
    "InputDropout": InputDropout(0.3),
    "Mixup": Mixup(1.0),
    "PitchRoll": PitchRoll(2),
    "TimeMask": TimeMask(6),
    "TimeShift": TimeShift(),
    "all": [TimeShift(), PitchRoll(1), TimeMask(2), Gain(0.1), GaussianNoise(0.1), Mixup(0.2)],
}
STILL = {"learning_rate_init": 1e-30, "weight_decay": 0.0, "dropout": 0.0}  # weights stay as they are
PLAIN = TrainingRecipe(label_smoothing=0.0)
each_augmentation = pytest.mark.parametrize("name", AUGMENTATIONS)


class Watcher(nn.Module):
    """A linear network that keeps its inputs of training and of evaluation."""

    shown = {True: [], False: []}

    def __init__(self, n_bins, n_frames, n_outputs):
        super().__init__()
        self.layer = nn.Linear(n_bins * n_frames, n_outputs)

    def forward(self, x):
        self.shown[self.training].append(x.detach().clone())
        return self.layer(x.flatten(1))


@pytest.fixture
def shown(monkeypatch):
    """Inputs of a linear network: (in training, in evaluation)."""
    batches = {True: [], False: []}
    monkeypatch.setattr(Watcher, "shown", batches)
    return batches


def test_every_augmentation_is_tried_here():
    classes = [getattr(augmentation, name) for name in augmentation.__all__]
    names = {c.__name__ for c in classes if isinstance(c, type) and issubclass(c, BaseAugmentation)}
    assert names == set(AUGMENTATIONS) - {"all"}


@each_augmentation
@pytest.mark.parametrize("kind", [CNNClassifier, RNNClassifier, MLPClassifier])
def test_training_is_another_one_and_its_seed_decides(kind, name, ragged):
    X, y = ragged
    before = [x.copy() for x in X]
    for x in X:
        x.setflags(write=False)
    plain, one, same, other = (
        make(kind, augmentation=a, random_state=s).fit(X, y).decision_function(X)
        for a, s in ((None, 0), (AUGMENTATIONS[name], 0), (AUGMENTATIONS[name], 0), (AUGMENTATIONS[name], 1))
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, plain) and not np.array_equal(one, other)
    assert np.isfinite(one).all()
    for x, expected in zip(X, before, strict=True):
        np.testing.assert_array_equal(x, expected)


@each_augmentation
def test_predictions_are_not_augmented(name, frames):
    X, y = frames
    plain, augmented = (make(augmentation=a, **STILL).fit(X, y) for a in (None, AUGMENTATIONS[name]))
    np.testing.assert_array_equal(augmented.predict_proba(X), plain.predict_proba(X))
    assert (augmented.history_["train_loss"] != plain.history_["train_loss"]).all()


@pytest.mark.parametrize("params", [{"early_stopping": True, "validation_fraction": 0.25}, {}])
def test_validation_clips_are_not_augmented(frames, shown, params):
    X, y = frames
    X_val = X[:6] + 100
    given = {} if params else {"X_val": X_val, "y_val": y[:6]}
    model = make(
        CNNClassifier, architecture=Watcher, n_filters=None, augmentation=GaussianNoise(1.0), **params
    )
    model.fit(X, y, **given)
    whole = {x.tobytes() for x in (X if params else X_val)}
    assert len(shown[False]) == 3
    assert all(clip.numpy().tobytes() in whole for batch in shown[False] for clip in batch)
    assert not any(clip.numpy().tobytes() in whole for batch in shown[True] for clip in batch)


def test_each_epoch_is_augmented_anew(frames, shown):
    X, y = frames
    params = {"architecture": Watcher, "n_filters": None, "batch_size": 24, "max_iter": 3}
    make(CNNClassifier, augmentation=Gain(0.5), **params).fit(X, y)
    gains = [(batch / batch.mean((1, 2), keepdim=True)).std() for batch in shown[True]]
    assert len({float(g) for g in gains}) == 3
    levels = [sorted(batch.mean((1, 2)).tolist()) for batch in shown[True]]
    assert levels[0] != levels[1] != levels[2]


def test_augmentations_come_in_their_order_and_the_recipes_last(frames, shown):
    """Noise that is added after all frames were hidden stays; noise added before is hidden too."""
    X, y = frames
    hide = TimeMask(12, n_masks=200, fill=0.0)
    params = {"architecture": Watcher, "n_filters": None, "batch_size": 24, "max_iter": 1}
    for steps, recipe, share in (
        ([hide, GaussianNoise(1.0)], {}, 0),
        ([GaussianNoise(1.0), hide], {}, 1),
        (hide, {"noise": 1.0}, 0),
        (hide, {"noise": 1.0, "input_dropout": 0.5}, 0.5),
    ):
        make(CNNClassifier, augmentation=steps, recipe=TrainingRecipe(**recipe), **params).fit(X, y)
        assert float((shown[True][-1] == 0).float().mean()) == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("kind", [MLPClassifier, RNNClassifier, DBNClassifier])
def test_it_goes_on(kind, frames):
    X, y = frames
    recipe = TrainingRecipe(learning_rate="constant")
    steps = AUGMENTATIONS["all"]
    whole = make(kind, augmentation=steps, recipe=recipe).fit(X, y)
    parts = make(kind, augmentation=steps)
    for _ in range(3):
        parts.partial_fit(X, y)
    np.testing.assert_array_equal(parts.predict_proba(X), whole.predict_proba(X))
    kept = pickle.loads(pickle.dumps(whole))
    np.testing.assert_array_equal(kept.predict_proba(X), whole.predict_proba(X))
    np.testing.assert_array_equal(kept.fit(X, y).predict_proba(X), whole.predict_proba(X))


def test_labels_are_learned_all_the_same(frames):
    X, y = frames
    for steps in (AUGMENTATIONS["all"], Mixup(0.4), TimeMask(4)):
        model = make(augmentation=steps, max_iter=60, dropout=0.0).fit(X, y)
        assert model.score(X, y) > 0.9


@pytest.mark.parametrize(
    "grid", [{"augmentation__scale": [0.0, 0.3]}, {"augmentation": [None, Gain(0.1), [Gain(0.1), Mixup()]]}]
)
def test_a_search_reaches_into_it(frames, grid):
    ((name, values),) = grid.items()
    search = GridSearchCV(make(augmentation=GaussianNoise(9.0)), grid, cv=2, error_score="raise")
    best = search.fit(*frames).best_estimator_
    assert search.best_params_[name] in values
    assert str(best.get_params()[name]) == str(search.best_params_[name])


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("noise", TypeError, "augmentation='noise' is not an augmentation"),
        (GaussianNoise, TypeError, r"augmentation is the class GaussianNoise. Pass an instance"),
        ([GaussianNoise(0.1), "noise"], TypeError, r"augmentation\[1\]='noise' is not an augmentation"),
        (GaussianNoise(-1), ValueError, "scale=-1 must be"),
        ([Mixup(0.2, p=2)], ValueError, "p=2 must be"),
    ],
)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_other_things_than_augmentations_are_refused(frames, kind, value, error, message):
    y = np.arange(24.0) if kind is MLPRegressor else frames[1]
    with pytest.raises(error, match=message):
        make(kind, augmentation=value).fit(frames[0], y)


class TestMixup:
    @pytest.fixture
    def mixed(self, monkeypatch):
        """The results of Mixup, batch by batch."""
        seen = []
        plain = Mixup.__call__

        def spy(self, x, targets, generator):
            seen.append(plain(self, x, targets, generator))
            return seen[-1]

        monkeypatch.setattr(Mixup, "__call__", spy)
        return seen

    @pytest.mark.parametrize("smoothing", [0.0, 0.3])
    def test_the_loss_of_classes_is_the_formula(self, frames, shown, mixed, smoothing):
        recipe = TrainingRecipe(label_smoothing=smoothing)
        params = {"architecture": Watcher, "n_filters": None, "batch_size": 24, "max_iter": 1, **STILL}
        model = make(CNNClassifier, augmentation=Mixup(1.0), recipe=recipe, **params).fit(*frames)
        ((x, targets),) = mixed
        assert torch.equal(x, shown[True][0])
        assert targets.shape == (24, 3) and float(((targets > 0.01) & (targets < 0.99)).float().mean()) > 0.2
        with torch.no_grad():
            log_p = log_softmax(model.module_(x).double().numpy(), axis=1)
        expected = -(((1 - smoothing) * targets.numpy() + smoothing / 3) * log_p).sum(axis=1).mean()
        assert model.history_["train_loss"][0] == pytest.approx(expected, rel=1e-5)

    def test_tags_and_numbers_are_mixed_as_they_are(self, frames, mixed):
        X, _ = frames
        Y = (np.arange(72).reshape(24, 3) % 5 < 2).astype(int)
        make(augmentation=Mixup(1.0), batch_size=24, max_iter=1).fit(X, Y)
        numbers = make(MLPRegressor, augmentation=Mixup(1.0), batch_size=24, max_iter=1)
        numbers.fit(X, np.arange(24.0))
        (_, tags), (_, values) = mixed
        assert tags.shape == (24, 3) and tags.min() >= 0 and tags.max() <= 1 and len(tags.unique()) > 5
        assert values.shape == (24, 1) and abs(float(values.mean())) < 0.5 and values.std() < 1

    def test_weights_of_clips_count(self, frames):
        sample_weight = np.r_[np.zeros(12), np.ones(12)]
        one, other = (
            make(augmentation=Mixup(0.3)).fit(*frames, sample_weight=w).predict_proba(frames[0])
            for w in (sample_weight, None)
        )
        assert not np.array_equal(one, other)

    def test_one_class_is_always_right(self, frames):
        model = make(augmentation=Mixup(0.3)).fit(frames[0], ["drum"] * 24)
        assert set(model.predict(frames[0])) == {"drum"}

    def test_no_mixture_is_no_change(self, frames):
        """With alpha=0, the loss on one-hot targets equals the loss on labels."""
        params = {"batch_size": 24, "max_iter": 1, **STILL}
        plain, mixed = (make(augmentation=a, **params).fit(*frames).history_ for a in (None, Mixup(0.0)))
        np.testing.assert_allclose(mixed["train_loss"], plain["train_loss"], rtol=1e-6)

    @pytest.mark.parametrize("kind", [CNNClassifier, RNNClassifier, MLPClassifier])
    def test_validation_clips_are_not_mixed(self, kind, frames, rng):
        X_val, y_val = rng.randn(9, 8, 12), np.tile(["bass", "drum", "horn"], 3)
        model = make(kind, augmentation=Mixup(0.4), recipe=PLAIN).fit(*frames, X_val=X_val, y_val=y_val)
        expected = log_loss(y_val, model.predict_proba(X_val))
        assert model.history_["valid_loss"][-1] == pytest.approx(expected, rel=1e-5)
