"""Frames that stay on disk: the same numbers as in memory, read in parts, and never other ones."""

import os
import pathlib
import pickle
import warnings

import numpy as np
import pytest
import soundfile
import torch
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir._cache import StoredEntries
from skmir._cache._stored_entries import _VERIFIED
from skmir._stored_frames import window_of
from skmir._training._windows import windows_of
from skmir.base import BaseFrameStep
from skmir.compose import FrameClassifier, FrameTransformer
from skmir.feature_extraction import MFCC, FeatureCache, MelSpectrogram, StoredFrames
from skmir.model_selection import compare
from skmir.neural_network import (
    CNNClassifier,
    CNNSequenceClassifier,
    CRNNClassifier,
    DBNClassifier,
    MLPClassifier,
    NetworkFeatures,
    TrainingRecipe,
)
from skmir.preprocessing import (
    HPSS,
    ContextWindow,
    Delta,
    FramePooler,
    FrameScaler,
    LogCompression,
    PCAWhitener,
    Tonnetz,
    WindowPooler,
)

SR = 8000
Y = np.array(["low", "high"] * 4)
NETWORK = {"max_iter": 2, "n_frames": 10, "batch_size": 3, "random_state": 0}
MODELS = {
    "svm": [FramePooler(("mean", "std", "q25"), n_parts=2), SVC()],
    "mlp": [FramePooler(), StandardScaler(), MLPClassifier(max_iter=2, random_state=0)],
    "cnn": [FrameScaler(), CNNClassifier(**NETWORK)],
    "crnn": [LogCompression(), FrameScaler(log=False), CRNNClassifier(**NETWORK)],
    "scores": [
        FrameScaler(),
        CNNClassifier(
            **NETWORK, early_stopping=True, validation_fraction=0.4, recipe=TrainingRecipe(scoring="accuracy")
        ),
    ],
    "whole clips": [LogCompression(), PCAWhitener(5), FrameScaler(), Delta(), CNNClassifier(**NETWORK)],
    "drawn": [
        FrameTransformer(PCA(4), max_frames=60, random_state=0),
        FrameClassifier(SVC(), width=3, max_windows=2, random_state=0),
    ],
    "fewer frames": [HPSS(), ContextWindow(3, hop=2), WindowPooler(widths=3), CNNClassifier(**NETWORK)],
}


EITHER = pytest.mark.parametrize("X", ["equal", "ragged"], indirect=True)


@pytest.fixture
def X(request, tmp_path, rng):
    """Paths of eight clips of 5 to 30 frames; tests for EITHER also get clips of 31 frames each."""
    equal = getattr(request, "param", None) == "equal"
    paths = []
    for i, label in enumerate(Y):
        n = 7680 if equal else 1200 + 800 * i
        y = 0.2 * np.sin(2 * np.pi * (300 if label == "low" else 900) * np.arange(n) / SR)
        paths.append(str(tmp_path / f"naïve {i}.wav"))
        soundfile.write(paths[-1], y + 0.05 * rng.randn(n), SR)
        os.utime(paths[-1], (1e9, 1e9))
    return paths


@pytest.fixture
def front_end(tmp_path):
    def make(stored=True, **params):
        memory = tmp_path / "memory"
        return MelSpectrogram(
            SR, n_fft=512, hop_length=256, n_mels=12, memory=memory, stored=stored, **params
        )

    return make


@pytest.fixture
def entries(tmp_path):
    """A function that returns the paths of all entries."""
    return lambda: sorted((tmp_path / "memory").rglob("*.entry"))


@EITHER
@pytest.mark.parametrize("name", MODELS)
def test_results_are_those_in_memory(X, front_end, name):
    """Bit for bit, for fits, predictions and the numbers of all steps."""
    expected, found = (
        make_pipeline(front_end(stored), *map(clone, MODELS[name])).fit(X[:6], Y[:6])
        for stored in (False, True)
    )
    method = "predict_proba" if hasattr(expected, "predict_proba") else "decision_function"
    assert_array_equal(getattr(found, method)(X), getattr(expected, method)(X))
    in_memory, on_disk = (model[:-1].transform(X) for model in (expected, found))
    if isinstance(on_disk, StoredFrames):
        assert on_disk.n_bins == len(in_memory[0]) and on_disk.dtype == in_memory[0].dtype
        assert on_disk.lengths.tolist() == [x.shape[1] for x in in_memory]
        loaded = on_disk.load()
        assert type(loaded) is type(in_memory)
        on_disk = list(on_disk)
        assert_array_equal(np.concatenate(loaded, 1), np.concatenate(on_disk, 1))
    for x, one in zip(in_memory, on_disk, strict=True):
        assert_array_equal(one, x)


