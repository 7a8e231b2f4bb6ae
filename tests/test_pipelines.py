"""Whole Pipelines in scikit-learn's own tools, for every form that clips come in."""

import numpy as np
import pandas as pd
import pytest
import soundfile
from sklearn import config_context
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    StratifiedKFold,
    cross_val_predict,
    learning_curve,
)
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from skmir.compose import FrameClassifier, FrameTransformer
from skmir.feature_extraction import MFCC, Chroma, MelSpectrogram
from skmir.model_selection import compare
from skmir.neural_network import CNNClassifier, MLPClassifier
from skmir.preprocessing import FramePooler, FrameScaler

GROUPS = np.repeat(np.arange(4), 3)  # of the twelve tones, each with all three pitches


@pytest.fixture
def forms(tones, tmp_path):
    """The same twelve tones in every form; the files hold floats, so that nothing is rounded."""
    X, _ = tones
    paths = [tmp_path / f"{i:02d}.wav" for i in range(len(X))]
    for path, y in zip(paths, X, strict=True):
        soundfile.write(path, y, 22050, subtype="FLOAT")
    names = [str(path) for path in paths]
    objects = np.empty(len(X), dtype=object)
    objects[:] = list(X)
    return {
        "array": X,
        "list of arrays": list(X),
        "object array": objects,
        "paths": paths,
        "names": names,
        "array of names": np.array(names),
        "Series of names": pd.Series(names),
        "one column": pd.DataFrame({"file": names}),
    }


FORMS = [
    "list of arrays",
    "object array",
    "paths",
    "names",
    "array of names",
    "Series of names",
    "one column",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.filterwarnings("error", "ignore::DeprecationWarning")  # old librosa's own imports
def test_a_search_finds_the_same_in_every_form(forms, tones, form):
    _, y = tones
    pipeline = make_pipeline(MFCC(n_mels=40), FramePooler(), LogisticRegression(max_iter=500))
    grid = {"mfcc__n_mfcc": [5, 13], "framepooler__statistics": [("mean",), ("mean", "std")]}
    search, reference = (
        GridSearchCV(pipeline, grid, cv=GroupKFold(2), error_score="raise").fit(forms[f], y, groups=GROUPS)
        for f in (form, "array")
    )
    scores = [search.cv_results_["mean_test_score"] for search in (search, reference)]
    np.testing.assert_array_equal(*scores)
    np.testing.assert_allclose(
        search.predict_proba(forms[form]), reference.predict_proba(forms["array"]), atol=1e-4
    )


@pytest.mark.parametrize(
    "classifier",
    [
        CNNClassifier(n_filters=(4, 4, 8, 8), max_iter=60, random_state=0),
        make_pipeline(FramePooler(), MLPClassifier((8,), random_state=0)),
        make_pipeline(FrameTransformer(PCA(5)), FrameClassifier(width=3, aggregate="vote")),
    ],
    ids=["CNN", "MLP", "windows"],
)
def test_clips_of_unequal_length(tones, classifier):
    """Some folds hold clips of one length, some of several: each consumer meets both forms."""
    X, y = tones
    ragged = [clip[:8000] if i % 4 else clip for i, clip in enumerate(X)]
    pipeline = make_pipeline(MelSpectrogram(n_mels=20), FrameScaler(), classifier)
    predicted = cross_val_predict(pipeline, ragged, y, groups=GROUPS, cv=GroupKFold(4))
    assert (predicted == y).mean() > 0.8
    pipeline.fit(ragged, y)
    alone = np.concatenate([pipeline.predict([clip]) for clip in ragged])
    np.testing.assert_array_equal(pipeline.predict(ragged), alone)


def test_columns_have_names_at_the_end(tones):
    X, y = tones
    union = make_union(
        make_pipeline(MFCC(n_mfcc=3), FramePooler()), make_pipeline(Chroma(), FramePooler(("max",)))
    )
    names = make_pipeline(MFCC(n_mfcc=3), FrameScaler(), FramePooler()).fit(X, y).get_feature_names_out()
    assert names.tolist() == [f"mfcc{i:02d}_{s}" for s in ("mean", "std") for i in range(3)]
    with config_context(transform_output="pandas"):
        table = union.fit_transform(X, y)
    assert isinstance(table, pd.DataFrame)
    assert table.shape == (12, 18)


def test_a_learning_curve_over_paths(forms, tones):
    _, y = tones
    pipeline = make_pipeline(MFCC(), FramePooler(), LogisticRegression(max_iter=500))
    sizes, _, scores = learning_curve(
        pipeline, forms["names"], y, groups=GROUPS, cv=GroupKFold(2), train_sizes=[3, 6], error_score="raise"
    )
    assert sizes.tolist() == [3, 6]
    assert scores.mean() > 0.8


def test_a_model_fitted_on_files_takes_waveforms(forms, tones):
    X, y = tones
    pipeline = make_pipeline(MFCC(), FramePooler(), LogisticRegression(max_iter=500)).fit(forms["paths"], y)
    np.testing.assert_array_equal(pipeline.predict(X), pipeline.predict(forms["paths"]))
    assert not hasattr(pipeline[0], "n_features_in_")


@pytest.mark.parametrize("column", ["file", ["file"]], ids=["Series", "DataFrame"])
def test_a_column_of_paths_beside_numbers(forms, tones, column):
    """Only who hears the tones and reads the numbers can tell these classes: in a search, and in compare."""
    _, pitch = tones
    loudness = np.tile([-1.0, 1.0], 6)
    X = pd.DataFrame({"loudness": loudness, "file": forms["names"]}, index=np.arange(50, 62))
    y = np.char.add(pitch.astype(str), np.where(loudness > 0, " loud", " soft"))
    sound = make_pipeline(Chroma(), FramePooler(("mean",)))

    def model(*columns):
        steps = {"sound": ("sound", sound, column), "number": ("number", StandardScaler(), ["loudness"])}
        chosen = ColumnTransformer([steps[name] for name in columns])
        return make_pipeline(chosen, StandardScaler(), LogisticRegression(max_iter=500))

    both = model("sound", "number")
    names = both.fit(X, y)[0].get_feature_names_out()
    assert names[0].startswith("sound__chroma") and names[-1] == "number__loudness"
    models = {"both": both, "sound": model("sound"), "number": model("number")}
    result = compare(models, X, y, cv=StratifiedKFold(2), scoring="accuracy", baselines=False)
    scores = result.table_["mean"]
    assert scores["both"] == 1 > max(scores[["sound", "number"]])
    wrong = result.mistakes_
    assert set(wrong["file"]) <= set(forms["names"]) and not (wrong["model"] == "both").any()
    grid = {"columntransformer__sound__framepooler__statistics": [("mean",), ("std",)]}
    search = GridSearchCV(both, grid, cv=2).fit(X, y)
    assert search.predict(X.sample(frac=1, random_state=0)).shape == (12,)
