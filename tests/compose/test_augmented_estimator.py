"""Training folds alone get copies, and everything that belongs to a clip goes with them."""

import errno
import importlib
import pickle
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn
import soundfile
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier, is_regressor
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skmir.audio import load
from skmir.augmentation import TimeMask
from skmir.augmentation._add_noise import AddNoise
from skmir.augmentation._codec import Codec
from skmir.augmentation._compression import Compression
from skmir.augmentation._impulse_response import ImpulseResponse
from skmir.augmentation._pitch_shift import PitchShift
from skmir.augmentation._time_stretch import TimeStretch
from skmir.compose import _clip_copier
from skmir.compose._augmented_estimator import AugmentedEstimator
from skmir.compose._clip_copier import ClipCopier
from skmir.feature_extraction import MFCC, FeatureCache, MelSpectrogram
from skmir.neural_network import CNNClassifier, MLPClassifier
from skmir.neural_network._split import validation_split
from skmir.preprocessing import FramePooler, FrameScaler

SR = 22050
NOISE = [AddNoise((10, 30))]


class Spy(ClassifierMixin, BaseEstimator):
    """Keeps what fit was given, in a list that outlives clones; predicts the first class."""

    seen = []

    def fit(self, X, y, sample_weight=None, groups=None):
        self.seen.append({"X": X, "y": y, "sample_weight": sample_weight, "groups": groups})
        self.classes_ = np.unique(np.asarray(y).astype(str))
        return self

    def predict(self, X):
        self.seen.append({"predicted": X})
        return np.full(len(X), self.classes_[0])


@pytest.fixture(autouse=True)
def forget():
    Spy.seen.clear()


@pytest.fixture
def clips(rng):
    return rng.randn(6, 500), np.array(["a", "b"] * 3)


def paths_of(X, folder):
    folder.mkdir(exist_ok=True)
    for i, x in enumerate(X):
        soundfile.write(folder / f"{i}.wav", x, SR, subtype="FLOAT")
    return [folder / f"{i}.wav" for i in range(len(X))]


def training(*arguments, X, y, **parameters):
    """What the estimator inside is given."""
    AugmentedEstimator(Spy(), *arguments, **{"random_state": 0, **parameters}).fit(X, y)
    return Spy.seen[-1]


def baseline():
    return make_pipeline(MFCC(), FramePooler(), StandardScaler(), SVC())


@pytest.mark.parametrize("n_copies", [0, 1, 3])
def test_copies_follow_the_clips_in_order(clips, n_copies):
    X, y = clips
    before = X.copy()
    seen = training(NOISE, n_copies, X=X, y=y)
    assert seen["X"].shape == (6 * (1 + n_copies), 500)
    assert seen["X"].dtype == X.dtype
    np.testing.assert_array_equal(seen["X"][:6], X)
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(seen["y"], np.tile(y, 1 + n_copies))
    np.testing.assert_array_equal(seen["groups"], np.tile(np.arange(6), 1 + n_copies))
    for copy in seen["X"][6:].reshape(n_copies, 6, 500):
        similar = np.corrcoef(copy, X)[:6, 6:]
        np.testing.assert_array_equal(similar.argmax(axis=1), np.arange(6))
        assert similar.diagonal().min() > 0.9
        assert similar.diagonal().max() < 0.99999
    assert len(np.unique(seen["X"], axis=0)) == len(seen["X"])


def test_without_augmentations_the_clips_alone(clips):
    X, y = clips
    for augmentations in (None, [], ()):
        np.testing.assert_array_equal(training(augmentations, 3, X=X, y=y)["X"], X)


def test_all_augmentations_act_in_their_order(clips):
    X, y = clips
    chain = [Compression(-30, 8), TimeStretch(1.25), AddNoise(40)]
    copies = training(chain, X=X, y=y)["X"][6:]
    assert [len(x) for x in copies] == [400] * 6
    # The noise comes last: nothing has squeezed it.
    quiet = [chain[1].apply(chain[0].apply(x, SR, 0), SR, 0) for x in X]
    for copy, x in zip(copies, quiet, strict=True):
        assert 10 * np.log10(np.mean(x**2) / np.mean((copy - x) ** 2)) == pytest.approx(40, abs=0.1)


