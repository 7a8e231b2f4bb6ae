"""Pipelines that go on learning as one network."""

import warnings

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import QuantileTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skmir.feature_extraction import CQT, MFCC, Chroma, MelSpectrogram
from skmir.model_selection import compare
from skmir.neural_network import TrainingRecipe, UnfrozenClassifier, to_onnx
from skmir.neural_network._unfrozen import _training_on
from skmir.preprocessing import CQTToChroma, FramePooler, FrameScaler, LogCompression

FRAMES = make_pipeline(
    LogCompression(10), CQTToChroma(), FramePooler(), StandardScaler(), LogisticRegression()
)
TABLE = make_pipeline(StandardScaler(), LogisticRegression())
SPECTRA = CQT(n_bins=24, fmin=220.0, hop_length=1024)
CLIPS = {
    "chords": make_pipeline(SPECTRA, *FRAMES),
    "mel bands": make_pipeline(
        MelSpectrogram(n_fft=512, n_mels=16), FrameScaler(), FramePooler(), LogisticRegression(max_iter=1000)
    ),
    "pitch classes": make_pipeline(
        Chroma(kind="cqt", tuning=0.0, n_octaves=2, fmin=440.0, hop_length=1024), FramePooler(), *TABLE
    ),
    "timbre": make_pipeline(
        MFCC(n_mfcc=8, n_fft=512, n_mels=20), FramePooler(), StandardScaler(), LinearDiscriminantAnalysis()
    ),
}


def unfrozen(pipeline, **params):
    return UnfrozenClassifier(pipeline, **{"max_iter": 3, "random_state": 0, "device": "cpu", **params})


def assert_close(found, expected):
    """Hold scores to 1e-5 of the largest."""
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())


@pytest.fixture
def frames(rng):
    """Clips of unequal length of four classes, which differ in one pitch class each."""
    y = np.repeat(["C", "D", "E", "F"], 10)
    clips = [rng.rand(24, n).astype(np.float32) for n in rng.randint(2, 9, len(y))]
    for clip, label in zip(clips, y, strict=True):
        clip["CDEF".index(label)] += 1
    return clips, y


@pytest.fixture
def waves(rng):
    """Tones of unequal length of three pitches, in noise."""
    y = np.repeat(["low", "middle", "high"], 6)
    pitches = {"low": 220.0, "middle": 330.0, "high": 440.0}
    clips = []
    for label in y:
        time = np.arange(rng.randint(3000, 6000)) / 22050
        clips.append(np.sin(2 * np.pi * pitches[label] * time) + 0.1 * rng.randn(len(time)))
    return clips, y


class TestTheStart:
    """Before the first epoch, the network is the Pipeline."""

    @pytest.mark.parametrize("pipeline", CLIPS)
    def test_clips(self, pipeline, waves, tmp_path):
        X, y = waves
        if pipeline == "timbre":  # the others take waveforms
            for i, clip in enumerate(X):
                soundfile.write(tmp_path / f"{i:02d}.wav", clip / 2, 22050, subtype="FLOAT")
            X = sorted(map(str, tmp_path.iterdir()))
        model = unfrozen(CLIPS[pipeline], max_iter=0).fit(X, y)
        first = {"chords": "cqttochroma", "mel bands": "melspectrogram", "pitch classes": "chroma"}
        assert model.trainable_[0] == first.get(pipeline, "mfcc")
        np.testing.assert_array_equal(model.predict(X), model.pipeline_.predict(X))
        expected = model.pipeline_.decision_function(X)
        assert_close(model.decision_function(X), expected)
        np.testing.assert_allclose(model.predict_proba(X), model.pipeline_.predict_proba(X), atol=1e-4)

    @pytest.mark.parametrize("n_classes", [2, 4])
    def test_frames_and_tables(self, frames, n_classes):
        X, y = (each[: 10 * n_classes] for each in frames)
        table = np.array([clip[:, 0] for clip in X])
        for pipeline, given in ((FRAMES, X), (TABLE, table), (TABLE, pd.DataFrame(table)), (FRAMES, table)):
            model = unfrozen(pipeline, max_iter=0).fit(given, y)
            expected = clone(pipeline).fit(given, y).decision_function(given)
            assert_close(model.decision_function(given), expected)

    def test_long_clips_are_taken_whole(self, frames, rng):
        X, y = [np.hstack([clip, rng.rand(24, 200)]) for clip in frames[0]], frames[1]
        model = unfrozen(FRAMES, max_iter=0).fit(X, y)
        assert_close(model.decision_function(X), model.pipeline_.decision_function(X))

    def test_nothing_to_train(self, frames):
        X, y = frames
        forest = make_pipeline(FramePooler(), RandomForestClassifier(5, random_state=0))
        model = unfrozen(forest, trainable="none").fit(X, y)
        np.testing.assert_array_equal(model.predict_proba(X), clone(forest).fit(X, y).predict_proba(X))
        assert not hasattr(model, "decision_function") and not hasattr(model, "module_")
        assert (model.n_parameters_, model.n_iter_, model.trainable_, model.deviation_) == (0, 0, [], {})


