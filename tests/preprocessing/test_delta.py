"""Derivatives of bins over time."""

import pickle

import librosa
import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import MFCC
from skmir.preprocessing import Delta, FramePooler

ORDERS = [1, 2, (1, 2), (2, 1), (2,)]


@pytest.fixture
def decibels(rng):
    """Bins in dB that wander, as spectra do, of four clips."""
    return rng.randn(4, 5, 40).cumsum(axis=2) - 30


@pytest.fixture
def ragged(decibels):
    return [x[:, :n] for x, n in zip(decibels, [40, 9, 4, 1], strict=True)]


@pytest.mark.parametrize("width", [3, 5, 9, 13])
def test_the_slope_of_a_ramp_and_the_curvature_of_a_parabola(width):
    time = np.arange(20.0)
    slopes, curvatures = np.array([[-2.0], [0.0], [0.25]]), np.array([[1.0], [0.0], [-3.0]])
    ramps, parabolas = slopes * time + 7, slopes * time + curvatures * time**2 / 2
    found = Delta(width, append=False).fit_transform(ramps[np.newaxis])[0]
    np.testing.assert_allclose(found, np.tile(slopes, 20), atol=1e-12)
    found = Delta(width, order=2, append=False).fit_transform(parabolas[np.newaxis])[0]
    np.testing.assert_allclose(found, np.tile(curvatures, 20), atol=1e-10)


@pytest.mark.parametrize(("dtype", "atol"), [(np.float32, 1e-5), (np.float64, 1e-12)])
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("width", [3, 5, 9])
def test_librosa_gives_the_same(decibels, width, order, dtype, atol):
    """librosa in float64: in float32, its ends of a clip are off by up to 2e-5."""
    for X in (decibels.astype(dtype), decibels[:, :, :width].astype(dtype)):
        found = Delta(width, order=order, append=False).fit_transform(X)
        expected = librosa.feature.delta(X.astype(np.float64), width=width, order=order)
        np.testing.assert_allclose(found, expected, atol=atol)
        assert found.dtype == dtype


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("length", [2, 5, 8])
def test_a_short_clip_is_continued_by_its_ends(decibels, order, length):
    short = decibels[:, :, :length]
    found = Delta(9, order=order, append=False).fit_transform(short)
    continued = np.pad(short, ((0, 0), (0, 0), (8, 8)), mode="edge")
    expected = Delta(9, order=order, append=False).fit_transform(continued)[:, :, 8:-8]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    expected = librosa.feature.delta(short, width=9, order=order, mode="nearest")
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("length", [1, 3, 20])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_does_not_change_has_derivatives_of_exactly_0(length, dtype):
    constant = np.full((2, 3, length), 1e4 / 3, dtype)
    assert not Delta(order=(1, 2), append=False).fit_transform(constant).any()


def test_derivatives_come_after_the_bins(decibels):
    found = Delta(order=(2, 1)).fit_transform(decibels)
    assert found.shape == (4, 15, 40)
    np.testing.assert_array_equal(found[:, :5], decibels)
    for k, order in enumerate((2, 1), start=1):
        alone = Delta(order=order, append=False).fit_transform(decibels)
        np.testing.assert_array_equal(found[:, 5 * k : 5 * k + 5], alone)
    np.testing.assert_array_equal(Delta(order=(2, 1), append=False).fit_transform(decibels), found[:, 5:])


def test_positive_keeps_what_grows(decibels):
    plain, rectified = (
        Delta(order=(1, 2), positive=positive).fit_transform(decibels) for positive in (False, True)
    )
    assert plain[:, 5:10].min() < 0 and plain[:, 10:].min() < 0
    np.testing.assert_array_equal(rectified[:, 5:], plain[:, 5:].clip(min=0))
    np.testing.assert_array_equal(rectified[:, :5], decibels)  # the bins keep their sign


