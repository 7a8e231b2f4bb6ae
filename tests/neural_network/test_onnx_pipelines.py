"""A whole Pipeline in an ONNX file, from waveforms to its answer, gives what the Pipeline gives."""

import json

import numpy as np
import pytest
import small_networks
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier as DenseClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skmir.audio import AudioLoader
from skmir.compose import FrameClassifier
from skmir.feature_extraction import (
    CQT,
    DFT,
    MFCC,
    Chroma,
    LogFilteredSpectrogram,
    MelSpectrogram,
    OnsetStrength,
    SpectralShape,
    Tempogram,
)
from skmir.neural_network import (
    CNNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    TCNSequenceClassifier,
    to_onnx,
)
from skmir.preprocessing import Delta, FramePooler, FrameScaler, LogCompression, WindowPooler

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

pytestmark = pytest.mark.filterwarnings("ignore:.* clips are shorter than")
SR = 8000
LABELS = np.array(["bass", "drum", "horn"])


@pytest.fixture(scope="module")
def clips():
    """Clips of unequal length, of three kinds of sound; one is silent in the middle."""
    rng = np.random.RandomState(0)
    clips = []
    for i in range(18):
        n_samples = (9000, 12001, 7013)[i % 3] + 100 * i
        tone = np.sin(2 * np.pi * 110 * 3 ** (i % 3) * (1 + 0.02 * i) * np.arange(n_samples) / SR)
        clips.append((0.3 * tone + 0.02 * (1 + i % 3) * rng.randn(n_samples)).astype(np.float32))
    clips[4][3000:6000] = 0
    return clips


@pytest.fixture(scope="module")
def y():
    return LABELS[np.arange(18) % 3]


@pytest.fixture
def run(tmp_path):
    """Export a model, and return a function from an input to the outputs by their names."""

    def export(model):
        to_onnx(model, tmp_path / "model.onnx")
        onnx.checker.check_model(str(tmp_path / "model.onnx"), full_check=True)
        session = onnxruntime.InferenceSession(
            str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"]
        )
        names = [output.name for output in session.get_outputs()]
        (taken,) = session.get_inputs()
        return lambda X: dict(zip(names, session.run(None, {taken.name: X}), strict=True))

    return export


def batches(clips):
    """Batches of clips of one length: several sizes, and several lengths."""
    for n_samples, rows in ((7000, slice(0, 5)), (6001, slice(3, 4)), (3333, slice(6, 8))):
        yield np.stack([np.resize(y, n_samples) for y in clips[rows]])


def assert_same(found, expected):
    """Compare relative to the scale of what is expected."""
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * max(1, np.abs(expected).max()))