def test_lists_and_lengths(clips, rng):
    X, y = clips
    assert isinstance(training(NOISE, X=list(X), y=y)["X"], list)
    assert isinstance(training([TimeStretch(0.5)], X=X, y=y)["X"], list)
    ragged = [rng.randn(100 + i).astype(np.float32) for i in range(6)]
    seen = training(NOISE, 2, X=ragged, y=list(y))
    assert [len(x) for x in seen["X"]] == [100 + i for i in range(6)] * 3
    assert {x.dtype for x in seen["X"]} == {np.dtype(np.float32)}
    assert seen["y"] == list(y) * 3


def test_weights_and_groups_go_along(clips):
    X, y = clips
    weight, groups = np.arange(6) + 1.0, list("uvwxyz")
    AugmentedEstimator(Spy(), NOISE, 2).fit(X, y, sample_weight=weight, groups=groups)
    np.testing.assert_array_equal(Spy.seen[-1]["sample_weight"], np.tile(weight, 3))
    np.testing.assert_array_equal(Spy.seen[-1]["groups"], np.tile(groups, 3))
    AugmentedEstimator(make_pipeline(PCA(2), Spy()), NOISE).fit(X, y, weight)
    assert Spy.seen[-1]["X"].shape == (12, 2)
    np.testing.assert_array_equal(Spy.seen[-1]["sample_weight"], np.tile(weight, 2))
    np.testing.assert_array_equal(Spy.seen[-1]["groups"], np.tile(np.arange(6), 2))
    with pytest.raises(ValueError, match=r"KNeighborsClassifier\(\) takes no sample_weight"):
        AugmentedEstimator(KNeighborsClassifier(), NOISE).fit(X, y, weight)


def test_groups_with_routing(clips):
    X, y = clips
    groups = np.repeat([5, 6, 7], 2)
    with sklearn.config_context(enable_metadata_routing=True):
        model = AugmentedEstimator(make_pipeline(PCA(2), Spy().set_fit_request(groups=True)), NOISE)
        result = cross_validate(model, X, y, cv=GroupKFold(3), params={"groups": groups})
    assert len(result["test_score"]) == 3
    given = [seen["groups"] for seen in Spy.seen if "groups" in seen]
    assert sorted(np.unique(g).tolist() for g in given) == [[5, 6], [5, 7], [6, 7]]
    assert {len(g) for g in given} == {8}


def test_training_folds_alone_are_copied(clips):
    """The leak test: test clips come as they are, and no training clip resembles one of another fold."""
    X, y = clips
    cross_val_score(AugmentedEstimator(Spy(), NOISE, 3, random_state=0), X, y, cv=KFold(3))
    fits = [seen["X"] for seen in Spy.seen if "X" in seen]
    tests = [seen["predicted"] for seen in Spy.seen if "predicted" in seen]
    assert [len(x) for x in fits] == [16] * 3
    for i, (train, test) in enumerate(KFold(3).split(X)):
        np.testing.assert_array_equal(fits[i][:4], X[train])
        np.testing.assert_array_equal(tests[i], X[test])
        assert np.abs(np.corrcoef(fits[i], X[test])[:16, 16:]).max() < 0.3
        assert np.corrcoef(fits[i], X[train])[:16, 16:].max(axis=1).min() > 0.9


def test_predicting_changes_nothing(clips):
    X, y = clips
    model = AugmentedEstimator(Spy(), NOISE, 2).fit(X, y)
    model.predict(X)
    np.testing.assert_array_equal(Spy.seen[-1]["predicted"], X)
    assert not hasattr(model, "predict_proba")
    assert not hasattr(AugmentedEstimator(LinearSVC()), "predict_proba")
    assert hasattr(AugmentedEstimator(LinearSVC()), "decision_function")
    for inner in (SVC(), KNeighborsClassifier()):
        model = AugmentedEstimator(inner, NOISE, random_state=0).fit(X, y)
        for method in ("predict_proba", "decision_function", "predict"):
            if hasattr(inner, method):
                direct = getattr(model.estimator_, method)(X)
                np.testing.assert_array_equal(getattr(model, method)(X), direct)
        assert model.score(X, y) == model.estimator_.score(X, y)
        np.testing.assert_array_equal(model.classes_, ["a", "b"])
    pca = AugmentedEstimator(PCA(2), NOISE).fit(X)
    np.testing.assert_array_equal(pca.transform(X), pca.estimator_.transform(X))
    assert not hasattr(pca, "predict")