@EITHER
def test_networks_with_outputs_per_frame(X, front_end):
    on_disk = FrameScaler().fit_transform(front_end().transform(X))
    in_memory = on_disk.load()
    y = [np.arange(n) % 3 for n in on_disk.lengths]
    model = CNNSequenceClassifier(**NETWORK)
    expected, found = (model.fit(x, y).predict_proba(x) for x in (in_memory, on_disk))
    assert_array_equal(np.concatenate(found, -1), np.concatenate(expected, -1))


def test_cross_validation_searches_and_comparisons(X, front_end):
    def model(stored):
        return make_pipeline(front_end(stored), FrameScaler(), CNNClassifier(**NETWORK))

    options = {"scoring": "neg_log_loss", "cv": 2}
    expected = cross_val_score(model(False), X, Y, **options)
    assert_array_equal(cross_val_score(model(True), X, Y, **options), expected)
    grid = {"framescaler__with_std": [True, False]}
    searches = [GridSearchCV(model(stored), grid, **options).fit(X, Y) for stored in (False, True)]
    assert_array_equal(*(search.cv_results_["mean_test_score"] for search in searches))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few clips
        results = [compare({"CNN": model(s)}, X, Y, cv=2, groups=np.arange(8)) for s in (False, True)]
    assert_array_equal(*(result.scores_["CNN"] for result in results))


@EITHER
def test_scikit_learn_splits_them(X, front_end):
    frames, model = front_end().transform(X), make_pipeline(FrameScaler(), CNNClassifier(**NETWORK))
    expected = cross_val_predict(model, frames.load(), Y, cv=2, method="predict_proba")
    n_jobs = 2 if len(set(frames.lengths.tolist())) > 1 else None  # workers take long to start
    found = cross_val_predict(model, frames, Y, cv=2, method="predict_proba", n_jobs=n_jobs)
    assert_array_equal(found, expected)


def test_they_are_indexed_as_an_array_of_clips(X, front_end):
    frames, in_memory = front_end().transform(X), list(front_end(stored=False).transform(X))
    assert len(frames) == 8 and frames.shape == (8,)
    assert_array_equal(frames[-1], in_memory[-1])
    mask = np.arange(8) % 3 == 0
    for key in (slice(1, 6, 2), [3, 1, 1], np.array([-1, 0]), mask, (np.array([2, 5]), ...), slice(0, 0)):
        some, rows = frames[key], np.arange(8)[key[0] if isinstance(key, tuple) else key]
        assert isinstance(some, StoredFrames) and len(some) == len(rows)
        for x, row in zip(some, rows, strict=True):
            assert_array_equal(x, in_memory[row])
    for key in (8, -9, [8], (1, 2), [[1]], "a"):
        with pytest.raises(IndexError, match=r"ind(ex|ices)"):
            frames[key]
    with pytest.raises(TypeError, match=r"stay on disk .* Pass load\(\)"):
        np.asarray(frames)


def test_a_pickle_holds_names(X, front_end):
    scaled = FrameScaler().fit_transform(front_end().transform(X))
    state = pickle.dumps(scaled)
    assert len(pickle.dumps(scaled[:1])) < len(state) < 8000
    for x, one in zip(scaled, pickle.loads(state), strict=True):
        assert_array_equal(x, one)


def test_other_processes_read_them(X, front_end, forks, tmp_path):
    (tmp_path / "frames").write_bytes(pickle.dumps(front_end().transform(X)))
    code = "import pickle, sys; print([float(x.sum()) for x in pickle.load(open(sys.argv[1], 'rb'))])"
    process = forks.start(code, tmp_path / "frames")
    assert process.wait() == 0, process.stderr
    assert process.stdout.strip() == str([float(x.sum()) for x in front_end(False).transform(X)])


