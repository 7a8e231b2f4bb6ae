"""Decibels and standardisation of frames."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.preprocessing import FramePooler, FrameScaler


@pytest.fixture
def powers(rng):
    """Powers of six clips that differ in level by 60 dB, and bins that differ by 40."""
    level = 10.0 ** rng.uniform(-3, 3, (6, 1, 1))
    bins = 10.0 ** np.linspace(0, -4, 5)[:, np.newaxis]
    return level * bins * rng.gamma(1, size=(6, 5, 40))


@pytest.fixture
def ragged(powers):
    return [x[:, :n] for x, n in zip(powers, [40, 7, 1, 33, 12, 12], strict=True)]


def all_frames(clips):
    return np.concatenate(list(clips), axis=1)


@pytest.mark.parametrize("log", [True, False, "auto"])
def test_every_bin_gets_mean_zero_and_deviation_one(powers, ragged, log):
    for X in (powers, ragged):
        scaled = all_frames(FrameScaler(log=log).fit_transform(X))
        np.testing.assert_allclose(scaled.mean(axis=1), 0, atol=1e-9)
        np.testing.assert_allclose(scaled.std(axis=1), 1, rtol=1e-9)


def test_decibels_by_hand(ragged):
    scaled = FrameScaler(log=True, top_db=30, with_mean=False, with_std=False).fit_transform(ragged)
    for x, found in zip(ragged, scaled, strict=True):
        expected = np.maximum(10 * np.log10(x / x.max()), -30)
        np.testing.assert_allclose(found, expected, atol=1e-9)
        assert found.max() == 0


def test_statistics_are_those_of_the_training_frames(ragged):
    model = FrameScaler(log=False).fit(ragged)
    frames = all_frames(ragged)
    np.testing.assert_allclose(model.mean_, frames.mean(axis=1))
    np.testing.assert_allclose(model.scale_, frames.std(axis=1))
    other = 3 * ragged[0] + 1
    expected = (other - frames.mean(axis=1, keepdims=True)) / frames.std(axis=1, keepdims=True)
    np.testing.assert_allclose(model.transform([other])[0], expected)


def test_auto_takes_decibels_where_nothing_is_negative(powers):
    assert FrameScaler().fit(powers).log_
    assert FrameScaler().fit(np.zeros((2, 3, 4))).log_
    assert not FrameScaler().fit(powers - powers.mean()).log_
    one_negative = list(powers)
    one_negative[3] = powers[3] - 1e6
    assert not FrameScaler().fit(one_negative).log_
    np.testing.assert_array_equal(
        FrameScaler().fit_transform(powers), FrameScaler(log=True).fit_transform(powers)
    )


def test_what_was_decided_in_fit_holds_in_transform(powers):
    """A test fold without a negative value is not suddenly put in decibels."""
    signed = powers - powers.mean()
    found, expected = (FrameScaler(log=log).fit(signed).transform(powers) for log in ("auto", False))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("gain", [10, 1e-6, 1e6])
def test_in_decibels_the_level_of_a_recording_does_not_matter(powers, gain):
    model = FrameScaler().fit(powers)
    np.testing.assert_allclose(model.transform(gain * powers), model.transform(powers), atol=1e-6)


def test_without_decibels_it_does(powers):
    model = FrameScaler(log=False).fit(powers)
    assert not np.allclose(model.transform(10 * powers), model.transform(powers))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_silence_is_no_trouble(powers, dtype):
    X = powers.astype(dtype)
    X[2] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for model in (FrameScaler(), FrameScaler(log=False), FrameScaler(top_db=400)):
            assert np.isfinite(model.fit_transform(X)).all()
        assert np.isfinite(FrameScaler().fit_transform(np.zeros((2, 5, 4), dtype))).all()
        assert np.isfinite(FrameScaler().fit(X).transform([np.zeros((5, 3), dtype)])).all()


def test_a_silent_clip_is_as_quiet_as_can_be(powers):
    model = FrameScaler(with_mean=False, with_std=False).fit(powers)
    np.testing.assert_allclose(model.transform(np.zeros((1, 5, 4))), -80)


def test_a_bin_that_does_not_vary_becomes_zero(powers):
    powers[:, 3] = 0.1
    model = FrameScaler(log=False).fit(powers)
    assert model.scale_[3] == 1
    np.testing.assert_allclose(model.transform(powers)[:, 3], 0, atol=1e-12)


def test_a_list_is_its_clips_one_by_one(ragged):
    model = FrameScaler().fit(ragged)
    found = model.transform(ragged)
    assert isinstance(found, list)
    for x, one in zip(ragged, found, strict=True):
        np.testing.assert_allclose(model.transform([x])[0], one, atol=1e-12)
        assert one.shape == x.shape


def test_an_array_and_a_list_of_equal_clips_are_one(powers):
    one, other = FrameScaler().fit_transform(powers), FrameScaler().fit_transform(list(powers))
    assert isinstance(one, np.ndarray) and isinstance(other, np.ndarray)
    np.testing.assert_array_equal(one, other)


def test_a_table_stays_a_table(powers):
    table = powers[:, :, 0]
    found = FrameScaler().fit_transform(table)
    assert found.shape == table.shape
    np.testing.assert_allclose(found, FrameScaler().fit_transform(powers[:, :, :1])[:, :, 0])
    frame = FrameScaler().fit_transform(pd.DataFrame(table))
    np.testing.assert_array_equal(frame, found)
    assert FrameScaler().fit(table).n_features_in_ == 5
    assert not hasattr(FrameScaler().fit(powers), "n_features_in_")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_comes_out(powers, ragged, dtype):
    assert FrameScaler().fit_transform(powers.astype(dtype)).dtype == dtype
    model = FrameScaler().fit(ragged)
    assert {x.dtype for x in model.transform([x.astype(dtype) for x in ragged])} == {np.dtype(dtype)}
    assert FrameScaler().fit_transform(powers[:, :, 0].astype(dtype)).dtype == dtype


def test_float32_is_as_good(powers):
    """Statistics are summed in float64: in float32 a large offset would leave nothing."""
    X = (1e3 + powers / powers.max(axis=(0, 2), keepdims=True)).astype(np.float32)
    expected = X.astype(np.float64).std(axis=(0, 2))
    np.testing.assert_allclose(FrameScaler(log=False).fit(X).scale_, expected, rtol=1e-6)


def test_parts_can_be_switched_off(powers):
    plain = FrameScaler(log=False, with_mean=False, with_std=False).fit_transform(powers)
    np.testing.assert_array_equal(plain, powers)
    centred = FrameScaler(log=False, with_std=False).fit_transform(powers)
    np.testing.assert_allclose(centred, powers - powers.mean(axis=(0, 2))[:, np.newaxis])
    scaled = FrameScaler(log=False, with_mean=False).fit_transform(powers)
    np.testing.assert_allclose(scaled, powers / powers.std(axis=(0, 2))[:, np.newaxis])


def test_the_callers_arrays_are_left_alone(powers, ragged):
    for X in (powers, ragged):
        before = [x.copy() for x in X]
        for x in X:
            x.setflags(write=False)
        for log in (True, False):
            result = FrameScaler(log=log, with_mean=log, with_std=log).fit_transform(X)
            for x, unchanged, scaled in zip(X, before, result, strict=True):
                np.testing.assert_array_equal(x, unchanged)
                assert not np.shares_memory(x, scaled) or not log


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"power": 0}, ValueError, "power=0 must be a number > 0"),
        ({"power": "2"}, TypeError, "power='2' must be a number"),
        ({"log": "db"}, ValueError, r"log='db' is not one of \[True, False, 'auto'\]"),
        ({"log": None}, ValueError, "log=None is not one of"),
        ({"top_db": 0}, ValueError, "top_db=0 must be a number > 0"),
        ({"top_db": None}, TypeError, "top_db=None must be a number"),
    ],
)
def test_parameters_out_of_range_are_refused(powers, params, error, message):
    with pytest.raises(error, match=message):
        FrameScaler(**params).fit(powers)


def test_other_bins_are_refused(powers):
    model = FrameScaler().fit(powers)
    with pytest.raises(ValueError, match="clip 0 of X has 4 bins per frame, but FrameScaler was fitted on 5"):
        model.transform(powers[:, :4])


def test_waveforms_are_refused():
    with pytest.raises(ValueError, match="FrameScaler takes frames, and X holds waveforms"):
        FrameScaler().fit([np.zeros(100), np.zeros(90)])


def test_nothing_is_scaled_before_fit(powers):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        FrameScaler().transform(powers)


def test_names_go_through_a_pipeline(tones):
    X, _ = tones
    pipeline = make_pipeline(MFCC(n_mfcc=3), FrameScaler(), FramePooler(("mean",))).fit(X)
    assert pipeline.get_feature_names_out().tolist() == ["mfcc00_mean", "mfcc01_mean", "mfcc02_mean"]
    model = FrameScaler().fit(np.ones((2, 3, 4)))
    assert model.get_feature_names_out(["a", "b", "c"]).tolist() == ["a", "b", "c"]
    assert model.get_feature_names_out().tolist() == ["x0", "x1", "x2"]
    with pytest.raises(ValueError, match="input_features has 2 names for 3 bins"):
        model.get_feature_names_out(["a", "b"])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        FrameScaler().get_feature_names_out()


def test_names_of_a_dataframe(powers):
    model = FrameScaler().fit(pd.DataFrame(powers[:, :, 0], columns=list("abcde")))
    assert model.get_feature_names_out().tolist() == list("abcde")


def test_pandas_at_the_end_of_a_pipeline(tones):
    X, _ = tones
    pipeline = make_pipeline(MelSpectrogram(n_mels=4), FrameScaler(), FramePooler())
    table = pipeline.set_output(transform="pandas").fit_transform(X)
    assert isinstance(table, pd.DataFrame) and table.shape == (12, 8)
    np.testing.assert_allclose(
        table, clone(pipeline).set_output(transform="default").fit_transform(X), atol=1e-6
    )


@pytest.mark.parametrize("with_mean", [True, False])
@pytest.mark.parametrize("with_std", [True, False])
def test_the_inverse_undoes_the_scaling(powers, ragged, with_mean, with_std):
    model = FrameScaler(log=False, with_mean=with_mean, with_std=with_std).fit(powers)
    for X in (powers, ragged):
        for x, found in zip(X, model.inverse_transform(model.transform(X)), strict=True):
            np.testing.assert_allclose(found, x, rtol=1e-9, atol=1e-9 * x.max())


def test_the_inverse_of_decibels_is_power_under_the_loudest(powers, ragged):
    model = FrameScaler(top_db=30).fit(powers)
    for X in (powers, ragged):
        for x, found in zip(X, model.inverse_transform(model.transform(X)), strict=True):
            np.testing.assert_allclose(found, np.maximum(x / x.max(), 1e-3), rtol=1e-9)
    np.testing.assert_allclose(model.inverse_transform(model.transform(np.zeros((1, 5, 2)))), 1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_inverse_keeps_form_and_dtype(powers, ragged, dtype):
    model = FrameScaler().fit(powers)
    for X in (powers.astype(dtype), [x.astype(dtype) for x in ragged], powers[:, :, 0].astype(dtype)):
        found = model.inverse_transform(model.transform(X))
        assert type(found) is type(X) and np.shape(found[0]) == X[0].shape
        assert {x.dtype for x in found} == {np.dtype(dtype)}
    with pytest.raises(ValueError, match="clip 0 of X has 4 bins per frame, but FrameScaler was fitted on 5"):
        model.inverse_transform(powers[:, :4])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        FrameScaler().inverse_transform(powers)


def test_a_pickle(powers):
    model = FrameScaler().fit(powers)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).transform(powers), model.transform(powers)
    )


@pytest.mark.parametrize("power", [0.5, 1, 1.7, 2])
def test_magnitudes_to_any_power_are_the_same_in_decibels(powers, power):
    """Twice the amplitude is 6.02 dB more, and 80 dB are as wide a range of the sound."""
    magnitudes = np.sqrt(powers)
    plain = {"with_mean": False, "with_std": False}
    found = FrameScaler(power=power, **plain).fit_transform(magnitudes**power)
    np.testing.assert_allclose(found, FrameScaler(**plain).fit_transform(powers), atol=1e-9)
    clip = np.array([[[1.0, 2.0, 1e-9]]]) ** power
    np.testing.assert_allclose(
        FrameScaler(power=power, **plain).fit_transform(clip)[0, 0], [-20 * np.log10(2), 0, -80], atol=1e-9
    )


@pytest.mark.parametrize("power", [1, 2])
def test_there_and_back_in_the_same_power(powers, power):
    X = np.sqrt(powers) ** power
    model = FrameScaler(power=power, top_db=200).fit(X)
    expected = X / X.max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(model.inverse_transform(model.transform(X)), expected, rtol=1e-6)


@pytest.mark.parametrize("with_mean", [True, False])
@pytest.mark.parametrize("with_std", [True, False])
def test_what_was_fitted_counts_and_not_parameters_changed_since(powers, with_mean, with_std):
    model = FrameScaler(with_mean=with_mean, with_std=with_std).fit(powers)
    expected = model.transform(powers)
    back = model.inverse_transform(expected)
    model.set_params(top_db=3.0, power=0.3, log=False, with_mean=not with_mean, with_std=not with_std)
    np.testing.assert_array_equal(model.transform(powers), expected)
    np.testing.assert_array_equal(model.inverse_transform(expected), back)
    assert (model.mean_ is None, model.scale_ is None) == (not with_mean, not with_std)