def test_it_is_what_it_wraps():
    assert is_classifier(AugmentedEstimator(baseline()))
    assert is_regressor(AugmentedEstimator(Ridge()))
    assert not is_classifier(AugmentedEstimator(Ridge()))
    with pytest.raises(NotFittedError, match="AugmentedEstimator instance is not fitted"):
        AugmentedEstimator().predict([[0.0, 1.0]])


def copies_of(X, **parameters):
    """The copies of each clip, of shape (n_copies, n_clips, n_samples)."""
    model = {"augmentations": [PitchShift(), *NOISE, Codec()], "n_copies": 2, **parameters}
    seen = training(X=X, y=np.tile(["a", "b"], len(X))[: len(X)], **model)
    return np.array(seen["X"][len(X) :]).reshape(model["n_copies"], *X.shape)


@pytest.mark.parametrize("n_jobs", [2, 3])
def test_threads_do_not_matter(clips, n_jobs):
    X, _ = clips
    np.testing.assert_array_equal(copies_of(X, n_jobs=n_jobs), copies_of(X))


def test_what_makes_copies_can_be_sent_to_other_processes(clips):
    X, _ = clips
    maker = ClipCopier([PitchShift(), *NOISE], n_copies=2, sr=SR, seed=0, folder=None)
    there = pickle.loads(pickle.dumps(maker.of_one))(3, X[3])
    for one, other in zip(maker.of_one(3, X[3])[1], there[1], strict=True):
        np.testing.assert_array_equal(one, other)


def test_neighbours_and_places_do_not_matter(clips):
    X, _ = clips
    every = copies_of(X)
    order = [4, 0, 5]
    np.testing.assert_array_equal(copies_of(X[order]), every[:, order])
    np.testing.assert_array_equal(copies_of(X, n_copies=1), every[:1])


def test_the_seed_decides(clips):
    X, _ = clips
    one = copies_of(X, random_state=1)
    np.testing.assert_array_equal(copies_of(X, random_state=1), one)
    assert not np.array_equal(copies_of(X, random_state=2), one)
    rng = np.random.RandomState(1)
    np.testing.assert_array_equal(copies_of(X, random_state=rng), one)
    assert not np.array_equal(copies_of(X, random_state=rng), one)


def test_an_augmentation_more_leaves_the_others_draws(clips):
    X, _ = clips
    draws = [
        ClipCopier(chain, n_copies=1, sr=SR, seed=0, folder=None).of_one(0, X[0])[2][0]
        for chain in (
            [TimeStretch(), AddNoise()],
            [TimeStretch(), AddNoise(), Codec()],
            [Codec(), AddNoise()],
        )
    ]
    assert draws[1][:2] == draws[0]
    assert draws[2][1] == draws[0][1]
    twice = ClipCopier([AddNoise(), AddNoise()], n_copies=1, sr=SR, seed=0, folder=None)
    first, second = twice.of_one(0, X[0])[2][0]
    assert first != second


def test_global_generators_are_left_alone(clips, snapshot_generators):
    untouched = snapshot_generators()
    copies_of(clips[0], augmentations=[*NOISE, ImpulseResponse()])
    assert untouched()


def test_paths_and_waveforms_give_the_same(clips, tmp_path):
    X, y = clips
    X = X.astype(np.float32)
    paths = paths_of(X, tmp_path / "in")
    in_memory = training(NOISE, 2, X=paths, y=y)["X"]
    on_disk = training(NOISE, 2, X=paths, y=y, memory=tmp_path / "kept")["X"]
    assert all(isinstance(path, str) for path in on_disk)
    assert on_disk[:6] == [str(path) for path in paths]
    for x, path in zip(in_memory, on_disk, strict=True):
        np.testing.assert_array_equal(load(path)[0], x)


def test_memory_of_arrays(clips, tmp_path):
    X, y = clips
    made = training(NOISE, 2, X=X, y=y)["X"]
    for _ in range(2):
        kept = training(NOISE, 2, X=X, y=y, memory=tmp_path)["X"]
        np.testing.assert_array_equal(kept, made)
        assert kept.dtype == X.dtype