MFCC_MODEL = make_pipeline(MFCC(SR, n_fft=512), FramePooler(), StandardScaler(), LogisticRegression())
CLASSIFIERS = {
    "MFCC and logistic regression": MFCC_MODEL,
    "mel and CNN": make_pipeline(
        MelSpectrogram(SR, n_mels=40, n_fft=512),
        LogCompression(),
        FrameScaler(),
        small_networks.make(CNNClassifier, n_frames=10),
    ),
    "CQT and LDA": make_pipeline(
        CQT(SR, n_bins=60),
        LogCompression(100),
        FramePooler(),
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    ),
    "DFT and MLP": make_pipeline(
        DFT(SR, n_fft=512), FrameScaler(), small_networks.make(MLPClassifier, n_frames=8)
    ),
    "chroma and dense layers": make_pipeline(
        Chroma(SR, kind="cqt", tuning=0.0, fmin=65.4, n_octaves=4),
        FramePooler(),
        DenseClassifier((8,), solver="lbfgs", random_state=0),
    ),
    "bands, their rises and recurrent layers": make_pipeline(
        LogFilteredSpectrogram(SR, n_fft=512, hop_length=200, diff_ratio=0.25),
        FrameScaler(),
        small_networks.make(RNNClassifier, n_frames=20),
    ),
    "two front ends, deltas, one against the rest": make_pipeline(
        FeatureUnion(
            [
                ("mfcc", make_pipeline(MFCC(SR, n_fft=512), Delta(), FramePooler())),
                ("chroma", make_pipeline(Chroma(SR, tuning=0.0, n_fft=1024), FramePooler(("median", "q90")))),
            ]
        ),
        StandardScaler(),
        SGDClassifier(loss="log_loss", alpha=0.1, random_state=0),
    ),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_probabilities_and_logits_are_those_of_the_pipeline(run, clips, y, name):
    X = [clip[:7000] for clip in clips] if "two front ends" in name else clips
    model = CLASSIFIERS[name].fit(X, y)
    graph = run(model)
    for X in batches(clips):
        found = graph(X)
        assert list(found) == ["logits", "probabilities"]
        np.testing.assert_allclose(found["probabilities"], model.predict_proba(X), atol=1e-5)
        if hasattr(model, "decision_function"):
            assert_same(found["logits"], model.decision_function(X))


def test_a_classifier_without_probabilities_has_none(run, clips, y):
    model = make_pipeline(CQT(SR, n_bins=60), LogCompression(100), FramePooler(), LinearSVC(random_state=0))
    for labels in (y, np.where(y == "bass", "bass", "other")):
        graph = run(model.fit(clips, labels))
        for X in batches(clips):
            found = graph(X)
            assert list(found) == ["logits"]
            logits = found["logits"]
            decision = logits if len(set(labels)) > 2 else logits[:, 1] - logits[:, 0]
            assert_same(decision, model.decision_function(X))


def test_numbers_and_features(run, clips):
    y = 100 + np.arange(18.0)
    for last in (Ridge(), small_networks.make(MLPRegressor)):
        model = make_pipeline(MFCC(SR, n_fft=512), FramePooler(), StandardScaler(), last).fit(clips, y)
        graph = run(model)
        for X in batches(clips):
            found = graph(X)
            assert list(found) == ["numbers"]
            np.testing.assert_allclose(found["numbers"][:, 0], model.predict(X), rtol=1e-5)
    graph = run(model[:-1])
    for X in batches(clips):
        assert_same(graph(X)["features"], model[:-1].transform(X))


def test_what_is_inside_a_search_and_a_pipeline_from_frames(run, clips, y):
    frames = MFCC(SR, n_fft=512).transform(clips)
    pipeline = make_pipeline(FramePooler(), StandardScaler(), LogisticRegression())
    model = GridSearchCV(pipeline, {"logisticregression__C": [1, 0.1]}, cv=2).fit(frames, y)
    graph = run(model)
    for X in (np.stack([x[:, :n] for x in frames[:3]]) for n in (1, 5, 11)):
        np.testing.assert_allclose(graph(X)["probabilities"], model.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize(
    "front_end",
    [
        DFT(SR, n_fft=511, power=0.5, pad_mode="symmetric"),
        MFCC(SR, n_fft=512, offset="center", duration=0.3),
        CQT(SR, n_bins=24, hop_length=256, pad_mode="edge"),
        OnsetStrength(SR, n_fft=512, n_mels=40, max_size=3, aggregate="median"),
        Tempogram(SR, n_fft=512, n_mels=40, win_length=30),
        SpectralShape(sr=SR, n_fft=512, n_bands=3),
        LogFilteredSpectrogram(SR, n_fft=(511, 1024), diff_ratio=0.25),
    ],
    ids=lambda front_end: type(front_end).__name__,
)
def test_a_front_end_alone(run, clips, front_end):
    graph = run(front_end)
    for X in batches(clips):
        assert_same(graph(X)["features"], front_end.transform(X))


def test_outputs_per_frame(run, clips):
    model = make_pipeline(
        MelSpectrogram(SR, n_mels=40, n_fft=512), FrameScaler(), small_networks.make(TCNSequenceClassifier)
    )
    labels = [np.arange(1 + len(clip) // 512) % 3 for clip in clips]
    graph = run(model.fit(clips, labels))
    for X in batches(clips):
        np.testing.assert_allclose(graph(X)["probabilities"], model.predict_proba(X), atol=1e-5)


def test_tags_and_windows_that_vote(run, clips, y):
    frames = MFCC(SR, n_fft=512).transform(clips)
    tags = np.stack([y == "bass", y != "horn"], axis=1).astype(int)
    inner = OneVsRestClassifier(LogisticRegression())
    pooled = make_pipeline(FramePooler(), StandardScaler(), inner).fit(frames, tags)
    voting = make_pipeline(FrameScaler(), FrameClassifier(inner, width=2)).fit(frames, tags)
    for model in (pooled, voting):
        graph = run(model)
        for X in (np.stack([x[:, :n] for x in frames[:3]]) for n in (2, 11)):
            np.testing.assert_allclose(graph(X)["probabilities"], model.predict_proba(X), atol=1e-5)


def test_windows_that_are_pooled(run, clips, y):
    model = make_pipeline(MelSpectrogram(SR, n_mels=40, n_fft=512), LogCompression(), WindowPooler(widths=4))
    graph = run(model.fit(clips))
    for X in batches(clips):
        assert_same(graph(X)["features"], model.transform(X))


def test_the_file_says_what_it_holds(clips, y, tmp_path):
    to_onnx(MFCC_MODEL.fit(clips, y), tmp_path / "model.onnx")
    found = {prop.key: prop.value for prop in onnx.load(tmp_path / "model.onnx").metadata_props}
    assert json.loads(found["classes"]) == LABELS.tolist()
    assert json.loads(found["steps"]) == ["mfcc", "framepooler", "standardscaler", "logisticregression"]
    expected = {
        "estimator": "LogisticRegression",
        "target_type": "multiclass",
        "sr": "8000",
        "n_samples": "any",
    }
    assert found.items() >= expected.items()


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (
            make_pipeline(MFCC(SR, n_fft=512), FramePooler(), RandomForestClassifier(5)),
            TypeError,
            r"Step 'randomforestclassifier': RandomForestClassifier has no module of torch: .* steps",
        ),
        (
            make_pipeline(
                MFCC(SR, n_fft=512), FramePooler(), SGDClassifier("modified_huber", max_iter=5, tol=None)
            ),
            TypeError,
            r"SGDClassifier makes probabilities of its decisions in a way that is not written here",
        ),
        (
            make_pipeline(AudioLoader(SR), MFCC(SR, n_fft=512), FramePooler(), LogisticRegression()),
            TypeError,
            r"AudioLoader reads files, .* pass the Pipeline without it, pipeline\[1:\]",
        ),
        (
            make_pipeline(Chroma(SR), FramePooler(), LogisticRegression()),
            ValueError,
            r"Chroma follows the tuning of each clip \(tuning=None\), .* Set tuning to a number",
        ),
        (
            make_pipeline(MFCC(SR, offset="random", duration=0.2), FramePooler(), LogisticRegression()),
            ValueError,
            r"MFCC has offset='random'",
        ),
        (
            FeatureUnion([("a", MFCC(SR)), ("b", MFCC(2 * SR))]),
            ValueError,
            r"Front ends must have one sr .* got \[8000.0, 16000.0\] Hz",
        ),
    ],
    ids=["trees", "probabilities", "files", "tuning", "random", "rates"],
)
def test_what_cannot_be_exported_is_named(clips, y, tmp_path, model, error, message):
    with pytest.raises(error, match=message):
        to_onnx(model.fit(clips, y), tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()
