"""The search of a decoder's parameters: GridSearchCV's scores and winner, at a fraction of the fits."""

import pickle

import numpy as np
import pytest
from detectors import EnergyDetector, Log, clips_with_events
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, ShuffleSplit, StratifiedKFold, cross_val_score

import skmir
from skmir.datasets import make_onsets
from skmir.feature_extraction import DFT
from skmir.metrics import get_scorer, onset_f_measure
from skmir.model_selection import DecoderSearchCV, compare
from skmir.model_selection._groups import group_route
from skmir.neural_network import TCNSequenceClassifier
from skmir.sequence import BeatDynamicProgramming, OnsetDetector, PeakPicker

GRID = [
    {"decoder__threshold": ["auto", 0.5, 0.7, 0.9], "decoder__combine": [0.03, 0.3]},
    {"decoder__smooth": [0.05]},
    {"decoder": [PeakPicker(0.6), BeatDynamicProgramming(fps=50)]},
]
GROUPS = np.arange(12) // 2


@pytest.fixture(scope="module")
def music():
    return clips_with_events()


def detector(log=None):
    return EnergyDetector(PeakPicker(), log)


def test_results_are_those_of_grid_search_and_each_fold_fits_once(music):
    X, y = music
    ours, theirs = Log(), Log()
    search = DecoderSearchCV(detector(ours), GRID, cv=3).fit(X, y)
    full = GridSearchCV(detector(theirs), GRID, cv=3, scoring=get_scorer("onset_f25")).fit(X, y)
    assert (ours.count("fit"), theirs.count("fit")) == (4, 11 * 3 + 1)
    assert ours.count("frames") == 2 * 3  # of the training and of the test clips
    assert set(search.cv_results_) == set(full.cv_results_)
    for name, column in full.cv_results_.items():
        if "time" not in name and "params" not in name and name != "param_decoder":
            assert_array_equal(search.cv_results_[name], column)
    assert len(set(search.cv_results_["mean_test_score"])) > 5
    assert search.best_params_ == full.best_params_ and search.best_score_ == full.best_score_
    assert search.best_estimator_.decoder_.threshold_ == full.best_estimator_.decoder_.threshold_
    assert all(map(np.array_equal, search.predict(X), full.predict(X)))
    assert search.score(X, y) == full.score(X, y)
    assert search.decode(search.predict_frames(X))[1].tolist() == search.predict(X)[1].tolist()


def test_without_refit_there_are_results_alone(music):
    log = Log()
    grid = {"decoder__tightness": [50, 100]}
    search = DecoderSearchCV(EnergyDetector(BeatDynamicProgramming(), log), grid, cv=2).fit(*music)
    assert len(search.predict(music[0])) == 12
    n_fits = log.count("fit")
    search.set_params(refit=False).fit(*music)
    assert log.count("fit") == n_fits + 2 and search.best_score_ > 0
    with pytest.raises(AttributeError, match="refit=False: no detector was fitted"):
        search.predict(music[0])  # what the fit before has left is gone


def test_groups_reach_folds_and_detector(music):
    X, y = music
    log = Log()
    DecoderSearchCV(detector(log), {"decoder__combine": [0.03, 0.2]}, cv=3).fit(X, y, groups=GROUPS)
    got = [groups for what, groups in log.items if what == "fit"]
    assert got == [list(GROUPS[train]) for train, _ in GroupKFold(3).split(X, y, GROUPS)] + [list(GROUPS)]


@pytest.mark.parametrize("decoder", [None, PeakPicker()])
def test_the_usual_decoder_can_be_searched_too(decoder, music):
    grid = {"decoder__combine": [0.3, 0.03]}
    search = DecoderSearchCV(EnergyDetector(decoder), grid, cv=2).fit(*music)
    assert search.best_params_ == {"decoder__combine": 0.03}
    assert search.best_estimator_.decoder_.combine == 0.03
    assert search.estimator.decoder is decoder  # nothing given is changed


def test_folds_may_be_masks(music):
    grid, half = {"decoder__threshold": [0.5, 0.7]}, np.arange(12) < 6
    found = [
        DecoderSearchCV(detector(), grid, cv=cv).fit(*music).cv_results_["split1_test_score"]
        for cv in (
            [(half, ~half), (~half, half)],
            [(np.arange(6), np.arange(6, 12)), (np.arange(6, 12), range(6))],
        )
    ]
    assert_array_equal(*found)


def test_scorers(music):
    X, y = music
    grid, cv = {"decoder__threshold": [0.5, 0.7, 0.8]}, ShuffleSplit(2, random_state=0)
    narrow = make_scorer(onset_f_measure, window=0.001)

    def of_the_model(model, X, y):
        return onset_f_measure(y, model.predict(X), window=0.001)

    found = [
        DecoderSearchCV(detector(), grid, cv=cv, scoring=scoring).fit(X, y).cv_results_["mean_test_score"]
        for scoring in (narrow, of_the_model, "beat_f")
    ]
    assert_array_equal(found[0], found[1])
    assert np.any(found[0] != found[2])