class Counted(AddNoise):
    """Counts its changes."""

    n = 0

    def _change(self, y, sr, **drawn):
        type(self).n += 1
        return super()._change(y, sr, **drawn)


@pytest.mark.parametrize("kind", ["paths", "arrays"])
def test_a_second_fit_finds_the_copies(clips, tmp_path, kind):
    X, y = clips
    X = X if kind == "arrays" else paths_of(X, tmp_path / "in")
    model = AugmentedEstimator(Spy(), [Counted()], 2, memory=tmp_path / "kept", random_state=0)
    Counted.n = 0
    for fold, n in ((slice(0, 4), 8), (slice(0, 4), 8), (slice(2, 6), 12), (slice(0, 6), 12)):
        model.fit(X[fold], y[fold])
        assert Counted.n == n
    for change in ({"random_state": 1}, {"sr": 16000}, {"augmentations": [Counted(20)]}):
        before = Counted.n
        clone(model).set_params(**change).fit(X, y)
        assert Counted.n == before + 12
    assert {path.suffix for path in (tmp_path / "kept").rglob("*") if path.is_file()} == {".wav"}


@pytest.mark.parametrize("random_state", [None, np.random.RandomState(0)], ids=["none", "instance"])
def test_copies_that_no_other_fit_would_find_are_not_kept(clips, tmp_path, random_state):
    model = AugmentedEstimator(Spy(), NOISE, memory=tmp_path, random_state=random_state)
    with pytest.raises(
        ValueError, match=r"memory=.*random_state=.* is a different seed each time. Set random_state"
    ):
        model.fit(*clips)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["paths", "arrays"])
@pytest.mark.parametrize("when", ["folder", "first copy", "later copy"])
def test_a_folder_that_cannot_be_written_to(clips, tmp_path, monkeypatch, kind, when):
    """A warning, and the same copies, all in memory."""
    X, y = clips
    X = X.astype(np.float32)
    given = X if kind == "arrays" else paths_of(X, tmp_path / "in")
    expected = training(NOISE, 2, X=given, y=y)["X"]
    memory, written, mkstemp = tmp_path / "kept", [], _clip_copier.tempfile.mkstemp
    if when == "folder":
        (tmp_path / "file").write_text("x")
        memory = tmp_path / "file" / "below"

    def full(dir):
        written.append(dir)
        if len(written) > (when == "later copy"):
            raise OSError(errno.EROFS, "Read-only file system")
        return mkstemp(dir=dir)

    monkeypatch.setattr(_clip_copier.tempfile, "mkstemp", full)
    with pytest.warns(UserWarning, match=r"cannot be kept in '.*': (Not a dir|Read-only).* another memory="):
        found = training(NOISE, 2, X=given, y=y, memory=memory)["X"]
    assert len(found) == len(expected) and not any(isinstance(x, str) for x in found)
    for x, wanted in zip(found, expected, strict=True):
        np.testing.assert_array_equal(x, wanted)


def test_what_cannot_be_read_is_no_trouble_of_the_folder(clips, tmp_path):
    paths = paths_of(clips[0].astype(np.float32), tmp_path / "in")
    paths[2].write_bytes(b"noise")
    with pytest.raises(OSError, match=str(paths[2].name)):
        training(NOISE, X=paths, y=clips[1], memory=tmp_path / "kept")


def test_damaged_copies_are_made_anew(clips, tmp_path):
    X, y = clips
    paths = paths_of(X, tmp_path / "in")
    whole = [load(p)[0] for p in training(NOISE, X=paths, y=y, memory=tmp_path / "kept")["X"]]
    copies = Spy.seen[-1]["X"][6:]
    contents = [Path(path).read_bytes() for path in copies]
    for path, content in zip(copies[:3], [b"", b"noise", contents[2][:1000]], strict=True):
        Path(path).write_bytes(content)
    again = training(NOISE, X=paths, y=y, memory=tmp_path / "kept")["X"]
    for path, y in zip(again, whole, strict=True):
        np.testing.assert_array_equal(load(path)[0], y)
    assert [Path(path).read_bytes() for path in copies] == contents  # so that features of them are found