@EITHER
def test_a_network_reads_windows_and_keeps_no_file(X, front_end, monkeypatch):
    frames = FrameScaler().fit_transform(front_end().transform(X))
    n_read, read = [], StoredEntries.read

    def counting(self, row, start=0, stop=None):
        x = read(self, row, start, stop)
        n_read.append(x.shape[1])
        return x

    def n_files():
        return len(list(pathlib.Path("/proc/self/fd").iterdir()))

    monkeypatch.setattr(StoredEntries, "read", counting)
    before = n_files() if os.path.isdir("/proc/self/fd") else 0
    CNNClassifier(**NETWORK | {"max_iter": 3}).fit(frames, Y)
    short = frames.lengths < 10
    assert n_read.count(10) == 3 * (8 - short.sum())  # a window for each clip and epoch
    assert len(n_read) == 3 * 8 + 3  # short clips whole, and the first clip to learn what steps make of it
    if before:
        assert n_files() == before


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="a list of the memory of Linux")
def test_windows_lie_apart_from_what_a_network_computes(X, front_end):
    """Between the results of training steps, they would let the memory of the process grow."""
    windows = windows_of(front_end(stored=True).transform(X), 10, "cpu")
    batch = windows.cut(torch.arange(len(X)), torch.zeros(len(X), dtype=torch.int64))
    maps = pathlib.Path("/proc/self/maps").read_text().splitlines()
    shared = [line for line in maps if "/dev/zero" in line]
    assert batch.data_ptr() in [int(line.split("-")[0], 16) for line in shared]


def test_a_step_fitted_again_leaves_earlier_results(X, front_end):
    scaler = FrameScaler()
    scaled = scaler.fit_transform(front_end().transform(X))
    before = scaled[3]
    scaler.fit([100 * np.ones((12, 5)), np.zeros((12, 5))])
    assert_array_equal(scaled[3], before)


def test_damaged_entries_are_never_read(X, front_end, entries):
    model = front_end()
    frames, paths = model.transform(X), entries()
    expected = [frames[i] for i in range(8)]
    content = {path: path.read_bytes() for path in paths}
    for path, written in content.items():  # touched, as by a copy: verified again, and used
        path.write_bytes(written)
        os.utime(path, (1e9, 1e9))
    for i in range(8):
        assert_array_equal(frames[i], expected[i])
    path = next(path for path in paths if len(content[path]) > 1)
    row = next(i for i, key in enumerate(frames._source._facts["key"]) if key.decode() == path.stem)
    changed = bytearray(content[path])
    changed[-300] ^= 1
    for damage in (bytes(changed), content[path][:-50], b"", content[paths[1]], None):
        path.unlink(missing_ok=True)
        if damage is not None:
            path.write_bytes(damage)
        with pytest.raises(OSError, match=rf"frames of file .*naïve {row}\.wav.* damaged, or no longer"):
            window_of(frames, row, 0, 3)
    with pytest.warns(UserWarning, match="1 entry of the cache") if path.exists() else _nothing():
        again = model.transform(X)
    assert_array_equal(again[row], expected[row])
    assert_array_equal(frames[row], expected[row])


class _nothing:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False


def test_entries_are_verified_once_and_when_they_change(X, front_end, entries):
    front_end().transform(X)
    _VERIFIED.clear()
    path = entries()[0]
    content = bytearray(path.read_bytes())
    content[-300] ^= 1
    path.write_bytes(content)
    with pytest.warns(UserWarning, match="1 entry of the cache could not be used"):
        frames = front_end().transform(X)
    for x, one in zip(front_end(False).transform(X), frames, strict=True):
        assert_array_equal(one, x)


