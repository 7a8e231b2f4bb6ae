"""Networks with outputs per frame: windows, weights, pieces of long clips, forms of y, errors."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from small_networks import SEQUENCES, each, make
from torch import nn

import skmir
from skmir._training import FrameExamples, FrameLoss, FrameValues, TagLoss, Windows
from skmir._training._batches import CoveringBatches, RandomBatches
from skmir._training._frame_prediction import pieces_of
from skmir.augmentation import Mixup, PitchRoll, TimeMask, TimeShift
from skmir.neural_network import (
    CNNClassifier,
    CNNSequenceClassifier,
    NetworkFeatures,
    RNNSequenceClassifier,
    RNNSequenceRegressor,
    TCNSequenceClassifier,
    TCNSequenceRegressor,
    TrainingRecipe,
    to_onnx,
)

CLASSIFIERS = [kind for kind in SEQUENCES if kind.__name__.endswith("Classifier")]
LONGER = {"max_iter": 15, "learning_rate_init": 0.04}
LENGTHS = [30, 64, 7, 41, 1, 90, 30, 55]


class Linear(nn.Module):
    """A network of one's own: each frame by itself."""

    def __init__(self, n_bins, n_frames, n_outputs, cut=0):
        super().__init__()
        self.cut = cut
        self.final_layer = nn.Conv1d(n_bins, n_outputs, 1)

    def forward(self, x):
        return self.final_layer(x)[:, :, self.cut :]


@pytest.fixture
def clips(rng):
    """Eight clips of 6 bins and unequal lengths, and whether a frame is an onset: these are louder."""
    X = [rng.randn(6, n).astype(np.float32) for n in LENGTHS]
    y = [(rng.rand(n) < 0.2).astype(int) for n in LENGTHS]
    for x, onsets in zip(X, y, strict=True):
        x[:, onsets == 1] += 2
    return X, y


def flat(arrays):
    return np.concatenate([np.asarray(one).ravel() for one in arrays])


def assert_equal(first, second):
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


