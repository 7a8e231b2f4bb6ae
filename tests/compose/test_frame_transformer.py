"""Any transformer, frame by frame."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import NMF, PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, StandardScaler

from skmir.compose import FrameTransformer
from skmir.feature_extraction import MFCC
from skmir.neural_network import RBM
from skmir.preprocessing import FramePooler

TRANSFORMERS = {
    "pca": PCA(3, random_state=0),
    "nmf": NMF(3, init="nndsvda", max_iter=500, random_state=0),
    "lda": LinearDiscriminantAnalysis(),
    "rbm": RBM(3, n_iter=2, device="cpu", random_state=0),
    "scaler": StandardScaler(),
    "pipeline": make_pipeline(StandardScaler(), PCA(3, random_state=0)),
}


@pytest.fixture
def clips(rng):
    """Clips of 3 to 20 frames, of 6 bins, and labels."""
    X = [rng.gamma(2, size=(6, n)) for n in (9, 3, 20, 12, 12, 5)]
    return X, np.array(["drum", "horn", "drum", "horn", "bass", "bass"])


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_a_transformer_sees_a_row_a_frame(clips, name):
    X, y = clips
    transformer = TRANSFORMERS[name]
    found = FrameTransformer(transformer).fit(X, y).transform(X)
    rows = np.concatenate([x.T for x in X])
    expected = sklearn.clone(transformer).fit(rows, np.repeat(y, [9, 3, 20, 12, 12, 5])).transform(rows)
    assert isinstance(found, list) and [x.shape[1] for x in found] == [9, 3, 20, 12, 12, 5]
    # NMF ends its iterations clip by clip.
    atol = 1e-4 if name == "nmf" else 1e-9
    np.testing.assert_allclose(np.concatenate([x.T for x in found]), expected, atol=atol)


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_a_list_is_its_clips_one_by_one(clips, name):
    X, y = clips
    model = FrameTransformer(TRANSFORMERS[name]).fit(X, y)
    for x, one in zip(X, model.transform(X), strict=True):
        np.testing.assert_array_equal(model.transform([x])[0], one)


def test_form_goes_in_as_it_comes_out(clips):
    X, _ = clips
    stacked = np.stack([X[0], X[2][:, :9]])
    model = FrameTransformer(PCA(2, random_state=0)).fit(stacked)
    assert model.transform(stacked).shape == (2, 2, 9)
    assert isinstance(model.transform(X[:2]), list)
    assert model.transform(stacked[:, :, 0]).shape == (2, 2)
    np.testing.assert_allclose(model.transform(stacked[:, :, 0]), model.transform(stacked)[:, :, 0])
    assert not hasattr(model, "n_features_in_")
    assert FrameTransformer().fit(stacked[:, :, 0]).n_features_in_ == 6


def test_none_is_a_standard_scaler(clips):
    X, _ = clips
    frames = np.concatenate(FrameTransformer().fit_transform(X), axis=1)
    np.testing.assert_allclose(frames.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(frames.std(axis=1), 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_comes_out(clips, dtype):
    class ToFloat64(TransformerMixin, BaseEstimator):
        def fit(self, X, y=None):
            assert X.dtype == dtype
            return self

        def transform(self, X):
            return X.astype(np.float64)

    X = [x.astype(dtype) for x in clips[0]]
    for transformer in (PCA(2), ToFloat64()):
        assert {x.dtype for x in FrameTransformer(transformer).fit_transform(X)} == {np.dtype(dtype)}


def test_the_callers_transformer_and_arrays_are_left_alone(clips):
    X, _ = clips
    transformer = StandardScaler(copy=False)  # works in place on what it is given
    before = [x.copy() for x in X]
    model = FrameTransformer(transformer).fit(X)
    model.transform(X)
    stacked = np.stack([x[:, :3] for x in X])
    FrameTransformer(transformer).fit_transform(stacked[:, :, :1])
    assert not hasattr(transformer, "mean_") and model.transformer_ is not transformer
    for x, unchanged in zip(X, before, strict=True):
        np.testing.assert_array_equal(x, unchanged)
    np.testing.assert_array_equal(stacked, np.stack([x[:, :3] for x in before]))


def test_names(tones):
    def names(transformer):
        model = make_pipeline(MFCC(n_mfcc=4), FrameTransformer(transformer), FramePooler())
        return model.fit(tones[0]).get_feature_names_out().tolist()

    assert names(PCA(2)) == ["pca0_mean", "pca1_mean", "pca0_std", "pca1_std"]
    assert names(StandardScaler())[:2] == ["mfcc00_mean", "mfcc01_mean"]


def test_pandas_changes_nothing_inside(clips):
    X, _ = clips
    expected = FrameTransformer(PCA(2, random_state=0)).fit_transform(X)
    with sklearn.config_context(transform_output="pandas"):
        found = FrameTransformer(PCA(2, random_state=0)).fit_transform(X)
    for x, one in zip(expected, found, strict=True):
        assert isinstance(one, np.ndarray)
        np.testing.assert_array_equal(x, one)
    model = FrameTransformer(PCA(2, random_state=0)).set_output(transform="pandas")
    assert isinstance(model.fit_transform(X), list)


def test_a_dataframe_is_one_frame_a_clip(rng):
    table = pd.DataFrame(rng.randn(8, 3), columns=list("abc"))
    model = FrameTransformer().fit(table)
    np.testing.assert_allclose(model.transform(table), StandardScaler().fit_transform(table))


def test_nested_parameters_are_searched(clips):
    X, y = clips
    pipeline = make_pipeline(FrameTransformer(PCA(2)), FramePooler(), LogisticRegression())
    grid = {
        "frametransformer__transformer__n_components": [1, 2],
        "frametransformer__transformer__whiten": [True, False],
    }
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, y)
    assert search.best_estimator_[0].transformer_.n_components in (1, 2)
    swap = {"frametransformer__transformer": [PCA(2), StandardScaler(), None]}
    assert len(GridSearchCV(pipeline, swap, cv=2, error_score="raise").fit(X, y).cv_results_["params"]) == 3


@pytest.mark.parametrize("transformer", [None, PCA(6), make_pipeline(StandardScaler(), PCA(6))], ids=str)
def test_the_inverse_undoes_what_loses_nothing(clips, transformer):
    X, _ = clips
    model = FrameTransformer(transformer).fit(X)
    for x, found in zip(X, model.inverse_transform(model.transform(X)), strict=True):
        np.testing.assert_allclose(found, x, atol=1e-9)


@pytest.mark.parametrize("transformer", [PCA(2), NMF(2, init="nndsvda", max_iter=500)], ids=str)
def test_the_inverse_is_the_transformers(clips, transformer):
    X, _ = clips
    model = FrameTransformer(transformer).fit(X)
    codes = model.transform(X)
    found = model.inverse_transform(codes)
    assert isinstance(found, list) and [x.shape for x in found] == [x.shape for x in X]
    for code, x in zip(codes, found, strict=True):
        np.testing.assert_allclose(x, model.transformer_.inverse_transform(code.T).T)
    assert model.n_bins_ == 6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_inverse_keeps_form_and_dtype(clips, dtype):
    X = np.stack([x[:, :3] for x in clips[0]]).astype(dtype)
    model = FrameTransformer(PCA(2)).fit(X)
    found = model.inverse_transform(model.transform(X))
    assert found.shape == X.shape and found.dtype == dtype
    table = model.inverse_transform(model.transform(X[:, :, 0]))
    assert table.dtype == dtype
    np.testing.assert_allclose(table, found[:, :, 0], atol=1e-5)


def test_an_inverse_is_there_only_where_the_transformer_has_one(clips):
    X, _ = clips
    assert hasattr(FrameTransformer(), "inverse_transform")
    assert hasattr(FrameTransformer(PCA()), "inverse_transform")
    for model in (FrameTransformer(Normalizer()), FrameTransformer(Normalizer()).fit(X)):
        with pytest.raises(AttributeError, match="'FrameTransformer' has no attribute 'inverse_transform'"):
            model.inverse_transform(X)


def test_the_inverse_says_what_it_takes(clips):
    X, _ = clips
    with pytest.raises(NotFittedError, match="not fitted yet"):
        FrameTransformer().inverse_transform(X)
    model = FrameTransformer(PCA(2)).fit(X)
    with pytest.raises(
        ValueError, match=r"(?s)PCA cannot undo frames of 6 bins: .*Pass a result of transform"
    ):
        model.inverse_transform(X)


def test_a_pickle(clips):
    X, y = clips
    model = FrameTransformer(PCA(2)).fit(X, y)
    for x, one in zip(pickle.loads(pickle.dumps(model)).transform(X), model.transform(X), strict=True):
        np.testing.assert_array_equal(x, one)


def test_what_is_refused(clips):
    X, y = clips
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        FrameTransformer().fit(X, y[:-1])
    model = FrameTransformer().fit(X)
    with pytest.raises(ValueError, match="clip 0 of X has 5 bins per frame, but FrameTransformer was fitted"):
        model.transform([x[:5] for x in X])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        FrameTransformer().transform(X)
    with pytest.raises(ValueError, match="FrameTransformer takes frames, and X holds waveforms"):
        FrameTransformer().fit([np.zeros(5), np.zeros(6)])


def test_a_transformer_that_drops_frames_is_refused(clips):
    """The rows could not be dealt back to their clips."""
    half = FunctionTransformer(lambda rows: rows[::2])
    with pytest.raises(
        ValueError,
        match=r"FunctionTransformer must return one row per frame, .* returned 5 rows for 9 frames",
    ):
        FrameTransformer(half).fit_transform(clips[0])


def test_a_sparse_result_is_made_dense(clips):
    scipy_sparse = pytest.importorskip("scipy.sparse")
    X, _ = clips
    sparse = FunctionTransformer(scipy_sparse.csr_matrix)
    for x, one in zip(X, FrameTransformer(sparse).fit_transform(X), strict=True):
        np.testing.assert_array_equal(x, one)