@EITHER
def test_float16_rounds_relative_to_the_loudest_value(X, front_end, tmp_path):
    frames = front_end(False, power=2.0).transform(X)
    halves = front_end("float16").transform(X)
    assert halves.dtype == np.float32
    for x, half in zip(frames, halves, strict=True):
        loud = x > x.max() * 2.0**-28
        np.testing.assert_allclose(half[loud], x[loud], rtol=2.0**-11)
        np.testing.assert_allclose(half, x, atol=x.max() * 2.0**-39, rtol=2.0**-11)
    sizes = FeatureCache(tmp_path / "memory").sizes()["n_bytes"]
    assert sizes.min() < sizes.max()
    tiny = front_end("float16").transform([1e-30 * np.ones(3000, np.float32), np.zeros(3000, np.float32)])
    assert tiny[1].max() == 0
    scores = [
        cross_val_score(make_pipeline(front_end(stored), FramePooler(), SVC()), X, Y, cv=2)
        for stored in (False, "float16")
    ]
    assert_array_equal(*scores)


class Double(BaseFrameStep):
    """A user's step that says nothing about windows."""

    def _check_parameters(self):
        pass

    def _apply(self, x):
        return np.repeat(x, 2, axis=-1)

    def _names(self, bins):
        return list(bins)


def test_a_step_of_ones_own(X, front_end):
    frames = front_end().transform(X)
    doubled = Double().fit_transform(frames)
    assert doubled.lengths.tolist() == (2 * frames.lengths).tolist()
    assert_array_equal(doubled[2], np.repeat(frames[2], 2, axis=1))


def test_waveforms_and_names_of_clips(front_end, rng):
    clips = [rng.randn(n) * 0.1 for n in (3000, 4000)]
    frames = front_end().transform(clips)
    assert frames.dtype == np.float64
    for x, one in zip(frames, front_end(False).transform(clips), strict=True):
        assert_array_equal(x, one)
    clips[1][:] = 1e300  # whose powers are infinite
    with np.errstate(all="ignore"), pytest.warns(UserWarning, match="far beyond"):
        frames = front_end().transform(clips)
    with pytest.raises(ValueError, match=r"must be finite, but those of clip 1 of X"):
        FrameScaler().fit(frames)


def test_what_must_hold(X, front_end, tmp_path):
    with pytest.raises(ValueError, match=r"stored=True keeps frames on disk.* Set memory=FOLDER"):
        MFCC(stored=True).fit(X)
    with pytest.raises(ValueError, match="stored='yes'"):
        MFCC(stored="yes", memory=tmp_path).fit(X)
    frames = front_end().transform(X)
    with pytest.raises(ValueError, match="one front end too many"):
        front_end().transform(frames)
    with pytest.raises(ValueError, match="Set max_frames"):
        FrameTransformer(PCA(2)).fit(frames)
    with pytest.raises(ValueError, match="Set max_windows"):
        FrameClassifier().fit(frames, Y)
    with pytest.raises(ValueError, match=r"NetworkFeatures takes frames in memory, .* Set stored=False"):
        NetworkFeatures().fit(frames)
    with pytest.raises(ValueError, match="learns from all windows in memory"):
        DBNClassifier((4,)).fit(frames, Y)
    with pytest.raises(
        ValueError, match="clip 0 of X has 12 bins per frame, but FrameScaler was fitted on 5"
    ):
        FrameScaler().fit(np.ones((2, 5, 3))).transform(frames)
    with pytest.raises(ValueError, match="Negative values in data passed to LogCompression"):
        LogCompression().fit(FrameScaler().fit_transform(frames))
    with pytest.raises(ValueError, match="Negative values in data passed to HPSS"):
        HPSS().fit(FrameScaler().fit_transform(frames))
    with pytest.raises((TypeError, ValueError), match=r"stay on disk|expected 2 dimensions"):  # of a table
        make_union(front_end(), front_end(norm=None)).fit_transform(X)
    union = make_union(*(make_pipeline(front_end(norm=norm), FramePooler()) for norm in ("slaney", None)))
    assert union.fit_transform(X).shape == (8, 48)
    assert Tonnetz().fit_transform(frames)[0].shape[0] == 6


def test_a_cache_that_cannot_be_written(X, front_end, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("skmir._cache._entries.tempfile.mkstemp", full)
    with (
        pytest.warns(UserWarning, match="cannot be written: No space left"),
        pytest.raises(OSError, match=r"naïve \d\.wav.* must stay on disk .* Make room"),
    ):
        front_end().transform(X)