class TestTraining:
    def test_it_learns_and_moves(self, frames):
        X, y = frames
        model = unfrozen(FRAMES, max_iter=30, anchor=0).fit(X, y)
        losses = [log_loss(y, one.predict_proba(X)) for one in (model.pipeline_, model)]
        assert losses[1] < 0.8 * losses[0]
        assert model.trainable_ == ["cqttochroma", "logisticregression"]
        assert model.n_parameters_ == 12 * 24 + 4 * 24 + 4
        for name, start in model.initial_weights_.items():
            now = model.weights_[name]
            moved = np.sqrt(sum(np.square(now[key] - start[key]).sum() for key in start))
            length = np.sqrt(sum(np.square(start[key]).sum() for key in start))
            assert model.deviation_[name] == pytest.approx(moved / length, rel=1e-5) and moved > 0

    def test_the_anchor_holds(self, frames):
        moved = [unfrozen(FRAMES, max_iter=20, anchor=a).fit(*frames).deviation_ for a in (0, 1, 1000)]
        for name in moved[0]:
            assert moved[0][name] > moved[1][name] > moved[2][name]
        assert moved[2]["cqttochroma"] < 0.05

    def test_nothing_but_the_labels_pulls(self, frames):
        """No weight decay, no smoothed labels: where all labels are certain, nothing moves."""
        X, y = frames
        X = [1000 * (clip > 1) for clip in X]
        certain = make_pipeline(CQTToChroma(), FramePooler(("mean",)), LogisticRegression(C=1e6))
        model = unfrozen(certain, anchor=0).fit(X, y)
        assert model.history_["train_loss"][0] < 1e-8
        assert max(model.deviation_.values()) < 1e-4

    def test_only_named_steps_move(self, frames):
        model = unfrozen(FRAMES, trainable=["cqttochroma"]).fit(*frames)
        last = model.module_.steps[-1]
        np.testing.assert_allclose(last.final_layer.weight.detach(), model.pipeline_[-1].coef_, rtol=1e-6)
        assert list(model.deviation_) == ["cqttochroma"] and model.n_parameters_ == 12 * 24
        head = unfrozen(FRAMES, trainable=("logisticregression",)).fit(*frames)
        assert len(head.module_.steps) == 1  # all before is computed once

    def test_what_is_computed_once(self, waves, monkeypatch):
        calls = []
        transform = CQT.transform
        monkeypatch.setattr(CQT, "transform", lambda self, X: calls.append(len(X)) or transform(self, X))
        unfrozen(CLIPS["chords"], early_stopping=True).fit(*waves)
        assert calls == [len(waves[1])]

    def test_steps_have_learning_rates_of_their_size(self, frames):
        """A Pipeline of other units learns as much."""
        X, y = frames
        scaled = [1000 * clip for clip in X]
        pipeline = make_pipeline(CQTToChroma(), FramePooler(), LogisticRegression(C=1e6, max_iter=10_000))
        shares = [unfrozen(pipeline, anchor=0).fit(given, y).deviation_ for given in (X, scaled)]
        assert shares[1]["logisticregression"] < 10 * shares[0]["logisticregression"]

    def test_it_follows_its_seed(self, frames):
        X, y = frames
        first, again, other = (
            unfrozen(FRAMES, init="random", random_state=seed).fit(X, y).predict_proba(X)
            for seed in (0, 0, 1)
        )
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)

    @pytest.mark.parametrize("given", ["balanced", {"C": 1, "D": 2, "E": 3, "F": 4}])
    def test_class_weights_are_those_of_the_pipeline(self, frames, given):
        X, y = frames
        weighted = clone(FRAMES).set_params(logisticregression__class_weight=given)
        equal, same, passed = unfrozen(FRAMES), unfrozen(weighted), unfrozen(FRAMES, class_weight=given)
        scores = [model.fit(X, y).decision_function(X) for model in (equal, same, passed)]
        np.testing.assert_array_equal(scores[1], scores[2])
        if given != "balanced":  # which weights equally frequent classes equally
            assert not np.allclose(scores[0], scores[1], atol=1e-3)

    def test_an_optimizer_without_groups_of_parameters(self, frames):
        X, y = frames
        recipe = TrainingRecipe("lbfgs", label_smoothing=0.0)
        model = unfrozen(FRAMES, recipe=recipe, batch_size=40, learning_rate_init=1.0, max_iter=5)
        losses = model.fit(X, y).history_["train_loss"]
        assert losses[-1] < losses[0]


