"""Where a decision comes from: found where it was put, and heard."""

import sys

import numpy as np
import pytest
import soundfile
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skmir.audio import AudioLoader
from skmir.feature_extraction import CQT, DFT, MFCC, MelSpectrogram
from skmir.inspection import SaliencyDisplay
from skmir.inspection._class_scores import ClassScores
from skmir.neural_network import CNNClassifier, RNNClassifier
from skmir.preprocessing import Delta, FramePooler, FrameScaler, LogCompression

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

SR = 16000
TIME = np.arange(SR) / SR
HALF = SR // 2


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def sine(hz):
    return 0.3 * np.sin(2 * np.pi * hz * TIME)


def make_clips(n_clips=12, seed=0):
    """Return clips of 1 s with the same first half, and a tone in the second that decides the class."""
    rng = np.random.RandomState(seed)
    labels = np.tile(["high", "low"], n_clips // 2)
    tones = [rng.uniform(2800, 3200) if label == "high" else rng.uniform(280, 320) for label in labels]
    first, second = TIME < 0.5, TIME >= 0.5
    clips = [sine(1000) * first + sine(hz) * second + 1e-4 * rng.randn(SR) for hz in tones]
    return np.array(clips), labels


CLIPS, LABELS = make_clips()
CLIP = CLIPS[0]  # of the class "high"


def linear(classifier=None, sr=SR):
    steps = MelSpectrogram(sr, n_mels=40), LogCompression(), FramePooler()
    return make_pipeline(*steps, classifier or LogisticRegression())


@pytest.fixture(scope="module")
def model():
    return linear().fit(CLIPS, LABELS)


def networks(*between, network=None):
    network = network or CNNClassifier(max_iter=15, device="cpu", random_state=0)
    return make_pipeline(MelSpectrogram(SR, n_mels=40), LogCompression(), *between, network)


@pytest.fixture(scope="module")
def cnn():
    return networks().fit(CLIPS, LABELS)


def mass(display, times=(0.45, 1.1), band=(2000, 4000)):
    """Return the share of the positive saliency in a stretch of time and a band."""
    saliency = np.maximum(display.saliency, 0)
    edges = display.ax_.collections[-1].get_coordinates()
    centres = (edges[:-1, :-1] + edges[1:, 1:]) / 2  # (n_bins, n_segments, 2)
    inside = [
        (low <= centres[..., i]) & (centres[..., i] <= high) for i, (low, high) in enumerate((times, band))
    ]
    return saliency[inside[0] & inside[1]].sum() / saliency.sum()


def energy_inside(y, band=(2000, 4000)):
    """Return the share of a sound's energy in the second half and a band."""
    half = np.where(TIME >= 0.47, y, 0)
    spectrum, hz = np.abs(np.fft.rfft(half)) ** 2, np.fft.rfftfreq(SR, 1 / SR)
    return spectrum[(hz >= band[0]) & (hz <= band[1])].sum() / SR * 2 / (y**2).sum()


@pytest.mark.parametrize("method", ["occlusion", "integrated_gradients"])
def test_a_network_listens_to_the_tone_that_decides(cnn, method):
    display = SaliencyDisplay.from_estimator(cnn, CLIP, method=method)
    assert display.target_ == "high"
    assert mass(display) > 0.7
    heard = display.to_audio(0.05)
    assert energy_inside(heard) > 0.9
    assert (heard**2).sum() > 0.2 * (CLIP[HALF:] ** 2).sum()
    assert energy_inside(CLIP) < 0.6


@pytest.mark.parametrize("classifier", [LogisticRegression(), SVC()], ids=["probabilities", "decisions"])
def test_any_classifier_is_asked_by_occlusion(classifier):
    display = SaliencyDisplay.from_estimator(linear(classifier).fit(CLIPS, LABELS), CLIP)
    assert mass(display) > 0.7
    assert energy_inside(display.to_audio(0.05)) > 0.9
    assert display.saliency.shape == (8, 12)
    other = SaliencyDisplay.from_estimator(linear(classifier).fit(CLIPS, LABELS), CLIP, target="low")
    np.testing.assert_allclose(other.saliency, -display.saliency, atol=1e-5)


def test_a_cell_is_the_fall_of_the_log_odds(model):
    """All cells in one are the whole sound, and with no range in dB it becomes silent."""
    display = SaliencyDisplay.from_estimator(model, CLIP, n_bands=1, n_segments=1, db_range=None)
    odds = [np.diff(model.predict_log_proba([y])[0, ::-1])[0] for y in (CLIP, np.zeros(SR))]
    np.testing.assert_allclose(display.saliency, [[odds[0] - odds[1]]], rtol=1e-6)
    in_time = SaliencyDisplay.from_estimator(model, CLIP, n_bands=1, n_segments=2)
    in_bands = SaliencyDisplay.from_estimator(model, CLIP, n_bands=6, n_segments=1)
    assert in_time.saliency[0, 1] > abs(in_time.saliency[0, 0])
    edges = in_bands.ax_.collections[-1].get_coordinates()[:, 0, 1]
    loudest = in_bands.saliency[:, 0].argmax()
    assert edges[loudest] < 3000 < edges[loudest + 1]


def test_what_is_too_quiet_to_hear_is_not_missed(model):
    """The first half is silent above its tone; a hole of silence would be heard by a model of decibels."""
    display = SaliencyDisplay.from_estimator(model, CLIP, n_segments=4)
    centres = display.ax_.collections[-1].get_coordinates()[:-1, 0, 1]
    assert np.abs(display.saliency[centres > 4000][:, 0]).max() < 0.01 * display.saliency.max()


def test_results_do_not_depend_on_the_size_of_blocks(model, monkeypatch):
    expected = SaliencyDisplay.from_estimator(model, CLIP, n_bands=3, n_segments=3).saliency
    monkeypatch.setattr("skmir.inspection._occlusion._BLOCK", 1)
    found = SaliencyDisplay.from_estimator(model, CLIP, n_bands=3, n_segments=3).saliency
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("windows", [None, 12], ids=["whole", "windows"])
@pytest.mark.parametrize("kind", [CNNClassifier, RNNClassifier])
def test_contributions_add_up_to_the_difference_of_the_scores(kind, windows):
    network = kind(max_iter=5, n_frames=windows or 128, device="cpu", random_state=0)
    model = networks(FrameScaler(), network=network).fit(CLIPS, LABELS)
    display = SaliencyDisplay.from_estimator(model, CLIP, method="integrated_gradients", n_steps=100)
    frames = model[:-1].transform([CLIP])
    odds = [np.diff(network.predict_log_proba(x)[0, ::-1])[0] for x in (frames, np.zeros_like(frames))]
    assert display.saliency.sum() == pytest.approx(odds[0] - odds[1], rel=0.03, abs=0.02)
    assert display.saliency.sum() - display.convergence_delta_ == pytest.approx(odds[0] - odds[1], abs=1e-3)


def test_three_classes_and_tags_have_log_odds(rng):
    labels = np.array([*LABELS[:8], *["none"] * 4])
    three = networks(network=CNNClassifier(max_iter=2, device="cpu", random_state=0)).fit(CLIPS, labels)
    proba = three.predict_proba([CLIP])[0].astype(float)
    scores = ClassScores(three, [CLIP], "none")
    np.testing.assert_allclose(scores([CLIP]), [np.log(proba[2] / (1 - proba[2]))], rtol=1e-4)
    tags = np.column_stack([LABELS == "high", LABELS == "low"]).astype(int)
    for model in (
        networks().fit(CLIPS, tags),
        linear(OneVsRestClassifier(LogisticRegression())).fit(CLIPS, tags),
    ):
        proba = model.predict_proba([CLIP])[0].astype(float)
        scores = ClassScores(model, [CLIP])
        assert scores.target == 0
        np.testing.assert_allclose(scores([CLIP]), [np.log(proba[0] / (1 - proba[0]))], rtol=1e-3)


def test_votes_for_nothing_have_a_score():
    tree = linear(DecisionTreeClassifier(random_state=0)).fit(CLIPS, LABELS)
    display = SaliencyDisplay.from_estimator(tree, CLIP, n_bands=4, n_segments=2)
    assert np.isfinite(display.saliency).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_with_all_kept_it_is_the_clip(model, dtype):
    clip = CLIP[:-77].astype(dtype)
    display = SaliencyDisplay.from_estimator(model, clip, n_bands=2, n_segments=2)
    heard = display.to_audio(1)
    assert heard.dtype == dtype
    np.testing.assert_allclose(heard, clip, atol=1e-5)
    assert display.to_audio(0.25).shape == clip.shape
    for keep in (0, 1.1):
        with pytest.raises(ValueError, match="keep="):
            display.to_audio(keep)


def test_files_and_searches(tmp_path):
    path = tmp_path / "Äther.wav"
    soundfile.write(path, CLIP, SR, subtype="FLOAT")
    search = GridSearchCV(linear(), {"logisticregression__C": [1.0]}, cv=2).fit(CLIPS, LABELS)
    of_file, of_array = (
        SaliencyDisplay.from_estimator(search, x, n_bands=3, n_segments=2) for x in (path, CLIP.astype("f4"))
    )
    np.testing.assert_allclose(of_file.saliency, of_array.saliency, atol=1e-5)
    integers = SaliencyDisplay.from_estimator(
        search, (CLIP * 2**15).astype(np.int16), n_bands=3, n_segments=2
    )
    np.testing.assert_allclose(integers.saliency, of_array.saliency, atol=0.02)


@pytest.mark.parametrize("offset", [0.3, "center", "random"])
@pytest.mark.parametrize("loads", [False, True], ids=["front end", "loader"])
def test_excerpts(offset, loads):
    excerpt = {"offset": offset, "duration": 0.6}
    first = [AudioLoader(sr=SR, **excerpt)] if loads else []
    mel = MelSpectrogram(SR, n_mels=40, **({} if loads else excerpt))
    model = make_pipeline(*first, mel, LogCompression(), FramePooler(), LogisticRegression())
    model.fit(CLIPS, LABELS)
    display = SaliencyDisplay.from_estimator(model, CLIP, n_bands=4, n_segments=3)
    assert len(display.waveform) == round(0.6 * SR)
    start = 0.3 if offset == 0.3 else 0
    np.testing.assert_allclose(display.ax_.get_xlim(), [start, start + 0.6])
    assert mass(display, (start + 0.1, start + 0.6)) > 0.5
    np.testing.assert_allclose(display.to_audio(1), display.waveform, atol=1e-5)


def test_masked_clips_are_not_kept(tmp_path):
    model = linear().set_params(melspectrogram__memory=tmp_path).fit(CLIPS, LABELS)
    before = sorted(tmp_path.rglob("*"))
    SaliencyDisplay.from_estimator(model, CLIP, n_bands=2, n_segments=2)
    assert sorted(tmp_path.rglob("*")) == before
    assert model[0].memory == tmp_path


class Loudness(ClassifierMixin, BaseEstimator):
    """A classifier of waveforms that knows nothing of front ends."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):
        return np.array([np.abs(x[HALF:]).mean() - 0.05 for x in X])

    def predict(self, X):
        return self.classes_[(self.decision_function(X) > 0).astype(int)]


def test_without_a_front_end():
    model = make_pipeline(FunctionTransformer(), Loudness()).fit(CLIPS, ["loud", "quiet"] * 6)
    display = SaliencyDisplay.from_estimator(model, CLIP, sr=SR, target="quiet")
    assert mass(display) > 0.9
    with pytest.raises(TypeError, match=r"sr must be the sampling rate .*, got sr=None and Pipeline"):
        SaliencyDisplay.from_estimator(model, CLIP)


def test_the_picture(model, cnn, tmp_path):
    figure, ax = plt.subplots()
    display = SaliencyDisplay.from_estimator(model, CLIP, ax=ax)
    assert display.ax_ is ax and display.figure_ is figure
    assert ax.get_xlabel() == "time in s" and ax.get_ylabel() == "frequency in Hz"
    assert figure.axes[1].get_ylabel() == "fall of the log-odds of high\nif this is removed"
    spectrogram, saliency = ax.collections
    np.testing.assert_array_equal(saliency.get_array(), display.saliency)
    loudest = np.unravel_index(spectrogram.get_array()[:, -10:].argmax(), (128, 10))[0]
    low, high = spectrogram.get_coordinates()[[loudest, loudest + 1], 0, 1]
    assert low - 50 < 3000 < high + 200  # behind the saliency stands the tone
    figure.savefig(tmp_path / "figure.png")
    fine = SaliencyDisplay.from_estimator(cnn, CLIP, method="integrated_gradients")
    assert fine.saliency.shape == cnn[:-1].transform([CLIP]).shape[1:]
    rough = SaliencyDisplay.from_estimator(cnn, CLIP, method="integrated_gradients", smoothing=0)
    assert fine.saliency.sum() == pytest.approx(rough.saliency.sum())


@pytest.mark.parametrize("front_end", [CQT(SR, n_bins=84), DFT(SR, n_fft=512)], ids=["notes", "Hz"])
def test_other_front_ends_have_their_axes(front_end):
    network = CNNClassifier(max_iter=10, device="cpu", random_state=0)
    model = make_pipeline(front_end, LogCompression(), network).fit(CLIPS, LABELS)
    display = SaliencyDisplay.from_estimator(model, CLIP, method="integrated_gradients", smoothing=1)
    assert display.ax_.get_ylabel() == {"CQT": "note", "DFT": "frequency in Hz"}[type(front_end).__name__]
    assert mass(display) > 0.6
    np.testing.assert_allclose(display.to_audio(1), CLIP, atol=1e-5)
    assert energy_inside(display.to_audio(0.03)) > 0.8


def test_silence_has_no_saliency(model):
    display = SaliencyDisplay.from_estimator(model, np.zeros(SR), n_bands=2, n_segments=2)
    np.testing.assert_allclose(display.saliency, 0, atol=1e-9)
    display.figure_.canvas.draw()
    assert not display.to_audio(0.5).any()


def test_what_cannot_be_asked_is_refused(model, cnn):
    ask = SaliencyDisplay.from_estimator
    with pytest.raises(ValueError, match=r"target must be one of the classes 'high', 'low', got 'hi'"):
        ask(model, CLIP, target="hi")
    alone = networks(network=CNNClassifier(max_iter=1, device="cpu")).fit(CLIPS, ["high"] * len(CLIPS))
    with pytest.raises(ValueError, match=r"at least two classes apart, got one that knows only \['high'\]"):
        ask(alone, CLIP)
    with pytest.raises(ValueError, match="method='gradients'"):
        ask(model, CLIP, method="gradients")
    with pytest.raises(
        TypeError, match=r"must end in a network .*, got LogisticRegression\. Use method='occ"
    ):
        ask(model, CLIP, method="integrated_gradients")
    with pytest.raises(
        ValueError, match=r"baseline must hold finite values .*shape \(40, 32\), got .*\(3,\)"
    ):
        ask(cnn, CLIP, method="integrated_gradients", baseline=np.zeros(3))
    with pytest.raises(ValueError, match="clip must be one path, or one waveform"):
        ask(model, CLIPS)
    doubled = networks(Delta(), network=CNNClassifier(max_iter=1, device="cpu")).fit(CLIPS, LABELS)
    with pytest.raises(ValueError, match=r"must have the front end's bins.*Use method='occlusion'"):
        ask(doubled, CLIP, method="integrated_gradients")
    cepstra = make_pipeline(MFCC(SR), CNNClassifier(max_iter=1, device="cpu")).fit(CLIPS, LABELS)
    with pytest.raises(ValueError, match=r"bins must be frequencies to be heard, got an axis of 'bin'"):
        ask(cepstra, CLIP, method="integrated_gradients", n_steps=128).to_audio()
    with pytest.raises(ValueError, match=r"must have the shapes .*got \(2, 3\) and \(3,\)"):
        SaliencyDisplay(np.ones((2, 3)), [0, 1, 2], waveform=CLIP, sr=SR).plot()


def test_without_captum(cnn, monkeypatch):
    monkeypatch.setitem(sys.modules, "captum", None)
    with pytest.raises(ImportError, match=r"needs captum.*pip install captum"):
        SaliencyDisplay.from_estimator(cnn, CLIP, method="integrated_gradients")