def test_front_ends_find_their_features(clips, tmp_path):
    X, y = clips
    paths = paths_of(np.tile(X, 8), tmp_path / "in")
    pipeline = make_pipeline(MFCC(memory=tmp_path / "kept"), FramePooler(), SVC())
    model = AugmentedEstimator(pipeline, NOISE, 2, memory=tmp_path / "kept", random_state=0)
    for _ in range(2):
        model.fit(paths, y).predict(paths)
        assert FeatureCache(tmp_path / "kept").sizes()["n_entries"].sum() == 18


def test_labels_follow_their_clips(clips):
    X, _ = clips
    y = np.array([100.0, 110, 120, 130, 140, 150])
    seen = training([TimeStretch((0.5, 2))], 2, X=X, y=y, target="tempo")
    rates = [500 / len(x) for x in seen["X"]]
    np.testing.assert_allclose(seen["y"], np.tile(y, 3) * rates, rtol=0.01)
    assert len(np.unique(np.round(rates, 3))) > 10
    times = [np.array([0.001 * i, 0.002 * i]) for i in range(6)]
    seen = training([TimeStretch(0.5), TimeStretch(0.8), *NOISE], X=X, y=times, target="times")
    assert isinstance(seen["y"], list)
    np.testing.assert_allclose(seen["y"][6:], 2.5 * np.array(times))


def test_real_chords_are_transposed(real_data):
    table = pd.read_csv(real_data / "chord_triads" / "labels.csv").iloc[::40]
    paths = [real_data / "chord_triads" / file for file in table["file"]]
    labels = table["label"].to_numpy()
    seen = training([PitchShift(2)], X=paths, y=labels, target="chord")
    roots = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    aliases = {"Db": "C#", "Eb": "D#", "Gb": "F#", "Ab": "G#", "Bb": "A#"}
    for before, after in zip(labels, seen["y"][len(labels) :], strict=True):
        (root, kind), (new_root, new_kind) = before.split(":"), after.split(":")
        steps = [roots.index(aliases.get(r, r)) for r in (root, new_root)]
        assert (steps[1] - steps[0]) % 12 == 2
        assert kind == new_kind


def test_a_target_that_becomes_wrong_is_refused(clips):
    X, y = clips
    for augmentations, target, match in (
        ([PitchShift((-1, 1), whole=False)], "chord", r"PitchShift\(.*'chord' wrong. Use PitchShift\(whole="),
        (
            [TimeStretch(), Codec()],
            "recording",
            r"Codec\(\) makes labels of the kind 'recording' wrong. Leave",
        ),
        (NOISE, "loudness", r"target='loudness' is not one of \['bars', 'chord'"),
    ):
        with pytest.raises(ValueError, match=match):
            AugmentedEstimator(Spy(), augmentations, target=target).fit(X, y)
    np.testing.assert_array_equal(training([*NOISE, Codec()], X=X, y=y, target="chord")["y"], np.tile(y, 2))


@pytest.mark.parametrize(
    ("parameters", "error", "match"),
    [
        ({"n_copies": -1}, ValueError, r"n_copies=-1 must be an integer >= 0"),
        ({"n_copies": 1.5}, TypeError, r"n_copies=1.5 must be an integer"),
        ({"sr": 22050.5}, TypeError, r"sr=22050.5 must be an integer"),
        ({"memory": 3}, TypeError, r"memory=3 must be a folder's path, or None"),
        ({"augmentations": [NOISE[0], AddNoise]}, TypeError, r"augmentations\[1\] is the class AddNoise"),
        ({"augmentations": "noise"}, TypeError, r"augmentations='noise' does not change waveforms"),
        (
            {"augmentations": [TimeMask(3)]},
            TypeError,
            r"augmentations\[0\]=TimeMask\(.*to a network, as its parameter",
        ),
        ({"augmentations": AddNoise((3, 2))}, ValueError, r"snr=\(3, 2\)"),
    ],
    ids=str,
)
def test_parameters_out_of_range(clips, parameters, error, match):
    model = AugmentedEstimator(Spy(), NOISE).set_params(**parameters)
    with pytest.raises(error, match=match):
        model.fit(*clips)


def test_another_rate_than_the_front_ends_is_refused(clips):
    X, y = clips
    pipeline = make_pipeline(MFCC(sr=16000), FramePooler(), SVC())
    with pytest.raises(
        ValueError, match=r"sr=22050 .*mfcc__sr=16000.*AugmentedEstimator\(\.\.\., sr=16000\)"
    ):
        AugmentedEstimator(pipeline, NOISE).fit(X, y)
    AugmentedEstimator(pipeline, None).fit(np.tile(X, 8), y)
    AugmentedEstimator(pipeline, NOISE, sr=16000).fit(np.tile(X, 8), y)


