"""Statistics over frames, against numpy's and scipy's."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import MFCC
from skmir.preprocessing import FramePooler

REFERENCE = {
    "mean": lambda x: np.mean(x, axis=1),
    "std": lambda x: np.std(x, axis=1),
    "var": lambda x: np.var(x, axis=1),
    "min": lambda x: np.min(x, axis=1),
    "max": lambda x: np.max(x, axis=1),
    "median": lambda x: np.median(x, axis=1),
    "skewness": lambda x: scipy.stats.skew(x, axis=1),
    "kurtosis": lambda x: scipy.stats.kurtosis(x, axis=1, fisher=False),
    "third_moment": lambda x: scipy.stats.moment(x, 3, axis=1),
    "fourth_moment": lambda x: scipy.stats.moment(x, 4, axis=1),
    "q05": lambda x: np.percentile(x, 5, axis=1),
    "q97.5": lambda x: np.percentile(x, 97.5, axis=1),
    "delta_std": lambda x: np.std(np.diff(x, axis=1), axis=1),
}
EVERY = tuple(REFERENCE)


@pytest.fixture
def ragged(rng):
    return [rng.gamma(2, size=(4, n)) for n in (30, 3, 2, 51)]


@pytest.mark.parametrize("name", REFERENCE)
def test_every_statistic_on_clips_of_any_length(ragged, name):
    table = FramePooler((name,)).fit_transform(ragged)
    assert table.shape == (4, 4)
    np.testing.assert_allclose(table, [REFERENCE[name](x) for x in ragged], rtol=1e-9, atol=1e-12)


def test_all_bins_of_a_statistic_stand_together(ragged):
    table = FramePooler(EVERY).fit_transform(ragged)
    expected = [np.concatenate([REFERENCE[name](x) for name in EVERY]) for x in ragged]
    np.testing.assert_allclose(table, expected, rtol=1e-9, atol=1e-12)


def test_an_array_and_a_list_of_equal_clips_are_one(rng):
    X = rng.randn(5, 3, 20)
    np.testing.assert_array_equal(
        FramePooler(EVERY).fit_transform(X), FramePooler(EVERY).fit_transform(list(X))
    )


ORDERS = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "every other": lambda x: np.repeat(np.repeat(x, 2, axis=0), 2, axis=1)[::2, ::2],
    "reversed": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(20, 216), (1, 431), (130, 700), (7, 1)])
def test_a_clip_gives_the_same_bits_in_any_form_and_memory_order(rng, dtype, shape):
    X = (50 * rng.randn(6, *shape)).astype(dtype)
    other = np.zeros((shape[0], shape[1] + 1), dtype)  # makes the list a ragged one
    model = FramePooler(EVERY).fit(X)
    expected = model.transform(X)
    by_time = np.ascontiguousarray(X.swapaxes(1, 2)).swapaxes(1, 2)
    np.testing.assert_array_equal(model.transform(by_time), expected)
    np.testing.assert_array_equal(model.transform(np.asfortranarray(X)), expected)
    for order in ORDERS.values():
        clips = [order(x) for x in X]
        np.testing.assert_array_equal(model.transform(clips), expected)
        np.testing.assert_array_equal(model.transform([*clips, other])[:-1], expected)
        np.testing.assert_array_equal(np.concatenate([model.transform([x]) for x in clips]), expected)


def test_the_callers_arrays_are_left_alone(ragged):
    before = [x.copy() for x in ragged]
    for x in ragged:
        x.setflags(write=False)
    FramePooler(EVERY).fit_transform(ragged)
    for x, unchanged in zip(ragged, before, strict=True):
        np.testing.assert_array_equal(x, unchanged)


def test_quantiles_are_in_order(rng):
    names = ("min", "q00", "q05", "q25", "median", "q50", "q75", "q95", "q100", "max")
    table = FramePooler(names).fit_transform(rng.randn(5, 3, 77)).reshape(5, len(names), 3)
    found = dict(zip(names, table.swapaxes(0, 1), strict=True))
    for one, other in (("min", "q00"), ("median", "q50"), ("max", "q100")):
        np.testing.assert_array_equal(found[one], found[other])
    assert (
        np.diff([found[name] for name in ("q00", "q05", "q25", "q50", "q75", "q95", "q100")], axis=0) > 0
    ).all()


def test_moments_about_the_mean_by_hand():
    clip = np.array([[1.0, 1.0, 1.0, 5.0]])  # less their mean: -1, -1, -1, 3
    found = FramePooler(("var", "third_moment", "fourth_moment")).fit_transform([clip])
    np.testing.assert_allclose(found, [[12 / 4, 24 / 4, 84 / 4]])


@pytest.mark.parametrize("scale", [1e-60, 1e60])
def test_standardised_moments_of_the_very_small_and_large(ragged, scale):
    pooler = FramePooler(("skewness", "kurtosis")).fit(ragged)
    np.testing.assert_allclose(
        pooler.transform([scale * x for x in ragged]), pooler.transform(ragged), atol=1e-9
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, -1e6 - 0.1])
def test_a_bin_that_does_not_vary(rng, dtype, value):
    """Rounding makes the standard deviation of a constant a little more than zero."""
    for n in (1, 2, 7, 100):
        clip = np.full((1, n), value, dtype)
        found = dict(zip(EVERY, FramePooler(EVERY).fit([clip]).transform([clip])[0], strict=True))
        assert found["skewness"] == found["kurtosis"] == 0
        assert found["delta_std"] == 0
        np.testing.assert_allclose([found["std"], found["var"]], 0, atol=1e-5 * abs(value))
        for name in ("mean", "min", "max", "median", "q05"):
            np.testing.assert_allclose(found[name], value, rtol=1e-6)


def test_the_delta_of_a_ramp_is_its_slope():
    """A steady slope varies from frame to frame by nothing."""
    ramp = np.array([3.0, -0.5])[:, np.newaxis] * np.arange(20)
    np.testing.assert_allclose(FramePooler(("delta_std",)).fit_transform([ramp]), 0, atol=1e-12)


def test_moments_of_known_laws(rng):
    X = np.stack([rng.randn(200000), rng.exponential(size=200000)])[np.newaxis]
    skewness, kurtosis = FramePooler(("skewness", "kurtosis")).fit_transform(X).reshape(2, 2)
    np.testing.assert_allclose(skewness, [0, 2], atol=0.1)
    np.testing.assert_allclose(kurtosis, [3, 9], atol=0.7)


def test_moments_do_not_mind_scale_and_offset(ragged):
    pooler = FramePooler(("skewness", "kurtosis")).fit(ragged)
    moved = [1e-3 * x + 5 for x in ragged]
    np.testing.assert_allclose(pooler.transform(moved), pooler.transform(ragged), atol=1e-9)


def test_a_table_is_one_frame_a_clip(rng):
    X = rng.randn(6, 3)
    table = FramePooler(EVERY).fit_transform(X)
    found = dict(zip(EVERY, table.reshape(6, -1, 3).swapaxes(0, 1), strict=True))
    for name in ("mean", "min", "max", "median", "q05", "q97.5"):
        np.testing.assert_array_equal(found[name], X)
    for name in ("std", "var", "skewness", "kurtosis", "third_moment", "fourth_moment", "delta_std"):
        assert not found[name].any()
    assert FramePooler().fit(X).n_features_in_ == 3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_comes_out(ragged, dtype):
    assert FramePooler(EVERY).fit_transform([x.astype(dtype) for x in ragged]).dtype == dtype


def test_float32_is_as_good(rng):
    """Also where frames lie time by time in memory, where numpy adds one after the other."""
    X = (1000 + rng.randn(2, 5000, 3)).astype(np.float32).swapaxes(1, 2)
    found = FramePooler(EVERY).fit_transform(X)
    exact = FramePooler(EVERY).fit_transform(X.astype(np.float64))
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=1e-9)
    assert np.abs(X.mean(axis=2) - exact[:, :3]).max() > 1e-3  # what is to be avoided


def test_names(tones):
    pipeline = make_pipeline(MFCC(n_mfcc=5), FramePooler(("mean", "delta_std"))).fit(tones[0])
    names = pipeline.get_feature_names_out()
    assert names.dtype == object
    assert names.tolist()[:4] == ["mfcc00_mean", "mfcc01_mean", "mfcc02_mean", "mfcc03_mean"]
    assert names.tolist()[-1] == "mfcc04_delta_std"
    assert len(names) == pipeline.transform(tones[0]).shape[1]


def test_pandas(tones):
    pipeline = make_pipeline(MFCC(n_mfcc=5), FramePooler()).set_output(transform="pandas")
    table = pipeline.fit_transform(tones[0])
    assert isinstance(table, pd.DataFrame)
    assert table.columns.tolist() == pipeline[-1].get_feature_names_out().tolist()
    np.testing.assert_allclose(table, make_pipeline(MFCC(n_mfcc=5), FramePooler()).fit_transform(tones[0]))


def test_names_without_a_front_end(ragged, rng):
    assert FramePooler().fit(ragged).get_feature_names_out().tolist()[:2] == ["x0_mean", "x1_mean"]
    assert FramePooler().fit(ragged).get_feature_names_out(list("abcd")).tolist()[-1] == "d_std"
    quantiles = FramePooler(("q05", "q97.5")).fit(ragged).get_feature_names_out(list("abcd"))
    assert quantiles.tolist()[3:5] == ["d_q05", "a_q97.5"]
    table = pd.DataFrame(rng.randn(3, 2), columns=["low", "high"])
    assert FramePooler(("max",)).fit(table).get_feature_names_out().tolist() == ["low_max", "high_max"]
    with pytest.raises(ValueError, match="input_features has 3 names for 4 bins"):
        FramePooler().fit(ragged).get_feature_names_out(list("abc"))


@pytest.mark.parametrize(
    ("statistics", "message"),
    [
        (
            ("mean", "mode"),
            "statistics='mode' is not one of .*kurtosis.* or quantiles in percent, such as 'q05'",
        ),
        (("q5",), "statistics='q5' is not one of .* such as 'q05'"),
        (("q101",), "statistics='q101' is not one of"),
        (("q5.5",), "statistics='q5.5' is not one of"),
        (("q005",), "statistics='q005' is not one of"),
        ((50,), "statistics=50 is not one of"),
        (None, "statistics=None must be a tuple"),
        ("mean", "statistics='mean' must be a tuple"),
        ((), r"statistics=\(\) must be a tuple of one or more"),
    ],
)
def test_unknown_statistics_are_refused(ragged, statistics, message):
    with pytest.raises(ValueError, match=message):
        FramePooler(statistics).fit(ragged)


def test_other_bins_are_refused(ragged):
    model = FramePooler().fit(ragged)
    with pytest.raises(ValueError, match="clip 1 of X has 3 bins per frame, but FramePooler was fitted on 4"):
        model.transform([ragged[0], ragged[1][:3]])


def test_nothing_is_pooled_before_fit(ragged):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        FramePooler().transform(ragged)


@pytest.mark.parametrize("n_frames", [1, 2, 3, 4, 5, 12])
def test_parts_are_pooled_one_by_one(rng, n_frames):
    x = rng.randn(4, n_frames)
    row = FramePooler(("mean", "max"), n_parts=3).fit_transform([x, x])[0].reshape(3, 2, 4)
    bounds = {1: [(0, 1)] * 3, 2: [(0, 1), (0, 2), (1, 2)], 3: [(0, 1), (1, 2), (2, 3)]}
    bounds |= {4: [(0, 2), (1, 3), (2, 4)], 5: [(0, 2), (1, 4), (3, 5)], 12: [(0, 4), (4, 8), (8, 12)]}
    for (start, end), found in zip(bounds[n_frames], row, strict=True):
        np.testing.assert_allclose(found, [x[:, start:end].mean(axis=1), x[:, start:end].max(axis=1)])


def test_parts_of_a_list_and_of_a_stack_agree_and_have_names(rng):
    X = rng.randn(2, 3, 10)
    pooler = FramePooler(("mean", "std"), n_parts=2)
    assert np.array_equal(pooler.fit_transform(X), pooler.transform([X[0], np.array(X[1])]))
    names = pooler.get_feature_names_out(list("abc")).tolist()
    assert names[:4] == ["a_mean_part0", "b_mean_part0", "c_mean_part0", "a_std_part0"]
    assert names[-1] == "c_std_part1"
    first = FramePooler(("mean", "std")).fit_transform(X[:, :, :5])
    assert np.array_equal(pooler.transform(X)[:, :6], first)


def test_a_number_of_parts_below_one_is_refused(ragged):
    with pytest.raises(ValueError, match="n_parts=0 must be an integer >= 1"):
        FramePooler(n_parts=0).fit(ragged)


def test_a_bin_that_does_not_vary_has_no_deviation_not_even_from_rounding():
    """A scaler behind the pooler would raise 1e-17 to 1."""
    clip = np.full((2, 17), 0.3)
    clip[1, 5] = np.nextafter(0.3, 1)
    table = FramePooler(("mean", "std", "fourth_moment", "skewness")).fit_transform([clip, clip[:, :3]])
    np.testing.assert_array_equal(table[:, ::2], [[0.3, 0, 0, 0]] * 2)
    assert table[0, 3] > 0  # the least that a value can vary is seen