class TestRandomStart:
    def test_it_knows_nothing(self, frames):
        X, y = frames
        model = unfrozen(FRAMES, init="random", max_iter=0).fit(X, y)
        np.testing.assert_allclose(model.predict_proba(X), 0.25)
        start = model.initial_weights_["cqttochroma"]["weights"]
        assert start.min() >= 0
        assert np.linalg.norm(start) == pytest.approx(24**0.5, rel=1e-5)  # as long as 24 weights of 1

    def test_scalers_fit_what_random_weights_give(self, frames):
        X, y = frames
        model = unfrozen(FRAMES, init="random", max_iter=0).fit(X, y)
        *inner, _ = model.module_.steps
        before = [step.transform(X) for step in model._before][-1]
        rows = []
        for x in before:
            x = torch.from_numpy(x)[None]
            for step in inner:
                x = step(x)
            rows.append(x[0].detach().numpy())
        np.testing.assert_allclose(np.mean(rows, 0), 0, atol=1e-5)
        np.testing.assert_allclose(np.std(rows, 0), 1, atol=1e-4)

    def test_it_learns(self, frames):
        X, y = frames
        model = unfrozen(FRAMES, init="random", max_iter=60, learning_rate_init=0.05)
        assert model.fit(X, y).score(X, y) > 0.9


class TestEarlyStopping:
    def test_it_may_keep_the_pipeline(self, frames, rng):
        """Labels at random: every epoch raises the validation loss."""
        X, y = frames
        y = rng.permutation(y)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model = unfrozen(
                FRAMES, early_stopping=True, max_iter=50, n_iter_no_change=4, learning_rate_init=0.1
            ).fit(X, y)
        assert model.n_iter_ == 0 and len(model.validation_loss_) == 5
        assert model.validation_loss_.argmin() == 0
        np.testing.assert_array_equal(model.predict(X), clone(FRAMES).fit(X, y).predict(X))
        assert set(model.deviation_.values()) == {0.0}

    def test_it_takes_the_epoch_with_the_lowest_loss(self, frames):
        unsure = clone(FRAMES).set_params(logisticregression__C=0.01)
        model = unfrozen(unsure, early_stopping=True, max_iter=15).fit(*frames)
        assert model.n_iter_ == model.validation_loss_.argmin() > 0
        assert len(model.history_["train_loss"]) == model.n_iter_

    def test_the_pipeline_of_the_choice_has_not_seen_the_validation_part(self, frames, monkeypatch):
        X, y = frames
        groups = np.tile(np.arange(5), 8)
        fitted, fit = [], _training_on.TrainingOn.fit
        monkeypatch.setattr(
            _training_on.TrainingOn, "fit", lambda self, p, rows: fitted.append(rows) or fit(self, p, rows)
        )
        model = unfrozen(FRAMES, early_stopping=True, max_iter=2).fit(X, y, groups=groups)
        train, everything = fitted
        held_out = np.setdiff1d(np.arange(40), train)
        assert len(set(groups[held_out])) == 1 and not set(groups[held_out]) & set(groups[train])
        assert everything == slice(None)
        inner = clone(FRAMES).fit([X[i] for i in train], y[train])
        expected = log_loss(y[held_out], inner.predict_proba([X[i] for i in held_out]))
        assert model.validation_loss_[0] == pytest.approx(expected, rel=1e-4)

    def test_of_0_epochs_there_is_nothing_to_choose(self, frames):
        model = unfrozen(FRAMES, early_stopping=True, max_iter=0).fit(*frames)
        assert model.n_iter_ == 0 and model.validation_loss_ is None

    def test_a_search_passes_groups(self, frames):
        X, y = frames
        model = unfrozen(FRAMES, early_stopping=True)
        name = "pipeline__logisticregression__C"
        search = GridSearchCV(model, {name: [0.1, 1.0]}, cv=GroupKFold(2))
        search.fit(X, y, groups=np.tile(np.arange(4), 10))
        assert search.best_params_[name] == search.best_estimator_.pipeline_[-1].C