def test_files_that_are_none(clips, tmp_path):
    X, y = clips
    for memory in (None, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"There is no file '.*nowhere\.wav'"):
            AugmentedEstimator(Spy(), NOISE, memory=memory, random_state=0).fit(
                [tmp_path / "nowhere.wav"], y[:1]
            )
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError, match=r"memory='.*file' is a file"):
        AugmentedEstimator(Spy(), NOISE, memory=tmp_path / "file", random_state=0).fit(X, y)


def test_an_inner_split_has_copies_on_one_side(tones, monkeypatch):
    """Networks that stop early set whole clips aside, copies included."""
    X, y = tones
    splits = []

    def spied(*arguments):
        splits.append(validation_split(*arguments))
        return splits[-1]

    monkeypatch.setattr("skmir.neural_network._base.validation_split", spied)
    recipe = {"max_iter": 2, "early_stopping": True, "validation_fraction": 0.25, "device": "cpu"}
    network = MLPClassifier((4,), random_state=1, **recipe)
    model = AugmentedEstimator(make_pipeline(MFCC(), FramePooler(), network), NOISE, 4, random_state=0)
    model.fit(X, y)
    train, valid = splits[0]
    assert len(train) == 45
    assert len(valid) == 15
    assert not set(train % 12) & set(valid % 12)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_svm_and_a_network_learn(tones):
    X, y = tones
    network = CNNClassifier(n_filters=(4, 4, 4, 4), max_iter=40, batch_size=8, device="cpu", random_state=0)
    chain = [Compression(), AddNoise((20, 40)), ImpulseResponse(wet=(0, 0.2))]
    for inner in (baseline(), make_pipeline(MelSpectrogram(n_mels=32), FrameScaler(), network)):
        model = AugmentedEstimator(inner, chain, 2, random_state=0)
        assert cross_val_score(model, X, y, cv=3).mean() > 0.6
        model.fit(X, y)
        again = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(again.predict(X), model.predict(X))
        np.testing.assert_array_equal(model.fit(X, y).predict(X), again.predict(X))


def test_real_recordings_as_paths(real_data, tmp_path):
    table = pd.read_csv(real_data / "medley_solos" / "labels.csv").iloc[::8]
    paths = [real_data / "medley_solos" / file for file in table["file"]]
    chain = [PitchShift((-1, 1)), Codec("mp3"), AddNoise(30, color="pink")]
    model = AugmentedEstimator(baseline(), chain, memory=tmp_path, random_state=0)
    assert model.fit(paths, table["label"]).score(paths, table["label"]) > 0.8
    assert len(list((tmp_path / "skmir-copies").rglob("*.wav"))) == len(paths)


def test_a_search_outside(tones):
    X, y = tones
    grid = {"augmentations": [None, [AddNoise(20)]], "estimator__svc__C": [1, 10], "n_copies": [2]}
    search = GridSearchCV(AugmentedEstimator(baseline(), random_state=0), grid, cv=3).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    search = GridSearchCV(
        AugmentedEstimator(baseline(), [AddNoise(20)], random_state=0), {"n_copies": [0, 2]}, cv=3
    )
    assert search.fit(X, y).best_score_ > 0.6


def test_an_edited_augmentation_of_ones_own_serves_no_old_copies(clips, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    X = clips[0]
    text = """
from skmir.augmentation import WaveformAugmentation

class Own(WaveformAugmentation):
    def _check_parameters(self): pass
    def _draw(self, rng): return {}
    def _change(self, y, sr): return y * 0.5
"""
    for factor in (0.5, 0.25, 0.5):
        (tmp_path / "own_augmentation.py").write_text(text.replace("0.5", f"{factor}"))
        importlib.invalidate_caches()
        own = importlib.import_module("own_augmentation").Own()
        copies = ClipCopier([own], n_copies=1, sr=22050, seed=0, folder=tmp_path / "kept").make([X[0]], None)[
            1
        ]
        np.testing.assert_allclose(copies[0][0], factor * X[0], rtol=1e-6)
        del sys.modules["own_augmentation"]