class TestWindows:
    """The frames of a clip and its targets are numbers that name clip and frame."""

    @pytest.fixture(params=[False, True], ids=["repeated", "packed"])
    def examples(self, request):
        names = [1000.0 * clip + torch.arange(n) for clip, n in enumerate(LENGTHS)]
        frames = [name.expand(2, -1).numpy() for name in names]
        windows = Windows(frames, 16, torch.device("cpu"), packed=request.param)
        return FrameExamples(windows, FrameValues(torch.cat(names), torch.tensor(LENGTHS)), None)

    @staticmethod
    def read(batch):
        x, (targets, weights) = batch
        x = x["x"] if isinstance(x, dict) else x
        assert torch.equal(x[:, 0], targets)
        return targets, weights

    def test_targets_are_cut_like_frames_and_each_frame_counts(self, examples):
        everything = {1000 * clip + i for clip, n in enumerate(LENGTHS) for i in range(n)}
        counted = set()
        for targets, weights in map(self.read, CoveringBatches(examples, 5)):
            counted |= set(targets[weights > 0].tolist())
        assert counted == everything

    def test_an_epoch_is_as_many_windows_as_cover_the_clips(self, examples):
        batches = RandomBatches(examples, 4, torch.Generator().manual_seed(0))
        assert len(examples) == sum(-(-n // 16) for n in LENGTHS) == 23
        seen, total, n = {}, 0.0, 0
        for _ in range(40):
            for targets, weights in map(self.read, batches):
                total, n = total + weights.sum(), n + weights.numel()
                for name in targets[weights > 0].tolist():
                    seen[name] = seen.get(name, 0) + 1
        assert total / n == pytest.approx(1, rel=1e-3)
        counts = {clip: [seen.get(1000 * clip + i, 0) for i in range(m)] for clip, m in enumerate(LENGTHS)}
        assert all(set(counts[clip]) == {40} for clip in (2, 4))  # shorter than a window: once per epoch
        means = [np.mean(counts[clip]) for clip in (1, 3, 5, 7)]
        assert min(means) >= 40
        assert min(min(counts[clip]) for clip in (1, 3, 5, 7)) > 10  # the first and last frames too


def test_pieces_read_their_context_and_keep_each_frame_once():
    for length in range(1, 120):
        size, pieces = pieces_of(length, keep=16, context=5)
        assert size == min(length, 26)
        kept = [frame for _, first, last in pieces for frame in range(first, last)]
        assert kept == list(range(length))
        for start, first, last in pieces:
            assert start >= 0 and start + size <= length
            assert first - start >= 5 or first == 0
            assert start + size - last >= 5 or last == length


def test_the_loss_of_frames_is_that_of_rows(rng):
    outputs, targets = torch.tensor(rng.randn(3, 2, 5)), torch.tensor(rng.rand(3, 5, 2))
    weights = torch.tensor(rng.rand(3, 5))
    rows = TagLoss()(outputs.transpose(1, 2).reshape(15, 2), (targets.reshape(15, 2), weights.reshape(15)))
    torch.testing.assert_close(FrameLoss(TagLoss(), 2)(outputs, (targets, weights)), rows)
    with pytest.raises(ValueError, match=r"\(B, n_outputs, n_frames\), here \(3, 2, 5\), got \(3, 5, 2\)"):
        FrameLoss(TagLoss(), 2)(outputs.transpose(1, 2), (targets, weights))


@each(CLASSIFIERS)
def test_a_network_learns_frames_and_a_list_is_its_clips(kind, clips, tmp_path):
    X, y = clips
    model = make(kind, n_frames=32, **LONGER).fit(X, y)
    probabilities = model.predict_proba(X)
    assert [p.shape for p in probabilities] == [(2, n) for n in LENGTHS]
    np.testing.assert_allclose(probabilities[5].sum(axis=0), 1, rtol=1e-5)
    assert model.score(X, y) > 0.9 > max(np.mean(flat(y)), 1 - np.mean(flat(y)))
    assert_equal(probabilities, [model.predict_proba([x])[0] for x in X])
    assert_equal(model.predict(X), [model.classes_[p.argmax(axis=0)] for p in probabilities])
    assert model.predict_proba([X[0], X[6]]).shape == (2, 2, 30)  # equal lengths: one array
    assert model.decision_function(X)[5].shape == (90,)
    skmir.save(model, tmp_path / "model.skops")
    assert_equal(skmir.load(tmp_path / "model.skops").predict_proba(X), probabilities)


@each(SEQUENCES)
def test_a_seed_gives_the_same_network(kind, clips, forbid_moves):
    X, y = clips
    first, second = (make(kind, max_iter=1).fit(X, y) for _ in range(2))
    forbid_moves()  # as on the CPU in each thread
    assert_equal(first.predict(X), second.predict(X))


@each([TCNSequenceClassifier, CNNSequenceClassifier])
def test_a_long_clip_in_pieces_is_the_whole_clip(kind, clips, rng, monkeypatch):
    model = make(kind, max_iter=1, n_frames=32).fit(*clips)
    x = rng.randn(6, 700).astype(np.float32)
    with torch.no_grad():
        whole = model.module_(torch.from_numpy(x)[None])[0].numpy()
    monkeypatch.setattr("skmir._training._frame_prediction.VALUES_AT_ONCE", 1)
    read = []
    model.module_.register_forward_pre_hook(lambda _, args: read.append(args[0].shape))
    np.testing.assert_allclose(model.decision_function([x])[0], whole[1] - whole[0], atol=1e-5)
    assert {shape[2] for shape in read} == {max(32, 2 * model.module_.context) + 2 * model.module_.context}


def test_memory_does_not_grow_with_a_clip(clips, rng):
    model = make(RNNSequenceClassifier, max_iter=1, n_frames=32).fit(*clips)
    read = []
    model.module_.register_forward_pre_hook(lambda _, args: read.append(args[0].shape))
    assert model.predict([rng.randn(6, 20_000)])[0].shape == (20_000,)
    assert {shape[2] for shape in read} == {48}  # a window, and a quarter of one on each side
    assert max(shape.numel() for shape in read) <= 2**20


def test_tags_and_numbers_per_frame(clips):
    X, _ = clips
    tags = [(x[:3] > 0).astype(int) for x in X]
    model = make(RNNSequenceClassifier, **LONGER).fit(X, tags)
    assert [p.shape for p in model.predict(X)] == [(3, n) for n in LENGTHS]
    assert model.score(X, tags) > 0.6  # all three right; 1 / 8 by chance
    one = make(TCNSequenceClassifier, max_iter=1).fit(X, [tag[:1] for tag in tags])
    assert one.target_type_ == "multilabel-indicator" and one.predict(X)[1].shape == (1, 64)
    numbers = [100 + 10 * x[0] for x in X]
    model = make(RNNSequenceRegressor, **LONGER).fit(X, numbers)
    assert model.predict(X)[5].shape == (90,) and model.score(X, numbers) > 0.6
    pair = make(TCNSequenceRegressor, max_iter=1).fit(X, [x[:2] for x in X])
    assert pair.predict(X)[5].shape == (2, 90)


class TestWeights:
    def test_a_frame_of_no_weight_teaches_nothing(self, clips, rng):
        X, y = clips
        ignored = [rng.rand(n) < 0.3 for n in LENGTHS]
        wrong = [np.where(out, 1 - labels, labels) for labels, out in zip(y, ignored, strict=True)]
        weights = [(~out).astype(float) for out in ignored]
        models = [make(TCNSequenceClassifier).fit(X, labels, weights) for labels in (y, wrong)]
        assert_equal(models[0].predict_proba(X), models[1].predict_proba(X))
        assert not np.array_equal(
            models[1].predict_proba(X)[5], make(TCNSequenceClassifier).fit(X, wrong).predict_proba(X)[5]
        )

    def test_a_weight_of_a_clip_is_that_of_its_frames(self, clips):
        X, y = clips
        weights = np.arange(1.0, 9.0)
        frames = [np.full(n, weight) for n, weight in zip(LENGTHS, weights, strict=True)]
        models = [make(TCNSequenceClassifier).fit(X, y, one) for one in (weights, frames)]
        assert_equal(models[0].predict_proba(X), models[1].predict_proba(X))

    def test_rare_classes_may_weigh_more(self, clips):
        X, y = clips
        plain, balanced = (
            make(TCNSequenceClassifier, class_weight=weight).fit(X, y) for weight in (None, "balanced")
        )
        assert plain.class_prior_[1] == pytest.approx(np.mean(flat(y)))
        assert balanced.class_prior_[1] == pytest.approx(0.5)

    def test_errors(self, clips):
        X, y = clips
        weights = [np.ones(n) for n in LENGTHS]
        weights[3] = np.ones(40)
        with pytest.raises(ValueError, match=r"sample_weight\[3\] must hold .* the 41 frames of clip 3"):
            make(TCNSequenceClassifier).fit(X, y, weights)


class TestTraining:
    def test_early_stopping_keeps_groups_apart(self, clips, monkeypatch):
        X, y = clips
        groups, seen = np.repeat([0, 1, 2, 3], 2), []
        split = skmir.neural_network._sequence._base.validation_split
        monkeypatch.setattr(
            "skmir.neural_network._sequence._base.validation_split",
            lambda *args: seen.append(split(*args)) or seen[-1],
        )
        model = make(TCNSequenceClassifier, early_stopping=True, validation_fraction=0.3)
        assert "valid_loss" in model.fit(X, y, groups=groups).history_
        train, valid = seen[0]
        assert len(train) + len(valid) == 8 and not set(groups[train]) & set(groups[valid])

    def test_the_loss_on_held_out_clips_is_recorded(self, clips):
        X, y = clips
        recipe = TrainingRecipe(label_smoothing=0.0)
        model = make(TCNSequenceClassifier, recipe=recipe, n_frames=90).fit(
            X[:6], y[:6], X_val=X[6:], y_val=y[6:]
        )
        logs = np.concatenate(model.predict_log_proba(X[6:]), axis=1)
        loss = -logs[flat(y[6:]), np.arange(logs.shape[1])].mean()
        assert model.n_frames_ == 36  # the median length: the second held-out clip has two windows
        assert model.history_["valid_loss"][-1] == pytest.approx(loss, rel=0.05)

    @each([TCNSequenceClassifier, TCNSequenceRegressor])
    def test_three_calls_of_partial_fit_are_three_epochs_of_fit(self, kind, clips):
        X, y = clips
        recipe = TrainingRecipe(learning_rate="constant")
        whole, parts = make(kind, recipe=recipe).fit(X, y), make(kind, recipe=recipe)
        for _ in range(3):
            parts.partial_fit(X, y)
        assert_equal(whole.predict(X), parts.predict(X))
        warm = make(kind, recipe=recipe, max_iter=1, warm_start=True).fit(X, y).set_params(max_iter=2)
        assert_equal(whole.predict(X), warm.fit(X, y).predict(X))

    def test_cross_validation_takes_clips_of_any_length(self, clips):
        X, y = clips
        groups = np.repeat([0, 1, 2, 3], 2)
        model = make(CNNSequenceClassifier, max_iter=1, architecture=Linear, n_filters=None)
        assert cross_val_score(model, X, y, groups=groups, cv=GroupKFold(2)).shape == (2,)
        search = GridSearchCV(model, {"n_frames": [8, 16]}, cv=GroupKFold(2)).fit(X, y, groups=groups)
        assert search.best_estimator_.n_frames_ in (8, 16)


class TestFormsOfY:
    def test_arrays_of_equal_clips_are_lists_of_clips(self, rng):
        X, y = rng.randn(6, 4, 20), rng.randint(2, size=(6, 20))
        array, lists, torches = (
            make(TCNSequenceClassifier, max_iter=1).fit(*form).predict_proba(X)
            for form in ((X, y), (list(X), list(map(list, y))), (torch.tensor(X), torch.tensor(y)))
        )
        assert array.shape == (6, 2, 20)
        np.testing.assert_array_equal(array, lists)
        np.testing.assert_array_equal(array, torches)

    def test_a_table_is_one_frame_per_clip(self, rng):
        X, y = rng.randn(12, 4), np.tile(["a", "b", "c"], 4)
        table = make(TCNSequenceClassifier).fit(X, y)
        frames = make(TCNSequenceClassifier).fit(X[:, :, None], list(y[:, None]))
        assert table.predict(X).shape == (12,) and frames.predict(X[:, :, None]).shape == (12, 1)
        np.testing.assert_array_equal(table.predict_proba(X), frames.predict_proba(X[:, :, None])[:, :, 0])

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda y: None, "requires y to be passed"),
            (lambda y: [0, 1] * 4, r"one label per frame, and clip 0 of X has 30 frames.*use CNNClassifier"),
            (lambda y: np.array([0, 1] * 4), r"y\[0\] is the single label 0"),
            (lambda y: [*y[:5], y[5][:-1], *y[6:]], r"y\[5\] must hold one label for each of the 90 frames"),
            (lambda y: [np.array([0.5, 1.2])] * 8, r"shape \(2,\)\. If these are times of events in s"),
            (lambda y: [np.stack([a, a]).T for a in y], r"Frames come last: pass y\[0\]\.T"),
            (
                lambda y: [np.stack([a] * (2 + (i == 4))) for i, a in enumerate(y)],
                r"y\[4\] must have as many",
            ),
            (lambda y: [np.stack([a, 3 * a]) for a in y], r"must hold 0, or 1 if a frame has a tag, got 3"),
            (
                lambda y: [np.where(a, np.nan, 0) for a in y],
                r"y\[0\] contains NaN or infinity, first at frame",
            ),
            (lambda y: [(a, a) for a in y], r"one label per frame, got a tuple of 2\. Annotations"),
            (lambda y: y[:-1], "inconsistent numbers of samples"),
        ],
    )
    def test_errors_say_which_clip(self, clips, change, message):
        X, y = clips
        with pytest.raises(ValueError, match=message):
            make(TCNSequenceClassifier).fit(X, change(y))


