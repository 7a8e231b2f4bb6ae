"""PCA whitening of frames."""

import pickle
import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import MelSpectrogram
from skmir.preprocessing import FramePooler, FrameScaler, PCAWhitener
from skmir.preprocessing._pca_whitener import FRAMES_AT_ONCE


@pytest.fixture
def frames(rng):
    """Six clips of five bins that lean on each other, far from 0, with variances over three decades."""
    mixing = np.linalg.qr(rng.randn(5, 5))[0] * [30, 10, 3, 1.5, 1]
    return mixing @ rng.randn(6, 5, 40) + rng.uniform(-20, 20, (5, 1))


@pytest.fixture
def ragged(frames):
    return [x[:, :n] for x, n in zip(frames, [40, 7, 1, 33, 12, 12], strict=True)]


def rows(clips):
    """All frames of all clips, a row a frame."""
    return np.concatenate([x.T for x in clips])


def moment(white, center):
    """The covariance of rows, or their second moment about 0."""
    return np.cov(white.T) if center else white.T @ white / len(white)


def assert_same_fit(one, other, rtol=1e-9):
    for name in ("mean_", "components_", "explained_variance_", "explained_variance_ratio_", "scale_"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=rtol, atol=1e-10)


@pytest.mark.parametrize("center", [True, False])
def test_training_frames_become_white(frames, ragged, center):
    for X in (frames, ragged):
        model = PCAWhitener(center=center).fit(X)
        white = rows(model.transform(X))
        np.testing.assert_allclose(moment(white, center), np.eye(5), atol=1e-10)
        assert np.allclose(white.mean(axis=0), 0) == center
        assert model.mean_.any() == center


@pytest.mark.parametrize("n_components", [None, 1, 3, 5, 0.5, 0.9, 0.999])
def test_scikit_learn_gives_the_same_but_for_signs(frames, ragged, n_components):
    for X in (frames, ragged):
        model = PCAWhitener(n_components).fit(X)
        expected = PCA(n_components, whiten=True, svd_solver="full").fit(rows(X))
        for name in ("n_components_", "mean_", "explained_variance_", "explained_variance_ratio_"):
            np.testing.assert_allclose(getattr(model, name), getattr(expected, name))
        signs = np.sign((model.components_ * expected.components_).sum(axis=1))
        np.testing.assert_allclose(model.components_, signs[:, np.newaxis] * expected.components_, atol=1e-9)
        found = rows(model.transform(X))
        np.testing.assert_allclose(found, signs * expected.transform(rows(X)), atol=1e-8)


def test_a_share_is_to_be_exceeded():
    """Two bins of equal variance: the first has a share of 0.5, and no more."""
    cross = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    for share, n in ((0.49, 1), (0.5, 2), (0.51, 2)):
        assert PCA(share, svd_solver="full").fit(cross).n_components_ == n
        assert PCAWhitener(share).fit(cross).n_components_ == n


@pytest.mark.parametrize(("offset", "rtol"), [(1e4, 1e-8), (1e7, 1e-2)])
def test_a_large_mean_does_not_destroy_the_covariance(rng, offset, rtol):
    """The squares of 1e7 are summed to 1e17, of which float64 holds no more than tens."""
    X = offset + 0.1 * rng.randn(50, 4, 30) * [[1], [2], [3], [4]]
    model = PCAWhitener().fit(X)
    expected = PCA(whiten=True, svd_solver="full").fit(rows(X))
    np.testing.assert_allclose(model.explained_variance_, expected.explained_variance_, rtol=1e-8)
    np.testing.assert_allclose(abs(rows(model.transform(X))), abs(expected.transform(rows(X))), atol=1e-6)
    # Nor does a first frame that is far from all others.
    X = [np.array([[0, 2 * offset]] * 4), *X]
    expected = np.linalg.eigvalsh(np.cov(rows(X).T - offset))[::-1]
    np.testing.assert_allclose(PCAWhitener().fit(X).explained_variance_, expected, rtol=rtol)


