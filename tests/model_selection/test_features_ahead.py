"""A comparison decodes each file once, whatever its models hear of it."""

import numpy as np
import pandas as pd
import pytest
import soundfile
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import SVC

from skmir._reading import _stream
from skmir.feature_extraction import MFCC, Chroma, FeatureCache, MelSpectrogram, SpectralShape
from skmir.model_selection import compare, default_models
from skmir.model_selection._running._features_ahead import first_front_ends
from skmir.preprocessing import FramePooler
from skmir.sequence import OnsetDetector

N_CLIPS = 12
pytestmark = pytest.mark.filterwarnings(
    "ignore:There are no groups", "ignore:There are only 2 folds", "ignore:.*the same on all folds"
)


@pytest.fixture
def paths(rng, tmp_path):
    for i in range(N_CLIPS):
        soundfile.write(tmp_path / f"{i} é.wav", (0.1 + 0.1 * (i % 2)) * rng.randn(12000), 22050)
    return [str(tmp_path / f"{i} é.wav") for i in range(N_CLIPS)]


@pytest.fixture
def decoded(monkeypatch):
    """The files that have been decoded so far, a name for each time."""
    names = []
    monkeypatch.setattr(
        _stream, "load", lambda path, of=_stream.load, **given: names.append(path) or of(path, **given)
    )
    return names


def models(memory):
    """Three models with five front ends, one of which two models have."""
    several = make_union(*(make_pipeline(kind(memory=memory), FramePooler()) for kind in (Chroma, MFCC)))
    more = make_pipeline(SpectralShape(memory=memory), FramePooler(), LogisticRegression())
    searched = make_pipeline(MFCC(memory=memory), FramePooler(), SVC())
    return {
        "union": make_pipeline(several, SVC()),
        "vote": VotingClassifier([("a", more), ("b", searched)]),
        "mel": make_pipeline(MelSpectrogram(n_mels=40, memory=memory), FramePooler(), SVC()),
        "search": GridSearchCV(searched, {"svc__C": [1, 10]}, cv=2),
    }


@pytest.mark.parametrize("form", [list, pd.Series, lambda paths: pd.DataFrame({"file": paths})])
def test_each_file_is_decoded_once(form, paths, decoded, tmp_path, same):
    y = np.arange(N_CLIPS) % 2
    given = {"X": form(paths), "y": y, "cv": 2, "random_state": 0}
    result = compare(models(tmp_path / "memory"), **given)
    assert sorted(decoded) == sorted(paths)
    if form is list:
        same(result, compare(models(None), **given))


def test_the_default_models_too(paths, decoded, tmp_path):
    y = np.arange(N_CLIPS) % 2
    compare(default_models(["SVM", "LDA"], memory=tmp_path), paths, y, cv=2, random_state=0)
    assert sorted(decoded) == sorted(paths)
    assert len(FeatureCache(tmp_path).sizes()) == 5


def test_only_clips_of_folds_that_are_left_are_decoded(paths, decoded, tmp_path):
    y = np.arange(N_CLIPS) % 2
    few = [(np.arange(4), np.arange(4, 6))]
    given = {"memory": tmp_path / "results", "random_state": 0, "cv": few}
    with pytest.warns(UserWarning, match="only 1 fold"):
        compare(models(tmp_path / "a"), paths, y, **given)
        assert sorted(decoded) == sorted(paths[:6])
        compare(models(tmp_path / "another"), paths, y, **given)  # finished
    assert len(decoded) == 6


def test_a_file_that_cannot_be_used_is_told_by_the_fits_that_need_it(paths, tmp_path):
    y = np.arange(N_CLIPS) % 2
    with open(paths[0], "wb") as file:
        file.write(b"RIFF not a recording")
    halves = [(np.arange(6, 10), np.arange(10, 12)), (np.arange(6), np.arange(6, 12))]
    with pytest.warns(Warning, match="Model 'mel' failed on fold 1: .*0 é.wav"):
        result = compare({"mel": models(tmp_path / "memory")["mel"]}, paths, y, cv=halves)
    assert result.scores_["mel"].isna().tolist() == [False, True]
    several = models(paths[1])  # a file, in the place of a folder
    with pytest.warns(Warning, match="Model 'mel' failed on fold 0: NotADirectoryError"):
        result = compare({"mel": several["mel"], "fine": models(None)["mel"]}, paths[1:], y[1:], cv=2)
    assert result.scores_["fine"].notna().all()


def test_front_ends_that_get_the_clips_are_found():
    detector = OnsetDetector(front_end=MelSpectrogram(n_mels=10))
    assert [repr(one) for one in first_front_ends(detector)] == ["MelSpectrogram(n_mels=10)"]
    behind = make_pipeline("passthrough", FramePooler(), MFCC())  # hears something else
    assert list(first_front_ends(behind)) == []
