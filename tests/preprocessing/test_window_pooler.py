"""Statistics over windows of frames."""

import inspect
import pickle
import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmir.compose import FrameClassifier
from skmir.feature_extraction import MelSpectrogram
from skmir.neural_network import MLPClassifier
from skmir.preprocessing import FramePooler, FrameScaler, LogCompression, PCAWhitener, WindowPooler

EVERY = ("mean", "std", "median", "max", "third_moment", "fourth_moment", "kurtosis", "delta_std", "q05")


@pytest.fixture
def ragged(rng):
    return [rng.gamma(2, size=(4, n)) for n in (30, 3, 1, 51)]


def pooled_one_by_one(x, statistics, bounds):
    """Pool the frames between each pair of bounds with FramePooler, and stack the results as frames."""
    return FramePooler(statistics).fit_transform([x[:, a:b] for a, b in bounds]).T


def test_windows_side_by_side_are_the_blocks_of_a_clip(rng):
    X = rng.randn(3, 4, 60)
    for width in (1, 2, 5, 12, 60):
        found = WindowPooler(EVERY, widths=width).fit_transform(X)
        blocks = [(start, start + width) for start in range(0, 60, width)]
        np.testing.assert_array_equal(found, [pooled_one_by_one(x, EVERY, blocks) for x in X])


def test_windows_of_one_frame_are_the_frames(rng):
    X = rng.randn(3, 4, 60)
    np.testing.assert_array_equal(WindowPooler(("mean",), widths=1).fit_transform(X), X)


@pytest.mark.parametrize(
    ("n_frames", "width", "hop", "bounds"),
    [
        (10, 4, 4, [(0, 4), (4, 8)]),  # half a window is left over
        (11, 4, 4, [(0, 4), (4, 8), (8, 11)]),  # more than half
        (11, 5, 5, [(0, 5), (5, 10)]),
        (13, 5, 5, [(0, 5), (5, 10), (10, 13)]),
        (7, 4, 1, [(0, 4), (1, 5), (2, 6), (3, 7)]),
        (9, 4, 2, [(0, 4), (2, 6), (4, 8)]),
        (12, 4, 3, [(0, 4), (3, 7), (6, 10), (9, 12)]),
        (12, 2, 5, [(0, 2), (5, 7), (10, 12)]),  # frames between windows are left out
        (11, 2, 5, [(0, 2), (5, 7)]),
        (4, 4, 1, [(0, 4)]),
        (3, 4, 1, [(0, 3)]),  # a clip shorter than a window is one
        (1, 4, 4, [(0, 1)]),
    ],
)
def test_where_windows_start_and_end(rng, n_frames, width, hop, bounds):
    x = rng.randn(2, n_frames)
    found = WindowPooler(EVERY, widths=width, hop=hop).fit_transform([x])[0]
    np.testing.assert_array_equal(found, pooled_one_by_one(x, EVERY, bounds))


def test_windows_of_all_widths_have_the_same_middles(rng):
    x = rng.randn(2, 20)
    found = WindowPooler(EVERY, widths=(4, 8, 11, 100), hop=5).fit_transform([x])[0]
    expected = [
        [(0, 4), (5, 9), (10, 14), (15, 19)],
        [(0, 6), (3, 11), (8, 16), (13, 20)],  # two more frames on each side, cut at the ends
        [(0, 8), (2, 13), (7, 18), (12, 20)],
        [(0, 20)] * 4,
    ]
    parts = [pooled_one_by_one(x, EVERY, bounds) for bounds in expected]
    np.testing.assert_array_equal(found, np.concatenate(parts))


def test_the_order_of_widths_is_the_callers(rng):
    X = rng.randn(2, 3, 50)
    one, other = (WindowPooler(("mean",), widths=w).fit_transform(X) for w in ((4, 16), (16, 4)))
    np.testing.assert_array_equal(np.concatenate([other[:, 3:], other[:, :3]], axis=1), one)


def test_a_window_as_long_as_the_clip_gives_what_framepooler_gives(ragged):
    found = WindowPooler(EVERY, widths=51).fit_transform(ragged)
    np.testing.assert_array_equal(found[:, :, 0], FramePooler(EVERY).fit_transform(ragged))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(20, 216), (1, 431), (130, 700), (7, 1)])
def test_a_clip_gives_the_same_bits_in_any_form_and_memory_order(rng, dtype, shape):
    """The larger shapes are pooled in several blocks."""
    X = (50 * rng.randn(3, *shape)).astype(dtype)
    other = np.zeros((shape[0], shape[1] + 60), dtype)  # makes the list a ragged one
    model = WindowPooler(("mean", "var", "kurtosis", "q05"), widths=(16, 100), hop=20).fit(X)
    expected = model.transform(X)
    assert expected.dtype == dtype and expected.shape[:2] == (3, 8 * shape[0])
    by_time = np.ascontiguousarray(X.swapaxes(1, 2)).swapaxes(1, 2)
    for clips in (X, by_time, np.asfortranarray(X), list(X), list(by_time)):
        np.testing.assert_array_equal(model.transform(clips), expected)
        np.testing.assert_array_equal(np.stack(model.transform([*clips, other])[:-1]), expected)
        np.testing.assert_array_equal(np.concatenate([model.transform([x]) for x in clips]), expected)