def test_blocks_join_as_if_they_were_one(rng):
    """Several blocks, one of a clip longer than a block, with means that drift."""
    lengths = [FRAMES_AT_ONCE + 1000, 1, 3000, 50]
    X = [rng.randn(3, n) * [[1], [2], [3]] + 1e4 * i for i, n in enumerate(lengths)]
    model = PCAWhitener().fit(X)
    found = model.components_.T * model.explained_variance_ @ model.components_
    np.testing.assert_allclose(found, np.cov(rows(X).T), rtol=1e-9)
    np.testing.assert_allclose(model.mean_, rows(X).mean(axis=0), rtol=1e-12)


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("ridge", [0.1, 3, 1000])
def test_with_a_ridge_variances_stay_below_1(frames, ridge, center):
    plain = PCAWhitener(center=center).fit(frames)
    model = PCAWhitener(ridge=ridge, center=center).fit(frames)
    white = rows(model.transform(frames))
    variance = plain.explained_variance_
    expected = np.diag(variance / (variance + ridge))
    np.testing.assert_allclose(moment(white, center), expected, atol=1e-10)
    np.testing.assert_allclose(model.explained_variance_, variance)


def test_the_whitening_of_lee_et_al_by_hand(ragged):
    x = rows(ragged).T
    variance, vectors = np.linalg.eigh(x @ x.T / x.shape[1])
    expected = (vectors[:, :-4:-1] / np.sqrt(variance[:-4:-1] + 3)).T @ ragged[0]
    found = PCAWhitener(3, ridge=3, center=False).fit(ragged).transform(ragged)[0]
    np.testing.assert_allclose(abs(found), abs(expected), rtol=1e-9)


def test_the_loading_of_largest_magnitude_is_positive(frames, rng):
    for X in (frames, -frames, rng.randn(3, 20, 50)):
        components = PCAWhitener().fit(X).components_
        largest = abs(components).argmax(axis=1)
        assert (components[np.arange(len(components)), largest] > 0).all()


@pytest.mark.parametrize("params", [{}, {"center": False, "ridge": 3}, {"n_components": 2}])
def test_neither_form_nor_order_of_clips_matters(frames, ragged, params):
    model = PCAWhitener(**params).fit(frames)
    long = [rows(frames).T]
    by_time = frames.swapaxes(1, 2).copy().swapaxes(1, 2)
    for X in (list(frames), frames[::-1], frames[[3, 1, 0, 5, 2, 4]], long, by_time, rows(frames)):
        other = PCAWhitener(**params).fit(X)
        assert_same_fit(model, other)
        np.testing.assert_allclose(other.transform(frames), model.transform(frames), atol=1e-9)
    assert_same_fit(PCAWhitener(**params).fit(ragged), PCAWhitener(**params).fit(ragged[::-1]))


def test_a_list_is_its_clips_one_by_one(ragged):
    model = PCAWhitener(3).fit(ragged)
    found = model.transform(ragged)
    assert isinstance(found, list)
    for x, one in zip(ragged, found, strict=True):
        np.testing.assert_allclose(model.transform([x])[0], one, atol=1e-12)
        np.testing.assert_allclose(model.transform([np.asfortranarray(x)])[0], one, atol=1e-12)
        assert one.shape == (3, x.shape[1])


@pytest.mark.parametrize("params", [{}, {"ridge": 3}, {"center": False}, {"ridge": 0.1, "center": False}])
def test_the_inverse_gives_the_frames_back(frames, ragged, params):
    model = PCAWhitener(**params).fit(ragged)
    for X in (frames, ragged, frames[:, :, 0]):
        found = model.inverse_transform(model.transform(X))
        assert type(found) is type(X) and len(found) == len(X)
        for x, back in zip(X, found, strict=True):
            np.testing.assert_allclose(back, x, atol=1e-9)


def test_the_inverse_of_some_components_is_as_near_as_they_get(frames):
    model = PCAWhitener(2).fit(frames)
    error = rows(model.inverse_transform(model.transform(frames)) - frames)
    left_out = PCAWhitener().fit(frames).explained_variance_[2:]
    np.testing.assert_allclose((error**2).sum() / (len(error) - 1), left_out.sum())
    with pytest.raises(ValueError, match="X has 5 bins, but PCAWhitener has 2 components"):
        model.inverse_transform(frames)