def test_it_is_nested_in_compare_and_in_scikit_learn(music):
    X, y = music
    log = Log()
    search = DecoderSearchCV(detector(log), {"decoder__threshold": [0.5, 0.7, 0.9]}, cv=2)
    models = {"search": search, "fixed": EnergyDetector(PeakPicker(0.5))}
    with pytest.warns(UserWarning, match="only 3 folds") as noted:
        result = compare(models, X, y, groups=GROUPS, cv=3, random_state=0)
    assert not [one for one in noted if "do not reach" in str(one.message)]
    assert result.scoring_ == "onset_f25"  # of the detector inside
    assert result.best_params_["search"]["decoder__threshold"].tolist() == [0.7] * 3
    assert result.table_.loc["search", "mean"] > result.table_.loc["fixed", "mean"] + 0.2
    got = [groups for what, groups in log.items if what == "fit"]
    assert len(got) == 3 * (2 + 1)
    for i in range(0, 9, 3):  # the two folds inside share no group
        assert not set(got[i]) & set(got[i + 1]) and set(got[i + 2]) == {*got[i], *got[i + 1]}
    scores = cross_val_score(clone(search), X, y, cv=GroupKFold(3), groups=GROUPS)
    assert scores.shape == (3,) and np.isfinite(scores).all()


@pytest.mark.parametrize("routing", [False, True])
def test_groups_reach_all_parts_of_a_nested_search(routing):
    network = TCNSequenceClassifier(early_stopping=True)  # it sets clips aside, and needs groups
    detector = OnsetDetector(network=network)
    for model in (detector, DecoderSearchCV(detector, {"decoder__threshold": [0.5]}, cv=GroupKFold(2))):
        with config_context(enable_metadata_routing=routing):
            route = group_route(model, GROUPS, routing=routing)
        assert route.unreached == {} and list(route.params) == ["groups"]


def test_it_can_be_saved(tmp_path):
    clips, onsets = make_onsets(6, duration=1, sr=11025, random_state=0)
    detector = OnsetDetector(DFT(n_fft=512, sr=11025, hop_length=110), "flux")
    search = DecoderSearchCV(detector, {"decoder__threshold": ["auto", 0.3]}, cv=2).fit(clips, onsets)
    skmir.save(search, tmp_path / "search.skops")
    for again in (skmir.load(tmp_path / "search.skops"), pickle.loads(pickle.dumps(search))):
        assert all(map(np.array_equal, again.predict(clips), search.predict(clips)))
        assert again.score(clips, onsets) == search.score(clips, onsets)
        assert again.cv_results_["param_decoder__threshold"].tolist() == ["auto", 0.3]


@pytest.mark.parametrize(
    ("search", "error", "words"),
    [
        (DecoderSearchCV(Ridge(), {"alpha": [1]}), TypeError, r"estimator=Ridge\(\) must be a detector"),
        (DecoderSearchCV(), TypeError, "estimator=None must be a detector"),
        (DecoderSearchCV(detector(), {"log": [1]}), ValueError, "param_grid has 'log', .* Use GridSearchCV"),
        (DecoderSearchCV(detector(), {}), ValueError, r"param_grid=\{\} has no candidate"),
        (DecoderSearchCV(detector(), {"decoder__thrshold": [1]}), ValueError, "Invalid parameter 'thrshold'"),
        (DecoderSearchCV(detector(), GRID, scoring=["a"]), ValueError, r"scoring=\['a'\] must be a scorer"),
        (
            DecoderSearchCV(detector(), GRID, cv=StratifiedKFold(2)),
            ValueError,
            "cannot split clips with annot",
        ),
        (DecoderSearchCV(detector(), GRID, refit="yes"), TypeError, "refit='yes' must be True or False"),
    ],
)
def test_errors_come_before_the_first_fit(search, error, words, music):
    with pytest.raises(error, match=words):
        search.fit(*music)


def test_scores_of_nan_are_last_and_never_the_best(music):
    def careless(y_true, y_pred):
        return np.nan if sum(map(len, y_pred)) < 30 else onset_f_measure(y_true, y_pred)

    grid = {"decoder__threshold": [2.0, 0.5]}
    search = DecoderSearchCV(detector(), grid, scoring=make_scorer(careless), cv=2).fit(*music)
    assert search.best_params_ == {"decoder__threshold": 0.5}
    assert search.cv_results_["rank_test_score"].tolist() == [2, 1]
    with pytest.raises(ValueError, match="score of NaN on some fold"):
        search.set_params(param_grid={"decoder__threshold": [2.0]}).fit(*music)


def test_a_detector_of_onsets_in_sound():
    """Its fit_decoder also learns by how much the events are moved."""
    clips, onsets = make_onsets(6, duration=1.5, sr=11025, random_state=0)
    detector = OnsetDetector(DFT(n_fft=512, sr=11025, hop_length=110), "flux", PeakPicker())
    grid = {"decoder__threshold": ["auto", 0.3], "decoder__combine": [0.03, 0.5]}
    search = DecoderSearchCV(detector, grid, cv=3).fit(clips, onsets)
    full = GridSearchCV(detector, grid, cv=3).fit(clips, onsets)
    assert_array_equal(search.cv_results_["mean_test_score"], full.cv_results_["mean_test_score"])
    assert search.best_params_ == full.best_params_ and search.best_score_ > 0.7
    assert search.best_estimator_.shift_ == full.best_estimator_.shift_ != 0