def test_form_goes_in_as_it_comes_out(ragged, rng):
    model = WindowPooler(("mean",), widths=(10, 20)).fit(ragged)
    found = model.transform(ragged)
    assert isinstance(found, list) and [x.shape for x in found] == [(8, 3), (8, 1), (8, 1), (8, 5)]
    assert not hasattr(model, "n_features_in_")
    table = rng.randn(6, 4)
    model = WindowPooler(("mean", "var"), widths=(2, 3)).fit(table)
    assert model.n_features_in_ == model.n_bins_ == 4
    zeros = np.zeros_like(table)
    np.testing.assert_array_equal(model.transform(table), np.hstack([table, zeros, table, zeros]))


def test_the_callers_arrays_are_left_alone(ragged):
    before = [x.copy() for x in ragged]
    for x in ragged:
        x.setflags(write=False)
    for found in WindowPooler(("max",), widths=1).fit_transform(ragged):
        found[:] = 0
    for x, unchanged in zip(ragged, before, strict=True):
        np.testing.assert_array_equal(x, unchanged)


def test_names(tones):
    front = MelSpectrogram(n_mels=4)
    pooler = WindowPooler(("mean", "q95"), widths=(64, 8))
    pipeline = make_pipeline(front, pooler, FramePooler(("max",))).fit(tones[0])
    names = pipeline.get_feature_names_out().tolist()
    assert len(names) == pipeline.transform(tones[0]).shape[1] == 16
    assert names[:2] == ["mel00_mean_w64_max", "mel01_mean_w64_max"]
    assert names[3:5] == ["mel03_mean_w64_max", "mel00_q95_w64_max"]
    assert names[-1] == "mel03_q95_w8_max"
    assert WindowPooler().fit(np.ones((1, 1, 1))).get_feature_names_out().tolist() == [
        "x0_mean_w64",
        "x0_var_w64",
    ]


def test_windows_are_examples_for_a_classifier(tones):
    """Pooled features at two scales, as in Hamel et al. (2011)."""
    X, y = tones
    seen = []

    class Spy(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            seen.append(X.shape)
            return super().fit(X, y, sample_weight)

    pooler = WindowPooler(("mean", "var", "max"), widths=(5, 10))
    model = make_pipeline(MelSpectrogram(n_mels=20), FrameScaler(), pooler, FrameClassifier(Spy())).fit(X, y)
    assert seen == [(12 * 4, 2 * 3 * 20)]  # 22 frames a clip, windows of 5
    assert model.score(X, y) == 1


def test_windows_are_searched(tones):
    X, y = tones
    pipeline = make_pipeline(MelSpectrogram(n_mels=8), FrameScaler(), WindowPooler(), FrameClassifier())
    grid = {"windowpooler__widths": [5, (5, 10)], "windowpooler__hop": [None, 3]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, y)
    assert search.best_score_ > 0.5


def test_a_pickle_and_a_clone(ragged):
    model = WindowPooler(widths=[7, 9]).fit(ragged)
    for copy in (pickle.loads(pickle.dumps(model)), clone(model).fit(ragged)):
        for x, found in zip(model.transform(ragged), copy.transform(ragged), strict=True):
            np.testing.assert_array_equal(x, found)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"statistics": ("mode",)}, ValueError, "statistics='mode' is not one of"),
        ({"widths": 0}, ValueError, "widths=0 must be an integer >= 1"),
        ({"widths": (4, 0)}, ValueError, "widths=0 must be an integer >= 1"),
        ({"widths": 2.5}, TypeError, "widths=2.5 must be an integer"),
        ({"widths": None}, TypeError, "widths=None must be an integer"),
        ({"widths": ()}, ValueError, r"widths=\(\) must be one or more different numbers"),
        ({"widths": (4, 4)}, ValueError, r"widths=\(4, 4\) must be one or more different numbers"),
        ({"hop": 0}, ValueError, "hop=0 must be an integer >= 1 or None"),
    ],
)
def test_parameters_out_of_range_are_refused(ragged, params, error, message):
    with pytest.raises(error, match=message):
        WindowPooler(**params).fit(ragged)


def test_what_is_refused(ragged):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        WindowPooler().transform(ragged)
    model = WindowPooler().fit(ragged)
    with pytest.raises(
        ValueError, match="clip 1 of X has 3 bins per frame, but WindowPooler was fitted on 4"
    ):
        model.transform([ragged[0], ragged[1][:3]])
    with pytest.raises(ValueError, match="WindowPooler takes frames, and X holds waveforms"):
        WindowPooler().fit([np.zeros(100), np.zeros(90)])


def test_the_recipes_of_the_docstrings_run(tones):
    """PMSC and the pooled-features classifier, on short clips: for labels and for tags."""
    X, y = tones
    names = (
        make_pipeline,
        MelSpectrogram,
        LogCompression,
        FrameScaler,
        PCAWhitener,
        WindowPooler,
        MLPClassifier,
    )
    known = {kind.__name__: kind for kind in names}
    pmsc, pfc = (
        eval(re.search(r"make_pipeline\(\n.*?\n +\)\n", inspect.getdoc(kind), re.DOTALL)[0], known)
        for kind in (PCAWhitener, WindowPooler)
    )
    frames = pmsc.fit_transform(X)
    assert frames.shape == (12, 120, 1 + len(X[0]) // 512)
    pfc.set_params(windowpooler__widths=5, mlpclassifier__random_state=0)
    assert pfc.fit(X, y).score(X, y) == 1
    assert pfc[:-1].transform(X).shape == (12, 6 * 120, 4)
    tags = (y[:, np.newaxis] == np.unique(y)).astype(int)
    np.testing.assert_array_equal(pfc.fit(X, tags).predict(X), tags)