def test_directions_in_which_nothing_varies_are_0(rng, frames):
    """A constant bin, one that repeats another, and one that is the sum of two."""
    X = np.concatenate([frames, np.full((6, 1, 40), 0.1), frames[:, :1], frames[:, 1:2] + frames[:, 2:3]], 1)
    model = PCAWhitener().fit(X)
    assert model.n_components_ == 8 and (model.scale_ > 0).sum() == 5
    white = rows(model.transform(X))
    np.testing.assert_allclose(np.cov(white.T), np.diag([1] * 5 + [0] * 3), atol=1e-8)
    np.testing.assert_allclose(model.inverse_transform(model.transform(X)), X, atol=1e-8)
    other = model.transform(X + 1e-3 * rng.randn(*X.shape))
    assert abs(other).max() < 10 and not other[:, 5:].any()


@pytest.mark.parametrize("center", [True, False])
def test_more_bins_than_frames(rng, center):
    X = rng.randn(2, 30, 5)
    model = PCAWhitener(center=center).fit(X)
    rank = 9 if center else 10
    assert (model.scale_ > 0).sum() == rank
    assert model.explained_variance_.min() >= 0  # rounding makes some of the eigenvalues negative
    white = rows(model.transform(X))
    assert white.shape == (10, 30) and not white[:, rank:].any()
    expected = np.diag([1] * rank + [0] * (30 - rank))
    np.testing.assert_allclose(moment(white, center), expected, atol=1e-8)
    np.testing.assert_allclose(model.inverse_transform(model.transform(X)), X, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("params", [{}, {"ridge": 1.0}, {"n_components": 0.9}, {"n_components": 2}])
def test_where_nothing_varies_all_is_0(params, dtype):
    constant = np.broadcast_to(np.array([[0.1], [1e5 / 3], [0.0]], dtype), (4, 3, 7))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for X in (constant, constant[:1, :, :1], constant[:, :, 0]):
            model = PCAWhitener(**params).fit(X)
            assert not model.transform(X).any()
            assert not model.explained_variance_.any() and not model.explained_variance_ratio_.any()
            np.testing.assert_array_equal(model.mean_, X[0].reshape(3, -1)[:, 0])


def test_a_single_frame_about_0():
    frame = np.array([[[3.0], [4.0]]])
    model = PCAWhitener(center=False).fit(frame)
    np.testing.assert_allclose(model.explained_variance_, [25, 0], atol=1e-12)
    np.testing.assert_allclose(model.transform(frame)[0, :, 0], [1, 0])  # the 0 is exact


def test_float32_is_fitted_in_float64(frames):
    """In float32, a mean of 1e4 times the deviation would leave three digits."""
    X = (1e4 + frames / 30).astype(np.float32)
    model = PCAWhitener().fit(X)
    assert_same_fit(model, PCAWhitener().fit(X.astype(np.float64)), rtol=1e-12)
    white = model.transform(X)
    assert white.dtype == model.inverse_transform(white).dtype == np.float32
    np.testing.assert_allclose(np.cov(rows(white).T), np.eye(5), atol=1e-5)
    np.testing.assert_allclose(white.mean(axis=(0, 2), dtype=np.float64), 0, atol=1e-6)
    assert {x.dtype for x in model.transform([X[0], X[1, :, :3]])} == {np.dtype(np.float32)}
    assert model.transform(X[:, :, 0]).dtype == np.float32


def test_a_table_is_one_frame_a_clip(frames):
    table = pd.DataFrame(rows(frames), columns=list("abcde"))
    model = PCAWhitener(2).fit(table)
    np.testing.assert_allclose(model.transform(table), rows(PCAWhitener(2).fit_transform(frames)), atol=1e-9)
    assert model.n_features_in_ == model.n_bins_ == 5
    assert not hasattr(PCAWhitener().fit(frames), "n_features_in_")


def test_memory_does_not_grow_with_the_number_of_clips(rng):
    clip = rng.randn(8, FRAMES_AT_ONCE).astype(np.float32)
    peaks = []
    for n_clips in (2, 40):
        X = [clip] * (n_clips - 1) + [clip[:, 1:]]
        tracemalloc.start()
        PCAWhitener().fit(X)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_the_callers_arrays_are_left_alone(frames, ragged):
    for X in (frames, ragged, frames[:, :, 0].copy()):
        before = [x.copy() for x in X]
        for x in X:
            x.setflags(write=False)
        for center in (True, False):
            model = PCAWhitener(center=center).fit(X)
            model.inverse_transform(model.transform(X))
        for x, unchanged in zip(X, before, strict=True):
            np.testing.assert_array_equal(x, unchanged)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"n_components": 0}, ValueError, "n_components=0 must be an integer from 1 to .* bins, 5, a share"),
        ({"n_components": 6}, ValueError, "n_components=6 must be an integer from 1 to .* bins, 5,"),
        ({"n_components": 1.0}, ValueError, "n_components=1.0 must be .* between 0 and 1, or None"),
        ({"n_components": 0.0}, ValueError, "n_components=0.0 must be .* between 0 and 1, or None"),
        ({"n_components": True}, ValueError, "n_components=True must be"),
        ({"n_components": "mle"}, ValueError, "n_components='mle' must be"),
        ({"ridge": -1}, ValueError, "ridge=-1 must be a number >= 0"),
        ({"ridge": None}, TypeError, "ridge=None must be a number >= 0"),
    ],
)
def test_parameters_out_of_range_are_refused(frames, params, error, message):
    with pytest.raises(error, match=message):
        PCAWhitener(**params).fit(frames)


