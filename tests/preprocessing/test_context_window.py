"""Frames with their neighbours."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skmir.compose import FrameTransformer
from skmir.feature_extraction import MelSpectrogram
from skmir.preprocessing import ContextWindow, FramePooler

PAD_MODES = ["edge", "constant", "reflect"]


@pytest.fixture
def frames(rng):
    return rng.randn(4, 3, 20)


@pytest.fixture
def ragged(frames):
    return [x[:, :n] for x, n in zip(frames, [20, 7, 2, 1], strict=True)]


def by_hand(x, width, hop, pad_mode):
    """Frame after frame and neighbour after neighbour, from a clip padded far enough for any width."""
    far = 30
    padded = np.pad(x, ((0, 0), (far, far)), mode=pad_mode)
    windows = []
    for t in range(0, x.shape[1], hop):
        first = far + t - width // 2
        windows.append(np.concatenate([padded[:, s] for s in range(first, first + width)]))
    return np.array(windows).T


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("hop", [1, 2, 5, 30])
@pytest.mark.parametrize("width", [1, 2, 5, 8, 25])
def test_every_window_by_hand(frames, ragged, width, hop, pad_mode):
    model = ContextWindow(width, hop=hop, pad_mode=pad_mode).fit(frames)
    for X in (frames, ragged):
        found = model.transform(X)
        assert isinstance(found, list) == (X is ragged and hop < 30)  # one frame each: lengths agree
        for x, windows in zip(X, found, strict=True):
            np.testing.assert_array_equal(windows, by_hand(x, width, hop, pad_mode))


def test_the_middle_is_the_frame_and_the_first_block_the_earliest():
    steps = 10.0 * np.arange(6) + np.array([[1.0], [2.0]])  # (2 bins, 6 frames)
    odd, even = (ContextWindow(width).fit_transform([steps])[0] for width in (5, 4))
    np.testing.assert_array_equal(odd[:, 3], [11, 12, 21, 22, 31, 32, 41, 42, 51, 52])
    np.testing.assert_array_equal(even[:, 3], [11, 12, 21, 22, 31, 32, 41, 42])


def test_beyond_the_ends():
    x = np.array([[1.0, 2.0, 3.0]])
    for pad_mode, expected in {"edge": (1, 1), "constant": (0, 0), "reflect": (3, 2)}.items():
        found = ContextWindow(5, pad_mode=pad_mode).fit_transform([x])[0]
        np.testing.assert_array_equal(found[:, 0], [*expected, 1, 2, 3])


def test_a_single_frame_is_its_own_neighbour():
    x = np.array([[1.0], [2.0]])
    for pad_mode, beside in {"edge": 1, "constant": 0, "reflect": 1}.items():
        found = ContextWindow(3, pad_mode=pad_mode).fit_transform([x])[0]
        np.testing.assert_array_equal(found[:, 0], [beside, 2 * beside, 1, 2, beside, 2 * beside])


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("width", [1, 4, 9])
def test_the_inverse_gives_the_frames_back(frames, ragged, width, pad_mode):
    model = ContextWindow(width, pad_mode=pad_mode).fit(frames)
    for X in (frames, ragged, frames[:, :, 0]):
        found = model.inverse_transform(model.transform(X))
        assert type(found) is type(X) and len(found) == len(X)
        for x, back in zip(X, found, strict=True):
            np.testing.assert_array_equal(back, x)


def test_what_cannot_be_inverted_is_refused(frames):
    model = ContextWindow(3, hop=2).fit(frames)
    with pytest.raises(ValueError, match=r"ContextWindow\(hop=2\) keeps one frame of 2, .* Set hop=1"):
        model.inverse_transform(model.transform(frames))
    model = ContextWindow(3).fit(frames)
    with pytest.raises(ValueError, match=r"X has 3 bins, but .*width=3.*, fitted on 3 bins, gives 9"):
        model.inverse_transform(frames)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        ContextWindow().inverse_transform(frames)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_layout_in_memory_does_not_matter_and_the_dtype_stays(frames, ragged, dtype):
    model = ContextWindow(4, hop=2).fit(frames)
    expected = model.transform(frames.astype(dtype))
    by_time = frames.astype(dtype).swapaxes(1, 2).copy().swapaxes(1, 2)
    np.testing.assert_array_equal(model.transform(by_time), expected)
    assert expected.dtype == dtype
    for x in ragged:
        found = model.transform([np.asfortranarray(x.astype(dtype))])[0]
        np.testing.assert_array_equal(found, model.transform([x.astype(dtype)])[0])
        assert found.dtype == dtype


def test_a_table_is_one_frame_a_clip(frames):
    table = pd.DataFrame(frames[:, :, 0], columns=list("abc"))
    model = ContextWindow(3).fit(table)
    np.testing.assert_array_equal(model.transform(table), np.hstack([table] * 3))
    assert model.n_features_in_ == 3
    assert model.get_feature_names_out()[:4].tolist() == ["a_t-1", "b_t-1", "c_t-1", "a_t+0"]
    assert not hasattr(ContextWindow().fit(frames), "n_features_in_")


@pytest.mark.parametrize(("width", "hop"), [(1, 1), (3, 1), (3, 3), (2, 5), (20, 20)])
def test_results_are_arrays_of_their_own(frames, ragged, width, hop):
    """Windows are views first, and views that overlap must not get out."""
    model = ContextWindow(width, hop=hop).fit(frames)
    for X in (frames, ragged):
        before = [x.copy() for x in X]
        for x in X:
            x.setflags(write=False)
        for x, unchanged, windows in zip(X, before, model.transform(X), strict=True):
            np.testing.assert_array_equal(x, unchanged)
            assert windows.flags.writeable and not np.shares_memory(x, windows)
            windows[...] = np.arange(windows.size).reshape(windows.shape)
            np.testing.assert_array_equal(windows.ravel(), np.arange(windows.size))


def test_inverses_are_arrays_of_their_own(frames, ragged):
    model = ContextWindow(3).fit(frames)
    for X in (frames, ragged, frames[:, :, 0]):
        windows = model.transform(X)
        for middle, window in zip(model.inverse_transform(windows), windows, strict=True):
            assert not np.shares_memory(middle, window)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"width": 0}, ValueError, "width=0 must be an integer >= 1"),
        ({"width": 3.0}, TypeError, "width=3.0 must be an integer >= 1"),
        ({"hop": 0}, ValueError, "hop=0 must be an integer >= 1"),
        ({"hop": None}, TypeError, "hop=None must be an integer >= 1"),
        (
            {"pad_mode": "wrap"},
            ValueError,
            r"'wrap' is not one of \['constant', 'edge', 'reflect'\]",
        ),
        ({"pad_mode": None}, ValueError, "pad_mode=None is not one of"),
    ],
)
def test_parameters_out_of_range_are_refused(frames, params, error, message):
    with pytest.raises(error, match=message):
        ContextWindow(**params).fit(frames)


def test_what_it_was_not_fitted_on_is_refused(frames):
    with pytest.raises(ValueError, match="has 2 bins per frame, but ContextWindow was fitted on 3"):
        ContextWindow().fit(frames).transform(frames[:, :2])
    with pytest.raises(ValueError, match="ContextWindow takes frames, and X holds waveforms"):
        ContextWindow().fit([np.zeros(100), np.zeros(90)])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        ContextWindow().transform(frames)


def test_names_go_through_a_pipeline(tones):
    X, _ = tones
    pipeline = make_pipeline(MelSpectrogram(n_mels=12), ContextWindow(), FramePooler(("mean",))).fit(X)
    names = pipeline.get_feature_names_out()
    assert names[[3, 12 * 4 + 3, -1]].tolist() == ["mel03_t-4_mean", "mel03_t+0_mean", "mel11_t+4_mean"]
    assert pipeline.transform(X).shape == (12, 12 * 9) == (12, len(names))
    model = ContextWindow(2).fit(np.ones((2, 2, 4)))
    assert model.get_feature_names_out().tolist() == ["x0_t-1", "x1_t-1", "x0_t+0", "x1_t+0"]
    with pytest.raises(ValueError, match="input_features has 1 names for 2 bins"):
        model.get_feature_names_out(["a"])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        ContextWindow().get_feature_names_out()


def test_what_works_by_frames_takes_windows(frames, ragged):
    for X, shape in ((frames, (2, 20)), (ragged, (2, 20))):
        found = make_pipeline(ContextWindow(5), FrameTransformer(PCA(2))).fit_transform(X)
        assert found[0].shape == shape


def test_a_pickle(frames):
    model = ContextWindow().fit(frames)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).transform(frames), model.transform(frames)
    )
