"""The default models: what they are made of, and that all take whatever one of them takes."""

import warnings

import numpy as np
import pytest
import soundfile
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.svm import SVC

import skmir
from skmir.datasets import make_instruments
from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.model_selection import ShrinkageLDA, default_models
from skmir.model_selection._fit_on_all import fit_on_all
from skmir.neural_network._base import BaseNetwork
from skmir.sequence import BeatTracker, OnsetDetector

SR = 22050
NAMES = ["SVM", "LDA", "MLP", "CNN", "CRNN", "DBN", "ensemble"]


@pytest.fixture(scope="module")
def notes():
    return make_instruments(n_instruments=2, n_notes=3, duration=0.5, random_state=0)


def test_names_and_order():
    assert list(default_models()) == NAMES
    assert list(default_models(["CNN", "SVM"])) == ["CNN", "SVM"]
    with pytest.raises(ValueError, match="'GMM' is not one of"):
        default_models(["GMM"])


def test_the_svm_sees_deltas_and_weighs_classes_equally(notes):
    svm = default_models(["SVM"])["SVM"].fit(notes.data, notes.target)
    names = svm[:-1].get_feature_names_out().tolist()
    assert len(names) == 120
    assert {"mfcc00_mean", "mfcc19_delta_std", "mfcc00_delta2_mean"} <= set(names)
    assert isinstance(svm[-1], SVC)
    assert svm[-1].class_weight == "balanced"


def test_the_lda_sees_all_kinds_of_statistics_and_has_equal_priors(notes):
    lda = default_models(["LDA"])["LDA"].fit(notes.data, notes.target)
    names = lda[0].get_feature_names_out().tolist()
    assert len(names) == len(set(names)) == lda[0].transform(notes.data[:1]).shape[1] == 640
    assert {"mfcc19_delta2_std", "mfcc00_mean_part2", "mel127_std", "chroma11_mean", "lag95_mean"} <= set(
        names
    )
    for part in ("centroid", "bandwidth", "rolloff", "contrast6", "flatness", "flux", "zero_crossing_rate"):
        assert f"{part}_std" in names and f"{part}_q90" in names
    assert isinstance(lda[-1], ShrinkageLDA)
    np.testing.assert_allclose(lda[-1].estimator_.priors_, 1 / len(lda.classes_))


def test_one_clip_beyond_all_others_does_not_decide(notes):
    """A loud click in one training clip leaves what the LDA says about others nearly as it is."""
    lda = default_models("LDA")["LDA"]
    before = lda.fit(notes.data, notes.target)[:-1].transform(notes.data)
    assert np.abs(before).max() < np.pi / 2
    strange = [x.copy() for x in notes.data]
    strange[0][1000] = 1e4
    after = lda.fit(strange, notes.target)[:-1].transform(strange)
    assert np.isfinite(after).all() and np.abs(after).max() < np.pi / 2


def test_the_ensemble_is_the_mean_of_what_lda_and_cnn_say(notes, tmp_path):
    """Groups, which say how sure the LDA may be of new ones, change nothing in a vote with a network."""
    models = default_models(["LDA", "CNN", "ensemble"], max_iter=2)
    models["CNN"].set_params(cnnclassifier__random_state=0).fit(notes.data, notes.target)
    models["LDA"].set_params(shrinkagelda__temperature="ungrouped").fit(notes.data, notes.target)
    ensemble = models["ensemble"].set_params(CNN__cnnclassifier__random_state=0)
    ensemble = fit_on_all(ensemble, notes.data, notes.target, np.arange(len(notes.data)) % 3)  # as train does
    expected = (models["LDA"].predict_proba(notes.data) + models["CNN"].predict_proba(notes.data)) / 2
    np.testing.assert_allclose(ensemble.predict_proba(notes.data), expected, atol=1e-6)
    pytest.importorskip("skops")
    skmir.save(ensemble, tmp_path / "ensemble.skops")
    loaded = skmir.load(tmp_path / "ensemble.skops")
    np.testing.assert_array_equal(loaded.predict_proba(notes.data), ensemble.predict_proba(notes.data))