class TestAugmentation:
    def test_masks_and_mixtures_leave_time_alone(self, clips):
        model = make(
            TCNSequenceClassifier, augmentation=[TimeMask(4), Mixup(1.0), PitchRoll(1, labels="keep")]
        )
        assert np.isfinite(model.fit(*clips).history_["train_loss"]).all()

    @pytest.mark.parametrize(
        ("augmentation", "message"),
        [
            (TimeShift(), r"TimeShift\(\) moves sounds in time, but not the labels"),
            (PitchRoll(2), r"PitchRoll\(max_steps=2\) moves sounds in pitch, and must be told"),
            (
                PitchRoll(labels="roll"),
                "moves tags along with pitch, but TCN.* learns classes",
            ),
        ],
    )
    def test_what_would_make_labels_wrong_is_refused(self, clips, augmentation, message):
        with pytest.raises(ValueError, match=message):
            make(TCNSequenceClassifier, augmentation=augmentation).fit(*clips)

    def test_tags_of_pitches_move_with_the_bins(self, rng):
        X = [(rng.rand(12, n) < 0.2).astype(np.float32) for n in (40, 30, 20)]
        targets = torch.from_numpy(np.stack([x[:, :20].T for x in X]))
        x = torch.from_numpy(np.stack([x[:, :20] for x in X]))
        for mode in ("shift", "circular"):
            roll = PitchRoll(3, mode=mode, fill=0.0, labels="roll")
            moved, tags = roll(x, targets, torch.Generator().manual_seed(0))
            assert torch.equal(moved.transpose(1, 2), tags) and not torch.equal(tags, targets)
        model = make(TCNSequenceClassifier, augmentation=roll).fit(X, [x.astype(int) for x in X])
        assert np.isfinite(model.history_["train_loss"]).all()