def test_what_it_was_not_fitted_on_is_refused(frames):
    with pytest.raises(ValueError, match="clip 0 of X has 4 bins per frame, but PCAWhitener was fitted on 5"):
        PCAWhitener().fit(frames).transform(frames[:, :4])
    with pytest.raises(ValueError, match="PCAWhitener takes frames, and X holds waveforms"):
        PCAWhitener().fit([np.zeros(100), np.zeros(90)])
    for method in ("transform", "inverse_transform", "get_feature_names_out"):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            getattr(PCAWhitener(), method)(frames)


def test_names_go_through_a_pipeline(tones):
    X, _ = tones
    pmsc = make_pipeline(MelSpectrogram(n_mels=12), FrameScaler(), PCAWhitener(2), FramePooler(("mean",)))
    assert pmsc.fit_transform(X).shape == (12, 2)
    assert pmsc.get_feature_names_out().tolist() == ["pcawhitener0_mean", "pcawhitener1_mean"]


def test_a_pickle(frames):
    model = PCAWhitener().fit(frames)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).transform(frames), model.transform(frames)
    )


def test_a_random_sample_of_frames_is_drawn_from_all_clips(frames, ragged):
    """What is learned from n frames is what n frames of X give that were drawn without replacement."""
    for X in (frames, ragged):
        clips = [x + 1000 * i for i, x in enumerate(X)]  # the clip of a frame shows in its values
        everything = rows(clips)
        few = PCAWhitener(max_frames=50, random_state=0).fit(clips)
        assert_same_fit(few, PCAWhitener(max_frames=50, random_state=0).fit(clips), rtol=0)
        other = PCAWhitener(max_frames=50, random_state=1).fit(clips)
        assert np.abs(few.mean_ - other.mean_).max() > 1e-3
        assert everything.min() < few.mean_.min() < few.mean_.max() < everything.max()
        means = [PCAWhitener(max_frames=50, random_state=seed).fit(clips).mean_ for seed in range(200)]
        error = everything.std(axis=0) * np.sqrt((1 - 50 / len(everything)) / 50 / 200)
        assert (np.abs(np.mean(means, axis=0) - everything.mean(axis=0)) < 4 * error).all()
        for enough in (len(everything), 10**6):
            assert_same_fit(PCAWhitener(max_frames=enough).fit(clips), PCAWhitener().fit(clips), rtol=0)
        one = PCAWhitener(max_frames=1, random_state=0).fit(clips)
        assert (everything == one.mean_).all(axis=1).any() and not one.transform(clips)[0].any()
    with pytest.raises(ValueError, match="max_frames=0 must be an integer >= 1"):
        PCAWhitener(max_frames=0).fit(frames)