class TestWrongSteps:
    """Each error names the step, and what to do."""

    @pytest.mark.parametrize(
        ("params", "error", "match"),
        [
            ({"pipeline": LogisticRegression()}, TypeError, "be a Pipeline, such as make_pipeline"),
            ({"pipeline": make_pipeline(Ridge())}, ValueError, "end in a classifier, .*got Ridge"),
            ({"trainable": "cqttochroma"}, ValueError, "'cqttochroma' is not one of .*nor a list"),
            ({"trainable": ["fold"]}, ValueError, r"names of steps, .*cqttochroma.*got \['fold'\]"),
            ({"trainable": []}, ValueError, "use trainable='none'"),
            ({"trainable": 3}, TypeError, "list of names of steps, got 3"),
            ({"trainable": ["standardscaler"]}, ValueError, "can learn, cqttochroma, .*StandardScaler"),
            ({"class_weight": "equal"}, ValueError, r"not one of \['auto', 'balanced'\]"),
            ({"init": "zeros"}, ValueError, "init='zeros' is not one of"),
            ({"anchor": -1}, ValueError, "anchor=-1 must be"),
            ({"max_iter": -1}, ValueError, "max_iter=-1 must be"),
            ({"recipe": TrainingRecipe(init="he_normal")}, ValueError, r"recipe\.init='he_normal' must be"),
            ({"early_stopping": True, "validation_fraction": 2}, ValueError, "validation_fraction=2 must be"),
        ],
    )
    def test_parameters(self, frames, params, error, match):
        with pytest.raises(error, match=match):
            unfrozen(**{"pipeline": FRAMES, **params}).fit(*frames)

    def test_the_last_step_must_be_part_of_the_network(self, frames):
        tree = make_pipeline(FramePooler(), DecisionTreeClassifier())
        with pytest.raises(ValueError, match=r"'decisiontreeclassifier', the last step, .*trainable='none'"):
            unfrozen(tree).fit(*frames)

    def test_a_step_that_is_no_part_of_the_network(self, frames):
        """It may stand before what is trained, and is computed once; not behind it."""
        X, y = frames
        steps = (CQTToChroma(), FramePooler(), QuantileTransformer(n_quantiles=10), LogisticRegression())
        model = unfrozen(make_pipeline(*steps)).fit(X, y)
        assert model.trainable_ == ["logisticregression"]
        with pytest.raises(ValueError, match=r"behind 'cqttochroma'.*'quantiletransformer' cannot be: Quant"):
            unfrozen(make_pipeline(*steps), trainable=["cqttochroma"]).fit(X, y)
        with pytest.raises(ValueError, match=r"'quantiletransformer' cannot: QuantileTransformer has no"):
            unfrozen(make_pipeline(*steps), trainable=["quantiletransformer"]).fit(X, y)

    def test_front_ends(self, waves):
        X, y = waves
        with pytest.raises(ValueError, match="'cqt' cannot: CQT with these parameters has nothing"):
            unfrozen(CLIPS["chords"], trainable=["cqt"]).fit(X, y)
        both = make_union(make_pipeline(SPECTRA, FramePooler()), make_pipeline(MFCC(), FramePooler()))
        model = unfrozen(make_pipeline(both, LogisticRegression(max_iter=1000))).fit(X, y)
        assert model.trainable_ == ["logisticregression"]

    def test_tags(self, frames):
        with pytest.raises(ValueError, match="one class per clip, got an indicator of 2 tags"):
            unfrozen(FRAMES).fit(frames[0], np.tile([[0, 1], [1, 1]], (20, 1)))


@pytest.mark.filterwarnings("ignore::UserWarning")  # of the few folds
def test_compare_takes_it(waves):
    models = {"frozen": CLIPS["chords"], "unfrozen": unfrozen(CLIPS["chords"])}
    result = compare(models, *waves, groups=np.tile(np.arange(6), 3), cv=3)
    assert result.table_.loc["unfrozen", "mean"] > 0.5


def test_nested_steps_are_named_as_parameters_are(frames):
    X, y = frames
    nested = make_pipeline(make_pipeline(LogCompression(10), CQTToChroma()), FramePooler(), *TABLE)
    model = unfrozen(nested, trainable=["pipeline__cqttochroma"]).fit(X, y)
    assert model.trainable_ == ["pipeline__cqttochroma"]


@pytest.mark.parametrize("trainable", ["auto", "none", ["logisticregression"]])
def test_its_module_is_the_whole(frames, trainable):
    X, y = frames
    model = unfrozen(FRAMES, trainable=trainable).fit(X, y)
    logits = model.to_module()(torch.from_numpy(X[0])[None]).detach().numpy()
    assert_close(logits, model.decision_function(X[:1]))


@pytest.mark.parametrize("trainable", ["auto", ["logisticregression"]])
def test_other_programs_run_it(waves, trainable, tmp_path):
    pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    X, y = waves
    model = unfrozen(CLIPS["chords"], trainable=trainable).fit(X, y)
    to_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    logits, probabilities = session.run(None, {"waveforms": X[0][None].astype(np.float32)})
    assert_close(logits, model.decision_function(X[:1]))
    assert_close(probabilities, model.predict_proba(X[:1]))