class TestOwnModule:
    def test_a_class_with_outputs_per_frame(self, clips):
        X, y = clips
        model = make(CNNSequenceClassifier, architecture=Linear, n_filters=None, **LONGER).fit(X, y)
        assert model.score(X, y) > 0.9
        assert_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X))

    def test_losses_do_not_take_frames_for_heads_nor_fewer_frames(self, clips):
        X, y = clips
        model = CNNSequenceClassifier(Linear, module__cut=1, max_iter=1, device="cpu")
        with pytest.raises(ValueError, match="keep all frames, with padding"):
            model.fit(X, y)
        with pytest.raises(ValueError, match=r"outputs of shape \(B, n_outputs\).*use a frame-wise network"):
            CNNClassifier(Linear, max_iter=1, device="cpu").fit(X, [0, 1] * 4)


@each([TCNSequenceClassifier, RNNSequenceClassifier, TCNSequenceRegressor])
def test_an_onnx_file_takes_any_number_of_frames(kind, clips, tmp_path):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    X, y = clips
    model = make(kind, max_iter=1).fit(X, y)
    to_onnx(model, tmp_path / "model.onnx")
    session = runtime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    for x in (X[0], X[3]):
        given = session.run(None, {"frames": x[None]})[-1][0]
        wanted = model.predict([x]) if kind is TCNSequenceRegressor else model.predict_proba([x])[0]
        np.testing.assert_allclose(given, wanted, atol=1e-5)


def test_features_of_clips_need_outputs_per_clip(clips):
    with pytest.raises(TypeError, match="one output per clip, but TCNSequenceClassifier has one per frame"):
        NetworkFeatures(FrozenEstimator(make(TCNSequenceClassifier).fit(*clips))).fit(clips[0])