@pytest.mark.parametrize("order", ORDERS)
def test_a_list_is_its_clips_one_by_one(ragged, order):
    model = Delta(order=order).fit(ragged)
    found = model.transform(ragged)
    assert isinstance(found, list)
    for x, one in zip(ragged, found, strict=True):
        np.testing.assert_allclose(model.transform([x])[0], one, atol=1e-12)
        np.testing.assert_allclose(model.transform(x[np.newaxis])[0], one, atol=1e-12)
        assert one.shape == (len(model.get_feature_names_out()), x.shape[1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_layout_in_memory_does_not_matter(decibels, dtype):
    decibels = decibels.astype(dtype)
    by_time = decibels.swapaxes(1, 2).copy().swapaxes(1, 2)
    found, expected = Delta(order=(1, 2)).fit_transform(by_time), Delta(order=(1, 2)).fit_transform(decibels)
    np.testing.assert_allclose(found, expected, atol=1e-5 if dtype == np.float32 else 1e-12)
    assert found.dtype == expected.dtype == dtype


def test_a_table_is_one_frame_a_clip(decibels):
    table = pd.DataFrame(decibels[:, :, 0], columns=list("abcde"))
    model = Delta().fit(table)
    np.testing.assert_array_equal(model.transform(table), np.hstack([table, np.zeros((4, 5))]))
    assert model.n_features_in_ == 5
    assert model.get_feature_names_out()[[0, 5]].tolist() == ["a", "a_delta"]
    assert not hasattr(Delta().fit(decibels), "n_features_in_")


def test_the_callers_arrays_are_left_alone(ragged):
    before = [x.copy() for x in ragged]
    for x in ragged:
        x.setflags(write=False)
    result = Delta(positive=True).fit_transform(ragged)
    for x, unchanged, deltas in zip(ragged, before, result, strict=True):
        np.testing.assert_array_equal(x, unchanged)
        assert deltas.flags.writeable and not np.shares_memory(x, deltas)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"width": 1}, ValueError, "width=1 must be an integer >= 3"),
        ({"width": 9.0}, TypeError, "width=9.0 must be an integer >= 3"),
        ({"width": 8}, ValueError, "width=8 must be odd, .* Take 7 or 9"),
        ({"order": 3}, ValueError, r"order=3 must be 1, 2, or a tuple that holds each once: \(1, 2\)"),
        ({"order": 0}, ValueError, "order=0 must be 1, 2"),
        ({"order": ()}, ValueError, r"order=\(\) must be 1, 2"),
        ({"order": (1, 1)}, ValueError, r"order=\(1, 1\) must be 1, 2"),
        ({"order": "1"}, ValueError, "order='1' must be 1, 2"),
        ({"order": True}, ValueError, "order=True must be 1, 2"),
        ({"order": [1, 2]}, ValueError, r"order=\[1, 2\] must be 1, 2"),
    ],
)
def test_parameters_out_of_range_are_refused(decibels, params, error, message):
    with pytest.raises(error, match=message):
        Delta(**params).fit(decibels)


def test_what_it_was_not_fitted_on_is_refused(decibels):
    with pytest.raises(ValueError, match="clip 0 of X has 4 bins per frame, but Delta was fitted on 5"):
        Delta().fit(decibels).transform(decibels[:, :4])
    with pytest.raises(ValueError, match="Delta takes frames, and X holds waveforms"):
        Delta().fit([np.zeros(100), np.zeros(90)])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        Delta().transform(decibels)


def test_names_go_through_a_pipeline(tones):
    X, _ = tones
    pipeline = make_pipeline(MFCC(n_mfcc=2), Delta(order=(1, 2)), FramePooler(("mean",))).fit(X)
    names = [f"mfcc{i}_{kind}" for kind in ("mean", "delta_mean", "delta2_mean") for i in ("00", "01")]
    assert pipeline.get_feature_names_out().tolist() == names
    assert pipeline.transform(X).shape == (12, 6)
    model = Delta(order=2, append=False).fit(np.ones((2, 2, 4)))
    assert model.get_feature_names_out().tolist() == ["x0_delta2", "x1_delta2"]
    with pytest.raises(ValueError, match="input_features has 1 names for 2 bins"):
        model.get_feature_names_out(["a"])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        Delta().get_feature_names_out()


def test_a_pickle(decibels):
    model = Delta().fit(decibels)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).transform(decibels), model.transform(decibels)
    )