@pytest.mark.parametrize("task", ["tags", "regression"])
def test_models_of_tags_and_numbers_are_kept(notes, tmp_path, task):
    """Each learns from clips, also a tag that no clip has, and predicts the same after a round trip."""
    pytest.importorskip("skops")
    tags = np.column_stack([notes.target < 2, notes.target % 2, np.zeros(len(notes.target))]).astype(int)
    y = tags if task == "tags" else notes.target + 0.5
    for name, model in default_models(task=task, max_iter=1).items():
        assert is_regressor(model) == (task == "regression") and is_classifier(model) == (task == "tags")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(notes.data, y)
        skmir.save(model, tmp_path / "model.skops")
        predicted = model.predict(notes.data)
        assert predicted.shape == y.shape, name
        np.testing.assert_array_equal(skmir.load(tmp_path / "model.skops").predict(notes.data), predicted)


def test_scale_and_offset_of_numbers_do_not_matter(notes):
    svr = default_models("SVR", task="regression")["SVR"]
    y = np.sin(np.arange(len(notes.data)))
    found = svr.fit(notes.data, y).predict(notes.data)
    np.testing.assert_allclose(svr.fit(notes.data, 1000 * y + 7).predict(notes.data), 1000 * found + 7)


def short_clips(rng, tmp_path, lengths):
    """Return files of noise of so many samples each, high and low, and their labels."""
    paths, labels = [], np.tile(["low", "high"], len(lengths) // 2)
    for i, (n_samples, label) in enumerate(zip(lengths, labels, strict=True)):
        y = rng.randn(n_samples) if label == "high" else rng.randn(n_samples).cumsum() / 30
        paths.append(str(tmp_path / f"{i}.wav"))
        soundfile.write(paths[-1], 0.1 * y, SR, subtype="FLOAT")
    return paths, labels


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "lengths", [[512] * 12, [512, 700, 1023, 1500, 4000, 30000] * 2], ids=["hop", "mixed"]
)
def test_clips_from_one_hop_up_are_taken(name, lengths, rng, tmp_path):
    """Drum hits of 23 ms are recordings; none of the models may fail on what the others take."""
    paths, labels = short_clips(rng, tmp_path, lengths)
    model = default_models([name], max_iter=2)[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of clips shorter than a frame
        predicted = model.fit(paths, labels).predict(paths)
        scores = (model.decision_function if name == "SVM" else model.predict_proba)(paths)
    assert set(predicted) <= {"low", "high"}
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", NAMES)
def test_waveforms_of_any_length_are_taken(name, rng):
    X = [rng.randn(n).astype(np.float32) for n in (1, 2, 5, 300, 511, 900, 5000, 9000)]
    y = np.tile(["a", "b"], 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        MFCC().fit_transform(X)
        assert len(default_models([name], max_iter=1)[name].fit(X, y).predict(X)) == 8


def test_all_front_ends_share_a_folder_and_all_networks_their_epochs(tmp_path):
    for model in default_models(max_iter=3, memory=tmp_path).values():
        for part in model.get_params().values():
            if isinstance(part, MFCC | MelSpectrogram):
                assert part.memory == tmp_path
            if isinstance(part, BaseNetwork):
                assert part.max_iter == 3


@pytest.mark.parametrize(
    ("task", "usual"), [("onsets", OnsetDetector), ("beats", BeatTracker)], ids=["onsets", "beats"]
)
def test_detectors_are_the_usual_ones_with_a_folder_and_epochs(task, usual, tmp_path):
    models = default_models(task=task, max_iter=3, memory=tmp_path)
    for name, network in {"flux": "flux", "SuperFlux": "superflux", "TCN": None}.items():
        model = models.get(name if task == "onsets" else f"{name} + HMM")
        if model is None:
            continue
        plain = usual(network=network)
        assert type(model) is usual and model.decoder is None and model.front_end.memory == tmp_path
        assert repr(clone(model.front_end).set_params(memory=None)) == repr(plain._front_end())
        if network is None:
            assert repr(model.network) == repr(plain._network().set_params(max_iter=3))
        else:
            assert model.network == network


def test_no_such_task():
    with pytest.raises(ValueError, match=r"task='tempo' is not one of \['beats', 'chords', 'classes', 'no"):
        default_models(task="tempo")
    with pytest.raises(ValueError, match=r"names='SVM' is not one of .*TCN"):
        default_models("SVM", task="onsets")
