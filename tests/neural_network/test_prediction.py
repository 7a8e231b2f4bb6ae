"""Clips of unequal length: equal alone and in a list; short ones repeated, long ones cut into windows."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from sklearn.frozen import FrozenEstimator

from skmir.neural_network import NetworkFeatures


@pytest.fixture
def fitted(each_network, ragged):
    model = each_network().fit(*ragged)
    assert model.n_frames_ == 12  # the median
    return model


def test_a_list_is_its_clips_one_by_one(fitted, ragged):
    X, _ = ragged
    alone = np.concatenate([fitted.decision_function([x]) for x in X])
    np.testing.assert_allclose(fitted.decision_function(X), alone, atol=1e-5)
    np.testing.assert_array_equal(fitted.predict(X), np.concatenate([fitted.predict([x]) for x in X]))


def test_order_does_not_matter(fitted, ragged):
    X, _ = ragged
    np.testing.assert_allclose(fitted.predict_proba(X[::-1])[::-1], fitted.predict_proba(X), atol=1e-6)


def test_a_long_clip_is_the_mean_of_its_windows(fitted, ragged):
    clip = ragged[0][4]  # of 31 frames: three windows of 12
    windows = np.stack([clip[:, start : start + 12] for start in (0, 10, 19)])  # 9.5 goes to the even 10
    expected = fitted.decision_function(windows).mean(axis=0)
    np.testing.assert_allclose(fitted.decision_function([clip])[0], expected, atol=1e-5)


def test_a_short_clip_is_repeated(fitted, ragged):
    clip = ragged[0][1]  # of 5 frames
    repeated = np.tile(clip, 3)[:, :12]
    expected = fitted.decision_function([repeated])
    np.testing.assert_allclose(fitted.decision_function([clip]), expected, atol=1e-6)


def test_the_batch_size_does_not_matter(fitted, ragged):
    expected = fitted.predict_proba(ragged[0])
    for batch_size in (2, 3, 5, 500):
        fitted.set_params(batch_size=batch_size)
        np.testing.assert_allclose(fitted.predict_proba(ragged[0]), expected, atol=1e-5, rtol=1e-5)


def test_an_array_and_a_list_of_equal_clips_are_one(each_network, frames):
    X, y = frames
    one, other = each_network().fit(X, y), each_network().fit(list(X), y)
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(list(X)))
    np.testing.assert_array_equal(one.predict_proba(X), one.predict_proba(list(X)))


def test_the_dtype_does_not_matter(each_network, frames):
    X, y = frames
    one, other = each_network().fit(X, y), each_network().fit(X.astype(np.float64), y)
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X.astype(np.float64)))


def test_a_table_is_one_frame_a_clip(each_network, rng):
    X, y = rng.randn(12, 6).astype(np.float32), np.tile([0, 1], 6)
    table, image = each_network().fit(X, y), each_network().fit(X[:, :, np.newaxis], y)
    assert table.n_frames_ == 1
    np.testing.assert_array_equal(table.predict_proba(X), image.predict_proba(X[:, :, np.newaxis]))


def test_long_clips_are_cut_to_what_the_user_allows(each_network, ragged):
    X, y = ragged
    assert each_network(n_frames=4).fit(X, y).n_frames_ == 4
    assert each_network(n_frames=None).fit([np.tile(x, 30) for x in X], y).n_frames_ == 12 * 30


def test_training_sees_all_of_a_long_clip(network, rng):
    """The classes differ only at the end of the clips."""
    X, y = rng.randn(20, 4, 60).astype(np.float32), np.tile([0, 1], 10)
    X[y == 1, :, 40:] += 3
    model = network("mlp", n_frames=20, max_iter=60, learning_rate_init=0.01).fit(X, y)
    assert model.score(X, y) > 0.9


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (["a.wav", "b.wav"], r"takes frames, and X holds paths. Put a front end before it: make_pipeline\("),
        ([np.zeros(9), np.zeros(7)], r"takes frames, and X holds waveforms. .*make_pipeline\(MelSpectrogram"),
        ("a.wav", r"X must hold several clips, but is the single path 'a.wav'"),
        ([np.zeros((4, 9)), np.zeros((5, 9))], "clip 1 of X has 5 bins per frame, but clip 0 has 4"),
        (np.full((2, 4, 9), np.nan), "NaN"),
    ],
    ids=["paths", "waveforms", "one path", "bins", "nan"],
)
def test_invalid_frames_are_refused(each_network, X, message):
    with pytest.raises(ValueError, match=message):
        each_network().fit(X, [0, 1])


def test_other_bins_than_in_fit_are_refused(each_network, frames):
    model = each_network().fit(*frames)
    with pytest.raises(ValueError, match=r"clip 0 of X has 7 bins per frame, but .* was fitted on 8"):
        model.predict(frames[0][:, :7])


def test_a_table_as_wide_as_waveforms_warns(network, rng):
    X, y = rng.randn(4, 2001), [0, 1, 0, 1]
    with pytest.warns(UserWarning, match="MLPClassifier got a table of 2001 columns.*front end"):
        network("mlp", max_iter=1).fit(X, y)


def test_threads_predict_side_by_side(network, frames):
    """Two predictions are inside the network at the same time: neither waits for the other to leave."""
    X, y = frames
    model, barrier = network("mlp").fit(X, y), threading.Barrier(2)
    expected, forward = model.predict_proba(X), model.module_.forward

    def meet(x):
        barrier.wait(timeout=60)
        assert torch.get_num_threads() == 1
        return forward(x)

    model.module_.forward = meet
    with ThreadPoolExecutor(2) as pool:
        for result in pool.map(model.predict_proba, [X, X]):
            np.testing.assert_array_equal(result, expected)


def test_threads_share_a_network_bit_for_bit(each_network, frames, rng):
    """Predictions and features by hooks, while another network trains."""
    X, y = frames
    model = each_network().fit(X, y)
    names = [name for name, _ in model.module_.named_modules() if name][:2]
    features = NetworkFeatures(FrozenEstimator(model), layers=names).fit(X)
    inputs = [rng.randn(12, 8, 12).astype(np.float32) for _ in range(8)]

    def answer(x):
        trained = each_network(max_iter=1).fit(x, np.arange(12) % 2).decision_function(x)
        return model.predict_proba(x), features.transform(x), trained

    expected = [answer(x) for x in inputs]
    with ThreadPoolExecutor(4) as pool:
        for found, each in zip(pool.map(answer, inputs), expected, strict=True):
            for one, other in zip(found, each, strict=True):
                np.testing.assert_array_equal(one, other)
